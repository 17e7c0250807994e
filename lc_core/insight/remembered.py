"""Answers that are still true: the same question of the same copy, before the clock can change anything in it."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import duckdb
import polars as pl

MOST = 256
"""How many answers are kept: some twenty questions, as several people filter them."""
FOR_EVER = datetime.max.replace(tzinfo=UTC)
NOTHING = pl.DataFrame()
NEXT_CHANGE = """
select min(told.instant) as instant
from (
    select starts_at as instant from contracts inner join scope on scope.contract_id = contracts.contract_id
    union all
    select ends_at as instant from contracts inner join scope on scope.contract_id = contracts.contract_id
    union all
    select expires_at as instant from demand_by_expiry inner join scope on scope.contract_id = demand_by_expiry.contract_id
    union all
    select cast(cast(cast($now as timestamptz) as date) + 1 as timestamptz) as instant
) as told
where told.instant > $now
"""
"""The questions compare $now with these instants alone: where contracts begin and end, where invitations expire, and days.

Only live invitations that nobody answered can expire; the roll-up holds the instants at which those do.
"""


@dataclass(frozen=True)
class Asked:
    """What an answer depends on beside the clock: the copy's file, and of which contracts (None: all) what is asked.

    `contracts`: what the asker may see; `only`: what they want of it; `said`: the question's parameters and their values.
    """

    file: str
    question: str
    contracts: frozenset[int] | None
    only: frozenset[int] | None
    said: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Kept:
    """An answer and the instants from which and up to which (not with it) it is true."""

    frame: pl.DataFrame
    since: datetime
    until: datetime


class Remembered:
    """The answers last used, of one version of the copy. For all threads; frames are never changed."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._door = Lock()
        self._kept: OrderedDict[Asked, Kept] = OrderedDict()
        self._changes: OrderedDict[Asked, Kept] = OrderedDict()

    def answer(self, asked: Asked, now: datetime) -> pl.DataFrame | None:
        """The answer, if it is known and true at this instant."""
        with self._door:
            kept = _true(self._kept, asked, now)
        return None if kept is None else kept.frame

    def next_change(self, asked: Asked, now: datetime) -> datetime | None:
        """When the clock may next change what is asked of these contracts, if an answer to another question tells it."""
        with self._door:
            kept = _true(self._changes, _of_these(asked), now)
        return None if kept is None else kept.until

    def keep(self, asked: Asked, kept: Kept) -> None:
        """Know this answer from now on; those of other versions of the copy, and the one used longest ago, are forgotten."""
        with self._door:
            self._put(self._kept, asked, kept)
            if kept.until < FOR_EVER:
                self._put(self._changes, _of_these(asked), replace(kept, frame=NOTHING))

    def _put(self, known: OrderedDict[Asked, Kept], asked: Asked, kept: Kept) -> None:
        for old in [one for one in known if one.file != asked.file]:
            del known[old]
        known[asked] = kept
        known.move_to_end(asked)
        while len(known) > self._most:
            known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def _true(known: OrderedDict[Asked, Kept], asked: Asked, now: datetime) -> Kept | None:
    kept = known.get(asked)
    if kept is None or not kept.since <= now < kept.until:
        return None
    known.move_to_end(asked)
    return kept


def _of_these(asked: Asked) -> Asked:
    """Whatever is asked of the same contracts."""
    return replace(asked, question="", said=())


def next_change(cursor: duckdb.DuckDBPyConnection, now: datetime) -> datetime:
    """The first instant after `now` at which a question of what is in the table `scope` may be answered otherwise."""
    instant: datetime = cursor.sql(NEXT_CHANGE, params={"now": now}).pl().item()
    return instant
