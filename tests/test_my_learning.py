"""What a learner is shown of their own is what they may do: each offer and each reason is what the verb then says (R-LRN-1..4)."""

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from lc_core import contracts, enrollments, my_learning, redeeming
from lc_core.errors import Refused
from lc_core.learner_rules import why_not_seat
from lc_core.my_learning import InvitedTo
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Person
from lc_core.vocabulary import ContractType, InvitationStatus
from tests import make
from tests.clock import Clock
from tests.make import Life
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_activity,
    code_of,
    contract_now,
    deactivate,
    invite,
    offered,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
SOME = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def reason_of(db: Database, verb, *args) -> Reason | None:
    """Why the verb would refuse now; nothing it does stays done."""
    with db.rehearsal() as stage:
        try:
            verb(stage, *args)
        except Refused as refused:
            return refused.reason
    return None


def only_one(db: Database, learner: Actor) -> InvitedTo:
    (seen,) = my_learning.invitations(db, learner)
    return seen


@SOME
@given(life=make.lives())
def test_what_is_offered_is_what_can_be_done(db: Database, clock: Clock, life: Life) -> None:
    make.live(db, clock, life)
    with db.read() as session:
        learners = [Actor.person(one) for one in session.scalars(select(Person.id))]
    for learner in learners:
        for seen in my_learning.invitations(db, learner):
            if seen.status in {InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED}:
                refused = reason_of(db, redeeming.accept, learner, seen.contract_id)
                assert seen.why_not_accept is refused
            for one in seen.activities:
                before = contract_now(db, seen.contract_id).seats_used
                with db.rehearsal() as stage:
                    try:
                        enrollments.enroll(stage, learner, seen.contract_id, one.activity.id)
                        took, refused = contract_now(stage, seen.contract_id).seats_used - before, None
                    except Refused as no:
                        took, refused = 0, no.reason
                assert one.why_not_enroll is refused
                assert refused is not None or one.takes_seat == bool(took)


@pytest.mark.parametrize("contract_type", ContractType)
def test_a_full_contract_costs_nothing_more_to_those_who_hold_a_seat(db, contract_type):  # R-SEAT-2, R-SEAT-3
    contract_id = a_contract(db, contract_type, seats=1)
    first, second = offered(db, contract_id)
    ann, _ = a_redeemed(db, contract_id, "ann")
    enrollments.enroll(db, ann, contract_id, first)

    seen = {one.activity.id: (one.takes_seat, one.why_not_enroll) for one in only_one(db, ann).activities}
    assert seen[second] == ((True, Reason.NO_SEAT) if contract_type is VOUCHER else (False, None))


def test_the_last_seat_of_an_unlimited_contract_is_told_before_accepting(db):  # R-SEAT-3
    contract_id = a_contract(db, UNLIMITED, seats=1)
    (_,) = invite(db, contract_id, "bob")
    bob = a_learner(db, "bob")
    assert (only_one(db, bob).why_not_accept, only_one(db, bob).accept_first) == (None, True)
    a_redeemed(db, contract_id, "ann")

    assert only_one(db, bob).why_not_accept is Reason.NO_SEAT


def test_a_voucher_shows_what_it_covers(db):  # R-INV-10
    contract_id = a_contract(db, VOUCHER)
    first, _second = offered(db, contract_id)
    invite(db, contract_id, "ann", chosen=[first])

    assert [one.activity.id for one in only_one(db, a_learner(db, "ann")).activities] == [first]


def test_the_limit_is_told_with_what_was_taken(db):  # R-CON-5
    contract_id = a_contract(db, SUBSCRIPTION, per_user_limit=1)
    first, second = offered(db, contract_id)
    ann, _ = a_redeemed(db, contract_id, "ann")
    enrollments.enroll(db, ann, contract_id, first)

    seen = only_one(db, ann)
    reasons = {one.activity.id: one.why_not_enroll for one in seen.activities}
    assert (seen.taken, seen.per_user_limit) == (1, 1)
    assert reasons == {first: Reason.ALREADY_ENROLLED, second: Reason.PER_USER_LIMIT}


def test_my_enrollments_are_mine_the_newest_first(db, clock):
    contract_id = a_contract(db, SUBSCRIPTION, title="Safety")
    first, second = offered(db, contract_id)
    ann, _ = a_redeemed(db, contract_id, "ann")
    bob, _ = a_redeemed(db, contract_id, "bob")
    for learner, activity in ((ann, first), (bob, first), (ann, second)):
        enrollments.enroll(db, learner, contract_id, activity)

    assert [(one.contract, one.status) for one in my_learning.enrollments(db, ann)] == [("Safety", "enrolled")] * 2
    assert len(my_learning.enrollments(db, bob)) == 1
    assert my_learning.enrollments(db, OPERATOR) == []
    deactivate(db, ann)
    assert my_learning.enrollments(db, ann) == []


def test_nothing_is_shown_of_an_invitation_before_its_code_is_entered(db):  # R-LRN-1, R-LRN-2
    contract_id = a_contract(db, SUBSCRIPTION, require_invitation_code=True)
    invite(db, contract_id, "ann")
    ann = a_learner(db, "ann")
    assert my_learning.invitations(db, ann) == []

    redeeming.redeem(db, ann, code_of(db, contract_id))
    assert only_one(db, ann).contract_id == contract_id


def test_a_closed_contract_says_so_for_each_activity(db):  # R-CON-8
    contract_id = a_contract(db, SUBSCRIPTION)
    ann, _ = a_redeemed(db, contract_id, "ann")
    contracts.archive(db, OPERATOR, contract_id)
    an_activity(db)

    assert {one.why_not_enroll for one in only_one(db, ann).activities} == {Reason.CONTRACT_ARCHIVED}


@pytest.mark.parametrize(("takes", "free", "why"), [(True, 1, None), (True, 0, Reason.NO_SEAT), (False, 0, None)])
def test_a_seat_is_missed_only_by_those_who_need_one(takes, free, why):  # R-SEAT-5
    assert why_not_seat(takes=takes, free=free) is why
