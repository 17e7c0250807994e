"""The five parts of seat usage, of which one is drawn at a time."""

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from lc_core.insight import center, usage_charts
from lc_core.language import N_, _
from pages import _kept, _usage_filters, _usage_people
from pages._usage_chart import show
from pages._usage_filters import Asked


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
    """The seats of all chosen contracts as figures."""
    ids = full["contract_id"].to_list() if asked.contracts is None else list(asked.contracts)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="totals"):
        for label, number, definition in center.totals(full, ids).told():
            st.metric(label, number, help=definition, width="content")


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
