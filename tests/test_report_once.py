"""Each due time of a saved export is made once: by several workers, on clocks that jump or change, after a death (R-EXP-5)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, update

from lc_core.exports import claims, writing
from lc_core.exports.reporting import Reports
from lc_core.records.db import Database
from lc_core.records.export_models import ExportRun
from lc_core.report_rules import RunState
from tests.clock import Clock
from tests.saving import BERLIN, DAILY, DAY, DUE, MADE, MINUTE, NOTHING, a_scheduled, an_analyst, reports, rows, told

__all__ = ["reports"]


@pytest.fixture
def workers(db_url: str, clock: Clock, reports: Callable[..., Reports]) -> Iterator[list[Reports]]:
    """Two workers with connections of their own."""
    both = [Database.open(db_url, clock=clock) for _worker in range(2)]
    yield [reports(db=one) for one in both]
    for one in both:
        one.close()


def at_once(workers: list[Reports]) -> int:
    """Both do the job at the same instant; how many they made together."""
    start = Barrier(len(workers))

    def work(worker: Reports) -> int:
        start.wait(20)
        return worker.work()["made"]

    with ThreadPoolExecutor(len(workers)) as together:
        return sum(together.map(work, workers))


@pytest.mark.parametrize("begin", [datetime(2026, 3, 28, tzinfo=BERLIN), datetime(2026, 10, 24, tzinfo=BERLIN)])
def test_two_workers_make_each_due_time_once_also_where_the_clocks_change_and_are_set_back(db, clock, workers, begin):
    clock.set(begin)
    ana = an_analyst(db)
    a_scheduled(db, ana, replace(DAILY, at=time(2, 30)))
    made = []
    for day in range(3):
        midnight = datetime.combine(begin.date() + day * DAY, time(), tzinfo=BERLIN).astimezone(UTC)
        for hours in (0.4, 0.6, 1.6, 2.6, 1, 3, 20, 4):
            clock.set(midnight + timedelta(hours=hours))
            made.append(at_once(workers))

    dues = [run.due_at.astimezone(BERLIN) for run in rows(db)]
    assert [due.date() for due in dues] == [begin.date() + day * DAY for day in range(3)]
    shown = ["02:30", "03:00", "02:30"] if begin.month == 3 else ["02:30", "02:30", "02:30"]
    assert [due.strftime("%H:%M") for due in dues] == shown
    assert sum(made) == len(set(told(db))) == len(told(db)) == 3


def test_after_a_week_away_only_the_newest_due_time_is_made(db, clock, reports):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE + 7 * DAY)

    assert [reports().work() for _again in range(2)] == [MADE, NOTHING]
    assert [run.due_at for run in rows(db)] == [DUE + 7 * DAY]


def test_a_clock_that_ran_ahead_makes_no_due_time_twice_and_leaves_none_out(db, clock, reports):
    a_scheduled(db, an_analyst(db))
    worker = reports()
    made = []
    for moment in (DUE, DUE + 3 * DAY, DUE, DUE + DAY, DUE + 2 * DAY, DUE + 3 * DAY, DUE + 4 * DAY):
        clock.set(moment)
        made.append(worker.work()["made"])

    assert made == [1, 1, 0, 1, 1, 0, 1]
    assert sorted(run.due_at for run in rows(db)) == [DUE + n * DAY for n in range(5)]


def test_a_worker_that_dies_before_its_commit_has_told_nobody_and_the_next_one_does(db, clock, reports):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    worker = reports()
    claims.begin_due(db)

    def dies(*_said: object) -> None:
        event.listen(db.engine, "commit", breaks)

    def breaks(_connection: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_put", dies)
        with pytest.raises(KeyboardInterrupt):
            worker.work()
    event.remove(db.engine, "commit", breaks)

    assert told(db) == []
    assert [run.state for run in rows(db)] == [RunState.RUNNING]
    assert worker.work() == NOTHING  # its lease is not over
    clock.forward(claims.LEASE)
    assert worker.work() == MADE
    assert [(run.state, run.attempts) for run in rows(db)] == [(RunState.DONE, 2)]
    assert told(db) == [run.id for run in rows(db)]
    assert len(list(worker.kept.every())) == 1


def test_who_comes_back_after_another_took_the_run_over_marks_and_tells_nothing(db, clock, reports):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    slow, quick = reports(), reports()
    put = slow._put

    def stands_still(*said: object) -> None:
        clock.forward(claims.LEASE)
        assert quick.work() == MADE
        put(*said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slow, "_put", stands_still)
        assert slow.work() == NOTHING

    assert [(run.state, run.attempts) for run in rows(db)] == [(RunState.DONE, 2)]
    assert told(db) == [run.id for run in rows(db)]
    assert len(list(quick.kept.every())) == 1


def test_a_long_run_keeps_its_claim_and_stops_where_it_lost_it(db, clock, reports, monkeypatch):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    worker = reports(lease=timedelta())  # renewed at every portion
    leases = []

    def looks(*said: object, **more: object) -> object:
        leases.append(rows(db)[0].lease_until)
        clock.forward(MINUTE)
        written = write(*said, **more)
        leases.append(rows(db)[0].lease_until)
        return written

    write = writing.write
    monkeypatch.setattr(writing, "write", looks)
    assert worker.work() == MADE
    assert leases == [DUE, DUE + MINUTE]

    clock.set(DUE + DAY)
    with db.bookkeeping() as session:
        session.execute(update(ExportRun).values(attempts=9))
    monkeypatch.setattr(worker, "_made", lambda *_said: pytest.fail("it was lost"))
    monkeypatch.setattr(claims, "renew", lambda *_said, **_far: False)
    monkeypatch.setattr(worker, "stopped", iter([False, True]).__next__)
    assert worker.work() == NOTHING
