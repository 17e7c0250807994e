"""The main script: who is here, what may they see, and where are they."""

import streamlit as st

from lc_core.language import _
from pages import _frame, _places

st.set_page_config(page_title=_("Learning Contracts"), page_icon="🎓", layout="wide")
me = _frame.who_is_here()
if me is None:
    chosen = st.navigation(_places.signed_out(), position="hidden")
else:
    chosen = st.navigation(_places.navigation(me), position="top")
_frame.banner(me)
chosen.run()
