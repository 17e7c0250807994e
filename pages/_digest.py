"""The switch of the weekly digest, for those who may have it."""

import streamlit as st

from lc_core import digests
from lc_core.language import _
from lc_core.records.operations import OperationKey
from pages import _frame

SWITCHED = "digest"


def digest_switch() -> None:
    """Whether the digest comes, and one click to change that; nothing for those who can neither have nor stop it."""
    _frame.told(SWITCHED)
    on = _frame.found(digests.wanted)
    if not on and _frame.found(digests.why_not_want) is not None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="digest-switch"):
        told = _("You get a letter every Monday morning:") if on else _("Get a letter every Monday morning:")
        about = _("how full your contracts are, what happened in seven days, and which of them want a look.")
        st.markdown(f"**{_('Weekly digest')}**  \n{told} {about}", width="stretch")
        label = _("Stop it") if on else _("Send it to me")
        verb = digests.stop if on else digests.want
        st.button(label, key="digest", on_click=_frame.act, args=(SWITCHED, verb), kwargs={"key": OperationKey.new()})
