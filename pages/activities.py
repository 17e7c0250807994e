"""The learning activities of one contract: who is invited, and how the enrollments stand."""

import streamlit as st

from lc_core import activity_lists, contract_lists, language
from lc_core.activity_lists import ActivitySeen
from lc_core.insight import view_exports
from lc_core.language import _
from pages import _enrollment_status, _frame, _places


def numbers(activity: ActivitySeen) -> str:
    """Kind, how many are invited and enrolled, and which share of these completed."""
    rate = activity.completion_rate
    words = _("{kind} · {invited} invited · {enrolled} enrolled · completed: {rate}")
    return words.format(
        kind=activity.kind.label,
        invited=language.number(activity.invited),
        enrolled=language.number(activity.enrolled),
        rate="–" if rate is None else language.percent(rate),
    )


def card(contract_id: int, activity: ActivitySeen) -> None:
    """One activity: its title, how many are invited and enrolled, and how they stand."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            _places.link(
                "enrollments",
                f"**{_frame.safe(activity.title)}**",
                contract=contract_id,
                activity=activity.activity_id,
            )
            if activity.removed:
                st.badge(_("Removed from the contract"), color="gray")
        st.caption(numbers(activity))
        _enrollment_status.bar(activity)
        if st.button(_("View Enrollments"), key=f"open-{activity.activity_id}", icon=":material/groups:"):
            _places.go("enrollments", contract=contract_id, activity=activity.activity_id)


_frame.visitor(_places.sees_contracts)
contract = _frame.found(contract_lists.one, _frame.contract_asked_for())
_frame.head(
    _("Learning activities of {title}").format(title=_frame.safe(contract.title)),
    _("What people can enroll in through this contract, and how far they are."),
)
_places.link("invitations", _("Invitations"), icon=":material/arrow_back:", contract=contract.id)
activities = _frame.found(activity_lists.of_contract, contract.id)
for one in activities:
    card(contract.id, one)
if activities:
    _frame.download(
        _("Export enrollments"),
        f"enrollments-{contract.code}.csv",
        view_exports.enrollments,
        contract.id,
        key="export",
    )
else:
    st.info(_("The contract has no activities yet. An administrator adds them."))
