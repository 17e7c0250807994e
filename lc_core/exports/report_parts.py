"""The parts of a usage report: the charts of seat usage put about one contract, with what is said of it where there is nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from lc_core import language
from lc_core.contract_lists import ContractSeen
from lc_core.exports import report_pictures, report_tables
from lc_core.exports.report_tables import Table
from lc_core.insight import center, charts, forecast_charts, seats_told
from lc_core.insight.answers import Period
from lc_core.insight.chart_book import CHARTS, HIDDEN, Chart
from lc_core.insight.copy import Insight
from lc_core.insight.drawing import Specification
from lc_core.insight.headings import HEADINGS
from lc_core.insight.questions import QUESTIONS, Question
from lc_core.language import N_, _
from lc_core.records.db import Actor
from lc_core.vocabulary import ContractStatus

Pairs = list[tuple[str, str]]
FIGURES = ("seats", "used", "reserved", "pending", "uncommitted", "expired_unused", "over_invited")
OF_MONTH = QUESTIONS["how_used_is_each_contract_by_month"].meaning


@dataclass(frozen=True)
class About:
    """The contract that the report is about, and who asks. `row`: of the answer of how_full_is_each_contract."""

    insight: Insight
    actor: Actor
    seen: ContractSeen
    row: dict[str, Any]

    @property
    def runs(self) -> bool:
        return self.seen.status is ContractStatus.ACTIVE

    def ask(self, chart: Chart, period: Period | None = None) -> pl.DataFrame:
        """What the chart tells of just this contract."""
        return chart.of(chart.question.put(self.insight, self.actor, [self.seen.id], period).frame)


@dataclass(frozen=True)
class Figure:
    """A number with its name and meaning. `colour`: of its part of the bar, where it has one."""

    words: str
    number: str
    meaning: str
    colour: str = ""


@dataclass(frozen=True)
class Part:
    """One part. `words`: what its picture shows, or why there is none; `picture`: the drawing and its rows."""

    name: str
    heading: str
    words: str
    definitions: list[str]
    picture: tuple[Specification, pl.DataFrame] | None = None
    table: Table | None = None
    meanings: Pairs = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    facts: Pairs = field(default_factory=list)
    caption: str = ""


@dataclass(frozen=True)
class Plan:
    """How a chart of the book becomes a part.

    `nothing`: what is said of a contract that it tells nothing of; `of_one_row`: its only row is the contract, and what
    the row would say stands above it; `while_valid`: it tells of the time until the contract ended.
    """

    name: str
    nothing: str
    caption: str
    table: Callable[[Chart, pl.DataFrame], Table] = report_tables.of_the_contract
    tell: Callable[[pl.DataFrame], str] | None = None
    of_one_row: bool = False
    while_valid: bool = False


def _runs_out(answer: pl.DataFrame) -> str:
    """When the seats of the one contract run out, with the range (R-ANA-4)."""
    return f"{forecast_charts.run_out_told(answer.row(0, named=True))}."


OVER_TIME = Plan(
    "over-time",
    N_("Nothing is told over time of a contract that has not begun, has no seats or is archived."),
    N_("Seats at the end of each month"),
    table=report_tables.over_time,
    while_valid=True,
)
RUN_OUT = Plan(
    "run-out",
    N_("The contract is not active now, so it uses up no seats."),
    N_("The pace, and when it uses up the seats"),
    table=report_tables.run_out,
    tell=_runs_out,
    of_one_row=True,
)
FUNNEL = Plan(
    "funnel", N_("Nobody has been invited yet."), N_("How many people came to each step"), table=report_tables.funnel
)
ACTIVITIES = Plan(
    "activities",
    N_("Nobody has enrolled yet."),
    N_("Enrollments by the status they have now"),
    table=report_tables.activities,
)
IDLE = Plan(
    "idle",
    N_("The contract is not active now, so none of its seats can be won back."),
    N_("Seats that can be won back"),
    of_one_row=True,
)
HOW_LONG = Plan(
    "how-long",
    N_("No invitation has been sent yet."),
    N_("Invitations by the month in which they were first sent"),
    table=report_tables.how_long,
)


def parts(about: About) -> Iterator[Part]:
    """All parts, in the order in which they are read."""
    yield seats(about)
    for plan in (OVER_TIME, RUN_OUT, FUNNEL, ACTIVITIES, IDLE, HOW_LONG):
        yield planned(about, plan)
    yield ends(about)


def seats(about: About) -> Part:
    """All seats by status as one bar and as figures, which tell the colours (R-SEAT-10)."""
    chart, kind = CHARTS["seats"], about.seen.contract_type
    counts, words = seats_told.by_status(about.row, kind)
    bar = report_pictures.without_legend(charts.how_full_is_each_contract(words))
    colours = {word: charts.COLOURS[status] for status, word in words.items()}
    return Part(
        chart.question.name,
        _(chart.words),
        seats_told.described(about.row, kind),
        [_(chart.definition)],
        (bar, charts.seat_segments(counts, words)) if about.seen.seats else None,
        figures=[Figure(name, n, meaning, colours.get(name, "")) for name, n, meaning in _figures(about)],
    )


def _figures(about: About) -> list[tuple[str, str, str]]:
    """Each number with its name and its definition, in the words of the contract's type."""
    if about.seen.is_deal:
        return seats_told.numbers(about.row)
    meaning = QUESTIONS["how_full_is_each_contract"].meaning
    told = [(_(HEADINGS[name]), language.number(about.row[name]), _(meaning[name])) for name in FIGURES]
    share = center.totals(pl.DataFrame([about.row])).share
    return [*told[:2], (_(HEADINGS["utilisation"]), share, _(OF_MONTH["utilisation"])), *told[2:]]


def planned(about: About, plan: Plan) -> Part:
    """A chart of the book about the one contract."""
    chart = CHARTS[plan.name]
    answer = about.ask(chart, _while_valid(about.seen) if plan.while_valid else None)
    head = (chart.question.name, _(chart.words))
    definitions = [_(chart.definition)]
    if chart.nothing(answer) or (plan.while_valid and not answer["capacity"].max()):
        why = chart.why_empty if plan is IDLE and about.runs else plan.nothing
        return Part(*head, _(why), definitions)
    frame, table = chart.frame(answer), plan.table(chart, answer)
    if plan.of_one_row:
        frame = frame.with_columns(row=pl.lit(""))
    return Part(
        *head,
        (plan.tell or chart.tell)(answer),
        definitions,
        picture=None if frame.is_empty() else (chart.draw(), frame),
        table=table,
        meanings=_meanings(chart.question, table),
        caption=_(plan.caption),
    )


def _while_valid(seen: ContractSeen) -> Period | None:
    """Up to the last day of a contract that ends: on any later one it would be told as nothing of nothing."""
    if seen.ends_at is None:
        return None
    return Period(date.min, seen.ends_at.date() - timedelta(days=1))


def _meanings(question: Question, table: Table) -> Pairs:
    """What each column of a table means."""
    meaning = {"utilisation": OF_MONTH["utilisation"], **question.meaning}
    known = {_(HEADINGS[name]): _(words) for name, words in meaning.items() if name not in HIDDEN}
    return [(heading.words, known[heading.words]) for heading in table.headings if heading.words in known]


def ends(about: About) -> Part:
    """When the contract ends, with how many seats unused, and whether another one renews it (R-CON-17)."""
    ending, renewals = CHARTS["ending"], CHARTS["renewals"]
    soon, due = ending.frame(about.ask(ending)), about.ask(renewals)
    last = language.date(about.row["valid_to"]) if about.row["valid_to"] else _("no end")
    facts = [(_(HEADINGS["valid_to"]), last)]
    if not due.is_empty():
        renewed = forecast_charts.RENEWED if due["renewed"].item() else forecast_charts.NOT_RENEWED
        facts.append((_("Renewal"), _(renewed)))
    return Part(
        renewals.question.name,
        _("When does the contract end, and is it renewed?"),
        "" if soon.is_empty() else f"{soon['told'].item()}.",
        [_(ending.definition), _(renewals.definition)],
        facts=facts,
    )
