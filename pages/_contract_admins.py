"""Who is contract admin of a contract: the list, naming somebody, taking the contract from somebody (R-CON-13)."""

import streamlit as st

from lc_core import addresses, contract_lists, contracts, people
from lc_core.contract_lists import AdminSeen, ContractSeen
from lc_core.language import _
from lc_core.reasons import Reason
from lc_core.records.operations import OperationKey
from pages import _frame


def show(seen: ContractSeen) -> None:
    """The list, and below it the search for another one."""
    st.subheader(_("Contract admins"))
    st.caption(_("They invite people to this contract and manage its invitations. They see this contract at once."))
    last = _frame.told("name", "unname")
    if last is not None:
        st.success(_("Named.") if last.what == "name" else _("The contract is taken from them."))
    named = _frame.found(contract_lists.admins, seen.id)
    if not named:
        st.info(_("Nobody is named yet. Administrators manage the contract meanwhile."))
    for one in named:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(f"{one.name} · {one.email}" if one.name else one.email, width="stretch")
            about = (one.person_id, one.name or one.email)
            st.button(_("Remove"), key=f"remove-{one.person_id}", on_click=_frame.ask, args=("unname", about))
    _search(seen, named)
    if _frame.asked() == "unname":
        _look_before(seen, *_frame.asked_about())


def _search(seen: ContractSeen, named: list[AdminSeen]) -> None:
    """People who are known, by name or address; and any address, whether known or not."""
    search = st.text_input(_("Add an admin"), key="admin-search", placeholder=_("Name or e-mail address")) or ""
    if not search.strip():
        return
    known = {shown.email: shown.name for _id, shown in _frame.found(people.find, search)}
    there = {one.email for one in named}
    for email, name in known.items():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(f"{name} · {email}", width="stretch")
            _name_button(seen, email, why_not=Reason.ADMIN_ALREADY_NAMED.label if email in there else "")
    address = addresses.parse(search)
    if isinstance(address, Reason):
        if not known:
            st.info(_("Nobody is known by this. Type a whole e-mail address to name somebody new."))
    elif address.key not in {email.lower() for email in known}:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(_("{address} · not known here yet").format(address=address.display), width="stretch")
            _name_button(seen, address.display, why_not="")


def _name_button(seen: ContractSeen, email: str, *, why_not: str) -> None:
    done = (seen.id, email, OperationKey.new())
    st.button(_("Add"), key=f"name-{email}", disabled=bool(why_not), help=why_not or None, on_click=_name, args=done)


def _name(contract_id: int, email: str, key: OperationKey) -> None:
    _frame.act("name", contracts.name_admin, contract_id, email, key=key)
    if not _frame.was_refused():
        st.session_state["admin-search"] = ""


@st.dialog(_("Take the contract from this admin?"), on_dismiss=_frame.answered)
def _look_before(seen: ContractSeen, person_id: int, name: str) -> None:
    st.text(name)
    st.write(_("They see the contract no more at their next click. What they did stays as it is."))
    _frame.confirm(_("Remove"), _remove, seen.id, person_id, OperationKey.new(), key="unname-yes")


def _remove(contract_id: int, person_id: int, key: OperationKey) -> None:
    _frame.act("unname", contracts.remove_admin, contract_id, person_id, key=key)
