"""What became, or would become, of each line of a list: totals, lines, and all of it as a file."""

from collections.abc import Callable, Sequence

import polars as pl
import streamlit as st

from lc_core import invite_list, language
from lc_core.insight import cells
from lc_core.invite_list import Outcome
from lc_core.language import _
from lc_core.vocabulary import Result
from pages import _frame

MOST_SHOWN = 1000
"""How many lines are listed; the file has all."""


def table(outcomes: Sequence[Outcome], *, name: str, words: Callable[[Result], str]) -> None:
    """The lines of the outcomes that are chosen (all, if none is), with their numbers beside them.

    `words`: what a result is called here, before it has happened or after.
    """
    totals = {result.value: count for result, count in invite_list.totals(outcomes).items()}
    chosen = st.pills(
        _("Outcome"),
        list(totals),
        selection_mode="multi",
        key=f"{name}-outcomes",
        format_func=lambda value: f"{words(Result.of(value))} ({language.number(totals[value])})",
    )
    shown = [one for one in outcomes if not chosen or one.result.value in chosen]
    st.dataframe(
        {
            _("Line"): [one.line for one in shown[:MOST_SHOWN]],
            _("Address"): [one.entry for one in shown[:MOST_SHOWN]],
            _("Outcome"): [words(one.result) for one in shown[:MOST_SHOWN]],
            _("Why"): [_why(one) for one in shown[:MOST_SHOWN]],
        },
        hide_index=True,
        column_config={_("Line"): st.column_config.Column(width="small")},
        height=min(38 + 35 * len(shown), 320),
        alt=_("What becomes of each line."),
    )
    if len(shown) > MOST_SHOWN:
        st.caption(_("The first {n} of {all}.").format(n=MOST_SHOWN, all=language.number(len(shown))))
    _frame.file(_("Download the outcomes as CSV"), "outcomes.csv", _as_file, list(outcomes), key=f"{name}-file")


def _why(one: Outcome) -> str:
    return one.reason.label if one.reason else ""


def _as_file(outcomes: Sequence[Outcome]) -> bytes:
    columns = {"line": pl.Int64, "address": pl.String, "outcome": pl.String, "reason": pl.String, "why": pl.String}
    rows = [(one.line, one.entry, one.result.value, one.reason, _why(one)) for one in outcomes]
    return cells.csv(pl.DataFrame(rows, schema=columns, orient="row"))
