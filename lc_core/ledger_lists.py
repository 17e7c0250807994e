"""The seat ledger of a contract as it is looked at: every move with the running total, and who held which seat from when to when.

History is told in the order in which it happened, which is not always the one in which it was written (R-SEAT-6).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from lc_core import access, people
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, Person, SeatMove
from lc_core.rights import may
from lc_core.vocabulary import Action, SeatReason


@dataclass(frozen=True)
class MoveSeen:
    """One row of the ledger. `activity` is empty for a seat that is for every activity; `total`: seats used after it.

    `returned_at`, `returned_why`: of a seat that was taken, when and why it came back; None while it is held.
    """

    id: int
    effective_at: datetime
    recorded_at: datetime
    person: str
    email: str
    activity: str
    delta: int
    why: SeatReason
    by: str
    total: int
    returned_at: datetime | None
    returned_why: SeatReason | None


@dataclass(frozen=True)
class Ledger:
    """One page of rows, and how many match in all."""

    rows: list[MoveSeen]
    matching: int


def moves(db: Database, actor: Actor, contract_id: int, search: str = "", *, page: int = 1) -> Ledger:
    """One page (of 50, from page 1) of a contract's moves, the last that happened first. `search`: a name or address.

    People are pseudonyms for those who may not see them; they can search for one.
    """
    return _one_page(db, actor, contract_id, search, page)


def holdings(db: Database, actor: Actor, contract_id: int, search: str = "", *, page: int = 1) -> Ledger:
    """The same, of the moves that took a seat: who held one, since when, until when and why."""
    return _one_page(db, actor, contract_id, search, page, SeatMove.delta == 1)


def every(db: Database, actor: Actor, contract_id: int, search: str = "") -> list[MoveSeen]:
    """All moves that match, the last that happened first."""
    with db.read() as session:
        named = _named(session, actor, contract_id)
        return _seen(session, _matching(contract_id, search, named=named), named=named)


def _one_page(
    db: Database, actor: Actor, contract_id: int, search: str, page: int, *only: ColumnElement[bool]
) -> Ledger:
    with db.read() as session:
        named = _named(session, actor, contract_id)
        found = _matching(contract_id, search, *only, named=named)
        counted = found.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
        begins = (min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE
        rows = _seen(session, found.limit(PAGE_SIZE).offset(begins), named=named)
        return Ledger(rows, session.scalar(counted) or 0)


def _named(session: Session, actor: Actor, contract_id: int) -> bool:
    """Whether the asker, who may see the contract, sees its people."""
    access.contract_to_see(session, actor, contract_id)
    rights = access.rights_of(session, actor)
    return may(rights, Action.VIEW_PEOPLE, own=contract_id in rights.own)


def _matching(contract_id: int, search: str, *only: ColumnElement[bool], named: bool) -> Select[*tuple[Any, ...]]:
    """The moves that match. What came before and after is told of all moves of the contract, whichever are shown."""
    happened = (SeatMove.effective_at, SeatMove.id)
    unit = (SeatMove.person_id, SeatMove.activity_id)
    told = (
        select(
            SeatMove.id,
            func.sum(SeatMove.delta).over(order_by=happened).label("total"),
            func.lead(SeatMove.effective_at, type_=SeatMove.effective_at.type)
            .over(partition_by=unit, order_by=happened)
            .label("next_at"),
            func.lead(SeatMove.why, type_=SeatMove.why.type)
            .over(partition_by=unit, order_by=happened)
            .label("next_why"),
        )
        .where(SeatMove.contract_id == contract_id)
        .subquery()
    )
    by = aliased(Person)
    return (
        select(SeatMove, Person, by, Activity.title, told.c.total, told.c.next_at, told.c.next_why)
        .join(told, told.c.id == SeatMove.id)
        .join(Person, Person.id == SeatMove.person_id)
        .outerjoin(by, by.id == SeatMove.actor_id)
        .outerjoin(Activity, Activity.id == SeatMove.activity_id)
        .where(*only, *_of(search, named=named))
        .order_by(SeatMove.effective_at.desc(), SeatMove.id.desc())
    )


def _of(search: str, *, named: bool) -> Iterator[ColumnElement[bool]]:
    """Who may not see people can search for a pseudonym only."""
    if search.strip() and not named:
        yield SeatMove.person_id == (people.id_of_pseudonym(search) or 0)
    elif search.strip():
        yield expressions.contains(Person.search_text, people.search_text(search.strip()))


def _seen(session: Session, rows: Select[*tuple[Any, ...]], *, named: bool) -> list[MoveSeen]:
    found = []
    for move, person, by, title, total, next_at, next_why in session.execute(rows):
        shown, taken = people.shown(person, named=named), move.delta > 0
        found.append(
            MoveSeen(
                id=move.id,
                effective_at=move.effective_at,
                recorded_at=move.recorded_at,
                person=shown.name,
                email=shown.email,
                activity=title or "",
                delta=move.delta,
                why=move.why,
                by=people.shown(by, named=named).name if by is not None else "",
                total=int(total),
                returned_at=next_at if taken else None,
                returned_why=next_why if taken else None,
            )
        )
    return found
