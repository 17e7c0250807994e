"""Files that are asked for under no name: made once, by a page or a worker, found again, and opened until they expire (R-EXP-8)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import update

from lc_core import contracts, privacy, roles
from lc_core.errors import NotFound
from lc_core.exports import asked, claims, runs, saved
from lc_core.exports.asked import Asked
from lc_core.exports.chosen import Chosen
from lc_core.exports.reporting import Reports
from lc_core.exports.wanted import Format
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.export_models import ExportRun
from lc_core.report_rules import RunState, is_for_a_worker
from lc_core.vocabulary import Event, LetterKind, Role
from tests.clock import Clock
from tests.saving import CONTRACTS, KEPT_FOR, MADE, MINUTE, NOTHING, a_saved, an_analyst, reports, rows, told
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    count_of,
    events_of,
    invite,
    last_event,
    not_found,
    refused,
    somebody,
)

__all__ = ["reports"]
Makes = Callable[..., Reports]


def quietly(_done: int, _of: int) -> None:
    pass


def newest(db: Database, who: Actor) -> Asked:
    return asked.mine(db, who)[0]


def opens(db: Database, worker: Reports) -> str:
    """What the file of the newest run is called for whoever has its link."""
    return runs.sent_by(db, worker.kept.token(rows(db)[-1].token_hash or "")).name


# --- asked for -------------------------------------------------------------------------------------------------------


def test_a_file_is_asked_for_made_by_a_worker_and_found_again(db, clock, reports):
    clock.forward(60 * MINUTE)  # in Kiritimati it is tomorrow
    ana, worker = an_analyst(db), reports()
    run_id = asked.ask_for(db, ana, Chosen("contracts", Format.PARQUET, zone="Pacific/Kiritimati"))
    event = last_event(db)
    waits = newest(db, ana)
    made = worker.work()
    done = newest(db, ana)

    assert (event.event, event.actor_id, event.subject) == (
        Event.EXPORT_FILE_ASKED_FOR,
        ana.person_id,
        {"run": run_id},
    )
    assert event.after == {"dataset": "contracts", "format": "parquet"}
    assert (waits.run.id, waits.run.state, waits.run.file) == (run_id, RunState.WAITING, "")
    assert (made, done.run.state, done.run.rows, done.why_not) == (MADE, RunState.DONE, 1, None)
    assert done.chosen == Chosen("contracts", Format.PARQUET, zone="Pacific/Kiritimati")
    assert last_event(db).subject == {"run": run_id, "person": ana.person_id}
    assert told(db) == []
    assert opens(db, worker) == "contracts-2026-06-16.parquet" == asked.file_name(db, done.chosen)
    assert asked.mine(db, somebody(db, "bea", Role.ANALYST)) == []


def test_a_file_is_there_until_it_expires_and_then_only_the_log_knows_of_it(db, clock, reports):
    ana, worker = an_analyst(db), reports()
    asked.ask_for(db, ana, CONTRACTS)
    worker.work()
    clock.forward(KEPT_FOR - MINUTE)
    worker.work()
    assert opens(db, worker)
    events = len(events_of(db))
    clock.forward(MINUTE)
    assert asked.mine(db, ana) == []
    with pytest.raises(NotFound):
        opens(db, worker)

    assert (worker.work(), rows(db), list(worker.kept.every())) == (NOTHING, [], [])
    assert len(events_of(db)) == events


def test_no_more_files_are_made_for_one_person_at_once_than_there_may_be(db, reports):
    ana, bea = an_analyst(db), somebody(db, "bea", Role.ANALYST)
    for _file in range(asked.MOST_AT_ONCE):
        assert asked.why_not_ask_for(asked.mine(db, ana)) is None
        asked.ask_for(db, ana, CONTRACTS)

    assert asked.why_not_ask_for(asked.mine(db, ana)) is Reason.TOO_MANY_FILES
    with refused(db, Reason.TOO_MANY_FILES):
        asked.ask_for(db, ana, CONTRACTS)
    asked.ask_for(db, bea, CONTRACTS)
    reports().work()
    assert asked.why_not_ask_for(asked.mine(db, ana)) is None


def test_who_may_see_no_contract_asks_for_none(db):
    an_analyst(db)
    for who in (a_learner(db, "lea"), OPERATOR):
        with not_found(db):
            asked.ask_for(db, who, CONTRACTS)


def test_one_file_too_many_makes_the_oldest_go(db, reports, monkeypatch):
    monkeypatch.setattr(asked, "MOST_KEPT", 2)
    ana, worker = an_analyst(db), reports()
    other = somebody(db, "bea", Role.ANALYST)
    asked.ask_for(db, other, CONTRACTS)
    asked_for = [asked.ask_for(db, ana, CONTRACTS), asked.ask_for(db, ana, CONTRACTS)]
    worker.work()
    asked_for.append(asked.ask_for(db, ana, CONTRACTS))

    assert [one.run.id for one in asked.mine(db, ana)] == asked_for[:0:-1]
    worker.work()
    assert [run.id for run in rows(db) if run.person_id == ana.person_id] == asked_for[1:]
    assert len(asked.mine(db, other)) == 1


# --- made by a page, or by a worker ----------------------------------------------------------------------------------


def test_whoever_waits_for_a_file_makes_it_and_a_worker_finds_nothing_left(db, reports):
    ana, bea = an_analyst(db), somebody(db, "bea", Role.ANALYST)
    run_id = asked.ask_for(db, ana, CONTRACTS)
    runs.run_now(db, bea, a_saved(db, bea))
    far: list[tuple[int, int]] = []

    assert reports(by=bea).make(run_id, quietly) == ""  # it is another's
    assert reports(by=bea).make(rows(db)[1].id, quietly) == ""  # workers make saved ones
    assert reports(by=ana).make(run_id, lambda *said: far.append(said)) == "made"
    assert far == [(0, 1), (1, 1)]
    assert [(one.event, one.actor_id) for one in events_of(db)][-1] == (Event.EXPORT_MADE, ana.person_id)
    assert reports(by=ana).make(run_id, quietly) == ""
    assert reports().work() == MADE  # bea's saved export alone
    assert [(run.state, run.attempts) for run in rows(db)] == [(RunState.DONE, 1)] * 2


def test_a_page_that_is_left_lets_go_and_a_worker_makes_the_file_at_once(db, reports):
    ana, worker = an_analyst(db), reports()
    run_id = asked.ask_for(db, ana, CONTRACTS)

    class Left(BaseException):
        """What stops a page."""

    def leaves(done: int, _of: int) -> None:
        if done:
            raise Left

    for _again in range(2):
        with pytest.raises(Left):
            reports(by=ana).make(run_id, leaves)
    assert [(run.state, run.attempts, run.lease_until) for run in rows(db)] == [(RunState.WAITING, 0, None)]
    assert list(worker.kept.folder.iterdir()) == []
    assert worker.work() == MADE
    assert newest(db, ana).run.file


def test_when_a_page_dies_its_lease_runs_out_and_the_file_is_made_once(db, clock, reports):
    ana, worker = an_analyst(db), reports()
    run_id = asked.ask_for(db, ana, CONTRACTS)
    died = claims.take(db, only=ExportRun.id == run_id)

    assert died is not None
    assert worker.work() == NOTHING
    assert reports(by=ana).make(run_id, quietly) == ""
    clock.forward(claims.LEASE)
    assert worker.work() == MADE
    claims.give_back(db, died)  # it was not dead after all, and has lost the run
    assert [(run.state, run.attempts) for run in rows(db)] == [(RunState.DONE, 2)]


@pytest.fixture
def both(db_url: str, clock: Clock, reports: Makes) -> Iterator[tuple[Reports, Callable[..., Reports]]]:
    """A worker and a page, with connections of their own."""
    opened = [Database.open(db_url, clock=clock) for _process in range(2)]
    yield reports(db=opened[0]), lambda who: reports(db=opened[1], by=who)
    for one in opened:
        one.close()


def test_a_page_and_a_worker_at_the_same_instant_make_a_file_once(db, both):
    ana, start = an_analyst(db), Barrier(2)
    worker, page = both[0], both[1](ana)

    def works() -> int:
        start.wait(20)
        return worker.work()["made"]

    def waits(run_id: int) -> int:
        start.wait(20)
        return int(page.make(run_id, quietly) == "made")

    for _round in range(4):
        run_id = asked.ask_for(db, ana, CONTRACTS)
        with ThreadPoolExecutor(2) as together:
            made = [together.submit(works), together.submit(waits, run_id)]

        assert sum(one.result() for one in made) == 1
    assert [(run.state, run.attempts) for run in rows(db)] == [(RunState.DONE, 1)] * 4
    assert [event.event for event in events_of(db)].count(Event.EXPORT_MADE) == 4


def test_how_far_a_file_is_can_be_read_while_it_is_made(db, reports):
    ana = an_analyst(db)
    run_id = asked.ask_for(db, ana, CONTRACTS)
    seen = []
    page = reports(by=ana, lease=timedelta())  # noted at every portion
    page.make(run_id, lambda *_said: seen.append(newest(db, ana).run))

    assert [(run.state, run.written, run.rows) for run in seen] == [(RunState.RUNNING, n, 1) for n in (0, 1)]
    assert newest(db, ana).run.written is None


def test_only_large_files_are_left_to_a_worker_that_is_there():
    assert [is_for_a_worker(rows, attended=there) for rows in (199_999, 200_000) for there in (False, True)] == [
        False,
        False,
        False,
        True,
    ]


def test_what_fails_is_tried_again_and_told_where_files_are_found_but_by_no_letter(db, clock, reports, tmp_path):
    (tmp_path / "exports").write_text("in the way")
    ana = an_analyst(db)
    run_id = asked.ask_for(db, ana, CONTRACTS)
    became = [reports(by=ana).make(run_id, quietly)]
    for pause in (4, 1, 30):
        clock.forward(pause * MINUTE)
        became.append(reports(by=ana).make(run_id, quietly))

    assert became == ["again", "", "again", "failed"]
    (one,) = asked.mine(db, ana)
    assert (one.run.state, one.run.failed_for) == (RunState.FAILED, Reason.RUN_BROKE)
    assert (last_event(db).event, told(db, LetterKind.REPORT_FAILED)) == (Event.EXPORT_FAILED, [])
    (tmp_path / "exports").unlink()
    clock.forward(KEPT_FOR)
    reports().work()
    assert rows(db) == []


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_a_file_opens_as_long_as_whoever_asked_for_it_is_what_they_were(db, clock, reports):
    contract_id = a_contract(db, title="Safety")
    invite(db, contract_id, "ann")
    ada, worker = an_admin(db, "ada", contract_id), reports()
    saved_id = a_saved(db, ada)
    runs.run_now(db, ada, saved_id)
    worker.work()
    by_name = worker.kept.token(runs.history(db, ada, saved_id)[0].file)
    asked.ask_for(db, ada, CONTRACTS)
    worker.work()
    assert opens(db, worker)
    roles.grant(db, OPERATOR, "ada@example.org", Role.ANALYST)
    contracts.remove_admin(db, OPERATOR, contract_id, ada.person_id)

    assert (newest(db, ada).why_not, newest(db, ada).run.file) == (Reason.RIGHTS_CHANGED, "")
    with pytest.raises(NotFound):
        opens(db, worker)
    assert runs.sent_by(db, by_name).name == "Every-morning-2026-06-15.csv"
    roles.revoke_role(db, OPERATOR, "ada@example.org", Role.ANALYST)
    contracts.name_admin(db, OPERATOR, contract_id, "ada@example.org")
    assert newest(db, ada).why_not is None
    assert opens(db, worker)


def test_files_of_somebody_who_is_erased_go(db, reports):
    ana, worker = an_analyst(db), reports()
    asked.ask_for(db, ana, CONTRACTS)
    worker.work()
    privacy.erase(db, OPERATOR, ana.person_id)
    worker.work()

    assert (rows(db), list(worker.kept.every())) == ([], [])


def test_a_choice_that_cannot_be_exported_any_more_is_told_as_such(db, reports):
    ana = an_analyst(db)
    asked.ask_for(db, ana, CONTRACTS)
    with db.bookkeeping() as session:
        session.execute(update(ExportRun).values(chosen='{"dataset": "gone"}'))
    reports().work()

    assert (newest(db, ana).chosen, newest(db, ana).run.failed_for) == (None, Reason.EXPORT_IMPOSSIBLE)
    assert saved.mine(db, ana) == []
    assert count_of(db, ExportRun) == 1
