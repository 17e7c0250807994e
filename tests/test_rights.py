"""Who may do what: the roles table as a full table, and rights as they are read from the records."""

from itertools import product

import pytest
from sqlalchemy import select

from lc_core import access, contracts
from lc_core.errors import NotFound
from lc_core.records.db import Actor
from lc_core.records.models import Contract
from lc_core.rights import Rights, may
from lc_core.vocabulary import Action, Privilege, Role
from tests.worlds import NOBODY, OPERATOR, a_contract, a_learner, an_admin, deactivate, email, somebody

VIEW, PEOPLE, RUN = Action.VIEW_CONTRACT, Action.VIEW_PEOPLE, Action.RUN_CONTRACT
MANAGE, PLACE = Action.MANAGE_CONTRACTS, Action.MANAGE_PLACE

TABLE: dict[tuple[Role | None, Privilege | None], set[Action]] = {
    # what a role, alone or with a privilege, may do with a contract that is not one's own
    (None, None): set(),
    (None, Privilege.CONTRACTS): set(),
    (None, Privilege.PERSONAL_DATA): set(),
    (Role.SUPER_ADMIN, None): {VIEW, PEOPLE, RUN, MANAGE, PLACE},
    (Role.SUPER_ADMIN, Privilege.CONTRACTS): {VIEW, PEOPLE, RUN, MANAGE, PLACE},
    (Role.SUPER_ADMIN, Privilege.PERSONAL_DATA): {VIEW, PEOPLE, RUN, MANAGE, PLACE},
    (Role.ADMINISTRATOR, None): set(),
    (Role.ADMINISTRATOR, Privilege.CONTRACTS): {VIEW, PEOPLE, RUN, MANAGE},
    (Role.ADMINISTRATOR, Privilege.PERSONAL_DATA): set(),
    (Role.CONTRACT_ADMIN, None): set(),
    (Role.CONTRACT_ADMIN, Privilege.CONTRACTS): set(),
    (Role.CONTRACT_ADMIN, Privilege.PERSONAL_DATA): set(),
    (Role.MANAGER, None): {VIEW},
    (Role.MANAGER, Privilege.CONTRACTS): {VIEW},
    (Role.MANAGER, Privilege.PERSONAL_DATA): {VIEW, PEOPLE},
    (Role.ANALYST, None): {VIEW},
    (Role.ANALYST, Privilege.CONTRACTS): {VIEW},
    (Role.ANALYST, Privilege.PERSONAL_DATA): {VIEW, PEOPLE},
}
OWN = {VIEW, PEOPLE, RUN}
"""What being named on a contract adds for that contract, whatever else one is."""


def rights(role: Role | None, privilege: Privilege | None) -> Rights:
    return Rights(frozenset({role} if role else ()), frozenset({privilege} if privilege else ()), frozenset({1}))


def test_the_table_has_every_role_with_every_privilege():
    assert set(TABLE) == set(product([None, *Role], [None, *Privilege]))


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(("role", "privilege"), TABLE)
def test_who_may_do_what(role, privilege, action, own):  # roles table
    expected = action in TABLE[role, privilege] or (own and action in OWN)

    assert may(rights(role, privilege), action, own=own) == expected


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("action", Action)
def test_the_operator_may_everything(action, own):
    assert may(Rights(operator=True), action, own=own)


@pytest.mark.parametrize(("one", "other"), list(product([role for role in Role if role != "contract_admin"], repeat=2)))
def test_two_roles_may_what_either_may(one, other):
    both = Rights(frozenset({one, other}), frozenset(Privilege))

    for action in Action:
        alone = [may(Rights(frozenset({role}), frozenset(Privilege)), action) for role in (one, other)]
        assert may(both, action) == any(alone)


# --- read from the records -------------------------------------------------------------------------------------------


def read(db, actor: Actor) -> Rights:
    with db.read() as session:
        return access.rights_of(session, actor)


def test_rights_are_what_the_records_say_now(db):  # safety: Authorisation
    mine, other = a_contract(db), a_contract(db)
    ada = an_admin(db, "ada", mine)
    ali = somebody(db, "ali", Role.ADMINISTRATOR, Privilege.CONTRACTS)
    assert read(db, ada) == Rights(own=frozenset({mine}))
    assert read(db, ali) == Rights(frozenset({Role.ADMINISTRATOR}), frozenset({Privilege.CONTRACTS}))

    contracts.name_admin(db, ali, other, email("ada"))
    contracts.remove_admin(db, ali, mine, ada.person_id or 0)
    assert read(db, ada).own == {other}
    assert read(db, a_learner(db, "ann")) == Rights()
    assert read(db, OPERATOR) == Rights(operator=True)


def test_who_may_not_act_has_no_rights(db):  # safety: Authorisation
    contract_id = a_contract(db)
    sue = somebody(db, "sue", Role.SUPER_ADMIN)
    contracts.name_admin(db, OPERATOR, contract_id, email("sue"))
    deactivate(db, sue)

    for actor in (sue, Actor.person(NOBODY), Actor.person(-1), Actor.person(2**63)):
        assert read(db, actor) == Rights()


SCOPES = {
    # everything, own, sees people
    "learner": (False, False, False),
    "contract admin": (False, True, True),  # of what they see, which is theirs
    "manager": (True, False, False),
    "manager with personal data": (True, False, True),
    "administrator": (False, False, False),
    "administrator with contracts": (True, False, True),
    "super administrator": (True, False, True),
}


def test_the_scope_of_questions(db):  # roles table, safety: Authorisation
    contract_id = a_contract(db)
    askers = {
        "learner": a_learner(db, "ann"),
        "contract admin": an_admin(db, "ada", contract_id),
        "manager": somebody(db, "max", Role.MANAGER),
        "manager with personal data": somebody(db, "meg", Role.MANAGER, Privilege.PERSONAL_DATA),
        "administrator": somebody(db, "abe", Role.ADMINISTRATOR),
        "administrator with contracts": somebody(db, "ali", Role.ADMINISTRATOR, Privilege.CONTRACTS),
        "super administrator": somebody(db, "sue", Role.SUPER_ADMIN),
    }

    with db.read() as session:
        scopes = {name: access.scope_of(session, actor) for name, actor in askers.items()}
        seen = {
            name: set(session.scalars(select(Contract.id).where(access.visible(session, actor))))
            for name, actor in askers.items()
        }
    assert {
        name: (scope.everything, scope.contracts == {contract_id}, scope.sees_people) for name, scope in scopes.items()
    } == SCOPES
    assert {name for name, ids in seen.items() if ids} == {name for name, row in SCOPES.items() if row[0] or row[1]}


def test_what_may_be_done_everywhere_needs_no_contract(db):
    manager, ada = somebody(db, "max", Role.MANAGER), an_admin(db, "ada", a_contract(db))

    with db.read() as session:
        access.require(session, manager, Action.VIEW_CONTRACT)
        for actor, action in [(manager, Action.RUN_CONTRACT), (ada, Action.RUN_CONTRACT), (ada, Action.VIEW_CONTRACT)]:
            with pytest.raises(NotFound):
                access.require(session, actor, action)
