"""Adding invitations by typing or pasting addresses: what would become of each is shown before anything is sent."""

import streamlit as st

from lc_core import inviting
from lc_core.contract_lists import ContractSeen
from lc_core.errors import Refused
from lc_core.invite_list import Outcome
from lc_core.inviting import Plan
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from pages import _frame


def panel(seen: ContractSeen) -> None:
    """Type or paste addresses, choose activities (voucher), look at what happens, send."""
    with st.expander(_("Add invitations"), icon=":material/person_add:", key="adding"):
        if seen.why_not_invite:
            st.info(seen.why_not_invite.label)
            return
        typed = st.text_area(
            _("Addresses, one a line"),
            key=f"addresses-{seen.id}",
            persist_state="session",
            placeholder="ann@example.org\nbob@example.org",
        )
        chosen = _activities(seen)
        entries = [line for line in (typed or "").splitlines() if line.strip()]
        if entries:
            _preview(seen, entries, chosen)


def _activities(seen: ContractSeen) -> list[int]:
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


def _preview(seen: ContractSeen, entries: list[str], chosen: list[int]) -> None:
    try:
        plan = _frame.found(inviting.preview, seen.id, entries, activities=chosen)
    except Refused as refused:
        st.error(_frame.safe(refused.sentence), icon=":material/block:")
        return
    outcomes_table(plan.outcomes)
    _seats(plan)
    sending = plan.writes
    st.button(
        ngettext("Invite {n} person", "Invite {n} people", sending).format(n=sending),
        type="primary",
        key="invite",
        disabled=not sending,
        on_click=_send,
        args=(seen.id, entries, chosen, OperationKey.new()),
    )


def _seats(plan: Plan) -> None:
    """What the list does to the seats."""
    words = _("It may ask for {wanted} seats; {free} are free.").format(wanted=plan.wanted, free=plan.free)
    if plan.over:
        st.warning(words + " " + _("Over-invited by {n}.").format(n=plan.over), icon=":material/warning:")
    else:
        st.caption(words)


def _send(contract_id: int, entries: list[str], chosen: list[int], key: OperationKey) -> None:
    _frame.act("invite", inviting.invite, contract_id, entries, activities=chosen, key=key)
    if not _frame.was_refused():
        st.session_state[f"addresses-{contract_id}"] = ""


def outcomes_table(outcomes: list[Outcome]) -> None:
    """Each entry with its line and what becomes of it."""
    st.dataframe(
        {
            _("Line"): [outcome.line for outcome in outcomes],
            _("Address"): [outcome.entry for outcome in outcomes],
            _("Outcome"): [outcome.result.label for outcome in outcomes],
            _("Why"): [outcome.reason.label if outcome.reason else "" for outcome in outcomes],
        },
        hide_index=True,
        height=min(38 + 35 * len(outcomes), 320),
    )
