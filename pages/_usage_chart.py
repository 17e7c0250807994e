"""One chart of seat usage: its question, the picture, what it shows in words, its table, and all of it as files."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from lc_core.insight import chart_files, drawing
from lc_core.insight.chart_book import ACTIVITY, CHARTS, CONTRACT, STEP, Chart, Shape
from lc_core.insight.copy import Insight
from lc_core.insight.drawing import PICKED
from lc_core.insight.headings import HEADINGS
from lc_core.insight.limits import Asked
from lc_core.insight.states import Step
from lc_core.language import _
from lc_core.records.db import Actor, Database
from lc_core.words import Word
from pages import _frame

FILES: dict[str, Callable[[Chart, pl.DataFrame, datetime], bytes]] = {
    "csv": chart_files.csv,
    "png": chart_files.png,
    "svg": chart_files.svg,
}
IDS = {CONTRACT: "contract_id", ACTIVITY: "activity_id", STEP: "position"}
"""Which column of the table says what a row chooses."""
MOST_ROWS = 11


def show(name: str, asked: Asked, *, about: Word | None = None, of: Shape | None = None) -> pl.DataFrame:
    """Ask and draw; answers what was told. `about`: what the question is put about; `of`: what is shown of its answer."""
    chart = CHARTS[name] if of is None else replace(CHARTS[name], of=of)
    with st.container(border=True, key=f"chart-{name}"):
        heading(_(chart.words), _(chart.definition))
        answer = asked.put(_frame.insight(), _frame.actor(), chart.question, about).frame
        told = chart.of(answer)
        if chart.nothing(told):
            st.info(_(chart.why_empty))
            return told
        draw(name, chart, asked, told)
        more = st.expander(_("Table and downloads"), key=f"more-{name}", on_change="rerun")
        if more.open:
            with more:
                _table(name, chart, asked, answer)
                _files(name, chart, asked, about)
    return told


def heading(words: str, definition: str | None = None) -> None:
    """A chart's question, with its definition at hand."""
    st.markdown(f"#### {words}", help=definition)


def draw(name: str, chart: Chart, asked: Asked, told: pl.DataFrame) -> None:
    """The picture with what it shows beneath it. Its key holds all that changes the rows: what was clicked is a choice once."""
    words = chart.tell(told)
    frame = chart.frame(told)
    if not frame.is_empty():
        key = f"picture-{name}-{hash(asked)}"
        st.vega_lite_chart(
            frame,
            drawing.inked(chart.draw(), dark=st.context.theme.type == "dark"),
            alt=f"{_(chart.words)} {words}",
            key=key,
            on_select=partial(_clicked, key, chart.pick) if chart.pick and not chart.by_row else "ignore",
        )
    _time(chart, asked)
    st.caption(_frame.safe(words))


def _time(chart: Chart, asked: Asked) -> None:
    """Of which time the chart tells, where it is not the chosen one."""
    as_of_now = "" if chart.question.of_period else _("As of now")
    when = _(chart.lately) if asked.period is None else as_of_now
    if when:
        st.markdown(f":gray-badge[:material/schedule: {when}]")


def _clicked(key: str, pick: str) -> None:
    """A click in the picture tells what was picked by its id."""
    picked = st.session_state[key]["selection"].get(PICKED, [])
    if picked:
        _choose(pick, int(picked[0]["picked"]))


def _selected(key: str, pick: str, ids: list[int]) -> None:
    """A row that is selected, with the pointer or by Shift and space, tells its place among the rows that were drawn."""
    rows = st.session_state[key]["selection"]["rows"]
    if rows and rows[0] < len(ids):
        _choose(pick, ids[rows[0]])


def _choose(pick: str, number: int) -> None:
    """What was picked is chosen for all charts, and lists of people begin anew."""
    st.session_state["page"] = 1
    st.session_state[pick] = list(Step)[number - 1].value if pick == STEP else str(number)


def _table(name: str, chart: Chart, asked: Asked, answer: pl.DataFrame) -> None:
    """The table; where a click chooses something, a selected row does too."""
    table, told = chart.table(answer), chart.of(answer)
    selecting: dict[str, Any] = {}
    if chart.pick:
        key = f"rows-{name}-{hash(asked)}"
        ids = told[IDS[chart.pick]].to_list()
        selecting = {"key": key, "on_select": partial(_selected, key, chart.pick, ids), "selection_mode": "single-row"}
    st.dataframe(
        table,
        hide_index=True,
        height=38 + 35 * min(table.height, MOST_ROWS),
        column_config=columns(table, chart.question.meaning),
        alt=_(chart.words),
        **selecting,
    )
    if chart.pick:
        st.caption(_("Select a row to look at it alone."))


def columns(table: pl.DataFrame, meaning: dict[str, str]) -> dict[str, Any]:
    """The headings with what each means, and how its values are written."""
    return {name: _column(name, dtype, meaning.get(name)) for name, dtype in table.schema.items()}


def _column(name: str, dtype: pl.DataType, meaning: str | None) -> Any:
    said: dict[str, Any] = {"label": _(HEADINGS[name]), "help": _(meaning) if meaning else None}
    if name == "utilisation":
        return st.column_config.NumberColumn(**said, format="percent")
    if isinstance(dtype, pl.Datetime):
        return st.column_config.DatetimeColumn(**said, format="localized", timezone=str(_frame.zone()))
    if isinstance(dtype, pl.Date):
        return st.column_config.DateColumn(**said, format="localized")
    if dtype.is_numeric():
        return st.column_config.NumberColumn(**said, format="localized")
    return st.column_config.Column(**said)


def _files(name: str, chart: Chart, asked: Asked, about: Word | None) -> None:
    """The table and the picture to take away, each made when it is asked for."""
    with st.container(horizontal=True):
        for kind in FILES:
            _frame.download(
                kind.upper(),
                f"seat-usage-{name}.{kind}",
                made,
                insight=_frame.insight(),
                chart=chart,
                asked=asked,
                about=about,
                kind=kind,
                key=f"{kind}-{name}",
            )


def made(
    _db: Database, actor: Actor, *, insight: Insight, chart: Chart, asked: Asked, about: Word | None, kind: str
) -> bytes:
    """A file of a chart, with the rights its asker has then."""
    answer = asked.put(insight, actor, chart.question, about)
    return FILES[kind](chart, answer.frame, answer.as_of)
