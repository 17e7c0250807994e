"""What was done with a contract, newest first: where the outcome of an action is found again, whoever closed the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import access, people
from lc_core.errors import NotFound
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent, AuditItem
from lc_core.records.models import Person
from lc_core.vocabulary import Action, Event, Result

MOST_EVENTS = 30
BY_LEARNERS = frozenset({Event.CODE_REDEEMED, Event.INVITATION_ACCEPTED, Event.ENROLLED, Event.ENROLLMENT_WITHDRAWN})
"""What learners do one by one, and the list of invitations shows."""


@dataclass(frozen=True)
class Happened:
    """One change of a contract: when (an instant), what, by whom, and how many people it did what to."""

    event_id: int
    at: datetime
    event: Event
    who: str
    results: dict[Result, int]


@dataclass(frozen=True)
class Became:
    """What a change did to one person."""

    person: str
    result: Result


def recent(db: Database, actor: Actor, contract_id: int) -> list[Happened]:
    """The last 30 changes that were not a learner's own, for those who run the contract."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        events = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.chain == contract_id, AuditEvent.event.not_in(sorted(BY_LEARNERS)))
            .order_by(AuditEvent.position.desc())
            .limit(MOST_EVENTS)
        ).all()
        results = _results(session, [event.id for event in events])
        who = {
            person.id: people.shown(person, named=True).name
            for person in session.scalars(select(Person).where(Person.id.in_([event.actor_id for event in events])))
        }
        return [
            Happened(
                event.id,
                event.at,
                event.event,
                who.get(event.actor_id or 0, event.actor_name),
                results.get(event.id, {}),
            )
            for event in events
        ]


def _results(session: Session, event_ids: Sequence[int]) -> dict[int, dict[Result, int]]:
    """How many people each event did what to."""
    counted = (
        select(AuditItem.event_id, AuditItem.result, func.count())
        .where(AuditItem.event_id.in_(event_ids))
        .group_by(AuditItem.event_id, AuditItem.result)
    )
    found: dict[int, dict[Result, int]] = {}
    for event_id, result, count in session.execute(counted):
        found.setdefault(event_id, {})[result] = count
    return found


def outcome(db: Database, actor: Actor, contract_id: int, event_id: int) -> list[Became]:
    """What one change of the contract did to whom, in the order it was done."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        event = session.get(AuditEvent, event_id)
        if event is None or event.chain != contract_id:
            raise NotFound
        items = (
            select(Person, AuditItem.result)
            .join(AuditItem, AuditItem.person_id == Person.id)
            .where(AuditItem.event_id == event_id)
            .order_by(AuditItem.position)
        )
        return [Became(people.shown(person, named=True).name, result) for person, result in session.execute(items)]
