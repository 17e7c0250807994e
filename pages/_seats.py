"""The seats on top of a contract's invitations: the bar with its sentence, and for a deal FutureLearn's *Deal seats*."""

import streamlit as st

from lc_core import seats
from lc_core.contract_lists import ContractSeen
from lc_core.insight import seats_told
from lc_core.language import _
from pages import _frame


def picture(seen: ContractSeen) -> None:
    """The seats by status, in the words of the contract's type (R-SEAT-10)."""
    counted = _counted(seen)
    if seen.is_deal:
        _deal(counted)
    _frame.seats_bar(counted, seen.contract_type)
    st.caption(seats_told.described(counted, seen.contract_type))


def sentence(seen: ContractSeen) -> str:
    """The same in words alone."""
    return seats_told.described(_counted(seen), seen.contract_type)


def _counted(seen: ContractSeen) -> dict[str, int]:
    return vars(_frame.found(seats.by_status, seen.id))


def _deal(counted: dict[str, int]) -> None:
    """How many seats there are, how many are allocated, how many are left (R-SEAT-3)."""
    st.subheader(_("Deal seats"))
    with st.container(horizontal=True):
        for name, figure, definition in seats_told.numbers(counted):
            st.metric(name, figure, help=definition, border=True)
