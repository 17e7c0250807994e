"""Renewing a contract into a new one, and inviting the people of the old one when the new one begins (R-CON-17)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from lc_core import access, activities, contracts, inviting, rules
from lc_core.addresses import Address
from lc_core.errors import Refused, refuse_if
from lc_core.invite_list import Good
from lc_core.invited import activities_of, current_activities
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database
from lc_core.records.house_models import PreparedInvitation
from lc_core.records.models import Activity, Contract, ContractAdmin, Invitation, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, ContractType, Event, Result


@dataclass(frozen=True)
class Renewal:
    """What is new of the new contract; everything else it has from the old one. `title` empty: the old one's.

    `carry_invitations`: whether everyone who accepted or enrolled is invited when the new contract begins.
    """

    code: str
    valid_from: date
    valid_to: date | None
    seats: int
    title: str = ""
    carry_invitations: bool = False


@repeatable
def renew(db: Database, actor: Actor, contract_id: int, renewal: Renewal, *, key: OperationKey | None = None) -> int:
    """Make the contract that follows this one: the same type, settings, admins and activities. Answers its id.

    The old one stays as it is, with its history. `external_id` and `source` stay with it too: they say where it came from.
    """
    with db.change(actor, Event.CONTRACT_RENEWED, key=key) as change:
        old = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(rules.why_not_renew(renewed=successor_of(change.session, old.id) is not None))
        new = contracts.create_within(change, _draft(contracts.as_draft(change.session, old), renewal), db.zone)
        new.renews_id = old.id
        change.session.flush()
        admins = select(ContractAdmin.person_id).where(ContractAdmin.contract_id == old.id)
        contracts.name_admins(change, new, sorted(change.session.scalars(admins)))
        activities.add_within(change, new, sorted(current_activities(change.session, old.id)))
        prepared = _prepare(change, old, new) if renewal.carry_invitations else 0
        change.note(renews=old.id, after={"prepared": prepared})
        return change.answer(new.id)


def _draft(old: contracts.Draft, renewal: Renewal) -> contracts.Draft:
    return replace(
        old,
        code=renewal.code,
        title=renewal.title.strip() or old.title,
        valid_from=renewal.valid_from,
        valid_to=renewal.valid_to,
        seats=renewal.seats,
        external_id="",
        source="",
    )


def _prepare(change: Change, old: Contract, new: Contract) -> int:
    """Write down who is invited when the new contract begins; how many they are."""
    rows = [{"contract_id": new.id, "person_id": one} for one in change.session.scalars(_people_of(old.id))]
    if rows:
        change.session.execute(insert(PreparedInvitation), rows)
    return len(rows)


def _people_of(contract_id: int) -> Select[int]:
    """Who accepted or enrolled through a contract, holds that still, and may be written to."""
    return (
        select(Person.id)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.contract_id == contract_id, expressions.is_live(), Invitation.redeemed_at.is_not(None))
        .where(Person.erased_at.is_(None), Person.deactivated_at.is_(None))
        .order_by(Person.id)
    )


@dataclass(frozen=True)
class Foreseen:
    """What a renewal would do: how many invitations it can prepare; the period and the seats that lie nearest."""

    why_not: Reason | None
    would_prepare: int
    suggested: Renewal


def preview(db: Database, actor: Actor, contract_id: int) -> Foreseen:
    """What renewing the contract would mean now. Nothing is written."""
    with db.read() as session:
        old = access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        people = session.scalar(select(func.count()).select_from(_people_of(old.id).subquery())) or 0
        first, last = rules.next_period(old.valid_from, old.valid_to, db.clock().astimezone(db.zone).date())
        why_not = rules.why_not_renew(renewed=successor_of(session, old.id) is not None)
        return Foreseen(why_not, people, Renewal("", first, last, old.seats, old.title))


@dataclass(frozen=True)
class Linked:
    """The other contract of a renewal."""

    id: int
    code: str
    title: str


@dataclass(frozen=True)
class Links:
    """What a contract renews, what renews it (as far as the asker may see them), and how many prepared invitations wait."""

    renews: Linked | None
    renewed_by: Linked | None
    prepared: int


def links(db: Database, actor: Actor, contract_id: int) -> Links:
    """How a contract is linked by renewals (R-CON-17)."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id)
        waiting = select(func.count()).where(PreparedInvitation.contract_id == contract.id)
        return Links(
            _linked(session, actor, contract.renews_id),
            _linked(session, actor, successor_of(session, contract.id)),
            session.scalar(waiting) or 0,
        )


def _linked(session: Session, actor: Actor, contract_id: int | None) -> Linked | None:
    wanted = select(Contract).where(Contract.id == contract_id, access.visible(session, actor))
    found = session.scalar(wanted) if contract_id is not None else None
    return Linked(found.id, found.code, found.title) if found else None


def successor_of(session: Session, contract_id: int) -> int | None:
    """The contract that renews this one, if any."""
    return session.scalar(select(Contract.id).where(Contract.renews_id == contract_id))


# --- when the new contract begins ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SentPrepared:
    """What became of the prepared invitations of one contract. `why_not`: why they wait on, where they were refused."""

    contract_id: int
    invited: int
    why_not: Reason | None = None


def send_prepared(db: Database, actor: Actor) -> list[SentPrepared]:
    """Invite who was prepared for contracts that have begun, each contract in a change of its own; for the worker.

    Where a contract refuses (no activities, or too few seats and it blocks), its people stay prepared till it does not.
    """
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        due = _due(session, db.clock())
    return [_sent(db, actor, contract_id) for contract_id in due]


def _due(session: Session, now: datetime) -> list[int]:
    begun = (Contract.starts_at <= now, or_(Contract.ends_at.is_(None), Contract.ends_at > now))
    waiting = select(Contract.id).where(Contract.id.in_(select(PreparedInvitation.contract_id)))
    return sorted(session.scalars(waiting.where(*begun, Contract.archived_at.is_(None))))


def _sent(db: Database, actor: Actor, contract_id: int) -> SentPrepared:
    try:
        return SentPrepared(contract_id, send_prepared_of(db, actor, contract_id))
    except Refused as refused:
        return SentPrepared(contract_id, 0, refused.reason)


@repeatable
def send_prepared_of(db: Database, actor: Actor, contract_id: int, *, key: OperationKey | None = None) -> int:
    """Invite who was prepared for one contract, as a list would be; nobody is prepared any more then. How many were invited.

    A voucher covers what the old invitation did, as far as the contract has it. Whoever lost their old invitation
    meanwhile, may not be written to, or would get a voucher for nothing is left out.
    """
    with db.change(actor, Event.PREPARED_INVITATIONS_SENT, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(rules.WHY_NOT_OPEN[contract.status_at(change.now)])
        waiting = PreparedInvitation.contract_id == contract.id
        prepared = set(change.session.scalars(select(PreparedInvitation.person_id).where(waiting)))
        good = _entries(change.session, contract)
        told = inviting.invite_within(change, contract, list(good.values())) if good else []
        change.session.execute(delete(PreparedInvitation).where(waiting))
        left_out = [Item(Result.REFUSED, one, None) for one in sorted(prepared - good.keys())]
        if prepared:
            change.note_items(left_out)
            change.note(contract=contract.id, before={"prepared": len(prepared)})
        return change.answer(len([one for one in told if Result.of(one.partition(":")[0]) in inviting.SENDS]))


def _entries(session: Session, contract: Contract) -> dict[int, Good]:
    """Who of those prepared is invited, by person: the address, and for a voucher the codes of the activities."""
    there = select(PreparedInvitation.person_id).where(PreparedInvitation.contract_id == contract.id)
    theirs = _people_of(contract.renews_id or 0).with_only_columns(
        Person.id, Person.email_key, Person.email, Invitation.id.label("invitation_id")
    )
    rows = session.execute(theirs.where(Person.id.in_(there))).all()
    covered = _codes_covered(session, contract, [row.invitation_id for row in rows])
    return {
        row.id: Good(place, Address(row.email_key, row.email), covered[row.invitation_id] if covered else None)
        for place, row in enumerate(rows)
        if covered is None or covered[row.invitation_id]
    }


def _codes_covered(
    session: Session, contract: Contract, invitation_ids: Sequence[int]
) -> dict[int, tuple[str, ...]] | None:
    """What each of the old vouchers covers of what the new contract has, as codes; None where the type covers everything."""
    if contract.contract_type is not ContractType.VOUCHER:
        return None
    offered = current_activities(session, contract.id)
    names = select(Activity.id, Activity.code).where(Activity.id.in_(offered))
    codes = {activity_id: code for activity_id, code in session.execute(names)}
    covered = activities_of(session, invitation_ids)
    return {
        one: tuple(codes[each] for each in sorted(covered.get(one, frozenset()) & offered)) for one in invitation_ids
    }
