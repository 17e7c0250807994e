"""Where seats counted, seats held, ledger, enrollments and acceptances disagree: the questions behind invariants.py."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    union_all,
)

from lc_core.records import expressions
from lc_core.records.models import Contract, Enrollment, Invitation, SeatHeld, SeatMove
from lc_core.vocabulary import OPEN_ENROLLMENTS, ContractType, EnrollmentStatus

Rows = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


def per_contract(amount: ColumnElement[int], source: type[SeatMove] | type[SeatHeld]) -> Rows:
    """Contracts whose counter is not what the rows of another table come to."""
    sums = select(source.contract_id, amount.label("amount")).group_by(source.contract_id).subquery()
    found = func.coalesce(sums.c.amount, 0)
    return (
        select(Contract.code.label("contract"), Contract.seats_used.label("used"), found.label("found"))
        .outerjoin(sums, sums.c.contract_id == Contract.id)
        .where(Contract.seats_used != found)
    )


def _holds(contract: Any, person: Any, unit: Any) -> ColumnElement[bool]:
    return exists().where(SeatHeld.contract_id == contract, SeatHeld.person_id == person, SeatHeld.activity_id == unit)


def _returned(contract: Any, person: Any, unit: Any) -> ColumnElement[bool]:
    return exists().where(
        SeatMove.contract_id == contract,
        SeatMove.person_id == person,
        func.coalesce(SeatMove.activity_id, 0) == unit,
        SeatMove.delta == -1,
    )


def balances() -> Rows:
    """Units whose moves do not come to what they hold."""
    unit = func.coalesce(SeatMove.activity_id, 0)
    moved = (
        select(SeatMove.contract_id, SeatMove.person_id, unit.label("unit"), func.sum(SeatMove.delta).label("held"))
        .group_by(SeatMove.contract_id, SeatMove.person_id, unit)
        .subquery()
    )
    same = and_(
        SeatHeld.contract_id == moved.c.contract_id,
        SeatHeld.person_id == moved.c.person_id,
        SeatHeld.activity_id == moved.c.unit,
    )
    holds = case((SeatHeld.person_id.is_(None), 0), else_=1)
    off = select(moved.c.contract_id, moved.c.person_id, moved.c.unit).outerjoin(SeatHeld, same)
    never = select(SeatHeld.contract_id, SeatHeld.person_id, SeatHeld.activity_id).outerjoin(moved, same)
    return union_all(off.where(moved.c.held != holds), never.where(moved.c.person_id.is_(None)))


def held_without_ground() -> Rows:
    """Seats held with neither an enrollment nor (unlimited) an acceptance that takes them."""
    theirs = and_(Enrollment.contract_id == SeatHeld.contract_id, Enrollment.person_id == SeatHeld.person_id)
    accepted = exists().where(
        Invitation.contract_id == SeatHeld.contract_id,
        Invitation.person_id == SeatHeld.person_id,
        Invitation.redeemed_at.is_not(None),
        expressions.is_live(),
    )
    ground = case(
        (
            Contract.contract_type == ContractType.VOUCHER,
            exists().where(theirs, Enrollment.activity_id == SeatHeld.activity_id),
        ),
        (Contract.contract_type == ContractType.SUBSCRIPTION, and_(SeatHeld.activity_id == 0, exists().where(theirs))),
        else_=and_(SeatHeld.activity_id == 0, accepted),
    )
    rows = select(SeatHeld.contract_id, SeatHeld.person_id, SeatHeld.activity_id.label("unit"))
    return rows.join(Contract, Contract.id == SeatHeld.contract_id).where(~ground)


def without_seat() -> Rows:
    """Enrollments whose unit holds no seat, though it must or though the ledger shows no release."""
    unlimited = Contract.contract_type == ContractType.UNLIMITED
    unit = case((Contract.contract_type == ContractType.VOUCHER, Enrollment.activity_id), else_=0)
    where = (Enrollment.contract_id, Enrollment.person_id, unit)
    must = case(
        (unlimited, Enrollment.status.in_(OPEN_ENROLLMENTS)), else_=Enrollment.status != EnrollmentStatus.WITHDRAWN
    )
    rows = select(Enrollment.contract_id, Enrollment.person_id, Enrollment.activity_id.label("unit"))
    rows = rows.join(Contract, Contract.id == Enrollment.contract_id)
    return rows.where(~_holds(*where), or_(must, ~_returned(*where)))


def accepted_without_seat() -> Rows:
    """Accepted invitations of unlimited contracts that hold no seat."""
    rows = select(Invitation.contract_id, Invitation.person_id)
    return rows.join(Contract, Contract.id == Invitation.contract_id).where(
        Contract.contract_type == ContractType.UNLIMITED,
        Invitation.redeemed_at.is_not(None),
        expressions.is_live(),
        ~_holds(Invitation.contract_id, Invitation.person_id, 0),
    )
