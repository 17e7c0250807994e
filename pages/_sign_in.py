"""Signing in: one button that leads to the sign-in service; in the demo a choice of people, each with what they may do."""

import streamlit as st

from lc_core import people, roles
from lc_core.language import _, ngettext
from lc_core.records.db import Actor
from lc_core.settings import settings
from pages import _frame, _who

DEMO = Actor(None, "demo sign-in")


def show() -> None:
    """The sign-in page."""
    st.title(_("Learning Contracts"))
    st.write(_("Buy seats once, invite people, and always know who uses them and when they run out."))
    if settings().auth == "demo":
        _anybody()
    elif _who.refusal():
        _refused(_who.refusal())
    else:
        _door()


def _door() -> None:
    name = settings().oidc_name
    label = _("Sign in with {name}").format(name=_frame.safe(name)) if name else _("Sign in")
    st.button(label, on_click=st.login, type="primary", icon=":material/login:", key="sign-in")


def _refused(sentence: str) -> None:
    """Somebody whom the sign-in service knows, but who is not let in here."""
    st.error(_frame.safe(sentence), icon=":material/block:")
    if _who.address():
        st.text(_("You signed in as {email}.").format(email=_who.address()))
    st.button(_("Sign out and use another account"), on_click=_frame.sign_out, key="sign-out")


def _anybody() -> None:
    st.subheader(_("Who do you want to be?"))
    for person in roles.with_roles(_frame.database(), DEMO):
        _choice(person.id, person.name or person.email, _may(person))
    search = st.text_input(_("Or a learner"), placeholder=_("Name or address"), key="learner")
    if search.strip():
        for person_id, shown in people.find(_frame.database(), DEMO, search, most=10):
            _choice(person_id, shown.name, shown.email, prefix="learner")


def _choice(person_id: int, name: str, line: str, *, prefix: str = "person") -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container():
            st.text(name)
            st.caption(_frame.safe(line))
        st.button(
            _("Enter"),
            key=f"{prefix}-{person_id}",
            help=_frame.safe(name),
            on_click=_frame.sign_in,
            args=(person_id,),
        )


def _may(person: roles.PersonSeen) -> str:
    """What somebody may do, in one line."""
    words = [role.label for role in person.roles] + [privilege.label for privilege in person.privileges]
    if person.contracts:
        count = len(person.contracts)
        words.append(
            ngettext("Contract admin of {n} contract", "Contract admin of {n} contracts", count).format(n=count)
        )
    return " · ".join(words)
