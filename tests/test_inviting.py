"""Inviting: what becomes of each address, what is written for it, and what it asks of the seats."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lc_core import activities, enrollments, invitations, inviting, people, redeeming, seats
from lc_core.errors import Refused
from lc_core.invite_list import Outcome
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter, Operation
from lc_core.records.models import Contract, Enrollment, Invitation, Person
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import (
    ContractType,
    Event,
    InvitationStatus,
    LetterState,
    OverInvitation,
    Result,
    SeatRelease,
)
from tests.clock import Clock
from tests.worlds import (
    LIFE,
    OPERATOR,
    a_contract,
    a_redeemed,
    an_admin,
    an_enrolled,
    contract_now,
    count_of,
    covered_by,
    email,
    events_of,
    invitation_now,
    invitations_of,
    invite,
    last_event,
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


# --- what is written -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("require_code", [False, True])
@pytest.mark.parametrize(("contract_type", "life"), [(VOUCHER, None), (SUBSCRIPTION, None), (UNLIMITED, 28)])
def test_an_invitation_is_written_with_its_letter_and_remembered(db, clock, contract_type, life, require_code):
    contract_id = a_contract(db, contract_type, require_invitation_code=require_code)
    first, _ = offered(db, contract_id)
    admin = an_admin(db, "ada", contract_id)

    outcomes = inviting.invite(db, admin, contract_id, [" Ann@Example.org "], activities=[first])

    (made,) = invitations_of(db, contract_id)
    assert outcomes == [Outcome(1, " Ann@Example.org ", Result.INVITED)]
    assert (made.person.email_key, made.person.email, made.person.registered_at) == (
        "ann@example.org",
        "Ann@Example.org",  # shown as it was typed (R-INV-8)
        None,
    )
    assert (made.source, made.require_code, made.send_count) == ("admin", require_code, 1)  # R-CON-9
    assert made.invited_at == made.first_sent_at == made.last_sent_at == clock.now  # R-INV-9
    assert made.expires_at == (None if life is None else clock.now + timedelta(days=life))  # R-INV-3
    assert covered_by(db, made.id) == ({first} if contract_type == VOUCHER else set())  # R-INV-10
    assert letters_of(db, contract_id) == [(made.id, 1)]  # R-ADD-7
    event = last_event(db, contract_id)
    assert (event.event, event.actor_id, event.subject) == (
        Event.INVITATIONS_SENT,
        admin.person_id,
        {"contract": contract_id},
    )
    assert event.items == [(Result.INVITED, made.person_id, made.id)]  # R-AUD-1
    assert used(db, contract_id) == 0  # R-SEAT-4


def test_a_letter_waits_and_holds_no_address(db, clock):  # R-ADD-7, safety: Privacy
    contract_id = a_contract(db)
    (invitation_id,) = invite(db, contract_id, "ann")

    with db.read() as session:
        letter = session.scalars(select(Letter)).one()
    assert (letter.invitation_id, letter.person_id) == (invitation_id, person_of(db, "ann").id)
    assert (letter.state, letter.due_at, letter.queued_at) == (LetterState.QUEUED, clock.now, clock.now)
    assert "@" not in repr(vars(letter))


def test_each_entry_has_its_outcome_and_bad_ones_stop_nobody(db):  # R-ADD-5, R-ADD-6, R-INV-8
    contract_id = a_contract(db, ContractType.SUBSCRIPTION)
    invite(db, contract_id, "there", "gone")
    invitations.revoke(db, OPERATOR, contract_id, only(live_of(db, contract_id, "gone").id))
    entries = ["ann@example.org", "", "no address", "ANN@example.org", "there@example.org", "gone@example.org", "=1+1"]

    outcomes = inviting.invite(db, OPERATOR, contract_id, entries)

    assert outcomes == [
        Outcome(1, "ann@example.org", Result.INVITED),
        Outcome(2, "", Result.INVALID, Reason.MISSING_EMAIL),
        Outcome(3, "no address", Result.INVALID, Reason.INVALID_EMAIL),
        Outcome(4, "ANN@example.org", Result.DUPLICATE, Reason.DUPLICATE_IN_FILE),
        Outcome(5, "there@example.org", Result.ALREADY_INVITED),
        Outcome(6, "gone@example.org", Result.INVITED_AGAIN),
        Outcome(7, "=1+1", Result.INVALID, Reason.FORMULA),
    ]
    assert [result for result, _, _ in last_event(db, contract_id).items] == [Result.INVITED, Result.INVITED_AGAIN]


def test_a_list_of_which_nothing_is_new_is_no_event(db):  # R-AUD-1
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")

    with unchanged(db):
        inviting.invite(db, OPERATOR, contract_id, [email("ann"), "x"], activities=offered(db, contract_id))
        inviting.invite(db, OPERATOR, contract_id, [], activities=offered(db, contract_id))


AGAIN = {
    "outstanding": Result.ALREADY_INVITED,
    "not_registered": Result.ALREADY_INVITED,
    "expired": Result.SENT_AGAIN,
    "accepted": Result.ALREADY_INVITED,
    "enrolled": Result.ALREADY_INVITED,
    "revoked": Result.INVITED_AGAIN,
    "deallocated": Result.INVITED_AGAIN,
}


@pytest.mark.parametrize("contract_type", ContractType)
def test_inviting_again_does_what_the_status_asks_for(db, clock, contract_type):  # R-INV-6, R-INV-7, R-SEAT-8
    contract_id, found = one_of_each_status(db, clock, contract_type)
    before = {status: vars(invitation_now(db, one)) for status, one in found.items()}
    letters = len(letters_of(db, contract_id))
    entries = {status: before[status]["person"].email_key for status in found}

    outcomes = inviting.invite(db, OPERATOR, contract_id, list(entries.values()), activities=offered(db, contract_id))

    assert {status: outcome.result for status, outcome in zip(found, outcomes, strict=True)} == {
        status: AGAIN[status] for status in found
    }
    for status in {"revoked", "deallocated"} & found.keys():  # the old record stays as it was
        assert status_of(db, found[status]) == status
        assert status_of(db, live_of(db, contract_id, status).id) == "outstanding"
    again = invitation_now(db, found[InvitationStatus.EXPIRED])
    assert (again.send_count, again.last_sent_at, again.expires_at) == (2, clock.now, clock.now + timedelta(days=LIFE))
    assert again.first_sent_at == again.invited_at == clock.now - timedelta(days=LIFE)
    assert status_of(db, again.id) == "outstanding"
    assert len(letters_of(db, contract_id)) == letters + sum(AGAIN[one] != Result.ALREADY_INVITED for one in found)
    assert len(invitations_of(db, contract_id, "outstanding")) == 1


def test_new_activities_are_added_to_a_live_voucher(db, clock):  # R-INV-7
    contract_id = a_contract(db, offers=3, invitation_ttl_days=LIFE)
    first, second, third = offered(db, contract_id)
    (late,) = invite(db, contract_id, "late", chosen=[first])
    clock.forward(timedelta(days=LIFE))
    (waiting,) = invite(db, contract_id, "ann", chosen=[first])
    _, redeemed = a_redeemed(db, contract_id, "bob")
    letters = len(letters_of(db, contract_id))

    outcomes = inviting.invite(
        db, OPERATOR, contract_id, [email("ann"), email("bob"), email("late")], activities=[first, second]
    )

    assert [one.result for one in outcomes] == [Result.ACTIVITIES_ADDED, Result.ALREADY_INVITED, Result.SENT_AGAIN]
    assert covered_by(db, waiting) == covered_by(db, late) == {first, second}
    assert covered_by(db, redeemed) == {first, second, third}
    assert len(letters_of(db, contract_id)) == letters + 1  # what is only added makes no letter
    assert last_event(db, contract_id).items == [
        (Result.ACTIVITIES_ADDED, person_of(db, "ann").id, waiting),
        (Result.SENT_AGAIN, person_of(db, "late").id, late),
    ]


# --- refused as a whole ----------------------------------------------------------------------------------------------


def test_activities_are_chosen_for_a_voucher_with_more_than_one(db):  # R-ADD-1
    contract_id, other = a_contract(db), a_contract(db)
    foreign = offered(db, other)[0]

    for chosen, reason in [
        ([], Reason.NO_ACTIVITY_CHOSEN),
        ([foreign], Reason.ACTIVITY_NOT_IN_CONTRACT),
        ([*offered(db, contract_id), foreign], Reason.ACTIVITY_NOT_IN_CONTRACT),
    ]:
        with refused(db, reason):
            inviting.invite(db, OPERATOR, contract_id, [email("ann")], activities=chosen)
        with refused(db, reason):
            inviting.preview(db, OPERATOR, contract_id, [email("ann")], activities=chosen)


@pytest.mark.parametrize("contract_type", ContractType)
def test_with_one_activity_there_is_nothing_to_choose(db, contract_type):  # R-ADD-1
    contract_id = a_contract(db, contract_type, offers=1)

    inviting.invite(db, OPERATOR, contract_id, [email("ann")])
    covered = covered_by(db, live_of(db, contract_id, "ann").id)
    assert covered == (set(offered(db, contract_id)) if contract_type == VOUCHER else set())


@pytest.mark.parametrize("contract_type", ContractType)
def test_nobody_is_invited_to_nothing(db, contract_type):
    contract_id = a_contract(db, contract_type, offers=0)

    with refused(db, Reason.NO_ACTIVITIES):
        inviting.invite(db, OPERATOR, contract_id, [email("ann")])


@pytest.mark.parametrize("contract_type", ContractType)
def test_a_contract_that_blocks_invites_as_many_as_fit_or_nobody(db, contract_type):  # R-INV-11
    contract_id = a_contract(db, contract_type, seats=3, offers=1, over_invitation=OverInvitation.BLOCK)
    an_enrolled(db, contract_id, "used")
    entries = [email("ann"), email("bob"), email("eve")]

    with refused(db, Reason.TOO_MANY_INVITED, wanted=3, free=2, over=1):
        inviting.invite(db, OPERATOR, contract_id, entries)
    inviting.invite(db, OPERATOR, contract_id, entries[:2])
    with refused(db, Reason.TOO_MANY_INVITED, wanted=1, free=0, over=1):
        inviting.invite(db, OPERATOR, contract_id, entries)
    assert [one.result for one in inviting.invite(db, OPERATOR, contract_id, entries[:2])] == ["already_invited"] * 2


def test_a_contract_that_warns_says_by_how_many_and_goes_on(db):  # R-INV-11
    contract_id = a_contract(db, seats=1, offers=2)
    entries = [email("ann"), email("bob")]

    plan = inviting.preview(db, OPERATOR, contract_id, entries, activities=offered(db, contract_id))
    assert (plan.wanted, plan.free, plan.over) == (4, 1, 3)
    invite(db, contract_id, "ann", "bob")
    assert seats.by_status(db, OPERATOR, contract_id).over_invited == 3


# --- operation keys --------------------------------------------------------------------------------------------------


def test_a_list_confirmed_twice_invites_nobody_twice(db, clock):  # R-ADD-6
    contract_id = a_contract(db, SUBSCRIPTION)
    key, entries = OperationKey.new(), [email("ann"), "x", email("bob")]
    first = inviting.invite(db, OPERATOR, contract_id, entries, key=key)
    clock.forward(timedelta(hours=1))

    with unchanged(db):
        assert inviting.invite(db, OPERATOR, contract_id, entries, key=key) == first
    with refused(db, Reason.KEY_USED_OTHERWISE):
        inviting.invite(db, OPERATOR, contract_id, entries[:2], key=key)


def test_what_was_answered_is_kept_without_addresses(db):  # safety: Privacy
    contract_id = a_contract(db, SUBSCRIPTION)
    inviting.invite(db, OPERATOR, contract_id, [email("ann"), "typo@", "=1"], key=OperationKey.new())

    with db.read() as session:
        answers = session.scalars(select(Operation.answer)).all()
    assert answers != [None]
    assert all("@" not in (answer or "") and "ann" not in (answer or "") for answer in answers)


# --- many ------------------------------------------------------------------------------------------------------------


@pytest.mark.soak
def test_a_long_list_is_written_in_portions(db):  # R-ADD-4: more than one statement can carry
    contract_id = a_contract(db, offers=1, seats=0)
    names = [f"person{n}@example.org" for n in range(10_050)]
    inviting.invite(db, OPERATOR, contract_id, names)

    again = inviting.invite(db, OPERATOR, contract_id, names)
    assert {one.result for one in again} == {Result.ALREADY_INVITED}
    assert count_of(db, Invitation) == count_of(db, Letter) == count_of(db, Person) == 10_050
    assert len(events_of(db, contract_id)[-1].items) == 10_050


# --- the preview tells the truth -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Someone:
    """One person of a small random world: what was done with them, in this order, as far as it could be done."""

    registered: bool = True
    invited_to: frozenset[int] | None = frozenset({0})
    early: bool = False  # invited so long ago that the invitation is expired now, unless redeemed
    redeemed: bool = False
    enrolled_in: tuple[int, ...] = ()
    withdrawn: bool = False
    ended: bool = False  # revoked or de-allocated
    ended_and_invited_to: frozenset[int] | None = None


@dataclass(frozen=True)
class Plot:
    """A small random world, and a list that is pasted into it."""

    contract_type: ContractType = VOUCHER
    offers: int = 2
    seats: int = 5
    per_user_limit: int = 0
    release: SeatRelease = SeatRelease.NEVER
    everybody: list[Someone] = field(default_factory=list)
    removed: frozenset[int] = frozenset()
    added_back: bool = False
    chosen: frozenset[int] = frozenset({0})
    newcomers: int = 1


chosen_activities = st.frozensets(st.integers(0, 3), min_size=1)
someone = st.builds(
    Someone,
    registered=st.booleans(),
    invited_to=st.none() | chosen_activities,
    early=st.booleans(),
    redeemed=st.booleans(),
    enrolled_in=st.lists(st.integers(0, 3), max_size=3, unique=True).map(tuple),
    withdrawn=st.booleans(),
    ended=st.booleans(),
    ended_and_invited_to=st.none() | chosen_activities,
)
plots = st.builds(
    Plot,
    contract_type=st.sampled_from(ContractType),
    offers=st.integers(2, 4),
    seats=st.integers(0, 8),
    per_user_limit=st.integers(0, 3),
    release=st.sampled_from(SeatRelease),
    everybody=st.lists(someone, max_size=4),
    removed=st.frozensets(st.integers(0, 3), max_size=2),
    added_back=st.booleans(),
    chosen=chosen_activities,
    newcomers=st.integers(0, 3),
)


def try_to(act, *args, **kwargs) -> None:
    """Do it if the rules let it be done: a random world is made of what could be."""
    try:
        act(*args, **kwargs)
    except Refused:
        return


def play(db: Database, clock: Clock, plot: Plot) -> tuple[int, list[int]]:
    """Make the world of the plot; its contract, and all activities it ever had."""
    contract_id = a_contract(
        db,
        plot.contract_type,
        offers=plot.offers,
        seats=plot.seats,
        per_user_limit=plot.per_user_limit,
        seat_release=plot.release,
        invitation_ttl_days=LIFE,
    )
    every = offered(db, contract_id)
    for early in (True, False):
        for number, one in enumerate(plot.everybody):
            if one.early == early:
                live(db, contract_id, every, f"p{contract_id}-{number}", one)
        clock.forward(timedelta(days=LIFE) if early else timedelta(0))
    kept = [one for number, one in enumerate(every) if number not in plot.removed]
    for activity_id in set(every) - set(kept or every[:1]):
        activities.remove_from_contract(db, OPERATOR, contract_id, activity_id)
    if plot.added_back:
        activities.add_to_contract(db, OPERATOR, contract_id, every[:1])
    return contract_id, every


def live(db: Database, contract_id: int, every: list[int], name: str, one: Someone) -> None:
    if one.invited_to is None:
        return
    actor = Actor.person(people.register(db, OPERATOR, email(name), "")) if one.registered else None
    (invitation_id,) = invite(db, contract_id, name, chosen=among(every, one.invited_to))
    if one.redeemed and actor is not None:
        try_to(redeeming.accept, db, actor, contract_id)
        for number in one.enrolled_in:
            try_to(enrollments.enroll, db, actor, contract_id, every[number % len(every)])
    if one.withdrawn:
        for enrollment_id in enrollments_of(db, contract_id, name)[:1]:
            try_to(enrollments.withdraw, db, OPERATOR, contract_id, enrollment_id)
    if one.ended:
        invitations.revoke(db, OPERATOR, contract_id, only(invitation_id))
        invitations.deallocate(db, OPERATOR, contract_id, only(invitation_id))
        if one.ended_and_invited_to is not None:
            inviting.invite(db, OPERATOR, contract_id, [email(name)], activities=among(every, one.ended_and_invited_to))


def among(every: list[int], numbers: frozenset[int]) -> list[int]:
    return sorted({every[number % len(every)] for number in numbers})


def enrollments_of(db: Database, contract_id: int, name: str) -> list[int]:
    with db.read() as session:
        theirs = select(Enrollment.id).join(Person, Person.id == Enrollment.person_id)
        return list(
            session.scalars(theirs.where(Enrollment.contract_id == contract_id, Person.email_key == email(name)))
        )


def asked_for(db: Database, contract_id: int) -> int:
    """The demand of a contract's invitations, in seats."""
    with db.read() as session:
        return sum(seats.demand(session, session.get_one(Contract, contract_id), db.clock()))


LEFT_AN_ACTIVITY = Someone(invited_to=frozenset({0, 1, 2}), redeemed=True, enrolled_in=(0,))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(plots)
@example(  # covers what was removed, so that there is less to ask for than it covers
    Plot(offers=4, per_user_limit=3, everybody=[LEFT_AN_ACTIVITY], removed=frozenset({0, 1}), chosen=frozenset({3}))
)
@example(Plot(offers=3, per_user_limit=2, everybody=[LEFT_AN_ACTIVITY], chosen=frozenset({1, 2})))
@example(Plot(contract_type=UNLIMITED, everybody=[Someone(redeemed=True, enrolled_in=(0,), ended=True)]))
@example(Plot(contract_type=SUBSCRIPTION, everybody=[Someone(early=True), Someone(redeemed=True)]))
@example(Plot(everybody=[Someone(early=True)], chosen=frozenset({1})))
def test_the_preview_foresees_what_inviting_does(db, clock, plot):  # R-ADD-5, R-INV-11, R-SEAT-10
    start = clock.now
    contract_id, every = play(db, clock, plot)
    entries = [email(f"p{contract_id}-{number}") for number in range(len(plot.everybody))]
    entries += [email(f"n{contract_id}-{number}") for number in range(plot.newcomers)] + ["x", *entries[:1]]
    chosen = [one for one in among(every, plot.chosen) if one in offered(db, contract_id)]
    chosen = chosen or offered(db, contract_id)[:1]
    before, contract = asked_for(db, contract_id), contract_now(db, contract_id)

    with unchanged(db):
        plan = inviting.preview(db, OPERATOR, contract_id, entries, activities=chosen)
    outcomes = inviting.invite(db, OPERATOR, contract_id, entries, activities=chosen)

    assert plan.outcomes == outcomes
    assert plan.wanted == asked_for(db, contract_id) - before
    assert plan.free == max(contract.seats - contract.seats_used - before, 0)
    assert plan.over == max(plan.wanted - plan.free, 0)
    seen = seats.by_status(db, OPERATOR, contract_id)
    assert seen.used + seen.reserved + seen.pending + seen.uncommitted == contract.seats
    assert max(before + plan.wanted - (contract.seats - contract.seats_used), 0) == seen.over_invited
    clock.set(start)


def test_a_withdrawn_activity_is_no_demand_any_more(db):  # R-SEAT-10: pairs not yet enrolled
    contract_id = a_contract(db, offers=2)
    first, _ = offered(db, contract_id)
    learner, _ = a_redeemed(db, contract_id, "ann")
    assert asked_for(db, contract_id) == 2
    enrollment = enrollments.enroll(db, learner, contract_id, first)

    assert asked_for(db, contract_id) == 1
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    assert asked_for(db, contract_id) == 1
