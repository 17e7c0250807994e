"""Charts along the days to come: when the seats of each contract run out, and when contracts are to be renewed."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import altair as alt
import polars as pl

from lc_core import language
from lc_core.insight import drawing
from lc_core.insight.contract_charts import rows_of
from lc_core.insight.drawing import ORANGE, Row, Specification
from lc_core.insight.states import Verdict
from lc_core.language import N_, _

A_YEAR = timedelta(days=365)
RUN_OUT: dict[str, Any] = {
    "row": pl.String,
    "earliest": pl.Date,
    "run_out_on": pl.Date,
    "until": pl.Date,
    "ends_at": pl.Datetime("us", "UTC"),
    "told": pl.String,
    "picked": pl.Int64,
}
RENEWALS: dict[str, Any] = {
    "row": pl.String,
    "ends_at": pl.Datetime("us", "UTC"),
    "part": pl.String,
    "seats": pl.Int64,
    "picked": pl.Int64,
}


# --- when seats run out -----------------------------------------------------------------------------------------------

AT_PACE, BETWEEN, AT_END = N_("Runs out"), N_("From the fastest to the slowest pace"), N_("Contract ends")


def when_do_seats_run_out() -> Specification:
    """The day each contract's seats run out, with its range, and the contract's end; its frame: `run_out_rows`."""
    return _run_out((_(AT_PACE), _(BETWEEN), _(AT_END)), _("Contract"))


def running_out(answer: pl.DataFrame) -> pl.DataFrame:
    """What is drawn of the answer: the contracts whose seats run out at one of the paces."""
    return answer.filter(pl.col("earliest").is_not_null() | pl.col("run_out_on").is_not_null())


def run_out_rows(answer: pl.DataFrame) -> pl.DataFrame:
    """Each range ends at the latest day, else at the contract's end, and at most a year after it begins."""
    return pl.DataFrame(
        [
            (
                words,
                _from(row),
                row["run_out_on"],
                _until(row),
                row["ends_at"] if _near(row) else None,
                said,
                row["contract_id"],
            )
            for row, words, said in rows_of(running_out(answer), run_out_told)
        ],
        schema=RUN_OUT,
        orient="row",
    )


def _from(row: Row) -> date:
    first: date = row["earliest"] or row["run_out_on"]
    return first


def _until(row: Row) -> date:
    end = row["ends_at"].date() if row["ends_at"] else date.max
    return min(row["latest"] or end, end, _from(row) + A_YEAR)


def _near(row: Row) -> bool:
    """Whether the contract's end is drawn too: far ones would press together what is to be seen."""
    return row["ends_at"] is not None and row["ends_at"].date() <= _from(row) + A_YEAR


def run_out_told(row: Row) -> str:
    """What is foreseen of one contract, in words."""
    free = _("{seats} free").format(seats=drawing.seats_told(row["free"]))
    if row["run_out_on"] is None:
        return ", ".join([free, Verdict.of(row["verdict"]).label.lower()])
    on = _("run out on {day}").format(day=language.date(row["run_out_on"]))
    first, last = (language.date(row[name]) if row[name] else "…" for name in ("earliest", "latest"))
    return f"{free}, {on} ({first} – {last})"


@cache
def _run_out(words: tuple[str, str, str], contract: str) -> Specification:
    base = alt.Chart(pl.DataFrame(schema=RUN_OUT)).encode(
        y=drawing.rows_axis(),
        tooltip=[alt.Tooltip("row:N", title=contract), alt.Tooltip("told:N", title=" ")],
    )
    at_pace, between, at_end = words
    colours = {at_pace: drawing.BLUE, between: drawing.GREY, at_end: drawing.RED}
    span = base.mark_rule(strokeWidth=6, opacity=0.55, yOffset=drawing.LOW, strokeCap="round").encode(
        x=drawing.days_axis("earliest"), x2="until"
    )
    end = base.mark_tick(thickness=3, size=16, yOffset=drawing.LOW).encode(x=drawing.days_axis("ends_at"))
    dot = base.mark_point(filled=True, size=130, opacity=1, yOffset=drawing.LOW, cursor="pointer").encode(
        x=drawing.days_axis("run_out_on")
    )
    layers = [
        drawing.called(layer, word, colours, symbolType="circle")
        for layer, word in ((span, between), (end, at_end), (drawing.picking(dot, "picked"), at_pace))
    ]
    return drawing.drawn(alt.layer(*layers), height=alt.Step(drawing.STEP))


# --- renewals ---------------------------------------------------------------------------------------------------------

RENEWED, NOT_RENEWED = N_("Renewed"), N_("Not renewed yet")


def when_are_renewals_due() -> Specification:
    """The end of each contract along the months, renewed or not; its frame: `renewal_rows`."""
    return _renewals((_(RENEWED), _(NOT_RENEWED)), _("Contract"), _("Seats"))


def renewal_rows(answer: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (words, row["ends_at"], _(RENEWED if row["renewed"] else NOT_RENEWED), row["seats"], row["contract_id"])
            for row, words, said in rows_of(due(answer), _renewal)
        ],
        schema=RENEWALS,
        orient="row",
    )


def due(answer: pl.DataFrame) -> pl.DataFrame:
    """Those first that nobody renewed, the earliest end first."""
    return answer.sort("renewed", "ends_at", "contract_id")


def _renewal(row: Row) -> str:
    used = drawing.of_all(row["used"], row["seats"])
    return _("last day {day}, {used} seats used").format(day=drawing.last_day(row["ends_at"]), used=used)


@cache
def _renewals(words: tuple[str, str], contract: str, seats: str) -> Specification:
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=list(words), range=[drawing.GREEN, ORANGE]),
        legend=drawing.legend(words, symbolType="circle"),
    )
    base = alt.Chart(pl.DataFrame(schema=RENEWALS)).encode(x=drawing.days_axis("ends_at"), y=drawing.rows_axis())
    stems = base.mark_rule(yOffset=drawing.LOW, color=drawing.GREY, opacity=0.35).encode(x2=alt.value(0))
    dots = base.mark_point(filled=True, opacity=1, yOffset=drawing.LOW, cursor="pointer").encode(
        color=colour,
        shape=alt.Shape("part:N", scale=alt.Scale(domain=list(words), range=["circle", "diamond"])),
        size=alt.Size("seats:Q", legend=None, scale=alt.Scale(range=[70, 380])),
        tooltip=[
            alt.Tooltip("row:N", title=contract),
            alt.Tooltip("part:N", title=" "),
            alt.Tooltip("seats:Q", title=seats),
        ],
    )
    return drawing.drawn(alt.layer(stems, drawing.picking(dots, "picked")), height=alt.Step(drawing.STEP))
