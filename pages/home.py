"""Everyone's first page: who you are here, and where to go."""

import streamlit as st

from lc_core.language import _
from pages import _frame, _places

me = _frame.visitor(_places.everyone)
_frame.head(_("Welcome, {name}").format(name=_frame.safe(me.name)), _("Where do you want to go?"))

offered = [place for place in _places.PLACES if place.section and place.name != "home" and place.offered(me)]
for place in offered:
    with st.container(border=True):
        _places.link(place.name, f"**{_(place.title)}**", icon=f":material/{place.icon}:")
        st.caption(_(place.about))
if not offered:
    st.info(_("Nothing is waiting for you. When somebody invites you to a learning contract, you find it here."))
