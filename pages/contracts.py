"""The Learning Contract Center: how full is each of my contracts, and where to work on it."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from lc_core import language
from lc_core.insight import answers, center, seats_told
from lc_core.language import _
from lc_core.vocabulary import ContractStatus, ContractType
from pages import _frame, _kept, _places

ANY = "any"
MORE: dict[str, tuple[str, dict[str, str]]] = {
    "activities": ("activities", {}),
    "rename": ("invitations", {"rename": "yes"}),
    "export": ("exports", {}),
    "report": ("seat_usage", {}),
}
"""What else can be done with a contract: where, and with which words in the address."""


def wanted() -> center.Wanted:
    """The filters, which the page's address keeps."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Search"), key="search", bind="query-params", placeholder=_("Title or code"), on_change=from_the_start
        )
        kinds = [ANY, *[kind.value for kind in ContractType]]
        kind = _kept.select(_("Type"), kinds, name="type", labels=type_label, on_change=from_the_start)
        orders = list(center.ORDERS)
        order = _kept.select(_("Sort"), orders, name="sort", labels=lambda name: _(center.ORDERS[name]))
    kind_wanted = None if kind == ANY else ContractType.of(kind)
    return center.Wanted(search=search or "", contract_type=kind_wanted, order=order)


def type_label(value: str) -> str:
    return _("All types") if value == ANY else ContractType.of(value).label


def deals(full: pl.DataFrame) -> None:
    """Where there are deals: the click that leaves only these, for whoever knows unlimited contracts by that name."""
    number = center.deals(full)
    if number:
        st.button(
            _("Deals ({n})").format(n=language.number(number)),
            key="deals",
            icon=":material/handshake:",
            type="tertiary",
            help=_("Show only unlimited contracts."),
            on_click=only_deals,
        )


def only_deals() -> None:
    st.session_state["type"] = ContractType.UNLIMITED.value
    from_the_start()


def from_the_start() -> None:
    st.session_state["page"] = 1


def card(row: dict[str, Any], now: datetime) -> None:
    """One contract: its title, its seats, what stands out, when it ends, and what to do with it."""
    contract_id, kind = row["contract_id"], ContractType.of(row["contract_type"])
    with st.container(border=True, key=f"contract-{contract_id}"):
        _places.link("invitations", f"**{_frame.safe(row['title'])}**", contract=contract_id)
        _frame.seats_bar(row, kind)
        badges = " ".join(f":orange-badge[{words}]" for words in center.badges(row, now))
        st.markdown(f"{badges} :small[{about(row, now)}]  \n:small[{seats_told.described(row, kind)}]".strip())
        with st.container(horizontal=True):
            if st.button(_("Invitations"), key=f"open-{contract_id}", icon=":material/mail:"):
                _places.go("invitations", contract=contract_id)
            chosen = st.menu_button(_("More options"), list(MORE), key=f"more-{contract_id}", format_func=more_label)
    if chosen is not None:
        place, parameters = MORE[chosen]
        _places.go(place, contract=contract_id, **parameters)


def more_label(word: str) -> str:
    labels = {
        "activities": _("View Learning Activities"),
        "rename": _("Rename"),
        "export": _("Export"),
        "report": _("Usage report"),
    }
    return labels[word]


def about(row: dict[str, Any], now: datetime) -> str:
    """Type, period and code in one line."""
    period = _frame.safe(center.period(row, now))
    return " · ".join([ContractType.of(row["contract_type"]).label, period, _frame.safe(row["code"])])


_frame.visitor(_places.sees_contracts)
answer = answers.how_full_is_each_contract(_frame.insight(), _frame.actor())
_frame.head(_("Learning Contract Center"), _("Your learning contracts and how their seats are used."), answer.as_of)
deals(answer.frame)
asked = wanted()
counts = center.counts(answer.frame, asked)
tab = _kept.tabs(
    _("Status"),
    [status.value for status in center.TABS],
    name="status",
    labels=lambda value: f"{ContractStatus.of(value).label} ({counts[ContractStatus.of(value)]})",
    on_change=from_the_start,
)
shown = center.view(answer.frame, asked.at(ContractStatus.of(tab), st.session_state.get("page", 1)))
looked_at = _frame.database().clock()
for contract in shown.rows:
    card(contract, looked_at)
if not shown.rows:
    st.info(shown.why_empty)
if shown.pages > 1:
    st.pagination(shown.pages, key="page", bind="query-params")
