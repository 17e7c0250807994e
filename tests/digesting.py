"""Readers of the weekly digest, and what was written to them."""

from datetime import datetime

from sqlalchemy import select, update

from lc_core import digests
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Digest, Letter
from lc_core.vocabulary import LetterKind, LetterState
from tests.worlds import a_contract, an_admin


def a_reader(db: Database, name: str = "ada") -> Actor:
    """The admin of a running contract, who wants the digest."""
    reader = an_admin(db, name, a_contract(db, valid_to=None))
    digests.want(db, reader)
    return reader


def row_of(db: Database, who: Actor) -> Digest | None:
    with db.read() as session:
        return session.get(Digest, who.person_id)


def token_of(db: Database, who: Actor) -> str:
    row = row_of(db, who)
    assert row is not None
    return row.stop_token


def told(db: Database) -> list[tuple[int, datetime]]:
    """To whom a digest was written and when, oldest first."""
    with db.read() as session:
        rows = select(Letter.person_id, Letter.queued_at).where(Letter.kind == LetterKind.DIGEST).order_by(Letter.id)
        return [(person_id, at) for person_id, at in session.execute(rows)]


def sent(db: Database) -> None:
    """What waits goes out."""
    with db.bookkeeping() as session:
        waits = update(Letter).where(Letter.state == LetterState.QUEUED)
        session.execute(waits.values(state=LetterState.SENT, sent_at=db.clock()))
