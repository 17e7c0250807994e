"""The invitation code of a contract, with copy and regenerate; its title, with rename."""

import streamlit as st

from lc_core import codes, contracts
from lc_core.contract_lists import ContractSeen
from lc_core.invitation_lists import Chosen, Filter
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Doing
from pages import _frame


def panel(seen: ContractSeen) -> None:
    """The code to share, and the two things that change the contract's head."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _shown(seen)
        st.button(_("Rename"), icon=":material/edit:", key="rename-contract", on_click=_frame.ask, args=("rename",))
    _follow_up(seen)
    if "rename" in st.query_params:
        del st.query_params["rename"]
        _frame.ask("rename")
    if _frame.asked() == "rename":
        _rename(seen)


def alone(seen: ContractSeen) -> None:
    """The code to share, where the title has a place of its own."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _shown(seen)
    _follow_up(seen)


def _shown(seen: ContractSeen) -> None:
    with st.container(width="content"):
        st.caption(_("Invitation code"))
        st.code(seen.code_to_share, language=None)
    st.button(_("Regenerate"), icon=":material/refresh:", key="regenerate", on_click=_frame.ask, args=("regenerate",))


def _follow_up(seen: ContractSeen) -> None:
    """Who is to be told of a new code, and the question before there is one."""
    if seen.letters_with_old_code:
        _offer_to_resend(seen.letters_with_old_code)
    if _frame.asked() == "regenerate":
        _regenerate(seen)


def _offer_to_resend(count: int) -> None:
    """Who was told a code that works no more, until each was sent the new one (R-CON-10)."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(letters_with_old_code(count), icon=":material/mark_email_unread:")
        st.button(
            _("Resend with the new code"),
            key="resend-old",
            on_click=_frame.ask,
            args=(Doing.RESEND.value, Chosen(matching=Filter(old_code=True))),
        )


@st.dialog(_("Regenerate the invitation code?"), on_dismiss=_frame.answered)
def _regenerate(seen: ContractSeen) -> None:
    st.write(_("The code above stops working at once. Whoever was told it needs the new one."))
    _frame.confirm(_("Regenerate"), _replace, seen, OperationKey.new(), key="regenerate-yes")


@st.dialog(_("Rename the contract"), on_dismiss=_frame.answered)
def _rename(seen: ContractSeen) -> None:
    st.write(_("The new title shows everywhere at once: lists, reports, and letters not yet sent."))
    st.text_input(_("Title"), value=seen.title, max_chars=contracts.MOST["title"], key=f"title-of-{seen.id}")
    _frame.confirm(_("Rename"), _give_title, seen.id, OperationKey.new(), key="rename-yes")


def _replace(seen: ContractSeen, key: OperationKey) -> None:
    _frame.act("regenerate", codes.regenerate, seen.id, old_code=seen.code_to_share, key=key)


def _give_title(contract_id: int, key: OperationKey) -> None:
    """The title as it is typed at the click, which may be later than the button was drawn."""
    title = str(st.session_state.get(f"title-of-{contract_id}") or "")
    _frame.act("rename", contracts.rename, contract_id, title, key=key)


def told_of_regenerating(done: codes.Regenerated) -> str:
    """What to say after the code was replaced."""
    return _("The code is new: the old one works no more.") + " " + letters_with_old_code(done.letters_with_old_code)


def letters_with_old_code(count: int) -> str:
    """How many people hold a code that works no more."""
    return ngettext(
        "{n} outstanding letter holds the old code.", "{n} outstanding letters hold the old code.", count
    ).format(n=count)
