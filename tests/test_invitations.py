"""What a contract admin does with invitations: each status has its answer, and one that cannot be done stops no other."""

from datetime import timedelta

import pytest

from lc_core import activities, enrollments, invitation_guards, invitation_lists, invitations, people, redeeming, seats
from lc_core.invitation_lists import Chosen, Filter
from lc_core.invitations import Done
from lc_core.reasons import Reason
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import (
    ContractType,
    Doing,
    EnrollmentStatus,
    Event,
    InvitationStatus,
    OverInvitation,
    Result,
    SeatReason,
)
from tests.worlds import (
    LIFE,
    NOBODY,
    OPERATOR,
    Moved,
    a_contract,
    a_learner,
    a_redeemed,
    an_activity,
    an_admin,
    an_enrolled,
    code_of,
    covered_by,
    email,
    enrollment_now,
    everything,
    invitation_now,
    invitations_of,
    invite,
    last_event,
    ledger_of,
    letters_of,
    live_of,
    offered,
    one_of_each_status,
    only,
    person_of,
    refused,
    status_of,
    unchanged,
    used,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
EVERYBODY = Chosen(matching=Filter())


def refusals(done: list[Done], found: dict[str, int]) -> dict[str, Reason | None]:
    """The reason against each of one invitation of each status."""
    reasons = {one.invitation_id: one.reason for one in done}
    return {status: reasons[invitation_id] for status, invitation_id in found.items()}


def items_of(found: dict[str, int], statuses: set[str], result: Result) -> set[tuple[Result, int]]:
    return {(result, found[status]) for status in statuses}


def remembered(db, contract_id: int) -> set[tuple[Result, int | None]]:
    return {(result, invitation_id) for result, _, invitation_id in last_event(db, contract_id).items}


# --- resend ----------------------------------------------------------------------------------------------------------

RESEND = {
    "outstanding": None,
    "not_registered": None,
    "expired": None,
    "accepted": Reason.IS_REDEEMED,
    "enrolled": Reason.IS_ENROLLED,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize("contract_type", ContractType)
def test_unredeemed_invitations_are_sent_again_with_a_new_clock(db, clock, contract_type):  # R-INV-4, R-INV-13
    contract_id, found = one_of_each_status(db, clock, contract_type)
    before = {status: invitation_now(db, one) for status, one in found.items()}
    letters = letters_of(db, contract_id)
    clock.forward(timedelta(days=1))

    done = invitations.resend(db, OPERATOR, contract_id, EVERYBODY)

    assert refusals(done, found) == {status: RESEND[status] for status in found}
    assert [one.result for one in done] == ["refused" if one.reason else "sent_again" for one in done]
    sent = {"outstanding", "not_registered", "expired"}
    for status, old in before.items():
        now = invitation_now(db, old.id)
        if status in sent:
            assert (now.send_count, now.last_sent_at) == (old.send_count + 1, clock.now)
            assert now.expires_at == clock.now + timedelta(days=LIFE)
            assert (now.first_sent_at, now.invited_at) == (old.first_sent_at, old.invited_at)
        else:
            assert (now.send_count, now.last_sent_at, now.expires_at) == (
                old.send_count,
                old.last_sent_at,
                old.expires_at,
            )
    new = {(found[status], 2) for status in sent}
    assert set(letters_of(db, contract_id)) == {*letters, *new}
    assert last_event(db, contract_id).event == Event.INVITATIONS_RESENT
    assert remembered(db, contract_id) == items_of(found, sent, Result.SENT_AGAIN)
    assert status_of(db, found[InvitationStatus.EXPIRED]) == "outstanding"


def test_an_invitation_is_sent_as_often_as_needed(db, clock):  # R-INV-4
    contract_id = a_contract(db, UNLIMITED)
    (invitation_id,) = invite(db, contract_id, "ann")
    for _ in range(3):
        clock.forward(timedelta(days=40))
        invitations.resend(db, OPERATOR, contract_id, only(invitation_id))

    now = invitation_now(db, invitation_id)
    assert now.send_count == 4
    assert letters_of(db, contract_id) == [(invitation_id, number) for number in (1, 2, 3, 4)]
    clock.forward(timedelta(days=28) - timedelta(microseconds=1))
    assert status_of(db, invitation_id) == "not_registered"
    clock.forward(timedelta(microseconds=1))
    assert status_of(db, invitation_id) == "expired"


def test_a_contract_that_blocks_sends_no_expired_ones_again_beyond_its_seats(db, clock):  # R-INV-11, R-SEAT-10
    contract_id = a_contract(db, SUBSCRIPTION, seats=2, invitation_ttl_days=LIFE, over_invitation=OverInvitation.BLOCK)
    ann, bob = invite(db, contract_id, "ann", "bob")
    clock.forward(timedelta(days=LIFE))
    (eve,) = invite(db, contract_id, "eve")

    with refused(db, Reason.TOO_MANY_INVITED, wanted=2, free=1, over=1):
        invitations.resend(db, OPERATOR, contract_id, only(ann, bob))
    invitations.resend(db, OPERATOR, contract_id, only(ann, eve))
    assert [status_of(db, one) for one in (ann, bob, eve)] == ["not_registered", "expired", "not_registered"]


# --- revoke ----------------------------------------------------------------------------------------------------------

REVOKE = {
    VOUCHER: {
        "outstanding": None,
        "not_registered": None,
        "expired": None,
        "accepted": None,
        "enrolled": Reason.IS_ENROLLED,
        "revoked": Reason.IS_REVOKED,
    },
    UNLIMITED: {
        "outstanding": None,
        "not_registered": None,
        "expired": None,
        "accepted": Reason.SEAT_MUST_BE_DEALLOCATED,
        "enrolled": Reason.SEAT_MUST_BE_DEALLOCATED,
        "revoked": Reason.IS_REVOKED,
        "deallocated": Reason.IS_DEALLOCATED,
    },
}
REVOKE[SUBSCRIPTION] = REVOKE[VOUCHER]


@pytest.mark.parametrize("contract_type", ContractType)
def test_what_has_no_enrollment_is_revoked_and_kept(db, clock, contract_type):  # R-INV-5, R-SEAT-8, R-INV-6
    contract_id, found = one_of_each_status(db, clock, contract_type)
    before, seats_before = everything(db)["invitations"], used(db, contract_id)
    clock.forward(timedelta(days=1))

    done = invitations.revoke(db, OPERATOR, contract_id, EVERYBODY)

    assert refusals(done, found) == REVOKE[contract_type]
    gone = {status for status, reason in REVOKE[contract_type].items() if reason is None}
    assert {status for status, one in found.items() if invitation_now(db, one).revoked_at == clock.now} == gone
    assert [status_of(db, found[status]) for status in gone] == ["revoked"] * len(gone)
    assert last_event(db, contract_id).event == Event.INVITATIONS_REVOKED
    assert remembered(db, contract_id) == items_of(found, gone, Result.REVOKED)
    assert len(everything(db)["invitations"]) == len(before)
    assert used(db, contract_id) == seats_before
    assert covered_by(db, found[InvitationStatus.OUTSTANDING]) == (
        set(offered(db, contract_id)) if contract_type == VOUCHER else set()
    )


# --- re-invite -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
def test_who_was_revoked_or_deallocated_is_invited_anew(db, clock, contract_type):  # R-INV-6, R-SEAT-8
    contract_id, found = one_of_each_status(db, clock, contract_type)
    ended = {"revoked", "deallocated"} & found.keys()
    before = {status: vars(invitation_now(db, found[status])) for status in ended}
    clock.forward(timedelta(days=1))

    done = invitations.reinvite(db, OPERATOR, contract_id, EVERYBODY)

    expected = {status: None if status in ended else Reason.NOT_REVOKED for status in found}
    assert refusals(done, found) == expected
    for status in ended:
        old, new = invitations_of(db, contract_id, status)
        assert {name: getattr(old, name) for name in ("revoked_at", "deallocated_at", "send_count")} == {
            name: before[status][name] for name in ("revoked_at", "deallocated_at", "send_count")
        }
        assert (new.invited_at, new.send_count, new.redeemed_at) == (clock.now, 1, None)
        assert new.expires_at == clock.now + timedelta(days=LIFE)
        assert (new.id, 1) in letters_of(db, contract_id)
        assert covered_by(db, new.id) == covered_by(db, old.id)
    assert last_event(db, contract_id).event == Event.INVITATIONS_SENT
    assert remembered(db, contract_id) == items_of(found, ended, Result.INVITED_AGAIN)


def test_nobody_gets_two_live_invitations_by_being_invited_anew(db):  # R-INV-7
    contract_id = a_contract(db)
    first = invite(db, contract_id, "ann")[0]
    invitations.revoke(db, OPERATOR, contract_id, only(first))
    second = invite(db, contract_id, "ann")[0]

    with unchanged(db):
        (done,) = invitations.reinvite(db, OPERATOR, contract_id, only(first))
    assert done.reason is Reason.ALREADY_INVITED
    invitations.revoke(db, OPERATOR, contract_id, only(second))
    both = invitations.reinvite(db, OPERATOR, contract_id, only(first, second))  # two records of one person
    assert [one.reason for one in both] == [None, Reason.ALREADY_INVITED]


def test_an_invitation_made_anew_covers_what_is_still_offered(db):  # R-INV-6, R-CON-16
    contract_id = a_contract(db, offers=3)
    first, second, third = offered(db, contract_id)
    (old,) = invite(db, contract_id, "ann", chosen=[first, second])
    invitations.revoke(db, OPERATOR, contract_id, only(old))
    activities.remove_from_contract(db, OPERATOR, contract_id, first)

    invitations.reinvite(db, OPERATOR, contract_id, only(old))
    assert covered_by(db, live_of(db, contract_id, "ann").id) == {second}
    assert third in offered(db, contract_id)


def test_nobody_is_invited_anew_to_nothing(db):
    contract_id = a_contract(db, offers=1)
    (old,) = invite(db, contract_id, "ann")
    invitations.revoke(db, OPERATOR, contract_id, only(old))
    activities.remove_from_contract(db, OPERATOR, contract_id, offered(db, contract_id)[0])

    with refused(db, Reason.NO_ACTIVITIES):
        invitations.reinvite(db, OPERATOR, contract_id, only(old))


@pytest.mark.parametrize("contract_type", ContractType)
def test_a_contract_that_blocks_invites_nobody_anew_beyond_its_seats(db, contract_type):  # R-INV-11
    contract_id = a_contract(db, contract_type, seats=1, offers=1, over_invitation=OverInvitation.BLOCK)
    (old,) = invite(db, contract_id, "ann")
    invitations.revoke(db, OPERATOR, contract_id, only(old))
    (new,) = invite(db, contract_id, "bob")

    with refused(db, Reason.TOO_MANY_INVITED, wanted=1, free=0, over=1):
        invitations.reinvite(db, OPERATOR, contract_id, only(old))
    invitations.revoke(db, OPERATOR, contract_id, only(new))
    assert [one.reason for one in invitations.reinvite(db, OPERATOR, contract_id, only(old))] == [None]


# --- add activities --------------------------------------------------------------------------------------------------


def test_activities_are_added_to_live_vouchers(db, clock):  # R-INV-10
    contract_id, found = one_of_each_status(db, clock, VOUCHER)
    new = an_activity(db)
    activities.add_to_contract(db, OPERATOR, contract_id, [new])

    done = invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, [new])

    live = found.keys() - {"revoked"}
    assert refusals(done, found) == dict.fromkeys(live) | {"revoked": Reason.IS_REVOKED}
    assert {status for status, one in found.items() if new in covered_by(db, one)} == live
    assert last_event(db, contract_id).event == Event.INVITATION_ACTIVITIES_ADDED
    assert remembered(db, contract_id) == items_of(found, set(live), Result.ACTIVITIES_ADDED)
    with unchanged(db):
        again = invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, [new])
    assert {one.reason for one in again} == {Reason.ACTIVITIES_ALREADY_COVERED, Reason.IS_REVOKED}


@pytest.mark.parametrize("contract_type", [SUBSCRIPTION, UNLIMITED])
def test_other_types_cover_everything_already(db, contract_type):  # R-INV-10, R-CON-15
    contract_id = a_contract(db, contract_type)
    invite(db, contract_id, "ann")

    with unchanged(db):
        (done,) = invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, offered(db, contract_id))
    assert done.reason is Reason.ACTIVITIES_COME_WITH_TYPE


def test_only_activities_of_the_contract_are_added(db):  # R-INV-10, I5
    contract_id, other = a_contract(db), a_contract(db)
    first, second = offered(db, contract_id)
    invite(db, contract_id, "ann", chosen=[first])
    activities.remove_from_contract(db, OPERATOR, contract_id, second)

    for chosen, reason in [
        ([], Reason.NO_ACTIVITY_CHOSEN),
        ([second], Reason.ACTIVITY_NOT_IN_CONTRACT),
        ([first, offered(db, other)[0]], Reason.ACTIVITY_NOT_IN_CONTRACT),
        ([NOBODY], Reason.ACTIVITY_NOT_IN_CONTRACT),
    ]:
        with refused(db, reason):
            invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, chosen)


def test_a_contract_that_blocks_adds_no_activities_beyond_its_seats(db):  # R-INV-11
    contract_id = a_contract(db, seats=1, offers=2, over_invitation=OverInvitation.BLOCK)
    first, second = offered(db, contract_id)
    invite(db, contract_id, "ann", chosen=[first])

    with refused(db, Reason.TOO_MANY_INVITED, wanted=1, free=0, over=1):
        invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, [second])


# --- de-allocate -----------------------------------------------------------------------------------------------------

DEALLOCATE = {
    "outstanding": Reason.NOT_ACCEPTED,
    "not_registered": Reason.NOT_ACCEPTED,
    "expired": Reason.NOT_ACCEPTED,
    "accepted": None,
    "enrolled": None,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize("contract_type", ContractType)
def test_accepted_seats_of_unlimited_contracts_come_back(db, clock, contract_type):  # R-SEAT-8, R-SEAT-6
    contract_id, found = one_of_each_status(db, clock, contract_type)
    admin = an_admin(db, "ada", contract_id)
    before = used(db, contract_id)
    clock.forward(timedelta(days=1))

    done = invitations.deallocate(db, admin, contract_id, EVERYBODY)

    if contract_type != UNLIMITED:
        assert {one.reason for one in done} == {Reason.ONLY_UNLIMITED}
        assert used(db, contract_id) == before
        return
    assert refusals(done, found) == DEALLOCATE
    assert (before, used(db, contract_id)) == (2, 0)
    assert ledger_of(db, contract_id)[-2:] == [
        Moved(person_of(db, name).id, None, -1, SeatReason.DEALLOCATED, admin.person_id, clock.now, clock.now)
        for name in ("accepted", "enrolled")
    ]
    assert [status_of(db, found[one]) for one in ("accepted", "enrolled")] == ["deallocated"] * 2
    assert last_event(db, contract_id).event == Event.SEATS_DEALLOCATED
    assert remembered(db, contract_id) == items_of(found, {"accepted", "enrolled"}, Result.DEALLOCATED)
    assert seats.by_status(db, OPERATOR, contract_id).uncommitted == 10 - 2  # two are pending


def test_deallocating_withdraws_what_is_open_and_keeps_what_is_done(db, clock):  # R-SEAT-8
    contract_id = a_contract(db, UNLIMITED, offers=3)
    first, second, third = offered(db, contract_id)
    learner, done = an_enrolled(db, contract_id, "ann", first)
    enrollments.change_status(db, OPERATOR, contract_id, done, EnrollmentStatus.COMPLETED)
    open_ = enrollments.enroll(db, learner, contract_id, second)
    bob, bobs = an_enrolled(db, contract_id, "bob", first)
    invitations.deallocate(db, OPERATOR, contract_id, only(live_of(db, contract_id, "ann").id))

    assert [enrollment_now(db, one).status for one in (done, open_, bobs)] == ["completed", "withdrawn", "enrolled"]
    assert enrollment_now(db, open_).withdrawn_at == clock.now
    with refused(db, Reason.NOT_INVITED):
        enrollments.enroll(db, learner, contract_id, third)
    assert enrollments.enroll(db, bob, contract_id, third)


def test_a_seat_that_came_back_is_free_for_others_and_for_the_same_person(db):  # R-SEAT-8, R-SEAT-5
    contract_id = a_contract(db, UNLIMITED, seats=1)
    ann, first = a_redeemed(db, contract_id, "ann")
    invite(db, contract_id, "bob")
    bob, code = a_learner(db, "bob"), code_of(db, contract_id)
    with refused(db, Reason.NO_SEAT):
        redeeming.accept(db, bob, contract_id)

    invitations.deallocate(db, OPERATOR, contract_id, only(first))
    redeeming.accept(db, bob, contract_id)
    assert used(db, contract_id) == 1
    with refused(db, Reason.CODE_NOT_ACCEPTED):  # R-INV-9: an admin must invite first
        redeeming.redeem(db, ann, code)
    (second,) = invite(db, contract_id, "ann")
    with refused(db, Reason.NO_SEAT):
        redeeming.redeem(db, ann, code)
    invitations.deallocate(db, OPERATOR, contract_id, only(live_of(db, contract_id, "bob").id))
    redeeming.redeem(db, ann, code)
    assert (status_of(db, first), status_of(db, second), used(db, contract_id)) == ("deallocated", "accepted", 1)


# --- which ones ------------------------------------------------------------------------------------------------------


def test_an_action_works_on_one_on_several_and_on_all_that_match(db, clock):  # R-INV-13
    contract_id = a_contract(db, offers=2)
    first, second = offered(db, contract_id)
    ann, bob = invite(db, contract_id, "ann", "bob", chosen=[first])
    (eve,) = invite(db, contract_id, "eve", chosen=[second])

    def chosen(choice: Chosen) -> list[int]:
        return [one.invitation_id for one in invitations.resend(db, OPERATOR, contract_id, choice)]

    assert chosen(only(bob)) == [bob]
    assert chosen(only(eve, ann)) == [ann, eve]
    assert chosen(Chosen(matching=Filter(activity_id=first))) == [ann, bob]
    assert chosen(Chosen(matching=Filter(search="EVE@"))) == [eve]
    assert chosen(Chosen(matching=Filter(statuses=frozenset({InvitationStatus.ENROLLED})))) == []
    assert chosen(EVERYBODY) == [ann, bob, eve]
    assert chosen(Chosen()) == []


def test_all_that_match_means_all_and_not_the_page_one_sees(db):  # R-INV-13
    contract_id = a_contract(db, SUBSCRIPTION, seats=0)
    invite(db, contract_id, *(f"p{number}" for number in range(60)))

    done = invitations.revoke(db, OPERATOR, contract_id, EVERYBODY)
    assert len(done) == 60
    assert len(invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows) == 50


def test_invitations_of_another_contract_are_like_unknown_ones(db):  # R-AUTH-1, I8
    mine, other = a_contract(db, UNLIMITED), a_contract(db, UNLIMITED)
    admin = an_admin(db, "ada", mine)
    foreign = invite(db, other, "ann")[0]
    _, accepted = a_redeemed(db, other, "bob")
    strangers = only(foreign, accepted, NOBODY, 2**63, -1)

    with unchanged(db):
        for verb in (invitations.resend, invitations.revoke, invitations.reinvite, invitations.deallocate):
            assert verb(db, admin, mine, strangers) == []
        assert invitations.add_activities(db, admin, mine, strangers, offered(db, mine)) == []


# --- the list and the verbs agree ------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("contract_type", ContractType)
def test_the_list_gives_the_reason_that_the_verb_would_give(db, clock, contract_type, closed):  # R-INV-12
    contract_id, _ = one_of_each_status(db, clock, contract_type)
    new = an_activity(db)
    activities.add_to_contract(db, OPERATOR, contract_id, [new])
    if closed:
        clock.forward(timedelta(days=365))
    rows = {row.id: row for row in invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows}

    def reasons(done: list[Done]) -> dict[int, Reason | None]:
        return {one.invitation_id: one.reason for one in done}

    # each takes its turn on the same records: what one of them does is undone by none, so the harmless go first
    added = reasons(invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, [new]))
    assert added == {one: row.why_not_add_activities for one, row in rows.items()}
    resent = {one: reasons(invitations.resend(db, OPERATOR, contract_id, only(one)))[one] for one in rows}
    assert resent == {one: row.why_not_resend for one, row in rows.items()}
    if not closed:
        anew = {one: reasons(invitations.reinvite(db, OPERATOR, contract_id, only(one)))[one] for one in rows}
        assert anew == {one: row.why_not_reinvite for one, row in rows.items()}
    revoked = {one: reasons(invitations.revoke(db, OPERATOR, contract_id, only(one)))[one] for one in rows}
    assert revoked == {one: row.why_not_revoke for one, row in rows.items()}


ACTIONS = {
    Doing.RESEND: invitations.resend,
    Doing.REVOKE: invitations.revoke,
    Doing.REINVITE: invitations.reinvite,
    Doing.DEALLOCATE: invitations.deallocate,
}


@pytest.mark.parametrize("doing", ACTIONS)
def test_the_look_before_an_action_says_what_it_then_does(db, clock, doing):  # R-INV-12, R-INV-13
    contract_id, _ = one_of_each_status(db, clock, UNLIMITED)
    for name in ("revoked", "twice"):  # one is invited again already, one has two ended records
        invitations.revoke(db, OPERATOR, contract_id, only(invite(db, contract_id, name)[0]))
    invite(db, contract_id, "revoked")
    invitations.revoke(db, OPERATOR, contract_id, only(invite(db, contract_id, "twice")[0]))

    with unchanged(db):
        foreseen = invitation_guards.look_before(db, OPERATOR, contract_id, EVERYBODY, doing)
    done = ACTIONS[doing](db, OPERATOR, contract_id, EVERYBODY)
    assert [(one.invitation_id, one.reason) for one in foreseen] == [(one.invitation_id, one.reason) for one in done]
    assert {one.person for one in foreseen} >= {email("twice"), "Revoked"}


def test_the_look_before_activities_are_added_says_what_is_then_done(db, clock):  # R-INV-10, R-INV-12
    contract_id, _ = one_of_each_status(db, clock, VOUCHER)
    first = offered(db, contract_id)[0]
    new = an_activity(db)
    activities.add_to_contract(db, OPERATOR, contract_id, [new])
    with refused(db, Reason.NO_ACTIVITY_CHOSEN):
        invitation_guards.look_before(db, OPERATOR, contract_id, EVERYBODY, Doing.ADD_ACTIVITIES)

    for wanted in ([first], [first, new]):
        with unchanged(db):
            foreseen = invitation_guards.look_before(
                db, OPERATOR, contract_id, EVERYBODY, Doing.ADD_ACTIVITIES, activities=wanted
            )
        done = invitations.add_activities(db, OPERATOR, contract_id, EVERYBODY, wanted)
        assert [(one.invitation_id, one.reason) for one in foreseen] == [
            (one.invitation_id, one.reason) for one in done
        ]
        assert {one.reason for one in foreseen} >= {Reason.IS_REVOKED}


# --- operation keys --------------------------------------------------------------------------------------------------


def test_a_repeated_key_answers_the_same_for_all_that_match(db, clock):  # R-ADD-6, safety: the browser
    contract_id, _ = one_of_each_status(db, clock, UNLIMITED)
    key = OperationKey.new()
    first = invitations.resend(db, OPERATOR, contract_id, EVERYBODY, key=key)

    with unchanged(db):
        assert invitations.resend(db, OPERATOR, contract_id, EVERYBODY, key=key) == first
    with refused(db, Reason.KEY_USED_OTHERWISE):
        invitations.revoke(db, OPERATOR, contract_id, EVERYBODY, key=key)
    with refused(db, Reason.KEY_USED_OTHERWISE):
        invitations.resend(db, OPERATOR, contract_id, Chosen(matching=Filter(search="x")), key=key)


def test_when_a_person_registers_their_invitations_are_outstanding(db):  # R-LRN-5
    mine, other = a_contract(db), a_contract(db)
    ids = [*invite(db, mine, "ann"), *invite(db, other, "ann")]
    assert [status_of(db, one) for one in ids] == ["not_registered"] * 2
    people.register(db, OPERATOR, email("ann"), "Ann")

    assert [status_of(db, one) for one in ids] == ["outstanding"] * 2
    assert an_enrolled(db, mine, "ann")
