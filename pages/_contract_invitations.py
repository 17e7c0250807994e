"""The invitations of a contract in brief, and the ways to them."""

import streamlit as st

from lc_core import invitation_lists, language, seats
from lc_core.contract_lists import ContractSeen
from lc_core.insight import seats_told
from lc_core.invitation_lists import Filter
from lc_core.language import _
from lc_core.wording import shown_statuses
from pages import _frame, _places


def show(seen: ContractSeen) -> None:
    """The seats, how many invitations there are of each status, and where to work on them."""
    st.subheader(_("Invitations"))
    st.caption(_("Everybody who was invited, and everybody who came with the invitation code."))
    counted = vars(_frame.found(seats.by_status, seen.id))
    _frame.seats_bar(counted, seen.contract_type)
    st.caption(seats_told.described(counted, seen.contract_type))
    by_status = _frame.found(invitation_lists.listing, seen.id, Filter()).by_status
    with st.container(horizontal=True):
        for word, alike in shown_statuses(seen.contract_type).items():
            st.metric(word.label, language.number(sum(by_status[one] for one in alike)), width="content", border=True)
    with st.container(horizontal=True):
        _places.link("invitations", _("Open the invitations"), icon=":material/mail:", contract=seen.id)
        _places.link("add_invitations", _("Add invitations"), icon=":material/person_add:", contract=seen.id)
    if seen.why_not_invite:
        st.info(seen.why_not_invite.label)
