"""How many invitation codes may be tried: by one account, from one network address, and in total (R-LRN-3).

Attempts are counted in the records, which all processes share, before a code is looked at; what was accepted, or refused
for another reason than the code, counts no more. The limit is on who tries, so that nobody can lock out somebody else.
"""

from datetime import timedelta

from sqlalchemy import delete, func, select

from lc_core import access
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database, alone
from lc_core.records.house_models import CodeAttempt

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 10
PER_NETWORK = 100
IN_TOTAL = 2_000
LONGEST_NETWORK = 64


def count(db: Database, actor: Actor, network: str) -> int:
    """Count one more attempt; refused where there were too many of late. Answers its id.

    `network`: the address the browser comes from, empty where it is not known.
    """
    now = db.clock()
    with db.bookkeeping() as session:
        learner = access.learner_of(session, actor)
        alone(session, "code_attempts")  # or two would both see the last attempt that is left
        session.execute(delete(CodeAttempt).where(CodeAttempt.at <= now - WINDOW))
        account, from_there, total = session.execute(
            select(
                func.count().filter(CodeAttempt.person_id == learner.id),
                func.count().filter(CodeAttempt.network == network[:LONGEST_NETWORK], CodeAttempt.network != ""),
                func.count(),
            ).select_from(CodeAttempt)
        ).one()
        if account >= PER_ACCOUNT or from_there >= PER_NETWORK or total >= IN_TOTAL:
            raise Refused(Reason.TOO_MANY_ATTEMPTS, minutes=int(WINDOW.total_seconds() // 60))
        attempt = CodeAttempt(person_id=learner.id, network=network[:LONGEST_NETWORK], at=now)
        session.add(attempt)
        session.flush()
        return attempt.id


def forget(db: Database, attempt_id: int) -> None:
    """It was no wrong code."""
    with db.bookkeeping() as session:
        session.execute(delete(CodeAttempt).where(CodeAttempt.id == attempt_id))
