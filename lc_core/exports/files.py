"""CSV, Parquet and Arrow, portion by portion. A CSV holds no cell that runs (R-EXP-2); the others keep values as they are."""

from pathlib import Path
from typing import IO

import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from lc_core import language
from lc_core.exports.reading import Reading
from lc_core.exports.wanted import Wanted
from lc_core.insight import cells
from lc_core.insight.people_behind import NAMED
from lc_core.insight.tables import INSTANT

PACKED = "zstd"


def csv(path: Path, wanted: Wanted, found: Reading) -> None:
    """UTF-8, every text quoted. For Excel: with its mark, its separator and its numbers; else commas, and times in ISO 8601."""
    with path.open("wb") as file:
        _rows(file, pl.DataFrame(schema=wanted.schema), wanted, head=True)
        for frame in found.frames:
            _rows(file, frame, wanted)


def _rows(file: IO[bytes], frame: pl.DataFrame, wanted: Wanted, *, head: bool = False) -> None:
    decimal_comma = wanted.excel and language.decimal_mark() == ","
    _told(cells.marked(frame), excel=wanted.excel).write_csv(
        file,
        include_header=head,
        include_bom=head and wanted.excel,
        separator=";" if decimal_comma else ",",
        decimal_comma=decimal_comma,
        quote_style="non_numeric",
        line_terminator="\r\n" if wanted.excel else "\n",
    )


def _told(frame: pl.DataFrame, *, excel: bool) -> pl.DataFrame:
    """Times as text: to the microsecond, or as spreadsheets take a date and time for one."""
    utc = [name for name, dtype in frame.schema.items() if dtype == INSTANT]
    local = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime) and dtype != INSTANT]
    clock = "%Y-%m-%d %H:%M:%S" if excel else "%Y-%m-%dT%H:%M:%S%.f"
    return frame.with_columns(
        pl.col(utc).dt.strftime(clock if excel else f"{clock}Z"), pl.col(local).dt.strftime(clock)
    )


def parquet(path: Path, wanted: Wanted, found: Reading) -> None:
    """A row group for each portion."""
    repeated = [name for name, dtype in wanted.schema.items() if dtype == pl.String and name not in NAMED]
    with pq.ParquetWriter(path, _schema(wanted), compression=PACKED, use_dictionary=repeated) as file:
        for frame in found.frames:
            file.write_table(frame.to_arrow())


def arrow(path: Path, wanted: Wanted, found: Reading) -> None:
    """The file format (not the stream), its batches packed."""
    options = pyarrow.ipc.IpcWriteOptions(compression=PACKED)
    with pyarrow.ipc.new_file(path, _schema(wanted), options=options) as file:
        for frame in found.frames:
            file.write_table(frame.to_arrow())


def _schema(wanted: Wanted) -> pa.Schema:
    return pl.DataFrame(schema=wanted.schema).to_arrow().schema
