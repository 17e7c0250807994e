"""Workers that look into one folder, and workers that are killed: each feed is taken, once, and none is lost (R-INT-2)."""

import fcntl
import json
import random
import signal
import subprocess
from pathlib import Path

import pytest

from lc_core import activities
from lc_core.insight.copy import Insight
from lc_core.intake.drop_folder import FEED_FOLDER, Round, look
from lc_core.records.db import Database
from lc_core.records.models import Contract
from lc_core.records.purchase_models import Purchase
from lc_core.settings import Settings
from lc_core.vocabulary import ActivityKind
from lc_core.worker import Worker
from tests import processes
from tests.dropping import CATALOGUE, STOP, files_lying, folder, kept, lay
from tests.feeding import PURCHASES
from tests.processes import PATIENCE, until
from tests.real_time import db
from tests.worlds import OPERATOR, count_of, everything

__all__ = ["db", "folder"]
BATCHES, EACH = 5, 20
FEW, MANY = 60, 1500
MOMENTS = random.Random(7)


def a_worker(db_url: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    """A process that looks into the folder from now on."""
    worker = processes.start("tests.dropping", db_url, str(folder), *more, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def orders(first: int, count: int) -> list[str]:
    return [PURCHASES, *(f"S-{n},ada@example.org,Ada,FA,12,2026-06-14,0" for n in range(first, first + count))]


def reports(folder: Path) -> list[dict[str, int]]:
    """The files that were taken, as their reports tell them."""
    return [one for path in (folder / "done").glob("*/report.json") for one in json.loads(path.read_text())["files"]]


def taken_by_two(db: Database, db_url: str, folder: Path, *more: str) -> list[str]:
    """Two workers take feeds that come one after the other; how many files each says that it took (dead ones: nothing)."""
    workers = [a_worker(db_url, folder, *more) for _ in range(2)]
    for batch in range(BATCHES):
        lay(folder, "purchases.csv", orders(EACH * batch, EACH), now=db.clock())
        until(
            lambda: not files_lying(folder) or any(one.poll() is not None for one in workers),
            "a feed is taken",
            each=0.002,
        )
    (folder / STOP).touch()
    return [worker.communicate(timeout=PATIENCE)[0].strip() for worker in workers]


def test_two_workers_take_each_feed_once(db: Database, db_url: str, folder: Path) -> None:
    activities.create(db, OPERATOR, "FA", "First aid", ActivityKind.ONLINE)

    assert sum(map(int, taken_by_two(db, db_url, folder))) == BATCHES
    assert [(one["read"], one["new"]) for one in reports(folder)] == [(EACH, EACH)] * BATCHES
    assert count_of(db, Contract) == EACH * BATCHES
    assert kept(folder / "processing") == []


def test_without_the_lock_two_workers_are_in_each_others_way(db: Database, db_url: str, folder: Path) -> None:
    activities.create(db, OPERATOR, "FA", "First aid", ActivityKind.ONLINE)
    told = taken_by_two(db, db_url, folder, "without")

    assert "" in told or sum(map(int, told)) != BATCHES  # one died of what the other did, or both took a feed


def test_while_another_process_looks_nothing_is_done(db: Database, folder: Path) -> None:
    lay(folder, "activities.csv", CATALOGUE, now=db.clock())
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert look(db, FEED_FOLDER, folder) == Round()

    assert look(db, FEED_FOLDER, folder) == Round(taken=1)


def killed(db: Database, db_url: str, folder: Path, at: int) -> None:
    """A worker that is killed when so many orders are in the records."""
    worker = a_worker(db_url, folder)
    until(lambda: count_of(db, Purchase) >= at or not files_lying(folder), "orders", each=0.002)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()


def survived(db: Database, db_url: str, folder: Path, *, rows: int, kills: int) -> None:
    lay(folder, "activities.csv", CATALOGUE, now=db.clock())
    lay(folder, "purchases.csv", orders(0, rows), now=db.clock())
    for moment in sorted(MOMENTS.sample(range(1, rows), kills)):
        killed(db, db_url, folder, moment)
        assert sum(path.endswith("purchases.csv") for path in kept(folder) if ".reading" not in path) == 1
    last = look(db, FEED_FOLDER, folder)

    assert last.taken in {0, 1, 2}
    assert sorted(path.name for path in folder.glob("done/*/*.csv")) == ["activities.csv", "purchases.csv"]
    assert kept(folder / "processing") == []
    assert [count_of(db, model) for model in (Contract, Purchase)] == [rows, rows]
    before = everything(db)
    lay(folder, "purchases.csv", orders(0, rows), now=db.clock())
    assert look(db, FEED_FOLDER, folder) == Round(taken=1)
    assert everything(db) == before


def test_a_worker_killed_in_the_middle_of_a_feed_leaves_it_to_the_next(db: Database, db_url: str, folder: Path) -> None:
    survived(db, db_url, folder, rows=FEW, kills=1)


@pytest.mark.soak
def test_workers_killed_again_and_again_lose_no_feed(db: Database, db_url: str, folder: Path) -> None:
    survived(db, db_url, folder, rows=MANY, kills=12)


def test_the_worker_looks_where_the_setting_says(db: Database, folder: Path, tmp_path: Path) -> None:
    lay(folder, "activities.csv", CATALOGUE, now=db.clock())
    without, with_folder = (
        Worker(db, Insight(db, tmp_path / "copy"), Settings(feed_folder=said)) for said in ("", str(folder))
    )

    assert without.do("feeds") == {}
    assert with_folder.do("feeds")["taken"] == 1
