"""The audit chain: every change is one event, chained by hash per contract up to an anchored head (R-AUD-1)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lc_core.language import _
from lc_core.records.house_models import AuditEvent, AuditHead, AuditItem
from lc_core.records.models import table_of
from lc_core.vocabulary import Event, Result

NO_CONTRACT = 0
"""The chain of what belongs to no contract."""
GENESIS = "0" * 64
EVENTS_AT_ONCE = 200


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
            insert(table_of(AuditItem)),
            [{"event_id": row.id, "position": n, **vars(item)} for n, item in enumerate(items)],
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


def verify(session: Session, chain: int | None = None) -> list[str]:
    """Problems of one chain, or (None) of all, in words; empty when every event, item and head agree."""
    problems: list[str] = []
    ends: dict[int, Head] = {}
    wanted = true() if chain is None else AuditEvent.chain == chain
    events = select(AuditEvent).where(wanted).order_by(AuditEvent.chain, AuditEvent.position)
    for portion in session.scalars(events).yield_per(EVENTS_AT_ONCE).partitions():
        items = _items_of(session, [event.id for event in portion])
        for event in portion:
            end = ends.get(event.chain, Head(0, GENESIS))
            follows = (event.position, event.previous_hash) == (end.position + 1, end.hash)
            told = {"chain": event.chain, "position": event.position}
            if not follows or event.hash != hash_of(_fields(event), end.hash):
                problems.append(
                    _("chain {chain}: event {position} does not follow from the one before it").format(**told)
                )
            if event.items_digest != digest_of(items.get(event.id, [])):
                problems.append(
                    _("chain {chain}: the items of event {position} are not those it was written with").format(**told)
                )
            ends[event.chain] = Head(event.position, event.hash)
    return problems + _wrong_heads(session, chain, ends)


def _wrong_heads(session: Session, chain: int | None, ends: dict[int, Head]) -> list[str]:
    wanted = true() if chain is None else AuditHead.chain == chain
    rows = session.execute(select(AuditHead.chain, AuditHead.position, AuditHead.hash).where(wanted))
    heads = {anchored: Head(position, hashed) for anchored, position, hashed in rows}
    chains = heads.keys() | ends.keys() if chain is None else {chain}
    wrong = sorted(one for one in chains if one not in heads or heads[one] != ends.get(one, Head(0, GENESIS)))
    return [_("chain {chain}: its head is not its last event").format(chain=one) for one in wrong]


def _items_of(session: Session, event_ids: Sequence[int]) -> dict[int, list[Item]]:
    """The items of these events, by event, in their order."""
    rows = select(AuditItem.event_id, AuditItem.result, AuditItem.person_id, AuditItem.invitation_id)
    found: dict[int, list[Item]] = {}
    theirs = rows.where(AuditItem.event_id.in_(event_ids)).order_by(AuditItem.event_id, AuditItem.position)
    for event_id, result, person_id, invitation_id in session.execute(theirs):
        found.setdefault(event_id, []).append(Item(result, person_id, invitation_id))
    return found


def _fields(event: AuditEvent) -> dict[str, Any]:
    names = ("chain", "position", "actor_id", "actor_name", "at", "subject", "before", "after", "why", "items_digest")
    return {**{name: getattr(event, name) for name in names}, "event": event.event.value}
