"""Workbooks of exports: no cell runs or is a link, every value is there as far as a workbook can hold it (R-EXP-2)."""

import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell

from lc_core.exports import workbook
from lc_core.exports.wanted import Format, Wanted
from tests.test_exports_files import LIVE, TEXTS, a_reading, rows, written

SOME = settings(
    max_examples=max(settings.default.max_examples // 4, 20) if settings.default else 30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
XLSX = Wanted("enrollments", Format.XLSX)
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@sum(1)",
    "\t=1",
    "＝1+1",  # noqa: RUF001
    '=HYPERLINK("https://example.org")',
    "https://example.org",
    "mailto:ann@example.org",
    "internal:Sheet1!A1",
    "{=1+1}",
    "<r><t>1</t></r>",
    "<r></t></is></c><c><f>1+1</f><v>2</v></c></r>",
    "<r>&</r>",
    "'=1+1",
    "12",
    "1e5",
    "2026-06-15",
    "TRUE",
    "#REF!",
    "a\nb",
    " a ",
    "é😀",
    "",
]


def sheets(path: Path) -> dict[str, list[list[Cell]]]:
    book = openpyxl.load_workbook(path)
    found = {sheet.title: [list(row) for row in sheet.iter_rows()] for sheet in book}
    assert [sheet._hyperlinks for sheet in book] == [[]] * len(found)
    book.close()
    return found


def parts(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as file:
        for name in file.namelist():
            yield name, file.read(name).decode()


def nothing_runs(path: Path) -> None:
    """Neither openpyxl nor the file itself knows a formula or a link."""
    for name, part in parts(path):
        assert not any(tag in part for tag in ("<f>", "<f ", "<hyperlink", "externalLink")), name
    told = [cell for lines in sheets(path).values() for line in lines for cell in line]
    assert {cell.data_type for cell in told} <= {"s", "n", "d", "b", "inlineStr"}
    assert [cell.value for cell in told if cell.hyperlink] == []


def as_held(text: str) -> str:
    """What a workbook can hold of a text."""
    held = "".join(
        "\N{REPLACEMENT CHARACTER}" if (char < " " and char not in "\t\n\r") or char in "\x7f\ufffe\uffff" else char
        for char in text
    )
    return held.replace("\r\n", "\n").replace("\r", "\n")


# --- nothing runs ----------------------------------------------------------------------------------------------------


def test_nothing_that_people_type_runs_or_is_a_link(tmp_path: Path):
    frame = rows(HOSTILE)

    path = written(tmp_path, XLSX, frame)

    nothing_runs(path)
    head, *told = sheets(path)["enrollments"]
    titles = [line[1] for line in told]
    assert [cell.value or "" for cell in titles] == HOSTILE
    assert [cell.quotePrefix for cell in titles] == [
        text.lstrip("'")[:1] in set(LIVE) and text != "" for text in HOSTILE
    ]
    assert head[1].value == "contract_title"


@SOME
@given(texts=st.lists(TEXTS, min_size=1, max_size=6))
def test_every_text_is_in_the_workbook_as_it_was(tmp_path: Path, texts: list[str]):
    path = written(tmp_path, XLSX, rows(texts))

    nothing_runs(path)
    told = [openpyxl.utils.escape.unescape(line[1].value or "") for line in sheets(path)["enrollments"][1:]]
    for text, held in zip(texts, told, strict=True):
        assert held == as_held(text) if len(text) <= workbook.LONGEST else held.endswith("…")
        assert len(held.encode("utf-16-le")) <= 2 * workbook.LONGEST


@pytest.mark.parametrize("text", ["😀" * 20_000, "x" * 32_768, f"<r>{'&' * 30_000}</r>"])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path, text: str):
    path = written(tmp_path, XLSX, rows([text, "x" * 32_767]))

    nothing_runs(path)
    (_head, one, exact) = [line[1].value for line in sheets(path)["enrollments"]]
    assert one.endswith("…")
    assert text.startswith(one[:-1])
    assert len(one.encode("utf-16-le")) in {2 * workbook.LONGEST, 2 * workbook.LONGEST - 2, 2 * len(text)}
    assert exact == "x" * 32_767


def test_other_programs_open_it(tmp_path: Path):
    path = written(tmp_path, XLSX, rows(HOSTILE))

    told = pl.read_excel(path, engine="openpyxl", sheet_name="enrollments", raise_if_empty=True)

    assert told.height == len(HOSTILE)
    assert told.columns[:2] == ["contract_code", "contract_title"]


# --- numbers, times, sheets ------------------------------------------------------------------------------------------


def test_numbers_beyond_what_a_workbook_counts_exactly_are_texts(tmp_path: Path):
    wanted = Wanted("ledger", Format.XLSX, columns=("move", "delta"))
    numbers = [0, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, None]
    frame = pl.DataFrame({"move": numbers, "delta": [-1] * 6}, schema=dict(wanted.schema))

    told = sheets(written(tmp_path, wanted, frame))["ledger"]

    assert [line[0].value for line in told[1:]] == [0, 2**53, str(2**53 + 1), str(-(2**53) - 1), str(2**63 - 1), None]
    assert [line[1].value for line in told[1:]] == [-1] * 6


def test_other_values_are_what_they_are(tmp_path: Path):
    names = ("utilisation", "valid_from", "require_invitation_code", "seats")
    wanted = Wanted("contracts", Format.XLSX, columns=names)
    values = [(0.25, date(2026, 6, 15), True, 0), (float("nan"), date(1899, 1, 1), False, 1), (None,) * 4]
    frame = pl.DataFrame(values, schema=dict(wanted.schema), orient="row")

    told = [[cell.value for cell in line] for line in sheets(written(tmp_path, wanted, frame))["contracts"]]

    assert told[1:3] == [[0.25, datetime(2026, 6, 15), True, 0], [None, "1899-01-01 00:00:00", False, 1]]  # noqa: DTZ001
    assert told[3:] in ([], [[None] * 4])


@SOME
@given(seconds=st.lists(st.one_of(st.none(), st.integers(0, 250_000_000_000)), min_size=1, max_size=5))
def test_times_are_told_in_utc_and_in_the_chosen_zone(tmp_path: Path, seconds: list[int | None]):
    wanted = Wanted("enrollments", Format.XLSX, zone="Asia/Kathmandu")
    since = datetime(1900, 3, 2, tzinfo=UTC)
    times = [None if n is None else since + timedelta(seconds=n) for n in seconds]
    frame = rows(["x"] * len(times), times, zone="Asia/Kathmandu")

    head, *told = sheets(written(tmp_path, wanted, frame))["enrollments"]

    by_name = dict(zip([cell.value for cell in head], zip(*told, strict=True), strict=True))
    for name in ("enrolled_at", "completed_at"):
        for heading, column in ((f"{name} (UTC)", name), (f"{name}_local (Asia/Kathmandu)", f"{name}_local")):
            values = [near(cell.value) for cell in by_name[heading]]
            assert values == [value and value.replace(tzinfo=None) for value in frame[column]]
            assert {cell.number_format for cell in by_name[heading] if cell.value} <= {
                "yyyy\\-mm\\-dd\\ hh:mm:ss",
                "yyyy-mm-dd hh:mm:ss",
            }


def near(value: Any) -> Any:
    """To the second: a workbook's day is a fraction of a number."""
    return (value + timedelta(milliseconds=500)).replace(microsecond=0) if isinstance(value, datetime) else value


@pytest.mark.parametrize(("count", "lengths"), [(0, [0]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1]), (6, [3, 3])])
def test_what_one_sheet_cannot_hold_goes_on_in_further_ones(tmp_path: Path, count: int, lengths: list[int]):
    frame = rows([f"={n}" for n in range(count)])
    path = tmp_path / "made.xlsx"

    workbook.write(path, XLSX, a_reading(frame, portion=5), sheet_rows=4)

    nothing_runs(path)
    *data, (name, meanings) = sheets(path).items()
    assert [title for title, _lines in data] == ["enrollments", "enrollments 2", "enrollments 3"][: len(lengths)]
    assert [len(lines) - 1 for _title, lines in data] == lengths
    assert [line[0].value for _title, lines in data for line in lines[1:]] == [f"={n}" for n in range(count)]
    assert {tuple(cell.value for cell in lines[0]) for _title, lines in data} == {tuple(c.value for c in data[0][1][0])}
    assert name == "definitions"
    assert [tuple(cell.value for cell in line) for line in meanings][-len(XLSX.schema) :] == [
        (column.name, column.meaning, column.kind) for column in XLSX.of.columns
    ]


def test_a_sheet_holds_no_more_rows_than_spreadsheets_do():
    assert workbook.ROWS == 2**20


# --- a real spreadsheet ----------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_libreoffice_finds_no_formula_and_no_link(tmp_path: Path):
    office = shutil.which("soffice")
    assert office, "install libreoffice-calc"
    source = written(tmp_path, XLSX, rows(HOSTILE))

    for kind in ("fods", "xlsx"):
        home = (tmp_path / "office").as_uri()
        command = [office, f"-env:UserInstallation={home}", "--headless", "--convert-to", kind, "--outdir"]
        subprocess.run([*command, str(tmp_path / "told"), str(source)], check=True, capture_output=True, timeout=180)

    text = (tmp_path / "told" / "made.fods").read_text(encoding="utf-8")
    assert "table:formula" not in text
    assert "text:a " not in text
    assert "=HYPERLINK(" in text  # told, as a text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nothing_runs(tmp_path / "told" / "made.xlsx")
        told = sheets(tmp_path / "told" / "made.xlsx")["enrollments"]
    assert [line[1].value or "" for line in told[1:]] == HOSTILE
