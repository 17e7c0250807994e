"""Contracts: created, edited, renamed, archived and deleted; their admins (R-CON-*)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from lc_core import access, addresses, codes, people, rules
from lc_core.errors import Refused, refuse_if
from lc_core.mail import outbox
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, insert_new
from lc_core.records.models import (
    Contract,
    ContractActivity,
    ContractAdmin,
    Enrollment,
    Group,
    Invitation,
    InvitationActivity,
    PastCode,
)
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, ContractType, Event, LetterKind, OverInvitation, SeatRelease

MOST = {
    "code": 200,
    "title": 400,
    "description": 10_000,
    "group": 200,
    "external_id": 200,
    "source": 200,
    "greeting": 2000,
}
"""The longest text of each field, in characters."""


@dataclass(frozen=True)
class Draft:
    """All that can be said of a contract. `timezone` empty: the organisation's. `invitation_ttl_days` 0: the type's default.

    `greeting`: the contract's own words in its letters. `reminder_days`: how many days an unredeemed invitation is silent
    before each reminder (None: there are none), `reminders_most`: how many reminders an invitation gets.
    """

    code: str
    title: str
    contract_type: ContractType
    seats: int
    valid_from: date
    valid_to: date | None = None
    description: str = ""
    group: str = ""
    external_id: str = ""
    source: str = ""
    per_user_limit: int = 0
    require_invitation_code: bool = False
    over_invitation: OverInvitation = OverInvitation.WARN
    seat_release: SeatRelease = SeatRelease.NEVER
    invitation_ttl_days: int | None = 0
    greeting: str = ""
    reminder_days: int | None = None
    reminders_most: int = 1
    timezone: str = ""


def code_key(code: str) -> str:
    """How codes of contracts and activities are compared: trimmed, without case (R-CON-1)."""
    return code.strip().casefold()


@repeatable
def create(db: Database, actor: Actor, draft: Draft, *, key: OperationKey | None = None) -> int:
    """Make a contract, with an invitation code of its own (R-CON-10). Answers its id."""
    with db.change(actor, Event.CONTRACT_CREATED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_CONTRACTS)
        return change.answer(create_within(change, draft, db.zone).id)


def create_within(change: Change, draft: Draft, zone: ZoneInfo) -> Contract:
    """Make a contract in a change that is under way (and belongs to it from now on)."""
    draft = _settled(draft, zone)
    _refuse_draft(draft)
    made = change.insert_new(Contract).values(
        **_columns(change.session, draft),
        contract_type=draft.contract_type,
        invitation_code=codes.generate(),
        invitation_code_made_at=change.now,
        created_at=change.now,
    )
    contract = change.session.get(Contract, change.session.scalar(made.returning(Contract.id)) or 0)
    if contract is None:
        raise Refused(Reason.CODE_TAKEN)
    change.of(contract)
    change.note(contract=contract.id, after=_told(draft))
    return contract


@repeatable
def edit(
    db: Database, actor: Actor, contract_id: int, draft: Draft, *, version: int, key: OperationKey | None = None
) -> None:
    """Change a contract. `version`: the one that was looked at; somebody else's change in between is refused."""
    with db.change(actor, Event.CONTRACT_EDITED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(Reason.CHANGED_MEANWHILE if contract.version != version else None)
        edit_within(change, contract, draft)


def edit_within(change: Change, contract: Contract, draft: Draft) -> bool:
    """Change a locked contract to what the draft says. Whether anything was different."""
    draft = _settled(draft, ZoneInfo(contract.timezone))
    refuse_if(rules.why_not_type(contract.contract_type, draft.contract_type))
    _refuse_draft(draft, used=contract.seats_used)
    taken = select(Contract.id).where(Contract.code_key == code_key(draft.code), Contract.id != contract.id)
    refuse_if(Reason.CODE_TAKEN if change.session.scalar(taken) is not None else None)
    before, after = _told(as_draft(change.session, contract)), _told(draft)
    changed = {name for name in after if before[name] != after[name]}
    if not changed:
        return False
    for name, value in _columns(change.session, draft).items():
        setattr(contract, name, value)
    change.session.flush()
    change.note(
        contract=contract.id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return True


@repeatable
def rename(db: Database, actor: Actor, contract_id: int, title: str, *, key: OperationKey | None = None) -> None:
    """Give a contract another title; it shows everywhere at once (R-CON-2)."""
    with db.change(actor, Event.CONTRACT_RENAMED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        wanted = title.strip()
        _refuse_text("title", wanted)
        if wanted != contract.title:
            change.note(contract=contract.id, before={"title": contract.title}, after={"title": wanted})
            contract.title, contract.search_text = wanted, people.search_text(wanted, contract.code)


@repeatable
def archive(db: Database, actor: Actor, contract_id: int, *, key: OperationKey | None = None) -> None:
    """Take a contract out of the dashboards and close it to changes; reports and exports keep it (R-CON-12)."""
    with db.change(actor, Event.CONTRACT_ARCHIVED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(rules.why_not_archive(contract.status_at(change.now)))
        contract.archived_at = change.now
        change.note(contract=contract.id, after={"archived_at": change.now.isoformat()})


@repeatable
def restore(db: Database, actor: Actor, contract_id: int, *, key: OperationKey | None = None) -> None:
    """Bring an archived contract back."""
    with db.change(actor, Event.CONTRACT_RESTORED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(rules.why_not_restore(contract.status_at(change.now)))
        contract.archived_at = None
        change.note(contract=contract.id, before={"archived": True})


@repeatable
def delete_unused(db: Database, actor: Actor, contract_id: int, *, key: OperationKey | None = None) -> None:
    """Delete a contract that nobody accepted or enrolled through, with its invitations and letters (R-CON-12)."""
    with db.change(actor, Event.CONTRACT_DELETED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(rules.why_not_delete(*use_of(change.session, contract.id)))
        change.note(contract=contract.id, before=_told(as_draft(change.session, contract)))
        for model in (InvitationActivity, Invitation, ContractActivity, ContractAdmin, PastCode):
            change.session.execute(delete(model).where(model.contract_id == contract.id))
        change.session.delete(contract)


@repeatable
def name_admin(db: Database, actor: Actor, contract_id: int, email: str, *, key: OperationKey | None = None) -> int:
    """Name somebody contract admin: they have the role, the menu and a letter at once (R-CON-13). Answers their id."""
    address = addresses.parse(email)
    if isinstance(address, Reason):
        raise Refused(address)
    with db.change(actor, Event.CONTRACT_ADMIN_NAMED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        person_id = people.make_known(change, [address])[address.key].person_id
        refuse_if(Reason.ADMIN_ALREADY_NAMED if not name_admins(change, contract, [person_id]) else None)
        outbox.tell(change, LetterKind.ADMIN_NAMED, [person_id])
        return change.answer(person_id)


def name_admins(change: Change, contract: Contract, person_ids: Sequence[int]) -> list[int]:
    """Name people on a locked contract; answers those who were not named yet."""
    named = set(change.session.scalars(select(ContractAdmin.person_id).where(ContractAdmin.contract_id == contract.id)))
    new = [person_id for person_id in dict.fromkeys(person_ids) if person_id not in named]
    if new:
        rows = [{"contract_id": contract.id, "person_id": person_id} for person_id in new]
        change.session.execute(insert(ContractAdmin), rows)
        change.note(contract=contract.id, after={"admins": new})
    return new


@repeatable
def remove_admin(
    db: Database, actor: Actor, contract_id: int, person_id: int, *, key: OperationKey | None = None
) -> None:
    """Take a contract from an admin; a contract may have none (R-CON-13)."""
    with db.change(actor, Event.CONTRACT_ADMIN_REMOVED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        named = change.session.get(ContractAdmin, (contract.id, person_id))
        if named is None:
            raise Refused(Reason.ADMIN_NOT_NAMED)
        change.session.delete(named)
        change.note(contract=contract.id, before={"admins": [person_id]})


def as_draft(session: Session, contract: Contract) -> Draft:
    """What a contract says now, in the form in which it is edited."""
    group = session.get(Group, contract.group_id) if contract.group_id is not None else None
    names = set(Draft.__dataclass_fields__) - {"group"}
    return Draft(**{name: getattr(contract, name) for name in names}, group=group.name if group else "")


def _settled(draft: Draft, zone: ZoneInfo) -> Draft:
    """The draft trimmed and with its defaults in place."""
    ttl = rules.DEFAULT_TTL_DAYS[draft.contract_type] if draft.invitation_ttl_days == 0 else draft.invitation_ttl_days
    return replace(
        draft,
        code=draft.code.strip(),
        title=draft.title.strip(),
        group=draft.group.strip(),
        timezone=draft.timezone or zone.key,
        invitation_ttl_days=ttl,
        valid_to=None if draft.valid_to == date.max else draft.valid_to,
    )


def _refuse_draft(draft: Draft, used: int = 0) -> None:
    for field in MOST:
        _refuse_text(field, getattr(draft, field))
    refuse_if(rules.why_not_seats(draft.seats, used), used=used, seats=draft.seats)
    refuse_if(rules.why_not_limits(draft.per_user_limit, draft.invitation_ttl_days))
    refuse_if(rules.why_not_remind(draft.reminder_days, draft.reminders_most))
    refuse_if(rules.why_not_period(draft.valid_from, draft.valid_to))


def _refuse_text(field: str, text: str) -> None:
    if not text and field in {"code", "title"}:
        raise Refused(Reason.CODE_MISSING if field == "code" else Reason.TITLE_MISSING)
    compared = code_key(text) if field == "code" else ""  # may be longer: `ß` is compared as `ss`
    refuse_if(rules.why_not_text(max(text, compared, key=len), MOST[field]), most=MOST[field])


def _columns(session: Session, draft: Draft) -> dict[str, Any]:
    """The draft as columns of `contracts` (but for the type, which never changes)."""
    said = asdict(draft)
    del said["contract_type"], said["group"]
    starts_at, ends_at = rules.period(draft.valid_from, draft.valid_to, ZoneInfo(draft.timezone))
    return {
        **said,
        "code_key": code_key(draft.code),
        "search_text": people.search_text(draft.title, draft.code),
        "group_id": _group_id(session, draft.group),
        "starts_at": starts_at,
        "ends_at": ends_at,
    }


def _group_id(session: Session, name: str) -> int | None:
    if not name:
        return None
    wanted = select(Group.id).where(Group.name == name)
    if session.scalar(wanted) is None:
        session.execute(insert_new(session, Group).values(name=name))
    return session.scalar(wanted)


def _told(draft: Draft) -> dict[str, Any]:
    """The draft as the audit log tells it."""
    told = asdict(draft)
    return told | {
        "valid_from": draft.valid_from.isoformat(),
        "valid_to": draft.valid_to and draft.valid_to.isoformat(),
    }


def use_of(session: Session, contract_id: int) -> tuple[int, int]:
    """How many accepted invitations, and how many enrollments, a contract has."""
    redeemed = select(func.count()).where(Invitation.contract_id == contract_id, Invitation.redeemed_at.is_not(None))
    enrolled = select(func.count()).where(Enrollment.contract_id == contract_id)
    return session.scalar(redeemed) or 0, session.scalar(enrolled) or 0
