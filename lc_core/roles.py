"""Roles and privileges: given, taken away and listed (roles table of RULES.md)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from lc_core import access, addresses, people, place_rules
from lc_core.errors import Refused, refuse_if
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database
from lc_core.records.house_models import PrivilegeHeld, RoleHeld
from lc_core.records.models import Contract, ContractAdmin, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event, Privilege, Role

USED_BY = {
    Privilege.CONTRACTS: frozenset({Role.ADMINISTRATOR}),
    Privilege.PERSONAL_DATA: frozenset({Role.MANAGER, Role.ANALYST}),
}
"""The roles in which a privilege means something."""


@repeatable
def grant(
    db: Database,
    actor: Actor,
    email: str,
    role: Role,
    *,
    contract_id: int | None = None,
    privileges: Collection[Privilege] = (),
    key: OperationKey | None = None,
) -> None:
    """Give a role, and privileges with it. A contract admin is named on a contract instead: contracts.name_admin."""
    if role is Role.CONTRACT_ADMIN:
        raise Refused(Reason.ROLE_NEEDS_CONTRACT)
    refuse_if(Reason.ROLE_TAKES_NO_CONTRACT if contract_id is not None else None)
    address = addresses.parse(email)
    if isinstance(address, Reason):
        raise Refused(address)
    with db.change(actor, Event.ROLE_GRANTED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_PLACE)
        person_id = people.make_known(change, [address])[address.key].person_id
        new = [
            privilege
            for privilege in dict.fromkeys(privileges)
            if change.session.get(PrivilegeHeld, (person_id, privilege)) is None
        ]
        held = change.session.get(RoleHeld, (person_id, role)) is not None
        refuse_if(place_rules.why_not_grant(held=held, new_privileges=len(new)))
        if not held:
            change.session.execute(insert(RoleHeld).values(person_id=person_id, role=role))
        for privilege in new:
            change.session.execute(insert(PrivilegeHeld).values(person_id=person_id, privilege=privilege))
        change.note(person=person_id, after={"role": role.value, "privileges": [privilege.value for privilege in new]})


@repeatable
def revoke_role(db: Database, actor: Actor, email: str, role: Role, *, key: OperationKey | None = None) -> None:
    """Take a role away, and the privileges that no role left uses; the last super administrator who may act keeps theirs."""
    with db.change(actor, Event.ROLE_REVOKED, key=key) as change:
        lock_super_admins(change)
        access.require(change.session, actor, Action.MANAGE_PLACE)
        person = people.by_email(change.session, email)
        held = change.session.get(RoleHeld, (person.id, role))
        refuse_if(Reason.ROLE_NOT_HELD if held is None else None)
        if role is Role.SUPER_ADMIN:
            refuse_if(Reason.LAST_SUPER_ADMIN if is_last_super_admin(change.session, person.id) else None)
        change.session.execute(delete(RoleHeld).where(RoleHeld.person_id == person.id, RoleHeld.role == role))
        idle = _drop_idle_privileges(change.session, person.id)
        change.note(person=person.id, before={"role": role.value, "privileges": [one.value for one in idle]})


@repeatable
def revoke_privilege(
    db: Database, actor: Actor, email: str, privilege: Privilege, *, key: OperationKey | None = None
) -> None:
    """Take a privilege away; the roles stay."""
    with db.change(actor, Event.PRIVILEGE_REVOKED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_PLACE)
        person = people.by_email(change.session, email)
        held = change.session.get(PrivilegeHeld, (person.id, privilege))
        if held is None:
            raise Refused(Reason.PRIVILEGE_NOT_HELD)
        change.session.delete(held)
        change.note(person=person.id, before={"privileges": [privilege.value]})


def lock_super_admins(change: Change) -> None:
    """So that two who take each other's role away do not leave nobody; who waited for it is asked for their right after."""
    super_admins = select(RoleHeld).where(RoleHeld.role == Role.SUPER_ADMIN).order_by(RoleHeld.person_id)
    change.session.execute(super_admins.with_for_update()).all()


def is_last_super_admin(session: Session, person_id: int) -> bool:
    """Whether this is a super administrator beside whom there is none who may act."""
    held = session.get(RoleHeld, (person_id, Role.SUPER_ADMIN)) is not None
    others = (
        select(RoleHeld.person_id)
        .join(Person, Person.id == RoleHeld.person_id)
        .where(RoleHeld.role == Role.SUPER_ADMIN, RoleHeld.person_id != person_id)
        .where(Person.deactivated_at.is_(None), Person.erased_at.is_(None))
    )
    return held and session.scalar(others.limit(1)) is None


def _drop_idle_privileges(session: Session, person_id: int) -> list[Privilege]:
    """Take away what no role of theirs uses, so that a role given again later does not bring it back unseen."""
    roles = set(session.scalars(select(RoleHeld.role).where(RoleHeld.person_id == person_id)))
    held = session.scalars(select(PrivilegeHeld.privilege).where(PrivilegeHeld.person_id == person_id))
    idle = [privilege for privilege in held if not USED_BY[privilege] & roles]
    gone = (PrivilegeHeld.person_id == person_id, PrivilegeHeld.privilege.in_(idle))
    session.execute(delete(PrivilegeHeld).where(*gone))
    return idle


@dataclass(frozen=True)
class PersonSeen:
    """One person with their roles, for the list of those who have any."""

    id: int
    name: str
    email: str
    registered: bool
    roles: list[Role]
    privileges: list[Privilege]
    contracts: list[str]


def with_roles(db: Database, actor: Actor) -> list[PersonSeen]:
    """Everybody who has a role or is named on a contract, by address."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        roles = _by_person(session, select(RoleHeld.person_id, RoleHeld.role))
        privileges = _by_person(session, select(PrivilegeHeld.person_id, PrivilegeHeld.privilege))
        named = select(ContractAdmin.person_id, Contract.code).join(Contract, Contract.id == ContractAdmin.contract_id)
        contracts = _by_person(session, named.order_by(Contract.code_key))
        ids = sorted({*roles, *privileges, *contracts})
        everybody = session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.email_key.nulls_last()))
        return [
            PersonSeen(
                person.id,
                person.name,
                person.email or "",
                person.registered_at is not None,
                roles.get(person.id, []),
                privileges.get(person.id, []),
                contracts.get(person.id, []),
            )
            for person in everybody
        ]


T = TypeVar("T")


def _by_person(session: Session, rows: Select[int, T]) -> dict[int, list[T]]:
    grouped: dict[int, list[T]] = {}
    for person_id, value in session.execute(rows):
        grouped.setdefault(person_id, []).append(value)
    return grouped
