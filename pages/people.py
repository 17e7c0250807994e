"""People: who is known here, and what they may do."""

import streamlit as st

from lc_core import people_lists
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.language import _
from lc_core.people_lists import People, PersonRow, Wanted
from lc_core.vocabulary import AccountStatus, Role
from pages import _frame, _kept, _person, _places

ANY = "any"
STATUS = "account"
"""How the page's address calls the statuses that are shown."""


def from_the_start() -> None:
    st.session_state["page"] = 1


def wanted() -> Wanted:
    """The filters, which the page's address keeps."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Search"),
            key="whom",
            bind="query-params",
            placeholder=_("Name, address or pseudonym"),
            on_change=from_the_start,
        )
        role = _kept.select(
            _("Role"),
            [ANY, *[role.value for role in Role]],
            name="role",
            labels=lambda value: _("With or without a role") if value == ANY else Role.of(value).label,
            on_change=from_the_start,
        )
    chosen = _kept.several_chosen([status.value for status in AccountStatus], name=STATUS)
    return Wanted(
        search=search or "",
        statuses=frozenset(AccountStatus.of(status) for status in chosen),
        role=None if role == ANY else Role.of(role),
    )


def statuses(found: People) -> None:
    """The statuses to choose, with how many there are of each beside it."""
    numbers = {status: found.by_status[status] for status in AccountStatus}
    _kept.counted(_("Account"), numbers, name=STATUS, on_change=from_the_start)


def row(person: PersonRow) -> None:
    """One person; the name opens them. An account like most is not marked."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"person-{person.id}"):
        _places.link("person", f"**{_frame.safe(person.name)}**", person=person.id)
        if person.email not in {"", person.name}:
            st.caption(_frame.safe(person.email))
        for role in person.roles:
            st.badge(role.label, color="blue")
        if person.status is not AccountStatus.REGISTERED:
            st.badge(person.status.label, color=_person.LOOKS[person.status])


_frame.visitor(_places.manages_place)
_frame.head(_("People"), _("Everybody who was ever invited, enrolled or named here, and what they may do."))
asked = wanted()
people = _frame.found(people_lists.listing, asked, page=st.session_state.get("page", 1))
statuses(people)
_person.add()
for one in people.rows:
    row(one)
if not people.rows:
    st.info(_("Nobody matches."))
if people.matching > PAGE_SIZE:
    st.pagination(-(-people.matching // PAGE_SIZE), key="page", bind="query-params")
