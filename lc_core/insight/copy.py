"""The analytic copy: one DuckDB file, built whole when something changed in the records since the last one.

Every version is a file of its own. It is published by replacing the small file CURRENT, so a reader has the old version
or the new one and never half of one. The copy can be thrown away at any time: whoever misses it builds it again.
"""

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from math import inf
from pathlib import Path
from threading import Lock, Thread
from time import thread_time
from typing import TypeVar
from uuid import uuid4

import duckdb
from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core.errors import Refused
from lc_core.insight import tables
from lc_core.insight.reader import BROKEN, Opened, checksum_of
from lc_core.insight.remembered import Remembered
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import AuditEvent, AuditHead

T = TypeVar("T")
CURRENT = "CURRENT"
PATIENCE = 2.0
"""Seconds of work that one may wait for. If the last build took more, the older copy is shown while the next is made."""
TIME_LIMIT = 30.0
"""Seconds that one question may take."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Revision:
    """How far the records had come: how many events they tell, and the newest one's hash (another one after a restore).

    A look at the records that tells as many events of the same history holds the same rows: each change adds one event.
    """

    events: int
    newest: str


@dataclass(frozen=True)
class Copy:
    """A published version of the copy: what CURRENT says of it.

    `as_of`: the instant up to which it holds everything. `took`: seconds of work (not of waiting) that its build was.
    `counts`: rows by table.
    """

    file: str
    revision: Revision
    as_of: datetime
    took: float
    counts: dict[str, int]
    checksum: str
    shape: str
    previous: str | None


_told = TypeAdapter(Copy)
_SHAPE = tables.shape()


@dataclass(frozen=True)
class _Held:
    """A version that this process has open."""

    copy: Copy
    opened: Opened


_REVISION = select(
    select(func.coalesce(func.sum(AuditHead.position), 0)).scalar_subquery(),
    select(AuditEvent.hash).order_by(AuditEvent.id.desc()).limit(1).scalar_subquery(),
)


def revision_of(session: Session) -> Revision:
    """How far the records are in this look at them."""
    told, hashed = session.execute(_REVISION).one()
    return Revision(int(told), hashed or "")


@lru_cache(2)
def _copy_told(words: bytes) -> Copy | None:
    """The version that CURRENT tells of; None for one of another shape. ValueError for what tells of none."""
    copy = _told.validate_json(words)
    return copy if copy.shape == _SHAPE else None


class Insight:
    """The copy of one installation's records, in a folder that its processes share. Made once a process, used by all threads."""

    def __init__(
        self, db: Database, folder: Path, *, patience: float = PATIENCE, time_limit: float = TIME_LIMIT
    ) -> None:
        self.db = db
        self.folder = folder
        self.remembered = Remembered()
        self._patience = patience
        self._time_limit = time_limit
        self._door = Lock()
        self._held: _Held | None = None
        self._builder: Thread | None = None

    def copy(self) -> Copy:
        """The version to ask: all that is committed now, or, where building takes long, an older one and its `as_of`."""
        return self._ready(self._patience).copy

    def refresh(self) -> Copy:
        """The version that holds all that is committed now, however long building it takes."""
        return self._ready(inf).copy

    def ask(self, question: Callable[[duckdb.DuckDBPyConnection], T]) -> tuple[T, Copy]:
        """Put a question to the copy, with a cursor of its own; the answer, and the version that gave it.

        Refused with question_too_slow past the time limit. A file that turns out to be damaged is built anew and asked again.
        """
        try:
            return self._ask(self._ready(self._patience), question)
        except BROKEN as broken:
            log.warning("the analytic copy is damaged and will be built anew: %s", broken)
            self._throw_away()
        try:
            return self._ask(self._ready(self._patience), question)
        except BROKEN as broken:
            raise Refused(Reason.COPY_UNAVAILABLE) from broken

    def close(self) -> None:
        """Wait for a build under way and let go of the file."""
        if self._builder is not None:
            self._builder.join()
        self._held = None

    def _ask(self, held: _Held, question: Callable[[duckdb.DuckDBPyConnection], T]) -> tuple[T, Copy]:
        try:
            with held.opened.cursor(self._time_limit) as cursor:
                return question(cursor), held.copy
        except duckdb.InterruptException as interrupted:
            raise Refused(Reason.QUESTION_TOO_SLOW) from interrupted

    def _ready(self, patience: float) -> _Held:
        now, wanted = self._look()
        held = self._current()
        if held is not None and held.copy.revision == wanted:
            return replace(held, copy=replace(held.copy, as_of=now))
        if held is not None and held.copy.took > patience:
            self._build_aside()
            return held
        return self._built(wanted)

    def _look(self) -> tuple[datetime, Revision]:
        now = self.db.clock()
        with self.db.read() as session:
            return now, revision_of(session)

    # --- what is published -------------------------------------------------------------------------------------------

    def _current(self) -> _Held | None:
        """The published version, open and proved whole; None where there is none that can be used."""
        while (copy := self.published()) is not None:
            with self._door:
                if self._held is None or self._held.copy != copy or not self._held.opened.untouched():
                    self._held = self._open(copy)
                if self._held is not None:
                    return self._held
            if self.published() == copy:  # else it was replaced, and its file cleared away, while we looked
                return None
        return None

    def published(self) -> Copy | None:  # what CURRENT says, however old it is
        try:
            return _copy_told((self.folder / CURRENT).read_bytes())
        except (OSError, ValueError):
            return None

    def _open(self, copy: Copy) -> _Held | None:
        try:
            return _Held(copy, Opened(self.folder / copy.file, copy.checksum))
        except (*BROKEN, duckdb.Error, ValueError) as broken:
            log.warning("the analytic copy cannot be used and will be built anew: %s", broken)
            return None

    def _throw_away(self) -> None:
        with self._door:
            held, self._held = self._held, None
        if held is not None:
            (self.folder / held.copy.file).unlink(missing_ok=True)

    # --- building ----------------------------------------------------------------------------------------------------

    def _built(self, wanted: Revision) -> _Held:
        """A version that holds at least what was wanted, built here unless somebody else just did."""
        try:
            with self._lease(fcntl.LOCK_EX):
                held = self._current()
                if held is not None and self._suffices(held.copy, wanted):
                    return held
                return self._build()
        except (*BROKEN, duckdb.Error, ValueError) as failed:
            log.exception("the analytic copy could not be built")
            held = self._current()
            if held is None:
                raise Refused(Reason.COPY_UNAVAILABLE) from failed
            return held

    def _suffices(self, copy: Copy, wanted: Revision) -> bool:
        """Whether a version that was published while we waited holds what was wanted (and is not of a history since undone)."""
        return copy.revision == wanted or wanted.events < copy.revision.events <= self._look()[1].events

    def _build_aside(self) -> None:
        with self._door:
            if self._builder is None or not self._builder.is_alive():
                self._builder = Thread(target=self._build_if_nobody_does, name="analytic copy")
                self._builder.start()

    def _build_if_nobody_does(self) -> None:
        try:
            with self._lease(fcntl.LOCK_EX | fcntl.LOCK_NB):
                held = self._current()
                if held is None or held.copy.revision != self._look()[1]:
                    self._build()
        except BlockingIOError:
            return
        except Exception:
            log.exception("the analytic copy could not be built")

    @contextmanager
    def _lease(self, how: int) -> Iterator[None]:
        """Only one process, and only one of its threads, builds at a time; the lease of a killed one is free at once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "building.lock").open("w") as lock:
            fcntl.flock(lock, how)
            yield

    def _build(self) -> _Held:
        """Build, prove and publish a version; under the lease."""
        began, previous = thread_time(), self.published()
        as_of = self.db.clock()
        path = self.folder / f"{as_of:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}.duckdb"
        try:
            revision, counts = self._write(path)
            copy = Copy(
                file=path.name,
                revision=revision,
                as_of=as_of,
                took=thread_time() - began,
                counts=counts,
                checksum=checksum_of(path),
                shape=_SHAPE,
                previous=previous.file if previous else None,
            )
            held = _Held(copy, _proved(path, copy))
            self._publish(copy)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        with self._door:
            self._held = held
        return held

    def _write(self, path: Path) -> tuple[Revision, dict[str, int]]:
        with duckdb.connect(str(path)) as connection:
            with self.db.read() as session:
                revision = revision_of(session)
                connection.begin()
                counts = tables.fill(session, connection)
                connection.commit()
            connection.execute("checkpoint")  # closing does it too, but keeps a full disk to itself
        return revision, counts

    def _publish(self, copy: Copy) -> None:
        aside = self.folder / f"{CURRENT}.new"
        aside.write_bytes(_told.dump_json(copy, indent=1))
        aside.replace(self.folder / CURRENT)
        for file in self.folder.glob("*.duckdb*"):
            if file.name not in {copy.file, copy.previous}:
                with suppress(OSError):
                    file.unlink()


def _proved(path: Path, copy: Copy) -> Opened:
    """The file open, if it holds what was read from the records."""
    opened = Opened(path, copy.checksum)
    if opened.counts(copy.counts) != copy.counts:
        raise ValueError(f"{path.name} does not hold what was read")
    return opened
