"""The rows of an export in portions: of contracts that the asker may see, with people as the asker's rights say (R-ANA-5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
from sqlalchemy import select

from lc_core import access
from lc_core.errors import NotFound
from lc_core.exports.datasets import LOCALLY, QUERIES
from lc_core.exports.names import People
from lc_core.exports.wanted import Wanted
from lc_core.insight import asking
from lc_core.insight.asking import EVER
from lc_core.insight.copy import Insight
from lc_core.insight.published import Revision, revision_of
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, ContractActivity
from lc_core.rights import Rights

PORTION = 50_000
"""How many rows are in memory at once, or some more."""
CONTRACTS = """
select contract_id, code as contract_code, title as contract_title, contract_type, group_name as contract_group
from contracts inner join scope using (contract_id)
"""
COUNTED = "select contract_id, count(*) as number from ({rows}) group by contract_id order by contract_id"
ACTIVITIES = "select activity_id, code as activity_code, title as activity_title, kind as activity_kind from activities"


@dataclass(frozen=True)
class Reading:
    """An export under way: how many rows it has, what they tell of (everything that had happened by then), and the rows."""

    rows: int
    as_of: datetime
    frames: Iterator[pl.DataFrame]


@contextmanager
def opened(insight: Insight, actor: Actor, wanted: Wanted, portion: int = PORTION) -> Iterator[Reading]:
    """Read what is wanted, as the asker's rights stand now.

    NotFound for somebody who may see no contract, and for a contract or an activity that they may not see.
    """
    now, contracts, people = insight.db.clock(), _contracts(insight, actor, wanted), People(insight.db, actor)
    with insight.reading() as (cursor, copy):
        rows = _Rows(cursor, wanted, now, people)
        counts = rows.of(contracts)
        yield Reading(sum(n for _contract, n in counts), copy.as_of, rows.frames(counts, portion))


def count(insight: Insight, actor: Actor, wanted: Wanted) -> int:
    """How many rows the file would have."""
    with opened(insight, actor, wanted) as reading:
        return reading.rows


@dataclass(frozen=True)
class Look:
    """The first rows of a file, how many it would have, and what they tell of."""

    frame: pl.DataFrame
    rows: int
    as_of: datetime


def look(insight: Insight, actor: Actor, wanted: Wanted, most: int = 50) -> Look:
    """The first rows of the file, at most so many, with the number of all."""
    found = pl.DataFrame(schema=wanted.schema)
    with opened(insight, actor, wanted, most) as reading:
        for frame in reading.frames:
            found = pl.concat([found, frame.head(most - found.height)])
            if found.height == most:
                break
    return Look(found, reading.rows, reading.as_of)


@dataclass(frozen=True)
class Standing:
    """What all that somebody is shown of a choice depends on: their rights, how far the records are, the minute."""

    rights: Rights
    revision: Revision
    minute: datetime


def standing(db: Database, actor: Actor) -> Standing:
    """For whoever shows the same again and again: as long as it is equal, so is what is shown, up to a minute."""
    with db.read() as session:
        minute = db.clock().replace(second=0, microsecond=0)
        return Standing(access.rights_of(session, actor), revision_of(session), minute)


def preview(insight: Insight, actor: Actor, wanted: Wanted, most: int = 50) -> pl.DataFrame:
    """The first rows of the file, at most so many."""
    return look(insight, actor, wanted, most).frame


def frames(insight: Insight, actor: Actor, wanted: Wanted) -> Iterator[pl.DataFrame]:
    """All rows of the file, in portions; no portion where there is no row."""
    with opened(insight, actor, wanted) as reading:
        yield from reading.frames


def _contracts(insight: Insight, actor: Actor, wanted: Wanted) -> list[int]:
    """The contracts that are wanted, if the asker may see all of them."""
    with insight.db.read() as session:
        scope, visible = access.scope_of(session, actor), access.visible(session, actor)
        seen = set(session.scalars(select(Contract.id).where(visible)))
        if wanted.activity is not None:
            of_them = select(ContractActivity.contract_id).join(Contract).where(visible)
            seen_in = session.scalar(of_them.where(ContractActivity.activity_id == wanted.activity).limit(1))
            if seen_in is None:
                raise NotFound
    if not (scope.everything or seen) or (wanted.only is not None and not wanted.only <= seen):
        raise NotFound
    return sorted(seen if wanted.only is None else wanted.only)


class _Rows:
    """The rows that are wanted, on a cursor of their own."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, wanted: Wanted, now: datetime, people: People) -> None:
        self._cursor = cursor
        self._wanted = wanted
        self._people = people
        self._sql = (QUERIES / f"{wanted.dataset}.sql").read_text(encoding="utf-8").rstrip()
        since, until = (wanted.period or EVER).within(ZoneInfo(wanted.zone))
        self._said = {"now": now, "activity": wanted.activity, "from": since, "to": until}

    def of(self, contracts: list[int]) -> list[tuple[int, int]]:
        """Limit everything to these contracts; how many rows each has, in their order."""
        self._table("scope", "select unnest($contracts::bigint[]) as contract_id", {"contracts": contracts})
        words = self._wanted.of.statuses
        statuses = [*self._wanted.statuses] or [word.value for word in words or ()]
        self._table("chosen", "select unnest($statuses::varchar[]) as status", {"statuses": statuses})
        for question in self._wanted.of.beside:
            sql = asking.sql_of(question)
            self._table(question, sql, {"now": self._said["now"]})
        first, last = (contracts[0], contracts[-1]) if contracts else (0, 0)
        counted = self._cursor.sql(COUNTED.format(rows=self._sql), params=self._parameters(first, last)).pl()
        return list(counted.iter_rows())

    def frames(self, counts: list[tuple[int, int]], portion: int) -> Iterator[pl.DataFrame]:
        """All of them, contract after contract, so that no more than a portion or one contract's rows are sorted at once."""
        contracts = self._cursor.sql(CONTRACTS).pl()
        if self._people.wanted_in(self._wanted.schema):
            contracts = self._people.seen_in(contracts)
        activities = self._cursor.sql(ACTIVITIES).pl()
        for first, last in _batches(counts, portion):
            found = self._cursor.sql(self._sql, params=self._parameters(first, last))
            for batch in found.to_arrow_reader(portion):
                rows = pl.DataFrame(batch)
                if rows.height:
                    yield self._finished(rows, contracts, activities)

    def _finished(self, rows: pl.DataFrame, contracts: pl.DataFrame, activities: pl.DataFrame) -> pl.DataFrame:
        """The rows with what stands beside them: contract, activity, person, local times; the columns that are wanted."""
        rows = rows.join(contracts, on="contract_id", how="left", maintain_order="left")
        if "activity_id" in rows.columns:
            rows = rows.join(activities, on="activity_id", how="left", maintain_order="left")
        if self._people.wanted_in(self._wanted.schema):
            rows = self._people.named(rows)
        zone = self._wanted.zone
        local = [
            pl.col(name).dt.convert_time_zone(zone).dt.replace_time_zone(None).alias(name + LOCALLY)
            for name in self._wanted.locals
        ]
        return asking.of_shape(rows.with_columns(local).select(*self._wanted.schema), self._wanted.schema)

    def _table(self, name: str, sql: str, said: dict[str, Any]) -> None:
        self._cursor.execute(f"create temp table {name} as {sql}", said)

    def _parameters(self, first: int, last: int) -> dict[str, Any]:
        """Those that the data set's SQL has."""
        said = {**self._said, "first": first, "last": last}
        return {name: value for name, value in said.items() if f"${name}" in self._sql}


def _batches(counts: list[tuple[int, int]], portion: int) -> Iterator[tuple[int, int]]:
    """Neighbouring contracts that have no more than a portion of rows together, or one that has more: the first, the last."""
    first, last, together = None, 0, 0
    for contract_id, rows in counts:
        if first is not None and together + rows > portion:
            yield first, last
            first, together = None, 0
        first, last, together = contract_id if first is None else first, contract_id, together + rows
    if first is not None:
        yield first, last
