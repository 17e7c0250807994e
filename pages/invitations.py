"""The invitations of one contract: who is invited, how far each has come, and what can be done about it."""

from dataclasses import replace

import streamlit as st

from lc_core import contract_lists, invitation_lists, language
from lc_core.contract_lists import ContractSeen
from lc_core.insight import center, view_exports
from lc_core.invitation_lists import Filter, Listing
from lc_core.language import _
from lc_core.vocabulary import LetterState, Source
from lc_core.wording import seat_rule, shown_statuses
from pages import (
    _code,
    _frame,
    _history,
    _invitation_actions,
    _invitation_table,
    _kept,
    _letters,
    _mail,
    _places,
    _renewal_links,
    _seats,
)

ANY = "any"
STATUS = "is"
"""How the page's address calls the statuses that are shown."""


def head(seen: ContractSeen) -> None:
    """Title, type with its seat rule, period, and the seats."""
    when = center.when(seen.starts_at, seen.ends_at, _frame.database().clock())
    ends = language.date(seen.valid_to) if seen.valid_to else _("no end")
    period = f"{language.date(seen.valid_from)} – {ends} ({when})"
    words = [f"**{seen.contract_type.label}.** {seat_rule(seen.contract_type)}", _frame.safe(period)]
    _frame.head(_frame.safe(seen.title), " · ".join(words))
    _seats.picture(seen)
    with st.container(horizontal=True):
        _places.link("contracts", _("Learning Contract Center"), icon=":material/arrow_back:")
        if seen.is_deal:
            _places.link("contracts", _("Deals"), icon=":material/handshake:", type=seen.contract_type.value)
        _places.link("activities", _("Learning activities"), icon=":material/school:", contract=seen.id)
        _places.link("ledger", _("Seat ledger"), icon=":material/receipt_long:", contract=seen.id)
        if seen.may_run:
            _places.link("add_invitations", _("Add invitations"), icon=":material/person_add:", contract=seen.id)
        if seen.may_manage:
            _places.link("edit_contract", _("Contract"), icon=":material/edit_document:", contract=seen.id)
    _renewal_links.show(seen, place="invitations")


def wanted(seen: ContractSeen) -> tuple[str, Filter]:
    """The order, and the filters beside the statuses, which the page's address keeps."""
    titles = {str(activity.id): activity.title for activity in seen.activities}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Search"),
            key="find",
            bind="query-params",
            placeholder=_("Name or address") if seen.sees_people else _("Pseudonym, as P-7F3K"),
            on_change=_invitation_table.from_the_start,
        )
        sources = [ANY, *[source.value for source in Source]]
        source = _kept.select(
            _("How they came"),
            sources,
            name="how",
            labels=lambda value: _("Any way") if value == ANY else Source.of(value).label,
            on_change=_invitation_table.from_the_start,
        )
        activity = _kept.select(
            _("Activity"),
            [ANY, *titles],
            name="covers",
            labels=lambda chosen: titles.get(chosen, _("Any activity")),
            on_change=_invitation_table.from_the_start,
        )
        mail = _kept.select(
            _("Mail"),
            [ANY, *[state.value for state in LetterState]],
            name="mail",
            labels=lambda value: _("Any mail state") if value == ANY else LetterState.of(value).label,
            on_change=_invitation_table.from_the_start,
        )
        order = _invitation_table.order(seen)
        soon = seen.invitation_ttl_days is not None and _invitation_table.expires_soon()
    return order, Filter(
        search=search or "",
        source=None if source == ANY else Source.of(source),
        activity_id=None if activity == ANY else int(activity),
        mail=None if mail == ANY else LetterState.of(mail),
        expires_soon=soon,
    )


def narrowed(seen: ContractSeen, asked: Filter) -> Filter:
    """The filter with the statuses that are chosen below it."""
    groups = shown_statuses(seen.contract_type)
    chosen = _kept.several_chosen([word.value for word in groups], name=STATUS)
    return replace(asked, statuses=frozenset().union(*[groups[word] for word in groups if word.value in chosen]))


def statuses(seen: ContractSeen, listing: Listing) -> None:
    """The statuses to choose, with how many there are of each beside it."""
    groups = shown_statuses(seen.contract_type)
    numbers = {word: sum(listing.by_status[one] for one in alike) for word, alike in groups.items()}
    _kept.counted(_("Status"), numbers, name=STATUS, on_change=_invitation_table.from_the_start)


def begin(seen: ContractSeen) -> None:
    """The next step of a contract that is ready, and to which nobody is invited yet."""
    st.info(_("Nobody is invited yet. Invite people, or share the code."))
    if st.button(_("Invite people"), type="primary", key="first", icon=":material/person_add:"):
        _places.go("add_invitations", contract=seen.id)


_frame.visitor(_places.sees_contracts)
contract = _frame.found(contract_lists.one, _frame.contract_asked_for())
head(contract)
next_step = st.container()
_invitation_actions.tell(contract)
if contract.may_run:
    _mail.banner(contract)
    _code.panel(contract)
    _letters.panel(contract)
    _history.panel(contract)
    _invitation_actions.dialog(contract)
order, asked = wanted(contract)
asked = narrowed(contract, asked)
page = st.session_state.get("page", 1)
listing = _frame.found(invitation_lists.listing, contract.id, asked, order=order, page=page)
if contract.may_run and contract.why_not_invite is None and _invitation_table.is_unbegun(asked, listing):
    with next_step:
        begin(contract)
statuses(contract, listing)
selected = _invitation_table.show(contract, asked, listing, page)
if listing.rows:
    _frame.download(
        _("Download {n} as CSV").format(n=listing.matching),
        f"invitations-{contract.code}.csv",
        view_exports.invitations,
        contract.id,
        asked,
        order=order,
        key="export",
    )
if contract.may_run and listing.rows:
    _invitation_actions.offer(contract, asked, listing, selected)
