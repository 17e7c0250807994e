"""Long lists of people to invite, as they are worked off: begun, counted part by part, finished (R-ADD-6).

The record holds no address: who brings the same list again goes on where it stopped.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.invite_list import Good
from lc_core.records.db import Actor, Change, Database
from lc_core.records.house_models import InvitationImport
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Action

GOES_ON = timedelta(hours=24)
"""How long an import that stopped is gone on with; later the same list is a new one."""
SHOWN = timedelta(hours=24)
QUIET = timedelta(minutes=2)
"""After how long without a sign of life an import has stopped."""


@dataclass(frozen=True)
class ImportSeen:
    """One long list: how many people it names, how many are done, and whether it goes on."""

    id: int
    key: str
    rows: int
    done: int
    started_at: datetime
    finished_at: datetime | None
    stopped: bool


def lately(db: Database, actor: Actor, contract_id: int) -> list[ImportSeen]:
    """The long lists of a contract that were worked on in the last day, newest first, for those who run it."""
    now = db.clock()
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        theirs = select(InvitationImport).where(
            InvitationImport.contract_id == contract_id, InvitationImport.touched_at > now - SHOWN
        )
        return [_seen(one, now) for one in session.scalars(theirs.order_by(InvitationImport.id.desc()))]


def _seen(one: InvitationImport, now: datetime) -> ImportSeen:
    stopped = one.finished_at is None and one.touched_at < now - QUIET
    return ImportSeen(one.id, one.key, one.rows, one.done, one.started_at, one.finished_at, stopped)


def begin(
    session: Session,
    actor: Actor,
    contract_id: int,
    good: Sequence[Good],
    *,
    activities: Collection[int],
    key: OperationKey,
    now: datetime,
) -> InvitationImport:
    """The import of this key, or the unfinished one of the same list by the same person, else a new one."""
    digest = _digest(actor, good, activities)
    found = _found(session, contract_id, digest, key, now)
    if found is None:
        common = {"contract_id": contract_id, "key": key.stored, "digest": digest, "rows": len(good)}
        found = InvitationImport(**common, done=0, started_at=now, touched_at=now)
        session.add(found)
        session.flush()
    return found


def _found(
    session: Session, contract_id: int, digest: str, key: OperationKey, now: datetime
) -> InvitationImport | None:
    mine = select(InvitationImport).where(
        InvitationImport.contract_id == contract_id, InvitationImport.digest == digest
    )
    unfinished = mine.where(InvitationImport.finished_at.is_(None), InvitationImport.touched_at > now - GOES_ON)
    return session.scalar(mine.where(InvitationImport.key == key.stored)) or session.scalar(
        unfinished.order_by(InvitationImport.id).limit(1)
    )


def _digest(actor: Actor, good: Sequence[Good], activities: Collection[int]) -> str:
    digest = sha256(f"{actor.person_id}|{actor.name}|{sorted(activities)}\n".encode())
    for one in good:
        digest.update(f"{one.address.key}|{one.activities}\n".encode())
    return digest.hexdigest()


def count_done(change: Change, import_id: int, rows: int) -> None:
    """So many more rows are done, in the transaction that did them."""
    counted = update(InvitationImport).where(InvitationImport.id == import_id)
    change.session.execute(counted.values(done=InvitationImport.done + rows, touched_at=change.now))


def finish(db: Database, import_id: int) -> None:
    """All that could be done is done."""
    with db.bookkeeping() as session:
        session.execute(update(InvitationImport).where(InvitationImport.id == import_id).values(finished_at=db.clock()))


def forget(db: Database, import_id: int) -> None:
    """The list was refused as a whole before anything was done."""
    with db.bookkeeping() as session:
        session.execute(delete(InvitationImport).where(InvitationImport.id == import_id, InvitationImport.done == 0))
