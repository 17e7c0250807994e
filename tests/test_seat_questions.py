"""Questions about seats agree with the ledger and the rules, on random lives of contracts, in any period."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import select

from lc_core import activities, enrollments, seat_rules
from lc_core.insight import answers
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.insight.states import Idle
from lc_core.records.db import Database
from lc_core.records.models import Enrollment, Invitation, InvitationActivity
from lc_core.vocabulary import ContractStatus, ContractType, EnrollmentStatus, InvitationStatus
from tests import make, worlds
from tests.asked import SOME, Records, insight, lived, periods, records, within
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

__all__ = ["insight"]
A_DAY = timedelta(days=1)


# --- over time -------------------------------------------------------------------------------------------------------


def stood(told: Records, day: date) -> tuple[int, int]:
    """Seats used and seats there are at the end of a day, in the contracts valid that day."""
    used = capacity = 0
    for contract in told.contracts.values():
        over = contract.ends_at is not None and contract.ends_at.date() <= day
        if contract.archived_at is None and contract.starts_at.date() <= day and not over:
            used, capacity = used + told.used(contract.id, day), capacity + contract.seats
    return used, capacity


def curve_agrees(insight: Insight, told: Records, today: date, period: Period | None) -> None:
    rows = answers.how_are_seats_used_over_time(insight, OPERATOR, None, period).frame.rows()
    days = [row[0] for row in rows]

    assert rows == [(day, *stood(told, day)) for day in days]
    if period is None:
        assert days[-1] == today
    elif period.first > today:
        assert days == []
    else:
        assert (days[0], days[-1]) == (period.first, min(period.last, today))
        missing = {period.first + n * A_DAY for n in range((days[-1] - period.first).days)} - set(days)
        assert all(stood(told, day) == stood(told, day - A_DAY) for day in missing)


def months(first: date, last: date) -> list[date]:
    """The first days of the months from the one of `first` to the one of `last`."""
    many = (last.year - first.year) * 12 + last.month - first.month + 1
    return [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(max(many, 0))
    ]


def heatmap_agrees(insight: Insight, told: Records, now: datetime, period: Period | None) -> None:
    """R-ANA-1 at the end of each month, or of the period, or today."""
    limit = period or Period(date.min, date.max)
    last_day = min(now.date(), limit.last)
    expected = {}
    for contract in told.contracts.values():
        last = min(contract.valid_to or last_day, last_day)
        for month in months(max(contract.valid_from, limit.first), last) if contract.starts_at <= now else []:
            following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
            used = told.used(contract.id, min(following - A_DAY, last_day))
            expected[contract.id, month] = (used, used / contract.seats if contract.seats else None)

    answer = answers.how_used_is_each_contract_by_month(insight, OPERATOR, None, period).frame.to_dicts()
    assert {(row["contract_id"], row["month"]): (row["used"], row["utilisation"]) for row in answer} == expected


# --- what invitations ask for ----------------------------------------------------------------------------------------


def over_invited_agrees(insight: Insight) -> None:
    full = answers.how_full_is_each_contract(insight, OPERATOR).frame.to_dicts()
    answer = answers.which_contracts_are_over_invited(insight, OPERATOR).frame.to_dicts()

    expected = {row["contract_id"]: row["over_invited"] for row in full if row["over_invited"]}
    assert {row["contract_id"]: row["over_invited"] for row in answer} == expected
    assert all(row["demand"] - row["free"] == row["over_invited"] for row in answer)


def asked_for(db: Database, told: Records, invitation: Invitation, now: datetime) -> int:
    """What an invitation asks for, by the rules."""
    contract = told.contracts[invitation.contract_id]
    mine = Enrollment.contract_id == contract.id, Enrollment.person_id == invitation.person_id
    with db.read() as session:
        covered = set(
            session.scalars(select(InvitationActivity.activity_id).filter_by(invitation_id=invitation.id))
        ) & set(worlds.offered(db, contract.id))
        enrolled = set(session.scalars(select(Enrollment.activity_id).where(*mine)))
    return seat_rules.demand(
        contract.contract_type,
        invitation.status_at(now),
        not_yet_enrolled=len(covered - enrolled),
        enrolled=len(enrolled),
        per_user_limit=contract.per_user_limit,
    )


WAITING = {
    InvitationStatus.OUTSTANDING: Idle.SILENT,
    InvitationStatus.NOT_REGISTERED: Idle.SILENT,
    InvitationStatus.ACCEPTED: Idle.ACCEPTED,
}


def idle(db: Database, told: Records, now: datetime) -> dict[tuple[Idle, int, int], tuple[datetime, int]]:
    """Kind, contract and person of each idle seat: since when, and how many."""
    found: dict[tuple[Idle, int, int], tuple[datetime, int]] = {}
    for one in told.invitations:
        kind = WAITING.get(one.status_at(now))
        since = one.first_sent_at if kind is Idle.SILENT else one.redeemed_at
        if kind and since and (now.date() - since.date()).days >= 14:
            held = told.held(one.contract_id, one.person_id)
            found[kind, one.contract_id, one.person_id] = since, max(asked_for(db, told, one, now), held)
    for key in {(one.contract_id, one.person_id) for one in told.enrollments}:
        theirs = [one for one in told.enrollments if (one.contract_id, one.person_id) == key]
        since = min(one.enrolled_at for one in theirs)
        long = (now.date() - since.date()).days >= 14
        if long and told.held(*key) and not any(one.started for one in theirs):
            found[Idle.NOT_STARTED, *key] = since, told.held(*key)
    return {
        key: value for key, value in found.items() if told.contracts[key[1]].status_at(now) is ContractStatus.ACTIVE
    }


def idle_agrees(db: Database, insight: Insight, told: Records, now: datetime) -> None:
    expected = idle(db, told, now)
    people = {
        (kind, row["contract_id"], row["person_id"]): (row["since"], row["seats"])
        for kind in Idle
        for row in answers.whose_seats_are_idle(insight, OPERATOR, kind=kind).frame.to_dicts()
    }
    rows = answers.which_seats_are_idle(insight, OPERATOR).frame.to_dicts()
    counted: Counter[Any] = Counter()
    for (kind, contract_id, _person), (since, seats) in expected.items():
        counted[contract_id, kind.value, "people"] += 1
        counted[contract_id, kind.value, "seats"] += seats
        longest = contract_id, kind.value, "longest_days"
        counted[longest] = max(counted[longest], (now.date() - since.date()).days)

    assert people == expected
    told_of = ("people", "seats", "longest_days")
    assert {(row["contract_id"], row["kind"], name): row[name] for row in rows for name in told_of} == counted


# --- what happened ---------------------------------------------------------------------------------------------------


def happenings(told: Records) -> dict[str, list[date]]:
    """The days on which each thing happened."""
    instants: dict[str, list[datetime | None]] = {
        "seats_taken": [one.effective_at for one in told.moves if one.delta > 0],
        "seats_returned": [one.effective_at for one in told.moves if one.delta < 0],
        "invited": [one.invited_at for one in told.invitations],
        "accepted": [one.redeemed_at for one in told.invitations],
        "enrolled": [one.enrolled_at for one in told.enrollments],
        "completed": [one.completed_at for one in told.enrollments],
    }
    return {what: [at.date() for at in found if at is not None] for what, found in instants.items()}


def changes_agree(insight: Insight, told: Records, today: date, period: Period | None) -> None:
    chosen = period or Period(today - timedelta(days=27), today)
    days = (chosen.last - chosen.first).days + 1
    before = Period(chosen.first - timedelta(days=days), chosen.first - A_DAY)

    answer = answers.what_changed(insight, OPERATOR, None, period).frame
    assert [(row["what"], row["now"], row["before"]) for row in answer.to_dicts()] == [
        (what, sum(within(chosen, day) for day in found), sum(within(before, day) for day in found))
        for what, found in happenings(told).items()
    ]


def activities_agree(insight: Insight, told: Records, period: Period | None) -> None:
    answer = answers.what_happens_in_each_activity(insight, OPERATOR, None, period).frame.to_dicts()
    made = [one for one in told.enrollments if within(period, one.enrolled_at.date())]

    expected = Counter((one.activity_id, one.status.value) for one in made)
    assert {(row["activity_id"], row["status"]): row["enrollments"] for row in answer} == expected


@SOME
@given(life=make.lives(), other=make.lives(), period=periods())
def test_every_answer_about_seats_agrees_with_the_records(
    db: Database, clock: Clock, insight: Insight, life: Life, other: Life, period: Period | None
) -> None:
    lived(db, clock, life, other)
    told = records(db)

    curve_agrees(insight, told, clock.now.date(), period)
    heatmap_agrees(insight, told, clock.now, period)
    over_invited_agrees(insight)
    idle_agrees(db, insight, told, clock.now)
    changes_agree(insight, told, clock.now.date(), period)
    activities_agree(insight, told, period)


# --- one by one ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [13, 14])
@pytest.mark.parametrize("contract_type", ContractType)
def test_seats_are_idle_from_the_fourteenth_day_on(
    db: Database, clock: Clock, insight: Insight, contract_type: ContractType, days: int
) -> None:
    contract_id = worlds.a_contract(db, contract_type, offers=2)
    worlds.invite(db, contract_id, "ann")
    worlds.a_redeemed(db, contract_id, "bob")
    worlds.an_enrolled(db, contract_id, "cy")
    _, begun = worlds.an_enrolled(db, contract_id, "dora")
    enrollments.change_status(db, OPERATOR, contract_id, begun, EnrollmentStatus.IN_PROGRESS)
    clock.set(datetime(2026, 6, 15, tzinfo=UTC) + timedelta(days=days))  # days count, not hours

    rows = answers.which_seats_are_idle(insight, OPERATOR).frame.to_dicts()

    each = 2 if contract_type is ContractType.VOUCHER else 1
    expected = {(Idle.SILENT, 1, each, 14), (Idle.ACCEPTED, 1, each, 14), (Idle.NOT_STARTED, 1, 1, 14)}
    told = {(row["kind"], row["people"], row["seats"], row["longest_days"]) for row in rows}
    assert told == (expected if days == 14 else set())
    whose = [
        answers.whose_seats_are_idle(insight, OPERATOR, kind=kind).frame.select("person_id", "seats") for kind in Idle
    ]
    theirs = [(worlds.person_of(db, name).id, seats) for name, seats in (("ann", each), ("bob", each), ("cy", 1))]
    assert [frame.rows() for frame in whose] == [[one] if days == 14 else [] for one in theirs]


def test_a_period_cuts_the_months_of_activities(db: Database, clock: Clock, insight: Insight) -> None:
    contract_id = worlds.a_contract(db, seats=20)
    for number, month_and_day in enumerate([(1, 31), (2, 1), (2, 28), (3, 1), (3, 2), (4, 30), (5, 1)]):
        clock.set(datetime(2026, *month_and_day, 12, tzinfo=UTC))
        worlds.an_enrolled(db, contract_id, f"p{number}")
    asked = [
        (date(2026, 2, 1), date(2026, 2, 28), 2),
        (date(2026, 2, 2), date(2026, 3, 1), 2),
        (date(2026, 1, 31), date(2026, 4, 30), 6),
        (date(2026, 3, 2), date(2026, 3, 31), 1),
        (date(2026, 3, 2), date(2026, 3, 2), 1),
        (date.min, date.max, 7),
    ]
    told = [
        answers.what_happens_in_each_activity(insight, OPERATOR, None, Period(first, last)).frame["enrollments"].sum()
        for first, last, _expected in asked
    ]

    assert told == [expected for _first, _last, expected in asked]


def test_activities_are_told_while_they_are_offered(db: Database, insight: Insight) -> None:
    contract_id = worlds.a_contract(db, offers=2)
    kept, gone = worlds.offered(db, contract_id)
    activities.remove_from_contract(db, OPERATOR, contract_id, gone)

    rows = answers.which_activities_are_offered(insight, OPERATOR).frame.to_dicts()
    assert [(row["contract_id"], row["activity_id"]) for row in rows] == [(contract_id, kept)]


@pytest.mark.parametrize(("days", "before"), [(2, 1), (3, 1), (4, 0)])
def test_an_open_period_is_compared_up_to_today_with_as_many_days_before_it(
    db: Database, clock: Clock, insight: Insight, days: int, before: int
) -> None:
    worlds.invite(db, worlds.a_contract(db), "ann")
    clock.forward(days * A_DAY)
    since_yesterday = Period(clock.now.date() - A_DAY, date.max)

    answer = answers.what_changed(insight, OPERATOR, None, since_yesterday).frame

    assert answer.filter(what="invited").row(0) == (3, "invited", 0, before)
