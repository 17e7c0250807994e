"""Seat usage: what was bought, how it is used over time, where people stop, what ends soon, and what could be won back."""

import streamlit as st

from lc_core.insight import answers
from lc_core.language import _
from pages import _digest, _frame, _places, _usage_filters, _usage_sections

_frame.visitor(_places.sees_contracts)
answer = answers.how_full_is_each_contract(_frame.insight(), _frame.actor())
_frame.head(_("Seat usage"), _("How the seats you bought are used, and when they run out."), answer.as_of)
asked = _usage_filters.ask(answer.frame)
draw = _usage_sections.chosen()
if asked.number:
    draw(asked, answer.frame)
elif answer.frame.is_empty():
    st.info(_("There is no contract yet. As soon as there is one, this page tells how its seats are used."))
else:
    st.info(_("No contract matches these filters. Take one of them away, or clear them all."))
_digest.digest_switch()
