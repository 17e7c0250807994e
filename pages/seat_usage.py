"""Seat usage: what was bought, how it is used over time, where people stop, and what ends soon."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from lc_core import language
from lc_core.insight import answers, center, charts
from lc_core.insight.answers import Answer
from lc_core.language import N_, _
from lc_core.vocabulary import ContractStatus, ContractType
from pages import _frame, _kept, _places

ANY = "any"


@dataclass(frozen=True)
class Question:
    """One chart: its question, its definition, the answer, the specification, and the frame made of the answer for it."""

    words: str
    definition: str
    ask: Callable[..., Answer]
    draw: Callable[[], dict[str, Any]]
    frame: Callable[[pl.DataFrame], pl.DataFrame] = lambda answer: answer


QUESTIONS = (
    Question(
        N_("How are seats used over time?"),
        N_("Seats taken less seats returned, by day, against the seats of the contracts valid that day (dashed)."),
        answers.how_are_seats_used_over_time,
        charts.how_are_seats_used_over_time,
    ),
    Question(
        N_("Where do people stop?"),
        N_(
            "Different people: invited, accepted, enrolled at least once, started at least one, completed at least one."
        ),
        answers.where_do_people_stop,
        charts.where_do_people_stop,
        charts.funnel_steps,
    ),
    Question(
        N_("What happens in each activity?"),
        N_("Enrollments through these contracts, by the status they have now."),
        answers.what_happens_in_each_activity,
        charts.what_happens_in_each_activity,
        charts.activity_bars,
    ),
    Question(
        N_("Which contracts end soon, and what is left unused?"),
        N_("Active contracts that end within 120 days, the soonest first, with the seats nobody has taken."),
        answers.which_contracts_end_soon,
        charts.which_contracts_end_soon,
    ),
)


def filters(full: pl.DataFrame) -> list[int]:
    """Which contracts all charts are about; the page's address keeps it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = [ANY, *[kind.value for kind in ContractType]]
        kind = _kept.select(_("Type"), kinds, name="type", labels=lambda one: any_or(one, ContractType, _("All types")))
        states = [ANY, *[status.value for status in ContractStatus]]
        status = _kept.select(
            _("Status"), states, name="status", labels=lambda one: any_or(one, ContractStatus, _("Any status"))
        )
        titles = {str(row["contract_id"]): row["title"] for row in full.iter_rows(named=True)}
        one = _kept.select(
            _("Contract"), [ANY, *titles], name="contract", labels=lambda chosen: titles.get(chosen, _("All contracts"))
        )
    return center.chosen(full, kind if kind != ANY else "", status if status != ANY else "", one if one != ANY else "")


def any_or(value: str, words: type[ContractType | ContractStatus], everything: str) -> str:
    return everything if value == ANY else words.of(value).label


def figures(full: pl.DataFrame, chosen: list[int]) -> None:
    """The seats of all chosen contracts by status."""
    totals = center.totals(full, chosen)
    with st.container(horizontal=True):
        for label, number, definition in totals.told():
            st.metric(label, number, help=definition, border=True)


def answered(question: Question, chosen: list[int]) -> None:
    """One question: its chart, its definition, its table."""
    with st.container(border=True):
        st.subheader(_(question.words), help=_(question.definition))
        frame = question.frame(question.ask(_frame.insight(), _frame.actor(), chosen).frame)
        if frame.is_empty():
            st.caption(_("Nothing to show for these contracts."))
            return
        st.vega_lite_chart(frame, question.draw(), alt=f"{_(question.words)} {_(question.definition)}")
        with st.expander(_("As a table")):
            st.dataframe(frame, hide_index=True)


_frame.visitor(_places.sees_contracts)
answer = answers.how_full_is_each_contract(_frame.insight(), _frame.actor())
_frame.head(_("Seat usage"), _("How the seats you bought are used, and when they run out."), answer.as_of)
wanted = filters(answer.frame)
st.caption(_("{n} contracts").format(n=language.number(len(wanted))))
figures(answer.frame, wanted)
for each in QUESTIONS:
    answered(each, wanted)
