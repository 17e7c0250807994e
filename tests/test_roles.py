"""Roles and privileges: given, taken away, listed; the last super administrator stays."""

import threading

import pytest

from lc_core import contract_lists, contracts, roles
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.operations import OperationKey
from lc_core.roles import PersonSeen
from lc_core.vocabulary import Event, Privilege, Role
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    deactivate,
    draft,
    email,
    last_event,
    not_found,
    person_of,
    refused,
    somebody,
    unchanged,
)

EVERYWHERE = [role for role in Role if role != "contract_admin"]


def held(db) -> dict[str, tuple[set[str], set[str]]]:
    """Roles and privileges by address."""
    return {one.email.split("@")[0]: (set(one.roles), set(one.privileges)) for one in roles.with_roles(db, OPERATOR)}


@pytest.mark.parametrize("role", EVERYWHERE)
def test_a_role_is_given_and_taken_and_both_are_remembered(db, role):  # roles table, R-AUD-1
    roles.grant(db, OPERATOR, email("keeper"), Role.SUPER_ADMIN)
    sue = somebody(db, "sue", Role.SUPER_ADMIN)
    person_id = a_learner(db, "ann").person_id

    roles.grant(db, sue, " ANN@example.org", role, privileges=[Privilege.CONTRACTS])
    given = last_event(db)
    assert held(db)["ann"] == ({role}, {"contracts"})
    assert (given.event, given.actor_id, given.subject) == (Event.ROLE_GRANTED, sue.person_id, {"person": person_id})
    assert given.after == {"role": role.value, "privileges": ["contracts"]}

    roles.revoke_role(db, sue, email("ann"), role)
    taken = last_event(db)
    assert "ann" not in held(db)
    assert (taken.event, taken.subject) == (Event.ROLE_REVOKED, {"person": person_id})
    assert taken.before == {"role": role.value, "privileges": ["contracts"]}


def test_somebody_unknown_may_be_given_a_role(db):  # the first super admin is made on the command line
    roles.grant(db, OPERATOR, email("new"), Role.SUPER_ADMIN)

    assert held(db) == {"new": ({"super_admin"}, set())}
    assert person_of(db, "new").registered_at is None


def test_privileges_are_added_to_a_role_that_is_held(db):  # roles table
    somebody(db, "ann", Role.MANAGER)
    roles.grant(db, OPERATOR, email("ann"), Role.MANAGER, privileges=[Privilege.PERSONAL_DATA, Privilege.PERSONAL_DATA])

    assert held(db)["ann"] == ({"manager"}, {"personal_data"})
    with refused(db, Reason.ROLE_ALREADY_HELD):
        roles.grant(db, OPERATOR, email("ann"), Role.MANAGER, privileges=[Privilege.PERSONAL_DATA])


def test_a_privilege_goes_with_the_last_role_that_uses_it(db):  # safety: a right taken away is gone
    both = [Privilege.CONTRACTS, Privilege.PERSONAL_DATA]
    for role in (Role.ADMINISTRATOR, Role.MANAGER, Role.ANALYST):
        roles.grant(db, OPERATOR, email("ann"), role, privileges=both if role == "administrator" else [])

    left = []
    for role in (Role.MANAGER, Role.ADMINISTRATOR, Role.ANALYST):
        roles.revoke_role(db, OPERATOR, email("ann"), role)
        left.append(held(db).get("ann", (set(), set()))[1])
    assert left == [{"contracts", "personal_data"}, {"personal_data"}, set()]
    roles.grant(db, OPERATOR, email("ann"), Role.MANAGER)
    assert held(db)["ann"] == ({"manager"}, set())


def test_roles_are_refused_for_what_is_wrong_with_them(db):
    contract_id = a_contract(db)
    somebody(db, "sue", Role.SUPER_ADMIN)
    a_learner(db, "ann")

    for address, role, named, reason in [
        (email("ann"), Role.CONTRACT_ADMIN, None, Reason.ROLE_NEEDS_CONTRACT),
        (email("ann"), Role.CONTRACT_ADMIN, contract_id, Reason.ROLE_NEEDS_CONTRACT),
        (email("ann"), Role.MANAGER, contract_id, Reason.ROLE_TAKES_NO_CONTRACT),
        ("ann", Role.MANAGER, None, Reason.INVALID_EMAIL),
        (email("sue"), Role.SUPER_ADMIN, None, Reason.ROLE_ALREADY_HELD),
    ]:
        with refused(db, reason):
            roles.grant(db, OPERATOR, address, role, contract_id=named)
    for address, role, reason in [
        (email("nobody"), Role.MANAGER, Reason.UNKNOWN_PERSON),
        ("nobody", Role.MANAGER, Reason.UNKNOWN_PERSON),
        (email("ann"), Role.MANAGER, Reason.ROLE_NOT_HELD),
        (email("ann"), Role.CONTRACT_ADMIN, Reason.ROLE_NOT_HELD),
        (email("sue"), Role.SUPER_ADMIN, Reason.LAST_SUPER_ADMIN),
    ]:
        with refused(db, reason):
            roles.revoke_role(db, OPERATOR, address, role)


def test_the_last_super_administrator_who_may_act_cannot_be_removed(db):  # safety: Authorisation
    sue, sam = somebody(db, "sue", Role.SUPER_ADMIN), somebody(db, "sam", Role.SUPER_ADMIN)
    deactivate(db, sam)

    with refused(db, Reason.LAST_SUPER_ADMIN):
        roles.revoke_role(db, sue, email("sue"), Role.SUPER_ADMIN)
    roles.revoke_role(db, sue, email("sam"), Role.SUPER_ADMIN)
    with refused(db, Reason.LAST_SUPER_ADMIN):
        roles.revoke_role(db, sue, email("sue"), Role.SUPER_ADMIN)
    somebody(db, "sia", Role.SUPER_ADMIN)
    roles.revoke_role(db, sue, email("sue"), Role.SUPER_ADMIN)
    assert held(db) == {"sia": ({"super_admin"}, set())}


def test_two_who_take_each_others_role_do_not_leave_nobody(db):  # safety: Authorisation
    sue, sam = somebody(db, "sue", Role.SUPER_ADMIN), somebody(db, "sam", Role.SUPER_ADMIN)
    told: list[Reason | None] = []
    both = threading.Barrier(2)

    def take(actor, name: str) -> None:
        both.wait()
        try:
            roles.revoke_role(db, actor, email(name), Role.SUPER_ADMIN)
            told.append(None)
        except Refused as refusal:
            told.append(refusal.reason)

    takers = [threading.Thread(target=take, args=pair) for pair in ((sue, "sam"), (sam, "sue"))]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()

    assert told.count(None) == 1
    assert set(told) <= {None, Reason.LAST_SUPER_ADMIN, Reason.NOT_FOUND}
    assert len(held(db)) == 1


def test_a_role_taken_away_bites_at_once(db):  # safety: Authorisation
    contract_id = a_contract(db)
    manager = somebody(db, "max", Role.MANAGER)
    assert contract_lists.one(db, manager, contract_id).id == contract_id
    roles.revoke_role(db, OPERATOR, email("max"), Role.MANAGER)

    with not_found(db):
        contract_lists.one(db, manager, contract_id)


@pytest.mark.parametrize("role", [role for role in EVERYWHERE if role != "super_admin"])
def test_nobody_but_a_super_administrator_gives_roles(db, role):  # roles table
    asker = somebody(db, "ann", role, Privilege.CONTRACTS, Privilege.PERSONAL_DATA)

    with not_found(db):
        roles.grant(db, asker, email("ann"), Role.SUPER_ADMIN)
    with not_found(db):
        roles.revoke_role(db, asker, email("ann"), role)
    with not_found(db):
        roles.with_roles(db, asker)


def test_everybody_who_may_something_is_listed_by_address(db):  # roles table
    contract_id = contracts.create(db, OPERATOR, draft(code="B-1"))
    ada = an_admin(db, "ada", contract_id)
    sue = somebody(db, "sue", Role.SUPER_ADMIN)
    a_learner(db, "ann")

    first, second = roles.with_roles(db, sue)
    assert first == PersonSeen(ada.person_id or 0, "Ada", email("ada"), True, [], [], ["B-1"])
    assert second == PersonSeen(sue.person_id or 0, "Sue", email("sue"), True, [Role.SUPER_ADMIN], [], [])


def test_a_repeated_key_gives_a_role_once(db):  # safety: the browser
    key = OperationKey.new()
    roles.grant(db, OPERATOR, email("ann"), Role.MANAGER, key=key)

    with unchanged(db):
        roles.grant(db, OPERATOR, email("ann"), Role.MANAGER, key=key)
    with refused(db, Reason.KEY_USED_OTHERWISE):
        roles.grant(db, OPERATOR, email("ann"), Role.ANALYST, key=key)
