"""XLSX: as many sheets as the rows need, and one that says what each column means. No cell runs or is a link (R-EXP-2)."""

from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from lc_core.exports.datasets import LOCAL
from lc_core.exports.reading import Reading
from lc_core.exports.wanted import Wanted
from lc_core.insight import cells
from lc_core.insight.tables import INSTANT
from lc_core.language import _

ROWS = 1_048_576
"""Rows of a sheet, the heads of the columns among them."""
LONGEST = 32_767
"""Characters of a cell, as UTF-16 counts them."""
EXACT = 2**53
"""A spreadsheet's numbers are not exact beyond it: they are told as text."""
CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{fffe}\x{ffff}]"
FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 (a workbook knows no zones)
"""Before it workbooks count a day that there never was: earlier ones are told as text."""
UNIX_DAY = 25_569
"""What a workbook calls 1970-01-01."""
DAY = 86_400_000_000
WIDTHS: dict[Any, int] = {pl.String: 24, pl.Int64: 12, pl.Float64: 12, pl.Boolean: 12, pl.Date: 12}
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(path: Path, wanted: Wanted, found: Reading, sheet_rows: int = ROWS) -> None:
    """Rows are written as they come. OSError where that cannot be done."""
    try:
        with xlsxwriter.Workbook(path, {**OPTIONS, "tmpdir": str(path.parent)}) as book:
            book.use_zip64()
            _Book(book, wanted, sheet_rows).fill(found)
    except XlsxWriterException as failed:
        raise OSError(str(failed)) from failed


class _Book:
    """A workbook under way: the sheet that is being written, and its next row."""

    def __init__(self, book: Any, wanted: Wanted, sheet_rows: int) -> None:
        self._book = book
        self._wanted = wanted
        self._sheet_rows = sheet_rows
        self._head = book.add_format({"bold": True})
        self._inert = book.add_format({"quote_prefix": True})
        self._shapes: dict[Any, Any] = {
            INSTANT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            LOCAL: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            pl.Date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._sheet: Any = None
        self._next = sheet_rows
        self._sheets = 0

    def fill(self, found: Reading) -> None:
        """All rows, and what they are."""
        self._new_sheet()
        for frame in found.frames:
            for part in self._parts(frame):
                self._rows(part)
        self._definitions(found)

    def _parts(self, frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """What still has room on this sheet, then on the next ones."""
        while frame.height:
            if self._next == self._sheet_rows:
                self._new_sheet()
            room = self._sheet_rows - self._next
            yield frame.head(room)
            frame = frame.slice(room)

    def _new_sheet(self) -> None:
        self._sheets += 1
        name = self._wanted.dataset if self._sheets == 1 else f"{self._wanted.dataset} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        for column, (heading, dtype) in enumerate(zip(self._headings(), self._wanted.schema.values(), strict=True)):
            self._sheet.set_column(column, column, WIDTHS.get(dtype, 20), self._shapes.get(dtype))
            self._sheet.write_string(0, column, heading, self._head)
        self._next = 1

    def _headings(self) -> list[str]:
        """The names of the columns; a workbook's times have no zone of their own, so it stands there."""
        zones: dict[Any, str] = {INSTANT: " (UTC)", LOCAL: f" ({self._wanted.zone})"}
        return [name + zones.get(dtype, "") for name, dtype in self._wanted.schema.items()]

    def _rows(self, frame: pl.DataFrame) -> None:
        """The rows, one after the other: what was written cannot be written again once the next row is begun."""
        sheet, first = self._sheet, self._next
        writes = [_writer(sheet, dtype) for dtype in frame.dtypes]
        live = _live(frame)
        values = [_values(series) for series in frame.iter_columns()]
        for row, line in enumerate(zip(*values, strict=True)):
            for column, value in enumerate(line):
                if value is not None:
                    writes[column](first + row, column, value)
            for column in live.get(row, ()):
                sheet.write_string(first + row, column, line[column], self._inert)
        self._next += frame.height

    def _definitions(self, found: Reading) -> None:
        """A sheet that says what the file tells, and what each column means."""
        sheet, dataset = self._book.add_worksheet("definitions"), self._wanted.of
        lines: list[tuple[str, ...]] = [
            (_(dataset.words), _(dataset.about)),
            (_("Rows"), str(found.rows)),
            (_("Order"), _(dataset.order)),
            (_("Data as of"), f"{found.as_of:%Y-%m-%d %H:%M:%S} UTC"),
            (_("Time zone"), self._wanted.zone),
            *self._limits(),
            (),
            (_("Column"), _("Meaning"), _("Type")),
        ]
        columns = [dataset.by_name[name] for name in self._wanted.schema]
        lines += [(column.name, _(column.meaning), column.kind) for column in columns]
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        sheet.set_column(2, 2, 24)
        for row, line in enumerate(lines):
            for place, words in enumerate(line):
                sheet.write_string(row, place, words, None if place else self._head)

    def _limits(self) -> Iterator[tuple[str, str]]:
        """By what the rows are limited, where it is not everything."""
        wanted = self._wanted
        if wanted.only is not None:
            yield _("Contracts"), _("{n} chosen ones").format(n=len(wanted.only))
        if wanted.activity is not None:
            yield _("Activity"), _("a chosen one")
        if wanted.statuses:
            yield _("Statuses"), ", ".join(wanted.statuses)
        if wanted.period is not None:
            told = _("{first} to {last}, by {column} ({zone})")
            yield (
                _("Period"),
                told.format(
                    first=wanted.period.first, last=wanted.period.last, column=wanted.of.instant, zone=wanted.zone
                ),
            )


def _writer(sheet: Any, dtype: pl.DataType) -> Callable[..., Any]:
    """How a column's values are written; numbers and times that a workbook does not know are texts."""
    if dtype == pl.String:
        return sheet.write_string  # type: ignore[no-any-return]
    if dtype == pl.Boolean:
        return sheet.write_boolean  # type: ignore[no-any-return]

    def number(row: int, column: int, value: float | str) -> None:
        (sheet.write_string if isinstance(value, str) else sheet.write_number)(row, column, value)

    return number


def _values(series: pl.Series) -> list[Any]:
    """A column as a workbook takes it."""
    if series.dtype == pl.String:
        return _texts(series).to_list()
    if series.dtype == pl.Int64:
        return [value if value is None or abs(value) <= EXACT else str(value) for value in series]
    if series.dtype.is_float():
        return [value if finite else None for value, finite in zip(series, series.is_finite(), strict=True)]
    if series.dtype.is_temporal():
        return _days(series)
    return series.to_list()


def _days(series: pl.Series) -> list[float | str | None]:
    """Days since the one from which workbooks count, with the time of day as a fraction."""
    times = series.cast(pl.Datetime("us")) if series.dtype == pl.Date else series.dt.replace_time_zone(None)
    days = times.to_physical() / DAY + UNIX_DAY
    if (times < FIRST_DAY).any():
        return [
            str(told) if told is not None and told < FIRST_DAY else day for told, day in zip(times, days, strict=True)
        ]
    return days.to_list()


def _texts(series: pl.Series) -> pl.Series:
    """Texts without characters that break a workbook, and no longer than a cell."""
    told = series.str.replace_all(CONTROLS, "\N{REPLACEMENT CHARACTER}").str.replace_all("\r\n?", "\n")
    if (told.str.len_chars() > LONGEST // 2).any():
        told = told.map_elements(_cut, return_dtype=pl.String)
    # the library takes a text between these tags for markup of its own and would write it into the file as it stands
    markup = told.str.starts_with("<r>") & told.str.ends_with("</r>")
    if markup.any():
        told = told.map_elements(_as_text, return_dtype=pl.String)
    return told


def _cut(text: str) -> str:
    """The text, as far as a cell holds it."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - 1)].decode("utf-16-le", errors="ignore") + "…"


def _as_text(text: str) -> str:
    """A text that looks like the library's markup, as the markup that tells that text; one too long for it loses its end."""
    if not (text.startswith("<r>") and text.endswith("</r>")):
        return text
    told = f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return told if len(told.encode("utf-16-le")) <= 2 * LONGEST else f"{text[:-1]}…"


def _live(frame: pl.DataFrame) -> dict[int, list[int]]:
    """Which cells would run if somebody typed them: row by row, the columns."""
    found: dict[int, list[int]] = {}
    for column, series in enumerate(frame.iter_columns()):
        if series.dtype == pl.String:
            for row in series.str.contains(cells.WOULD_RUN).fill_null(value=False).arg_true():
                found.setdefault(row, []).append(column)
    return found
