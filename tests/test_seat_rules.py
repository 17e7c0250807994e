"""How seats are counted, as full tables and as properties."""

from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lc_core import seat_rules
from lc_core.seat_rules import SeatsByStatus
from lc_core.vocabulary import ContractStatus, ContractType, InvitationStatus, SeatRelease

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
NEVER, IF_NOT_STARTED, ALWAYS = SeatRelease
counts = st.integers(0, 10_000)


def every(*axes: Any, repeat: int = 1) -> list[tuple[Any, ...]]:
    """Every row of a full table."""
    return list(product(*axes, repeat=repeat))


@given(counts, counts, counts, counts, st.booleans())
@example(0, 0, 0, 0, False)
@example(10, 10, 5, 5, False)
@example(10, 4, 6, 1, False)
def test_seats_by_status_always_sum_to_the_seats(used, free, reserved, pending, closed):  # R-SEAT-10
    seats = used + free
    found = seat_rules.seats_by_status(seats=seats, used=used, reserved=reserved, pending=pending, closed=closed)

    parts = [found.used, found.reserved, found.pending, found.uncommitted, found.expired_unused]
    assert sum(parts) == seats
    assert min([*parts, found.over_invited]) >= 0
    assert found.used == used
    assert closed or found.reserved + found.pending + found.over_invited == reserved + pending
    assert not (found.over_invited and found.uncommitted)


@pytest.mark.parametrize(
    ("used", "reserved", "pending", "expected"),
    [
        # of 10 seats:                             used, reserved, pending, uncommitted, over, expired unused
        (0, 0, 0, SeatsByStatus(10, 0, 0, 0, 10, 0, 0)),
        (3, 2, 1, SeatsByStatus(10, 3, 2, 1, 4, 0, 0)),
        (3, 2, 5, SeatsByStatus(10, 3, 2, 5, 0, 0, 0)),
        (3, 2, 6, SeatsByStatus(10, 3, 2, 5, 0, 1, 0)),  # what is reserved is clipped after what is pending
        (3, 9, 6, SeatsByStatus(10, 3, 7, 0, 0, 8, 0)),
        (10, 1, 1, SeatsByStatus(10, 10, 0, 0, 0, 2, 0)),
    ],
)
def test_reserved_goes_before_pending_and_the_excess_stands_apart(used, reserved, pending, expected):  # R-SEAT-10
    found = seat_rules.seats_by_status(seats=10, used=used, reserved=reserved, pending=pending, closed=False)

    assert found == expected


def test_what_a_closed_contract_did_not_use_is_expired_unused():  # R-SEAT-10, R-CON-8
    found = seat_rules.seats_by_status(seats=10, used=3, reserved=2, pending=9, closed=True)

    assert found == SeatsByStatus(10, 3, 0, 0, 0, 0, 7)


@pytest.mark.parametrize("status", ContractStatus)
def test_seats_can_be_used_no_more_after_the_end_and_in_the_archive(status):  # R-CON-8, R-CON-12
    assert seat_rules.is_closed(status) == (status in {"expired", "archived"})


DEMAND_OF_A_PERSON = {
    SUBSCRIPTION: {"outstanding": 1, "not_registered": 1, "accepted": 1},
    UNLIMITED: {"outstanding": 1, "not_registered": 1},  # accepted = used
}


@pytest.mark.parametrize(("contract_type", "status"), every([SUBSCRIPTION, UNLIMITED], InvitationStatus))
@pytest.mark.parametrize(("not_yet", "enrolled", "limit"), every([0, 3], [0, 2], [0, 1]))
def test_a_subscription_or_unlimited_invitation_asks_for_one_seat_a_person(  # R-SEAT-10
    contract_type, status, not_yet, enrolled, limit
):
    asked = seat_rules.demand(contract_type, status, not_yet_enrolled=not_yet, enrolled=enrolled, per_user_limit=limit)

    assert asked == DEMAND_OF_A_PERSON[contract_type].get(status, 0)


@pytest.mark.parametrize("status", InvitationStatus)
@pytest.mark.parametrize(
    ("not_yet", "enrolled", "limit", "expected"),
    [
        (0, 0, 0, 0),
        (3, 0, 0, 3),
        (3, 2, 0, 3),
        (3, 0, 2, 2),
        (3, 1, 2, 1),
        (3, 2, 2, 0),
        (3, 3, 2, 0),  # the limit was lowered meanwhile
        (1, 0, 2, 1),
    ],
)
def test_a_voucher_asks_for_what_it_covers_and_the_limit_allows(  # R-SEAT-10, R-CON-5
    status, not_yet, enrolled, limit, expected
):
    asked = seat_rules.demand(VOUCHER, status, not_yet_enrolled=not_yet, enrolled=enrolled, per_user_limit=limit)

    assert asked == (0 if status in {"expired", "revoked", "deallocated"} else expected)


COMES_BACK = {
    # (release, type): with nothing started, with something started
    (NEVER, VOUCHER): (False, False),
    (NEVER, SUBSCRIPTION): (False, False),
    (NEVER, UNLIMITED): (False, False),
    (IF_NOT_STARTED, VOUCHER): (True, False),
    (IF_NOT_STARTED, SUBSCRIPTION): (True, False),
    (IF_NOT_STARTED, UNLIMITED): (False, False),  # de-allocated, never withdrawn (R-SEAT-8)
    (ALWAYS, VOUCHER): (True, True),
    (ALWAYS, SUBSCRIPTION): (True, True),
    (ALWAYS, UNLIMITED): (False, False),
}


@pytest.mark.parametrize(
    ("release", "contract_type", "started", "others"), every(SeatRelease, ContractType, [False, True], [0, 2])
)
def test_when_a_withdrawal_returns_the_seat(release, contract_type, started, others):  # R-SEAT-7
    back = seat_rules.seat_comes_back(release, contract_type, started=started, other_open_enrollments=others)

    kept_by_others = contract_type == SUBSCRIPTION and others
    assert back == (COMES_BACK[release, contract_type][started] and not kept_by_others)
