"""Saved exports are made: with their owner's rights at that moment, put where they go, told once, tried again (R-EXP-6).

What a worker did that was killed is done again by another when the lease is over; only who still has the claim marks the
run, in the same change that writes the letter. So each due time has one letter, or one file in its folder.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from lc_core.errors import NotFound
from lc_core.exports import claims, folders, writing
from lc_core.exports.chosen import Chosen
from lc_core.exports.claims import LEASE, Claim
from lc_core.exports.kept import Kept
from lc_core.exports.runs import hash_of
from lc_core.exports.wanted import Wanted
from lc_core.exports.writing import Written
from lc_core.insight.copy import Insight
from lc_core.mail import outbox
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, rows_changed
from lc_core.records.export_models import ExportRun
from lc_core.report_rules import RunState, pause_after, why_not_folder
from lc_core.vocabulary import Event, LetterKind

WORKER = Actor(None, "worker")
log = logging.getLogger("lc.exports")


class Hopeless(Exception):
    """A run that would fail again, however often it is tried: here is why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Lost(Exception):
    """Another worker has taken the run over."""


@dataclass
class Reports:
    """How an installation makes saved exports: from which copy, where and how long files are kept, which folders are allowed."""

    insight: Insight
    kept: Kept
    allowed: tuple[str, ...]
    keeps: timedelta
    lease: timedelta = LEASE
    stopped: Callable[[], bool] = lambda: False

    def work(self) -> dict[str, int]:
        """Make all that is due, and remove what has expired; how many were made, failed and are tried again."""
        claims.begin_due(self.insight.db)
        done = dict.fromkeys(("made", "failed", "again"), 0)
        while not self.stopped() and (claim := claims.take(self.insight.db, self.lease)) is not None:
            became = self._make(claim)
            if became:
                done[became] += 1
        self._tidy()
        return done

    def _make(self, claim: Claim) -> str:
        """Make one; what became of it, nothing where another has it now."""
        path, renew = self.kept.new(), self._renewing(claim)
        step = Reason.RUN_BROKE
        try:
            wanted = self._wanted(claim)
            owner = Actor.person(claim.owner_id)
            written = writing.write(self.insight, owner, wanted, path, lambda _done, _of: renew())
            path.chmod(0o600)
            step = Reason.RUN_FOLDER_BROKE
            self._put(claim, path, wanted.format.ending, renew)
            became = "made" if self._made(claim, written) else ""
        except Lost:
            became = ""
        except NotFound:
            became = self._failed(claim, Reason.RUN_NOT_YOURS)
        except Hopeless as hopeless:
            became = self._failed(claim, hopeless.reason)
        except (
            Exception
        ) as wrong:  # a full disk, a store that is down, a copy that is being made: whatever it is, tried again
            log.warning("run %s: %s", claim.run_id, wrong, exc_info=log.isEnabledFor(logging.DEBUG))
            became = self._broke(claim, step)
        if became != "made":
            path.unlink(missing_ok=True)
        return became

    def _wanted(self, claim: Claim) -> Wanted:
        if claim.spent:
            raise Hopeless(Reason.RUN_INTERRUPTED)
        try:
            chosen = Chosen.from_json(claim.chosen)
        except ValueError as wrong:
            raise Hopeless(Reason.EXPORT_IMPOSSIBLE) from wrong
        self.insight.refresh()
        return chosen.wanted(self.insight, Actor.person(claim.owner_id), claim.due_at)

    def _put(self, claim: Claim, path: Path, ending: str, renew: Callable[[], None]) -> None:
        """Into its folder, if it goes into one that is allowed still."""
        if not claim.folder:
            return
        why_not = why_not_folder(claim.folder, self.allowed)
        if why_not is not None:
            raise Hopeless(why_not)
        renew()
        folders.put(path, claim.folder, f"{claim.file_name}{ending}", claim.attempt, renew)

    def _renewing(self, claim: Claim) -> Callable[[], None]:
        """To be called often while a run is made: it renews the claim now and then, and is Lost where that is gone."""
        pause = self.lease.total_seconds() / 4
        last = time.monotonic()

        def renew() -> None:
            nonlocal last
            if time.monotonic() - last < pause:
                return
            if not claims.renew(self.insight.db, claim, self.lease):
                raise Lost
            last = time.monotonic()

        return renew

    def _made(self, claim: Claim, written: Written) -> bool:
        """It is done; whether that is ours to say still. The letter, if one goes out, is written in the same change."""
        with self.insight.db.change(WORKER, Event.EXPORT_MADE) as change:
            values = {
                "state": RunState.DONE,
                "rows": written.rows,
                "bytes": written.bytes,
                "as_of": written.as_of,
                "token_hash": hash_of(written.path.name),
                "expires_at": change.now + self.keeps,
                "failed_for": None,
            }
            if not _over(change, claim, values):
                return False
            if claim.by_letter:
                outbox.tell(change, LetterKind.REPORT, [claim.owner_id], str(claim.run_id))
            _note(change, claim, {"rows": written.rows, "bytes": written.bytes})
            return True

    def _failed(self, claim: Claim, reason: Reason) -> str:
        """It is not tried again: its owner is told, by a letter and in the history."""
        with self.insight.db.change(WORKER, Event.EXPORT_FAILED) as change:
            if not _over(change, claim, {"state": RunState.FAILED, "failed_for": reason}):
                return ""
            outbox.tell(change, LetterKind.REPORT_FAILED, [claim.owner_id], str(claim.run_id))
            _note(change, claim, {"why": reason.value, "attempts": claim.attempt})
            return "failed"

    def _broke(self, claim: Claim, reason: Reason) -> str:
        """It is tried again after a while, or was tried often enough."""
        pause = pause_after(claim.attempt)
        if pause is None:
            return self._failed(claim, reason)
        with self.insight.db.bookkeeping() as session:
            again = update(ExportRun).where(claims.ours(claim))
            try_at = self.insight.db.clock() + pause
            values = {"state": RunState.AGAIN, "try_at": try_at, "failed_for": reason, "lease_until": None}
            return "again" if rows_changed(session.execute(again.values(**values))) else ""

    def _tidy(self) -> None:
        """Remove files that have expired, and those of which nothing is known while nobody makes any."""
        there = list(self.kept.every())
        with self.insight.db.read() as session:
            busy = session.scalar(select(ExportRun.id).where(ExportRun.state == RunState.RUNNING).limit(1))
            live = select(ExportRun.token_hash).where(ExportRun.expires_at > self.insight.db.clock())
            expired = select(ExportRun.token_hash).where(ExportRun.expires_at <= self.insight.db.clock())
            keep, gone = set(session.scalars(live)), set(session.scalars(expired))
        for path, file in there:
            if file in gone or (busy is None and file not in keep):
                path.unlink(missing_ok=True)
        self.kept.tidy()


def _over(change: Change, claim: Claim, values: dict[str, Any]) -> bool:
    """Mark a run as over, if it is ours still."""
    over = update(ExportRun).where(claims.ours(claim)).values(**values, finished_at=change.now, lease_until=None)
    return rows_changed(change.session.execute(over)) == 1


def _note(change: Change, claim: Claim, after: dict[str, Any]) -> None:
    change.note(saved_export=claim.saved_id, run=claim.run_id, person=claim.owner_id, after=after)
