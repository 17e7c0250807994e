"""Questions about people agree with the records, on random lives of contracts, in any period (R-ANA-2, R-ANA-3)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given

from lc_core import enrollments, invitations, redeeming
from lc_core.insight import answers
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.insight.states import Step
from lc_core.records.db import Database
from lc_core.records.models import Invitation
from lc_core.vocabulary import ContractType, EnrollmentStatus, Source
from tests import make, worlds
from tests.asked import SOME, Records, insight, lived, periods, records, within
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

__all__ = ["insight"]
Pair = tuple[int, int]
"""A contract and a person in it."""
DAY = timedelta(days=1)


def pairs(told: Records, period: Period | None) -> dict[Pair, dict[Step, datetime | None]]:
    """Who came how far in which contract, of those first invited to it in the period: each step with its instant, if known."""
    found = {}
    for key in {(one.contract_id, one.person_id) for one in told.invitations}:
        invited = [one for one in told.invitations if (one.contract_id, one.person_id) == key]
        enrolled = [one for one in told.enrollments if (one.contract_id, one.person_id) == key]
        accepted = [one.redeemed_at for one in invited if one.redeemed_at]
        first = min(one.invited_at for one in invited)
        steps: dict[Step, datetime | None] = {Step.INVITED: first}
        if accepted:
            steps[Step.ACCEPTED] = min(accepted)
        if enrolled:
            steps[Step.ENROLLED] = min(one.enrolled_at for one in enrolled)
        if begun := [one.progress_at for one in enrolled if one.started and one.progress_at]:
            steps[Step.STARTED] = min(begun)
        if done := [one.completed_at for one in enrolled if one.completed_at]:
            steps[Step.COMPLETED] = min(done)
        if within(period, first.date()):
            found[key] = steps
    return found


def funnel_agrees(insight: Insight, told: Records, period: Period | None) -> None:
    came = pairs(told, period)
    rows = answers.where_do_people_stop(insight, OPERATOR, None, period).frame.rows()
    reached = {step: [key for key, steps in came.items() if step in steps] for step in Step}

    assert rows == [
        (place, step.value, len({person for _, person in keys}), sum(told.held(*key) for key in keys))
        for place, (step, keys) in enumerate(reached.items(), start=1)
    ]
    assert all(set(later) <= set(earlier) for earlier, later in pairwise(reached.values()))


def those_who_stopped_agree(insight: Insight, told: Records, period: Period | None) -> None:
    came = pairs(told, period)
    for step, following in zip(Step, [*list(Step)[1:], None], strict=True):
        rows = answers.who_stopped_there(insight, OPERATOR, None, period, step=step).frame.to_dicts()

        assert {(row["contract_id"], row["person_id"]): row["since"] for row in rows} == {
            key: steps[step] for key, steps in came.items() if step in steps and following not in steps
        }


def cohorts_agree(insight: Insight, told: Records, period: Period | None) -> None:
    came = pairs(told, period)
    rows = answers.how_do_cohorts_get_on(insight, OPERATOR, None, period).frame.rows()

    expected: dict[date, list[int]] = {}
    for steps in came.values():
        month = steps[Step.INVITED].date().replace(day=1)
        expected[month] = [n + (step in steps) for n, step in zip(expected.get(month, [0] * 5), Step, strict=True)]
    assert rows == [(month, *counts) for month, counts in sorted(expected.items())]


def codes_agree(insight: Insight, told: Records, period: Period | None) -> None:
    rows = answers.who_used_the_code(insight, OPERATOR, None, period).frame.to_dicts()
    by_code = {(one.contract_id, one.person_id) for one in told.invitations if one.source is Source.CODE}

    expected: dict[int, tuple[int, int, int]] = {}
    for key, steps in pairs(told, period).items():
        used, all_of_it, enrolled = expected.get(key[0], (0, 0, 0))
        came_so = key in by_code
        expected[key[0]] = (used + came_so, all_of_it + 1, enrolled + (came_so and Step.ENROLLED in steps))
    assert {row["contract_id"]: (row["by_code"], row["invited"], row["enrolled"]) for row in rows} == expected


def quantile(values: Sequence[float], share: float) -> float | None:
    """The continuous quantile: between two values, as far along as it lies between their places."""
    if not values:
        return None
    ordered, place = sorted(values), share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def took(some: Sequence[Invitation], until: str) -> list[float]:
    spans = [getattr(one, until) - one.first_sent_at for one in some if getattr(one, until)]
    return [max(span / DAY, 0) for span in spans]


def durations_agree(insight: Insight, told: Records, period: Period | None) -> None:
    rows = answers.how_long_until_people_enroll(insight, OPERATOR, None, period).frame.rows()
    sent = [one for one in told.invitations if one.first_sent_at and within(period, one.first_sent_at.date())]
    months = sorted({one.first_sent_at.date().replace(day=1) for one in sent if one.first_sent_at})

    assert [row[0] for row in rows] == [*months, *([None] if sent else [])]
    for row in rows:
        some = [one for one in sent if one.first_sent_at and row[0] in (None, one.first_sent_at.date().replace(day=1))]
        accept, enroll = took(some, "redeemed_at"), took(some, "first_enrolled_at")
        accepting, enrolling = ([len(days), quantile(days, 0.5), quantile(days, 0.9)] for days in (accept, enroll))
        assert list(row[1:]) == pytest.approx([len(some), *accepting, *enrolling], abs=1e-9)


@SOME
@given(life=make.lives(), other=make.lives(), period=periods())
def test_every_answer_about_people_agrees_with_the_records(
    db: Database, clock: Clock, insight: Insight, life: Life, other: Life, period: Period | None
) -> None:
    lived(db, clock, life, other)
    told = records(db)

    funnel_agrees(insight, told, period)
    those_who_stopped_agree(insight, told, period)
    cohorts_agree(insight, told, period)
    codes_agree(insight, told, period)
    durations_agree(insight, told, period)


def test_days_until_something_are_continuous_quantiles(db: Database, clock: Clock, insight: Insight) -> None:
    contract_id = worlds.a_contract(db, ContractType.UNLIMITED)
    names = [f"p{number}" for number in range(4)]
    worlds.invite(db, contract_id, *names, "nobody")
    for name, days in zip(names, (1, 1, 2, 4), strict=True):  # on the days 1, 2, 4 and 8
        clock.forward(days * DAY)
        redeeming.redeem(db, worlds.a_learner(db, name), worlds.code_of(db, contract_id))
    for name, days in zip(names, (2, 10), strict=False):  # on the days 10 and 20
        clock.forward(days * DAY)
        enrollments.enroll(db, worlds.a_learner(db, name), contract_id, worlds.offered(db, contract_id)[0])

    month, every = answers.how_long_until_people_enroll(insight, OPERATOR).frame.rows()

    assert every == (None, 5, 4, 3.0, pytest.approx(4 + 0.7 * 4), 2, 15.0, 19.0)
    assert month == (date(2026, 6, 1), *every[1:])


def test_a_person_in_two_contracts_is_one_in_the_funnel_and_two_in_the_cohort(
    db: Database, clock: Clock, insight: Insight
) -> None:
    first, second = worlds.a_contract(db), worlds.a_contract(db, ContractType.SUBSCRIPTION)
    _, enrollment = worlds.an_enrolled(db, first, "ann")
    worlds.invite(db, second, "ann", "bob")
    clock.forward(DAY)
    enrollments.change_status(db, OPERATOR, first, enrollment, EnrollmentStatus.COMPLETED)

    funnel = answers.where_do_people_stop(insight, OPERATOR).frame.select("people", "seats").rows()
    cohort = answers.how_do_cohorts_get_on(insight, OPERATOR).frame.row(0)

    assert funnel == [(2, 1), (1, 1), (1, 1), (1, 1), (1, 1)]
    assert cohort == (date(2026, 6, 1), 3, 1, 1, 1, 1)
    done = answers.who_stopped_there(insight, OPERATOR, step=Step.COMPLETED).frame.row(0, named=True)
    assert (done["contract_id"], done["since"]) == (first, clock.now)


def test_who_was_invited_again_belongs_to_the_month_of_the_first_time(
    db: Database, clock: Clock, insight: Insight
) -> None:
    contract_id = worlds.a_contract(db)
    (first,) = worlds.invite(db, contract_id, "ann")
    invitations.revoke(db, OPERATOR, contract_id, worlds.only(first))
    clock.set(datetime(2026, 7, 1, tzinfo=UTC))
    worlds.invite(db, contract_id, "ann")
    july = Period(date(2026, 7, 1), date(2026, 7, 31))

    cohorts = answers.how_do_cohorts_get_on(insight, OPERATOR).frame.rows()

    assert cohorts == [(date(2026, 6, 1), 1, 0, 0, 0, 0)]
    assert answers.who_stopped_there(insight, OPERATOR, None, july).frame.is_empty()
    assert answers.how_long_until_people_enroll(insight, OPERATOR, None, july).frame["sent"].to_list() == [1, 1]
