"""Exports as files: written aside portion by portion, then put in their place; one that fails leaves nothing (R-EXP-1)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from lc_core.exports import files, reading, workbook
from lc_core.exports.reading import Reading
from lc_core.exports.wanted import Format, Wanted
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor

Told = Callable[[int, int], None]
"""Is told how many rows are written, of how many."""
Writer = Callable[[Path, Wanted, Reading], None]
WRITERS: dict[Format, Writer] = {
    Format.CSV: files.csv,
    Format.PARQUET: files.parquet,
    Format.XLSX: workbook.write,
    Format.ARROW: files.arrow,
}


@dataclass(frozen=True)
class Written:
    """A file that is there. `bytes`: its size; `as_of`: everything that had happened by then is in it."""

    path: Path
    rows: int
    bytes: int
    as_of: datetime


def write(insight: Insight, actor: Actor, wanted: Wanted, path: Path, told: Told = lambda _done, _of: None) -> Written:
    """Write what is wanted to this file, which is replaced if it is there.

    NotFound for what the asker may not see; OSError where the file cannot be written. Its folder must be there.
    """
    with (
        reading.opened(insight, actor, wanted) as found,
        TemporaryDirectory(prefix=".export-", dir=path.parent) as aside,
    ):
        made = Path(aside) / f"export{wanted.format.ending}"
        told(0, found.rows)
        WRITERS[wanted.format](made, wanted, Reading(found.rows, found.as_of, _counted(found, told)))
        size = made.stat().st_size
        made.replace(path)
    return Written(path, found.rows, size, found.as_of)


def _counted(found: Reading, told: Told) -> Iterator[pl.DataFrame]:
    """The portions, each told when it was taken and the next one is asked for."""
    done = 0
    for frame in found.frames:
        yield frame
        done += frame.height
        told(done, found.rows)
