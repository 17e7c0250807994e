"""What changed since somebody last looked: rows noted by triggers in the transaction that wrote them, read without gaps.

On SQLite, with one writer at a time, their numbers are enough. On PostgreSQL a transaction may commit long after a later
one, so a reader keeps its whole snapshot: new is what is visible now and was not visible then.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from lc_core.records.db import Database, alone
from lc_core.records.house_models import Bookmark, ChangedRow
from lc_core.records.models import table_of

MOST = 500_000
"""More changes than this are not told one by one: who is so far behind reads everything."""
AWAY = timedelta(days=1)
"""A reader that was not seen for so long is not waited for."""
TRIMMED = "trimmed"
UNSEEN = text("not pg_visible_in_snapshot(changes.xid::text::xid8, cast(:seen as pg_snapshot))")


@dataclass(frozen=True)
class Mark:
    """How far a reader has come. `origin`: in which database; all before `position` is read; `snapshot`: PostgreSQL's own words."""

    origin: str
    position: int
    snapshot: str = ""


@dataclass(frozen=True)
class Changes:
    """The rows that changed: their ids by table, and the contracts they belong to."""

    rows: dict[str, set[int]]
    contracts: set[int]


def mark(session: Session) -> Mark:
    """How far this look at the records goes."""
    if _on_sqlite(session):
        last = session.scalar(text("select seq from sqlite_sequence where name = 'changes'"))
        return Mark("", (last or 0) + 1)
    row = session.execute(
        text(
            "select pg_current_snapshot()::text as snapshot,"
            " pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest,"
            " (select system_identifier from pg_control_system()) as cluster,"
            " (select oid from pg_database where datname = current_database()) as database"
        )
    ).one()
    return Mark(f"{row.cluster}/{row.database}", row.oldest, row.snapshot)


def since(session: Session, seen: Mark) -> Changes | None:
    """What this look at the records holds beyond what was seen. None: that cannot be told any more, or is too much."""
    if mark(session).origin != seen.origin or _trimmed(session) > seen.position:
        return None
    wanted = select(ChangedRow.kind, ChangedRow.row_id, ChangedRow.contract_id).where(
        _position(session) >= seen.position
    )
    if seen.snapshot:
        wanted = wanted.where(UNSEEN.bindparams(seen=seen.snapshot))
    found = session.execute(wanted.distinct().limit(MOST + 1)).all()
    if len(found) > MOST:
        return None
    rows: defaultdict[str, set[int]] = defaultdict(set)
    for kind, row_id, _contract in found:
        rows[kind].add(row_id)
    return Changes(dict(rows), {contract for _kind, _row, contract in found if contract is not None})


def trim(db: Database, reader: str, seen: Mark) -> None:
    """Note how far this reader, which may be several processes, has come, and forget what every reader is beyond."""
    now = db.clock()
    with db.bookkeeping() as session:
        alone(session, "trim")
        session.merge(Bookmark(name=reader, position=seen.position, at=now))
        session.flush()
        session.execute(delete(Bookmark).where(Bookmark.name != TRIMMED, Bookmark.at <= now - AWAY))
        readers = select(func.min(Bookmark.position)).where(Bookmark.name != TRIMMED)
        behind_all = max(session.scalar(readers) or 0, _trimmed(session))
        session.execute(delete(table_of(ChangedRow)).where(_position(session) < behind_all))
        session.merge(Bookmark(name=TRIMMED, position=behind_all, at=now))


def _trimmed(session: Session) -> int:
    return session.scalar(select(Bookmark.position).where(Bookmark.name == TRIMMED)) or 0


def _position(session: Session) -> Any:
    return ChangedRow.seq if _on_sqlite(session) else ChangedRow.xid


def _on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
