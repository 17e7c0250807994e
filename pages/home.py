"""Everyone's first page: who you are here, what needs you, and where to go."""

import streamlit as st

from lc_core import contract_lists, language
from lc_core.contract_lists import Unbegun
from lc_core.language import _, ngettext
from pages import _frame, _places

MOST_SHOWN = 3


def to_begin(one: Unbegun) -> None:
    """A contract that is ready, as it is after a purchase: the next step is to invite people."""
    with st.container(border=True, key=f"unbegun-{one.id}"):
        _places.link("invitations", f"**{_frame.safe(one.title)}**", icon=":material/license:", contract=one.id)
        told = ngettext(
            "{n} seat is ready. Nobody is invited yet.", "{n} seats are ready. Nobody is invited yet.", one.seats
        )
        st.caption(told.format(n=language.number(one.seats)))
        if st.button(_("Invite people"), type="primary", icon=":material/person_add:", key=f"begin-{one.id}"):
            _places.go("add_invitations", contract=one.id)


me = _frame.visitor(_places.everyone)
waiting = _frame.found(contract_lists.unbegun)
sentence = _("What needs you, and where you can go.") if waiting else _("Where do you want to go?")
_frame.head(_("Welcome, {name}").format(name=_frame.safe(me.name)), sentence)
for contract in waiting[:MOST_SHOWN]:
    to_begin(contract)
if len(waiting) > MOST_SHOWN:
    more = len(waiting) - MOST_SHOWN
    words = ngettext(
        "{n} more contract waits for its first invitation.", "{n} more contracts wait for their first invitation.", more
    )
    _places.link("contracts", words.format(n=language.number(more)), icon=":material/more_horiz:")

offered = [place for place in _places.PLACES if place.section and place.name != "home" and place.offered(me)]
for place in offered:
    with st.container(border=True):
        _places.link(place.name, f"**{_(place.title)}**", icon=f":material/{place.icon}:")
        st.caption(_(place.about))
if not offered:
    st.info(_("Nothing is waiting for you. When somebody invites you to a learning contract, you find it here."))
