"""The API tokens of one person that open something, for those who manage people: looked at, and revoked."""

import streamlit as st

from lc_core import tokens
from lc_core.language import _
from lc_core.people_lists import OnePerson
from lc_core.records.operations import OperationKey
from lc_core.tokens import TokenSeen
from pages import _frame


def show(seen: OnePerson) -> None:
    """Each with a button that ends it. They are made on the command line, which shows them once."""
    alive = [one for one in _frame.found(tokens.listing, seen.id) if one.why_not is None]
    if alive:
        st.subheader(_("API tokens"))
        st.caption(_("With each of them a program acts for this person, and may do what is named at most."))
    for one in alive:
        _one(one)


def _one(token: TokenSeen) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        scopes = ", ".join(scope.label for scope in token.scopes)
        st.text(f"{token.name or _('Token {id}').format(id=token.id)}: {scopes}", width="stretch")
        used = _frame.moment(token.last_used_at) if token.last_used_at else _("never")
        st.caption(_("last used: {when} · until {day}").format(when=used, day=_frame.day(token.expires_at)))
        st.button(_("Revoke"), key=f"revoke-token-{token.id}", on_click=_revoke, args=(token.id, OperationKey.new()))


def _revoke(token_id: int, key: OperationKey) -> None:
    _frame.act("revoke-token", tokens.revoke, token_id, key=key)
