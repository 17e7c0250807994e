"""Signing in: an identity of the sign-in service becomes one person, once, and their sessions end when they should."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from lc_core import people, roles, sign_ins
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent, IdentityHeld
from lc_core.records.models import Person
from lc_core.sign_ins import SignIn
from lc_core.vocabulary import Event, InvitationStatus, Role
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    count_of,
    deactivate,
    email,
    events_of,
    invite,
    last_event,
    not_found,
    person_of,
    refused,
    status_of,
    unchanged,
)

ISSUER = "https://id.example.org"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
LONGEST = timedelta(hours=12)
CLAIMS = {"iss": ISSUER, "sub": "ann", "iat": NOON.timestamp(), "email": email("ann"), "email_verified": True}


def sign_in(who: str = "ann", **other: object) -> SignIn:
    """What the service says of somebody with a verified address."""
    usual = SignIn(ISSUER, f"subject of {who}", email(who), email_verified=True, name=who.title(), began=NOON)
    return replace(usual, **other)


def erase(db: Database, person_id: int) -> None:
    with db.bookkeeping() as session:
        gone = {"email_key": None, "email": None, "name": "", "erased_at": db.clock()}
        session.execute(update(Person).where(Person.id == person_id).values(**gone))


# --- the first time --------------------------------------------------------------------------------------------------


def test_who_was_never_heard_of_gets_an_account(db, clock):  # R-LRN-5, R-AUD-1
    person_id = sign_ins.enter(db, sign_in("ann", name="Ann Lee"))

    ann, event = person_of(db, "ann"), last_event(db)
    assert (ann.id, ann.name, ann.registered_at) == (person_id, "Ann Lee", clock.now)
    assert ann.search_text == "ann lee ann@example.org ann@example.org"
    assert (event.event, event.actor_id, event.actor_name) == (Event.SIGNED_IN_FIRST, None, "sign-in")
    assert (event.subject, event.after) == ({"person": person_id}, {"changed": ["identity", "registered_at", "name"]})
    assert "subject of" not in repr(event)
    assert "example" not in repr(event)


def test_an_invitation_waits_for_the_first_sign_in(db):  # R-LRN-5
    contract_id = a_contract(db)
    (invitation_id,) = invite(db, contract_id, "ann")
    before = status_of(db, invitation_id)

    sign_ins.enter(db, sign_in("ann", email="ANN@example.org"))

    assert (before, status_of(db, invitation_id)) == (InvitationStatus.NOT_REGISTERED, InvitationStatus.OUTSTANDING)


def test_who_has_an_account_keeps_it_and_their_name(db, clock):
    ann, since = a_learner(db, "ann"), clock.now
    clock.forward(timedelta(days=1))

    assert sign_ins.enter(db, sign_in("ann", name="Somebody Else")) == ann.person_id
    assert (person_of(db, "ann").name, person_of(db, "ann").registered_at) == ("Ann", since)
    assert last_event(db).after == {"changed": ["identity"]}


@pytest.mark.parametrize("name", ["x" * 201, "a\x00b", ""])
def test_a_name_that_cannot_be_kept_keeps_nobody_out(db, name):
    person_id = sign_ins.enter(db, sign_in("ann", name=name))

    assert (person_of(db, "ann").id, person_of(db, "ann").name) == (person_id, "")


def test_the_first_super_administrator_is_granted_before_they_ever_signed_in(db):  # safety: no default administrator
    roles.grant(db, OPERATOR, email("ann"), Role.SUPER_ADMIN)

    me = people.me(db, Actor.person(sign_ins.enter(db, sign_in("ann"))))

    assert me is not None
    assert me.rights.roles == {Role.SUPER_ADMIN}


# --- every time after ------------------------------------------------------------------------------------------------


def test_who_is_known_enters_and_nothing_is_written(db):
    person_id = sign_ins.enter(db, sign_in("ann"))

    with unchanged(db):
        assert sign_ins.enter(db, sign_in("ann")) == person_id


def test_the_identity_counts_and_not_the_address_it_has_now(db):  # safety: identity = issuer + subject
    person_id = sign_ins.enter(db, sign_in("ann"))
    a_learner(db, "bob")

    with unchanged(db):
        assert sign_ins.enter(db, sign_in("ann", email=email("bob"), email_verified=False)) == person_id


def test_the_same_subject_of_another_service_is_another_identity_of_the_same_person(db):
    person_id = sign_ins.enter(db, sign_in("ann"))

    assert sign_ins.enter(db, sign_in("ann", issuer="https://other.example.org")) == person_id
    assert count_of(db, IdentityHeld) == 2


def test_two_windows_that_enter_at_once_make_one_account(db):
    with ThreadPoolExecutor(8) as windows:
        entered = set(windows.map(lambda _: sign_ins.enter(db, sign_in("ann")), range(16)))

    assert len(entered) == count_of(db, IdentityHeld) == 1
    assert [event.event for event in events_of(db)] == [Event.SIGNED_IN_FIRST]


# --- not let in ------------------------------------------------------------------------------------------------------


def test_an_address_that_is_not_verified_counts_nothing(db):  # safety: Authorisation
    roles.grant(db, OPERATOR, email("ann"), Role.SUPER_ADMIN)

    with refused(db, Reason.EMAIL_NOT_VERIFIED):
        sign_ins.enter(db, sign_in("ann", email_verified=False))


@pytest.mark.parametrize("address", ["", "ann", "a@b.org, c@d.org"])
def test_without_a_usable_address_nobody_is_made(db, address):
    with refused(db, Reason.SIGN_IN_WITHOUT_EMAIL):
        sign_ins.enter(db, sign_in("ann", email=address))


def test_who_is_deactivated_is_not_let_in_whether_known_or_not(db):
    deactivate(db, a_learner(db, "ann"))
    deactivate(db, Actor.person(sign_ins.enter(db, sign_in("bob"))))

    for name in ("ann", "bob"):
        with refused(db, Reason.ACCOUNT_CLOSED):
            sign_ins.enter(db, sign_in(name))


def test_who_is_erased_is_not_let_in(db):
    erase(db, sign_ins.enter(db, sign_in("ann")))

    with refused(db, Reason.ACCOUNT_CLOSED):
        sign_ins.enter(db, sign_in("ann"))


def test_an_address_that_went_to_another_account_is_not_taken_over(db):
    sign_ins.enter(db, sign_in("ann"))

    with refused(db, Reason.KNOWN_BY_ANOTHER_ACCOUNT):
        sign_ins.enter(db, sign_in("ann", subject="somebody new"))


def test_two_accounts_with_one_address_that_enter_at_once_do_not_both_get_in(db):
    def enter(subject: int) -> int | Reason:
        try:
            return sign_ins.enter(db, sign_in("ann", subject=str(subject)))
        except Refused as no:
            return no.reason

    with ThreadPoolExecutor(8) as windows:
        answers = list(windows.map(enter, range(8)))

    assert sorted(map(str, answers))[1:] == [Reason.KNOWN_BY_ANOTHER_ACCOUNT] * 7
    assert count_of(db, AuditEvent) == 1


# --- what the service says -------------------------------------------------------------------------------------------


def test_claims_are_read():
    assert sign_ins.read({**CLAIMS, "name": " Ann "}) == SignIn(
        ISSUER, "ann", email("ann"), email_verified=True, name="Ann", began=NOON
    )


@pytest.mark.parametrize("said", [None, False, "true", 1, "yes"])
def test_only_true_is_verified(said):
    assert not sign_ins.read({**CLAIMS, "email_verified": said}).email_verified


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\x00"},
        {"iss": "h" * 501},
        {"iat": None},
        {"iat": "soon"},
        {"iat": 1e300},
        {"iat": "nan"},
    ],
)
def test_claims_that_do_not_say_who_and_when_are_refused(wrong):
    with pytest.raises(Refused) as no:
        sign_ins.read({**CLAIMS, **wrong})

    assert no.value.reason is Reason.SIGN_IN_INCOMPLETE


# --- how long --------------------------------------------------------------------------------------------------------


def test_a_session_ends_when_it_is_too_old(db, clock):
    clock.set(NOON + LONGEST - timedelta(seconds=1))
    young = sign_ins.is_over(db, sign_in("ann"), longest=LONGEST)
    clock.forward(timedelta(seconds=1))

    assert not young
    assert sign_ins.is_over(db, sign_in("ann"), longest=LONGEST)


def test_signing_out_ends_the_session_and_those_before_it_and_none_after(db, clock):
    clock.set(NOON)
    for name in ("ann", "bob"):
        sign_ins.enter(db, sign_in(name))
    before, after = (sign_in("ann", began=NOON + timedelta(seconds=n)) for n in (-1, 1))

    sign_ins.leave(db, sign_in("ann"))
    sign_ins.leave(db, before)

    over = [sign_ins.is_over(db, one, longest=LONGEST) for one in (before, sign_in("ann"), after, sign_in("bob"))]
    assert over == [True, True, False, False]


def test_signing_out_is_no_history(db):
    sign_ins.enter(db, sign_in("ann"))

    sign_ins.leave(db, sign_in("ann"))

    assert [event.event for event in events_of(db)] == [Event.SIGNED_IN_FIRST]
    with db.read() as session:
        assert session.scalars(select(IdentityHeld.sessions_valid_after)).all() == [NOON]


# --- unlinked and signed out by those who manage people --------------------------------------------------------------


def test_an_unlinked_identity_is_nobodys_until_its_address_brings_it_back(db):
    person_id = sign_ins.enter(db, sign_in("ann"))
    before = sign_ins.is_theirs(db, sign_in("ann"), person_id)
    sign_ins.unlink(db, OPERATOR, person_id, ISSUER, "subject of ann")

    assert (before, sign_ins.is_theirs(db, sign_in("ann"), person_id)) == (True, False)
    event = last_event(db)
    assert (event.event, event.subject) == (Event.IDENTITY_UNLINKED, {"person": person_id})
    assert "subject of" not in repr(event)
    assert sign_ins.enter(db, sign_in("ann", subject="another")) == person_id


def test_only_what_is_linked_is_unlinked_and_only_by_who_manages_people(db):
    person_id, other = sign_ins.enter(db, sign_in("ann")), a_learner(db, "bob")
    for person, subject in ((person_id, "no such"), (other.person_id, "subject of ann")):
        with refused(db, Reason.IDENTITY_NOT_LINKED):
            sign_ins.unlink(db, OPERATOR, person, ISSUER, subject)
    with not_found(db):
        sign_ins.unlink(db, other, person_id, ISSUER, "subject of ann")
    with not_found(db):
        sign_ins.sign_out_everywhere(db, other, person_id)


def test_signing_out_everywhere_ends_every_session_and_forbids_none(db, clock):
    person_id, began = sign_ins.enter(db, sign_in("ann", began=clock.now)), clock.now
    clock.forward(timedelta(minutes=5))
    sign_ins.sign_out_everywhere(db, OPERATOR, person_id)

    assert sign_ins.is_over(db, sign_in("ann", began=began), longest=LONGEST)
    assert not sign_ins.is_over(db, sign_in("ann", began=clock.now + timedelta(seconds=1)), longest=LONGEST)
    assert last_event(db).event is Event.SESSIONS_ENDED
