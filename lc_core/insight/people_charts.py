"""Charts of people: where they stop, how long they take, how each month's cohort gets on, and what becomes of enrollments."""

from functools import cache

import altair as alt
import polars as pl

from lc_core import language
from lc_core.insight import drawing
from lc_core.insight.contract_charts import rows_of
from lc_core.insight.drawing import BLUE, GREEN, TALL, Row, Specification, label
from lc_core.insight.states import Step
from lc_core.insight.usage_charts import CELL, shade
from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import EnrollmentStatus

STATUS_COLOURS = ("#8f4a9e", "#b57ac2", "#0b6aa8", "#a65300", "#0e7a57", "#c0392f", "#96604c", "#6b7280")
"""Of the statuses of enrollments, in their order."""
DAYS = {"month": pl.Date, "what": pl.String, "how_many": pl.String, "days": pl.Float64, "told": pl.String}
COHORTS = {
    "month": pl.Date,
    "step": pl.String,
    "share": pl.Float64,
    "people": pl.Int64,
    "told": pl.String,
}


# --- where people stop ------------------------------------------------------------------------------------------------


def where_do_people_stop() -> Specification:
    """A bar for each step, in order; its frame: `funnel_bars`. A click picks the step's place in the order."""
    return drawing.bars((_("People"),), (BLUE,), _("Step"))


def funnel_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """Each step with its share of those invited and of the step before it (R-ANA-2)."""
    people = answer["people"].to_list()
    rows = []
    for row, before in zip(answer.iter_rows(named=True), [None, *people], strict=False):
        said = step_told(row, people[0], before)
        words = label(Step.of(row["step"]).label, said)
        rows.append((words, float(row["people"]), _("People"), 0, said, row["position"]))
    return drawing.frame(rows)


def step_told(row: Row, invited: int, before: int | None) -> str:
    """How many came to a step, and which part that is."""
    people = drawing.people_told(row["people"])
    if before is None:
        return people
    return _("{people}, {share} of all, {of_before} of those before").format(
        people=people, share=drawing.share(row["people"], invited), of_before=drawing.share(row["people"], before)
    )


def who_stopped_there() -> Specification:
    """A bar for each contract: how many people stopped in it; its frame: `people_bars`."""
    return _people(_("Contract"))


def whose_seats_are_idle() -> Specification:
    """A bar for each contract: how many people's seats are idle in it; its frame: `people_bars`."""
    return _people(_("Contract"))


def _people(what: str) -> Specification:
    return drawing.bars((_("People"),), (BLUE,), what)


def people_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """The contracts with most people first."""
    counted = answer.group_by("contract_id", "code", "contract").agg(pl.len().cast(pl.Int64).alias("people"))
    rows = rows_of(
        counted.sort("people", "code", descending=[True, False]), lambda row: drawing.people_told(row["people"])
    )
    return drawing.frame(
        [(words, float(row["people"]), _("People"), 0, said, row["contract_id"]) for row, words, said in rows]
    )


# --- how long it takes ------------------------------------------------------------------------------------------------

ACCEPTED, ENROLLED = N_("Until accepted"), N_("Until enrolled")
MEDIAN, P90 = N_("Half of them"), N_("Nine in ten")


def how_long_until_people_enroll() -> Specification:
    """Days until half and until nine in ten accepted and enrolled, by month; its frame: `days_by_month`."""
    return _how_long((_(ACCEPTED), _(ENROLLED)), (_(MEDIAN), _(P90)), _("Days"), _("Month"))


def days_by_month(answer: pl.DataFrame) -> pl.DataFrame:
    """A row for each month, way and share that is known; the row of all months is told in words instead."""
    rows = [
        (row["month"], _(what), _(how_many), row[f"{way}_{measure}_days"], days_told(row[f"{way}_{measure}_days"]))
        for row in answer.filter(pl.col("month").is_not_null()).iter_rows(named=True)
        for way, what in (("accept", ACCEPTED), ("enroll", ENROLLED))
        for measure, how_many in (("median", MEDIAN), ("p90", P90))
        if row[f"{way}_{measure}_days"] is not None
    ]
    return pl.DataFrame(rows, schema=DAYS, orient="row")


def days_told(days: float) -> str:
    """Days to a tenth."""
    tenths = round(days, 1)
    whole = int(tenths) if tenths == int(tenths) else tenths
    return ngettext("{n} day", "{n} days", 1 if whole == 1 else 2).format(n=language.number(whole))


@cache
def _how_long(ways: tuple[str, str], how_many: tuple[str, str], days: str, month: str) -> Specification:
    each_month = alt.Axis(format="%b %y", tickCount={"interval": "month", "step": 1}, labelOverlap=True)
    base = alt.Chart(pl.DataFrame(schema=DAYS)).encode(
        x=alt.X("month:T", title=None, scale=alt.Scale(type="utc"), axis=each_month),
        y=alt.Y("days:Q", title=days, axis=alt.Axis(tickMinStep=1, format=",")),
        color=alt.Color(
            "what:N",
            scale=alt.Scale(domain=list(ways), range=[BLUE, drawing.ORANGE]),
            legend=drawing.legend(ways, symbolType="stroke", orient="top"),
        ),
        tooltip=[
            alt.Tooltip("utcyearmonth(month):T", title=month, format="%b %Y"),
            alt.Tooltip("what:N", title=" "),
            alt.Tooltip("how_many:N", title="  "),
            alt.Tooltip("told:N", title=days),
        ],
    )
    dashes = alt.StrokeDash(
        "how_many:N",
        scale=alt.Scale(domain=list(how_many), range=[[1, 0], [4, 4]]),
        legend=drawing.legend(how_many, symbolType="stroke", symbolStrokeColor=drawing.GREY),
    )
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=dashes)
    points = base.mark_point(filled=True, size=55, opacity=1)
    return drawing.drawn(alt.layer(lines, points), height=TALL)


# --- cohorts ----------------------------------------------------------------------------------------------------------


def how_do_cohorts_get_on() -> Specification:
    """A row for each month of first invitation, a cell for each step, the deeper the more came to it; its frame: `cohort_cells`."""
    return _cohorts(tuple(step.label for step in Step), _("Month"), _("Step"), _("People"))


def cohort_cells(answer: pl.DataFrame) -> pl.DataFrame:
    """Under the first step how many were invited, under the others which share of those."""
    rows = [
        (row["month"], step.label, row[step.value] / row["invited"], row[step.value], _cell(row, step))
        for row in answer.iter_rows(named=True)
        for step in Step
        if row["invited"]
    ]
    return pl.DataFrame(rows, schema=COHORTS, orient="row")


def _cell(row: Row, step: Step) -> str:
    if step is Step.INVITED:
        return language.number(row["invited"])
    return drawing.share(row[step.value], row["invited"])


@cache
def _cohorts(steps: tuple[str, ...], month: str, step: str, people: str) -> Specification:
    slanted = f"width < {drawing.NARROW}"
    names = alt.Axis(
        orient="top",
        labelAngle=alt.ExprRef(f"{slanted} ? -35 : 0"),
        labelAlign=alt.ExprRef(f"{slanted} ? 'left' : 'center'"),
        labelOverlap=False,
        labelPadding=6,
    )
    months = alt.Axis(format="%b %Y", labelLimit=140, labelPadding=8, labelFlush=False)
    base = alt.Chart(pl.DataFrame(schema=COHORTS)).encode(
        x=alt.X("step:N", sort=list(steps), title=None, axis=names),
        y=alt.Y("utcyearmonth(month):O", title=None, axis=months),
        tooltip=[
            alt.Tooltip("utcyearmonth(month):T", title=month, format="%b %Y"),
            alt.Tooltip("step:N", title=step),
            alt.Tooltip("people:Q", title=people, format=","),
            alt.Tooltip("told:N", title=" "),
        ],
    )
    cells = base.mark_rect(cornerRadius=2, width={"band": 0.96}, height={"band": 0.9}).encode(
        color=shade("share", None)
    )
    ink = alt.condition(
        f"datum.share >= {drawing.DEEP_FROM}", alt.value(drawing.INK_ON_DEEP), alt.value(drawing.INK_ON_PALE)
    )
    numbers = base.mark_text(fontSize=12).encode(text="told:N", color=ink)
    return drawing.drawn(alt.layer(cells, numbers), height=alt.Step(CELL + 4))


# --- by the code, and in activities -----------------------------------------------------------------------------------


def who_used_the_code() -> Specification:
    """People of each contract who came by its code; its frame: `code_bars`."""
    return drawing.bars((_("By the code"),), (GREEN,), _("Contract"))


def code_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """The contracts first in which most people used the code; none where nobody did."""
    rows = rows_of(by_code(answer.filter(pl.col("by_code") > 0)), _code_told)
    return drawing.frame(
        [(words, float(row["by_code"]), _("By the code"), 0, said, row["contract_id"]) for row, words, said in rows]
    )


def by_code(answer: pl.DataFrame) -> pl.DataFrame:
    return answer.sort("by_code", "invited", "code", descending=[True, True, False])


def _code_told(row: Row) -> str:
    return _("{part} people by the code").format(part=drawing.of_all(row["by_code"], row["invited"]))


def what_happens_in_each_activity() -> Specification:
    """A bar for each activity, its enrollments stacked by status; its frame: `activity_bars`. A click picks the activity."""
    return drawing.bars(tuple(status.label for status in EnrollmentStatus), STATUS_COLOURS, _("Activity"))


def activity_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """The activities with most enrollments first."""
    order = {status.value: place for place, status in enumerate(EnrollmentStatus)}
    shown = rows_of(most_enrolled(answer).rename({"activity": "contract"}), _enrollments)
    statuses = {key[0]: part.to_dicts() for key, part in answer.group_by("activity_id", maintain_order=True)}
    return drawing.frame(
        [
            (
                words,
                float(part["enrollments"]),
                EnrollmentStatus.of(part["status"]).label,
                order[part["status"]],
                language.number(part["enrollments"]),
                row["activity_id"],
            )
            for row, words, _said in shown
            for part in statuses[row["activity_id"]]
        ]
    )


def most_enrolled(answer: pl.DataFrame) -> pl.DataFrame:
    """A row for each activity: all its enrollments, and those that are completed."""
    completed = pl.col("enrollments").filter(pl.col("status") == EnrollmentStatus.COMPLETED.value).sum()
    totals = answer.group_by("activity_id", "code", "activity").agg(
        completed.alias("completed"), pl.col("enrollments").sum()
    )
    return totals.sort("enrollments", "code", descending=[True, False])


def _enrollments(row: Row) -> str:
    n = ngettext("{n} enrollment", "{n} enrollments", row["enrollments"]).format(n=language.number(row["enrollments"]))
    return _("{enrollments}, {share} completed").format(
        enrollments=n, share=drawing.share(row["completed"], row["enrollments"])
    )


def which_activities_are_offered() -> Specification:
    """A bar for each activity: how many contracts offer it; its frame: `offered_bars`."""
    return drawing.bars((_("Contracts"),), (BLUE,), _("Activity"))


def offered_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """The activities first that most contracts offer."""
    counted = answer.group_by("activity_id", "code", "activity").agg(pl.len().cast(pl.Int64).alias("contracts"))
    most = counted.sort("contracts", "code", descending=[True, False]).rename({"activity": "contract"})
    rows = rows_of(most, lambda row: contracts_told(row["contracts"]))
    return drawing.frame(
        [(words, float(row["contracts"]), _("Contracts"), 0, said, row["activity_id"]) for row, words, said in rows]
    )


def contracts_told(n: int) -> str:
    return ngettext("{n} contract", "{n} contracts", n).format(n=language.number(n))
