"""My learning: enter a code, see what I am invited to and what each step costs, accept, enroll, and how I stand."""

import streamlit as st

from lc_core import enrollments, language, my_learning, redeeming
from lc_core.language import _, ngettext
from lc_core.my_learning import ActivityForMe, InvitedTo
from lc_core.records.operations import OperationKey
from lc_core.wording import shown_as
from pages import _enrollment_status, _frame, _places

CODE = "invitation-code"
LONGEST = 80


def code_field() -> None:
    """A code, whether one has an invitation or not; opening a link enters nothing (R-LRN-1, R-LRN-3)."""
    if CODE not in st.session_state:  # a letter's link brings the code along
        st.session_state[CODE] = st.query_params.get("code", "")[:LONGEST]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Invitation code"), key=CODE, max_chars=LONGEST, placeholder="ABCDE-FGHJK-MNPQR-STUVW-XYZ23")
        st.button(_("Enter the code"), key="redeem", on_click=redeem, args=(OperationKey.new(),))


def redeem(key: OperationKey) -> None:
    """The code as it stands in its field at the click; it leaves the field once it was accepted."""
    entered = str(st.session_state.get(CODE) or "")
    _frame.act("redeem", redeeming.redeem, entered, network=st.context.ip_address or "", key=key)
    if not _frame.was_refused():
        st.session_state[CODE] = ""


def contract(seen: InvitedTo) -> None:
    """One contract I am invited to."""
    with st.container(border=True, key=f"contract-{seen.contract_id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(_frame.safe(seen.title), width="content")
            st.badge(shown_as(seen.contract_type, seen.status).label, color="blue")
        if seen.description:
            st.text(seen.description)
        st.caption(_frame.safe(about(seen)))
        if seen.accept_first or seen.why_not_accept is None:
            accept(seen)
        for one in seen.activities:
            activity(seen, one)


def about(seen: InvitedTo) -> str:
    """Period, how long the invitation lives, and how many activities are left to take."""
    ends = language.date(seen.valid_to) if seen.valid_to else _("no end")
    words = [f"{language.date(seen.valid_from)} – {ends}"]
    if seen.expires_at is not None and seen.why_not_accept is None:
        words.append(_("the invitation expires {when}").format(when=_frame.moment(seen.expires_at)))
    if seen.per_user_limit:
        limit = ngettext("{taken} of {n} activity taken", "{taken} of {n} activities taken", seen.per_user_limit)
        words.append(limit.format(taken=seen.taken, n=seen.per_user_limit))
    return " · ".join(words)


def accept(seen: InvitedTo) -> None:
    """Accept, where there is something to accept; what cannot be done says why."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Accept the invitation"),
            key=f"accept-{seen.contract_id}",
            type="primary" if seen.accept_first else "secondary",
            disabled=seen.why_not_accept is not None,
            on_click=_frame.act,
            args=("accept", redeeming.accept, seen.contract_id),
            kwargs={"key": OperationKey.new()},
        )
        if seen.why_not_accept is not None:
            st.caption(seen.why_not_accept.label)
        elif seen.accepting_takes_seat:
            st.caption(_("Accepting uses one seat; all activities are included."))


def activity(seen: InvitedTo, one: ActivityForMe) -> None:
    """One activity: how I stand in it, or what enrolling costs, or why I cannot."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            st.text(one.activity.title)
            st.caption(f"{one.activity.kind.label} · {_standing(seen, one)}")
        if one.status is None or one.why_not_enroll is None:
            st.button(
                _("Enroll"),
                key=f"enroll-{seen.contract_id}-{one.activity.id}",
                help=_frame.safe(one.activity.title),
                disabled=one.why_not_enroll is not None,
                on_click=_frame.act,
                args=("enroll", enrollments.enroll, seen.contract_id, one.activity.id),
                kwargs={"key": OperationKey.new()},
            )


def _standing(seen: InvitedTo, one: ActivityForMe) -> str:
    if one.why_not_enroll is not None:
        reason = _frame.safe(one.why_not_enroll.label.format(limit=seen.per_user_limit))
        return _enrollment_status.shown(one.status) if one.status else reason
    seat = _("takes a seat") if one.takes_seat else _("takes no further seat")
    if not seen.per_user_limit:
        return seat
    words = ngettext(
        "uses 1 of {n} activity you may take", "uses 1 of {n} activities you may take", seen.per_user_limit
    )
    return f"{seat}, {words.format(n=seen.per_user_limit)}"


TOLD = {
    "redeem": lambda: _("The code is accepted. Your invitation is below."),
    "accept": lambda: _("The invitation is accepted."),
    "enroll": lambda: _("You are enrolled."),
}

_frame.visitor(_places.everyone)
_frame.head(_("My learning"), _("What you are invited to, and how you stand in it."))
last = _frame.told()
if last is not None:
    st.success(TOLD[last.what]())
st.subheader(_("Learning Contract Invitations"))
code_field()
invited_to = _frame.found(my_learning.invitations)
for invitation in invited_to:
    contract(invitation)
if not invited_to:
    st.info(_("No invitation is shown here yet. If you were given a code, enter it above."))
mine = _frame.found(my_learning.enrollments)
if mine:
    st.subheader(_("My enrollments"))
    st.dataframe(
        {
            _("Activity"): [one.activity for one in mine],
            _("Status"): [[_enrollment_status.shown(one.status)] for one in mine],
            _("Enrolled"): [_frame.moment(one.enrolled_at) for one in mine],
            _("Completed"): [_frame.moment(one.completed_at) for one in mine],
            _("Learning contract"): [one.contract for one in mine],
        },
        hide_index=True,
        column_config={_("Status"): _enrollment_status.column()},
        alt=_("My enrollments, one a row."),
    )
