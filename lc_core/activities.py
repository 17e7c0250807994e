"""Activities: the catalogue, and which of it belong to a contract (R-CON-14..16, R-ENR-2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from lc_core import access, place_rules, rules
from lc_core.contracts import MOST, code_key
from lc_core.errors import NotFound, Refused, refuse_if
from lc_core.invited import current_activities
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Change, Database
from lc_core.records.models import Activity, Contract, ContractActivity, Enrollment, Invitation, InvitationActivity
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, ActivityKind, ContractType, EnrollmentStatus, Event


@repeatable
def create(
    db: Database, actor: Actor, code: str, title: str, kind: ActivityKind, *, key: OperationKey | None = None
) -> int:
    """Add an activity to the catalogue. Answers its id."""
    with db.change(actor, Event.ACTIVITY_CREATED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_CONTRACTS)
        _refuse_texts(code.strip(), title.strip())
        row = {"code": code.strip(), "code_key": code_key(code), "title": title.strip(), "kind": kind}
        activity_id: int | None = change.session.scalar(
            change.insert_new(Activity).values(**row).returning(Activity.id)
        )
        refuse_if(Reason.ACTIVITY_CODE_TAKEN if activity_id is None else None)
        change.note(activity=activity_id, after={"code": row["code"], "title": row["title"], "kind": kind.value})
        return change.answer(activity_id or 0)


@repeatable
def edit(
    db: Database, actor: Actor, activity_id: int, title: str, kind: ActivityKind, *, key: OperationKey | None = None
) -> None:
    """Change an activity's title and kind; they show everywhere at once."""
    with db.change(actor, Event.ACTIVITY_EDITED, key=key) as change:
        activity = _activity(change, activity_id)
        _refuse_texts(activity.code, title.strip())
        if (activity.title, activity.kind) != (title.strip(), kind):
            before = {"title": activity.title, "kind": activity.kind.value}
            change.note(activity=activity.id, before=before, after={"title": title.strip(), "kind": kind.value})
            activity.title, activity.kind = title.strip(), kind


@repeatable
def deactivate(db: Database, actor: Actor, activity_id: int, *, key: OperationKey | None = None) -> None:
    """Offer an activity to no more contracts; those that have it keep it, with all its enrollments."""
    with db.change(actor, Event.ACTIVITY_DEACTIVATED, key=key) as change:
        activity = _activity(change, activity_id)
        refuse_if(place_rules.why_not_deactivate_activity(active=activity.deactivated_at is None))
        activity.deactivated_at = change.now
        change.note(activity=activity.id, after={"deactivated_at": change.now.isoformat()})


@repeatable
def reactivate(db: Database, actor: Actor, activity_id: int, *, key: OperationKey | None = None) -> None:
    """Offer a deactivated activity again."""
    with db.change(actor, Event.ACTIVITY_REACTIVATED, key=key) as change:
        activity = _activity(change, activity_id)
        refuse_if(place_rules.why_not_reactivate_activity(active=activity.deactivated_at is None))
        activity.deactivated_at = None
        change.note(activity=activity.id, before={"deactivated": True})


def _activity(change: Change, activity_id: int) -> Activity:
    """The activity, locked, for those who manage contracts."""
    access.require(change.session, change.actor, Action.MANAGE_CONTRACTS)
    activity = change.session.scalar(select(Activity).where(Activity.id == activity_id).with_for_update(key_share=True))
    if activity is None:
        raise NotFound
    return activity


def _refuse_texts(code: str, title: str) -> None:
    refuse_if(None if code else Reason.CODE_MISSING)
    refuse_if(None if title else Reason.TITLE_MISSING)
    for text, most in ((code, MOST["code"]), (code_key(code), MOST["code"]), (title, MOST["title"])):
        refuse_if(rules.why_not_text(text, most), most=most)


@repeatable
def add_to_contract(
    db: Database, actor: Actor, contract_id: int, activity_ids: Sequence[int], *, key: OperationKey | None = None
) -> list[int]:
    """Add activities to a contract; those already there are skipped (R-CON-14). Answers the ids that were new.

    Subscription and unlimited invitations cover them at once, voucher invitations when somebody adds them (R-CON-15).
    """
    with db.change(actor, Event.CONTRACT_ACTIVITIES_ADDED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        rows = select(Activity.id, Activity.deactivated_at).where(Activity.id.in_(activity_ids))
        known = {activity_id: gone for activity_id, gone in change.session.execute(rows)}
        refuse_if(Reason.ACTIVITY_UNKNOWN if known.keys() != set(activity_ids) else None)
        new = known.keys() - current_activities(change.session, contract.id)
        refuse_if(Reason.ACTIVITY_INACTIVE if any(known[activity_id] for activity_id in new) else None)
        return change.answer(add_within(change, contract, activity_ids))


@repeatable
def import_from(
    db: Database, actor: Actor, contract_id: int, from_contract_id: int, *, key: OperationKey | None = None
) -> list[int]:
    """Add the activities of another contract (R-CON-14). Answers the ids that were new."""
    with db.change(actor, Event.CONTRACT_ACTIVITIES_ADDED, key=key) as change:
        other = access.contract_to_see(change.session, actor, from_contract_id, Action.MANAGE_CONTRACTS)
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        return change.answer(add_within(change, contract, sorted(current_activities(change.session, other.id))))


def add_within(change: Change, contract: Contract, activity_ids: Sequence[int]) -> list[int]:
    """Add activities to a locked contract, bringing back those that were removed; answers those that were new."""
    held = select(ContractActivity.activity_id, ContractActivity.removed_at).where(
        ContractActivity.contract_id == contract.id
    )
    there = {activity_id: removed_at for activity_id, removed_at in change.session.execute(held)}
    wanted = list(dict.fromkeys(activity_ids))
    new = [one for one in wanted if one not in there]
    back = [one for one in wanted if there.get(one) is not None]
    if new:
        rows = [{"contract_id": contract.id, "activity_id": one, "added_at": change.now} for one in new]
        change.session.execute(insert(ContractActivity), rows)
    if back:
        removed = (ContractActivity.contract_id == contract.id, ContractActivity.activity_id.in_(back))
        change.session.execute(update(ContractActivity).where(*removed).values(removed_at=None, added_at=change.now))
    if new or back:
        change.note(contract=contract.id, after={"activities": sorted(new + back)})
    return new + back


@dataclass(frozen=True)
class Removal:
    """What removing an activity means (R-CON-16).

    Live unredeemed invitations that cover it; those of them that would cover nothing more (voucher); people enrolled,
    whose enrollments stay.
    """

    unredeemed: int
    left_with_none: int
    enrolled: int


def removal_of(db: Database, actor: Actor, contract_id: int, activity_id: int) -> Removal:
    """What `remove_from_contract` would mean now, for the question before it."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        return _removal(session, contract, activity_id)


@repeatable
def remove_from_contract(
    db: Database, actor: Actor, contract_id: int, activity_id: int, *, key: OperationKey | None = None
) -> Removal:
    """Remove an activity: unredeemed invitations lose it, enrollments stay and count (R-CON-16)."""
    with db.change(actor, Event.CONTRACT_ACTIVITY_REMOVED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        refuse_if(
            Reason.ACTIVITY_NOT_IN_CONTRACT
            if activity_id not in current_activities(change.session, contract.id)
            else None
        )
        removal = _removal(change.session, contract, activity_id)
        lost = select(Invitation.id).where(
            Invitation.contract_id == contract.id, Invitation.redeemed_at.is_(None), expressions.is_live()
        )
        change.session.execute(
            delete(InvitationActivity).where(
                InvitationActivity.contract_id == contract.id,
                InvitationActivity.activity_id == activity_id,
                InvitationActivity.invitation_id.in_(lost),
            ),
            execution_options={"synchronize_session": False},
        )
        here = (ContractActivity.contract_id == contract.id, ContractActivity.activity_id == activity_id)
        change.session.execute(update(ContractActivity).where(*here).values(removed_at=change.now))
        change.note(contract=contract.id, before={"activities": [activity_id]})
        return change.answer(removal)


def _removal(session: Session, contract: Contract, activity_id: int) -> Removal:
    waiting = (Invitation.contract_id == contract.id, Invitation.redeemed_at.is_(None), expressions.is_live())
    unredeemed = select(func.count()).where(*waiting, expressions.covers(contract.contract_type, activity_id))
    enrolled = select(func.count()).where(
        Enrollment.contract_id == contract.id,
        Enrollment.activity_id == activity_id,
        Enrollment.status != EnrollmentStatus.WITHDRAWN,
    )
    only_this = 0
    if contract.contract_type is ContractType.VOUCHER:
        alone = unredeemed.where(expressions.activities_covered(contract.contract_type, contract.id) == 1)
        only_this = session.scalar(alone) or 0
    return Removal(session.scalar(unredeemed) or 0, only_this, session.scalar(enrolled) or 0)


def ids_by_code(session: Session, activity_codes: Sequence[str]) -> dict[str, int]:
    """Catalogue ids by the codes' compared form; refused with unknown_activity where one is unknown."""
    keys = {code_key(code) for code in activity_codes}
    rows = session.execute(select(Activity.code_key, Activity.id).where(Activity.code_key.in_(keys)))
    found = {key: activity_id for key, activity_id in rows}
    if set(found) != keys:
        raise Refused(Reason.ACTIVITY_UNKNOWN)
    return found
