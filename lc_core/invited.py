"""What is asked of invitations by id, many at a time: who has a live one, what each covers, what the contract offers."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core.records import expressions
from lc_core.records.db import portions
from lc_core.records.models import Contract, ContractActivity, Invitation, InvitationActivity


def people_with_live(session: Session, contract: Contract, person_ids: Sequence[int]) -> set[int]:
    """Which of these people have a live invitation to the contract."""
    found: set[int] = set()
    for portion in portions(person_ids):
        live = select(Invitation.person_id).where(
            Invitation.contract_id == contract.id, expressions.is_live(), Invitation.person_id.in_(portion)
        )
        found |= set(session.scalars(live))
    return found


def current_activities(session: Session, contract_id: int) -> frozenset[int]:
    """The activities a contract has now."""
    current = select(ContractActivity.activity_id).where(
        ContractActivity.contract_id == contract_id, ContractActivity.removed_at.is_(None)
    )
    return frozenset(session.scalars(current))


def activities_of(session: Session, invitation_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Which activities each voucher invitation covers, by invitation id."""
    covered: dict[int, set[int]] = {}
    for portion in portions(list(invitation_ids)):
        rows = select(InvitationActivity.invitation_id, InvitationActivity.activity_id)
        for invitation_id, activity_id in session.execute(rows.where(InvitationActivity.invitation_id.in_(portion))):
            covered.setdefault(invitation_id, set()).add(activity_id)
    return {invitation_id: frozenset(activities) for invitation_id, activities in covered.items()}
