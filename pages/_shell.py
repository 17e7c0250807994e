"""The main script: who is here, what may they see, and where are they."""

import streamlit as st

from lc_core.language import _
from pages import _frame, _places, _sign_in

st.set_page_config(page_title=_("Learning Contracts"), page_icon="🎓", layout="wide")
me = _frame.who_is_here()
if me is None:
    st.navigation(_places.signed_out(), position="hidden")
    _frame.banner(me)
    _sign_in.show()
else:
    page = st.navigation(_places.navigation(me), position="top")
    _frame.banner(me)
    _frame.enters(me)
    page.run()
