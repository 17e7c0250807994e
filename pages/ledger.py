"""The seat ledger of one contract: who held which seat, since when, and when and why it came back."""

import pyarrow as pa
import streamlit as st

from lc_core import contract_lists, language, ledger_lists
from lc_core.insight import log_exports
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.language import N_, _
from lc_core.ledger_lists import Ledger, MoveSeen
from pages import _frame, _kept, _places

VIEWS = {"holdings": N_("Seats"), "moves": N_("Every move")}
ASK = {"holdings": ledger_lists.holdings, "moves": ledger_lists.moves}


def from_the_start() -> None:
    st.session_state["page"] = 1


def holding(one: MoveSeen) -> dict[str, str]:
    """A seat that was taken: by whom, for what, and what became of it."""
    returned = f"{_frame.moment(one.returned_at)} ({one.returned_why.label})" if one.returned_why else _("held")
    return {
        _("Person"): one.person,
        _("E-mail"): one.email,
        _("For"): one.activity or _("every activity"),
        _("Taken"): _frame.moment(one.effective_at),
        _("Why"): one.why.label,
        _("Returned"): returned,
    }


def move(one: MoveSeen) -> dict[str, str]:
    """A row of the ledger, with the seats used after it."""
    return {
        _("When"): _frame.moment(one.effective_at),
        _("Seats"): "+1" if one.delta > 0 else "–1",
        _("Used after"): language.number(one.total),
        _("Person"): one.person,
        _("For"): one.activity or _("every activity"),
        _("Why"): one.why.label,
        _("By"): one.by or "–",
        _("Written"): _frame.moment(one.recorded_at),
    }


def table(found: Ledger, view: str) -> None:
    told = [holding(one) if view == "holdings" else move(one) for one in found.rows]
    st.dataframe(
        pa.Table.from_pylist(told),
        hide_index=True,
        height=min(38 + 35 * len(told), 620),
        alt=_("The seat ledger of this contract, the last that happened first."),
    )
    if found.matching > PAGE_SIZE:
        st.pagination(-(-found.matching // PAGE_SIZE), key="page", bind="query-params")


_frame.visitor(_places.sees_contracts)
contract = _frame.found(contract_lists.one, _frame.contract_asked_for())
_frame.head(
    _("Seat ledger of {title}").format(title=_frame.safe(contract.title)),
    _("Every seat that was taken or came back. {used} of {seats} seats are used.").format(
        used=language.number(contract.seats_used), seats=language.number(contract.seats)
    ),
)
_places.link("invitations", _("Invitations"), icon=":material/arrow_back:", contract=contract.id)
shown = _kept.tabs(_("View"), list(VIEWS), name="view", labels=lambda name: _(VIEWS[name]), on_change=from_the_start)
search = st.text_input(
    _("Search"),
    key="held-by",
    bind="query-params",
    placeholder=_("Name or address") if contract.sees_people else _("Pseudonym, as P-7F3K"),
    on_change=from_the_start,
)
ledger = _frame.found(ASK[shown], contract.id, search or "", page=st.session_state.get("page", 1))
if ledger.rows:
    table(ledger, shown)
    name = f"ledger-{contract.code}.csv"
    _frame.download(
        _("Download the ledger as CSV"), name, log_exports.seat_ledger, contract.id, search or "", key="export"
    )
else:
    st.info(_("No seat was taken yet.") if not (search or "").strip() else _("Nobody matches."))
