"""What all charts share: colours, sizes, rows with their words above them, and numbers and months in the language spoken.

A chart is a Vega-Lite specification that is built once for each language and drawn with a small frame of its own. Vega
draws text as text, so a contract's title is safe in it; only fields called `image` or `title` would be taken for more by
its tooltips, and none is called so.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import polars as pl
from babel import Locale

from lc_core import language
from lc_core.language import _, ngettext
from lc_core.settings import settings
from lc_core.vocabulary import SeatStatus

Specification = dict[str, Any]
Row = Mapping[str, Any]

COLOURS = {
    SeatStatus.USED: "#0b6aa8",
    SeatStatus.RESERVED: "#0e7a57",
    SeatStatus.PENDING: "#a65300",
    SeatStatus.UNCOMMITTED: "#6b7280",
    SeatStatus.EXPIRED_UNUSED: "#8f4a9e",
}
"""Each at least 3:1 on the light and on the dark page, and 4.5:1 under white."""
BLUE, GREEN, ORANGE, GREY, PURPLE = COLOURS.values()
RED = "#c0392f"
"""What is about to be lost or missed; 3:1 on both pages too."""
PALE, DEEP = "#e3eef7", "#0a4f80"
"""The ends of a scale from nothing to all; they are the same on the light and the dark page, as the words on them are."""
INK_ON_PALE, INK_ON_DEEP = "#000000", "#ffffff"
DEEP_FROM = 0.73
"""From which share on white is read more easily than black."""

DARK_INK, LIGHT_INK = "#2c3844", "#d3dce5"
"""Of words beside what is drawn, on the light and on the dark page."""

TALL = 300
BAR = 14
ON_A_PAGE: Specification = {"padding": {"bottom": 4}}
"""Below a chart: a page has its own distances between what is on it."""
STEP = 54
"""Pixels of a row: its words, in two lines where it is narrow, and its bar."""
LOW = 13
"""How far below the middle of its row a bar lies, so that the words are above it."""
MOST_ROWS = 15
MOST_IN_HEATMAP = 40
LONGEST_LABEL = 70
LONGEST_IN_TWO_COLUMNS = 16
NARROW = 480
PICKED = "picked"
"""How a chart calls what was clicked in it."""
SPLIT = "\n"

ROWS = {
    "row": pl.String,
    "value": pl.Float64,
    "part": pl.String,
    "part_place": pl.Int64,
    "told": pl.String,
    "picked": pl.Int64,
}
"""A frame of `bars`: `row` the words above the bar, `part` what the value is of, `told` the value in words, `picked` what a
click on it means."""


def label(name: str, told: str) -> str:
    """The words above a row: what it is, and what is said of it."""
    return f"{short(name)}{SPLIT}{told}"


def short(name: str) -> str:
    """A title in one line, and not a long one: the table has all of it."""
    flat = " ".join(name.split())
    return flat if len(flat) <= LONGEST_LABEL else f"{flat[: LONGEST_LABEL - 1]}…"


def names(rows: Sequence[Row], name: str = "contract") -> list[str]:
    """What each row is called: by its title, and by its code as well where the title is another's too."""
    titles = [short(row[name]) for row in rows]
    return [
        f"{title} ({short(row['code'])})" if titles.count(title) > 1 else title
        for title, row in zip(titles, rows, strict=True)
    ]


def frame(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Rows for `bars`, each (row, value, part, part_place, told, picked), in their order."""
    return pl.DataFrame(rows, schema=ROWS, orient="row")


@cache
def bars(parts: tuple[str, ...], colours: tuple[str, ...], what: str, *, pick: bool = True) -> Specification:
    """A bar for each row, its words above it; stacked where there are several parts. Its frame: `frame`."""
    several = len(parts) > 1
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=list(parts), range=list(colours)),
        legend=legend(parts) if several else None,
        sort=list(parts),
    )
    chart = (
        alt.Chart(pl.DataFrame(schema=ROWS))
        .mark_bar(height=BAR, yOffset=LOW, cornerRadius=2, **_pointer(pick))
        .encode(
            x=alt.X("value:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
            y=rows_axis(),
            color=colour,
            order=alt.Order("part_place:Q"),
            tooltip=[
                alt.Tooltip("row:N", title=what),
                alt.Tooltip("part:N", title=" "),
                alt.Tooltip("told:N", title="  "),
            ],
        )
    )
    return drawn(picking(chart, "picked") if pick else chart, height=alt.Step(STEP))


def _pointer(pick: bool) -> dict[str, Any]:  # noqa: FBT001 (what altair takes)
    return {"cursor": "pointer"} if pick else {}


def picking(chart: alt.Chart, field: str) -> alt.Chart:
    """The same chart, which answers which row was clicked, by this field."""
    return chart.add_params(alt.selection_point(name=PICKED, fields=[field], clear="dblclick"))


def rows_axis() -> alt.Y:
    """Rows in the frame's order, their words above what is drawn: so they have the whole width, however narrow it is."""
    two_lines = f"width < {NARROW}"
    return alt.Y(
        "row:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            labelAlign="left",
            labelBaseline="top",
            labelPadding=0,
            labelOffset=alt.ExprRef(f"{two_lines} ? {2 - STEP / 2} : {16 - STEP / 2}"),
            labelExpr=f"{two_lines} ? split(datum.label, '\\n') : replace(datum.label, '\\n', ' · ')",
            labelLimit=alt.ExprRef("width"),
            labelOverlap=False,
            labelLineHeight=14,
            ticks=False,
            domain=False,
        ),
    )


def called(layer: alt.Chart, word: str, colours: Mapping[str, str], **more: Any) -> alt.Chart:
    """A layer in its colour, which the legend calls by this word. `colours`: of all the layers, by their words."""
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return layer.transform_calculate(layer=json.dumps(word)).encode(
        color=alt.Color("layer:N", scale=scale, legend=legend(list(colours), **more), sort=list(colours))
    )


def legend(words: Sequence[str], **more: Any) -> alt.Legend:
    """Below the chart, in as many columns as there is room for."""
    narrow = 2 if max(map(len, words)) <= LONGEST_IN_TWO_COLUMNS else 1
    columns = alt.ExprRef(f"windowSize()[0] < 600 ? {narrow} : 5")
    usual = {
        "orient": "bottom",
        "title": None,
        "symbolType": "square",
        "symbolOpacity": 1,
        "columns": columns,
        "labelLimit": 260,
        "offset": 8,
        "padding": 0,
    }
    return alt.Legend(**{**usual, **more})


def days_axis(field: str, **more: Any) -> alt.X:
    """Days as they are in UTC, wherever who looks is."""
    return alt.X(
        f"{field}:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(labelFlush=False, tickCount=6), **more
    )


def drawn(chart: alt.LayerChart | alt.FacetChart | alt.Chart, *, height: int | alt.Step) -> Specification:
    """The chart as a specification, without what belongs to the page it is drawn on."""
    left_out = {"$schema", "config", "datasets", "data"}
    whole = chart.properties(height=height, width="container").to_dict()
    return {name: part for name, part in whole.items() if name not in left_out}


def inked(specification: Specification, *, dark: bool) -> Specification:
    """The chart with words that can be read on the light page, or on the dark one, and numbers in the language spoken."""
    ink = LIGHT_INK if dark else DARK_INK
    words = {"labelColor": ink, "titleColor": ink, "labelFontSize": 13}
    return {**specification, **ON_A_PAGE, "config": {"axis": words, "legend": words, **written(language.tag())}}


@cache
def written(tag: str) -> Specification:
    """How a language writes numbers and months, for Vega's `config`; empty for English, which Vega speaks."""
    spoken = Locale.parse(tag, sep="-")
    if spoken.language == "en":
        return {}
    marks = spoken.number_symbols["latn"]
    months, days = spoken.months["format"], spoken.days["format"]
    sunday_first = [6, *range(6)]
    number = {"decimal": marks["decimal"], "thousands": marks["group"], "grouping": [3], "currency": ["", ""]}
    time = {
        "dateTime": "%x %X",
        "date": "%Y-%m-%d",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": [days["wide"][day] for day in sunday_first],
        "shortDays": [days["abbreviated"][day] for day in sunday_first],
        "months": list(months["wide"].values()),
        "shortMonths": list(months["abbreviated"].values()),
    }
    return {"locale": {"number": number, "time": time}}


def people_told(n: int) -> str:
    return ngettext("{n} person", "{n} people", n).format(n=language.number(n))


def seats_told(n: int) -> str:
    return ngettext("{n} seat", "{n} seats", n).format(n=language.number(n))


def of_all(part: int, whole: int) -> str:
    """A part of a whole in numbers, as "45 of 60"."""
    return _("{n} of {all}").format(n=language.number(part), all=language.number(whole))


def share(part: float, whole: float) -> str:
    """A part of a whole in per cent, to the whole one; a dash where there is no whole (R-ANA-1)."""
    return language.percent(round(part / whole, 2)) if whole else "–"


def days_told(n: int) -> str:
    return ngettext("{n} day", "{n} days", n).format(n=language.number(n))


def last_day(ends_at: datetime) -> str:
    """The last day of a contract that ends at this instant, where the organisation is (R-CON-6)."""
    return language.date((ends_at.astimezone(ZoneInfo(settings().timezone)) - timedelta(microseconds=1)).date())
