"""What was done with a contract: where the outcome of an action is found again after the page was closed."""

import streamlit as st

from lc_core import contract_history, language
from lc_core.contract_history import Happened
from lc_core.contract_lists import ContractSeen
from lc_core.language import _
from pages import _frame


def panel(seen: ContractSeen) -> None:
    """The last changes, and for the one chosen what became of whom. Nothing is read until it is opened."""
    opened = st.expander(_("What was done"), icon=":material/history:", key="history", on_change="rerun")
    if not opened.open:
        return
    with opened:
        happened = {one.event_id: one for one in _frame.found(contract_history.recent, seen.id)}
        chosen = st.selectbox(
            _("The last changes, newest first"),
            list(happened),
            key="happened",
            format_func=lambda one: _line(happened[one]),
        )
        if chosen is not None:
            _outcome(seen, chosen)


def _line(one: Happened) -> str:
    results = [f"{result.label}: {language.number(count)}" for result, count in one.results.items()]
    return " · ".join([_frame.moment(one.at), one.event.label, *results, one.who])


def _outcome(seen: ContractSeen, event_id: int) -> None:
    became = _frame.found(contract_history.outcome, seen.id, event_id)
    if not became:
        st.caption(_("This change was about the contract itself."))
        return
    st.dataframe(
        {_("Person"): [one.person for one in became], _("Outcome"): [one.result.label for one in became]},
        hide_index=True,
        height=min(38 + 35 * len(became), 300),
    )
