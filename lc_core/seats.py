"""Seats: taken, given back, counted and told. Every move is one row of the ledger (R-SEAT-5, R-SEAT-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from lc_core import access, seat_rules
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Change, Database, portions, rows_changed
from lc_core.records.models import (
    Contract,
    ContractActivity,
    Enrollment,
    Invitation,
    InvitationActivity,
    Person,
    SeatHeld,
    SeatMove,
)
from lc_core.seat_rules import SeatsByStatus
from lc_core.vocabulary import ContractType, InvitationStatus, SeatReason

ALL_ACTIVITIES = 0
"""The `activity_id` of a seat that is a person's for every activity."""


@dataclass(frozen=True)
class Unit:
    """What one seat is for: a person, and (voucher) one activity."""

    person_id: int
    activity_id: int = ALL_ACTIVITIES


@dataclass(frozen=True)
class Move:
    """One seat taken (+1) or returned (-1), and when it really happened."""

    unit: Unit
    delta: int
    why: SeatReason
    effective_at: datetime


def unit_of(contract_type: ContractType, person_id: int, activity_id: int) -> Unit:
    """Whose seat an enrollment uses: R-SEAT-1..3."""
    return Unit(person_id, activity_id if contract_type is ContractType.VOUCHER else ALL_ACTIVITIES)


def holds(session: Session, contract: Contract, unit: Unit) -> bool:
    return session.get(SeatHeld, (contract.id, unit.person_id, unit.activity_id)) is not None


def take(change: Change, contract: Contract, unit: Unit, why: SeatReason) -> bool:
    """Take a seat for the unit unless it holds one. Whether one was taken; refused with no_seat if none is left."""
    if holds(change.session, contract, unit):
        return False
    move_all(change, contract, [Move(unit, +1, why, change.now)])
    return True


def give_back(change: Change, contract: Contract, unit: Unit, why: SeatReason) -> bool:
    """Return the unit's seat, if it holds one; it is free again at once."""
    if not holds(change.session, contract, unit):
        return False
    move_all(change, contract, [Move(unit, -1, why, change.now)])
    return True


def move_all(change: Change, contract: Contract, moves: Sequence[Move]) -> None:
    """Write moves of a locked contract to the seats held, the guarded counter and the ledger, in a few statements.

    No unit may end up holding two seats or less than none: the caller knows who holds what.
    """
    if not moves:
        return
    balance: dict[Unit, int] = {}
    for move in moves:
        balance[move.unit] = balance.get(move.unit, 0) + move.delta
    taken = [unit for unit, delta in balance.items() if delta > 0]
    returned = [unit for unit, delta in balance.items() if delta < 0]
    if taken:
        change.session.execute(insert(SeatHeld), [{"contract_id": contract.id, **vars(unit)} for unit in taken])
    for portion in portions(returned):
        _drop(change.session, contract, portion)
    _count(change, contract, len(taken) - len(returned))
    change.session.execute(insert(SeatMove), [_row(change, contract, move) for move in moves])


def _drop(session: Session, contract: Contract, units: Sequence[Unit]) -> None:
    gone = tuple_(SeatHeld.person_id, SeatHeld.activity_id).in_([(unit.person_id, unit.activity_id) for unit in units])
    session.execute(delete(SeatHeld).where(SeatHeld.contract_id == contract.id, gone))


def _count(change: Change, contract: Contract, delta: int) -> None:
    """The guarded counter: what stands between two people and the last seat, whatever came before (R-SEAT-5)."""
    used = Contract.seats_used + delta
    guarded = update(Contract).where(Contract.id == contract.id, used >= 0, used <= Contract.seats)
    done = change.session.execute(guarded.values(seats_used=used), execution_options={"synchronize_session": False})
    if rows_changed(done) != 1:
        raise Refused(Reason.NO_SEAT)
    change.session.refresh(contract, ["seats_used"])


def _row(change: Change, contract: Contract, move: Move) -> dict[str, object]:
    return {
        "contract_id": contract.id,
        "person_id": move.unit.person_id,
        "activity_id": move.unit.activity_id or None,
        "delta": move.delta,
        "why": move.why,
        "actor_id": change.actor.person_id,
        "effective_at": move.effective_at,
        "recorded_at": change.now,
    }


def by_status(db: Database, actor: Actor, contract_id: int) -> SeatsByStatus:
    """R-SEAT-10 for one contract, from the records, so that everyone sees what they just did."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id)
        return count_by_status(session, contract, db.clock())


def count_by_status(session: Session, contract: Contract, now: datetime) -> SeatsByStatus:
    reserved, pending = demand(session, contract, now)
    closed = seat_rules.is_closed(contract.status_at(now))
    return seat_rules.seats_by_status(
        seats=contract.seats, used=contract.seats_used, reserved=reserved, pending=pending, closed=closed
    )


def demand(session: Session, contract: Contract, now: datetime) -> tuple[int, int]:
    """Seats that redeemed and that unredeemed invitations may still ask for."""
    reserved = pending = 0
    for status, not_yet, enrolled, invitations in _alike(session, contract, now):
        asked = invitations * seat_rules.demand(
            contract.contract_type,
            InvitationStatus.of(status),
            not_yet_enrolled=not_yet,
            enrolled=enrolled,
            per_user_limit=contract.per_user_limit,
        )
        if status in {InvitationStatus.ACCEPTED, InvitationStatus.ENROLLED}:
            reserved += asked
        else:
            pending += asked
    return reserved, pending


def not_asked_for(session: Session, contract: Contract, now: datetime) -> int:
    """Seats that are neither used nor asked for by an invitation."""
    return max(contract.seats - contract.seats_used - sum(demand(session, contract, now)), 0)


def _alike(session: Session, contract: Contract, now: datetime) -> Sequence[Row[str, int, int, int]]:
    """Live invitations that ask for the same, counted together: status, activities not yet and already enrolled in, count."""
    voucher = contract.contract_type is ContractType.VOUCHER
    each = (
        select(
            expressions.invitation_status(now).label("status"),
            (_not_yet_enrolled() if voucher else func.coalesce(0, 0)).label("not_yet"),
            (expressions.activities_enrolled() if voucher else func.coalesce(0, 0)).label("enrolled"),
        )
        .select_from(Invitation)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.contract_id == contract.id, expressions.is_live())
        .subquery()
    )
    return session.execute(
        select(each.c.status, each.c.not_yet, each.c.enrolled, func.count()).group_by(
            each.c.status, each.c.not_yet, each.c.enrolled
        )
    ).all()


def _not_yet_enrolled() -> ColumnElement[int]:
    taken = select(Enrollment.id).where(
        Enrollment.contract_id == InvitationActivity.contract_id,
        Enrollment.activity_id == InvitationActivity.activity_id,
        Enrollment.person_id == Invitation.person_id,
    )
    return (
        select(func.count())
        .select_from(InvitationActivity)
        .join(
            ContractActivity,
            (ContractActivity.contract_id == InvitationActivity.contract_id)
            & (ContractActivity.activity_id == InvitationActivity.activity_id),
        )
        .where(
            InvitationActivity.invitation_id == Invitation.id,
            ContractActivity.removed_at.is_(None),
            ~taken.correlate(InvitationActivity, Invitation).exists(),
        )
        .correlate(Invitation)
        .scalar_subquery()
    )
