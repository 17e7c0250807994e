"""Alerts: each threshold is told once, to those who run the contract (R-ANA-6)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lc_core import alert_rules, alerts, contracts
from lc_core.records.db import Database
from lc_core.records.house_models import AlertRaised, Letter
from lc_core.vocabulary import AlertKind, ContractType, Event, LetterKind
from tests.mailing import deliver
from tests.worlds import (
    FIRST_DAY,
    OPERATOR,
    a_contract,
    a_redeemed,
    an_admin,
    an_enrolled,
    contract_now,
    draft,
    email,
    invite,
    last_event,
    unchanged,
)

DAY = timedelta(days=1)


def a_quiet_contract(db: Database, **said) -> int:
    """One that has no end, so that only its seats and its silence are told."""
    return a_contract(db, ContractType.SUBSCRIPTION, **{"valid_to": None, **said})


def raised(db: Database, contract_id: int) -> list[tuple[AlertKind, int]]:
    with db.read() as session:
        rows = select(AlertRaised.kind, AlertRaised.threshold).where(AlertRaised.contract_id == contract_id)
        return [tuple(row) for row in session.execute(rows.order_by(AlertRaised.id))]


def told(db: Database) -> list[str]:
    """What the letters of alerts are about, oldest first."""
    with db.read() as session:
        about = select(Letter.about).where(Letter.kind == LetterKind.ALERT).order_by(Letter.id)
        return list(session.scalars(about))


# --- the thresholds --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "seats", "reached"),
    [
        (0, 0, []),
        (0, 100, []),
        (74, 100, []),
        (75, 100, [75]),
        (89, 100, [75]),
        (90, 100, [75, 90]),
        (99, 100, [75, 90]),
        (100, 100, [75, 90, 100]),
        (3, 4, [75]),
        (2, 3, []),
    ],
)
def test_shares_of_the_seats(used, seats, reached):
    assert alert_rules.seats_used(used, seats) == reached


@pytest.mark.parametrize(
    ("left", "reached"),
    [
        (timedelta(days=121), []),
        (timedelta(days=120, seconds=1), []),
        (timedelta(days=120), [120]),
        (timedelta(days=60), [120, 60]),
        (timedelta(days=8), [120, 60, 30]),
        (timedelta(days=7), [120, 60, 30, 7]),
    ],
)
def test_days_to_the_end(clock, left, reached):
    assert alert_rules.ends_soon(clock.now, clock.now + left) == reached


def test_a_contract_without_an_end_ends_never(clock):
    assert alert_rules.ends_soon(clock.now, None) == []


@pytest.mark.parametrize(
    ("age", "reached"),
    [(6.9, []), (7, [7]), (13.9, [7]), (14, [14]), (20.9, [14]), (21, []), (28, [28]), (34.9, [28]), (35, [])],
)
def test_days_of_silence(clock, age, reached):
    assert alert_rules.silent(clock.now, clock.now - age * DAY) == reached


# --- raising them ----------------------------------------------------------------------------------------------------


def test_an_alert_is_logged_and_written_to_the_contracts_admins(db, clock, mail_url, mailbox):
    contract_id = a_quiet_contract(db, seats=4)
    an_admin(db, "ada", contract_id)
    an_admin(db, "ben", contract_id)
    an_admin(db, "cut", a_quiet_contract(db))
    for name in ("p1", "p2", "p3"):
        an_enrolled(db, contract_id, name)
    deliver(db, mail_url)
    mailbox.received.clear()

    assert alerts.raise_due(db, OPERATOR) == 1
    assert raised(db, contract_id) == [(AlertKind.SEATS_USED, 75)]
    assert last_event(db, contract_id).event is Event.ALERTS_RAISED
    assert last_event(db, contract_id).after == {"alerts": ["seats_used:75"]}
    deliver(db, mail_url)
    assert mailbox.recipients == [email("ada"), email("ben")]


def test_each_threshold_is_told_once(db, clock):
    contract_id = a_quiet_contract(db, seats=4)
    an_admin(db, "ada", contract_id)
    for name in ("p1", "p2", "p3"):
        an_enrolled(db, contract_id, name)
    alerts.raise_due(db, OPERATOR)

    with unchanged(db):
        assert alerts.raise_due(db, OPERATOR) == 0
    clock.forward(DAY)
    an_enrolled(db, contract_id, "p4")
    assert alerts.raise_due(db, OPERATOR) == 2
    assert told(db) == ["seats_used:75", "seats_used:100"]  # nobody needs to be told of 90 as well


def test_a_deal_is_nearly_full_by_those_who_accepted(db):  # R-ANA-6, R-SEAT-3
    contract_id = a_contract(db, ContractType.UNLIMITED, seats=4, valid_to=None)
    an_admin(db, "ada", contract_id)
    invite(db, contract_id, "p1", "p2", "p3", "p4")
    for name in ("p5", "p6"):
        a_redeemed(db, contract_id, name)
    before = alerts.raise_due(db, OPERATOR)
    a_redeemed(db, contract_id, "p7")

    assert before == 0
    assert alerts.raise_due(db, OPERATOR) == 1
    assert told(db) == ["seats_used:75"]


def test_more_seats_are_worth_another_word_when_they_fill_up(db):
    contract_id = a_quiet_contract(db, seats=1)
    an_admin(db, "ada", contract_id)
    an_enrolled(db, contract_id, "p1")
    alerts.raise_due(db, OPERATOR)
    with db.read() as session:
        more = contracts.as_draft(session, contract_now(db, contract_id))
    version = contract_now(db, contract_id).version
    contracts.edit(db, OPERATOR, contract_id, draft(**{**vars(more), "seats": 2}), version=version)
    assert alerts.raise_due(db, OPERATOR) == 0
    an_enrolled(db, contract_id, "p2")

    assert alerts.raise_due(db, OPERATOR) == 3
    assert told(db) == ["seats_used:100"] * 2


def test_the_end_is_told_four_times(db, clock):
    contract_id = a_contract(db)
    an_admin(db, "ada", contract_id)
    ends_at = contract_now(db, contract_id).ends_at
    for left in (121, 120, 119, 60, 31, 30, 8, 7, 1, 0):
        clock.set(ends_at - left * DAY)
        alerts.raise_due(db, OPERATOR)

    assert told(db) == ["ends_soon:120", "ends_soon:60", "ends_soon:30", "ends_soon:7"]


def test_silence_is_told_for_each_day_of_sending(db, clock):
    contract_id = a_quiet_contract(db)
    an_admin(db, "ada", contract_id)
    invite(db, contract_id, "p1", "p2")
    clock.forward(DAY)
    invite(db, contract_id, "p3")
    a_redeemed(db, contract_id, "p4")
    counts = []
    for _day in range(40):
        clock.forward(DAY)
        counts.append(alerts.raise_due(db, OPERATOR))

    assert [day + 2 for day, n in enumerate(counts) if n] == [7, 8, 14, 15, 28, 29]
    assert told(db) == ["silent:7", "silent:7", "silent:14", "silent:14", "silent:28", "silent:28"]


def test_a_worker_that_was_away_for_long_tells_only_what_is_news(db, clock):
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=1)
    an_admin(db, "ada", contract_id)
    an_enrolled(db, contract_id, "p1")
    invite(db, contract_id, "p2")
    clock.set(contract_now(db, contract_id).ends_at - 3 * DAY)

    assert alerts.raise_due(db, OPERATOR) == 7
    assert told(db) == ["seats_used:100", "ends_soon:7"]


def test_contracts_that_do_not_run_raise_nothing(db, clock):
    future = a_contract(db, valid_from=FIRST_DAY.replace(year=2027), valid_to=None)
    archived = a_contract(db)
    an_enrolled(db, archived, "p1")
    contracts.archive(db, OPERATOR, archived)
    ended = a_contract(db, valid_to=clock.now.date() - DAY)

    assert alerts.raise_due(db, OPERATOR) == 0
    assert [raised(db, one) for one in (future, archived, ended)] == [[], [], []]


def test_a_contract_without_admins_is_logged_all_the_same(db):
    contract_id = a_quiet_contract(db, seats=1)
    an_enrolled(db, contract_id, "p1")

    assert alerts.raise_due(db, OPERATOR) == 3
    assert told(db) == []
