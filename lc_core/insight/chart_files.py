"""A chart as a file: a picture (PNG, SVG) for a slide, or its table (CSV) for a spreadsheet. Nothing is fetched for it."""

import json
import re
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from lc_core import language
from lc_core.insight import cells, drawing
from lc_core.insight.chart_book import Chart
from lc_core.insight.drawing import Specification
from lc_core.language import _
from lc_core.settings import settings

WIDTH = 900
SCALE = 2.0
VEGA_LITE = "6.4"
NEVER_DRAWN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"
"""What XML cannot hold. The library that draws does not refuse it: it aborts."""
OF_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")
REPLACED = "\N{REPLACEMENT CHARACTER}"
LOOK: dict[str, Any] = {
    "background": "#ffffff",
    "padding": 16,
    "view": {"stroke": None},
    "axis": {"domain": False, "ticks": False, "gridColor": "#e6ebf0", "labelColor": "#3b4754", "labelPadding": 6},
    "axisX": {"grid": False},
    "axisBand": {"grid": False},
    "legend": {"labelColor": "#3b4754"},
    "title": {"anchor": "start", "color": "#0f1923", "fontSize": 16, "subtitleColor": "#3b4754", "offset": 14},
    "text": {"font": "sans-serif"},
}
"""How a picture looks away from the page: like the page by day."""


def csv(chart: Chart, answer: pl.DataFrame, _as_of: datetime) -> bytes:
    """The table beside the chart, column by column."""
    return cells.csv(chart.table(answer))


def svg(chart: Chart, answer: pl.DataFrame, as_of: datetime) -> bytes:
    drawn: str = drawn_as("svg", whole(chart, answer, as_of))
    return drawn.encode()


def png(chart: Chart, answer: pl.DataFrame, as_of: datetime) -> bytes:
    drawn: bytes = drawn_as("png", whole(chart, answer, as_of), scale=SCALE)
    return drawn


def drawn_as(kind: str, specification: Specification, **said: Any) -> Any:
    """The picture of a specification with its rows: of kind "svg" a text, of kind "png" bytes.

    Words that are too long are cut between any two units of UTF-16, and half a sign cannot be drawn: where that happens,
    signs of two units are replaced.
    """
    import vl_convert  # noqa: PLC0415 (large, and asked for seldom)

    draw = partial(getattr(vl_convert, f"vegalite_to_{kind}"), vl_version=VEGA_LITE, allowed_base_urls=[], **said)
    try:
        return draw(specification)
    except ValueError:
        return draw(json.loads(OF_TWO_UNITS.sub(REPLACED, json.dumps(specification, ensure_ascii=False))))


def whole(chart: Chart, answer: pl.DataFrame, as_of: datetime) -> Specification:
    """The chart with its rows, its question and the instant in it: all that a picture needs."""
    when = language.day_and_time(as_of, ZoneInfo(settings().timezone))
    heading = {"text": _(chart.words), "subtitle": _("Data as of {when}.").format(when=when)}
    return {**plain(chart.draw(), chart.frame(chart.of(answer))), "title": heading}


def plain(specification: Specification, frame: pl.DataFrame) -> Specification:
    """The drawing with its rows in it, and nothing above it."""
    return {
        **specification,
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "data": {"values": _written(frame)},
        "config": {**LOOK, **drawing.written(language.tag())},
    }


def _written(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON has them: days and instants in ISO 8601, and no character that would end the whole process."""
    days = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Date)]
    instants = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    return frame.with_columns(
        pl.col(pl.String).str.replace_all(NEVER_DRAWN, REPLACED),
        pl.col(days).dt.strftime("%Y-%m-%d"),
        pl.col(instants).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    ).to_dicts()
