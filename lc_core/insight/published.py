"""What is known of a version of the analytic copy, and the small file that tells which one is current."""

import os
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core.insight import filling
from lc_core.records.changes import Mark
from lc_core.records.house_models import AuditEvent, AuditHead

CURRENT = "CURRENT"
LARGE = 1_000_000
"""Rows from which on a copy is brought up to date by what changed, beside those who ask, and not built whole before them."""


@dataclass(frozen=True)
class Revision:
    """How far the records had come: how many events they tell, and the newest one (its hash is another after a restore).

    A look at the records that tells as many events of the same history holds the same rows: each change adds one event.
    """

    events: int
    newest: str
    newest_id: int = 0


@dataclass(frozen=True)
class Copy:
    """A published version of the copy: what CURRENT says of it.

    `as_of`: the instant up to which it holds everything. `took`: seconds of work (not of waiting) that its build was.
    `counts`: rows by table. `mark`: from where on changes are new to it; `reader`: by which name it reads them.
    `deltas`: how many times rows were replaced in it since it was sorted.
    """

    file: str
    revision: Revision
    mark: Mark
    as_of: datetime
    took: float
    counts: dict[str, int]
    checksum: str
    shape: str
    previous: str | None
    reader: str
    deltas: int = 0

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


_told = TypeAdapter(Copy)
_REVISION = select(
    select(func.coalesce(func.sum(AuditHead.position), 0)).scalar_subquery(), AuditEvent.hash, AuditEvent.id
).where(AuditEvent.id == select(func.max(AuditEvent.id)).scalar_subquery())
"""One statement, since it is asked before every question. No row where nothing ever happened."""


def revision_of(session: Session) -> Revision:
    """How far the records are in this look at them."""
    told = session.execute(_REVISION).one_or_none()
    return Revision(int(told[0]), told[1], told[2]) if told else Revision(0, "")


def is_of_this_history(session: Session, revision: Revision) -> bool:
    """Whether the records went on from there: after a restore of older ones they did not."""
    there = select(AuditEvent.hash).where(AuditEvent.id == revision.newest_id)
    return not revision.newest or session.scalar(there) == revision.newest


def current(folder: Path) -> Copy | None:
    """The published version, however old it is; None where there is none of this shape."""
    try:
        return _copy_told((folder / CURRENT).read_bytes())
    except (OSError, ValueError):
        return None


def can_be_asked(folder: Path) -> bool:
    """Whether there is a version, or one can be made: whoever misses it builds it."""
    copy = current(folder)
    if copy is not None and (folder / copy.file).is_file():
        return True
    made = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return made.is_dir() and os.access(made, os.W_OK)


@lru_cache(2)
def _copy_told(words: bytes) -> Copy | None:
    """The version that CURRENT tells of; None for one of another shape. ValueError for what tells of none."""
    copy = _told.validate_json(words)
    return copy if copy.shape == filling.shape() else None


def publish(folder: Path, copy: Copy) -> list[Path]:
    """Make this the version that everybody asks; answers the files that nobody needs any more."""
    aside = folder / f"{CURRENT}.new"
    aside.write_bytes(_told.dump_json(copy, indent=1))
    aside.replace(folder / CURRENT)
    return [file for file in folder.glob("*.duckdb*") if file.name not in {copy.file, copy.previous}]
