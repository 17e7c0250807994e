"""Groups: the list that administrators keep, to sort contracts by. It changes no right, seat or invitation (R-CON-3)."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import access, place_rules, rules
from lc_core.contracts import MOST
from lc_core.errors import NotFound, refuse_if
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database
from lc_core.records.models import Contract, Group
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event


@dataclass(frozen=True)
class GroupSeen:
    """One group, and how many contracts are in it; `why_not_delete`: the reason against deleting it, or None."""

    id: int
    name: str
    contracts: int
    why_not_delete: Reason | None


def listing(db: Database, actor: Actor) -> list[GroupSeen]:
    """All groups, by name."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        counted = (
            select(Group.id, Group.name, func.count(Contract.id))
            .outerjoin(Contract, Contract.group_id == Group.id)
            .group_by(Group.id, Group.name)
        )
        seen = [
            GroupSeen(group_id, name, contracts, place_rules.why_not_delete_group(contracts))
            for group_id, name, contracts in session.execute(counted)
        ]
    return sorted(seen, key=lambda group: (group.name.casefold(), group.id))


@repeatable
def create(db: Database, actor: Actor, name: str, *, key: OperationKey | None = None) -> int:
    """Add a group to the list. Answers its id."""
    with db.change(actor, Event.GROUP_CREATED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_CONTRACTS)
        wanted = _name(name)
        made: int | None = change.session.scalar(change.insert_new(Group).values(name=wanted).returning(Group.id))
        refuse_if(Reason.GROUP_NAME_TAKEN if made is None else None)
        change.note(group=made, after={"name": wanted})
        return change.answer(made or 0)


@repeatable
def rename(db: Database, actor: Actor, group_id: int, name: str, *, key: OperationKey | None = None) -> None:
    """Give a group another name; it shows everywhere at once."""
    with db.change(actor, Event.GROUP_RENAMED, key=key) as change:
        group = _group(change, group_id)
        wanted = _name(name)
        taken = select(Group.id).where(Group.name == wanted, Group.id != group.id)
        refuse_if(Reason.GROUP_NAME_TAKEN if change.session.scalar(taken) is not None else None)
        if wanted != group.name:
            change.note(group=group.id, before={"name": group.name}, after={"name": wanted})
            group.name = wanted


@repeatable
def delete_unused(db: Database, actor: Actor, group_id: int, *, key: OperationKey | None = None) -> None:
    """Delete a group in which no contract is."""
    with db.change(actor, Event.GROUP_DELETED, key=key) as change:
        group = _group(change, group_id)
        contracts = _contracts_in(change.session, group.id)
        refuse_if(place_rules.why_not_delete_group(contracts), n=contracts)
        change.note(group=group.id, before={"name": group.name})
        change.session.delete(group)


def _group(change: Change, group_id: int) -> Group:
    """The group, locked: a contract that is put into it meanwhile waits, and finds it gone."""
    access.require(change.session, change.actor, Action.MANAGE_CONTRACTS)
    group = change.session.scalar(select(Group).where(Group.id == group_id).with_for_update())
    if group is None:
        raise NotFound
    return group


def _contracts_in(session: Session, group_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Contract).where(Contract.group_id == group_id)) or 0


def _name(name: str) -> str:
    wanted = name.strip()
    refuse_if(None if wanted else Reason.GROUP_NAME_MISSING)
    refuse_if(rules.why_not_text(wanted, MOST["group"]), most=MOST["group"])
    return wanted
