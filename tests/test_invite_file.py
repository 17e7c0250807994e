"""Lists of people to invite: what is read of which file (R-ADD-2..4, R-INV-8), and what is refused as a whole."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lc_core import addresses
from lc_core.cli import app, invite_files
from lc_core.errors import Refused
from lc_core.intake import invite_file
from lc_core.intake.invite_file import Accepted, InviteFile
from lc_core.intake.invite_table import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from lc_core.reasons import Reason

A, B, C = "ann@example.org", "bob@example.org", "Cleo@Example.org"


def read(data: str | bytes) -> InviteFile:
    return invite_file.read(data.encode() if isinstance(data, str) else data)


def good(found: InviteFile) -> list[tuple[int, str]]:
    return [(one.line, one.address) for one in found.accepted]


def bad(found: InviteFile) -> list[tuple[int, str, str]]:
    return [(one.line, one.raw, one.reason.value) for one in found.rejected]


def refused(data: str | bytes) -> Refused:
    with pytest.raises(Refused) as no:
        read(data)
    return no.value


def assert_said(no: Refused) -> None:
    assert "{" not in no.sentence


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"{A}\n{C}", [(1, A), (2, C)]),  # R-ADD-2: one column, no header
        (f"{A}\r\n{B}\r\n", [(1, A), (2, B)]),
        (f"{A}\r{B}\r", [(1, A), (2, B)]),
        (f"{A}\n{B}\r\n{C}\r", [(1, A), (2, B), (3, C)]),
        (f"\n \n{A}\n\r\n\t\n{B}", [(3, A), (6, B)]),
        (f'"{A}"\n"{B}"', [(1, A), (2, B)]),
        (f'email,note\n{A},"two\r\nlines\nor three"\n{B},x', [(2, A), (5, B)]),
        (f"E-Mail\n{A}", [(2, A)]),
        (f"name;e-mail address\nDoe, Ann;{A}\nRoe, Bob;{B}", [(2, A), (3, B)]),
        (f"Doe, Ann;{A}\nRoe, Bob;{B}", [(1, A), (2, B)]),
        (f'"Ann";"{A}"\n"Bob";"{B}"', [(1, A), (2, B)]),
        (f"Ann\t{A}\nBob\t{B}", [(1, A), (2, B)]),
        (f"Manager email,Email\n{B},{A}", [(2, A)]),
        (f"Name,Contact\nAnn,{A}", [(2, A)]),
        (f"activities,who\na,{A}", [(2, A)]),
        (f"{A}\x85{B}\n{B}", [(2, B)]),  # no line ends there, to a spreadsheet
        (f"\ufeff{A}\n", [(1, A)]),
        (f'\ufeff"{A}"\n', [(1, A)]),
        (f"{{ann}}@example.org\n{A}", [(1, "{ann}@example.org"), (2, A)]),
    ],
)
def test_a_list_may_be_written_in_many_ways(data: str, expected: list[tuple[int, str]]) -> None:
    assert good(read(data)) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_accents_survive_each_encoding(encoding: str) -> None:
    found = read(f"José@example.org,née\n{A},b\n".encode(encoding))

    assert found.accepted[0] == Accepted(1, "José@example.org", "josé@example.org", None)
    assert ("Windows-1252" in " ".join(found.notices)) == (encoding == "cp1252")


def test_utf_16_is_read_in_both_byte_orders() -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert good(read(mark + A.encode(encoding))) == [(1, A)]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"j\xc3\xb6rg@example.org\njos\xe9@example.org\nann@example.org\n", 2),  # UTF-8, as it holds a sequence of it
        (b"\xef\xbb\xbfann@example.org\nzo\xe9@example.org\n", 2),
        (b"ann@example.org\nb\xe9\x81@example.org\n", 2),  # Windows-1252 has no 0x81
    ],
)
def test_stray_bytes_cost_their_row_and_no_other(data: bytes, line: int) -> None:
    found = read(data)

    assert [(one.line, one.reason) for one in found.rejected] == [(line, Reason.ENCODING)]
    assert "\ufffd" in found.rejected[0].raw
    assert (line == 2) == (A in {one.address for one in found.accepted})


def test_activities_are_chosen_row_by_row() -> None:
    found = read(f'email,activities\n{A},"a1; B2;;a1"\n{B},\n{C}, ; \n')

    assert [one.activities for one in found.accepted] == [("a1", "B2"), None, None]
    assert found.notices == []


def test_further_columns_are_told_and_not_read() -> None:
    assert read(f"name,email,town\nAnn,{A},x\n").notices == ["Columns that were not read: name, town."]
    assert read(f"Ann,{A}\nBob,{B}\n").notices == ["Columns that were not read: 1."]
    assert "Line 1 was taken for the header." in read(f"Name,Contact\nAnn,{A}").notices


def test_a_first_row_that_may_be_an_address_gone_wrong_is_no_header() -> None:
    assert bad(read(f"Ann\n{A}")) == [(1, "Ann", "invalid_email")]
    assert bad(read(f"Ann,ann.example.org\nBob,{B}")) == [(1, "ann.example.org", "invalid_email")]


def test_columns_far_to_the_right_are_not_looked_at() -> None:
    wide = "," * MAX_COLUMNS
    found = read(f"email{wide}\n{A}{wide}\n")

    assert good(found) == [(2, A)]
    assert f"Only the first {MAX_COLUMNS} columns were looked at." in found.notices


@pytest.mark.parametrize(
    ("data", "reason", "facts"),
    [
        ("", Reason.EMPTY_FILE, {}),
        ("\ufeff\r\n \n", Reason.EMPTY_FILE, {}),
        ("email\n", Reason.EMPTY_FILE, {}),
        ("name,town\nAnn,Rome\n", Reason.NO_EMAIL_COLUMN, {}),
        ("Ann\nBob\n", Reason.NO_EMAIL_COLUMN, {}),
        (f"{A},{B}\n", Reason.AMBIGUOUS_EMAIL_COLUMN, {"columns": "1, 2"}),
        (f"who,whose\n{A},{B}\n", Reason.AMBIGUOUS_EMAIL_COLUMN, {"columns": "1, 2"}),
        (f"email,email\n{A},{B}\n", Reason.AMBIGUOUS_EMAIL_COLUMN, {"columns": "1, 2"}),
        (f'{A}\n"{B}\n{C}\n', Reason.MALFORMED_CSV, {"line": 2}),
        (f'{A}\n\n"{B}"x\n{C}\n', Reason.MALFORMED_CSV, {"line": 3}),
        (f"{A}\r\n{B}\x00\n", Reason.NUL_BYTES, {"line": 2}),
        (A.encode("utf-16-le"), Reason.NUL_BYTES, {"line": 1}),
        (A.encode("utf-32"), Reason.NUL_BYTES, {"line": 1}),
        (A.encode("utf-16") + b"x", Reason.ENCODING, {}),
        (b"%PDF-1.7\n" + A.encode(), Reason.NOT_CSV, {"kind": "PDF"}),
        (b"\x89PNG\r\n\x1a\n\0\0", Reason.NOT_CSV, {"kind": "PNG"}),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Reason.NOT_CSV, {"kind": "JPEG"}),
        (gzip.compress(A.encode(), mtime=0), Reason.NOT_CSV, {"kind": "gzip"}),
        (b"SQLite format 3\0", Reason.NOT_CSV, {"kind": "SQLite"}),
        (b"PAR1\x15\0PAR1", Reason.NOT_CSV, {"kind": "Parquet"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Reason.NOT_CSV, {"kind": "XLS"}),
        (b"PK\x03\x04" + A.encode(), Reason.NOT_CSV, {"kind": "ZIP"}),
        (f" <!DOCTYPE html><p>{A}", Reason.NOT_CSV, {"kind": "HTML"}),
        (f"<table><td>{A}".encode("utf-16"), Reason.NOT_CSV, {"kind": "HTML"}),
        (f'[\n"{A}"]', Reason.NOT_CSV, {"kind": "JSON"}),
        (json.dumps({"email": A}), Reason.NOT_CSV, {"kind": "JSON"}),
        (b"a" * (MAX_BYTES + 1), Reason.TOO_LARGE, {"actual": MAX_BYTES + 1, "allowed": MAX_BYTES}),
        ("a@b.org\n" * (MAX_ROWS + 1), Reason.TOO_MANY_ROWS, {"actual": MAX_ROWS + 1, "allowed": MAX_ROWS}),
    ],
)
def test_a_file_is_refused_as_a_whole_with_advice(data: str | bytes, reason: Reason, facts: dict[str, object]) -> None:
    no = refused(data)

    assert (no.reason, no.facts) == (reason, facts)
    assert all(str(fact) in no.sentence for fact in facts.values())


def test_as_many_rows_as_allowed_are_read_and_the_header_is_none_of_them() -> None:
    found = read("email\n" + "a@b.org\n" * MAX_ROWS)

    assert len(found.accepted) == 1
    assert len(found.rejected) == MAX_ROWS - 1


def test_a_line_of_ten_megabytes_is_a_bad_row() -> None:
    found = read(b"a" * (MAX_BYTES - 30) + b"@example.org\n" + A.encode())

    assert good(found) == [(2, A)]
    assert (found.rejected[0].reason, len(found.rejected[0].raw)) == (Reason.TOO_LONG, invite_file.RAW_MAX + 1)


words = st.text("abcé ,;\t\"'\r\n", max_size=8)
rows = st.lists(st.tuples(st.integers(0, 10**6).map("u{}@example.org".format), words), min_size=1, max_size=20)


@given(
    rows,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from(",;\t"),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_what_a_writer_of_csv_wrote_is_read_back(
    written: list[tuple[str, str]], encoding: str, delimiter: str, line_end: str
) -> None:
    file = io.StringIO(newline="")
    quoted = csv.QUOTE_MINIMAL if line_end == "\r\n" else csv.QUOTE_ALL  # else it quotes no other line end
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoted)
    lines = []
    for cells in [("email", "note"), *written]:
        text = file.getvalue()
        lines.append(1 + text.count("\n") + text.count("\r") - text.count("\r\n"))
        writer.writerow(cells)
    found = read(file.getvalue().encode(encoding))
    first = {address: line for line, (address, _) in reversed(list(zip(lines[1:], written, strict=True)))}

    assert {one.address: one.line for one in found.accepted} == first
    assert sorted([one.line for one in [*found.accepted, *found.rejected]]) == lines[1:]
    assert all(one.reason is Reason.DUPLICATE_IN_FILE for one in found.rejected)


@given(st.one_of(st.binary(), st.text().map(str.encode), st.text('a@b.c,;\t"\r\n=\x00é ', min_size=5).map(str.encode)))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = read(data)
    except Refused as no:
        assert_said(no)
        return
    both = [*found.accepted, *found.rejected]

    assert len({one.line for one in both}) == len(both) > 0
    assert all(addresses.parse(one.address) == addresses.Address(one.key, one.address) for one in found.accepted)
    json.dumps([one.raw for one in found.rejected], ensure_ascii=False).encode()


def lc(path: Path, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["invite-file", str(path), *words], catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_scripts_get_json(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    path.write_text(f"email,activities,x\n{C},a;b,\nann@\x1b[31m,,\n{A},,\n", encoding="utf-8")
    code, said, notices = lc(path)

    assert code == 0
    assert json.loads(said) == {
        "accepted": [
            {"line": 2, "address": C, "key": "cleo@example.org", "activities": ["a", "b"]},
            {"line": 4, "address": A, "key": A},
        ],
        "rejected": [{"line": 3, "raw": "ann@\x1b[31m", "reason": "control_chars"}],
    }
    assert notices == "Columns that were not read: x.\n"


def test_scripts_are_told_why_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"%PDF-1.7")
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    code, said, _notices = lc(path, "--json")

    assert code == 1
    assert json.loads(said).keys() == {"error", "message"}
    assert json.loads(said)["error"] == "not_csv"
    assert json.loads(lc(large)[1])["error"] == "too_large"


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert lc(tmp_path / "nothing.csv")[0] == 2


def test_people_get_tables_without_commands_to_their_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invite_files, "_is_for_people", lambda: True)
    path = tmp_path / "list.csv"
    path.write_text(f"{A}\n[/red]\x1b]0;x\x07@\n", encoding="utf-8")
    code, said, _notices = lc(path)
    path.write_text("", encoding="utf-8")
    no = lc(path)

    assert code == 0
    assert "\x1b]" not in said
    assert "[/red]\ufffd]0;x\ufffd@" in said
    assert "1 good rows, 1 bad ones." in said
    assert no == (1, "", Reason.EMPTY_FILE.label + "\n")
