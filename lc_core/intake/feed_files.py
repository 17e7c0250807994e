"""The files of the feeds as rows of text: CSV in UTF-8 or Parquet, with the same columns (R-INT-2)."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.exceptions import PanicException, PolarsError

from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.words import visible

ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True)
class Shape:
    """The columns of one feed, by name: those it cannot do without, and those that may be missing."""

    name: str
    needed: tuple[str, ...]
    further: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.needed, *self.further)


@dataclass(frozen=True)
class Row:
    """One row. `line`: the physical line on which it begins; in Parquet the place it would have in a CSV file."""

    line: int
    cells: dict[str, str]


@dataclass
class Sheet:
    """One file, read: its good rows, its bad ones each with the reason, and the columns that mean nothing here."""

    file: str
    columns: frozenset[str]
    rows: list[Row] = field(default_factory=list)
    bad: list[tuple[Row, Reason]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def find(folder: Path, shapes: Sequence[Shape]) -> dict[str, Path]:
    """The files of a folder by the feed they are of; refused where there are none, or two of one feed."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [(path.stem, path) for path in there if path.suffix in ENDINGS and path.is_file()]
    wanted = [(shape.name, path) for shape in shapes for name, path in found if name == shape.name]
    if not wanted:
        raise Refused(Reason.NO_FEEDS, files=", ".join(f"{shape.name}.csv" for shape in shapes))
    for (name, path), (next_name, next_path) in pairwise(wanted):
        if name == next_name:
            raise Refused(Reason.FEED_TWICE, first=path.name, second=next_path.name)
    return dict(wanted)


def read(path: Path, shape: Shape) -> Sheet:
    """Read one file whole. Refused with unreadable_file or missing_column; single bad rows refuse nothing."""
    return _from_parquet(path, shape) if path.suffix == ".parquet" else _from_csv(path, shape)


def of_rows(shape: Shape, rows: Iterable[Mapping[str, str]]) -> Sheet:
    """Rows that come in no file. Each says what it has a cell for; `line` is its place among them, from 1."""
    sheet = Sheet(shape.name, frozenset(shape.columns))
    for place, cells in enumerate(rows, start=1):
        row = Row(place, dict(cells))
        reason = _why_not(list(cells), list(cells.values()))
        if reason is None:
            sheet.rows.append(row)
        else:
            sheet.bad.append((row, reason))
    return sheet


def _from_csv(path: Path, shape: Shape) -> Sheet:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        table = _told(path, csv.reader(file, strict=True))
        _, header = next(table, (0, []))
        sheet, names = _sheet(path, shape, header)
        for line, cells in table:
            _sort_in(sheet, names, line, cells)
    return sheet


def _told(path: Path, lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it begins."""
    begins = 1
    try:
        for cells in lines:
            if cells:
                yield begins, cells
            begins = lines.line_num + 1  # type: ignore[attr-defined]  # the csv module's reader counts them
    except csv.Error as broken:
        raise Refused(Reason.UNREADABLE_FILE, why=f"{path.name}, line {begins}: {broken}") from broken


def _sheet(path: Path, shape: Shape, header: Sequence[str]) -> tuple[Sheet, list[str]]:
    """An empty sheet, and the name of each column as feeds spell it."""
    names = [name.strip().lower() for name in header]
    for name in shape.needed:
        if name not in names:
            raise Refused(Reason.MISSING_COLUMN, column=f"{name} ({path.name})")
    for name in shape.columns:
        if names.count(name) > 1:
            raise Refused(Reason.UNREADABLE_FILE, why=f"{path.name}: two columns are called {name}")
    ignored = [visible(name) for name in names if name not in shape.columns]
    return Sheet(path.name, frozenset(names) & frozenset(shape.columns), ignored=ignored), names


def _sort_in(sheet: Sheet, names: Sequence[str], line: int, cells: Sequence[str]) -> None:
    told = dict(zip(names, cells, strict=False))
    row = Row(line, {name: cell for name, cell in told.items() if name in sheet.columns})
    reason = _why_not(names, cells)
    if reason is None:
        sheet.rows.append(row)
        return
    readable = {name: cell.encode(errors="replace").decode(errors="replace") for name, cell in row.cells.items()}
    sheet.bad.append((Row(line, readable), reason))


def _why_not(names: Sequence[str], cells: Sequence[str]) -> Reason | None:
    text = "".join(cells)
    if not text.isprintable() and any("\udc80" <= char <= "\udcff" for char in text):
        return Reason.ENCODING
    if "\x00" in text:
        return Reason.CONTROL_CHARS
    return Reason.ROW_SHAPE if len(cells) != len(names) else None


def _from_parquet(path: Path, shape: Shape) -> Sheet:
    """Read by Arrow, and looked through before anything relies on it: polars' own reader ends the process on some broken files."""
    try:
        with path.open("rb") as file:
            table = pq.ParquetFile(file).read()
        table.validate(full=True)
        frame = pl.DataFrame(table)
        sheet, names = _sheet(path, shape, frame.columns)
        for line, values in enumerate(frame.iter_rows(), start=2):
            _sort_in(sheet, names, line, [as_text(value) for value in values])
    except (pa.ArrowException, PolarsError, PanicException, OSError, ValueError) as broken:
        raise Refused(Reason.UNREADABLE_FILE, why=f"{path.name}: {str(broken).splitlines()[0]}") from broken
    return sheet


def as_text(value: object) -> str:
    """A typed value as a CSV file would spell it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(as_text(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
