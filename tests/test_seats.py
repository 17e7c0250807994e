"""Seats: taken and given back one row of the ledger at a time, and told by status; never more than there are."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lc_core import activities, contracts, enrollments, invitations, redeeming, seats
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.models import Contract, Enrollment, SeatHeld
from lc_core.seat_rules import SeatsByStatus
from lc_core.seats import Move, Unit
from lc_core.vocabulary import ContractType, EnrollmentStatus, Event, SeatReason, SeatRelease
from tests.worlds import (
    LIFE,
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_enrolled,
    code_of,
    contract_now,
    count_of,
    deactivate,
    invite,
    ledger_of,
    live_of,
    offered,
    one_of_each_status,
    only,
    refused,
    used,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType


def told(db, contract_id: int) -> SeatsByStatus:
    return seats.by_status(db, OPERATOR, contract_id)


# --- seats by status -------------------------------------------------------------------------------------------------

BY_STATUS = {
    # each of 10 seats, one invitation of each status, vouchers for 2 activities of which `enrolled` took one:
    #              seats, used, reserved, pending, uncommitted, over, expired unused
    VOUCHER: SeatsByStatus(10, 1, 3, 4, 2, 0, 0),  # accepted 2 and enrolled 1; outstanding 2 and unregistered 2
    SUBSCRIPTION: SeatsByStatus(10, 1, 1, 2, 6, 0, 0),
    UNLIMITED: SeatsByStatus(10, 2, 0, 2, 6, 0, 0),  # accepted = used; the de-allocated is free again
}


@pytest.mark.parametrize("contract_type", ContractType)
def test_one_of_each_status_asks_for_what_its_type_says(db, clock, contract_type):  # R-SEAT-10
    contract_id, _ = one_of_each_status(db, clock, contract_type)

    assert told(db, contract_id) == BY_STATUS[contract_type]
    clock.forward(timedelta(days=LIFE))  # what was pending is expired now, and expired is no demand
    seen = told(db, contract_id)
    assert (seen.pending, seen.reserved) == (0, BY_STATUS[contract_type].reserved)


@pytest.mark.parametrize("contract_type", ContractType)
def test_what_does_not_fit_is_over_invited(db, clock, contract_type):  # R-SEAT-10
    contract_id, _ = one_of_each_status(db, clock, contract_type, seats=3)

    expected = {
        VOUCHER: SeatsByStatus(3, 1, 2, 0, 0, 5, 0),
        SUBSCRIPTION: SeatsByStatus(3, 1, 1, 1, 0, 1, 0),
        UNLIMITED: SeatsByStatus(3, 2, 0, 1, 0, 1, 0),
    }
    assert told(db, contract_id) == expected[contract_type]


def told_when(db, clock, contract_id: int, closed: str) -> SeatsByStatus:
    """How the seats are told when the contract is closed in this way; it is open again then."""
    now = clock.now
    if closed == "archived":
        contracts.archive(db, OPERATOR, contract_id)
        found = told(db, contract_id)
        contracts.restore(db, OPERATOR, contract_id)
        return found
    clock.set(now.replace(year=2027 if closed == "expired" else 2025))
    found = told(db, contract_id)
    clock.set(now)
    return found


@pytest.mark.parametrize("contract_type", ContractType)
def test_after_the_end_the_rest_is_expired_unused(db, clock, contract_type):  # R-SEAT-10, R-CON-8
    contract_id, _ = one_of_each_status(db, clock, contract_type)
    before = told(db, contract_id)

    unused = SeatsByStatus(10, before.used, 0, 0, 0, 0, 10 - before.used)
    assert told_when(db, clock, contract_id, "expired") == unused
    assert told_when(db, clock, contract_id, "archived") == unused
    future = told_when(db, clock, contract_id, "future")
    assert (future.expired_unused, future.used) == (0, before.used)


def test_a_voucher_asks_for_no_more_than_the_limit_leaves(db):  # R-SEAT-10, R-CON-5
    contract_id = a_contract(db, offers=3, per_user_limit=2)
    first, second, _ = offered(db, contract_id)
    learner, _ = a_redeemed(db, contract_id, "ann")
    asked = [told(db, contract_id).reserved]
    for activity_id in (first, second):
        enrollments.enroll(db, learner, contract_id, activity_id)
        asked.append(told(db, contract_id).reserved)

    assert asked == [2, 1, 0]


def test_a_removed_activity_is_asked_for_no_more(db):  # R-SEAT-10, R-CON-16
    contract_id = a_contract(db, offers=2)
    first, _ = offered(db, contract_id)
    a_redeemed(db, contract_id, "ann")
    invite(db, contract_id, "bob")
    activities.remove_from_contract(db, OPERATOR, contract_id, first)

    assert (told(db, contract_id).reserved, told(db, contract_id).pending) == (1, 1)


def test_a_deactivated_learners_seat_counts_as_before(db):  # R-SEAT-9
    contract_id = a_contract(db)
    learner, _ = an_enrolled(db, contract_id, "ann")
    before = told(db, contract_id)
    deactivate(db, learner)

    assert told(db, contract_id) == before


# --- the ledger and the counter --------------------------------------------------------------------------------------


def test_a_seat_is_taken_once_and_given_back_once(db, clock):  # R-SEAT-6, *Hold a seat*
    contract_id = a_contract(db, seats=2)
    person_id = a_learner(db, "ann").person_id or 0
    unit = Unit(person_id)
    with db.change(OPERATOR, Event.ENROLLED) as change:
        contract = change.session.get_one(Contract, contract_id)
        change.of(contract)
        done = [
            seats.take(change, contract, unit, SeatReason.ACCEPTED),
            seats.take(change, contract, unit, SeatReason.ACCEPTED),
            seats.holds(change.session, contract, unit),
            seats.give_back(change, contract, unit, SeatReason.DEALLOCATED),
            seats.give_back(change, contract, unit, SeatReason.DEALLOCATED),
            seats.holds(change.session, contract, unit),
        ]
        change.note(contract=contract_id)

    assert done == [True, False, True, True, False, False]
    assert [(move.delta, move.why) for move in ledger_of(db, contract_id)] == [(1, "accepted"), (-1, "deallocated")]
    assert (used(db, contract_id), count_of(db, SeatHeld)) == (0, 0)


def test_moves_of_the_past_keep_when_they_happened(db, clock):  # R-SEAT-6: an import shows its true curve
    contract_id = a_contract(db, UNLIMITED, seats=2)
    ann, bob = (a_learner(db, name).person_id or 0 for name in ("ann", "bob"))
    long_ago = clock.now - timedelta(days=300)
    moves = [
        Move(Unit(ann), 1, SeatReason.ACCEPTED, long_ago),
        Move(Unit(ann), -1, SeatReason.DEALLOCATED, long_ago + timedelta(days=1)),
        Move(Unit(bob), 1, SeatReason.ACCEPTED, long_ago + timedelta(days=2)),
        Move(Unit(bob), -1, SeatReason.DEALLOCATED, clock.now),
    ]
    with db.change(OPERATOR, Event.ENROLLMENTS_FED) as change:
        contract = change.session.get_one(Contract, contract_id)
        change.of(contract)
        seats.move_all(change, contract, moves[:3])
        seats.move_all(change, contract, moves[3:])
        seats.move_all(change, contract, [])
        change.note(contract=contract_id)

    told = ledger_of(db, contract_id)
    assert [(move.person_id, move.delta, move.effective_at) for move in told] == [
        (move.unit.person_id, move.delta, move.effective_at) for move in moves
    ]
    assert {move.recorded_at for move in told} == {clock.now}
    assert used(db, contract_id) == 0


@pytest.mark.parametrize(("contract_type", "own"), [(VOUCHER, 7), (SUBSCRIPTION, 0), (UNLIMITED, 0)])
def test_whose_seat_an_enrollment_uses(contract_type, own):  # R-SEAT-1..3
    assert seats.unit_of(contract_type, 3, 7) == Unit(3, own)


def test_the_counter_refuses_what_does_not_fit_whoever_asks(db):  # R-SEAT-5
    contract_id = a_contract(db, seats=1)
    people = [a_learner(db, name).person_id or 0 for name in ("ann", "bob")]

    def take(*person_ids: int) -> None:
        with db.change(OPERATOR, Event.ENROLLMENTS_FED) as change:
            contract = change.session.get_one(Contract, contract_id)
            change.of(contract)
            moves = [Move(Unit(one), 1, SeatReason.ACCEPTED, change.now) for one in person_ids]
            seats.move_all(change, contract, moves)

    with refused(db, Reason.NO_SEAT):
        take(*people)
    assert used(db, contract_id) == 0


# --- whatever people do ----------------------------------------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from(["invite", "redeem", "enroll", "withdraw", "begin", "end", "archive"]), st.integers(0, 5)
    ),
    max_size=25,
)


def step(db, contract_id: int, act: str, number: int) -> None:
    """One thing that somebody does, if they may."""
    name = f"p{contract_id}-{number % 3}"
    learner = a_learner(db, name)
    activity_id = offered(db, contract_id)[number % 2]
    try:
        if act == "invite":
            invite(db, contract_id, name, chosen=[activity_id])
        elif act == "redeem":
            redeeming.redeem(db, learner, code_of(db, contract_id))
        elif act == "enroll":
            enrollments.enroll(db, learner, contract_id, activity_id)
        elif act == "end":
            invitations.revoke(db, OPERATOR, contract_id, only(live_of(db, contract_id, name).id))
            invitations.deallocate(db, OPERATOR, contract_id, only(live_of(db, contract_id, name).id))
        elif act in {"withdraw", "begin"}:
            move_an_enrollment(db, contract_id, act, learner)
    except (Refused, StopIteration):
        return


def move_an_enrollment(db, contract_id: int, act: str, learner: Actor) -> None:
    with db.read() as session:
        theirs = select(Enrollment.id).where(
            Enrollment.contract_id == contract_id, Enrollment.person_id == learner.person_id
        )
        first = next(iter(session.scalars(theirs)))
    if act == "withdraw":
        enrollments.withdraw(db, OPERATOR, contract_id, first)
    else:
        enrollments.change_status(db, OPERATOR, contract_id, first, EnrollmentStatus.IN_PROGRESS)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from(ContractType), st.sampled_from(SeatRelease), st.integers(0, 3), steps)
def test_whatever_happens_seats_are_never_oversold_and_always_add_up(
    db, contract_type, release, count, steps
):  # R-SEAT-5, I1
    contract_id = a_contract(db, contract_type, seats=count, seat_release=release)

    for act, number in steps:
        step(db, contract_id, act, number)
        seen, now = told(db, contract_id), used(db, contract_id)
        assert 0 <= now <= count
        assert (seen.used, seen.seats) == (now, count)
        assert now == count_of(db, SeatHeld, SeatHeld.contract_id == contract_id)
        assert seen.used + seen.reserved + seen.pending + seen.uncommitted + seen.expired_unused == count
    assert contract_now(db, contract_id).seats == count
