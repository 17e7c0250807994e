"""Redeeming: by the code or by pressing Accept, invited or not; whatever is wrong with a code is answered alike."""

from datetime import timedelta

import pytest

from lc_core import activities, code_limits, codes, contracts, invitations, my_learning, people, redeeming
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ContractType, Event, InvitationStatus, Result, Role, SeatReason
from tests.worlds import (
    LIFE,
    NOBODY,
    OPERATOR,
    Moved,
    a_contract,
    a_learner,
    a_redeemed,
    an_activity,
    code_of,
    covered_by,
    deactivate,
    invitation_now,
    invitations_of,
    invite,
    last_event,
    ledger_of,
    letters_of,
    live_of,
    not_found,
    offered,
    one_of_each_status,
    only,
    person_of,
    refused,
    somebody,
    status_of,
    unchanged,
    used,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType


# --- by the code -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("require_code", [False, True])
@pytest.mark.parametrize("contract_type", ContractType)
def test_the_code_redeems_an_invitation(db, clock, contract_type, require_code):  # *Redeem*, R-SEAT-3, R-SEAT-4
    contract_id = a_contract(db, contract_type, require_invitation_code=require_code)
    (invitation_id,) = invite(db, contract_id, "ann")
    learner = a_learner(db, "ann")
    clock.forward(timedelta(hours=1))

    assert redeeming.redeem(db, learner, codes.grouped(code_of(db, contract_id)).lower()) == contract_id

    event = last_event(db, contract_id)
    assert (status_of(db, invitation_id), invitation_now(db, invitation_id).redeemed_at) == ("accepted", clock.now)
    assert len(invitations_of(db, contract_id)) == 1  # R-INV-9: not a second one
    assert (event.event, event.actor_id) == (Event.CODE_REDEEMED, learner.person_id)
    assert event.items == [(Result.REDEEMED, learner.person_id, invitation_id)]
    taken = [Moved(learner.person_id or 0, None, 1, SeatReason.ACCEPTED, learner.person_id, clock.now, clock.now)]
    assert ledger_of(db, contract_id) == (taken if contract_type == UNLIMITED else [])


@pytest.mark.parametrize("require_code", [False, True])
@pytest.mark.parametrize("contract_type", ContractType)
def test_the_code_invites_who_was_not_invited(db, clock, contract_type, require_code):  # R-INV-9, R-ADD-7, R-CON-9
    contract_id = a_contract(db, contract_type, require_invitation_code=require_code, invitation_ttl_days=1)
    learner = a_learner(db, "ann")

    redeeming.redeem(db, learner, code_of(db, contract_id))

    (made,) = invitations_of(db, contract_id)
    assert (made.source, made.person_id, made.require_code) == ("code", learner.person_id, require_code)
    assert (made.invited_at, made.redeemed_at, made.expires_at) == (clock.now, clock.now, None)
    assert (made.send_count, made.first_sent_at, letters_of(db, contract_id)) == (0, None, [])
    assert covered_by(db, made.id) == (set(offered(db, contract_id)) if contract_type == VOUCHER else set())
    assert used(db, contract_id) == (contract_type == UNLIMITED)
    clock.forward(timedelta(days=9))
    assert status_of(db, made.id) == "accepted"


def test_a_voucher_made_by_the_code_covers_what_is_offered_at_that_moment(db):  # R-INV-9, R-CON-15
    contract_id = a_contract(db)
    first, second = offered(db, contract_id)
    activities.remove_from_contract(db, OPERATOR, contract_id, first)
    redeeming.redeem(db, a_learner(db, "ann"), code_of(db, contract_id))
    activities.add_to_contract(db, OPERATOR, contract_id, [an_activity(db)])

    assert covered_by(db, invitations_of(db, contract_id)[0].id) == {second}


@pytest.mark.parametrize("contract_type", ContractType)
def test_the_code_of_a_contract_without_activities_redeems_too(db, contract_type):
    contract_id = a_contract(db, contract_type, offers=0)

    redeeming.redeem(db, a_learner(db, "ann"), code_of(db, contract_id))
    assert [one.source for one in invitations_of(db, contract_id)] == ["code"]


WITH_THE_CODE = {
    "outstanding": "redeemed",
    "not_registered": "redeemed",
    "expired": "refused",
    "accepted": "nothing",
    "enrolled": "nothing",
    "revoked": "refused",
    "deallocated": "refused",
}


@pytest.mark.parametrize("contract_type", ContractType)
def test_what_the_code_does_for_each_status(db, clock, contract_type):  # R-INV-9, R-LRN-3, I4
    contract_id, found = one_of_each_status(db, clock, contract_type)
    code = code_of(db, contract_id)

    for status, invitation_id in found.items():
        learner = Actor.person(invitation_now(db, invitation_id).person_id)
        if WITH_THE_CODE[status] == "redeemed":
            redeeming.redeem(db, learner, code)
            assert status_of(db, invitation_id) == "accepted"
        elif WITH_THE_CODE[status] == "nothing":
            with unchanged(db):
                assert redeeming.redeem(db, learner, code) == contract_id
        else:
            with refused(db, Reason.CODE_NOT_ACCEPTED):
                redeeming.redeem(db, learner, code)
    assert len(invitations_of(db, contract_id)) == len(found)


def test_wrong_foreign_old_and_closed_codes_are_answered_alike(db, clock):  # R-LRN-3, R-CON-10, R-CON-8, I4
    contract_id, ended = a_contract(db), a_contract(db, valid_to=clock.now.date())
    future = a_contract(db, valid_from=clock.now.date() + timedelta(days=2))
    archived, deleted = a_contract(db), a_contract(db)
    old = code_of(db, contract_id)
    dead = [code_of(db, one) for one in (ended, future, archived, deleted)]
    contracts.archive(db, OPERATOR, archived)
    contracts.delete_unused(db, OPERATOR, deleted)
    codes.regenerate(db, OPERATOR, contract_id)
    clock.forward(timedelta(days=1))
    new = code_of(db, contract_id)
    learner = a_learner(db, "ann")

    wrong = [
        old,
        *dead,
        "",
        "   ",
        "-",
        "A" * 25,
        new[:-1],
        new + "A",
        new + new,
        "x" * 100_000,
        "\x00",
        "\ud800",
        "\uff11" * 25,
    ]
    for code in wrong:
        clock.forward(code_limits.WINDOW)  # or too many would have been tried
        with refused(db, Reason.CODE_NOT_ACCEPTED):
            redeeming.redeem(db, learner, code)
    assert redeeming.redeem(db, learner, new) == contract_id


def test_after_a_revocation_an_admin_must_invite_first(db):  # R-INV-9
    contract_id = a_contract(db)
    _, first = a_redeemed(db, contract_id, "ann")
    learner, code = a_learner(db, "ann"), code_of(db, contract_id)
    invitations.revoke(db, OPERATOR, contract_id, only(first))
    with refused(db, Reason.CODE_NOT_ACCEPTED):
        redeeming.redeem(db, learner, code)
    (second,) = invite(db, contract_id, "ann")

    redeeming.redeem(db, learner, code)
    assert [status_of(db, one) for one in (first, second)] == ["revoked", "accepted"]


def test_after_expiry_an_admin_must_send_again_first(db, clock):  # R-INV-9, R-INV-3
    contract_id = a_contract(db, SUBSCRIPTION, invitation_ttl_days=LIFE)
    (invitation_id,) = invite(db, contract_id, "ann")
    learner, code = a_learner(db, "ann"), code_of(db, contract_id)
    clock.forward(timedelta(days=LIFE))
    with refused(db, Reason.CODE_NOT_ACCEPTED):
        redeeming.redeem(db, learner, code)
    invitations.resend(db, OPERATOR, contract_id, only(invitation_id))

    redeeming.redeem(db, learner, code)
    assert status_of(db, invitation_id) == "accepted"


def test_of_two_who_reach_for_the_last_unlimited_seat_one_is_told_that_none_is_left(db):  # R-SEAT-5, R-SEAT-3
    contract_id = a_contract(db, UNLIMITED, seats=1)
    invite(db, contract_id, "ann", "bob")
    ann, bob, eve = (a_learner(db, name) for name in ("ann", "bob", "eve"))
    redeeming.redeem(db, ann, code_of(db, contract_id))

    with refused(db, Reason.NO_SEAT):
        redeeming.redeem(db, bob, code_of(db, contract_id))
    with refused(db, Reason.NO_SEAT):
        redeeming.accept(db, bob, contract_id)
    with refused(db, Reason.NO_SEAT):  # and leaves no invitation of hers behind
        redeeming.redeem(db, eve, code_of(db, contract_id))
    assert used(db, contract_id) == 1


@pytest.mark.parametrize("contract_type", [VOUCHER, SUBSCRIPTION])
def test_redeeming_needs_no_free_seat_where_it_takes_none(db, contract_type):  # R-SEAT-4
    contract_id = a_contract(db, contract_type, seats=0)

    redeeming.redeem(db, a_learner(db, "ann"), code_of(db, contract_id))
    assert used(db, contract_id) == 0


def test_who_may_not_act_redeems_nothing(db):  # safety: Authorisation
    contract_id = a_contract(db)
    gone = a_learner(db, "gone")
    deactivate(db, gone)

    for actor in (gone, OPERATOR, Actor.person(NOBODY)):
        with not_found(db):
            redeeming.redeem(db, actor, code_of(db, contract_id))


# --- by pressing Accept ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
def test_an_invitation_without_a_code_is_accepted(db, clock, contract_type):  # R-LRN-1, R-SEAT-3
    contract_id = a_contract(db, contract_type)
    (invitation_id,) = invite(db, contract_id, "ann")
    learner = a_learner(db, "ann")

    redeeming.accept(db, learner, contract_id)

    event = last_event(db, contract_id)
    assert (status_of(db, invitation_id), used(db, contract_id)) == ("accepted", int(contract_type == UNLIMITED))
    assert (event.event, event.actor_id) == (Event.INVITATION_ACCEPTED, learner.person_id)
    assert event.items == [(Result.REDEEMED, learner.person_id, invitation_id)]


ACCEPT = {
    "outstanding": None,
    "not_registered": None,
    "expired": Reason.INVITATION_EXPIRED,
    "accepted": Reason.IS_REDEEMED,
    "enrolled": Reason.IS_ENROLLED,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize("require_code", [False, True])
@pytest.mark.parametrize("contract_type", ContractType)
def test_what_accept_does_for_each_status(db, clock, contract_type, require_code):  # R-LRN-1, R-LRN-2
    contract_id, found = one_of_each_status(db, clock, contract_type, require_invitation_code=require_code)

    for status, invitation_id in found.items():
        learner = Actor.person(invitation_now(db, invitation_id).person_id)
        reason = ACCEPT[status] or (Reason.CODE_REQUIRED if require_code else None)
        if reason is None:
            redeeming.accept(db, learner, contract_id)
            assert status_of(db, invitation_id) == "accepted"
        else:
            with refused(db, reason):
                redeeming.accept(db, learner, contract_id)


def test_who_was_never_invited_is_told_nothing(db):  # R-AUTH-2
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    askers = [a_learner(db, "bob"), somebody(db, "sue", Role.SUPER_ADMIN), OPERATOR, Actor.person(NOBODY)]

    for actor in askers:
        for asked in (contract_id, NOBODY, 2**63, -1):
            with not_found(db):
                redeeming.accept(db, actor, asked)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_repeated_key_redeems_once(db):  # safety: the browser
    contract_id = a_contract(db, UNLIMITED)
    ann, bob = a_learner(db, "ann"), a_learner(db, "bob")
    code, key = code_of(db, contract_id), OperationKey.new()
    redeeming.redeem(db, ann, code, key=key)

    with unchanged(db):
        assert redeeming.redeem(db, ann, code, key=key) == contract_id
    with refused(db, Reason.KEY_USED_OTHERWISE):
        redeeming.redeem(db, bob, code, key=key)
    with refused(db, Reason.KEY_USED_OTHERWISE):
        redeeming.redeem(db, ann, "A" * 25, key=key)


# --- what learners see -----------------------------------------------------------------------------------------------


def test_learners_see_what_needs_no_code_and_what_they_entered_it_for(db, clock):  # R-LRN-1
    opened, coded = a_contract(db, title="Open"), a_contract(db, title="Coded", require_invitation_code=True)
    for contract_id in (opened, coded):
        invite(db, contract_id, "ann")
    learner = a_learner(db, "ann")

    with unchanged(db):  # a read never redeems
        assert [one.title for one in my_learning.invitations(db, learner)] == ["Open"]
    redeeming.redeem(db, learner, code_of(db, coded))
    seen = my_learning.invitations(db, learner)
    assert [(one.title, one.status) for one in seen] == [("Coded", "accepted"), ("Open", "outstanding")]
    assert (seen[0].contract_id, seen[0].contract_type, seen[0].description) == (coded, VOUCHER, "")


def test_learners_see_no_ended_invitations_and_nobody_elses(db, clock):  # R-LRN-1, R-AUTH-1
    mine, gone = a_contract(db), a_contract(db)
    invite(db, mine, "ann")
    revoked = invite(db, gone, "ann")[0]
    invitations.revoke(db, OPERATOR, gone, only(revoked))
    ann, bob = a_learner(db, "ann"), a_learner(db, "bob")

    assert [one.contract_id for one in my_learning.invitations(db, ann)] == [mine]
    for actor in (bob, OPERATOR, Actor.person(NOBODY)):
        assert my_learning.invitations(db, actor) == []
    deactivate(db, ann)
    assert my_learning.invitations(db, ann) == []


def test_an_expired_invitation_is_shown_as_expired(db, clock):  # R-INV-1
    contract_id = a_contract(db, UNLIMITED)
    invite(db, contract_id, "ann")
    learner = a_learner(db, "ann")
    clock.forward(timedelta(days=28))

    assert [one.status for one in my_learning.invitations(db, learner)] == [InvitationStatus.EXPIRED]


def test_a_person_known_by_another_spelling_is_the_same(db):  # R-INV-8, R-LRN-5
    contract_id = a_contract(db)
    (invitation_id,) = invite(db, contract_id, "ann")
    person_id = people.register(db, OPERATOR, " ANN@EXAMPLE.org", "Ann")

    redeeming.redeem(db, Actor.person(person_id), code_of(db, contract_id))
    assert person_id == person_of(db, "ann").id == live_of(db, contract_id, "ann").person_id
    assert status_of(db, invitation_id) == "accepted"
