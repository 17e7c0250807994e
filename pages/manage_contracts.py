"""All contracts, for those who manage them: find one, open it, create another."""

from typing import Any

import streamlit as st

from lc_core import groups, language, managed_contracts
from lc_core.insight import center
from lc_core.language import N_, _, ngettext
from lc_core.managed_contracts import PAGE_SIZE, ContractRow, Listing, Wanted
from lc_core.vocabulary import ContractStatus, ContractType
from pages import _frame, _kept, _places

ANY = "any"
STATUS = "state"
"""How the page's address calls the statuses that are shown."""
ORDERS = {
    "title": N_("Title"),
    "code": N_("Code"),
    "ends": N_("Soonest end first"),
    "fullest": N_("Fullest first"),
    "newest": N_("Newest first"),
}
LOOKS: dict[ContractStatus, Any] = {
    ContractStatus.ACTIVE: "green",
    ContractStatus.FUTURE: "blue",
    ContractStatus.EXPIRED: "gray",
    ContractStatus.ARCHIVED: "violet",
}


def from_the_start() -> None:
    st.session_state["page"] = 1


def wanted() -> tuple[Wanted, str]:
    """The filters and the order, which the page's address keeps."""
    names = [one.name for one in _frame.found(groups.listing)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Search"), key="q", bind="query-params", placeholder=_("Title or code"), on_change=from_the_start
        )
        kind = _kept.select(
            _("Type"),
            [ANY, *[kind.value for kind in ContractType]],
            name="kind",
            labels=lambda value: _("All types") if value == ANY else ContractType.of(value).label,
            on_change=from_the_start,
        )
        group = _kept.select(
            _("Group"),
            ["", *names],
            name="group",
            labels=lambda name: name or _("All groups"),
            on_change=from_the_start,
        )
        order = _kept.select(_("Sort"), list(ORDERS), name="order", labels=lambda name: _(ORDERS[name]))
    statuses = _kept.several_chosen([status.value for status in ContractStatus], name=STATUS)
    found = Wanted(
        search=search or "",
        statuses=frozenset(ContractStatus.of(status) for status in statuses),
        contract_type=None if kind == ANY else ContractType.of(kind),
        group=group,
    )
    return found, order


def statuses(listing: Listing) -> None:
    """The statuses to choose, with how many there are of each; archived ones are shown on request."""
    numbers = {status: listing.by_status[status] for status in ContractStatus}
    _kept.counted(_("Status"), numbers, name=STATUS, on_change=from_the_start)


def row(contract: ContractRow) -> None:
    """One contract in two lines; its title opens it."""
    now = _frame.database().clock()
    said = [contract.code, contract.contract_type.label, center.when(contract.starts_at, contract.ends_at, now)]
    numbers = [
        _("{used} of {seats} seats used").format(
            used=language.number(contract.seats_used), seats=language.number(contract.seats)
        ),
        ngettext("{n} admin", "{n} admins", contract.admins).format(n=language.number(contract.admins)),
        ngettext("{n} activity", "{n} activities", contract.activities).format(n=language.number(contract.activities)),
    ]
    with st.container(border=True, key=f"contract-{contract.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _places.link("edit_contract", f"**{_frame.safe(contract.title)}**", contract=contract.id)
            st.badge(contract.status.label, color=LOOKS[contract.status])
        st.caption(" · ".join(_frame.safe(word) for word in [*said, contract.group, *numbers] if word))


_frame.visitor(_places.manages_contracts)
_frame.head(_("Contracts"), _("All learning contracts. Open one to change it, or create another."))
last = _frame.told("delete")
if last is not None:
    st.success(_("The contract is deleted."))
if st.button(_("Create"), type="primary", icon=":material/add:", key="new"):
    _places.go("edit_contract")
asked, by = wanted()
shown = _frame.found(managed_contracts.listing, asked, order=by, page=st.session_state.get("page", 1))
statuses(shown)
for one in shown.rows:
    row(one)
if not shown.rows:
    st.info(
        _("No contract matches.")
        if any(shown.by_status.values()) or asked != Wanted()
        else _("There is no contract yet.")
    )
if shown.matching > PAGE_SIZE:
    st.pagination(-(-shown.matching // PAGE_SIZE), key="page", bind="query-params")
