"""The headline of seat usage: what changed since the period began, told where it is known and without a verdict."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given

from lc_core.insight import answers, center, headline
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.insight.headline import Before, Change
from lc_core.insight.limits import Asked
from lc_core.records.db import Database
from tests import make, worlds
from tests.asked import SOME, Records, insight, lived, periods, records
from tests.clock import Clock
from tests.make import Life
from tests.test_center import NOW, frame, row
from tests.worlds import OPERATOR

__all__ = ["insight"]
LATELY = Period(NOW.date() - timedelta(days=27), NOW.date())
LONG_AGO, OF_LATE = LATELY.since - timedelta(days=9), LATELY.since + timedelta(days=9)


def stood(told: Records, began: datetime) -> Before | None:
    """The seats of the contracts that were there, those used by the ledger, and those left in contracts that were over."""
    seats = used = unused = 0
    for contract in told.contracts.values():
        moves = [one for one in told.moves if one.contract_id == contract.id]
        used += sum(one.delta for one in moves if one.effective_at < began)
        if min(contract.created_at, contract.starts_at) < began:
            over = any(at is not None and at <= began for at in (contract.ends_at, contract.archived_at))
            seats += contract.seats
            unused += contract.seats - sum(one.delta for one in moves) if over else 0
    return Before(seats, used, unused) if seats else None


@SOME
@given(life=make.lives(), other=make.lives(), some=periods())
def test_how_seats_stood_agrees_with_the_records(
    db: Database, clock: Clock, insight: Insight, life: Life, other: Life, some: Period | None
) -> None:
    lived(db, clock, life, other)
    told, today = records(db), clock.now.date()
    for first in {min(some.first, today) if some else today, today - timedelta(days=27), make.NEVER_BEFORE.date()}:
        period = Period(first, today)
        full = answers.how_full_is_each_contract(insight, OPERATOR).frame
        changed = answers.what_changed(insight, OPERATOR, None, period).frame

        assert headline.stood_before(full, changed, period) == stood(told, period.since)


def changed_by(taken: int, returned: int) -> pl.DataFrame:
    return pl.DataFrame({"what": ["seats_taken", "seats_returned"], "now": [taken, returned]})


def test_contracts_made_or_over_since_then_count_as_they_were() -> None:
    old = {"created_at": LONG_AGO, "used": 4, "expired_unused": 6}
    these = frame(
        row(**old, ends_at=LONG_AGO),
        row(**old, ends_at=OF_LATE),
        row(**old, ends_at=None, archived_at=OF_LATE),
        row(**old, ends_at=OF_LATE, archived_at=LONG_AGO),
        row(created_at=OF_LATE, starts_at=OF_LATE, seats=100, ends_at=None),
        row(created_at=OF_LATE, starts_at=LONG_AGO, seats=1, ends_at=None),
    )

    assert headline.stood_before(these, changed_by(3, 1), LATELY) == Before(seats=41, used=14, expired_unused=12)
    assert headline.stood_before(these.tail(2).head(1), changed_by(0, 0), LATELY) is None


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (Before(10, 2, 0), [("0", "was 10", 0), ("+3", "was 2", 1), ("+30 pts", "was 20%", 1), ("0", "was 0", 0)]),
        (
            Before(8, 7, 1),
            [("+2", "was 8", 1), ("-2", "was 7", -1), ("-37.5 pts", "was 87.5%", -1), ("-1", "was 1", -1)],
        ),
        (Before(10, 5, 0), [("0", "was 10", 0), ("0", "was 5", 0), ("0 pts", "was 50%", 0), ("0", "was 0", 0)]),
    ],
)
def test_each_change_is_told_with_its_sign_and_what_was(before: Before, said: list[tuple[Any, ...]]) -> None:
    told = headline.figures(center.totals(frame(row(seats=10, used=5))), before)
    changes = {one.name: one.change for one in told}

    assert [changes[name] for name in ("Seats bought", "Used", "Utilisation", "Expired unused")] == [
        Change(*one) for one in said
    ]
    assert [changes[name] for name in ("Reserved", "Pending", "Uncommitted")] == [None] * 3


def test_nothing_is_compared_but_with_the_day_before_a_period_that_comes_up_to_today(
    db: Database, clock: Clock, insight: Insight
) -> None:
    contract_id = worlds.a_contract(db)
    worlds.a_contract(db, seats=3)
    began = clock.now.date()
    clock.forward(timedelta(days=30))
    worlds.an_enrolled(db, contract_id, "ann")
    today, full = clock.now.date(), answers.how_full_is_each_contract(insight, OPERATOR).frame
    asked = Asked(frozenset({contract_id}), None, None, 1)

    def told(first: date, last: date) -> list[str | None]:
        head = headline.headline(insight, OPERATOR, full, replace(asked, period=Period(first, last)))
        assert bool(head.against) == any(one.change for one in head.figures)
        return [one.change and one.change.told for one in head.figures]

    nothing = [None] * 7
    day = timedelta(days=1)
    assert told(today - 9 * day, today) == told(today, date.max) == ["0", "+1", "+10 pts", None, None, None, "0"]
    assert told(today - 9 * day, today - day) == nothing
    assert told(today + day, date.max) == nothing
    assert told(date.min, today) == told(began - 999 * day, today) == nothing
    assert headline.headline(insight, OPERATOR, full, asked).against == ""
