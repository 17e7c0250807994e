"""Accounts: closed and opened again; the list of people, for those who manage them."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import update

from lc_core import accounts, contract_lists, invitation_lists, invitations, people, people_lists, place_rules, roles
from lc_core.errors import NotFound
from lc_core.invitation_lists import Filter
from lc_core.people_lists import LookedAfter, PersonRow, Wanted
from lc_core.place_rules import Standing
from lc_core.reasons import Reason
from lc_core.records.models import Person
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import AccountStatus, Event, Privilege, Result, Role
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    an_enrolled,
    email,
    invite,
    last_event,
    ledger_of,
    not_found,
    only,
    person_of,
    refused,
    somebody,
    unchanged,
    used,
)

# --- deactivated and reactivated -------------------------------------------------------------------------------------


def test_who_is_deactivated_may_nothing_any_more_until_reactivated(db, clock):  # safety: Authorisation
    contract_id = a_contract(db)
    ada, sue = an_admin(db, "ada", contract_id), somebody(db, "sue", Role.SUPER_ADMIN)
    accounts.deactivate(db, sue, ada.person_id)
    closed = last_event(db)

    assert people.me(db, ada) is None
    with not_found(db):
        contract_lists.one(db, ada, contract_id)
    accounts.reactivate(db, sue, ada.person_id)
    assert contract_lists.one(db, ada, contract_id).id == contract_id
    opened = last_event(db)
    assert (closed.event, opened.event) == (Event.PERSON_DEACTIVATED, Event.PERSON_REACTIVATED)
    for event in (closed, opened):
        assert (event.actor_id, event.subject, event.before) == (sue.person_id, {"person": ada.person_id}, {})
        assert event.after == {"changed": ["deactivated_at"]}


def test_a_deactivated_learner_keeps_the_seat(db):  # R-SEAT-9
    contract_id = a_contract(db)
    ann, _ = an_enrolled(db, contract_id, "ann")
    before = ledger_of(db, contract_id)
    accounts.deactivate(db, OPERATOR, ann.person_id)

    assert used(db, contract_id) == 1
    assert ledger_of(db, contract_id) == before


def test_no_letter_goes_to_who_is_deactivated(db):
    contract_id = a_contract(db)
    (waiting,) = invite(db, contract_id, "ann")
    accounts.deactivate(db, OPERATOR, person_of(db, "ann").id)

    (done,) = invitations.resend(db, OPERATOR, contract_id, only(waiting))
    assert (done.result, done.reason) == (Result.REFUSED, Reason.PERSON_DEACTIVATED)
    (row,) = invitation_lists.every(db, OPERATOR, contract_id, Filter())
    assert row.why_not_resend is Reason.PERSON_DEACTIVATED
    assert row.why_not_revoke is None


def test_closing_and_opening_is_refused_for_what_is_wrong_with_it(db, clock):
    sue, ann = somebody(db, "sue", Role.SUPER_ADMIN), a_learner(db, "ann")
    for verb, actor, person, reason in [
        (accounts.deactivate, OPERATOR, sue, Reason.LAST_SUPER_ADMIN),
        (accounts.deactivate, sue, sue, Reason.OWN_ACCOUNT),
        (accounts.reactivate, sue, ann, Reason.ACCOUNT_ACTIVE),
    ]:
        with refused(db, reason):
            verb(db, actor, person.person_id)
    accounts.deactivate(db, sue, ann.person_id)
    with refused(db, Reason.PERSON_DEACTIVATED):
        accounts.deactivate(db, sue, ann.person_id)


def test_a_second_super_administrator_lets_the_first_go(db):
    sue, sam = somebody(db, "sue", Role.SUPER_ADMIN), somebody(db, "sam", Role.SUPER_ADMIN)
    accounts.deactivate(db, sam, sue.person_id)

    with not_found(db):
        accounts.deactivate(db, sue, sam.person_id)
    with refused(db, Reason.LAST_SUPER_ADMIN):
        accounts.deactivate(db, OPERATOR, sam.person_id)


def test_two_who_close_each_others_account_do_not_leave_nobody(db):  # safety: Authorisation
    sue, sam = somebody(db, "sue", Role.SUPER_ADMIN), somebody(db, "sam", Role.SUPER_ADMIN)
    with ThreadPoolExecutor(1) as pool:
        with db.change(sue, Event.PERSON_DEACTIVATED) as change:  # under way, while sam does the same to sue
            accounts.account_to_change(change, sam.person_id).deactivated_at = change.now
            change.note(person=sam.person_id)
            change.session.flush()
            second = pool.submit(accounts.deactivate, db, sam, sue.person_id)
            wait([second], timeout=0.5)
        with pytest.raises(NotFound):
            second.result()

    assert people.me(db, sue) is not None


@pytest.mark.parametrize("verb", [accounts.deactivate, accounts.reactivate])
def test_only_super_administrators_close_and_open_accounts(db, verb):  # roles table
    asker, ann = somebody(db, "max", Role.ADMINISTRATOR, Privilege.CONTRACTS), a_learner(db, "ann")
    for person in (ann.person_id, NOBODY):
        with not_found(db):
            verb(db, asker, person)
    with not_found(db):
        verb(db, OPERATOR, NOBODY)


def test_a_repeated_key_closes_once(db):  # safety: the browser
    ann, key = a_learner(db, "ann"), OperationKey.new()
    accounts.deactivate(db, OPERATOR, ann.person_id, key=key)

    with unchanged(db):
        accounts.deactivate(db, OPERATOR, ann.person_id, key=key)


@pytest.mark.parametrize(
    ("standing", "erase", "deactivate", "reactivate"),
    [
        (Standing(erased=False, deactivated=False), None, None, Reason.ACCOUNT_ACTIVE),
        (Standing(erased=False, deactivated=True), None, Reason.PERSON_DEACTIVATED, None),
        (
            Standing(erased=True, deactivated=True),
            Reason.PERSON_ERASED,
            Reason.PERSON_ERASED,
            Reason.PERSON_ERASED,
        ),
        (
            Standing(erased=False, deactivated=False, own=True, last_super_admin=True),
            Reason.OWN_ACCOUNT,
            Reason.OWN_ACCOUNT,
            Reason.ACCOUNT_ACTIVE,
        ),
        (
            Standing(erased=False, deactivated=False, last_super_admin=True),
            Reason.LAST_SUPER_ADMIN,
            Reason.LAST_SUPER_ADMIN,
            Reason.ACCOUNT_ACTIVE,
        ),
    ],
)
def test_what_may_be_done_to_an_account(standing, erase, deactivate, reactivate):
    assert place_rules.why_not_erase(standing) is erase
    assert place_rules.why_not_deactivate(standing) is deactivate
    assert place_rules.why_not_reactivate(standing) is reactivate


# --- privileges ------------------------------------------------------------------------------------------------------


def test_a_privilege_is_taken_away_and_the_role_stays(db):  # roles table: personal data
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    max_ = somebody(db, "max", Role.MANAGER, Privilege.PERSONAL_DATA)
    before = invitation_lists.listing(db, max_, contract_id, Filter()).rows[0].email
    roles.revoke_privilege(db, OPERATOR, email("max"), Privilege.PERSONAL_DATA)

    assert (before, invitation_lists.listing(db, max_, contract_id, Filter()).rows[0].email) == (email("ann"), "")
    assert people_lists.one(db, OPERATOR, max_.person_id).roles == [Role.MANAGER]
    event = last_event(db)
    assert (event.event, event.before) == (Event.PRIVILEGE_REVOKED, {"privileges": ["personal_data"]})
    with refused(db, Reason.PRIVILEGE_NOT_HELD):
        roles.revoke_privilege(db, OPERATOR, email("max"), Privilege.PERSONAL_DATA)
    with refused(db, Reason.UNKNOWN_PERSON):
        roles.revoke_privilege(db, OPERATOR, email("nobody"), Privilege.PERSONAL_DATA)
    with not_found(db):
        roles.revoke_privilege(db, max_, email("max"), Privilege.PERSONAL_DATA)


# --- listed ----------------------------------------------------------------------------------------------------------


def test_people_are_listed_by_name_with_what_they_may(db, clock):
    contract_id = a_contract(db)
    ada, sue = an_admin(db, "ada", contract_id), somebody(db, "sue", Role.SUPER_ADMIN)
    max_ = somebody(db, "max", Role.MANAGER)
    invite(db, contract_id, "zoe")
    accounts.deactivate(db, sue, max_.person_id)
    found = people_lists.listing(db, sue, Wanted())

    assert [(row.name, row.status, row.roles) for row in found.rows] == [
        ("Ada", AccountStatus.REGISTERED, [Role.CONTRACT_ADMIN]),
        ("Max", AccountStatus.DEACTIVATED, [Role.MANAGER]),
        ("Sue", AccountStatus.REGISTERED, [Role.SUPER_ADMIN]),
        (email("zoe"), AccountStatus.NOT_REGISTERED, []),
    ]
    assert found.rows[0] == PersonRow(
        ada.person_id, "Ada", email("ada"), AccountStatus.REGISTERED, [Role.CONTRACT_ADMIN]
    )
    assert (found.matching, found.by_status[AccountStatus.REGISTERED]) == (4, 2)


def test_people_are_found_by_what_is_typed_by_status_and_by_role(db, clock):  # safety: SQL
    contract_id = a_contract(db)
    an_admin(db, "ada", contract_id)
    ann, max_ = a_learner(db, "ann"), somebody(db, "max", Role.MANAGER)
    with db.bookkeeping() as session:
        gone = {"email_key": None, "email": None, "name": "", "search_text": "", "erased_at": clock.now}
        session.execute(update(Person).where(Person.id == ann.person_id).values(**gone))

    def names(**wanted):
        return [row.name for row in people_lists.listing(db, OPERATOR, Wanted(**wanted)).rows]

    pseudonym = people.pseudonym(ann.person_id)
    assert names(search=" MA") == ["Max"]
    assert names(search="%") == names(search="\x00") == []
    assert names(search=pseudonym) == [pseudonym]
    assert names(statuses=frozenset({AccountStatus.ERASED})) == [pseudonym]
    assert names(role=Role.CONTRACT_ADMIN) == ["Ada"]
    assert names(role=Role.MANAGER) == ["Max"]
    by_status = people_lists.listing(db, OPERATOR, Wanted(statuses=frozenset({AccountStatus.ERASED}))).by_status
    assert by_status[AccountStatus.REGISTERED] == 2
    assert people_lists.id_of(db, OPERATOR, " MAX@example.org") == max_.person_id


def test_a_long_list_of_people_comes_in_pages(db):
    contract_id = a_contract(db, seats=99)
    invite(db, contract_id, *[f"p{n:03}" for n in range(60)])
    first, second, far = (people_lists.listing(db, OPERATOR, Wanted(), page=page) for page in (1, 2, 10**12))

    assert [len(first.rows), len(second.rows), len(far.rows)] == [50, 10, 0]
    assert [row.name for row in second.rows] == [email(f"p{n:03}") for n in range(50, 60)]


def test_one_person_is_seen_with_all_that_can_be_done_and_why_not(db, clock):
    contract_id = a_contract(db, title="Safety", code="S-1")
    ada, since = an_admin(db, "ada", contract_id), clock.now
    sue = somebody(db, "sue", Role.SUPER_ADMIN)
    clock.forward(timedelta(days=1))
    accounts.deactivate(db, sue, ada.person_id)
    seen, herself = people_lists.one(db, sue, ada.person_id), people_lists.one(db, sue, sue.person_id)

    assert (seen.registered_at, seen.deactivated_at, seen.erased_at) == (since, clock.now, None)
    assert seen.contracts == [LookedAfter(contract_id, "S-1", "Safety")]
    assert (seen.why_not_deactivate, seen.why_not_reactivate) == (Reason.PERSON_DEACTIVATED, None)
    assert (seen.why_not_erase, seen.why_not_lose) == (None, None)
    assert (herself.why_not_erase, herself.why_not_lose) == (Reason.OWN_ACCOUNT, Reason.LAST_SUPER_ADMIN)
    with not_found(db):
        people_lists.one(db, sue, NOBODY)


@pytest.mark.parametrize("status", AccountStatus)
def test_the_status_in_a_list_is_the_one_that_is_computed(db, clock, status):
    moments = {
        AccountStatus.REGISTERED: {"registered_at": clock.now},
        AccountStatus.NOT_REGISTERED: {},
        AccountStatus.DEACTIVATED: {"registered_at": clock.now, "deactivated_at": clock.now},
        AccountStatus.ERASED: {"deactivated_at": clock.now, "erased_at": clock.now, "email_key": None},
    }
    with db.bookkeeping() as session:
        person = Person(**{"email_key": "x@example.org", "email": "x@example.org", **moments[status]})
        session.add(person)
        session.flush()
        computed = people_lists.status_of(person)

    listed = people_lists.listing(db, OPERATOR, Wanted())
    assert computed is status
    assert {one for one, n in listed.by_status.items() if n} == {status}
