"""One loader for each question in queries/: who asks decides what is seen, and a frame of another shape is refused."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from lc_core import access
from lc_core.insight.copy import Insight
from lc_core.insight.remembered import FOR_EVER, Asked, Kept, next_change
from lc_core.insight.tables import INSTANT
from lc_core.records.db import Actor

QUERIES = Path(__file__).parents[2] / "queries"
Columns = Mapping[str, pl.DataType | type[pl.DataType]]


@dataclass(frozen=True)
class Answer:
    """What was asked, as of an instant: everything that had happened by then is in it."""

    frame: pl.DataFrame
    as_of: datetime


class UnexpectedShape(TypeError):
    """A question answered with other columns than its loader declares."""


HOW_FULL: Columns = {
    "contract_id": pl.Int64,
    "code": pl.String,
    "title": pl.String,
    "contract_type": pl.String,
    "status": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "seats": pl.Int64,
    "used": pl.Int64,
    "reserved": pl.Int64,
    "pending": pl.Int64,
    "uncommitted": pl.Int64,
    "over_invited": pl.Int64,
    "expired_unused": pl.Int64,
}


OVER_TIME: Columns = {"day": pl.Date, "used": pl.Int64, "capacity": pl.Int64}
STEPS: Columns = {"position": pl.Int32, "step": pl.String, "people": pl.Int64}
IN_ACTIVITIES: Columns = {
    "activity_id": pl.Int64,
    "code": pl.String,
    "activity": pl.String,
    "status": pl.String,
    "enrollments": pl.Int64,
}
END_SOON: Columns = {
    "contract_id": pl.Int64,
    "code": pl.String,
    "contract": pl.String,
    "ends_at": INSTANT,
    "days_left": pl.Int64,
    "seats": pl.Int64,
    "used": pl.Int64,
    "unused": pl.Int64,
}
Only = Collection[int] | None
"""The contracts a question is limited to, beside what the asker may see; None: all of those."""


def how_full_is_each_contract(insight: Insight, actor: Actor, only: Only = None) -> Answer:
    """A row for each contract the actor may see, archived ones included, by code: its seats by status, in seats (R-SEAT-10)."""
    return _ask(insight, actor, "how_full_is_each_contract", HOW_FULL, only)


def how_are_seats_used_over_time(insight: Insight, actor: Actor, only: Only = None) -> Answer:
    """A row for each day on which something changed, and today: seats used and there are, in contracts valid that day."""
    return _ask(insight, actor, "how_are_seats_used_over_time", OVER_TIME, only)


def where_do_people_stop(insight: Insight, actor: Actor, only: Only = None) -> Answer:
    """Five rows: how many different people were invited, accepted, enrolled, started and completed (R-ANA-2)."""
    return _ask(insight, actor, "where_do_people_stop", STEPS, only)


def what_happens_in_each_activity(insight: Insight, actor: Actor, only: Only = None) -> Answer:
    """A row for each activity and status that occurs in it, by title: how many enrollments (R-ENR-1)."""
    return _ask(insight, actor, "what_happens_in_each_activity", IN_ACTIVITIES, only)


def which_contracts_end_soon(insight: Insight, actor: Actor, only: Only = None) -> Answer:
    """A row for each active contract that ends within 120 days, the soonest first, with its unused seats."""
    return _ask(insight, actor, "which_contracts_end_soon", END_SOON, only)


def _ask(insight: Insight, actor: Actor, question: str, columns: Columns, only: Only) -> Answer:
    """Put the question to the copy, limited to what the actor may see now and wants to; or answer it as before.

    The same version of the copy answers the same question alike until the clock comes to an instant it compares with.
    """
    with insight.db.read() as session:
        scope = access.scope_of(session, actor)
    now, copy = insight.db.clock(), insight.copy()
    theirs = None if scope.everything else scope.contracts
    asked = Asked(copy.file, question, theirs, None if only is None else frozenset(only))
    frame = insight.remembered.answer(asked, now)
    if frame is None:
        kept, copy = insight.ask(_within(asked, now))
        frame = _of_shape(kept.frame, columns)
        insight.remembered.keep(replace(asked, file=copy.file), kept)
    return Answer(frame, copy.as_of)


def _within(asked: Asked, now: datetime) -> Callable[[duckdb.DuckDBPyConnection], Kept]:
    """The question on a cursor of its own, whose table `scope` holds the contracts it may see."""
    sql = sql_of(asked.question)

    def ask(cursor: duckdb.DuckDBPyConnection) -> Kept:
        if asked.contracts is None:
            cursor.execute("create temp table scope as select contract_id from contracts")
        else:
            cursor.execute(
                "create temp table scope as select unnest($contracts::bigint[]) as contract_id",
                {"contracts": sorted(asked.contracts)},
            )
        if asked.only is not None:
            wanted = {"wanted": sorted(asked.only)}
            cursor.execute("delete from scope where contract_id not in (select unnest($wanted::bigint[]))", wanted)
        if "$now" not in sql:
            return Kept(cursor.sql(sql).pl(), now, FOR_EVER)
        return Kept(cursor.sql(sql, params={"now": now}).pl(), now, next_change(cursor, now))

    return ask


@cache
def sql_of(question: str) -> str:
    """The text of a question."""
    return (QUERIES / f"{question}.sql").read_text(encoding="utf-8")


def _of_shape(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    if dict(frame.schema) != dict(columns):
        raise UnexpectedShape(f"{dict(frame.schema)} instead of {dict(columns)}")
    return frame
