"""The audit log as it is looked at: found by who, what, which contract and when; one entry whole; and its chains proved."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from lc_core import access, people, rules, tokens
from lc_core.contracts import code_key
from lc_core.errors import NotFound
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.records import audit, expressions
from lc_core.records.db import Actor, Database, portions
from lc_core.records.house_models import AuditEvent, AuditItem
from lc_core.records.models import Activity, Contract, Person
from lc_core.vocabulary import Action, Event, Result

MOST_ITEMS = 1000
"""How many items of a bulk change one entry lists; all are counted."""


@dataclass(frozen=True)
class Wanted:
    """What is searched for. Empty = everything. `who`: a name, an address, a pseudonym or an operator's login.

    `contract`: its code. `since`, `until`: days of the organisation, both included.
    """

    who: str = ""
    event: Event | None = None
    contract: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Entry:
    """One change. `contract`: code and title, empty where it belongs to none, or where that contract was deleted since.

    `about`: whom it was about, where it was one person; `items`: how many people a bulk change touched.
    """

    id: int
    at: datetime
    event: Event
    who: str
    contract: str
    about: str
    items: int
    chain: int
    position: int


@dataclass(frozen=True)
class Log:
    """One page of the log, newest first, and how many entries match in all."""

    rows: list[Entry]
    matching: int


@dataclass(frozen=True)
class Field:
    """What one field said before and after, in words; empty where it said nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Touched:
    """What a bulk change did to one person."""

    person: str
    result: Result


@dataclass(frozen=True)
class WholeEntry:
    """One change with all that was written of it; `touched`: the first MOST_ITEMS of its items."""

    entry: Entry
    fields: list[Field]
    touched: list[Touched]
    why: str
    hash: str


def listing(db: Database, actor: Actor, wanted: Wanted, *, page: int = 1) -> Log:
    """One page (of 50, from page 1) of the changes that match, newest first."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        conditions = list(_conditions(session, wanted, db))
        matching = session.scalar(select(func.count()).select_from(AuditEvent).where(*conditions)) or 0
        begins = (min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE
        return Log(_entries(session, _newest(conditions).limit(PAGE_SIZE).offset(begins)), matching)


def every(db: Database, actor: Actor, wanted: Wanted) -> list[Entry]:
    """All changes that match, newest first."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        return _entries(session, _newest(list(_conditions(session, wanted, db))))


def one(db: Database, actor: Actor, event_id: int) -> WholeEntry:
    """One change, before and after side by side."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        event = session.get(AuditEvent, event_id)
        if event is None:
            raise NotFound
        (entry,) = _entries(session, select(AuditEvent).where(AuditEvent.id == event.id))
        return WholeEntry(entry, _fields(session, event), _touched(session, event.id), event.why, event.hash)


@dataclass(frozen=True)
class Proof:
    """What proving the chains came to: how many changes they hold, up to when, and a sentence for each that is wrong."""

    events: int
    up_to: datetime | None
    problems: list[str]


def prove(db: Database, actor: Actor) -> Proof:
    """Follow every chain from its beginning to its anchored head (R-AUD-1)."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        events, up_to = session.execute(select(func.count(), func.max(AuditEvent.at)).select_from(AuditEvent)).one()
        return Proof(events, up_to, audit.verify(session))


def _conditions(session: Session, wanted: Wanted, db: Database) -> Iterator[ColumnElement[bool]]:
    if wanted.who.strip():
        yield _by(session, wanted.who.strip())
    if wanted.event is not None:
        yield AuditEvent.event == wanted.event
    if wanted.contract.strip():
        found = session.scalar(select(Contract.id).where(Contract.code_key == code_key(wanted.contract)))
        yield AuditEvent.chain == (found or -1)
    if wanted.since is not None:
        yield AuditEvent.at >= rules.period(wanted.since, None, db.zone)[0]
    if wanted.until is not None:
        _, ends = rules.period(wanted.until, wanted.until, db.zone)
        yield AuditEvent.at < ends if ends is not None else true()


def _by(session: Session, who: str) -> ColumnElement[bool]:
    """Somebody whose name or address holds the text, or an operator or a part of the product that is called so."""
    named = select(Person.id).where(expressions.contains(Person.search_text, people.search_text(who)))
    others = session.scalars(select(AuditEvent.actor_name).where(AuditEvent.actor_id.is_(None)).distinct())
    called = [name for name in others if who.casefold() in name.casefold()]
    found = [AuditEvent.actor_id.in_(named), AuditEvent.actor_name.in_(called)]
    masked = people.id_of_pseudonym(who) if who.upper().startswith("P-") else None
    return or_(*found, AuditEvent.actor_id == masked) if masked is not None else or_(*found)


def _newest(conditions: Sequence[ColumnElement[bool]]) -> Select[AuditEvent]:
    return select(AuditEvent).where(*conditions).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())


def _entries(session: Session, events: Select[AuditEvent]) -> list[Entry]:
    found = session.scalars(events).all()
    whom = {event.actor_id for event in found} | {event.subject.get("person") for event in found}
    names = _names(session, {one for one in whom if one is not None})
    contracts = _contracts(session, {event.chain for event in found})
    counted = _counted(session, [event.id for event in found])
    return [
        Entry(
            id=event.id,
            at=event.at,
            event=event.event,
            who=_who(event, names),
            contract=contracts.get(event.chain, ""),
            about=names.get(event.subject.get("person", 0), ""),
            items=counted.get(event.id, 0),
            chain=event.chain,
            position=event.position,
        )
        for event in found
    ]


def _who(event: AuditEvent, names: dict[int, str]) -> str:
    """By name, and with which token where a program acted for them."""
    name = names.get(event.actor_id or 0)
    if name is None:
        return event.actor_name
    return f"{name} ({event.actor_name})" if event.actor_name.startswith(tokens.ACTS_WITH) else name


def _names(session: Session, person_ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for portion in portions(sorted(person_ids)):
        persons = session.scalars(select(Person).where(Person.id.in_(portion)))
        found |= {person.id: people.shown(person, named=True).name for person in persons}
    return found


def _contracts(session: Session, chains: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for portion in portions(sorted(chains)):
        rows = session.execute(select(Contract.id, Contract.code, Contract.title).where(Contract.id.in_(portion)))
        found |= {contract_id: f"{code} · {title}" for contract_id, code, title in rows}
    return found


def _counted(session: Session, event_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for portion in portions(event_ids):
        rows = select(AuditItem.event_id, func.count()).where(AuditItem.event_id.in_(portion))
        found |= {event_id: n for event_id, n in session.execute(rows.group_by(AuditItem.event_id))}
    return found


def _fields(session: Session, event: AuditEvent) -> list[Field]:
    """Field by field; numbers that stand for people and activities as their names and codes."""
    names = sorted(event.before.keys() | event.after.keys())
    return [
        Field(name, _told(session, name, event.before.get(name)), _told(session, name, event.after.get(name)))
        for name in names
    ]


def _told(session: Session, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name == "admins":
        known = _names(session, set(value))
        return ", ".join(known.get(person_id, people.pseudonym(person_id)) for person_id in value)
    if name == "activities" and isinstance(value, list):
        rows = select(Activity.id, Activity.code).where(Activity.id.in_(value))
        codes = {activity_id: code for activity_id, code in session.execute(rows)}
        return ", ".join(codes.get(activity_id, str(activity_id)) for activity_id in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _touched(session: Session, event_id: int) -> list[Touched]:
    rows = select(AuditItem.person_id, AuditItem.result).where(AuditItem.event_id == event_id)
    items = session.execute(rows.order_by(AuditItem.position).limit(MOST_ITEMS)).all()
    names = _names(session, {person_id for person_id, _ in items if person_id is not None})
    return [Touched(names.get(person_id or 0, ""), result) for person_id, result in items]
