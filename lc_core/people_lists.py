"""The list of people and one of them, for those who manage people: searched, filtered, counted and paged by the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from lc_core import access, people, place_rules, roles
from lc_core.accounts import account_to_see, standing_of
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import IdentityHeld, PrivilegeHeld, RoleHeld
from lc_core.records.models import Contract, ContractAdmin, Person
from lc_core.vocabulary import AccountStatus, Action, Privilege, Role


@dataclass(frozen=True)
class Wanted:
    """Whom a list shows. Empty = everybody. `role`: only those who have it; Role.CONTRACT_ADMIN: named on any contract."""

    search: str = ""
    statuses: frozenset[AccountStatus] = frozenset()
    role: Role | None = None


@dataclass(frozen=True)
class PersonRow:
    """One row of the list. Who was erased is a pseudonym without an address."""

    id: int
    name: str
    email: str
    status: AccountStatus
    roles: list[Role]


@dataclass(frozen=True)
class People:
    """One page of the list, how many match in all, and how many of each status match everything but the statuses."""

    rows: list[PersonRow]
    matching: int
    by_status: dict[AccountStatus, int] = field(default_factory=dict)


def listing(db: Database, actor: Actor, wanted: Wanted, *, page: int = 1) -> People:
    """One page (of 50, from page 1) of the people that match, by name and address."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        conditions = list(_conditions(wanted))
        status = _status()
        counted = select(status, func.count()).select_from(Person).where(*conditions).group_by(status)
        found = {AccountStatus.of(value): n for value, n in session.execute(counted)}
        counts = {one: found.get(one, 0) for one in AccountStatus}
        shown = wanted.statuses or frozenset(AccountStatus)
        matching = sum(n for one, n in counts.items() if one in shown)
        rows = select(Person, status).where(*conditions, status.in_(sorted(shown)))
        return People(_rows(session, _paged(rows, page)), matching, counts)


def _status() -> ColumnElement[str]:
    """Agrees with `status_of`."""
    return case(
        (Person.erased_at.is_not(None), AccountStatus.ERASED.value),
        (Person.deactivated_at.is_not(None), AccountStatus.DEACTIVATED.value),
        (Person.registered_at.is_(None), AccountStatus.NOT_REGISTERED.value),
        else_=AccountStatus.REGISTERED.value,
    )


def status_of(person: Person) -> AccountStatus:
    """How an account stands: the first that is true."""
    if person.erased_at is not None:
        return AccountStatus.ERASED
    if person.deactivated_at is not None:
        return AccountStatus.DEACTIVATED
    return AccountStatus.NOT_REGISTERED if person.registered_at is None else AccountStatus.REGISTERED


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    search = wanted.search.strip()
    if search:
        found = expressions.contains(Person.search_text, people.search_text(search))
        named = people.id_of_pseudonym(search) if search.upper().startswith("P-") else None
        yield found if named is None else or_(found, Person.id == named)
    if wanted.role is Role.CONTRACT_ADMIN:
        yield Person.id.in_(select(ContractAdmin.person_id))
    elif wanted.role is not None:
        yield Person.id.in_(select(RoleHeld.person_id).where(RoleHeld.role == wanted.role))


def _paged(rows: Select[Person, str], page: int) -> Select[Person, str]:
    ordered = rows.order_by(Person.search_text, Person.id)
    return ordered.limit(PAGE_SIZE).offset((min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE)


def _rows(session: Session, page_of_them: Select[Person, str]) -> list[PersonRow]:
    found = [person for person, _status in session.execute(page_of_them)]
    held = _roles_of(session, [person.id for person in found])
    return [_row(person, held.get(person.id, [])) for person in found]


def _row(person: Person, held: list[Role]) -> PersonRow:
    shown = people.shown(person, named=True)
    return PersonRow(person.id, shown.name, shown.email, status_of(person), held)


def _roles_of(session: Session, person_ids: Sequence[int]) -> dict[int, list[Role]]:
    """The roles of these people, in the order of the roles; contract admin where named on any contract."""
    held: dict[int, set[Role]] = {}
    for person_id, role in session.execute(
        select(RoleHeld.person_id, RoleHeld.role).where(RoleHeld.person_id.in_(person_ids))
    ):
        held.setdefault(person_id, set()).add(role)
    for person_id in session.scalars(select(ContractAdmin.person_id).where(ContractAdmin.person_id.in_(person_ids))):
        held.setdefault(person_id, set()).add(Role.CONTRACT_ADMIN)
    return {person_id: [role for role in Role if role in theirs] for person_id, theirs in held.items()}


@dataclass(frozen=True)
class LookedAfter:
    """A contract on which somebody is named."""

    id: int
    code: str
    title: str


@dataclass(frozen=True)
class SignInSeen:
    """An account of a sign-in service that somebody comes with."""

    issuer: str
    subject: str
    since: datetime


@dataclass(frozen=True)
class OnePerson:
    """All that those who manage people see of one.

    `why_not_*`: the reason against it, or None; `why_not_lose`: against taking the role of super administrator away.
    """

    id: int
    name: str
    email: str
    pseudonym: str
    status: AccountStatus
    registered_at: datetime | None
    deactivated_at: datetime | None
    erased_at: datetime | None
    roles: list[Role]
    privileges: list[Privilege]
    contracts: list[LookedAfter]
    sign_ins: list[SignInSeen]
    why_not_deactivate: Reason | None
    why_not_reactivate: Reason | None
    why_not_erase: Reason | None
    why_not_lose: Reason | None


def one(db: Database, actor: Actor, person_id: int) -> OnePerson:
    """One person, with their roles, the contracts they look after, and how they sign in."""
    with db.read() as session:
        person = account_to_see(session, actor, person_id)
        row = _row(person, _roles_of(session, [person.id]).get(person.id, []))
        held = set(session.scalars(select(PrivilegeHeld.privilege).where(PrivilegeHeld.person_id == person.id)))
        standing = standing_of(session, actor, person)
        return OnePerson(
            id=person.id,
            name=row.name,
            email=row.email,
            pseudonym=people.pseudonym(person.id),
            status=row.status,
            registered_at=person.registered_at,
            deactivated_at=person.deactivated_at,
            erased_at=person.erased_at,
            roles=row.roles,
            privileges=[privilege for privilege in Privilege if privilege in held],
            contracts=_contracts(session, person.id),
            sign_ins=_sign_ins(session, person.id),
            why_not_deactivate=place_rules.why_not_deactivate(standing),
            why_not_reactivate=place_rules.why_not_reactivate(standing),
            why_not_erase=place_rules.why_not_erase(standing),
            why_not_lose=Reason.LAST_SUPER_ADMIN if roles.is_last_super_admin(session, person.id) else None,
        )


def _contracts(session: Session, person_id: int) -> list[LookedAfter]:
    named = select(Contract.id, Contract.code, Contract.title).join(
        ContractAdmin, ContractAdmin.contract_id == Contract.id
    )
    rows = named.where(ContractAdmin.person_id == person_id).order_by(Contract.title, Contract.id)
    return [LookedAfter(*row) for row in session.execute(rows)]


def _sign_ins(session: Session, person_id: int) -> list[SignInSeen]:
    rows = select(IdentityHeld.issuer, IdentityHeld.subject, IdentityHeld.since)
    held = rows.where(IdentityHeld.person_id == person_id).order_by(IdentityHeld.since, IdentityHeld.issuer)
    return [SignInSeen(*row) for row in session.execute(held)]


def id_of(db: Database, actor: Actor, email: str) -> int:
    """The id of the person with this address; refused with unknown_person if there is none."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        return people.by_email(session, email).id
