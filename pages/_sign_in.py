"""Signing in to the demo: a choice of people, each with a line on what they may do."""

import streamlit as st

from lc_core import people, roles
from lc_core.language import _, ngettext
from lc_core.records.db import Actor
from pages import _frame

DEMO = Actor(None, "demo sign-in")


def show() -> None:
    """The demo's sign-in page."""
    st.title(_("Learning Contracts"))
    st.write(_("Buy seats once, invite people, and always know who uses them and when they run out."))
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
