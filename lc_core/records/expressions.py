"""Computed statuses and sums as SQL, for lists of the records. Each restates a rule and has an agreement test."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select

from lc_core import rules
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, ContractActivity, Enrollment, Invitation, InvitationActivity, Person
from lc_core.vocabulary import ContractStatus, ContractType, InvitationStatus, LetterKind, LetterState


def invitation_status(now: datetime) -> ColumnElement[str]:
    """R-INV-1 over `invitations` joined with `people`; agrees with rules.invitation_status."""
    return case(
        (Invitation.deallocated_at.is_not(None), InvitationStatus.DEALLOCATED.value),
        (Invitation.revoked_at.is_not(None), InvitationStatus.REVOKED.value),
        (Invitation.first_enrolled_at.is_not(None), InvitationStatus.ENROLLED.value),
        (Invitation.redeemed_at.is_not(None), InvitationStatus.ACCEPTED.value),
        (Invitation.expires_at <= now, InvitationStatus.EXPIRED.value),
        (Person.registered_at.is_(None), InvitationStatus.NOT_REGISTERED.value),
        else_=InvitationStatus.OUTSTANDING.value,
    )


def contract_status(now: datetime) -> ColumnElement[str]:
    """R-CON-7, R-CON-12; agrees with rules.contract_status."""
    return case(
        (Contract.archived_at.is_not(None), ContractStatus.ARCHIVED.value),
        (Contract.starts_at > now, ContractStatus.FUTURE.value),
        (Contract.ends_at <= now, ContractStatus.EXPIRED.value),
        else_=ContractStatus.ACTIVE.value,
    )


def is_live() -> ColumnElement[bool]:
    """R-INV-7: neither revoked nor de-allocated."""
    return Invitation.revoked_at.is_(None) & Invitation.deallocated_at.is_(None)


def expires_soon(now: datetime) -> ColumnElement[bool]:
    """Not redeemed, not ended yet, and about to end (R-INV-3)."""
    ends = (Invitation.expires_at > now) & (Invitation.expires_at <= now + rules.EXPIRES_SOON)
    return is_live() & Invitation.redeemed_at.is_(None) & Invitation.first_enrolled_at.is_(None) & ends


def is_newest_letter() -> ColumnElement[bool]:
    """Over `letters` joined with `invitations`: the letter with which the invitation was sent last."""
    return and_(
        Letter.invitation_id == Invitation.id,
        Letter.kind == LetterKind.INVITATION,
        Letter.send_number == Invitation.send_count,
    )


def holds_old_code(contract: Contract) -> ColumnElement[bool]:
    """R-CON-10: live, unredeemed, and told a code that is no longer the contract's by the letter that was sent last."""
    told = (
        select(literal(1))
        .where(is_newest_letter(), Letter.state == LetterState.SENT, Letter.sent_at < contract.invitation_code_made_at)
        .correlate(Invitation)
        .exists()
    )
    return is_live() & Invitation.redeemed_at.is_(None) & Invitation.require_code & told


def contains(column: Any, wanted: str) -> ColumnElement[bool]:
    """Whether the column holds the text, taken literally: percent, underscore and backslash mean themselves."""
    if rules.why_not_text(wanted, len(wanted)) is not None:
        return false()  # what no column keeps is in none
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found: ColumnElement[bool] = column.like(f"%{escaped}%", escape="\\")
    return found


def activities_covered(contract_type: ContractType, contract_id: int) -> ColumnElement[int]:
    """How many current activities of the contract an invitation covers (R-INV-10, R-CON-15)."""
    current = (
        select(func.count())
        .select_from(ContractActivity)
        .where(ContractActivity.contract_id == contract_id, ContractActivity.removed_at.is_(None))
    )
    if contract_type is ContractType.VOUCHER:
        current = current.join(
            InvitationActivity,
            (InvitationActivity.contract_id == ContractActivity.contract_id)
            & (InvitationActivity.activity_id == ContractActivity.activity_id),
        ).where(InvitationActivity.invitation_id == Invitation.id)
        return current.correlate(Invitation).scalar_subquery()
    return current.scalar_subquery()


def activities_enrolled() -> ColumnElement[int]:
    """In how many activities of the contract the invited person is or was enrolled."""
    return (
        select(func.count())
        .select_from(Enrollment)
        .where(Enrollment.contract_id == Invitation.contract_id, Enrollment.person_id == Invitation.person_id)
        .correlate(Invitation)
        .scalar_subquery()
    )


def offers(activity_id: int) -> ColumnElement[bool]:
    """Whether the activity is a current one of the invitation's contract."""
    return (
        select(ContractActivity.activity_id)
        .where(
            ContractActivity.contract_id == Invitation.contract_id,
            ContractActivity.activity_id == activity_id,
            ContractActivity.removed_at.is_(None),
        )
        .correlate(Invitation)
        .exists()
    )


def covers(contract_type: ContractType, activity_id: int) -> ColumnElement[bool]:
    """Whether an invitation covers the activity (which the caller knows to be one of the contract's)."""
    if contract_type is not ContractType.VOUCHER:
        return or_(literal(value=True))
    return (
        select(InvitationActivity.invitation_id)
        .where(InvitationActivity.invitation_id == Invitation.id, InvitationActivity.activity_id == activity_id)
        .correlate(Invitation)
        .exists()
    )
