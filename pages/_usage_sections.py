"""The five parts of seat usage, of which one is drawn at a time."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import polars as pl
import streamlit as st

from lc_core.insight import headline, usage_charts
from lc_core.insight.limits import Asked
from lc_core.language import N_, _
from pages import _frame, _kept, _usage_filters, _usage_people
from pages._usage_chart import show

ARROWS: dict[int, Literal["up", "down", "off"]] = {1: "up", -1: "down", 0: "off"}
FIGURE = 148
"""Pixels of a figure: two fit beside each other on a phone, all of them on a desk, each below another one."""


def overview(asked: Asked, full: pl.DataFrame) -> None:
    """The seats of all chosen contracts by status, what changed, and which contracts want a look."""
    _totals(full, asked)
    show("seats", asked)
    left, right = st.columns(2)
    with left:
        show("changes", asked)
        show("fullest", asked)
    with right:
        show("ending", asked)
        show("over-invited", asked)


def _totals(full: pl.DataFrame, asked: Asked) -> None:
    """The seats of all chosen contracts as figures, with how they changed. More or less is neither good nor bad: no colours."""
    told = headline.headline(_frame.insight(), _frame.actor(), full, asked)
    with st.container(horizontal=True, key="totals"):
        for one in told.figures:
            change = one.change
            st.metric(
                one.name,
                one.number,
                change.told if change else None,
                delta_color="off",
                delta_arrow=ARROWS[change.way] if change else "auto",
                delta_description=change.was if change else None,
                help=one.meaning,
                width=FIGURE,
            )
    if told.against:
        st.caption(told.against)


def over_time(asked: Asked, _full: pl.DataFrame) -> None:
    """How use grew, when it meets the seats, and how used each contract was in each month."""
    grain = _usage_filters.grain()
    show("over-time", asked, of=partial(usage_charts.at_grain, grain=grain))
    show("run-out", asked)
    show("by-month", asked)


def people(asked: Asked, _full: pl.DataFrame) -> None:
    """Where people stop and who they are, how long they take, how the cohorts get on, who came by the code."""
    show("funnel", asked)
    _usage_people.stopped(asked)
    show("how-long", asked)
    show("cohorts", asked)
    show("code", asked)


def activities(asked: Asked, _full: pl.DataFrame) -> None:
    """What becomes of enrollments, and what is offered."""
    show("activities", asked)
    show("offered", asked)


def win_back(asked: Asked, _full: pl.DataFrame) -> None:
    """Seats that do nobody any good and whose they are, and contracts to be renewed."""
    show("idle", asked)
    _usage_people.idle(asked)
    show("renewals", asked)


SECTIONS: dict[str, tuple[str, Callable[[Asked, pl.DataFrame], None]]] = {
    "overview": (N_("Overview"), overview),
    "time": (N_("Over time"), over_time),
    "people": (N_("People"), people),
    "activities": (N_("Activities"), activities),
    "win-back": (N_("Win back"), win_back),
}


def chosen() -> Callable[[Asked, pl.DataFrame], None]:
    """The part to draw, which the page's address keeps."""
    name = _kept.tabs(
        _("Part"),
        list(SECTIONS),
        name="part",
        labels=lambda one: _(SECTIONS[one][0]),
        on_change=_usage_people.from_the_start,
    )
    return SECTIONS[name][1]
