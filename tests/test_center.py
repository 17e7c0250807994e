"""The Center as it is looked at: tabs, search, order, pages, badges, words, totals (screens: Learning Contract Center)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from lc_core.insight import center
from lc_core.insight.center import Wanted
from lc_core.insight.columns import HOW_FULL
from lc_core.vocabulary import ContractStatus, ContractType

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


def row(**said: Any) -> dict[str, Any]:
    """One contract, as the answer tells it."""
    plain: dict[str, Any] = dict.fromkeys(HOW_FULL)
    plain |= {"contract_id": 1, "code": "C", "title": "T", "contract_type": "voucher", "status": "active", "seats": 10}
    plain |= dict.fromkeys(("used", "reserved", "pending", "uncommitted", "over_invited", "expired_unused"), 0)
    plain |= {"starts_at": NOW - timedelta(days=10), "ends_at": NOW + timedelta(days=100)}
    return plain | said


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(HOW_FULL))


def titles(full: pl.DataFrame, wanted: Wanted) -> list[str]:
    return [one["title"] for one in center.view(full, wanted).rows]


def test_contracts_stand_on_the_tab_of_their_status_with_their_number_beside_it() -> None:
    full = frame(row(title="a"), row(title="b", status="expired"), row(title="c", status="future"), row(title="d"))

    seen = center.view(full, Wanted(tab=ContractStatus.ACTIVE))

    assert [one["title"] for one in seen.rows] == ["a", "d"]
    assert seen.counts == {ContractStatus.ACTIVE: 2, ContractStatus.EXPIRED: 1, ContractStatus.FUTURE: 1}


def test_archived_contracts_are_on_no_tab() -> None:
    full = frame(row(status="archived"))

    counts = [center.view(full, Wanted(tab=tab)) for tab in center.TABS]

    assert not [seen.rows for seen in counts if seen.rows]


@pytest.mark.parametrize(("search", "found"), [("SAFE", ["Safety first"]), ("x-9", ["Other"]), ("%", []), (" ", None)])
def test_a_search_finds_titles_and_codes_literally_and_the_counts_follow(search: str, found: list[str] | None) -> None:
    full = frame(row(title="Safety first", code="A"), row(title="Other", code="X-9", ends_at=None))

    seen = center.view(full, Wanted(search=search))

    expected = ["Safety first", "Other"] if found is None else found
    assert [one["title"] for one in seen.rows] == expected
    assert seen.counts[ContractStatus.ACTIVE] == len(expected)


def test_a_type_is_found_by_itself() -> None:
    full = frame(row(title="v"), row(title="u", contract_type="unlimited"))

    assert titles(full, Wanted(contract_type=ContractType.UNLIMITED)) == ["u"]


def test_contracts_are_ordered_by_their_end_their_fullness_or_their_title() -> None:
    full = frame(
        row(title="beta", ends_at=None, used=1),
        row(title="Alpha", ends_at=NOW + timedelta(days=5), used=9),
        row(title="gamma", ends_at=NOW + timedelta(days=2), seats=0),
    )

    assert titles(full, Wanted(order="ends")) == ["gamma", "Alpha", "beta"]
    assert titles(full, Wanted(order="fullest")) == ["Alpha", "beta", "gamma"]
    assert titles(full, Wanted(order="title")) == ["Alpha", "beta", "gamma"]


def test_the_latest_end_comes_first_among_the_expired() -> None:
    full = frame(
        row(title="long ago", status="expired", ends_at=NOW - timedelta(days=90)),
        row(title="just now", status="expired", ends_at=NOW - timedelta(days=1)),
    )

    assert titles(full, Wanted(tab=ContractStatus.EXPIRED)) == ["just now", "long ago"]


def test_twenty_contracts_are_a_page_and_a_page_too_far_is_the_last() -> None:
    full = frame(*[row(title=f"{number:02}") for number in range(45)])

    last = center.view(full, Wanted(order="title", page=99))

    assert last.pages == 3
    assert [one["title"] for one in last.rows] == ["40", "41", "42", "43", "44"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"used": 10}, ["Full"]),
        ({"used": 9}, []),
        ({"seats": 0, "used": 0}, []),
        ({"over_invited": 4}, ["Over-invited by 4"]),
        ({"ends_at": NOW + timedelta(days=30)}, ["Ends soon"]),
        ({"ends_at": NOW + timedelta(days=30, seconds=1)}, []),
        ({"used": 10, "status": "expired"}, []),
    ],
)
def test_badges_say_what_stands_out(said: dict[str, Any], expected: list[str]) -> None:
    assert center.badges(row(**said), NOW) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (-10, 12, "ends in 12 days"),
        (-10, 1, "ends in 1 day"),
        (-10, 0.5, "ends in 1 day"),
        (-10, None, "never expires"),
        (-10, -3, "ended 3 days ago"),
        (-10, -0.2, "ended today"),
        (5, 50, "starts in 5 days"),
    ],
)
def test_the_next_boundary_is_told_in_days(starts: float, ends: float | None, expected: str) -> None:
    ends_at = None if ends is None else NOW + timedelta(days=ends)

    assert center.when(NOW + timedelta(days=starts), ends_at, NOW) == expected


def test_whoever_has_no_contract_is_told_what_one_is_and_who_makes_them() -> None:
    assert "administrator" in center.view(frame(), Wanted()).why_empty
    assert "search" in center.view(frame(row()), Wanted(search="nothing")).why_empty
    assert "status" in center.view(frame(row()), Wanted(tab=ContractStatus.FUTURE)).why_empty


def test_totals_are_the_sums_of_the_chosen_contracts() -> None:
    these = frame(row(contract_id=1, used=3, uncommitted=7), row(contract_id=2, seats=5, used=5))

    totals = center.totals(these)

    assert (totals.seats, totals.used, totals.uncommitted, totals.utilisation) == (15, 8, 7, 8 / 15)
    assert center.totals(frame()).utilisation is None
