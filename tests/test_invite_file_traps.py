"""Traps in lists of people to invite: each bad row with its line and reason, workbooks, and bombs."""

import io
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lc_core.errors import Refused
from lc_core.intake import invite_file, invite_sheet
from lc_core.intake.invite_file import InviteFile
from lc_core.reasons import Reason
from tests.workbooks import archive, column, row, shared, text, workbook

A, B = "ann@example.org", "bob@example.org"
TWO_COLUMNS = f"name,email\nAnn,{A}\n"


def reasons(found: InviteFile) -> list[tuple[int, str, str]]:
    return [(one.line, one.raw, one.reason.value) for one in found.rejected]


def refused(data: bytes) -> Refused:
    with pytest.raises(Refused) as no:
        invite_file.read(data)
    return no.value


@pytest.mark.parametrize(
    ("row_two", "raw", "reason"),
    [
        ("bob", "bob", "invalid_email"),
        ("Bob <bob@example.org>", "Bob <bob@example.org>", "invalid_email"),
        ("bob@example..org", "bob@example..org", "invalid_email"),
        ("bob\uff20example.org", "bob\uff20example.org", "invalid_email"),
        ('""', "", "missing_email"),
        ('"\u200b"', "\u200b", "missing_email"),
        (" Ann@EXAMPLE.org\u200b", " Ann@EXAMPLE.org\u200b", "duplicate_in_file"),
        ("b\u200bob@example.org", "b\u200bob@example.org", "control_chars"),
        ("b\x07ob@example.org", "b\x07ob@example.org", "control_chars"),
        ("b" * 65 + "@example.org", "b" * 65 + "@example.org", "too_long"),
        ("b@" + "c" * 300, "b@" + "c" * 198 + "…", "too_long"),
        (f"{A};{B}", f"{A};{B}", "multiple_addresses"),
        (f'"{A}, {B}"', f"{A}, {B}", "multiple_addresses"),
        (f'"{A}\n{B}"', f"{A}\n{B}", "control_chars"),
        ("=1+1", "=1+1", "formula"),
        ("+bob@example.org", "+bob@example.org", "formula"),
        ("-bob@example.org", "-bob@example.org", "formula"),
        ("@SUM(A1)", "@SUM(A1)", "formula"),
        ("\t=1+1", "\t=1+1", "formula"),
        ('"\r=1+1"', "\r=1+1", "formula"),
        ("\uff1d1+1", "\uff1d1+1", "formula"),
        ("\uff0bbob@example.org", "\uff0bbob@example.org", "formula"),
        ("\uff0d1", "\uff0d1", "formula"),
        ("\uff20SUM(A1)", "\uff20SUM(A1)", "formula"),
        (f"{B},more", f"{B},more", "row_shape"),
        (f"{A},{B}", f"{A},{B}", "row_shape"),
        # where several fit, the first in the list
        (f"\x07{B},\udcff", f"\x07{B},\ufffd", "encoding"),
        ("b\x07ob@example.org,more", "b\x07ob@example.org", "control_chars"),
        ('"",more', ",more", "row_shape"),
        (f"={A};{B}", f"={A};{B}", "multiple_addresses"),
        ("=" + "a" * 150, "=" + "a" * 150, "formula"),
        ("b" * 70 + "@-example.org", "b" * 70 + "@-example.org", "too_long"),
    ],
)
def test_a_bad_row_has_its_line_and_the_first_reason(row_two: str, raw: str, reason: str) -> None:
    data = f"{A}\n{row_two}\nmore@jörg.example\n".encode("utf-8", "surrogateescape")
    found = invite_file.read(data)

    assert reasons(found) == [(2, raw, reason)]
    assert [one.address for one in found.accepted] == [A, "more@jörg.example"]


@pytest.mark.parametrize(
    ("row_three", "raw", "reason"),
    [
        ("Bob", "Bob", "row_shape"),
        (f"Bob,{B},", f"Bob,{B},", "row_shape"),
        (f"Bob, {B}, {A}", f"Bob, {B}, {A}", "row_shape"),
        ("Bob,", "", "missing_email"),
        (",", "", "missing_email"),
        (f'"{B}",Bob', "Bob", "invalid_email"),
    ],
)
def test_a_bad_row_among_columns(row_three: str, raw: str, reason: str) -> None:
    found = invite_file.read((TWO_COLUMNS + row_three).encode())

    assert reasons(found) == [(3, raw, reason)]


def test_the_first_of_two_wins_whatever_stands_between() -> None:
    found = invite_file.read(f"{A}\n\n{B}\nANN@example.org\n{A}\n".encode())

    assert [(one.line, one.address) for one in found.accepted] == [(1, A), (3, B)]
    assert [one[0] for one in reasons(found)] == [4, 5]


def test_a_workbook_is_read_by_its_content() -> None:
    strings = f"<si><t>E-Mail</t></si><si><r><t>ann@</t></r><r><t>example.org</t></r><rPh><t>x</t></rPh></si><si><t>{B}</t></si>"
    sheet = (
        row(2, shared("B2", 0), text("C2", "Activities"), text("D2", "Town"))
        + row(4, shared("B4", 1), text("C4", "a;b"))
        + row(5, text("A5", " "))
        + row(6, '<c r="B6"><v>45000</v></c>')
        + row(7, '<c r="B7" t="d"><v>2026-01-01</v></c>', text("D7", "Rome"))
        + row(8, f'<c r="B8" t="str"><f>LOWER(A1)</f><v>{B}</v></c>')
        + row(9, text("D9", "Rome"))
        + row(10, shared("B10", 2))
        + row(11, text("B11", "b_x0007_ob@example.org"))
        + f'<row><c r="B12" t="inlineStr"><is><t>{A}</t></is></c></row>'
    )
    found = invite_file.read(workbook(sheet, strings=strings))

    assert [(one.line, one.address, one.activities) for one in found.accepted] == [(4, A, ("a", "b")), (10, B, None)]
    assert reasons(found) == [
        (6, "45000", "invalid_email"),
        (7, "2026-01-01", "invalid_email"),
        (8, "=LOWER(A1)", "formula"),
        (9, "", "missing_email"),
        (11, "b\x07ob@example.org", "control_chars"),
        (12, A, "duplicate_in_file"),
    ]


def test_the_first_visible_sheet_with_anything_in_it_is_read() -> None:
    data = workbook(column(["spy@example.org"]), "<row/>", column([A]), column([B]), hidden=[1])
    found = invite_file.read(data)

    assert [one.address for one in found.accepted] == [A]
    assert found.notices == ["The workbook has 3 sheets; only Sheet 3 was read."]


def test_an_empty_workbook_is_an_empty_file() -> None:
    assert refused(workbook("", "")).reason is Reason.EMPTY_FILE


@pytest.mark.parametrize(
    "data",
    [
        archive({"list.csv": A}),
        archive({"_rels/.rels": "<x/>"}),
        workbook(),
        workbook(column([A]))[:-30],
        workbook(column([A]).replace("</row>", "")),
        workbook(row(1, shared("A1", 7))),
        workbook(row(1, shared("A1", -1)), strings=f"<si><t>{A}</t></si>"),
        workbook(row(1, text("ZZZZ1", A))),
        workbook(f'<row r="99999999999">{text("A1", A)}</row>'),
        workbook(column([A]), more={"xl/sharedStrings.xml": '<!DOCTYPE s [<!ENTITY a "aaaa">]><s>&a;</s>'}),
        workbook("<a>" * 200 + "</a>" * 200),
        workbook(column(["a" * 32_768 + A])),
        workbook(column([A]), packed=zipfile.ZIP_LZMA),
    ],
    ids=range(13),
)
def test_an_archive_that_is_no_sound_workbook_is_refused(data: bytes) -> None:
    no = refused(data)

    assert (no.reason, no.facts) == (Reason.NOT_CSV, {"kind": "ZIP"})


def test_a_workbook_may_unpack_to_so_much_and_no_more() -> None:
    allowed = invite_sheet.UNPACKED_MAX
    no = refused(workbook(column([A]), more={"xl/media/bomb": "0" * allowed}))

    assert no.reason is Reason.TOO_LARGE
    assert int(no.facts["actual"]) > int(no.facts["allowed"]) == allowed


def test_what_an_archive_says_of_its_sizes_is_not_exceeded() -> None:
    """An entry of 40 MB that says it has one byte yields one byte: the XML ends there."""
    data = bytearray(workbook(column([A]), more={"xl/worksheets/sheet1.xml": " " * 40_000_000}))
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[place + 24 : place + 28] = (1).to_bytes(4, "little")

    assert refused(bytes(data)).reason is Reason.NOT_CSV


def test_two_cells_in_the_far_corners_are_two_cells() -> None:
    found = invite_file.read(workbook(row(1, text("A1", A)) + row(1_048_576, text("XFD1048576", B))))

    assert [one.line for one in found.accepted] == [1]
    assert reasons(found) == [(1_048_576, "", "missing_email")]


def test_a_part_named_again_and_again_is_not_read_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invite_sheet, "_ELEMENTS_MAX", 1_000)

    assert refused(workbook(*["<row/>" * 100] * 20)).reason is Reason.NOT_CSV
    assert refused(workbook(*["<row/>" * 10] * 20)).reason is Reason.EMPTY_FILE


REAL = (
    TWO_COLUMNS.encode(),
    f'email;activities\r\n{A};"a;b"\r\n'.encode("utf-16"),
    f"jos\u00e9@example.org\r{A}\r".encode("cp1252"),
    workbook(column(["email", A, B]), strings=f"<si><t>{A}</t></si>"),
)
changes = st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=4)), min_size=1, max_size=5)


def changed(data: bytes, at: list[tuple[int, bytes]]) -> bytes:
    """The file with bytes replaced; in a workbook, those of its XML or those of the archive."""
    spoilt = bytearray(data)
    for place, other in at:
        spoilt[place % len(spoilt) : place % len(spoilt) + len(other)] = other
    return bytes(spoilt)


def changed_inside(data: bytes, at: list[tuple[int, bytes]]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    spoilt = sorted(parts)[at[0][0] % len(parts)]
    parts[spoilt] = changed(parts[spoilt], at)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return written.getvalue()


@given(st.sampled_from(REAL), changes)
def test_a_damaged_file_is_read_or_refused(data: bytes, at: list[tuple[int, bytes]]) -> None:
    read_or_refused(changed(data, at))
    read_or_refused(changed_inside(REAL[-1], at))


def read_or_refused(data: bytes) -> str:
    """Whatever else is raised fails the test; a refusal must be able to say its sentence."""
    try:
        return f"{len(invite_file.read(data).accepted)} are good"
    except Refused as no:
        return no.sentence


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(5))
def test_two_minutes_of_damaged_files_are_read_or_refused(turn: int) -> None:
    end = time.monotonic() + 120

    @settings(max_examples=2_000, derandomize=False, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.binary(max_size=2_000), st.builds(changed, st.sampled_from(REAL), changes)), changes)
    def spoil(data: bytes, at: list[tuple[int, bytes]]) -> None:
        began = time.monotonic()
        read_or_refused(data)
        read_or_refused(changed_inside(REAL[-1], at))
        assert time.monotonic() - began < 20

    while time.monotonic() < end:
        spoil()


N = 100_000
HEAVY: dict[str, Callable[[], bytes]] = {
    "distinct": lambda: "\r\n".join(f"user{n}@example.org" for n in range(N)).encode(),
    "domains": lambda: "\n".join(f"user{n}@host{n}.example.org" for n in range(N)).encode(),
    "same": lambda: f"{A}\n".encode() * N,
    "line": lambda: b"a" * (10 * 2**20 - 12) + b"@example.org",
    "addresses on a line": lambda: b"a@b.de " * (10 * 2**20 // 7),
    "commas": lambda: "ж,".encode() * (10 * 2**20 // 3),
    "short lines": lambda: b"a\n" * (5 * 2**20),
    "blank lines": lambda: b"\n" * (10 * 2**20),
    "workbook": lambda: workbook(column([f"user{n}@example.org" for n in range(N)])),
    "one long string": lambda: workbook(
        row(1, text("A1", "activities"))
        + "".join(row(n, *(shared(f"{column}{n}", 0) for column in "ABCD")) for n in range(2, N)),
        strings=f"<si><t>{'é;' * 16_000}@b.org</t></si>",
    ),
    "empty cells": lambda: workbook(f"<row>{'<c/>' * 7_000_000}</row>"),
    "wide rows": lambda: workbook('<row><c r="CV1"><v>1</v></c></row>' * 600_000),
    "empty strings": lambda: workbook("<row/>", strings="<si><t/></si>" * 2_000_000),
    "one endless word": lambda: workbook(f"<row><c a='{'1' * 30_000_000}'/></row>"),
    "depth": lambda: workbook("<a>" * 8_000_000),
    "bomb": lambda: workbook(f"<row><c><v>{'1' * 2**30}</v></c></row>"),
}
CHILD = """
import resource, sys, pathlib
from lc_core.errors import Refused
from lc_core.intake import invite_file
resource.setrlimit(resource.RLIMIT_DATA, (512 * 2**20, 512 * 2**20))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
try:
    invite_file.read(pathlib.Path(sys.argv[1]).read_bytes())
except Refused:
    pass
"""


@pytest.mark.soak
@pytest.mark.parametrize("name", HEAVY)
def test_the_heaviest_files_stay_within_bounds(name: str, tmp_path: Path) -> None:
    """512 MiB of memory; the seconds are twice the allowed ones, for machines that are slow or busy."""
    (tmp_path / "list").write_bytes(HEAVY[name]())
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([sys.executable, "-c", CHILD, tmp_path / "list"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-500:]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20
