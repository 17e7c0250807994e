"""Contracts as those see them who manage them: the list of all, one as it is edited, what goes with it when it is deleted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from lc_core import access, contracts, people, rules
from lc_core.contracts import Draft
from lc_core.invitation_lists import LAST_PAGE
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, ContractActivity, ContractAdmin, Group, Invitation
from lc_core.vocabulary import Action, ContractStatus, ContractType

PAGE_SIZE = 20
UNASKED = frozenset(ContractStatus) - {ContractStatus.ARCHIVED}
"""The statuses that are shown where none is asked for: archived contracts are shown on request."""
Ts = TypeVarTuple("Ts")
ORDERS = {
    "title": (Contract.search_text.asc(), Contract.id.asc()),
    "code": (Contract.code_key.asc(),),
    "ends": (Contract.ends_at.asc().nulls_last(), Contract.id.asc()),
    "fullest": ((Contract.seats_used * 1.0 / func.nullif(Contract.seats, 0)).desc().nulls_last(), Contract.id.asc()),
    "newest": (Contract.created_at.desc(), Contract.id.desc()),
}


@dataclass(frozen=True)
class Wanted:
    """What a list of contracts shows. No status = all but archived ones; other fields empty = everything."""

    search: str = ""
    statuses: frozenset[ContractStatus] = frozenset()
    contract_type: ContractType | None = None
    group: str = ""


@dataclass(frozen=True)
class ContractRow:
    """One contract of the list. `admins`, `activities`: how many are named, and how many it has now."""

    id: int
    code: str
    title: str
    contract_type: ContractType
    status: ContractStatus
    seats: int
    seats_used: int
    valid_from: date
    valid_to: date | None
    starts_at: datetime
    ends_at: datetime | None
    group: str
    admins: int
    activities: int


@dataclass(frozen=True)
class Listing:
    """One page of contracts, how many match in all, and how many of each status match everything but the status."""

    rows: list[ContractRow]
    matching: int
    by_status: dict[ContractStatus, int]


def listing(db: Database, actor: Actor, wanted: Wanted, *, order: str = "title", page: int = 1) -> Listing:
    """One page (of 20, from page 1) of all contracts that match. `order`: a name in ORDERS."""
    now = db.clock()
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        shown = wanted.statuses or UNASKED
        counts = _count_by_status(session, wanted, now)
        rows = _matching(_row_columns(), replace(wanted, statuses=shown), now).order_by(
            *ORDERS.get(order, ORDERS["title"])
        )
        found = session.execute(rows.limit(PAGE_SIZE).offset((min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE))
        seen = [_row(contract, group or "", admins, activities, now) for contract, group, admins, activities in found]
        return Listing(seen, sum(counts[status] for status in shown), counts)


def _count_by_status(session: Session, wanted: Wanted, now: datetime) -> dict[ContractStatus, int]:
    status = expressions.contract_status(now)
    counted = _matching(select(status, func.count()), replace(wanted, statuses=frozenset()), now).group_by(status)
    found = {ContractStatus.of(value): n for value, n in session.execute(counted)}
    return {status: found.get(status, 0) for status in ContractStatus}


def _row_columns() -> Select[Contract, str | None, int, int]:
    admins = select(func.count()).where(ContractAdmin.contract_id == Contract.id).correlate(Contract)
    activities = select(func.count()).where(
        ContractActivity.contract_id == Contract.id, ContractActivity.removed_at.is_(None)
    )
    return select(Contract, Group.name, admins.scalar_subquery(), activities.correlate(Contract).scalar_subquery())


def _matching(selected: Select[*Ts], wanted: Wanted, now: datetime) -> Select[*Ts]:
    joined = selected.select_from(Contract).outerjoin(Group, Group.id == Contract.group_id)
    return joined.where(*_conditions(wanted, now))


def _conditions(wanted: Wanted, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.search.strip():
        yield expressions.contains(Contract.search_text, people.search_text(wanted.search.strip()))
    if wanted.statuses:
        yield expressions.contract_status(now).in_(sorted(wanted.statuses))
    if wanted.contract_type is not None:
        yield Contract.contract_type == wanted.contract_type
    if wanted.group:
        yield Group.name == wanted.group


def _row(contract: Contract, group: str, admins: int, activities: int, now: datetime) -> ContractRow:
    names = set(ContractRow.__dataclass_fields__) - {"status", "group", "admins", "activities"}
    return ContractRow(
        **{name: getattr(contract, name) for name in names},
        status=contract.status_at(now),
        group=group,
        admins=admins,
        activities=activities,
    )


@dataclass(frozen=True)
class Managed:
    """One contract as it is edited: what it says, which version of it that is, and what may be done with the whole of it."""

    id: int
    draft: Draft
    version: int
    seats_used: int
    why_not_archive: Reason | None
    why_not_restore: Reason | None
    why_not_delete: Reason | None


def one(db: Database, actor: Actor, contract_id: int) -> Managed:
    """One contract, for the form that changes it."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        status = contract.status_at(db.clock())
        return Managed(
            contract.id,
            contracts.as_draft(session, contract),
            contract.version,
            contract.seats_used,
            rules.why_not_archive(status),
            rules.why_not_restore(status),
            rules.why_not_delete(*contracts.use_of(session, contract.id)),
        )


@dataclass(frozen=True)
class GoesWith:
    """How much is deleted with a contract (R-CON-12)."""

    invitations: int
    letters: int
    activities: int
    admins: int


def goes_with(db: Database, actor: Actor, contract_id: int) -> GoesWith:
    """What a deletion would take with it now."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        counts = [
            select(func.count()).where(model.contract_id == contract_id)
            for model in (Invitation, Letter, ContractActivity, ContractAdmin)
        ]
        return GoesWith(*(session.scalar(count) or 0 for count in counts))
