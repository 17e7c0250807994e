"""The audit chain: every change is one event, chained by hash per contract up to an anchored head (R-AUD-1)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lc_core.records.house_models import AuditEvent, AuditHead, AuditItem
from lc_core.vocabulary import Event, Result

NO_CONTRACT = 0
"""The chain of what belongs to no contract."""
GENESIS = "0" * 64


@dataclass(frozen=True)
class Item:
    """What a bulk change did to one person's invitation."""

    result: Result
    person_id: int | None = None
    invitation_id: int | None = None


def digest_of(items: list[Item]) -> str:
    digest = sha256()
    for item in items:
        digest.update(f"{item.person_id}|{item.invitation_id}|{item.result.value}\n".encode())
    return digest.hexdigest()


def hash_of(event: dict[str, Any], previous_hash: str) -> str:
    """The hash of an event's fields (as stored, but for `id` and `hash`) and of the event before it."""
    fields = {
        **event,
        "at": event["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "previous_hash": previous_hash,
    }
    return sha256(json.dumps(fields, sort_keys=True, ensure_ascii=True, default=str).encode()).hexdigest()


def append(
    session: Session,
    *,
    chain: int,
    event: Event,
    actor_id: int | None,
    actor_name: str,
    at: datetime,
    subject: dict[str, Any],
    before: dict[str, Any],
    after: dict[str, Any],
    why: str,
    items: list[Item],
) -> None:
    """Append one event, and one item for each person it touched; the chain's head is locked until the commit."""
    head = _locked_head(session, chain)
    fields: dict[str, Any] = {
        "chain": chain,
        "position": head.position + 1,
        "event": event.value,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "at": at,
        "subject": subject,
        "before": before,
        "after": after,
        "why": why,
        "items_digest": digest_of(items),
    }
    hashed = hash_of(fields, head.hash)
    row = AuditEvent(**{**fields, "event": event}, previous_hash=head.hash, hash=hashed)
    session.add(row)
    session.flush()
    if items:
        session.execute(
            insert(AuditItem), [{"event_id": row.id, "position": n, **vars(item)} for n, item in enumerate(items)]
        )
    session.execute(update(AuditHead).where(AuditHead.chain == chain).values(position=head.position + 1, hash=hashed))


@dataclass(frozen=True)
class Head:
    position: int
    hash: str


def _locked_head(session: Session, chain: int) -> Head:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(AuditHead).values(chain=chain, position=0, hash=GENESIS).on_conflict_do_nothing())
    position, hashed = session.execute(
        select(AuditHead.position, AuditHead.hash).where(AuditHead.chain == chain).with_for_update()
    ).one()
    return Head(position, hashed)


def verify(session: Session, chain: int) -> list[str]:
    """Problems of one chain, in words; empty when every event, item and the head agree."""
    problems: list[str] = []
    previous, position = GENESIS, 0
    events = session.scalars(select(AuditEvent).where(AuditEvent.chain == chain).order_by(AuditEvent.position))
    for event in events.yield_per(1000):
        position += 1
        if (
            event.position != position
            or event.previous_hash != previous
            or event.hash != hash_of(_fields(event), previous)
        ):
            problems.append(f"chain {chain}: event {event.position} does not follow from the one before it")
        previous, position = event.hash, event.position
    head = session.execute(select(AuditHead.position, AuditHead.hash).where(AuditHead.chain == chain)).one_or_none()
    if head is None or tuple(head) != (position, previous):
        problems.append(f"chain {chain}: its head is not its last event")
    return problems


def _fields(event: AuditEvent) -> dict[str, Any]:
    names = ("chain", "position", "actor_id", "actor_name", "at", "subject", "before", "after", "why", "items_digest")
    return {**{name: getattr(event, name) for name in names}, "event": event.event.value}
