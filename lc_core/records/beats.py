"""What the workers did last: one row for each of their jobs."""

from datetime import datetime

from sqlalchemy import select, update

from lc_core.records.db import Database, insert_new
from lc_core.records.house_models import Beat

LONGEST_WORDS = 1000


def note(db: Database, job: str, words: str = "") -> None:
    """Write down that a job was done now. `words`: what is wrong; then it fails since the first time in a row."""
    now = db.clock()
    with db.bookkeeping() as session:
        session.execute(insert_new(session, Beat).values(job=job, at=now))
        failing = {
            "failing_since": _since(session.scalar(select(Beat.failing_since).where(Beat.job == job)), now, words)
        }
        session.execute(update(Beat).where(Beat.job == job).values(at=now, words=words[:LONGEST_WORDS], **failing))


def _since(before: datetime | None, now: datetime, words: str) -> datetime | None:
    return (before or now) if words else None


def every(db: Database) -> list[Beat]:
    """The jobs that were ever done, by name."""
    with db.read() as session:
        return list(session.scalars(select(Beat).order_by(Beat.job)))
