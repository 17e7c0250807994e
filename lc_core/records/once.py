"""Doing several changes as one, and once for each operation key, whatever befalls the process or the line in between."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lc_core.records.db import Database, DatabaseError, claim, keep_answer, rows_changed
from lc_core.records.house_models import Operation
from lc_core.records.operations import OperationKey, Repeated

T = TypeVar("T")
TRIES = 3
REMEMBERED = timedelta(days=90)
"""How long a key is known: a client that was told nothing asks again within days, and no page stays open for a quarter."""
AT_ONCE = 1_000
DEADLOCK = frozenset({"40P01", "40001"})
"""What PostgreSQL says to one of two transactions that wait for each other: nothing of it was done, so it is done again."""


def once(db: Database, key: OperationKey | None, do: Callable[[Database], T]) -> T:
    """Do all of it or nothing; a repeat of the key does nothing and is answered the same. What is answered must be JSON.

    The key, what was done and the answer are one transaction: whoever comes second while it is under way waits for it,
    and who was not told because the process died is told when they ask again.
    """
    tries = 0
    while True:
        tries += 1
        try:
            return _as_one(db, key, do)
        except Repeated as repeated:
            answer: Any = from_json(repeated.answer or "null")
            return answer  # type: ignore[no-any-return]  # JSON of what `do` answered then
        except DatabaseError as broken:
            if tries == TRIES or getattr(broken.orig, "sqlstate", None) not in DEADLOCK:
                raise


def _as_one(db: Database, key: OperationKey | None, do: Callable[[Database], T]) -> T:
    with db.as_one() as stage:
        if key is not None:
            with stage.bookkeeping() as session:
                claim(session, key, stage.clock())
        answer = do(stage)
        if key is not None:
            with stage.bookkeeping() as session:
                keep_answer(session, key, to_json(answer).decode())
        return answer


def forget_keys(db: Database, stopped: Callable[[], bool] = lambda: False) -> int:
    """Forget the keys that are too old, each portion in a transaction of its own: a long table keeps nobody waiting.

    Answers how many.
    """
    old = select(Operation.key).where(Operation.at <= db.clock() - REMEMBERED).order_by(Operation.at).limit(AT_ONCE)
    forgotten, found = 0, AT_ONCE
    while found == AT_ONCE and not stopped():
        with db.bookkeeping() as session:
            found = rows_changed(session.execute(delete(Operation).where(Operation.key.in_(old))))
        forgotten += found
    return forgotten


def anew_if_taken(session: Session, do: Callable[[], T]) -> T:
    """Do it; and again where somebody else wrote one of its keys in between, which is there to be found from then on."""
    for _ in range(TRIES - 1):
        with suppress(IntegrityError), session.begin_nested():
            return do()
    return do()
