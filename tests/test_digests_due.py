"""When digests are written: on Mondays at seven by the clocks of the place, once, to those who may still have them (R-ANA-7)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from lc_core import accounts, alert_rules, contracts, digests, roles
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import Event, Result, Role
from tests.clock import Clock
from tests.digesting import a_reader, sent, told
from tests.races.program import Call
from tests.races.together import race
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    an_admin,
    email,
    last_event,
    not_found,
    person_of,
    somebody,
    unchanged,
)

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, WEEK, MINUTE = date(2026, 6, 15), timedelta(days=7), timedelta(minutes=1)


# --- when it is due --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "monday"),
    [
        ("UTC", "2026-06-15T06:59:59", date(2026, 6, 8)),
        ("UTC", "2026-06-15T07:00:00", MONDAY),
        ("UTC", "2026-06-21T23:59:59", MONDAY),
        ("Europe/Berlin", "2026-06-15T04:59:59", date(2026, 6, 8)),
        ("Europe/Berlin", "2026-06-15T05:00:00", MONDAY),
        ("Europe/Berlin", "2026-03-30T04:59:59", date(2026, 3, 23)),  # the day after the clocks went forward
        ("Europe/Berlin", "2026-03-30T05:00:00", date(2026, 3, 30)),
        ("Europe/Berlin", "2026-10-26T05:59:59", date(2026, 10, 19)),  # and back
        ("Europe/Berlin", "2026-10-26T06:00:00", date(2026, 10, 26)),
        ("Pacific/Kiritimati", "2026-06-14T17:00:00", MONDAY),
        ("Pacific/Pago_Pago", "2026-06-15T17:59:59", date(2026, 6, 8)),
    ],
)
def test_it_is_due_on_mondays_at_seven_by_the_clocks_of_the_place(zone, now, monday):
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert alert_rules.digest_monday(instant, ZoneInfo(zone)) == monday


def test_the_first_one_comes_on_the_next_monday_and_is_remembered(db, clock):
    ada = a_reader(db)
    early = [digests.write_due(db, OPERATOR) for _again in range(2)]
    clock.set(datetime(2026, 6, 22, 6, 59, tzinfo=UTC))
    early.append(digests.write_due(db, OPERATOR))
    clock.forward(MINUTE)

    assert early == [0, 0, 0]
    assert digests.write_due(db, OPERATOR) == 1
    assert told(db) == [(ada.person_id, clock.now)]
    assert last_event(db).event is Event.DIGESTS_WRITTEN
    assert last_event(db).items == [(Result.DIGEST_WRITTEN, ada.person_id, None)]
    with unchanged(db):
        assert digests.write_due(db, OPERATOR) == 0


def test_only_those_who_run_the_place_write_them(db, clock):
    ada = a_reader(db)
    clock.forward(WEEK)

    for who in (ada, somebody(db, "mia", Role.MANAGER), Actor.person(NOBODY)):
        with not_found(db):
            digests.write_due(db, who)


def test_a_worker_that_was_away_for_weeks_writes_one(db, clock):
    ada = a_reader(db)
    clock.forward(timedelta(days=24))

    assert [digests.write_due(db, OPERATOR) for _again in range(2)] == [1, 0]
    assert told(db) == [(ada.person_id, clock.now)]


def test_nobody_gets_a_second_one_while_the_last_one_waits(db, clock):
    a_reader(db)
    written = []
    for _week in range(3):
        clock.forward(WEEK)
        written.append(digests.write_due(db, OPERATOR))
    sent(db)
    clock.forward(WEEK)

    assert written == [1, 0, 0]
    assert digests.write_due(db, OPERATOR) == 1


def test_many_are_written_in_parts_and_none_is_left_out(db, clock, monkeypatch):
    monkeypatch.setattr(digests, "AT_ONCE", 3)
    readers = {a_reader(db, f"p{n}").person_id for n in range(8)}
    closed = {person_of(db, name).id for name in ("p0", "p1", "p2", "p4")}  # the first part is all of them
    for one in closed:
        accounts.deactivate(db, OPERATOR, one)
    clock.forward(WEEK)

    assert digests.write_due(db, OPERATOR) == 4
    assert {one for one, _at in told(db)} == readers - closed


# --- to whom it is written -------------------------------------------------------------------------------------------


def test_who_lost_their_contracts_or_their_role_gets_none(db, clock):
    contract_id = a_contract(db, valid_to=None)
    ada, mia = an_admin(db, "ada", contract_id), somebody(db, "mia", Role.MANAGER)
    stays = an_admin(db, "stays", contract_id)
    for reader in (ada, mia, stays):
        digests.want(db, reader)
    contracts.remove_admin(db, OPERATOR, contract_id, ada.person_id)
    roles.revoke_role(db, OPERATOR, email("mia"), Role.MANAGER)
    clock.forward(WEEK)

    assert digests.write_due(db, OPERATOR) == 1
    assert [reader for reader, _at in told(db)] == [stays.person_id]


def test_whose_account_is_closed_gets_none_until_it_is_open_again(db, clock):
    ada = a_reader(db)
    accounts.deactivate(db, OPERATOR, ada.person_id)
    clock.forward(WEEK)
    closed = digests.write_due(db, OPERATOR)
    accounts.reactivate(db, OPERATOR, ada.person_id)
    again = digests.write_due(db, OPERATOR)
    clock.forward(WEEK)

    assert (closed, again) == (0, 0)
    assert digests.write_due(db, OPERATOR) == 1


@pytest.mark.parametrize("said", [{"valid_to": date(2026, 6, 20)}, {"valid_from": date(2026, 7, 1), "valid_to": None}])
def test_a_digest_that_would_say_nothing_is_not_written(db, clock, said):
    ada = an_admin(db, "ada", a_contract(db, **said))
    an_admin(db, "ben", a_contract(db))
    digests.want(db, ada)
    clock.set(datetime(2026, 6, 22, 9, tzinfo=UTC))

    assert digests.write_due(db, OPERATOR) == 0
    assert told(db) == []


# --- once ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def workers(db_url: str, clock: Clock) -> Iterator[list[Database]]:
    """Two workers with connections of their own, in Berlin."""
    both = [Database.open(db_url, clock=clock, timezone="Europe/Berlin") for _worker in range(2)]
    yield both
    for one in both:
        one.close()


def at_once(workers: list[Database]) -> int:
    """Both do the job at the same instant; how many they wrote together."""
    start = Barrier(len(workers))

    def work(db: Database) -> int:
        start.wait(20)
        return digests.write_due(db, OPERATOR)

    with ThreadPoolExecutor(len(workers)) as together:
        return sum(together.map(work, workers))


@pytest.mark.parametrize(
    ("before", "hours"),
    [(datetime(2026, 3, 23, 7, tzinfo=BERLIN), [167, 168]), (datetime(2026, 10, 19, 7, tzinfo=BERLIN), [169, 168])],
)
def test_each_monday_is_told_once_by_two_workers_also_where_the_clocks_change(db, clock, workers, before, hours):
    clock.set(before - timedelta(days=3))
    ada = a_reader(workers[0])
    written = []
    for week in range(3):
        due = before + week * WEEK  # the same hour by the clocks of Berlin
        for moment in (due - MINUTE, due, due + MINUTE, due + timedelta(hours=2), due + timedelta(days=3)):
            clock.set(moment)
            written.append(at_once(workers))
        sent(db)

    assert written == [0, 1, 0, 0, 0] * 3
    dues = [at for reader, at in told(db) if reader == ada.person_id]
    assert [at.astimezone(BERLIN).strftime("%a %H:%M") for at in dues] == ["Mon 07:00"] * 3
    assert [(later - at) // timedelta(hours=1) for at, later in pairwise(dues)] == hours


def test_many_workers_in_processes_of_their_own_write_one(db, clock, db_url):
    clock.set(datetime(2026, 6, 12, 9, tzinfo=UTC))
    ada = a_reader(db)
    clock.set(datetime(2026, 6, 15, 9, tzinfo=UTC))  # as it is in the processes
    answered = race(db_url, [[Call(digests.write_due, (OPERATOR,))] for _worker in range(4)], linger=0.1)

    assert sorted(one.answer for (one,) in answered) == [0, 0, 0, 1], answered
    assert [reader for reader, _at in told(db)] == [ada.person_id]


def test_a_worker_that_dies_before_its_commit_has_written_nothing_and_the_next_one_does(db, clock):
    ada = a_reader(db)
    clock.forward(WEEK)

    def dies(_connection: object) -> None:
        raise KeyboardInterrupt

    event.listen(db.engine, "commit", dies)
    with pytest.raises(KeyboardInterrupt):
        digests.write_due(db, OPERATOR)
    event.remove(db.engine, "commit", dies)

    assert told(db) == []
    assert digests.write_due(db, OPERATOR) == 1
    assert told(db) == [(ada.person_id, clock.now)]


def test_a_clock_that_is_set_back_tells_no_monday_twice(db, clock):
    a_reader(db)
    clock.set(datetime(2026, 6, 22, 7, 0, tzinfo=UTC))
    first = digests.write_due(db, OPERATOR)
    sent(db)
    later = []
    for moment in ("2026-06-22T06:30", "2026-06-22T07:00", "2026-06-20T12:00", "2026-06-22T08:00"):
        clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        later.append(digests.write_due(db, OPERATOR))

    assert (first, later) == (1, [0, 0, 0, 0])


def test_a_clock_that_ran_years_ahead_keeps_nobody_waiting_for_years(db, clock):
    a_reader(db)
    clock.set(datetime(2031, 6, 15, 9, tzinfo=UTC))
    ahead = digests.write_due(db, OPERATOR)
    sent(db)
    clock.set(datetime(2026, 6, 16, 9, tzinfo=UTC))
    back = digests.write_due(db, OPERATOR)
    clock.set(datetime(2026, 6, 22, 7, tzinfo=UTC))

    assert (ahead, back) == (1, 0)
    assert [digests.write_due(db, OPERATOR) for _again in range(2)] == [1, 0]


def test_another_time_zone_makes_no_second_one_of_the_same_monday(db, db_url, clock):
    a_reader(db)
    clock.set(datetime(2026, 6, 22, 7, tzinfo=UTC))
    first = digests.write_due(db, OPERATOR)
    sent(db)
    moved = Database.open(db_url, clock=clock, timezone="America/New_York")
    clock.set(datetime(2026, 6, 22, 11, tzinfo=UTC))  # Monday at seven, there
    second = digests.write_due(moved, OPERATOR)
    moved.close()

    assert (first, second) == (1, 0)
