"""A worker process for the tests: it delivers what is due until it is killed or nothing waits. Told: mail, database, lease in s."""

import sys
import time
from datetime import timedelta

from sqlalchemy import func, select

from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.vocabulary import LetterState
from tests.mailing import deliver

WAITING = [LetterState.QUEUED, LetterState.CLAIMED, LetterState.DEFERRED]


def work(mail_url: str, database_url: str, lease: str) -> None:
    db = Database.open(database_url)
    while waits(db):
        deliver(db, mail_url, lease=timedelta(seconds=float(lease)))
        time.sleep(0.05)
    db.close()


def waits(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).where(Letter.state.in_(WAITING))) or 0


if __name__ == "__main__":
    work(*sys.argv[1:])
