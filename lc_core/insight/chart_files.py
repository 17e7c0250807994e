"""A chart as a file: a picture (PNG, SVG) for a slide, or its table (CSV) for a spreadsheet. Nothing is fetched for it."""

from datetime import datetime
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
    import vl_convert  # noqa: PLC0415 (large, and asked for seldom)

    drawn: str = vl_convert.vegalite_to_svg(whole(chart, answer, as_of), vl_version=VEGA_LITE, allowed_base_urls=[])
    return drawn.encode()


def png(chart: Chart, answer: pl.DataFrame, as_of: datetime) -> bytes:
    import vl_convert  # noqa: PLC0415 (large, and asked for seldom)

    told = whole(chart, answer, as_of)
    drawn: bytes = vl_convert.vegalite_to_png(told, vl_version=VEGA_LITE, scale=SCALE, allowed_base_urls=[])
    return drawn


def whole(chart: Chart, answer: pl.DataFrame, as_of: datetime) -> Specification:
    """The chart with its rows, its question and the instant in it: all that a picture needs."""
    specification = chart.draw()
    when = language.day_and_time(as_of, ZoneInfo(settings().timezone))
    heading = {"text": _(chart.words), "subtitle": _("Data as of {when}.").format(when=when)}
    return {
        **specification,
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "title": heading,
        "data": {"values": _written(chart.frame(chart.of(answer)))},
        "config": {**LOOK, **drawing.written(language.tag())},
    }


def _written(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON has them: days and instants in ISO 8601."""
    days = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Date)]
    instants = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    return frame.with_columns(
        pl.col(days).dt.strftime("%Y-%m-%d"), pl.col(instants).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    ).to_dicts()
