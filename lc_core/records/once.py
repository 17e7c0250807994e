"""Doing several changes as one, and once for each operation key, whatever befalls the process or the line in between."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic_core import from_json, to_json

from lc_core.records.db import Database, DatabaseError, claim, keep_answer
from lc_core.records.operations import OperationKey, Repeated

T = TypeVar("T")
TRIES = 3
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
