"""How a question is put to the analytic copy: limited to what its asker may see and wants, remembered, and of a known shape."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from lc_core import access
from lc_core.insight.columns import Columns
from lc_core.insight.copy import Insight, Seen
from lc_core.insight.published import revision_of
from lc_core.insight.remembered import FOR_EVER, Asked, Kept, next_change
from lc_core.records.db import Actor

QUERIES = Path(__file__).parents[2] / "queries"
Only = Collection[int] | None
"""The contracts a question is limited to, beside what the asker may see; None: all of those."""


@dataclass(frozen=True)
class Period:
    """Days, both included; of UTC, where nothing else is said."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The instant at which it begins."""
        return self.within(UTC)[0]

    @property
    def until(self) -> datetime:
        """The instant at which it is over."""
        return self.within(UTC)[1]

    def within(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The instants (UTC) at which it begins and is over, as the clocks of a zone have its days."""
        last = min(self.last, date.max - timedelta(days=1))
        return _midnight(self.first, zone), _midnight(last + timedelta(days=1), zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The instant (UTC) at which a day begins; in zones that had none of the calendar's first day, UTC's own."""
    try:
        return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(), tzinfo=UTC)


EVER = Period(date.min, date.max)
"""Where a question is not limited to a period."""


@dataclass(frozen=True)
class Answer:
    """What was asked, as of an instant: everything that had happened by then is in it."""

    frame: pl.DataFrame
    as_of: datetime


class UnexpectedShape(TypeError):
    """A question answered with other columns than its loader declares."""


def put(
    insight: Insight,
    actor: Actor,
    question: str,
    columns: Columns,
    *,
    only: Only,
    period: Period | None,
    **said: str,
) -> Answer:
    """Put the question to the copy, limited to what the actor may see now and wants to; or answer it as before.

    The same version of the copy answers the same question alike until the clock comes to an instant it compares with.
    `said`: the question's own parameters. A question about this moment is not limited to a period.
    """
    now = insight.db.clock()
    with insight.db.read() as session:
        scope, revision = access.scope_of(session, actor), revision_of(session)
    copy = insight.copy(Seen(now, revision))
    theirs = None if scope.everything else scope.contracts
    parameters = tuple({**_limits(question, period), **said}.items())
    asked = Asked(copy.file, question, theirs, None if only is None else frozenset(only), parameters)
    frame = insight.remembered.answer(asked, now)
    if frame is None:
        kept, copy = insight.ask(_within(asked, now, insight.remembered.next_change(asked, now)))
        frame = of_shape(kept.frame, columns)
        insight.remembered.keep(replace(asked, file=copy.file), kept)
    return Answer(frame, copy.as_of)


def _limits(question: str, period: Period | None) -> dict[str, Any]:
    """The period as the question's parameters, where it has them."""
    if "$from" not in sql_of(question):
        return {}
    within = period or EVER
    return {"from": within.since, "to": within.until}


def _within(asked: Asked, now: datetime, until: datetime | None) -> Callable[[duckdb.DuckDBPyConnection], Kept]:
    """The question on a cursor of its own, whose table `scope` holds the contracts it may see.

    `until`: when the clock may next change the answer, where that is known.
    """
    sql, said = sql_of(asked.question), dict(asked.said)

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
            return Kept(cursor.sql(sql, params=said).pl(), now, FOR_EVER)
        return Kept(cursor.sql(sql, params={**said, "now": now}).pl(), now, until or next_change(cursor, now))

    return ask


@cache
def sql_of(question: str) -> str:
    """The text of a question, without its comments."""
    lines = (QUERIES / f"{question}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def of_shape(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    """The frame, if it has exactly these columns."""
    if dict(frame.schema) != dict(columns):
        raise UnexpectedShape(f"{dict(frame.schema)} instead of {dict(columns)}")
    return frame
