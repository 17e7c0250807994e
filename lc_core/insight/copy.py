"""The analytic copy: one DuckDB file for everybody, made anew or brought up to date when the records have changed.

Every version is a file of its own. It is published by replacing the small file CURRENT, so a reader has the old version
or the new one and never half of one. The copy can be thrown away at any time: whoever misses it builds it again.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple, TypeVar

import duckdb

from lc_core.errors import Refused
from lc_core.insight import published
from lc_core.insight.building import Builder
from lc_core.insight.published import LARGE, Copy, Revision
from lc_core.insight.reader import BROKEN, Opened
from lc_core.insight.remembered import Remembered
from lc_core.reasons import Reason
from lc_core.records import changes
from lc_core.records.db import Database

T = TypeVar("T")
PATIENCE = 2.0
"""Seconds of work that one may wait for. If the last build took more, the older copy is shown while the next is made."""
LEFT_TO_THE_WORKER = timedelta(minutes=2)
"""A large copy that is younger than this is not built anew for whoever asks: the worker does it every minute."""
TIME_LIMIT = 30.0
"""Seconds that one question may take."""
LONG_LIMIT = 3600.0
"""Seconds that reading row by row may take, whoever takes the rows."""
log = logging.getLogger(__name__)


class Seen(NamedTuple):
    """A look at the records: how far they had come, at an instant that was before it."""

    at: datetime
    revision: Revision


@dataclass(frozen=True)
class _Held:
    """A version that this process has open."""

    copy: Copy
    opened: Opened


class Insight:
    """The copy of one installation's records, in a folder that its processes share. Made once a process, used by all threads."""

    def __init__(
        self,
        db: Database,
        folder: Path,
        *,
        patience: float = PATIENCE,
        time_limit: float = TIME_LIMIT,
        large: int = LARGE,
    ) -> None:
        self.db = db
        self.folder = folder
        self.remembered = Remembered()
        self._builder = Builder(db, folder, large)
        self._patience = patience
        self._time_limit = time_limit
        self._large = large
        self._door = Lock()
        self._held: _Held | None = None
        self._aside: Thread | None = None

    def copy(self, seen: Seen | None = None) -> Copy:
        """The version to ask: all that is committed now, or, where building takes long, an older one and its `as_of`.

        `seen`: how far the records are, for whoever just looked.
        """
        return self._ready(self._patience, seen).copy

    def refresh(self) -> Copy:
        """The version that holds all that is committed now, however long building it takes."""
        held = self._ready(inf)
        changes.trim(self.db, held.copy.reader, held.copy.mark)
        return held.copy

    def published(self) -> Copy | None:
        """What is published, however old it is, without a look at the records."""
        return published.current(self.folder)

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

    @contextmanager
    def reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Copy]]:
        """A cursor for many rows, taken one portion after the other, and the version that they are all of.

        Newer versions may be published meanwhile. A file that turns out to be damaged is refused; whoever asks next gets one
        built anew.
        """
        held = self._ready(self._patience)
        try:
            with held.opened.cursor(LONG_LIMIT) as cursor:
                yield cursor, held.copy
        except duckdb.InterruptException as interrupted:
            raise Refused(Reason.QUESTION_TOO_SLOW) from interrupted
        except duckdb.Error as broken:  # whatever else goes wrong is the reader's own: a full disk where it writes
            if not isinstance(broken, BROKEN):
                raise
            log.warning("the analytic copy is damaged and will be built anew: %s", broken)
            self._throw_away()
            raise Refused(Reason.COPY_UNAVAILABLE) from broken

    def close(self) -> None:
        """Wait for a build under way and let go of the file."""
        if self._aside is not None:
            self._aside.join()
        self._held = None

    def _ask(self, held: _Held, question: Callable[[duckdb.DuckDBPyConnection], T]) -> tuple[T, Copy]:
        try:
            with held.opened.cursor(self._time_limit) as cursor:
                return question(cursor), held.copy
        except duckdb.InterruptException as interrupted:
            raise Refused(Reason.QUESTION_TOO_SLOW) from interrupted

    def _ready(self, patience: float, seen: Seen | None = None) -> _Held:
        now, wanted = seen or self._look()
        held = self._current(newest=patience == inf)
        if held is not None and held.copy.revision == wanted:
            return replace(held, copy=replace(held.copy, as_of=now))
        if held is not None and patience < inf and (held.copy.took > patience or held.copy.rows >= self._large):
            if held.copy.rows < self._large or now - held.copy.as_of > LEFT_TO_THE_WORKER:
                self._do_aside(self._build_if_nobody_does)
            return held
        return self._built(wanted)

    def _look(self) -> Seen:
        now = self.db.clock()
        with self.db.read() as session:
            return Seen(now, published.revision_of(session))

    # --- what is published -------------------------------------------------------------------------------------------

    def _current(self, *, newest: bool) -> _Held | None:
        """The published version, open and proved whole; None where there is none that can be used.

        Proving a large one takes a while: unless the `newest` is wanted, that is done aside, and the one before answers.
        """
        while (copy := self.published()) is not None:
            with self._door:
                held = self._held
                if held is None or held.copy != copy or not held.opened.untouched():
                    if held is not None and not newest and copy.rows >= self._large and held.opened.untouched():
                        self._do_aside(partial(self._adopt, copy))
                        return held
                    held = self._held = self._open(copy)
                if held is not None:
                    return held
            if self.published() == copy:  # else it was replaced, and its file cleared away, while we looked
                return None
        return None

    def _open(self, copy: Copy) -> _Held | None:
        try:
            return _Held(copy, Opened(self.folder / copy.file, copy.checksum))
        except (*BROKEN, duckdb.Error, ValueError) as broken:
            log.warning("the analytic copy cannot be used and will be built anew: %s", broken)
            return None

    def _adopt(self, copy: Copy) -> None:
        """Go over to this version, if it can be used."""
        opened = self._open(copy)
        with self._door:
            self._held = opened

    def _throw_away(self) -> None:
        with self._door:
            held, self._held = self._held, None
        if held is not None:
            (self.folder / held.copy.file).unlink(missing_ok=True)

    # --- building ----------------------------------------------------------------------------------------------------

    def _built(self, wanted: Revision) -> _Held:
        """A version that holds at least what was wanted, built here unless somebody else just did."""
        try:
            with self._builder.lease(wait=True):
                held = self._current(newest=True)
                if held is not None and self._suffices(held.copy, wanted):
                    return held
                return self._build(held)
        except (*BROKEN, duckdb.Error, ValueError) as failed:
            log.exception("the analytic copy could not be built")
            held = self._current(newest=True)
            if held is None:
                raise Refused(Reason.COPY_UNAVAILABLE) from failed
            return held

    def _suffices(self, copy: Copy, wanted: Revision) -> bool:
        """Whether a version that was published while we waited holds what was wanted (and is not of a history since undone)."""
        return copy.revision == wanted or wanted.events < copy.revision.events <= self._look().revision.events

    def _build(self, held: _Held | None) -> _Held:
        """Under the lease."""
        made = _Held(*self._builder.build(held.copy if held else None))
        with self._door:
            self._held = made
        return made

    def _do_aside(self, task: Callable[[], None]) -> None:
        """One thing at a time; what is asked for meanwhile will be asked for again."""
        if self._aside is None or not self._aside.is_alive():
            self._aside = Thread(target=self._whatever_happens, args=[task], name="analytic copy")
            self._aside.start()

    def _whatever_happens(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Exception:
            log.exception("the analytic copy could not be built")

    def _build_if_nobody_does(self) -> None:
        try:
            with self._builder.lease(wait=False):
                held = self._current(newest=True)
                if held is None or held.copy.revision != self._look().revision:
                    self._build(held)
        except BlockingIOError:
            return
