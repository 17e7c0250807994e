"""The people of a renewed contract: who is prepared, and who is invited when the new one begins (R-CON-17)."""

from datetime import UTC, date, datetime

from lc_core import (
    activities,
    contracts,
    invitations,
    inviting,
    managed_contracts,
    redeeming,
    renewing,
)
from lc_core.reasons import Reason
from lc_core.records.house_models import PreparedInvitation
from lc_core.records.models import Contract, Invitation
from lc_core.renewing import Renewal, SentPrepared
from lc_core.vocabulary import ContractType, Event, InvitationStatus, OverInvitation, Result
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_enrolled,
    contract_now,
    count_of,
    covered_by,
    deactivate,
    email,
    events_of,
    invitations_of,
    invite,
    last_event,
    letters_of,
    live_of,
    offered,
    only,
    person_of,
    refused,
    unchanged,
)

NEXT_YEAR = datetime(2027, 1, 1, 9, tzinfo=UTC)


def renewed(db, contract_id, **said):
    usual = {"code": "next", "valid_from": date(2027, 1, 1), "valid_to": date(2027, 12, 31), "seats": 5}
    renewal = Renewal(**{**usual, **said}, carry_invitations=True)
    return renewing.renew(db, OPERATOR, contract_id, renewal)


def prepared(db, contract_id):
    return renewing.links(db, OPERATOR, contract_id).prepared


# --- who is prepared -------------------------------------------------------------------------------------------------


def everybody(db, contract_id):
    """One of each: enrolled, accepted, waiting, revoked after accepting, deactivated."""
    an_enrolled(db, contract_id, "enrolled")
    a_redeemed(db, contract_id, "accepted")
    invite(db, contract_id, "waiting")
    _, gone = a_redeemed(db, contract_id, "revoked")
    invitations.revoke(db, OPERATOR, contract_id, only(gone))
    closed, _ = a_redeemed(db, contract_id, "closed")
    deactivate(db, closed)


def test_whoever_accepted_or_enrolled_is_prepared_and_nobody_else(db):
    old = a_contract(db, ContractType.SUBSCRIPTION)
    everybody(db, old)
    assert renewing.preview(db, OPERATOR, old).would_prepare == 2

    new = renewed(db, old)

    assert prepared(db, new) == 2
    assert last_event(db, new).after["prepared"] == 2
    assert invitations_of(db, new) == []


def test_nobody_is_prepared_unless_it_is_chosen(db):
    old = a_contract(db)
    a_redeemed(db, old, "ann")

    new = renewing.renew(db, OPERATOR, old, Renewal("next", date(2027, 1, 1), None, 5))

    assert prepared(db, new) == 0


# --- when the new contract begins ------------------------------------------------------------------------------------


def test_prepared_people_are_invited_once_the_contract_has_begun(db, clock):
    old = a_contract(db, ContractType.SUBSCRIPTION)
    everybody(db, old)
    new = renewed(db, old)
    with unchanged(db):
        assert renewing.send_prepared(db, OPERATOR) == []

    clock.set(NEXT_YEAR)
    assert renewing.send_prepared(db, OPERATOR) == [SentPrepared(new, 2)]

    made = invitations_of(db, new)
    assert [one.person.email for one in made] == [email("enrolled"), email("accepted")]
    assert {one.status_at(clock.now) for one in made} == {InvitationStatus.OUTSTANDING}
    assert letters_of(db, new) == [(one.id, 1) for one in made]
    assert prepared(db, new) == 0
    event = last_event(db, new)
    assert (event.event, event.before) == (Event.PREPARED_INVITATIONS_SENT, {"prepared": 2})
    assert event.items == [(Result.INVITED, one.person_id, one.id) for one in made]
    with unchanged(db):
        assert renewing.send_prepared(db, OPERATOR) == []
        assert renewing.send_prepared_of(db, OPERATOR, new) == 0


def test_before_the_contract_begins_nobody_is_invited_or_left_out(db):
    old = a_contract(db)
    _, gone = a_redeemed(db, old, "ann")
    new = renewed(db, old)
    invitations.revoke(db, OPERATOR, old, only(gone))

    with refused(db, Reason.CONTRACT_NOT_STARTED):
        renewing.send_prepared_of(db, OPERATOR, new)


def test_a_prepared_voucher_covers_what_the_old_one_did_as_far_as_the_new_contract_has_it(db, clock):
    old = a_contract(db, offers=3)
    first, second, third = offered(db, old)
    for name, chosen in (("both", [first, second]), ("one", [first]), ("gone", [third])):
        invite(db, old, name, chosen=chosen)
        accepts(db, old, name)
    new = renewed(db, old)
    activities.remove_from_contract(db, OPERATOR, new, third)
    clock.set(NEXT_YEAR)

    assert renewing.send_prepared(db, OPERATOR) == [SentPrepared(new, 2)]

    assert covered_by(db, live_of(db, new, "both").id) == {first, second}
    assert covered_by(db, live_of(db, new, "one").id) == {first}
    assert (Result.REFUSED, person_of(db, "gone").id, None) in last_event(db, new).items


def accepts(db, contract_id, name):
    redeeming.redeem(db, a_learner(db, name), contract_now(db, contract_id).invitation_code)


def test_whoever_lost_their_place_meanwhile_is_left_out(db, clock):
    old = a_contract(db, ContractType.SUBSCRIPTION)
    people = {name: a_redeemed(db, old, name) for name in ("ann", "revoked", "closed")}
    new = renewed(db, old)
    invitations.revoke(db, OPERATOR, old, only(people["revoked"][1]))
    deactivate(db, people["closed"][0])
    clock.set(NEXT_YEAR)

    assert renewing.send_prepared(db, OPERATOR) == [SentPrepared(new, 1)]

    assert [one.person.email for one in invitations_of(db, new)] == [email("ann")]
    assert [result for result, _, _ in last_event(db, new).items] == [Result.INVITED, Result.REFUSED, Result.REFUSED]
    assert count_of(db, PreparedInvitation) == 0


def test_a_contract_that_blocks_over_invitation_sends_nothing_until_there_are_seats(db, clock):
    old = a_contract(db, ContractType.SUBSCRIPTION, over_invitation=OverInvitation.BLOCK)
    for name in ("ann", "bob"):
        a_redeemed(db, old, name)
    new = renewed(db, old, seats=1)
    clock.set(NEXT_YEAR)

    with unchanged(db):
        assert renewing.send_prepared(db, OPERATOR) == [SentPrepared(new, 0, Reason.TOO_MANY_INVITED)]
    with refused(db, Reason.TOO_MANY_INVITED, wanted=2, free=1):
        renewing.send_prepared_of(db, OPERATOR, new)

    now = managed_contracts.one(db, OPERATOR, new)
    contracts.edit(db, OPERATOR, new, a_draft_with(now.draft, seats=2), version=now.version)
    assert renewing.send_prepared(db, OPERATOR) == [SentPrepared(new, 2)]


def a_draft_with(draft, **said):
    return type(draft)(**{**vars(draft), **said})


def test_one_contract_that_refuses_stops_no_other(db, clock):
    bare, full = a_contract(db, ContractType.SUBSCRIPTION), a_contract(db, ContractType.SUBSCRIPTION)
    for contract_id, name in ((bare, "ann"), (full, "bob")):
        a_redeemed(db, contract_id, name)
    first, second = renewed(db, bare, code="first"), renewed(db, full, code="second")
    for activity in offered(db, first):
        activities.remove_from_contract(db, OPERATOR, first, activity)
    clock.set(NEXT_YEAR)

    sent = renewing.send_prepared(db, OPERATOR)

    assert sent == [SentPrepared(first, 0, Reason.NO_ACTIVITIES), SentPrepared(second, 1)]
    assert prepared(db, first) == 1


def test_archived_and_ended_contracts_send_nothing(db, clock):
    old = a_contract(db, ContractType.SUBSCRIPTION)
    a_redeemed(db, old, "ann")
    new = renewed(db, old)
    clock.set(NEXT_YEAR)
    contracts.archive(db, OPERATOR, new)
    with unchanged(db):
        assert renewing.send_prepared(db, OPERATOR) == []
    with refused(db, Reason.CONTRACT_ARCHIVED):
        renewing.send_prepared_of(db, OPERATOR, new)

    contracts.restore(db, OPERATOR, new)
    clock.set(datetime(2028, 1, 1, tzinfo=UTC))
    with unchanged(db):
        assert renewing.send_prepared(db, OPERATOR) == []


def test_whoever_is_invited_already_gets_no_second_invitation(db, clock):
    old = a_contract(db, ContractType.SUBSCRIPTION)
    a_redeemed(db, old, "ann")
    new = renewed(db, old)
    clock.set(NEXT_YEAR)
    inviting.invite(db, OPERATOR, new, [email("ann")])

    assert renewing.send_prepared(db, OPERATOR) == [SentPrepared(new, 0)]

    assert len(letters_of(db, new)) == count_of(db, Invitation, Invitation.contract_id == new) == 1


def test_deleting_the_new_contract_takes_what_was_prepared(db):
    old = a_contract(db)
    a_redeemed(db, old, "ann")
    new = renewed(db, old)

    contracts.delete_unused(db, OPERATOR, new)

    assert count_of(db, PreparedInvitation) == 0
    assert events_of(db, new)[-1].event is Event.CONTRACT_DELETED


def test_old_invitations_stay_as_they_were(db, clock):  # history stays with the old one
    old = a_contract(db)
    a_redeemed(db, old, "ann")
    before = [(one.id, one.redeemed_at, one.send_count) for one in invitations_of(db, old)]
    renewed(db, old)
    clock.set(NEXT_YEAR)
    renewing.send_prepared(db, OPERATOR)

    assert [(one.id, one.redeemed_at, one.send_count) for one in invitations_of(db, old)] == before
    assert count_of(db, Contract) == 2
