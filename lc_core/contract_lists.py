"""Contracts as they are looked at: the head of one contract's pages, and what may be done there."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import access, codes, rules
from lc_core.contracts import code_key
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, Contract, ContractActivity, ContractAdmin, Group, Invitation, Person
from lc_core.rights import Rights, may
from lc_core.vocabulary import (
    Action,
    ActivityKind,
    ContractStatus,
    ContractType,
    Doing,
    OverInvitation,
    SeatRelease,
    doings,
)
from lc_core.wording import grouped


@dataclass(frozen=True)
class Offered:
    """One current activity of a contract."""

    id: int
    code: str
    title: str
    kind: ActivityKind


@dataclass(frozen=True)
class ContractSeen:
    """The head of one contract.

    `code_to_share` is empty for those who may not see it; `may_run`, `may_manage`: what the one who looks may do;
    `why_not_invite`: the reason against inviting now, or None; `chooses_activities`, `doings`: what its type has.
    """

    id: int
    code: str
    title: str
    description: str
    group: str
    contract_type: ContractType
    status: ContractStatus
    seats: int
    seats_used: int
    per_user_limit: int
    valid_from: date
    valid_to: date | None
    timezone: str
    starts_at: datetime
    ends_at: datetime | None
    require_invitation_code: bool
    over_invitation: OverInvitation
    seat_release: SeatRelease
    invitation_ttl_days: int | None
    code_to_share: str
    letters_with_old_code: int
    may_run: bool
    may_manage: bool
    sees_people: bool
    why_not_invite: Reason | None
    chooses_activities: bool
    doings: list[Doing]
    activities: list[Offered]
    version: int

    @property
    def is_deal(self) -> bool:
        """Whether it is what FutureLearn calls a deal: its pages speak of allocated and available seats (R-SEAT-3)."""
        return self.contract_type is ContractType.UNLIMITED


def one(db: Database, actor: Actor, contract_id: int) -> ContractSeen:
    """One contract, for its pages."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id)
        return _seen(session, contract, access.rights_of(session, actor), db.clock())


def id_of(db: Database, actor: Actor, code: str) -> int:
    """The id of the contract with this code, in any case, for those who may see it (R-CON-1)."""
    with db.read() as session:
        found = session.scalar(select(Contract.id).where(Contract.code_key == code_key(code)))
        return access.contract_to_see(session, actor, found or 0).id


@dataclass(frozen=True)
class Unbegun:
    """A contract whose seats wait for the first invitation."""

    id: int
    title: str
    seats: int


def unbegun(db: Database, actor: Actor) -> list[Unbegun]:
    """The contracts one is named on to which people can be invited, and nobody was yet: the newest first."""
    now = db.clock()
    with db.read() as session:
        own = access.rights_of(session, actor).own
        nobody = ~select(Invitation.id).where(Invitation.contract_id == Contract.id).exists()
        current = (ContractActivity.contract_id == Contract.id, ContractActivity.removed_at.is_(None))
        activities = select(func.count()).select_from(ContractActivity).where(*current).scalar_subquery()
        wanted = select(Contract, activities).where(Contract.id.in_(own), Contract.seats > 0, nobody)
        return [
            Unbegun(contract.id, contract.title, contract.seats)
            for contract, offers in (session.execute(wanted.order_by(Contract.id.desc())) if own else ())
            if rules.why_not_invite(contract.status_at(now), offers) is None
        ]


def offered(session: Session, contract_id: int) -> list[Offered]:
    """The current activities of a contract, by title."""
    rows = (
        select(Activity.id, Activity.code, Activity.title, Activity.kind)
        .join(ContractActivity, ContractActivity.activity_id == Activity.id)
        .where(ContractActivity.contract_id == contract_id, ContractActivity.removed_at.is_(None))
        .order_by(Activity.title, Activity.id)
    )
    return [Offered(*row) for row in session.execute(rows)]


def _seen(session: Session, contract: Contract, rights: Rights, now: datetime) -> ContractSeen:
    own = contract.id in rights.own
    may_run = may(rights, Action.RUN_CONTRACT, own=own)
    group = session.get(Group, contract.group_id) if contract.group_id is not None else None
    status, activities = contract.status_at(now), offered(session, contract.id)
    return ContractSeen(
        id=contract.id,
        code=contract.code,
        title=contract.title,
        description=contract.description,
        group=group.name if group else "",
        contract_type=contract.contract_type,
        status=status,
        seats=contract.seats,
        seats_used=contract.seats_used,
        per_user_limit=contract.per_user_limit,
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        timezone=contract.timezone,
        starts_at=contract.starts_at,
        ends_at=contract.ends_at,
        require_invitation_code=contract.require_invitation_code,
        over_invitation=contract.over_invitation,
        seat_release=contract.seat_release,
        invitation_ttl_days=contract.invitation_ttl_days,
        code_to_share=grouped(contract.invitation_code) if may_run else "",
        letters_with_old_code=codes.letters_with_old_code(session, contract) if may_run else 0,
        may_run=may_run,
        may_manage=may(rights, Action.MANAGE_CONTRACTS),
        sees_people=may(rights, Action.VIEW_PEOPLE, own=own),
        why_not_invite=rules.why_not_invite(status, len(activities)),
        chooses_activities=rules.chooses_activities(contract.contract_type, len(activities)),
        doings=doings(contract.contract_type),
        activities=activities,
        version=contract.version,
    )


@dataclass(frozen=True)
class AdminSeen:
    """One person named on a contract."""

    person_id: int
    name: str
    email: str


def admins(db: Database, actor: Actor, contract_id: int) -> list[AdminSeen]:
    """Who is named on a contract, for those who may name them."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        named = (
            select(Person)
            .join(ContractAdmin, ContractAdmin.person_id == Person.id)
            .where(ContractAdmin.contract_id == contract_id)
            .order_by(Person.email_key.nulls_last())
        )
        return [AdminSeen(person.id, person.name, person.email or "") for person in session.scalars(named)]


def run_by(db: Database, actor: Actor, contract_id: int) -> list[str]:
    """What those are called who are named on a contract; nobody for those who may not see people."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id)
        rights = access.rights_of(session, actor)
        if not may(rights, Action.VIEW_PEOPLE, own=contract_id in rights.own):
            return []
        named = (
            select(Person.name)
            .join(ContractAdmin, ContractAdmin.person_id == Person.id)
            .where(ContractAdmin.contract_id == contract_id, Person.erased_at.is_(None), Person.name != "")
        )
        return sorted(session.scalars(named), key=str.casefold)
