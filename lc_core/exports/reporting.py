"""Exports are made: with their owner's rights at that moment, put where they go, told once, tried again (R-EXP-6, R-EXP-8).

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

from sqlalchemy import update

from lc_core.errors import NotFound
from lc_core.exports import claims, folders, own, purging, writing
from lc_core.exports.chosen import Chosen
from lc_core.exports.claims import LEASE, Claim
from lc_core.exports.kept import Kept
from lc_core.exports.runs import hash_of
from lc_core.exports.wanted import Wanted
from lc_core.exports.writing import Told, Written
from lc_core.insight.copy import Insight
from lc_core.mail import outbox
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, rows_changed
from lc_core.records.export_models import ExportRun
from lc_core.report_rules import RunState, pause_after, why_not_folder
from lc_core.settings import Settings
from lc_core.vocabulary import Event, LetterKind

WORKER = Actor(None, "worker")
TOLD_EACH = 2.0
"""Seconds between two notes of how far a run is."""
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
    """How an installation makes exports: from which copy, where and how long files are kept, which folders are allowed.

    `by`: who makes them, a worker or whoever asked for a file and waits for it.
    """

    insight: Insight
    kept: Kept
    allowed: tuple[str, ...]
    keeps: timedelta
    lease: timedelta = LEASE
    stopped: Callable[[], bool] = lambda: False
    by: Actor = WORKER

    @classmethod
    def of(cls, insight: Insight, settings: Settings, **more: Any) -> "Reports":
        """As the settings say."""
        keeps = timedelta(days=settings.export_days)
        return cls(insight, Kept(settings.exports_dir), settings.folders, keeps, **more)

    def work(self) -> dict[str, int]:
        """Make all that is due, and remove what has expired; how many were made, failed and are tried again."""
        claims.begin_due(self.insight.db)
        done = dict.fromkeys(("made", "failed", "again"), 0)
        while not self.stopped() and (claim := claims.take(self.insight.db, self.lease)) is not None:
            became = self._make(claim)
            if became:
                done[became] += 1
        purging.purge(self.insight.db, self.kept, self.keeps)
        return done

    def make(self, run_id: int, told: Told) -> str:
        """Make this file that `by` asked for, if its turn has come and nobody else makes it; what became of it.

        Where `told` stops it, as a page does that somebody left, another may begin at once.
        """
        theirs = (ExportRun.person_id == self.by.person_id) & ExportRun.saved_export_id.is_(None)
        claim = claims.take(self.insight.db, self.lease, theirs & (ExportRun.id == run_id))
        if claim is None:
            return ""
        try:
            became = self._make(claim, told)
        except BaseException as stopped:
            if not isinstance(stopped, Exception):
                claims.give_back(self.insight.db, claim)
            raise
        purging.purge(self.insight.db, self.kept, self.keeps)
        return became

    def _make(self, claim: Claim, told: Told = lambda _done, _of: None) -> str:
        """Make one; what became of it, nothing where another has it now."""
        renew, step, path = self._renewing(claim), Reason.RUN_BROKE, None

        def far(done: int, of: int) -> None:
            renew(written=done, rows=of)
            told(done, of)

        try:
            path, rights = self.kept.new(), self._rights(claim)
            wanted = self._wanted(claim)
            written = writing.write(self.insight, Actor.person(claim.owner_id), wanted, path, far)
            path.chmod(0o600)
            step = Reason.RUN_FOLDER_BROKE
            self._put(claim, path, wanted.format.ending, renew)
            became = "made" if self._made(claim, written, rights) else ""
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
        if path is not None and became != "made":
            path.unlink(missing_ok=True)
        return became

    def _wanted(self, claim: Claim) -> Wanted:
        if claim.spent:
            raise Hopeless(Reason.RUN_INTERRUPTED)
        try:
            chosen = Chosen.from_json(claim.chosen)
        except ValueError as wrong:
            raise Hopeless(Reason.EXPORT_IMPOSSIBLE) from wrong
        if claim.saved_id is not None:  # else somebody waits, and was shown what the copy tells now
            self.insight.refresh()
        return chosen.wanted(self.insight, Actor.person(claim.owner_id), claim.due_at)

    def _rights(self, claim: Claim) -> str | None:
        """What the owner of a file without a name is, before anything is read for them; others open it by their letter."""
        if claim.saved_id is not None:
            return None
        with self.insight.db.read() as session:
            return own.rights_hash(session, Actor.person(claim.owner_id))

    def _put(self, claim: Claim, path: Path, ending: str, renew: Callable[[], None]) -> None:
        """Into its folder, if it goes into one that is allowed still."""
        if not claim.folder:
            return
        why_not = why_not_folder(claim.folder, self.allowed)
        if why_not is not None:
            raise Hopeless(why_not)
        renew()
        folders.put(path, claim.folder, f"{claim.file_name}{ending}", claim.attempt, renew)

    def _renewing(self, claim: Claim) -> Callable[..., None]:
        """To be called often while a run is made: it renews the claim now and then, and is Lost where that is gone.

        It is told how far the run is: how many `rows` there are, and how many are `written`.
        """
        pause = min(TOLD_EACH, self.lease.total_seconds() / 4)
        last = time.monotonic()

        def renew(**far: int) -> None:
            nonlocal last
            if time.monotonic() - last < pause:
                return
            if not claims.renew(self.insight.db, claim, self.lease, **far):
                raise Lost
            last = time.monotonic()

        return renew

    def _made(self, claim: Claim, written: Written, rights: str | None) -> bool:
        """It is done; whether that is ours to say still. The letter, if one goes out, is written in the same change."""
        with self.insight.db.change(self.by, Event.EXPORT_MADE) as change:
            values = {
                "state": RunState.DONE,
                "rows": written.rows,
                "bytes": written.bytes,
                "as_of": written.as_of,
                "token_hash": hash_of(written.path.name),
                "rights_hash": rights,
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
        """It is not tried again: its owner is told, in the history, and of a saved export by a letter too."""
        with self.insight.db.change(self.by, Event.EXPORT_FAILED) as change:
            if not _over(change, claim, {"state": RunState.FAILED, "failed_for": reason}):
                return ""
            if claim.saved_id is not None:
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


def _over(change: Change, claim: Claim, values: dict[str, Any]) -> bool:
    """Mark a run as over, if it is ours still."""
    over = update(ExportRun).where(claims.ours(claim)).values(**values, finished_at=change.now, lease_until=None)
    return rows_changed(change.session.execute(over)) == 1


def _note(change: Change, claim: Claim, after: dict[str, Any]) -> None:
    saved: dict[str, Any] = {} if claim.saved_id is None else {"saved_export": claim.saved_id}
    change.note(**saved, run=claim.run_id, person=claim.owner_id, after=after)
