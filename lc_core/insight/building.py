"""How a version of the analytic copy is made: by one process at a time, aside, proved, and only then published."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import thread_time
from uuid import uuid4

from sqlalchemy.orm import Session

from lc_core.insight import filling, published
from lc_core.insight.published import LARGE, Copy, Revision
from lc_core.insight.reader import Opened, checksum_of
from lc_core.records import changes
from lc_core.records.changes import Changes, Mark
from lc_core.records.db import Database

SORTED_AFTER = 30
"""After so many deltas questions of some contracts take up to twice as long: then the rows are sorted again."""


@dataclass(frozen=True)
class Builder:
    """Makes the versions of one installation's copy. `large`: from how many rows on only what changed is read."""

    db: Database
    folder: Path
    large: int = LARGE

    @contextmanager
    def lease(self, *, wait: bool) -> Iterator[None]:
        """Only one process, and only one of its threads, builds at a time; the lease of a killed one is free at once.

        Raises BlockingIOError where somebody has it and we do not `wait`.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "building.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield

    def build(self, from_here: Copy | None) -> tuple[Copy, Opened]:
        """Make, prove and publish a version; under the lease. `from_here`: the current one, if it is whole."""
        began, as_of = thread_time(), self.db.clock()
        path = self.folder / f"{as_of:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}.duckdb"
        previous = published.current(self.folder)
        try:
            held = self._written(path, from_here)
            copy = Copy(
                file=path.name,
                as_of=as_of,
                took=thread_time() - began,
                checksum=checksum_of(path),
                shape=filling.shape(),
                previous=previous.file if previous else None,
                reader=previous.reader if previous else f"copy {uuid4().hex}",
                **vars(held),
            )
            opened = _proved(path, copy)
            left = published.publish(self.folder, copy)
        except BaseException:
            for made in self.folder.glob(f"{path.name}*"):
                _removed(made)
            raise
        for file in left:
            _removed(file)
        return copy, opened

    def _written(self, path: Path, from_here: Copy | None) -> "_Held":
        with self.db.read() as session:
            held = _Held(published.revision_of(session), changes.mark(session), {}, 0)
            changed = self._changed(session, from_here)
            if from_here is None or changed is None:
                return replace(held, counts=filling.whole(session, path))
            older = self.folder / from_here.file
            if from_here.deltas < SORTED_AFTER:
                shutil.copyfile(older, path)
                deltas = from_here.deltas + bool(changed.rows)
            else:
                filling.sorted_anew(older, path)
                deltas = int(bool(changed.rows))
            return replace(held, counts=filling.advanced(session, path, changed), deltas=deltas)

    def _changed(self, session: Session, from_here: Copy | None) -> Changes | None:
        """What the current version lacks; None where everything is to be read."""
        if from_here is None or from_here.rows < self.large:
            return None
        if not published.is_of_this_history(session, from_here.revision):
            return None
        return changes.since(session, from_here.mark)


@dataclass(frozen=True)
class _Held:
    """What a file that was written holds."""

    revision: Revision
    mark: Mark
    counts: dict[str, int]
    deltas: int


def _proved(path: Path, copy: Copy) -> Opened:
    """The file open, if it holds what was read from the records."""
    opened = Opened(path, copy.checksum)
    if opened.counts(copy.counts) != copy.counts:
        raise ValueError(f"{path.name} does not hold what was read")
    return opened


def _removed(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
