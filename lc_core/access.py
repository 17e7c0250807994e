"""Fetch and authorise, never apart: a contract is reached only through here; what is not yours is NotFound (R-AUTH-1, 2)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, bindparam, literal, null, select, true, union_all
from sqlalchemy.orm import Session, joinedload

from lc_core.errors import NotFound
from lc_core.records.db import Actor, Change
from lc_core.records.house_models import PrivilegeHeld, RoleHeld
from lc_core.records.models import Contract, ContractAdmin, Invitation, Person
from lc_core.records.types import Id
from lc_core.rights import Rights, may
from lc_core.vocabulary import Action, Privilege, Role

_ME = bindparam("person_id", type_=Id)
MAY_ACT = and_(Person.deactivated_at.is_(None), Person.erased_at.is_(None))
"""The condition on `people` for whoever still may do anything."""
_NO_WORD, _NO_CONTRACT = null().cast(String), null().cast(Id)
_HELD = union_all(
    select(literal("person").label("what"), _NO_WORD.label("word"), _NO_CONTRACT.label("contract_id")).where(
        Person.id == _ME, MAY_ACT
    ),
    select(literal("role"), RoleHeld.role.cast(String), _NO_CONTRACT).where(RoleHeld.person_id == _ME),
    select(literal("privilege"), PrivilegeHeld.privilege.cast(String), _NO_CONTRACT).where(
        PrivilegeHeld.person_id == _ME
    ),
    select(literal("own"), _NO_WORD, ContractAdmin.contract_id).where(ContractAdmin.person_id == _ME),
)
"""What somebody holds, in one statement: it is asked several times at every click."""


@dataclass(frozen=True)
class Scope:
    """The contracts somebody may see, as a required argument of every question (`everything`, or these ids)."""

    everything: bool
    contracts: frozenset[int]
    sees_people: bool


def rights_of(session: Session, actor: Actor) -> Rights:
    """Read anew at every use, so that a right taken away is gone at the next click."""
    if actor.person_id is None:
        return Rights(operator=True)
    held: dict[str, list[Any]] = {what: [] for what in ("person", "role", "privilege", "own")}
    for what, word, contract_id in session.execute(_HELD, {"person_id": actor.person_id}):
        held[what].append(word or contract_id)
    if not held["person"]:
        return Rights()
    return Rights(
        roles=frozenset(Role.of(word) for word in held["role"]),
        privileges=frozenset(Privilege.of(word) for word in held["privilege"]),
        own=frozenset(held["own"]),
    )


def require(session: Session, actor: Actor, action: Action) -> None:
    """Let only those on who may do this everywhere."""
    if not may(rights_of(session, actor), action):
        raise NotFound


def scope_of(session: Session, actor: Actor) -> Scope:
    """What this person's questions may see."""
    rights = rights_of(session, actor)
    everything = rights.sees_all_contracts
    return Scope(everything, rights.own, rights.sees_people(own=bool(rights.own) and not everything))


def visible(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The condition on `contracts` for what this person may see."""
    scope = scope_of(session, actor)
    return true() if scope.everything else Contract.id.in_(scope.contracts)


def contract_to_see(
    session: Session, actor: Actor, contract_id: int, action: Action = Action.VIEW_CONTRACT
) -> Contract:
    contract = session.get(Contract, contract_id)
    rights = rights_of(session, actor)
    if contract is None or not may(rights, action, own=contract_id in rights.own):
        raise NotFound
    return contract


def contract_to_change(change: Change, contract_id: int, action: Action) -> Contract:
    """The contract, locked until the commit, so that what is counted next stays true; rights are read once it is locked.

    (Somebody whose right was taken away while they waited for the lock has none any more.)
    """
    contract = _locked(change, Contract.id == contract_id)
    rights = rights_of(change.session, change.actor)
    if not may(rights, action, own=contract_id in rights.own):
        raise NotFound
    return contract


def contract_as_learner(change: Change, contract_id: int) -> tuple[Contract, Person]:
    """The contract and the acting learner, for somebody who was ever invited to it."""
    learner = acting_learner(change)
    mine = select(Invitation.id).where(Invitation.contract_id == contract_id, Invitation.person_id == learner.id)
    if change.session.execute(mine.limit(1)).first() is None:
        raise NotFound
    return _locked(change, Contract.id == contract_id), learner


def contract_by_invitation_code(change: Change, normalised: str) -> Contract | None:
    """The contract whose current code this is, locked; None if there is none (R-LRN-3)."""
    try:
        return _locked(change, Contract.invitation_code == normalised)
    except NotFound:
        return None


def acting_learner(change: Change) -> Person:
    """The person who acts, if they still have an account that may act."""
    return learner_of(change.session, change.actor)


def learner_of(session: Session, actor: Actor) -> Person:
    """The person behind an actor, if they may act."""
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    if person is None or person.deactivated_at is not None or person.erased_at is not None:
        raise NotFound
    return person


def invitation_of(session: Session, contract: Contract, invitation_id: int) -> Invitation:
    """One invitation of this contract, its person loaded."""
    wanted = select(Invitation).where(Invitation.id == invitation_id, Invitation.contract_id == contract.id)
    invitation = session.scalar(wanted.options(joinedload(Invitation.person)))
    if invitation is None:
        raise NotFound
    return invitation


def _locked(change: Change, condition: ColumnElement[bool]) -> Contract:
    wanted = select(Contract).where(condition).with_for_update(key_share=True)
    contract = change.session.scalar(wanted.execution_options(populate_existing=True))
    if contract is None:
        raise NotFound
    change.of(contract)
    return contract
