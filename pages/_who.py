"""Who this session is: in the demo whom they chose, else whom the sign-in service says, for as long as the session stands."""

from datetime import timedelta

import streamlit as st

from lc_core import sign_ins
from lc_core.errors import Refused
from lc_core.records.db import Database
from lc_core.settings import settings
from lc_core.sign_ins import SignIn


def person_id(db: Database) -> int | None:
    """The person of this session, asked anew each time; None where nobody signed in, or the session is over."""
    if settings().auth == "demo":
        chosen: int | None = st.session_state.get("person_id")
        return chosen
    if not st.user.get("is_logged_in") or refusal():
        return None
    try:
        sign_in = sign_ins.read(st.user.to_dict())
        if is_over(db, sign_in):
            out()
            return None
        known: int | None = st.session_state.get("person_id")
        if known is None:
            known = st.session_state["person_id"] = sign_ins.enter(db, sign_in)
        elif not sign_ins.is_theirs(db, sign_in, known):
            out()
            return None
    except Refused as refused:
        st.session_state["sign_in_refused"] = refused.sentence
        return None
    return known


def is_over(db: Database, sign_in: SignIn | None) -> bool:
    """Whether the session that began so has ended; the demo's (None) never does."""
    longest = timedelta(hours=settings().session_hours)
    return sign_in is not None and sign_ins.is_over(db, sign_in, longest=longest)


def sign_in() -> SignIn | None:
    """How this session began, for what is done after its page was drawn; None in the demo."""
    return None if settings().auth == "demo" else sign_ins.read(st.user.to_dict())


def refusal() -> str:
    """Why whoever signed in is not let in; empty where nobody was refused."""
    return str(st.session_state.get("sign_in_refused", ""))


def address() -> str:
    """The address that the sign-in service told."""
    return str(st.user.get("email") or "")


def out() -> None:
    """Nobody is here any more. The browser is sent to the sign-in service, to sign out there too."""
    st.session_state.clear()
    if settings().auth != "demo":
        st.logout()


def leave(db: Database) -> None:
    """Sign out, in every window of this browser."""
    if settings().auth != "demo" and not refusal() and st.user.get("is_logged_in"):
        sign_ins.leave(db, sign_ins.read(st.user.to_dict()))
    out()
