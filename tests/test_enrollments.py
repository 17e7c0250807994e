"""Enrollments: enrolling, changes of status, withdrawals and what becomes of the seat."""

from datetime import timedelta

import pytest

from lc_core import activities, contracts, enrollments, invitations, redeeming
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ContractType, EnrollmentStatus, Event, Result, Role, SeatReason, SeatRelease
from tests.worlds import (
    NOBODY,
    OPERATOR,
    Moved,
    a_contract,
    a_learner,
    a_redeemed,
    an_activity,
    an_admin,
    an_enrolled,
    deactivate,
    enrollment_now,
    invitation_now,
    invite,
    last_event,
    ledger_of,
    live_of,
    not_found,
    offered,
    one_of_each_status,
    only,
    refused,
    somebody,
    status_of,
    unchanged,
    used,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType


# --- enroll ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
def test_an_enrollment_is_written_with_its_seat_and_remembered(
    db, clock, contract_type
):  # R-LRN-4, R-SEAT-1..3, R-SEAT-6
    contract_id = a_contract(db, contract_type)
    first, _ = offered(db, contract_id)
    learner, invitation_id = a_redeemed(db, contract_id, "ann")
    taken = len(ledger_of(db, contract_id))
    clock.forward(timedelta(hours=1))

    enrollment_id = enrollments.enroll(db, learner, contract_id, first)

    made, event = enrollment_now(db, enrollment_id), last_event(db, contract_id)
    assert (made.contract_id, made.person_id, made.activity_id) == (contract_id, learner.person_id, first)
    assert (made.invitation_id, made.status, made.enrolled_at, made.started) == (
        invitation_id,
        "enrolled",
        clock.now,
        False,
    )
    assert (status_of(db, invitation_id), invitation_now(db, invitation_id).first_enrolled_at) == (
        "enrolled",
        clock.now,
    )
    assert (event.event, event.actor_id) == (Event.ENROLLED, learner.person_id)
    assert event.items == [(Result.ENROLLED, learner.person_id, invitation_id)]
    unit = first if contract_type == VOUCHER else None
    new = [Moved(made.person_id, unit, 1, SeatReason.ENROLLED, learner.person_id, clock.now, clock.now)]
    assert ledger_of(db, contract_id)[taken:] == ([] if contract_type == UNLIMITED else new)
    assert used(db, contract_id) == 1


@pytest.mark.parametrize(("contract_type", "seats"), [(VOUCHER, 3), (SUBSCRIPTION, 1), (UNLIMITED, 1)])
def test_what_further_activities_cost(db, contract_type, seats):  # R-SEAT-1, R-SEAT-2, R-SEAT-3
    contract_id = a_contract(db, contract_type, offers=3, seats=seats)
    learner, _ = a_redeemed(db, contract_id, "ann")
    for activity_id in offered(db, contract_id):
        enrollments.enroll(db, learner, contract_id, activity_id)

    assert used(db, contract_id) == seats
    new = an_activity(db)
    activities.add_to_contract(db, OPERATOR, contract_id, [new])
    if contract_type != VOUCHER:  # also one added later, also when the contract is full
        enrollments.enroll(db, learner, contract_id, new)
        assert used(db, contract_id) == seats


@pytest.mark.parametrize("contract_type", [VOUCHER, SUBSCRIPTION])
def test_when_no_seat_is_left_nobody_else_gets_in(db, contract_type):  # R-SEAT-5, R-LRN-4
    contract_id = a_contract(db, contract_type, seats=1)
    first, second = offered(db, contract_id)
    ann, _ = an_enrolled(db, contract_id, "ann", first)
    invite(db, contract_id, "bob")
    bob = a_learner(db, "bob")

    with refused(db, Reason.NO_SEAT):  # and his invitation stays unredeemed: all or nothing
        enrollments.enroll(db, bob, contract_id, first)
    if contract_type == VOUCHER:
        with refused(db, Reason.NO_SEAT):
            enrollments.enroll(db, ann, contract_id, second)
    else:
        enrollments.enroll(db, ann, contract_id, second)
    assert used(db, contract_id) == 1


ENROLL = {
    "outstanding": None,
    "not_registered": None,
    "expired": Reason.INVITATION_EXPIRED,
    "accepted": None,
    "enrolled": Reason.ALREADY_ENROLLED,
    "revoked": Reason.NOT_INVITED,
    "deallocated": Reason.NOT_INVITED,
}


@pytest.mark.parametrize("require_code", [False, True])
@pytest.mark.parametrize("contract_type", ContractType)
def test_what_enrolling_does_for_each_status(db, clock, contract_type, require_code):  # R-LRN-4, R-LRN-2, *Redeem*
    contract_id, found = one_of_each_status(db, clock, contract_type, require_invitation_code=require_code)
    first, _ = offered(db, contract_id)

    for status, invitation_id in found.items():
        learner = Actor.person(invitation_now(db, invitation_id).person_id)
        reason = ENROLL[status]
        if status in {"outstanding", "not_registered"}:
            reason = Reason.ACCEPT_FIRST if contract_type == UNLIMITED else None
            reason = Reason.CODE_REQUIRED if require_code else reason
        if reason is None:
            enrollments.enroll(db, learner, contract_id, first)
            assert status_of(db, invitation_id) == "enrolled"
        else:
            with refused(db, reason):
                enrollments.enroll(db, learner, contract_id, first)


def test_a_first_enroll_redeems_and_both_are_remembered(db, clock):  # *Redeem*, R-AUD-1
    contract_id = a_contract(db, SUBSCRIPTION)
    (invitation_id,) = invite(db, contract_id, "ann")
    learner = a_learner(db, "ann")
    enrollments.enroll(db, learner, contract_id, offered(db, contract_id)[0])

    assert invitation_now(db, invitation_id).redeemed_at == clock.now
    assert last_event(db, contract_id).items == [
        (Result.REDEEMED, learner.person_id, invitation_id),
        (Result.ENROLLED, learner.person_id, invitation_id),
    ]


@pytest.mark.parametrize("contract_type", ContractType)
def test_only_what_the_invitation_covers_is_taken(db, contract_type):  # R-LRN-4, R-INV-10, I5
    contract_id, other = a_contract(db, contract_type, offers=3), a_contract(db)
    first, second, third = offered(db, contract_id)
    invite(db, contract_id, "ann", chosen=[first, third])
    learner, _ = a_redeemed_already(db, contract_id, "ann")
    activities.remove_from_contract(db, OPERATOR, contract_id, third)

    for activity_id in (offered(db, other)[0], third, NOBODY, 2**63, -1):
        with refused(db, Reason.ACTIVITY_NOT_COVERED):
            enrollments.enroll(db, learner, contract_id, activity_id)
    if contract_type == VOUCHER:
        with refused(db, Reason.ACTIVITY_NOT_COVERED):
            enrollments.enroll(db, learner, contract_id, second)
    assert enrollments.enroll(db, learner, contract_id, first)


def a_redeemed_already(db, contract_id: int, name: str) -> tuple[Actor, int]:
    """Somebody who was invited before, with an account, who accepts now."""
    learner = a_learner(db, name)
    redeeming.accept(db, learner, contract_id)
    return learner, live_of(db, contract_id, name).id


@pytest.mark.parametrize("contract_type", ContractType)
def test_nobody_takes_more_activities_than_the_limit(db, contract_type):  # R-CON-5
    contract_id = a_contract(db, contract_type, offers=3, per_user_limit=2)
    first, second, third = offered(db, contract_id)
    learner, enrollment = an_enrolled(db, contract_id, "ann", first)
    enrollments.enroll(db, learner, contract_id, second)

    with refused(db, Reason.PER_USER_LIMIT, limit=2):
        enrollments.enroll(db, learner, contract_id, third)
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    with refused(db, Reason.PER_USER_LIMIT, limit=2):  # a withdrawn one counts too
        enrollments.enroll(db, learner, contract_id, third)
    assert enrollments.enroll(db, learner, contract_id, first) == enrollment  # and again is not a new one


@pytest.mark.parametrize("contract_type", ContractType)
def test_nobody_is_enrolled_twice(db, contract_type):  # R-LRN-4, I2
    contract_id = a_contract(db, contract_type)
    first, _ = offered(db, contract_id)
    learner, enrollment = an_enrolled(db, contract_id, "ann", first)

    for status in EnrollmentStatus:
        if status not in {"withdrawn", "enrolled"}:
            enrollments.change_status(db, OPERATOR, contract_id, enrollment, status)
        with refused(db, Reason.ALREADY_ENROLLED):
            enrollments.enroll(db, learner, contract_id, first)


def test_who_was_never_invited_or_may_not_act_enrolls_nowhere(db):  # R-AUTH-2
    contract_id = a_contract(db)
    first, _ = offered(db, contract_id)
    gone, _ = a_redeemed(db, contract_id, "gone")
    deactivate(db, gone)
    askers = [
        gone,
        a_learner(db, "bob"),
        an_admin(db, "ada", contract_id),
        somebody(db, "sue", Role.SUPER_ADMIN),
        OPERATOR,
        Actor.person(NOBODY),
    ]

    for actor in askers:
        for asked in (contract_id, NOBODY, 2**63, -1):
            with not_found(db):
                enrollments.enroll(db, actor, asked, first)


def test_a_repeated_key_enrolls_once(db):  # safety: the browser
    contract_id = a_contract(db)
    first, second = offered(db, contract_id)
    learner, _ = a_redeemed(db, contract_id, "ann")
    key = OperationKey.new()
    enrollment = enrollments.enroll(db, learner, contract_id, first, key=key)

    with unchanged(db):
        assert enrollments.enroll(db, learner, contract_id, first, key=key) == enrollment
    with refused(db, Reason.KEY_USED_OTHERWISE):
        enrollments.enroll(db, learner, contract_id, second, key=key)


# --- changes of status -----------------------------------------------------------------------------------------------


def test_each_status_is_set_and_remembered_and_moves_no_seat(db, clock):  # R-ENR-1, *Hold a seat*
    contract_id = a_contract(db)
    _, enrollment = an_enrolled(db, contract_id, "ann")
    before, started = EnrollmentStatus.ENROLLED, False

    for wanted in ("waitlisted", "pending_approval", "no_show", "enrolled", "in_progress", "failed", "completed"):
        clock.forward(timedelta(days=1))
        status = EnrollmentStatus.of(wanted)
        enrollments.change_status(db, OPERATOR, contract_id, enrollment, status, lms_status="Ganz fertig")

        now, event = enrollment_now(db, enrollment), last_event(db, contract_id)
        started = started or wanted in {"in_progress", "completed", "failed"}
        assert (now.status, now.lms_status, now.progress_at) == (wanted, "Ganz fertig", clock.now)
        assert (now.completed_at, now.started) == (clock.now if wanted == "completed" else None, started)
        assert (event.event, event.before, event.after) == (
            Event.ENROLLMENT_CHANGED,
            {"status": before.value},
            {"status": wanted},
        )
        assert event.items == [(Result.CHANGED, now.person_id, now.invitation_id)]
        assert used(db, contract_id) == 1
        with refused(db, Reason.STATUS_UNCHANGED):
            enrollments.change_status(db, OPERATOR, contract_id, enrollment, status)
        before = status


def test_what_was_started_stays_started(db):  # R-SEAT-7
    contract_id = a_contract(db)
    _, enrollment = an_enrolled(db, contract_id, "ann")
    for status in (EnrollmentStatus.COMPLETED, EnrollmentStatus.NO_SHOW):
        enrollments.change_status(db, OPERATOR, contract_id, enrollment, status)

    now = enrollment_now(db, enrollment)
    assert (now.status, now.started, now.completed_at) == ("no_show", True, None)


def test_a_change_is_refused_for_what_is_wrong_with_it(db):  # R-ENR-1, R-ENR-3
    contract_id = a_contract(db)
    _, enrollment = an_enrolled(db, contract_id, "ann")
    completed = EnrollmentStatus.COMPLETED

    with refused(db, Reason.WITHDRAW_INSTEAD):
        enrollments.change_status(db, OPERATOR, contract_id, enrollment, EnrollmentStatus.WITHDRAWN)
    with refused(db, Reason.TOO_LONG_TEXT, most=100):
        enrollments.change_status(db, OPERATOR, contract_id, enrollment, completed, lms_status="x" * 101)
    with refused(db, Reason.CONTROL_CHARS):
        enrollments.change_status(db, OPERATOR, contract_id, enrollment, completed, lms_status="\x00")
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    with refused(db, Reason.ALREADY_WITHDRAWN):
        enrollments.change_status(db, OPERATOR, contract_id, enrollment, completed)


def test_an_enrollment_of_another_contract_is_like_an_unknown_one(db):  # R-AUTH-1, I8
    mine, other = a_contract(db), a_contract(db)
    _, foreign = an_enrolled(db, other, "ann")

    for enrollment_id in (foreign, NOBODY, 2**63, -1):
        with not_found(db):
            enrollments.change_status(db, OPERATOR, mine, enrollment_id, EnrollmentStatus.COMPLETED)
        with not_found(db):
            enrollments.withdraw(db, OPERATOR, mine, enrollment_id)


# --- withdrawals -----------------------------------------------------------------------------------------------------

RETURNS = {
    # (release, started): whether the seat of a withdrawn enrollment comes back; never an unlimited contract's
    (SeatRelease.NEVER, False): False,
    (SeatRelease.NEVER, True): False,
    (SeatRelease.IF_NOT_STARTED, False): True,
    (SeatRelease.IF_NOT_STARTED, True): False,
    (SeatRelease.ALWAYS, False): True,
    (SeatRelease.ALWAYS, True): True,
}


@pytest.mark.parametrize("contract_type", ContractType)
def test_a_withdrawal_is_remembered_and_returns_the_seat_as_the_contract_says(  # R-SEAT-7, R-SEAT-6
    db, clock, contract_type
):
    for (release, started), returns in RETURNS.items():
        contract_id = a_contract(db, contract_type, seat_release=release)
        first, _ = offered(db, contract_id)
        learner, enrollment = an_enrolled(db, contract_id, "ann", first)
        if started:
            enrollments.change_status(db, OPERATOR, contract_id, enrollment, EnrollmentStatus.IN_PROGRESS)
        before = ledger_of(db, contract_id)
        clock.forward(timedelta(days=1))

        back = enrollments.withdraw(db, OPERATOR, contract_id, enrollment)

        now, event = enrollment_now(db, enrollment), last_event(db, contract_id)
        assert back == (returns and contract_type != UNLIMITED)
        assert (now.status, now.withdrawn_at) == ("withdrawn", clock.now)
        assert (event.event, event.after) == (Event.ENROLLMENT_WITHDRAWN, {"status": "withdrawn"})
        assert event.items == [(Result.WITHDRAWN, learner.person_id, now.invitation_id)]
        unit = first if contract_type == VOUCHER else None
        returned = Moved(now.person_id, unit, -1, SeatReason.WITHDRAWN, None, clock.now, clock.now)
        assert ledger_of(db, contract_id) == [*before, *([returned] if back else [])]
        assert used(db, contract_id) == (0 if back else 1)


def test_nothing_is_withdrawn_twice(db):  # R-ENR-1
    contract_id = a_contract(db, seat_release=SeatRelease.ALWAYS)
    _, enrollment = an_enrolled(db, contract_id, "ann")
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)

    with refused(db, Reason.ALREADY_WITHDRAWN):
        enrollments.withdraw(db, OPERATOR, contract_id, enrollment)


def test_a_subscriptions_seat_returns_with_the_last_enrollment_only(db):  # R-SEAT-7
    contract_id = a_contract(db, SUBSCRIPTION, offers=3, seat_release=SeatRelease.ALWAYS)
    first, second, third = offered(db, contract_id)
    learner, one = an_enrolled(db, contract_id, "ann", first)
    other = enrollments.enroll(db, learner, contract_id, second)
    done = enrollments.enroll(db, learner, contract_id, third)
    enrollments.change_status(db, OPERATOR, contract_id, done, EnrollmentStatus.COMPLETED)

    came_back = [enrollments.withdraw(db, OPERATOR, contract_id, each) for each in (one, other, done)]
    assert came_back == [False, False, True]
    assert used(db, contract_id) == 0


def test_a_subscription_that_was_begun_anywhere_is_not_unstarted(db):  # R-SEAT-7
    contract_id = a_contract(db, SUBSCRIPTION, seat_release=SeatRelease.IF_NOT_STARTED)
    first, second = offered(db, contract_id)
    learner, begun = an_enrolled(db, contract_id, "ann", first)
    untouched = enrollments.enroll(db, learner, contract_id, second)
    enrollments.change_status(db, OPERATOR, contract_id, begun, EnrollmentStatus.IN_PROGRESS)

    assert [enrollments.withdraw(db, OPERATOR, contract_id, one) for one in (begun, untouched)] == [False, False]


def test_a_voucher_looks_at_its_own_activity_only(db):  # R-SEAT-7
    contract_id = a_contract(db, VOUCHER, seat_release=SeatRelease.IF_NOT_STARTED)
    first, second = offered(db, contract_id)
    learner, begun = an_enrolled(db, contract_id, "ann", first)
    untouched = enrollments.enroll(db, learner, contract_id, second)
    enrollments.change_status(db, OPERATOR, contract_id, begun, EnrollmentStatus.IN_PROGRESS)

    assert [enrollments.withdraw(db, OPERATOR, contract_id, one) for one in (untouched, begun)] == [True, False]
    assert used(db, contract_id) == 1


@pytest.mark.parametrize("contract_type", ContractType)
def test_enrolling_again_reopens_the_enrollment_and_takes_a_seat_if_none_is_held(  # *Hold a seat*
    db, clock, contract_type
):
    for release in SeatRelease:
        contract_id = a_contract(db, contract_type, seats=1, seat_release=release)
        first, _ = offered(db, contract_id)
        learner, enrollment = an_enrolled(db, contract_id, "ann", first)
        enrolled_at = clock.now
        enrollments.change_status(
            db, OPERATOR, contract_id, enrollment, EnrollmentStatus.COMPLETED, lms_status="fertig"
        )
        back = enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
        clock.forward(timedelta(days=1))

        assert enrollments.enroll(db, learner, contract_id, first) == enrollment
        now = enrollment_now(db, enrollment)
        assert (now.status, now.enrolled_at, now.withdrawn_at) == ("enrolled", enrolled_at, None)
        assert (now.completed_at, now.lms_status, now.started) == (None, "", True)
        assert used(db, contract_id) == 1
        assert [move.delta for move in ledger_of(db, contract_id)] == ([1, -1, 1] if back else [1])


def test_a_returned_seat_may_be_gone_when_one_comes_again(db):  # R-SEAT-5
    contract_id = a_contract(db, seats=1, seat_release=SeatRelease.ALWAYS)
    first, _ = offered(db, contract_id)
    ann, enrollment = an_enrolled(db, contract_id, "ann", first)
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    an_enrolled(db, contract_id, "bob", first)

    with refused(db, Reason.NO_SEAT):
        enrollments.enroll(db, ann, contract_id, first)


def test_who_was_deallocated_and_invited_anew_reopens_through_the_new_invitation(db):  # R-SEAT-8
    contract_id = a_contract(db, UNLIMITED)
    first, _ = offered(db, contract_id)
    learner, enrollment = an_enrolled(db, contract_id, "ann", first)
    old = live_of(db, contract_id, "ann").id
    invitations.deallocate(db, OPERATOR, contract_id, only(old))
    (new,) = invite(db, contract_id, "ann")
    redeeming.accept(db, learner, contract_id)

    assert enrollments.enroll(db, learner, contract_id, first) == enrollment
    assert enrollment_now(db, enrollment).invitation_id == new
    assert [status_of(db, one) for one in (old, new)] == ["deallocated", "enrolled"]
    assert used(db, contract_id) == 1


def test_a_withdrawal_goes_on_after_the_end(db, clock):  # R-CON-8
    contract_id = a_contract(db, seat_release=SeatRelease.ALWAYS)
    _, enrollment = an_enrolled(db, contract_id, "ann")
    clock.forward(timedelta(days=365))

    assert enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    contracts.archive(db, OPERATOR, contract_id)
    assert used(db, contract_id) == 0
