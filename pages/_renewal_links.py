"""How a contract is linked to the one before and the one after it (R-CON-17)."""

import streamlit as st

from lc_core import renewing
from lc_core.contract_lists import ContractSeen
from lc_core.language import _, ngettext
from pages import _frame, _places


def show(seen: ContractSeen, *, place: str) -> None:
    """Small links to both, to the same page of theirs; and how many prepared invitations wait."""
    found = _frame.found(renewing.links, seen.id)
    if found.renews or found.renewed_by:
        with st.container(horizontal=True):
            for words, other in ((_("Renews {code}"), found.renews), (_("Renewed by {code}"), found.renewed_by)):
                if other is not None:
                    label = f":small[{words.format(code=_frame.safe(other.code))}]"
                    # no link: one that leads to the page it stands on leaves the browser's address as it was
                    if st.button(label, type="tertiary", icon=":material/autorenew:", key=f"linked-{other.id}"):
                        _places.go(place, contract=other.id)
    if found.prepared:
        words = ngettext(
            "{n} prepared invitation is sent when the contract begins and has activities and seats for it.",
            "{n} prepared invitations are sent when the contract begins and has activities and seats for them.",
            found.prepared,
        )
        st.caption(words.format(n=found.prepared))
