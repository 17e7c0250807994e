"""Contracts as programs read them: one after the other in a lasting order, and each with all that was said of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from lc_core import access
from lc_core.contract_lists import Offered, offered
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Group
from lc_core.seat_rules import SeatsByStatus
from lc_core.seats import count_by_status
from lc_core.vocabulary import ContractStatus, ContractType


@dataclass(frozen=True)
class ContractTold:
    """One contract; `group` is empty where it has none."""

    id: int
    code: str
    title: str
    contract_type: ContractType
    status: ContractStatus
    seats: int
    seats_used: int
    per_user_limit: int
    valid_from: date
    valid_to: date | None
    timezone: str
    require_invitation_code: bool
    description: str
    group: str
    external_id: str
    source: str


@dataclass(frozen=True)
class Whole:
    """One contract with what it offers, and its seats by status (R-SEAT-10)."""

    contract: ContractTold
    activities: list[Offered]
    seats: SeatsByStatus


def page(db: Database, actor: Actor, *, last: int, most: int) -> list[ContractTold]:
    """The next contracts that the asker may see, by their ids. `last`: the id of the last one they have, or 0."""
    now = db.clock()
    with db.read() as session:
        wanted = _rows().where(access.visible(session, actor), Contract.id > last)
        found = session.execute(wanted.order_by(Contract.id).limit(most))
        return [_told(contract, group, now) for contract, group in found]


def one(db: Database, actor: Actor, contract_id: int) -> Whole:
    """One contract, for those who may see it."""
    now = db.clock()
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id)
        contract, group = session.execute(_rows().where(Contract.id == contract_id)).one()
        seats = count_by_status(session, contract, now)
        return Whole(_told(contract, group, now), offered(session, contract_id), seats)


def _rows() -> Select[Contract, str | None]:
    return select(Contract, Group.name).outerjoin(Group, Group.id == Contract.group_id)


def _told(contract: Contract, group: str | None, now: datetime) -> ContractTold:
    names = set(ContractTold.__dataclass_fields__) - {"status", "group"}
    fields: dict[str, Any] = {name: getattr(contract, name) for name in names}
    return ContractTold(**fields, status=contract.status_at(now), group=group or "")
