"""The table of invitations, and what is selected in it."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from lc_core import rules
from lc_core.contract_lists import ContractSeen
from lc_core.invitation_lists import PAGE_SIZE, Chosen, Filter, InvitationSeen, Listing
from lc_core.language import _
from lc_core.vocabulary import Doing, InvitationStatus
from lc_core.wording import expiry, shown_as
from lc_core.words import Word
from pages import _frame, _kept, _mail

AGAIN = " "
"""The column of the rows' buttons, which needs no heading."""
EXPIRES_WIDTH = 225
LOOKS = {
    InvitationStatus.ENROLLED: ("✓", "green"),
    InvitationStatus.ACCEPTED: ("●", "blue"),
    InvitationStatus.OUTSTANDING: ("○", "yellow"),
    InvitationStatus.NOT_REGISTERED: ("◌", "orange"),
    InvitationStatus.EXPIRED: ("–", "gray"),
    InvitationStatus.REVOKED: ("×", "red"),
    InvitationStatus.DEALLOCATED: ("↩", "violet"),
}
"""A sign and a colour for each status: never the colour alone."""
MAIL_WIDTH = 200
"""Pixels: servers talk long, and the times beside their words are to be seen too."""


def from_the_start() -> None:
    """Another filter begins at its first page; nothing stays selected, since a selection is a position."""
    st.session_state["page"] = 1
    another_version()


def another_version() -> None:
    """Give the table another key: what was selected in the old one is not selected in the new one."""
    st.session_state["version"] = st.session_state.get("version", 0) + 1


def order(seen: ContractSeen) -> str:
    """How the list is sorted; by name only for those who see names."""
    orders = {"newest": _("Newest first"), "oldest": _("Oldest first"), "last_sent": _("Last sent first")}
    if seen.sees_people:
        orders |= {"name": _("Name"), "email": _("E-mail")}
    return _kept.select(_("Sort"), list(orders), name="by", labels=lambda name: orders[name], on_change=from_the_start)


def expires_soon() -> bool:
    """Whether only those are wanted that will expire within days."""
    label = _("Expires within {n} days").format(n=rules.EXPIRES_SOON.days)
    return st.toggle(label, key="soon", bind="query-params", on_change=from_the_start)


def show(seen: ContractSeen, asked: Filter, listing: Listing, page: int) -> list[InvitationSeen]:
    """Draw one page of the list; answers what is selected in it."""
    if not listing.rows:
        st.info(_("Nobody here yet.") if is_unbegun(asked, listing) else _("No invitation matches."))
        return []
    selected = _table(seen, asked, listing, page)
    pages = -(-listing.matching // PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, key="page", bind="query-params", on_change=another_version)
    return selected


def is_unbegun(asked: Filter, listing: Listing) -> bool:
    """Whether nobody was ever invited, as after a purchase."""
    return not any(listing.by_status.values()) and replace(asked, statuses=frozenset()) == Filter()


def _table(seen: ContractSeen, asked: Filter, listing: Listing, page: int) -> list[InvitationSeen]:
    """Draw the rows; answers those selected. The key holds all that changes the rows."""
    version = st.session_state.get("version", 0)
    drawn: Any = st.dataframe(
        _rows(seen, listing.rows),
        hide_index=True,
        key=f"rows-{seen.id}-{page}-{version}-{hash(asked)}",
        on_select="rerun" if seen.may_run else "ignore",
        selection_mode="multi-row",
        column_config={
            _("Status"): _status_column(seen),
            _("Expires"): st.column_config.Column(width=EXPIRES_WIDTH),
            AGAIN: _resend_column(listing, f"again-{seen.id}-{page}-{version}-{hash(asked)}"),
            _("Mail"): st.column_config.Column(width=MAIL_WIDTH),
        },
        height=min(38 + 35 * len(listing.rows), 620),
        alt=_("Invitations of this contract, one person a row."),
    )
    if not seen.may_run:
        return []
    return [listing.rows[position] for position in drawn["selection"]["rows"] if position < len(listing.rows)]


def _resend_column(listing: Listing, key: str) -> Any:
    """A button in the row, for the pointer: with the keyboard the row is selected, and the button is below the table."""
    ids = [row.id for row in listing.rows]
    return st.column_config.ButtonColumn("", key=key, type="tertiary", on_click=_ask_to_resend, args=(key, ids))


def _ask_to_resend(key: str, ids: list[int]) -> None:
    """A click tells a position among the rows that were drawn last; whom it means is shown before anything is sent."""
    position = st.session_state[key]["row"]
    if position < len(ids):
        _frame.ask(Doing.RESEND.value, Chosen(ids=frozenset([ids[position]])))


def _status_column(seen: ContractSeen) -> Any:
    """The statuses as coloured words."""
    looks = {f"{sign} {word.label}": colour for word, (sign, colour) in _looks(seen).items()}
    return st.column_config.MultiselectColumn(options=list(looks), color=list(looks.values()))


def _looks(seen: ContractSeen) -> dict[Word, tuple[str, str]]:
    """A look for each word of the contract's type: of the first status, where the word stands for several."""
    found: dict[Word, tuple[str, str]] = {}
    for status, look in LOOKS.items():
        found.setdefault(shown_as(seen.contract_type, status), look)
    return found


def _rows(seen: ContractSeen, rows: list[InvitationSeen]) -> pa.Table:
    """What there is to tell: no end where no invitation has one (R-INV-3), no button where none can be sent again."""
    looks, here, now = _looks(seen), _frame.zone(), _frame.database().clock()
    words = [shown_as(seen.contract_type, row.status) for row in rows]
    told = {
        _("Name"): [row.person for row in rows],
        _("E-mail"): [row.email for row in rows],
        _("Status"): [[f"{looks[word][0]} {word.label}"] for word in words],
        AGAIN: [None if row.why_not_resend else Doing.RESEND.label for row in rows],
        _("Expires"): [_expires(row, here, now) for row in rows],
        _("Mail"): [_mail_of(row) for row in rows],
        _("Invited"): [_frame.moment(row.invited_at, here) for row in rows],
        _("Last sent"): [_frame.moment(row.last_sent_at, here) for row in rows],
        _("Sent"): [row.send_count for row in rows],
        _("Activities"): [row.activities for row in rows],
        _("Enrolled in"): [row.enrolled for row in rows],
        _("How"): [row.source.label for row in rows],
    }
    if seen.invitation_ttl_days is None and not any(row.expires_at for row in rows):
        del told[_("Expires")]
    if not seen.may_run or all(row.why_not_resend for row in rows):
        del told[AGAIN]
    return pa.table(told)


def _expires(row: InvitationSeen, here: ZoneInfo, now: datetime) -> str:
    """When it ends and how far off that is; a dash where it does not end, or has been answered."""
    told = expiry(row.status, row.expires_at, now)
    return f"{told} ({_frame.day(row.expires_at, here)})" if told else "–"


def _mail_of(row: InvitationSeen) -> str:
    """How far the letter came; if it is not to arrive by itself, also why (R-INV-14)."""
    told = _mail.signed(row.mail) if row.mail else "–"
    return f"{told}: {row.mail_words}" if row.mail_words else told
