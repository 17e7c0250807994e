"""Charts of all chosen contracts along the time that has passed: seats day by day, contracts by month, what changed."""

from functools import cache
from typing import Any

import altair as alt
import polars as pl

from lc_core import language
from lc_core.insight import drawing
from lc_core.insight.drawing import MOST_IN_HEATMAP, TALL, Specification, label
from lc_core.insight.states import Movement
from lc_core.language import N_, _
from lc_core.words import Word


class Grain(Word):
    """How finely time is shown."""

    DAY = "day", N_("By day")
    WEEK = "week", N_("By week")
    MONTH = "month", N_("By month")


EVERY = {Grain.WEEK: "1w", Grain.MONTH: "1mo"}
OVER_TIME = {"day": pl.Date, "used": pl.Int64, "capacity": pl.Int64, "told": pl.String}
HEATMAP = {
    "row": pl.String,
    "month": pl.Date,
    "utilisation": pl.Float64,
    "told": pl.String,
    "picked": pl.Int64,
}
MOVEMENTS = {"row": pl.String, "now": pl.Int64, "before": pl.Int64}
CELL = 26


# --- seats over time --------------------------------------------------------------------------------------------------


def how_are_seats_used_over_time() -> Specification:
    """Seats used (area) against seats there are (dashed line), by day; its frame: `used_days`."""
    return _used_over_time((_("Seats used"), _("Seats in all")), _("Day"))


def at_grain(answer: pl.DataFrame, grain: Grain) -> pl.DataFrame:
    """The seats at the end of each day, week or month; the last one is told as of the last day there is."""
    if grain not in EVERY or answer.is_empty():
        return answer
    every, days = EVERY[grain], answer.select("day").sort("day")
    whole = days.select(pl.date_range(pl.col("day").min(), pl.col("day").max()))
    first_of_each = pl.col("day").dt.truncate(every)
    ends = whole.group_by(first_of_each.alias("begins")).agg(pl.col("day").max()).sort("day").select("day")
    return ends.join_asof(answer.sort("day"), on="day", strategy="backward")


def used_days(answer: pl.DataFrame) -> pl.DataFrame:
    days = [language.date(day) for day in answer["day"]]
    return answer.select("day", "used", "capacity").with_columns(pl.Series("told", days, dtype=pl.String))


@cache
def _used_over_time(words: tuple[str, str], day: str) -> Specification:
    used, capacity = words
    base = alt.Chart(pl.DataFrame(schema=OVER_TIME)).encode(
        x=drawing.days_axis("day"),
        tooltip=[
            alt.Tooltip("told:N", title=day),
            alt.Tooltip("used:Q", title=used, format=","),
            alt.Tooltip("capacity:Q", title=capacity, format=","),
        ],
    )
    colours = {used: drawing.BLUE, capacity: drawing.ORANGE}
    whole = alt.Axis(format=",d", tickMinStep=1, title=None)
    area = base.mark_area(interpolate="step-after", opacity=0.85).encode(y=alt.Y("used:Q", axis=whole))
    line = base.mark_line(interpolate="step-after", strokeWidth=2, strokeDash=[6, 3]).encode(
        y=alt.Y("capacity:Q", axis=whole)
    )
    layers = (drawing.called(area, used, colours), drawing.called(line, capacity, colours))
    return drawing.drawn(alt.layer(*layers), height=TALL)


# --- contracts by month -----------------------------------------------------------------------------------------------


def how_used_is_each_contract_by_month() -> Specification:
    """A cell for each contract and month, the deeper the fuller; its frame: `heatmap_cells`."""
    return _heatmap(_("Contract"), _("Month"), _("Seats used"), _("Utilisation"))


def heatmap_cells(answer: pl.DataFrame) -> pl.DataFrame:
    """The largest contracts, the largest first."""
    drawn = largest(answer)
    called = dict(zip(drawn["contract_id"], drawing.names(drawn.to_dicts()), strict=True))
    places = {contract_id: place for place, contract_id in enumerate(called)}
    cells = [
        (
            called[row["contract_id"]],
            row["month"],
            row["utilisation"],
            drawing.of_all(row["used"], row["seats"]),
            row["contract_id"],
        )
        for row in sorted(answer.to_dicts(), key=lambda row: places.get(row["contract_id"], 0))
        if row["contract_id"] in called and row["utilisation"] is not None
    ]
    return pl.DataFrame(cells, schema=HEATMAP, orient="row")


def largest(answer: pl.DataFrame) -> pl.DataFrame:
    """The contracts that the heatmap shows: those with most seats, as many as can be read; contracts of none are left out."""
    contracts = (
        answer.filter(pl.col("seats") > 0).group_by("contract_id", "code", "contract").agg(pl.col("seats").max())
    )
    return contracts.sort("seats", "code", descending=[True, False]).head(MOST_IN_HEATMAP)


@cache
def _heatmap(contract: str, month: str, used: str, utilisation: str) -> Specification:
    cells = (
        alt.Chart(pl.DataFrame(schema=HEATMAP))
        .mark_rect(cursor="pointer", cornerRadius=2, width={"band": 0.94}, height={"band": 0.9})
        .encode(
            x=month_axis(),
            y=alt.Y("row:N", sort=None, title=None, axis=_names_axis()),
            color=shade("utilisation", legend=drawing.legend([utilisation], format="%", gradientLength=160)),
            tooltip=[
                alt.Tooltip("row:N", title=contract),
                alt.Tooltip("utcyearmonth(month):T", title=month, format="%b %Y"),
                alt.Tooltip("told:N", title=used),
                alt.Tooltip("utilisation:Q", title=utilisation, format=".0%"),
            ],
        )
    )
    return drawing.drawn(drawing.picking(cells, "picked"), height=alt.Step(CELL))


def _names_axis() -> alt.Axis:
    """Names beside the rows take a third of a narrow page at most."""
    limit = alt.ExprRef("windowSize()[0] < 600 ? 110 : 280")
    return alt.Axis(labelLimit=limit, labelOverlap=False, labelFlush=False, labelPadding=8, ticks=False, domain=False)


def month_axis() -> alt.X:
    """Months one after the other, as many of their names as there is room for."""
    axis = alt.Axis(format="%b %y", labelAngle=0, labelOverlap=True, labelFlush=False, ticks=False, domain=False)
    return alt.X("utcyearmonth(month):O", title=None, axis=axis)


def shade(field: str, legend: alt.Legend | None) -> alt.Color:
    """From nothing to all."""
    scale = alt.Scale(domain=[0, 1], range=[drawing.PALE, drawing.DEEP], clamp=True, interpolate="rgb")
    return alt.Color(f"{field}:Q", scale=scale, legend=legend)


# --- what changed -----------------------------------------------------------------------------------------------------


def what_changed() -> Specification:
    """A bar for each kind of change in the period, a thin one for the time before it; its frame: `movements`."""
    return _movements((_("In the period"), _("Just before it")), _("What"))


def movements(answer: pl.DataFrame) -> pl.DataFrame:
    rows = [
        (
            label(Movement.of(row["what"]).label, compared(row["now"], row["before"])),
            row["now"],
            row["before"],
        )
        for row in answer.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=MOVEMENTS, orient="row")


def compared(now: int, before: int) -> str:
    """A number beside the one of the time before."""
    told = _("{now}, before it {before}").format(now=language.number(now), before=language.number(before))
    return f"{told} ({signed_share(now, before)})" if before else told


def signed_share(now: int, before: int) -> str:
    """By how much the number is more or less than before, in per cent."""
    change = round((now - before) / before, 2)
    return f"+{language.percent(change)}" if change > 0 else language.percent(change)


@cache
def _movements(words: tuple[str, str], what: str) -> Specification:
    now, before = words
    base: Any = alt.Chart(pl.DataFrame(schema=MOVEMENTS)).encode(
        y=drawing.rows_axis(),
        tooltip=[
            alt.Tooltip("row:N", title=what),
            alt.Tooltip("now:Q", title=now, format=","),
            alt.Tooltip("before:Q", title=before, format=","),
        ],
    )
    colours = {now: drawing.BLUE, before: drawing.GREY}
    thick = base.mark_bar(height=10, yOffset=drawing.LOW - 2, cornerRadius=2).encode(x=alt.X("now:Q", axis=None))
    thin = base.mark_bar(height=5, yOffset=drawing.LOW + 7, cornerRadius=2).encode(x=alt.X("before:Q", axis=None))
    layers = (drawing.called(thick, now, colours), drawing.called(thin, before, colours))
    return drawing.drawn(alt.layer(*layers), height=alt.Step(drawing.STEP))
