"""The tables of a usage report: what an answer says, as cells that people read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from lc_core import language
from lc_core.insight import drawing, people_charts, usage_charts
from lc_core.insight.chart_book import Chart
from lc_core.insight.headings import HEADINGS
from lc_core.insight.states import Step
from lc_core.insight.usage_charts import Grain
from lc_core.language import N_, _
from lc_core.settings import settings
from lc_core.vocabulary import EnrollmentStatus

NONE = "–"
OF_ALL, OF_BEFORE, STOPPED = N_("Of all"), N_("Of the step before"), N_("Went no further")
ALL_MONTHS = N_("All months")


@dataclass(frozen=True)
class Heading:
    """Of one column. `number`: whether its cells stand to the right."""

    words: str
    number: bool


@dataclass(frozen=True)
class Table:
    """`rows`: the cells in the language spoken; the first one of a row says what the row is."""

    headings: list[Heading]
    rows: list[list[str]]


def over_time(_chart: Chart, answer: pl.DataFrame) -> Table:
    """The seats at the end of each month."""
    ends = usage_charts.at_grain(answer, Grain.MONTH)
    told = _told(ends)
    shares = [drawing.share(row["used"], row["capacity"]) for row in ends.iter_rows(named=True)]
    return _beside(told, {HEADINGS["utilisation"]: shares})


def of_the_contract(chart: Chart, answer: pl.DataFrame) -> Table:
    """The answer as it is written beside its chart, without the columns that name the contract."""
    table = chart.table(answer)
    return _told(table.drop("code", "contract", strict=False))


def run_out(chart: Chart, answer: pl.DataFrame) -> Table:
    """The paces, and the day to which each leads; how many seats there are is told above."""
    return of_the_contract(chart, answer.drop("seats", "used", "ends_at"))


def funnel(_chart: Chart, answer: pl.DataFrame) -> Table:
    """Each step with its share of all and of those before it, and how many went no further (R-ANA-2)."""
    people = answer["people"].to_list()
    steps = answer.with_columns(pl.Series("step", [Step.of(step).label for step in answer["step"]]))
    before = [NONE, *(drawing.share(here, last) for last, here in pairwise(people))]
    stopped = [*(language.number(here - then) for here, then in pairwise(people)), NONE]
    shares = {OF_ALL: [drawing.share(n, people[0]) for n in people], OF_BEFORE: before, STOPPED: stopped}
    return _beside(_told(steps.select("step", "people", "seats")), shares)


def activities(_chart: Chart, answer: pl.DataFrame) -> Table:
    """A row for each activity, a column for each status that occurs."""
    totals = people_charts.most_enrolled(answer)
    counts = {(row["activity_id"], row["status"]): row["enrollments"] for row in answer.iter_rows(named=True)}
    found = [status for status in EnrollmentStatus if status.value in set(answer["status"])]
    by_status = {
        status.label: [language.number(counts.get((one, status.value), 0)) for one in totals["activity_id"]]
        for status in found
    }
    return _beside(_told(totals.select("activity", "enrollments")), by_status)


def how_long(chart: Chart, answer: pl.DataFrame) -> Table:
    """Month by month, and all months together at the end."""
    told = _told(chart.table(answer))
    for row in told.rows:
        row[0] = _(ALL_MONTHS) if row[0] == NONE else row[0]
    return told


def _told(frame: pl.DataFrame) -> Table:
    headings = [Heading(_(HEADINGS[name]), dtype.is_numeric()) for name, dtype in frame.schema.items()]
    return Table(headings, [[_cell(name, value) for name, value in row.items()] for row in frame.iter_rows(named=True)])


def _beside(table: Table, more: dict[str, list[str]]) -> Table:
    """The table with more columns of figures."""
    headings = [*table.headings, *(Heading(_(words), number=True) for words in more)]
    added: Sequence[tuple[str, ...]] = list(zip(*more.values(), strict=True)) or [()] * len(table.rows)
    return Table(headings, [[*row, *cells] for row, cells in zip(table.rows, added, strict=True)])


def _cell(name: str, value: Any) -> str:
    match value:
        case None:
            return NONE
        case datetime():
            return language.day_and_time(value, ZoneInfo(settings().timezone))
        case date():
            return language.month(value) if name == "month" else language.date(value)
        case float() | int():
            return language.number(round(value, 2 if name in PACES else 1))
        case _:
            return str(value)


PACES = ("pace", "slowest", "fastest")
"""Columns of seats a day, which are few."""
