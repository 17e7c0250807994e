"""Adding invitations to one contract: who, for which activities, what will happen, and what became of each."""

import streamlit as st

from lc_core import contract_lists
from lc_core.contract_lists import ContractSeen
from lc_core.language import _
from lc_core.wording import seat_rule
from pages import _adding, _frame, _kept, _places, _seats, _ways_to_add


def activities(seen: ContractSeen) -> list[int]:
    """The second step, where there is something to choose: one, some or all activities of a voucher contract."""
    titles = {activity.id: activity.title for activity in seen.activities}
    if not seen.chooses_activities:
        return list(titles)
    return st.multiselect(
        _("For which activities?"),
        list(titles),
        default=list(titles),
        key=f"for-{seen.id}",
        format_func=lambda activity_id: titles[activity_id],
    )


_frame.visitor(_places.sees_contracts)
contract = _frame.found(contract_lists.one, _frame.contract_asked_for())
if not contract.may_run:
    _frame.nothing_here()
_frame.head(
    _("Add invitations to {title}").format(title=_frame.safe(contract.title)),
    f"**{contract.contract_type.label}.** {seat_rule(contract.contract_type)} {_seats.sentence(contract)}",
)
_places.link("invitations", _("Invitations"), icon=":material/arrow_back:", contract=contract.id)
_adding.under_way(contract)
last = _frame.told()
if contract.why_not_invite:
    st.info(contract.why_not_invite.label)
    st.stop()
way = _kept.tabs(
    _("Who?"),
    list(_ways_to_add.WAYS),
    name="way",
    labels=lambda name: _(_ways_to_add.WAYS[name]),
    on_change=lambda: None,
)
given = _ways_to_add.given(way, contract)
chosen = activities(contract)
_adding.tell(contract, given, last)
if given.entries:
    _adding.preview(contract, given, chosen)
