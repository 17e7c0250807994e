"""Saved exports, and an installation that makes them, for the tests."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from lc_core.exports import saved, schedules
from lc_core.exports.chosen import Chosen
from lc_core.exports.kept import Kept
from lc_core.exports.reporting import Reports
from lc_core.insight.copy import Insight
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.export_models import ExportRun, SavedExport
from lc_core.records.house_models import Letter
from lc_core.report_rules import Often, RunState, Schedule
from lc_core.vocabulary import LetterKind, Role
from tests.worlds import a_contract, invite, somebody

CONTRACTS = Chosen("contracts")
DAILY = Schedule(Often.DAILY, time(7), "Europe/Berlin")
KEPT_FOR = timedelta(days=7)
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DUE = datetime(2026, 6, 16, 7, tzinfo=BERLIN)
"""The first due time of `DAILY` after the clock of the tests."""
NOTHING = {"made": 0, "failed": 0, "again": 0}
MADE = {**NOTHING, "made": 1}


@pytest.fixture
def reports(db: Database, tmp_path: Path) -> Iterator[Callable[..., Reports]]:
    """Makes workers of this installation, each with a copy of its own; `allowed`: folders."""
    made: list[Insight] = []

    def one(*allowed: str, db: Database = db, **said: Any) -> Reports:
        made.append(Insight(db, tmp_path / "copy"))
        return Reports(made[-1], Kept(tmp_path / "exports"), allowed, KEPT_FOR, **said)

    yield one
    for insight in made:
        insight.close()


def an_analyst(db: Database, name: str = "ana") -> Actor:
    """Somebody with a contract to export, on which two are invited."""
    invite(db, a_contract(db, title="Safety"), f"{name}-1", f"{name}-2")
    return somebody(db, name, Role.ANALYST)


def a_saved(db: Database, who: Actor, name: str = "Every morning", chosen: Chosen = CONTRACTS) -> int:
    return saved.save(db, who, name, chosen)


def a_scheduled(
    db: Database, who: Actor, when: Schedule = DAILY, *, name: str = "Every morning", allowed: str = ""
) -> int:
    saved_id = a_saved(db, who, name)
    schedules.schedule(db, who, saved_id, when, allowed=(allowed,) if allowed else ())
    return saved_id


def rows(db: Database) -> list[ExportRun]:
    """All runs there are, oldest first."""
    with db.read() as session:
        return list(session.scalars(select(ExportRun).order_by(ExportRun.id)))


def told(db: Database, kind: LetterKind = LetterKind.REPORT) -> list[int]:
    """Of which runs letters of this kind were written, oldest first."""
    with db.read() as session:
        about = select(Letter.about).where(Letter.kind == kind).order_by(Letter.id)
        return [int(run) for run in session.scalars(about)]


def a_run(db: Database, saved_id: int, failed_for: Reason | None = None) -> int:
    """A run that is over, however it came there."""
    with db.bookkeeping() as session:
        number = session.scalar(select(func.count()).select_from(ExportRun)) or 0
        over = {
            "state": RunState.FAILED if failed_for else RunState.DONE,
            "failed_for": failed_for,
            "token_hash": None if failed_for else f"{number:064}",
            "expires_at": None if failed_for else db.clock() + KEPT_FOR,
        }
        due = db.clock() - timedelta(hours=number)
        run = ExportRun(
            person_id=session.get_one(SavedExport, saved_id).person_id,
            saved_export_id=saved_id,
            due_at=due,
            day=due.date(),
            chosen=CONTRACTS.to_json(),
            folder="",
            by_letter=True,
            stem="Every-morning",
            try_at=due,
            finished_at=due,
            **over,
        )
        session.add(run)
        session.flush()
        return run.id
