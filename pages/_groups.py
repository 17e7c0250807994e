"""The groups that contracts are sorted by: the list that administrators keep (R-CON-3)."""

import streamlit as st

from lc_core import groups
from lc_core.contracts import MOST
from lc_core.groups import GroupSeen
from lc_core.language import N_, _, ngettext
from lc_core.records.operations import OperationKey
from pages import _frame

DONE = {
    "create-group": N_("The group is on the list."),
    "rename-group": N_("The group has its new name."),
    "delete-group": N_("The group is deleted."),
}


def show() -> None:
    """The list; a group in use says so instead of being deleted."""
    last = _frame.told(*DONE)
    if last is not None:
        st.success(_(DONE[last.what]))
    st.caption(_("Groups sort contracts in lists and reports. They change no right, seat or invitation."))
    with st.form("create-group-form", border=False):
        st.text_input(_("Name of a new group"), key="new-group", max_chars=MOST["group"])
        st.form_submit_button(_("Create"), key="create-group", on_click=_create, args=(OperationKey.new(),))
    found = _frame.found(groups.listing)
    for group in found:
        _row(group)
    if not found:
        st.info(_("There is no group yet."))
    if _frame.asked() == "rename-group":
        _rename(_frame.asked_about())


def _row(group: GroupSeen) -> None:
    why_not = group.why_not_delete.label.format(n=group.contracts) if group.why_not_delete else ""
    with st.container(border=True):
        name, buttons = st.columns([3, 1], vertical_alignment="center")
        with name:
            st.text(group.name)
            st.caption(ngettext("{n} contract", "{n} contracts", group.contracts).format(n=group.contracts))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            st.button(_("Rename"), key=f"rename-{group.id}", on_click=_frame.ask, args=("rename-group", group))
            st.button(
                _("Delete"),
                key=f"delete-{group.id}",
                disabled=bool(why_not),
                help=_frame.safe(why_not) or None,
                on_click=_delete,
                args=(group.id, OperationKey.new()),
            )


def _create(key: OperationKey) -> None:
    _frame.act("create-group", groups.create, st.session_state["new-group"], key=key)
    if not _frame.was_refused():
        st.session_state["new-group"] = ""


def _delete(group_id: int, key: OperationKey) -> None:
    _frame.act("delete-group", groups.delete_unused, group_id, key=key)


@st.dialog(_("Rename the group"), on_dismiss=_frame.answered)
def _rename(group: GroupSeen) -> None:
    name = st.text_input(_("Name"), value=group.name, key=f"name-{group.id}", max_chars=MOST["group"])
    _frame.confirm(_("Rename"), _do_rename, group.id, name or "", OperationKey.new(), key="rename-group-yes")


def _do_rename(group_id: int, name: str, key: OperationKey) -> None:
    _frame.act("rename-group", groups.rename, group_id, name, key=key)
