"""Workers are killed while they make exports, and several work at once: each due time has one letter, or one file.

So has each file that was asked for without a name, whatever became of the page that was to make it.
"""

import random
import signal
import subprocess
import time as wall
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import update

from lc_core.exports import asked, claims, schedules
from lc_core.exports.chosen import Chosen
from lc_core.exports.kept import Kept
from lc_core.records.db import Actor, Database
from lc_core.records.export_models import ExportRun, ExportSchedule
from lc_core.report_rules import MOST_BEGUN, Often, RunState, Schedule
from lc_core.vocabulary import ContractType, LetterKind
from tests import processes
from tests.processes import PATIENCE, until
from tests.races.reports import waits
from tests.real_time import db
from tests.saving import a_saved, rows, told
from tests.worlds import a_contract, an_admin, invite

__all__ = ["db"]
LEASE = 2.0
"""Seconds, as long as a test can wait for a dead worker's run."""
PEOPLE, EXPORTS = 500, 6
MANY, KILLS = 16, 8
MOMENTS = random.Random(11)


def all_due(db: Database, how_many: int, folder: str) -> Actor:
    """Saved exports that came due today, every other one into a folder, and a file without a name; whose they are."""
    contract_id = a_contract(
        db, ContractType.SUBSCRIPTION, seats=PEOPLE, valid_from=datetime(2020, 1, 1, tzinfo=UTC).date(), valid_to=None
    )
    invite(db, contract_id, *[f"p{n}" for n in range(PEOPLE)], chosen=())
    ada = an_admin(db, "ada", contract_id)
    for n in range(how_many):
        saved_id = a_saved(db, ada, f"Export {n}", Chosen("invitations"))
        when = Schedule(Often.DAILY, time(), "UTC", folder=folder if n % 2 else "")
        schedules.schedule(db, ada, saved_id, when, allowed=(folder,))
    with db.bookkeeping() as session:
        session.execute(update(ExportSchedule).values(since=db.clock() - timedelta(days=3)))
    assert claims.begin_due(db) == how_many
    asked.ask_for(db, ada, Chosen("invitations"))
    page_that_dies = claims.take(db, timedelta(seconds=LEASE), ExportRun.saved_export_id.is_(None))
    assert page_that_dies is not None
    return ada


def a_worker(db_url: str, home: Path) -> subprocess.Popen[str]:
    return processes.start("tests.races.reports", db_url, str(home), str(LEASE))


def attempts(db: Database) -> int:
    return sum(run.attempts for run in rows(db))


def killed(db: Database, db_url: str, home: Path) -> None:
    """A worker that is killed in the middle of a run."""
    before = attempts(db)
    worker = a_worker(db_url, home)

    def at_work() -> bool:
        return attempts(db) > before or worker.poll() is not None

    until(at_work, "a run", each=0.005)
    wall.sleep(MOMENTS.random() / 4)
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def each_once(db: Database, home: Path, exports: int) -> None:
    made = rows(db)

    assert [(run.state, run.rows) for run in made] == [(RunState.DONE, PEOPLE)] * (exports + 1)
    assert len(list(Kept(home / "exports").every())) == exports + 1
    assert Counter(told(db)) == Counter(run.id for run in made if run.by_letter)
    assert told(db, LetterKind.REPORT_FAILED) == []
    there = sorted((home / "there").rglob("*"))
    assert [path.name for path in there] == sorted(f"Export-{n}-{made[0].day}.csv" for n in range(1, exports, 2))
    assert {pl.read_csv(path).height for path in there} == {PEOPLE}


def test_a_run_whose_worker_is_killed_is_made_once_by_the_next_one(db, db_url, tmp_path):
    all_due(db, EXPORTS, f"file://{tmp_path}/there")
    killed(db, db_url, tmp_path)
    wall.sleep(LEASE)
    killed(db, db_url, tmp_path)
    last = a_worker(db_url, tmp_path)
    last.wait(PATIENCE)

    each_once(db, tmp_path, EXPORTS)
    assert max(run.attempts for run in rows(db)) >= 2


@pytest.mark.soak
def test_workers_killed_again_and_again_make_each_due_time_once(db, db_url, tmp_path):
    all_due(db, MANY, f"file://{tmp_path}/there")
    kills = 0
    while kills < KILLS and waits(db) and max(run.attempts for run in rows(db)) < MOST_BEGUN:
        killed(db, db_url, tmp_path)
        kills += 1
    workers = [a_worker(db_url, tmp_path) for _worker in range(2)]
    for worker in workers:
        worker.wait(PATIENCE)

    print(f"{kills} kills, {MANY} due times")  # noqa: T201 (the figure, for whoever asks with -s)
    each_once(db, tmp_path, MANY)


def test_two_workers_make_each_due_time_once(db, db_url, tmp_path):
    all_due(db, EXPORTS, f"file://{tmp_path}/there")
    workers = [a_worker(db_url, tmp_path) for _worker in range(2)]
    for worker in workers:
        assert worker.wait(PATIENCE) == 0

    each_once(db, tmp_path, EXPORTS)
    assert [run.attempts for run in rows(db)] == [1] * EXPORTS + [2]
