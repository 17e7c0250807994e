"""Fetch and authorise, never apart: a contract is reached only through here; what is not yours is NotFound (R-AUTH-1, 2)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, joinedload

from lc_core.errors import NotFound
from lc_core.records.db import Actor, Change
from lc_core.records.house_models import PrivilegeHeld, RoleHeld
from lc_core.records.models import Contract, ContractAdmin, Invitation, Person
from lc_core.rights import Rights, may
from lc_core.vocabulary import Action


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
    person = session.get(Person, actor.person_id)
    if person is None or person.deactivated_at is not None or person.erased_at is not None:
        return Rights()
    mine = actor.person_id
    return Rights(
        roles=frozenset(session.scalars(select(RoleHeld.role).where(RoleHeld.person_id == mine))),
        privileges=frozenset(session.scalars(select(PrivilegeHeld.privilege).where(PrivilegeHeld.person_id == mine))),
        own=frozenset(session.scalars(select(ContractAdmin.contract_id).where(ContractAdmin.person_id == mine))),
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
