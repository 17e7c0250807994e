"""The seats of a bench's world: held, told by the ledger, and counted on the contracts, all from the same enrollments."""

from typing import Any

from sqlalchemy import String, func, insert, literal, null, select, update
from sqlalchemy.orm import Session

from lc_core.records.models import Contract, Enrollment, Invitation, SeatHeld, SeatMove
from lc_core.vocabulary import ContractType, SeatReason

HELD = ("contract_id", "person_id", "activity_id")
MOVED = (*HELD, "delta", "why", "effective_at", "recorded_at")


def fill(session: Session) -> None:
    """Each enrollment of a voucher, each enrolled person of a subscription, each acceptance of an unlimited contract: a seat."""
    _take(session, ContractType.VOUCHER, Enrollment, Enrollment.enrolled_at, SeatReason.ENROLLED)
    _take(session, ContractType.SUBSCRIPTION, Invitation, Invitation.first_enrolled_at, SeatReason.ENROLLED)
    _take(session, ContractType.UNLIMITED, Invitation, Invitation.redeemed_at, SeatReason.ACCEPTED)
    used = select(func.count()).where(SeatHeld.contract_id == Contract.id).scalar_subquery()
    session.execute(update(Contract).values(seats_used=used, seats=used + used // 4 + 10))


def _take(session: Session, kind: ContractType, table: Any, at: Any, why: SeatReason) -> None:
    here = (Contract.id == table.contract_id) & (Contract.contract_type == kind)
    unit = (table.activity_id, table.activity_id) if kind is ContractType.VOUCHER else (literal(0), null())
    held = select(table.contract_id, table.person_id, unit[0])
    told = literal(why.value, String)
    moved = select(table.contract_id, table.person_id, unit[1], literal(1), told, at, at)
    for into, names, rows in ((SeatHeld, HELD, held), (SeatMove, MOVED, moved)):
        taken = rows.join(Contract, here).where(at.is_not(None))
        session.execute(insert(into).from_select(list(names), taken, include_defaults=False))
