"""Every page of the product: its address, its title, and who is offered it."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lc_core.language import N_, _
from lc_core.people import Me
from lc_core.rights import may
from lc_core.vocabulary import Action

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Place:
    """One page. `section`: where the menu shows it, empty = reached from other pages; `about`: what for; `offered`: to whom."""

    name: str
    title: str
    icon: str
    section: str
    about: str
    offered: Callable[[Me], bool]

    def page(self) -> StreamlitPage:
        """What Streamlit knows it by. A copy: Streamlit notes in it whether it may run, for one visitor at a time."""
        return copy(self.known_by(_(self.title)))

    @cache  # noqa: B019 (places are as many as pages, and as long-lived)
    def known_by(self, title: str) -> StreamlitPage:
        """The same for every visitor. Made once for each language, since it looks for the file."""
        return st.Page(
            HERE / f"{self.name}.py",
            title=title,
            icon=f":material/{self.icon}:",
            url_path=self.name,
            default=self.name == "home",
            visibility="visible" if self.section else "hidden",
        )


def everyone(_me: Me) -> bool:
    """Whoever is signed in: they may have been invited, or have been given a code."""
    return True


def sees_contracts(me: Me) -> bool:
    return me.rights.sees_all_contracts or bool(me.rights.own)


def manages_contracts(me: Me) -> bool:
    return me.rights.manages_contracts


def manages_place(me: Me) -> bool:
    return may(me.rights, Action.MANAGE_PLACE)


LEARNING = N_("Your invitations, activities and enrollments, and the place to enter an invitation code.")
MY_CONTRACTS = N_("My contracts")
USAGE = N_("What was bought, how it is used over time, where people stop, and what ends soon.")
EXPORTS = N_("Take away exactly the rows you choose: filters, columns, a format, a look at them first.")
ADMINISTRATION = N_("Administration")
MANAGING = N_("All learning contracts: create them, change them, name their admins, choose their activities.")
CATALOGUE = N_("The learning activities that contracts can offer, and the groups that contracts are sorted by.")
AUDIT = N_("Who changed what and when, before and after, and the proof that the log is whole.")
OUTBOX = N_("Every letter that was written, how far it came, and what can be done with those that did not arrive.")
IMPORTS = N_("Take the files that the LMS hands over, after a look at what would become of each row.")
SYSTEM = N_("Settings, versions, workers and mail, and the check that everything adds up.")
PEOPLE = N_("Who is known here, what they may do, and what is held on them.")
CENTER = N_("Your learning contracts: how their seats are used, who is invited, who is enrolled.")

PLACES = (
    Place("home", N_("Home"), "home", N_("Home"), "", everyone),
    Place("my_learning", N_("My learning"), "school", N_("Learning"), LEARNING, everyone),
    Place("contracts", N_("Learning Contract Center"), "license", MY_CONTRACTS, CENTER, sees_contracts),
    Place("invitations", N_("Invitations"), "mail", "", "", sees_contracts),
    Place("add_invitations", N_("Add invitations"), "person_add", "", "", sees_contracts),
    Place("activities", N_("Learning activities"), "school", "", "", sees_contracts),
    Place("manage_contracts", N_("Contracts"), "folder_managed", ADMINISTRATION, MANAGING, manages_contracts),
    Place("edit_contract", N_("Contract"), "edit_document", "", "", manages_contracts),
    Place("renew_contract", N_("Renew a contract"), "autorenew", "", "", manages_contracts),
    Place("catalogue", N_("Catalogue"), "menu_book", ADMINISTRATION, CATALOGUE, manages_contracts),
    Place("outbox", N_("Outbox"), "outbox", ADMINISTRATION, OUTBOX, manages_contracts),
    Place("people", N_("People"), "group", ADMINISTRATION, PEOPLE, manages_place),
    Place("person", N_("Person"), "person", "", "", manages_place),
    Place("imports", N_("Imports"), "upload_file", ADMINISTRATION, IMPORTS, manages_place),
    Place("audit", N_("Audit log"), "history", ADMINISTRATION, AUDIT, manages_place),
    Place("audit_entry", N_("Change"), "history", "", "", manages_place),
    Place("system", N_("System"), "settings", ADMINISTRATION, SYSTEM, manages_place),
    Place("ledger", N_("Seat ledger"), "receipt_long", "", "", sees_contracts),
    Place("seat_usage", N_("Seat usage"), "monitoring", N_("Analytics"), USAGE, sees_contracts),
    Place("exports", N_("Exports"), "file_export", N_("Analytics"), EXPORTS, sees_contracts),
    Place("enrollments", N_("Enrollments"), "groups", "", "", sees_contracts),
)
BY_NAME = {place.name: place for place in PLACES}


def navigation(me: Me) -> dict[str, list[StreamlitPage]]:
    """The pages this person is offered, by section of the menu."""
    sections: dict[str, list[StreamlitPage]] = {}
    for place in PLACES:
        if place.offered(me):
            section = "" if place.name == "home" else _(place.section or MY_CONTRACTS)
            sections.setdefault(section, []).append(place.page())
    return sections


def signed_out() -> list[StreamlitPage]:
    """Every address there is, unoffered: the same pages, so that signing in keeps the address with its filters."""
    return [place.page() for place in PLACES]


def link(name: str, label: str, *, icon: str | None = None, **parameters: Any) -> None:
    """A link to a page as it is to be opened; `label` is Markdown (user text goes through `_frame.safe`)."""
    query = {key: str(value) for key, value in parameters.items() if value not in {None, ""}}
    st.page_link(BY_NAME[name].page(), label=label, icon=icon, query_params=query or None)


def go(name: str, **parameters: Any) -> None:
    """Leave for another page."""
    st.switch_page(BY_NAME[name].page(), query_params={key: str(value) for key, value in parameters.items()})
