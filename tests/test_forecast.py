"""When seats run out: the question agrees with the rule's text, told once more in plain arithmetic (R-ANA-4)."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lc_core import contracts
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.insight.states import Verdict
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType, SeatRelease
from tests import feeding, worlds
from tests.asked import SOME, insight
from tests.clock import Clock
from tests.worlds import OPERATOR

__all__ = ["insight"]
Stay = tuple[int, int | None]
"""How many days ago somebody enrolled, and how many days later they withdrew; None: they did not."""
TODAY = date(2026, 6, 15)
HUNDRED_YEARS = 36525


def taken(
    db: Database, home: Path, stays: Sequence[Stay], *, seats: int, ends_in: int | None = None, clock: Clock
) -> int:
    """A contract whose seats were taken and returned so; it ends so many days from today."""
    code = worlds.draft().code
    contract_id = feeding.a_contract(
        db,
        ContractType.SUBSCRIPTION,
        offers=[f"{code}-A"],
        code=code,
        seats=seats,
        seat_release=SeatRelease.ALWAYS,
        valid_to=None if ends_in is None else TODAY + timedelta(days=ends_in - 1),
    )
    rows = [feeding.ENROLLMENTS]
    for number, (ago, later) in enumerate(stays):
        day = clock.now - timedelta(days=ago, hours=1)
        left = day + timedelta(days=later) if later is not None and later <= ago else None
        status, withdrawn = ("withdrawn", f"{left:%Y-%m-%dT%H:%M:%SZ}") if left else ("enrolled", "")
        address = worlds.email(f"{code.lower()}.{number}")
        rows.append(f"{code},{code}-A,{address},{day:%Y-%m-%dT%H:%M:%SZ},{status},,{withdrawn}")
    feeding.bring(db, home, enrollments=rows)
    return contract_id


def told(insight: Insight, contract_id: int) -> dict[str, Any]:
    (row,) = answers.when_do_seats_run_out(insight, OPERATOR, [contract_id]).frame.to_dicts()
    return row


def meets(free: int, pace: Fraction, ends_in: int | None) -> date | None:
    """The first day on which nothing is free any more; None: never, or not before the end."""
    if pace <= 0 or free <= 0:
        return None
    days = ceil(free / pace)
    return TODAY + timedelta(days=days) if days < (HUNDRED_YEARS if ends_in is None else ends_in) else None


def by_the_rule(moves: Sequence[tuple[date, int]], seats: int, ends_in: int | None) -> dict[str, Any]:
    """R-ANA-4: the pace of the last 28 days, and of the slowest and the fastest 7 days in a row among them."""
    net = [sum(delta for day, delta in moves if day == TODAY - timedelta(days=ago)) for ago in range(27, -1, -1)]
    weeks = [Fraction(sum(net[first : first + 7]), 7) for first in range(22)]
    pace, free = Fraction(sum(net), 28), seats - sum(delta for _day, delta in moves)
    on = meets(free, pace, ends_in)
    verdict = Verdict.RUNS_OUT if on else Verdict.NOT_BEFORE_END
    if pace <= 0:
        verdict = Verdict.NO_PACE
    if free <= 0:
        verdict = Verdict.FULL
    return {
        "used": seats - free,
        "free": free,
        "pace": float(pace),
        "slowest": float(min(weeks)),
        "fastest": float(max(weeks)),
        "run_out_on": on,
        "earliest": meets(free, max(weeks), ends_in),
        "latest": meets(free, min(weeks), ends_in),
        "verdict": verdict.value,
    }


STAYS = st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 30)), max_size=12)


@SOME
@given(stays=STAYS, seats=st.integers(0, 30), ends_in=st.none() | st.integers(1, 90))
def test_the_forecast_is_what_the_rule_says_of_any_ledger(
    db: Database,
    clock: Clock,
    insight: Insight,
    tmp_path: Path,
    stays: list[Stay],
    seats: int,
    ends_in: int | None,
) -> None:
    contract_id = taken(db, tmp_path, stays, seats=seats, ends_in=ends_in, clock=clock)
    moves = [(move.effective_at.date(), move.delta) for move in worlds.ledger_of(db, contract_id)]

    row, expected = told(insight, contract_id), by_the_rule(moves, seats, ends_in)

    for name in ("pace", "slowest", "fastest"):
        assert row[name] == pytest.approx(expected.pop(name))
    assert expected.items() <= row.items()


EVEN = [(ago, None) for ago in range(28)]
"""One seat a day."""


def verdict_of(row: dict[str, Any]) -> tuple[str, date | None]:
    return row["verdict"], row["run_out_on"]


def test_ten_seats_last_ten_days_at_one_a_day(db: Database, clock: Clock, insight: Insight, tmp_path: Path) -> None:
    row = told(insight, taken(db, tmp_path, EVEN, seats=38, clock=clock))

    assert verdict_of(row) == (Verdict.RUNS_OUT, TODAY + timedelta(days=10))
    assert {row["pace"], row["slowest"], row["fastest"]} == {1.0}
    assert {row["earliest"], row["latest"]} == {TODAY + timedelta(days=10)}


@pytest.mark.parametrize(
    ("ends_in", "expected"), [(10, (Verdict.NOT_BEFORE_END, None)), (11, (Verdict.RUNS_OUT, date(2026, 6, 25)))]
)
def test_a_date_is_told_only_before_the_end(
    db: Database, clock: Clock, insight: Insight, tmp_path: Path, ends_in: int, expected: tuple[str, date | None]
) -> None:
    row = told(insight, taken(db, tmp_path, EVEN, seats=38, ends_in=ends_in, clock=clock))

    assert verdict_of(row) == expected


def test_the_range_is_of_the_slowest_and_the_fastest_week(
    db: Database, clock: Clock, insight: Insight, tmp_path: Path
) -> None:
    stays = [(ago, None) for ago in (8, 9, 10, 11, 12, 13, 14)] * 2 + [(20, None)] * 7 + [(1, None)] * 7
    row = told(insight, taken(db, tmp_path, stays, seats=42, clock=clock))

    assert (row["pace"], row["slowest"], row["fastest"]) == (1.0, 0.0, 2.0)
    assert (row["earliest"], row["run_out_on"], row["latest"]) == (date(2026, 6, 22), date(2026, 6, 29), None)


def test_what_was_taken_before_the_28_days_is_no_pace(
    db: Database, clock: Clock, insight: Insight, tmp_path: Path
) -> None:
    row = told(insight, taken(db, tmp_path, [(28, None)], seats=5, clock=clock))

    assert (row["verdict"], row["pace"], row["used"]) == (Verdict.NO_PACE, 0.0, 1)
    assert told(insight, taken(db, tmp_path, [(27, None)], seats=5, clock=clock))["verdict"] == Verdict.RUNS_OUT


def test_no_seat_left_is_full_whatever_the_pace(db: Database, clock: Clock, insight: Insight, tmp_path: Path) -> None:
    assert verdict_of(told(insight, taken(db, tmp_path, EVEN, seats=28, clock=clock))) == (Verdict.FULL, None)
    assert verdict_of(told(insight, taken(db, tmp_path, [], seats=0, clock=clock))) == (Verdict.FULL, None)


def test_only_active_contracts_are_forecast(db: Database, clock: Clock, insight: Insight) -> None:
    archived, active, future = (
        worlds.a_contract(db),
        worlds.a_contract(db),
        worlds.a_contract(db, valid_from=date(2026, 7, 1)),
    )
    contracts.archive(db, OPERATOR, archived)

    ids = answers.when_do_seats_run_out(insight, OPERATOR).frame["contract_id"].to_list()
    assert ids == [active]
    clock.set(worlds.contract_now(db, future).starts_at)
    assert answers.when_do_seats_run_out(insight, OPERATOR).frame["contract_id"].to_list() == [active, future]
