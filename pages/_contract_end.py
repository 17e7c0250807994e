"""How a contract ends or goes on: renewed, archived, brought back, deleted; each after a question that says what happens."""

import streamlit as st

from lc_core import contracts, managed_contracts
from lc_core.contract_lists import ContractSeen
from lc_core.language import _, ngettext
from lc_core.managed_contracts import GoesWith, Managed
from lc_core.records.operations import OperationKey
from pages import _contract_state, _frame, _places


def show(seen: ContractSeen, now: Managed) -> None:
    """The buttons; what cannot be done says why."""
    st.subheader(_("Renew, archive or delete"))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Renew"), key="renew", icon=":material/autorenew:"):
            _places.go("renew_contract", contract=seen.id)
        if now.why_not_archive is None:
            st.button(_("Archive"), key="archive", icon=":material/archive:", on_click=_frame.ask, args=("archive",))
        if now.why_not_restore is None:
            st.button(_("Restore"), key="restore", icon=":material/unarchive:", on_click=_frame.ask, args=("restore",))
        st.button(
            _("Delete"),
            key="delete",
            icon=":material/delete:",
            disabled=now.why_not_delete is not None,
            on_click=_frame.ask,
            args=("delete",),
        )
    if now.why_not_delete is not None:
        st.caption(_("Cannot be deleted: {why}").format(why=now.why_not_delete.label))
    dialogs = {"archive": _archive, "restore": _restore, "delete": _delete}
    if _frame.asked() in dialogs:
        dialogs[_frame.asked()](seen)


@st.dialog(_("Archive the contract?"), on_dismiss=_frame.answered)
def _archive(seen: ContractSeen) -> None:
    st.markdown(f"**{_frame.safe(seen.title)}**")
    st.write(
        _(
            "It leaves the dashboards and is closed to changes, as after its end: nobody is invited, accepts or enrolls. "
            "Reports and exports keep it, enrollments go on, and it can be restored."
        )
    )
    _frame.confirm(_("Archive"), _do_archive, seen.id, OperationKey.new(), key="archive-yes")


def _do_archive(contract_id: int, key: OperationKey) -> None:
    _frame.act("archive", contracts.archive, contract_id, key=key)


@st.dialog(_("Restore the contract?"), on_dismiss=_frame.answered)
def _restore(seen: ContractSeen) -> None:
    st.markdown(f"**{_frame.safe(seen.title)}**")
    st.write(_("It is in the dashboards again, and open as its valid period says."))
    _frame.confirm(_("Restore"), _do_restore, seen.id, OperationKey.new(), key="restore-yes")


def _do_restore(contract_id: int, key: OperationKey) -> None:
    _frame.act("restore", contracts.restore, contract_id, key=key)


@st.dialog(_("Delete the contract?"), on_dismiss=_frame.answered)
def _delete(seen: ContractSeen) -> None:
    """What goes with it (R-CON-12)."""
    st.markdown(f"**{_frame.safe(seen.title)}** ({_frame.safe(seen.code)})")
    st.write(_("This cannot be undone. With the contract go:"))
    for line in _what_goes(_frame.found(managed_contracts.goes_with, seen.id)):
        st.markdown(f"- {line}")
    _frame.confirm(_("Delete"), _do_delete, seen.id, OperationKey.new(), key="delete-yes")


def _what_goes(goes: GoesWith) -> list[str]:
    return [
        ngettext("{n} invitation", "{n} invitations", goes.invitations).format(n=goes.invitations),
        ngettext("{n} letter, sent or not", "{n} letters, sent or not", goes.letters).format(n=goes.letters),
        ngettext(
            "its link to {n} activity, which stays in the catalogue",
            "its links to {n} activities, which stay in the catalogue",
            goes.activities,
        ).format(n=goes.activities),
        ngettext("the role of {n} contract admin here", "the role of {n} contract admins here", goes.admins).format(
            n=goes.admins
        ),
    ]


def _do_delete(contract_id: int, key: OperationKey) -> None:
    _frame.act("delete", contracts.delete_unused, contract_id, key=key)
    if not _frame.was_refused():
        _contract_state.forget(contract_id)
        st.session_state["deleted"] = contract_id


def was_deleted() -> bool:
    """Whether the contract of this page was just deleted; once."""
    return st.session_state.pop("deleted", None) is not None
