"""The Learning Contract Center: how full is each of my contracts, and where to work on it."""

from typing import Any

import streamlit as st

from lc_core import language
from lc_core.insight import answers, center, charts, view_exports
from lc_core.language import _
from lc_core.vocabulary import ContractStatus, ContractType
from pages import _frame, _kept, _places

ANY = "any"


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


def from_the_start() -> None:
    st.session_state["page"] = 1


def card(row: dict[str, Any]) -> None:
    """One contract: its title, its seats, when it ends, and what to do with it."""
    now, contract_id = _frame.database().clock(), row["contract_id"]
    with st.container(border=True, key=f"contract-{contract_id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _places.link("invitations", f"**{_frame.safe(row['title'])}**", contract=contract_id)
            for words in center.badges(row, now):
                st.badge(words, color="orange")
        _frame.seats_bar(row)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{about(row, center.when(row['starts_at'], row['ends_at'], now))}  \n{charts.describe(row)}")
            if st.button(_("Invitations"), key=f"open-{contract_id}", icon=":material/mail:"):
                _places.go("invitations", contract=contract_id)
            with st.popover(_("More options")):
                _places.link("activities", _("View Learning Activities"), contract=contract_id)
                _places.link("invitations", _("Rename"), contract=contract_id, rename="yes")
                name = f"enrollments-{row['code']}.csv"
                _frame.download(
                    _("Export enrollments"), name, view_exports.enrollments, contract_id, key=f"export-{contract_id}"
                )


def about(row: dict[str, Any], when: str) -> str:
    """Type, period and code in one line."""
    ends = language.date(row["valid_to"]) if row["valid_to"] else _("no end")
    period = f"{language.date(row['valid_from'])} – {ends} ({when})"
    return " · ".join([ContractType.of(row["contract_type"]).label, _frame.safe(period), _frame.safe(row["code"])])


_frame.visitor(_places.sees_contracts)
answer = answers.how_full_is_each_contract(_frame.insight(), _frame.actor())
_frame.head(_("Learning Contract Center"), _("Your learning contracts and how their seats are used."), answer.as_of)
asked = wanted()
counts = center.view(answer.frame, asked).counts
tab = _kept.tabs(
    _("Status"),
    [status.value for status in center.TABS],
    name="status",
    labels=lambda value: f"{ContractStatus.of(value).label} ({counts[ContractStatus.of(value)]})",
    on_change=from_the_start,
)
shown = center.view(answer.frame, asked.at(ContractStatus.of(tab), st.session_state.get("page", 1)))
for contract in shown.rows:
    card(contract)
if not shown.rows:
    st.info(shown.why_empty)
if shown.pages > 1:
    st.pagination(shown.pages, key="page", bind="query-params")
