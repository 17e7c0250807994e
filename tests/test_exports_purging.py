"""Runs that nobody looks at any more go with their files, and no due time is made again for it (R-EXP-6, R-EXP-8)."""

from datetime import timedelta

from lc_core.exports import asked, claims, purging, runs
from lc_core.reasons import Reason
from lc_core.records.house_models import AuditEvent
from lc_core.report_rules import RunState
from tests.saving import (
    CONTRACTS,
    DAILY,
    DAY,
    DUE,
    KEPT_FOR,
    MADE,
    NOTHING,
    a_run,
    a_saved,
    a_scheduled,
    an_analyst,
    reports,
    rows,
)
from tests.worlds import count_of, unchanged

__all__ = ["reports"]


def test_of_a_saved_export_the_newest_runs_stay_and_those_whose_file_can_be_opened(db, clock, reports, monkeypatch):
    monkeypatch.setattr(purging, "MOST_TOLD", 2)
    ana, worker = an_analyst(db), reports()
    saved_id, other = a_saved(db, ana), a_saved(db, ana, "Another")
    old = [a_run(db, saved_id, why) for why in (None, Reason.RUN_BROKE, None)]
    a_run(db, other)
    clock.forward(KEPT_FOR - DAY)
    new = [a_run(db, saved_id), a_run(db, saved_id, Reason.RUN_BROKE)]
    waits = runs.run_now(db, ana, saved_id)
    with unchanged(db):
        purging.purge(db, worker.kept, KEPT_FOR)  # each may be opened, or failed of late
    clock.forward(2 * DAY)
    purging.purge(db, worker.kept, KEPT_FOR)

    assert len(old) == 3
    assert [run.id for run in rows(db) if run.saved_export_id == saved_id] == [*new, waits]
    assert [run.id for run in runs.history(db, ana, saved_id)] == [waits, *reversed(new)]
    assert len(runs.history(db, ana, other)) == 1


def test_what_is_being_made_stays_however_old_it_is_and_the_log_keeps_all(db, clock, reports, monkeypatch):
    monkeypatch.setattr(purging, "MOST_TOLD", 0)
    ana, worker = an_analyst(db), reports()
    runs.run_now(db, ana, a_saved(db, ana))
    asked.ask_for(db, ana, CONTRACTS)
    clock.forward(100 * DAY)
    purging.purge(db, worker.kept, KEPT_FOR)
    waiting = [run.state for run in rows(db)]
    worker.work()
    clock.forward(KEPT_FOR)
    events = count_of(db, AuditEvent)
    worker.work()

    assert waiting == [RunState.WAITING] * 2
    assert (rows(db), list(worker.kept.every())) == ([], [])
    assert count_of(db, AuditEvent) == events


def test_a_due_time_whose_run_went_is_not_made_again_also_on_a_clock_that_is_set_back(db, clock, reports, monkeypatch):
    monkeypatch.setattr(purging, "MOST_TOLD", 1)
    a_scheduled(db, an_analyst(db))
    worker = reports()
    made = []
    for day in (0, 1, 9, 1, 9, 10):
        clock.set(DUE + day * DAY + timedelta(minutes=1))
        made.append(worker.work())

    assert made == [MADE, MADE, MADE, NOTHING, NOTHING, MADE]
    assert [run.due_at for run in rows(db)] == [DUE + 9 * DAY, DUE + 10 * DAY]
    assert DAILY.falls_on(DUE.date())


def test_a_clock_that_ran_far_ahead_ends_no_schedule(db, clock, reports, monkeypatch):
    monkeypatch.setattr(purging, "MOST_TOLD", 1)
    a_scheduled(db, an_analyst(db))
    clock.set(DUE + 1000 * DAY)
    claims.begin_due(db)
    worker = reports()
    made = []
    for day in (0, 8, 9, 18):
        clock.set(DUE + day * DAY)
        made.append(worker.work()["made"])

    assert made == [2, 1, 1, 1]
