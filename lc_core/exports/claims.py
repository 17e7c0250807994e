"""Who makes which run: rows for the due times that have come, each claimed by one worker at a time with a lease (R-EXP-6).

A due time has one row, whoever writes it: that is what makes it happen once, however the clock moves. A claim is the
run's id with the number of its attempt: who comes back after another took the run over marks nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, true, update
from sqlalchemy.orm import Session

from lc_core import report_rules
from lc_core.exports import schedules
from lc_core.records.db import Database, insert_new, rows_changed
from lc_core.records.export_models import ExportRun, ExportSchedule, SavedExport
from lc_core.report_rules import MOST_BEGUN, PAUSES, Due, RunState, is_zone

LEASE = timedelta(minutes=10)
_ANY = true()


@dataclass(frozen=True)
class Claim:
    """A run that is ours to make, in which attempt, and what is to be made. `spent`: it was cut off too often."""

    run_id: int
    attempt: int
    spent: bool
    saved_id: int | None
    owner_id: int
    due_at: datetime
    chosen: str
    folder: str
    by_letter: bool
    file_name: str


def begin_due(db: Database) -> int:
    """Write down the runs whose due time has come; answers how many are new.

    After a pause of days only the newest missed one: the files of the others would tell what this one tells.
    """
    with db.read() as session:
        late = [saved_id for saved_id, _row, _due in _late(session, db.clock())]
    if not late:
        return 0
    with db.bookkeeping() as session:
        return sum(_begun(session, saved, row, due) for saved, row, due in _locked(session, late, db.clock()))


def _late(session: Session, now: datetime) -> list[tuple[int, ExportSchedule, Due]]:
    """Schedules with a due time that has come and has no run yet."""
    running = session.scalars(select(ExportSchedule).where(ExportSchedule.stopped_at.is_(None)))
    dues = [(row.saved_export_id, row, due) for row in running if (due := _due(row, now)) is not None]
    if not dues:
        return []
    oldest = min(due.at for _saved, _row, due in dues)
    known = select(ExportRun.saved_export_id, ExportRun.due_at).where(ExportRun.due_at >= oldest)
    there = {(saved_id, at) for saved_id, at in session.execute(known)}
    return [one for one in dues if (one[0], one[2].at) not in there]


def _due(row: ExportSchedule, now: datetime) -> Due | None:
    """The newest due time of a schedule, if it has come since the schedule was made."""
    if not is_zone(row.zone):
        return None
    due = report_rules.latest_due(schedules.told(row), now)
    return due if due.at > row.since else None


def _locked(
    session: Session, saved_ids: Collection[int], now: datetime
) -> Iterator[tuple[SavedExport, ExportSchedule, Due]]:
    """Those of them that are due still, locked: a schedule that is being changed is looked at when it is."""
    rows = (
        select(SavedExport, ExportSchedule)
        .join(ExportSchedule, ExportSchedule.saved_export_id == SavedExport.id)
        .where(SavedExport.id.in_(saved_ids), ExportSchedule.stopped_at.is_(None))
        .order_by(SavedExport.id)
        .with_for_update(of=SavedExport)
    )
    for saved, row in session.execute(rows.execution_options(populate_existing=True)).all():
        due = _due(row, now)
        if due is not None:
            yield saved, row, due


def _begun(session: Session, saved: SavedExport, row: ExportSchedule, due: Due) -> int:
    new = insert_new(session, ExportRun).values(
        person_id=saved.person_id,
        saved_export_id=saved.id,
        due_at=due.at,
        day=due.day,
        chosen=saved.chosen,
        folder=row.folder,
        by_letter=not row.folder,
        stem=row.stem,
        state=RunState.WAITING,
        try_at=due.at,
    )
    return int(session.scalar(new.returning(ExportRun.id)) is not None)


def take(db: Database, lease: timedelta = LEASE, only: ColumnElement[bool] = _ANY) -> Claim | None:
    """Claim the run that was begun least often and has waited longest: none that ends its workers holds up the others.

    `only`: a condition on `export_runs`, for whoever makes none but these.
    """
    with db.bookkeeping() as session:
        now = db.clock()
        wanted = (
            select(ExportRun)
            .where(_open(now, lease), only)
            .order_by(ExportRun.attempts, ExportRun.try_at, ExportRun.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        run = session.scalar(wanted.execution_options(populate_existing=True))
        if run is None:
            return None
        run.state, run.attempts, run.started_at = RunState.RUNNING, run.attempts + 1, now
        run.lease_until = db.clock() + lease
        return Claim(
            run_id=run.id,
            attempt=run.attempts,
            spent=run.attempts > MOST_BEGUN,
            saved_id=run.saved_export_id,
            owner_id=run.person_id,
            due_at=run.due_at,
            chosen=run.chosen,
            folder=run.folder,
            by_letter=run.by_letter,
            file_name=run.file_name,
        )


def _open(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Runs whose turn it is. Times that lie much further ahead than they could have been set mean a clock that was wrong."""
    waits = ExportRun.state.in_([RunState.WAITING, RunState.AGAIN])
    turn = or_(ExportRun.try_at <= now, ExportRun.try_at > now + 2 * max(PAUSES))
    over = or_(ExportRun.lease_until <= now, ExportRun.lease_until > now + 2 * lease)
    return or_(waits & turn, (ExportRun.state == RunState.RUNNING) & over)


def ours(claim: Claim) -> ColumnElement[bool]:
    """The condition on `export_runs` under which a claim still holds."""
    return (
        (ExportRun.id == claim.run_id) & (ExportRun.attempts == claim.attempt) & (ExportRun.state == RunState.RUNNING)
    )


def renew(db: Database, claim: Claim, lease: timedelta = LEASE, **far: int) -> bool:
    """Whether the claim still holds; if so, for longer. `far`: how many `rows` there are, and how many are `written`."""
    with db.bookkeeping() as session:
        longer = update(ExportRun).where(ours(claim)).values(lease_until=db.clock() + lease, **far)
        return rows_changed(session.execute(longer)) == 1


def give_back(db: Database, claim: Claim) -> None:
    """Let go of a run whose making was stopped, as if it had not been begun: another may take it at once."""
    with db.bookkeeping() as session:
        before = {"state": RunState.WAITING, "attempts": claim.attempt - 1, "try_at": db.clock(), "lease_until": None}
        session.execute(update(ExportRun).where(ours(claim)).values(**before, failed_for=None))
