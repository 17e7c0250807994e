"""What has expired goes: files, and what is known of how they were made, so that neither grows for ever (R-EXP-6, R-EXP-8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from lc_core.exports.kept import Kept
from lc_core.exports.runs import MOST_TOLD
from lc_core.records.db import Database
from lc_core.records.export_models import ExportRun, ExportSchedule
from lc_core.report_rules import RunState

AT_ONCE = 1000


def purge(db: Database, kept: Kept, keeps: timedelta) -> None:
    """Remove expired files, then the runs that nobody looks at any more. `keeps`: how long a file lasts."""
    _files(db, kept)
    with db.read() as session:
        old = session.scalar(_old(db.clock(), keeps))
    if old is not None:
        with db.bookkeeping() as session:
            _forget(session, session.scalars(_old(db.clock(), keeps)).all())


def _files(db: Database, kept: Kept) -> None:
    """Files that have expired, and those of which nothing is known while nobody makes any."""
    there = list(kept.every())
    with db.read() as session:
        busy = session.scalar(select(ExportRun.id).where(ExportRun.state == RunState.RUNNING).limit(1))
        live = select(ExportRun.token_hash).where(ExportRun.expires_at > db.clock())
        expired = select(ExportRun.token_hash).where(ExportRun.expires_at <= db.clock())
        keep, gone = set(session.scalars(live)), set(session.scalars(expired))
    for path, file in there:
        if file in gone or (busy is None and file not in keep):
            path.unlink(missing_ok=True)
    kept.tidy()


def _old(now: datetime, keeps: timedelta) -> Select[int]:
    """Runs that are over and whose files are gone: without a name all, else those that the history does not show any more."""
    nth = func.row_number().over(partition_by=ExportRun.saved_export_id, order_by=ExportRun.id.desc()).label("nth")
    told = select(ExportRun.id, nth).where(ExportRun.saved_export_id.is_not(None)).subquery()
    untold = ExportRun.id.in_(select(told.c.id).where(told.c.nth > MOST_TOLD))
    came = ExportRun.due_at <= now  # one that a clock ran ahead to is still to come, and stays
    old = select(ExportRun.id).where(came, _gone(now, keeps), or_(ExportRun.saved_export_id.is_(None), untold))
    return old.order_by(ExportRun.id).limit(AT_ONCE)


def _gone(now: datetime, keeps: timedelta) -> ColumnElement[bool]:
    """Runs that are over, with their files: one that failed has none, and is there as long as it would be."""
    failed = ExportRun.expires_at.is_(None) & (ExportRun.finished_at <= now - keeps)
    return or_(ExportRun.expires_at <= now, failed)


def _forget(session: Session, run_ids: Sequence[int]) -> None:
    """A due time is known to be done by its run; where that goes, the schedule begins after it."""
    those = ExportRun.id.in_(run_ids)
    due = or_(ExportRun.by_letter, ExportRun.folder != "")
    newest = select(ExportRun.saved_export_id, func.max(ExportRun.due_at)).where(those, due)
    for saved_id, last in session.execute(newest.group_by(ExportRun.saved_export_id)).all():
        older = (ExportSchedule.saved_export_id == saved_id) & (ExportSchedule.since < last)
        session.execute(update(ExportSchedule).where(older).values(since=last))
    session.execute(delete(ExportRun).where(those))
