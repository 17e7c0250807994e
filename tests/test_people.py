"""People: known by one address each, registered once, shown by name or by pseudonym."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from lc_core import addresses, inviting, people
from lc_core.people import Shown
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.models import Person
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ContractType, Event, Privilege, Role
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    count_of,
    deactivate,
    email,
    everything,
    invitations_of,
    invite,
    last_event,
    not_found,
    person_of,
    refused,
    somebody,
    unchanged,
)

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


# --- registered ------------------------------------------------------------------------------------------------------


def test_somebody_is_registered_and_only_that_they_changed_is_remembered(db, clock):  # R-LRN-5, R-AUD-1
    person_id = people.register(db, OPERATOR, " Ann@Example.org ", " Ann Lee ")

    ann, event = person_of(db, "ann"), last_event(db)
    assert (ann.id, ann.email_key, ann.email, ann.name) == (person_id, "ann@example.org", "Ann@Example.org", "Ann Lee")
    assert (ann.registered_at, ann.search_text) == (clock.now, "ann lee ann@example.org ann@example.org")
    assert (event.event, event.subject, event.before) == (Event.PERSON_REGISTERED, {"person": person_id}, {})
    assert event.after == {"changed": ["registered_at", "name"]}
    assert "ann" not in repr(event).lower().replace("changed", "")


def test_who_is_registered_stays_so_and_may_get_another_name(db, clock):
    person_id, since = people.register(db, OPERATOR, email("ann"), "Ann"), clock.now
    clock.forward(timedelta(days=1))
    with unchanged(db):
        assert people.register(db, OPERATOR, "ANN@example.org", "Ann") == person_id
        assert people.register(db, OPERATOR, email("ann"), "  ") == person_id

    assert people.register(db, OPERATOR, email("ann"), "Ann Lee") == person_id
    assert (person_of(db, "ann").name, person_of(db, "ann").registered_at) == ("Ann Lee", since)
    assert last_event(db).after == {"changed": ["name"]}


def test_who_was_invited_before_is_the_same_person(db):  # *Person*
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    invited = person_of(db, "ann")

    assert invited.registered_at is None
    assert people.register(db, OPERATOR, email("ann"), "Ann") == invited.id
    assert count_of(db, Person) == 1


def test_a_registration_is_refused_for_what_is_wrong_with_it(db):
    for address, name, reason in [
        ("ann", "Ann", Reason.INVALID_EMAIL),
        ("", "Ann", Reason.MISSING_EMAIL),
        ("a\u200bnn@example.org", "Ann", Reason.CONTROL_CHARS),
        (email("ann"), "x" * 201, Reason.TOO_LONG_TEXT),
        (email("ann"), "A\x00nn", Reason.CONTROL_CHARS),
    ]:
        with refused(db, reason):
            people.register(db, OPERATOR, address, name)


def test_the_longest_name_and_address_are_kept_and_found(db):  # safety: SQL: both databases the same
    address = "a" * 64 + "@" + ".".join(["b" * 63, "c" * 63, "d" * 58]) + ".de"
    people.register(db, OPERATOR, address, "İ" * 200)

    assert [shown.email for _, shown in people.find(db, OPERATOR, "i̇i̇")] == [address]


def test_an_address_that_is_shorter_as_it_is_compared_is_kept(db):  # R-INV-8: what was typed may be longer than the key
    typed = "a@" + ".".join(["\u0399\u0308\u0301" * 40] * 3) + ".gr"
    key = addresses.parse(typed)
    assert isinstance(key, addresses.Address), key

    person_id = people.register(db, OPERATOR, typed, "")
    assert people.register(db, OPERATOR, key.key, "") == person_id


def test_a_repeated_key_registers_once(db):  # safety: the browser
    key = OperationKey.new()
    person_id = people.register(db, OPERATOR, email("ann"), "Ann", key=key)

    with unchanged(db):
        assert people.register(db, OPERATOR, email("ann"), "Ann", key=key) == person_id
    with refused(db, Reason.KEY_USED_OTHERWISE):
        people.register(db, OPERATOR, email("bob"), "Ann", key=key)


# --- made known ------------------------------------------------------------------------------------------------------


def test_one_person_for_each_key_whoever_brings_it(db):  # I2, R-INV-8
    contract_id, other = a_contract(db, ContractType.SUBSCRIPTION), a_contract(db, ContractType.SUBSCRIPTION)
    spellings = ["Jos\u00e9@example.org", "JOSE\u0301@Example.ORG", "jos\u00e9@EXAMPLE.org"]
    for contract, spelling in zip((contract_id, other, contract_id), spellings, strict=True):
        inviting.invite(db, OPERATOR, contract, [spelling])

    assert count_of(db, Person) == 1
    assert len(invitations_of(db, contract_id)) == len(invitations_of(db, other)) == 1


def test_names_and_addresses_are_in_the_table_of_people_and_nowhere_else(db):  # safety: Privacy
    contract_id = a_contract(db, ContractType.SUBSCRIPTION)
    key = OperationKey.new()
    inviting.invite(db, OPERATOR, contract_id, [email("ann"), "ann@", "=x"], key=key)
    people.register(db, OPERATOR, email("ann"), "Ada", key=OperationKey.new())
    an_admin(db, "ada", contract_id)
    somebody(db, "max", Role.MANAGER, Privilege.PERSONAL_DATA)

    elsewhere = {name: rows for name, rows in everything(db).items() if name != "people"}
    assert "example.org" not in repr(elsewhere)
    assert "Ada" not in repr(elsewhere)


# --- shown -----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 31**5), st.integers(1, 31**5))
@example(1, 2)
@example(31**4 - 1, 31**4)
def test_a_pseudonym_stands_for_one_person_and_leads_back_to_them(one, other):  # roles table: masked
    mine = people.pseudonym(one)

    assert mine.startswith("P-")
    assert set(mine[2:]) <= set(people.SYMBOLS)
    assert people.id_of_pseudonym(mine) == people.id_of_pseudonym(f" {mine[2:].lower()} ") == one
    assert (mine == people.pseudonym(other)) == (one == other)


@given(st.text())
@example("P-")
@example("P-" + "Z" * 12)
@example("P-" + "Z" * 13)
def test_what_is_no_pseudonym_is_nobodys(text):
    found = people.id_of_pseudonym(text)

    assert found is None or 0 <= found < 2**63


@pytest.mark.parametrize(
    ("person", "named", "shown"),
    [
        (Person(id=7, name="Ann", email="a@example.org"), True, Shown("Ann", "a@example.org")),
        (Person(id=7, name="", email="a@example.org"), True, Shown("a@example.org", "a@example.org")),
        (Person(id=7, name="Ann", email="a@example.org"), False, Shown(people.pseudonym(7), "")),
        (Person(id=7, name="Ann", erased_at=NOON), True, Shown(people.pseudonym(7), "")),
        (Person(id=7, name="Ann", erased_at=NOON), False, Shown(people.pseudonym(7), "")),
    ],
)
def test_who_is_shown_how(person, named, shown):  # roles table: masked, R-SEAT-9
    assert people.shown(person, named=named) == shown


def test_who_is_here_is_read_anew_every_time(db):  # safety: Authorisation
    contract_id = a_contract(db)
    ann = a_learner(db, "ann")
    before = people.me(db, ann)
    invite(db, contract_id, "ann")
    after = people.me(db, ann)
    deactivate(db, ann)

    assert before is not None
    assert after is not None
    assert (before.is_invited, after.is_invited, after.name) == (False, True, "Ann")
    assert people.me(db, ann) is None
    assert [people.me(db, actor) for actor in (OPERATOR, Actor.person(NOBODY), Actor.person(2**63))] == [None] * 3


def test_people_are_found_by_name_and_address_by_those_who_manage_contracts(db, clock):  # roles table
    for name in ("ann", "anna", "bob"):
        a_learner(db, name)
    manages = somebody(db, "zed", Role.ADMINISTRATOR, Privilege.CONTRACTS)
    with db.bookkeeping() as session:
        session.execute(
            update(Person)
            .where(Person.email_key == email("anna"))
            .values(email_key=None, email=None, erased_at=clock.now)
        )

    assert [shown.name for _, shown in people.find(db, manages, " ANN")] == ["Ann"]
    assert [shown.email for _, shown in people.find(db, manages, "@example", most=1)] == [email("ann")]
    assert people.find(db, manages, "\x00") == people.find(db, manages, "%") == []
    manager = somebody(db, "max", Role.MANAGER, Privilege.PERSONAL_DATA)
    with not_found(db):
        people.find(db, manager, "ann")
