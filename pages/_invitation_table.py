"""The table of invitations, and what is selected in it."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import streamlit as st

from lc_core.contract_lists import ContractSeen
from lc_core.invitation_lists import PAGE_SIZE, Filter, InvitationSeen, Listing
from lc_core.language import _
from lc_core.vocabulary import InvitationStatus
from lc_core.wording import shown_as
from pages import _frame, _kept, _mail

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


def show(seen: ContractSeen, asked: Filter, listing: Listing, page: int) -> list[InvitationSeen]:
    """Draw one page of the list; answers what is selected in it."""
    if not listing.rows:
        st.info(
            _("Nobody here yet. Add invitations, or share the code.")
            if not any(listing.by_status.values()) and replace(asked, statuses=frozenset()) == Filter()
            else _("No invitation matches.")
        )
        return []
    selected = _table(seen, asked, listing, page)
    pages = -(-listing.matching // PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, key="page", bind="query-params", on_change=another_version)
    return selected


def _table(seen: ContractSeen, asked: Filter, listing: Listing, page: int) -> list[InvitationSeen]:
    """Draw the rows; answers those selected. The key holds all that changes the rows."""
    version = st.session_state.get("version", 0)
    drawn: Any = st.dataframe(
        pa.Table.from_pylist([_row(seen, row) for row in listing.rows]),
        hide_index=True,
        key=f"rows-{seen.id}-{page}-{version}-{hash(asked)}",
        on_select="rerun" if seen.may_run else "ignore",
        selection_mode="multi-row",
        column_config={
            _("Status"): _status_column(seen),
            _("Mail"): st.column_config.Column(width=MAIL_WIDTH),
        },
        height=min(38 + 35 * len(listing.rows), 620),
        alt=_("Invitations of this contract, one person a row."),
    )
    if not seen.may_run:
        return []
    return [listing.rows[position] for position in drawn["selection"]["rows"] if position < len(listing.rows)]


def _status_column(seen: ContractSeen) -> Any:
    """The statuses as coloured words."""
    looks = {f"{sign} {shown_as(seen.contract_type, status).label}": colour for status, (sign, colour) in LOOKS.items()}
    return st.column_config.MultiselectColumn(options=list(looks), color=list(looks.values()))


def _row(seen: ContractSeen, row: InvitationSeen) -> dict[str, Any]:
    word = shown_as(seen.contract_type, row.status)
    return {
        _("Name"): row.person,
        _("E-mail"): row.email,
        _("Status"): [f"{LOOKS[row.status][0]} {word.label}"],
        _("Mail"): _mail_of(row),
        _("Invited"): _frame.moment(row.invited_at),
        _("Last sent"): _frame.moment(row.last_sent_at),
        _("Sent"): row.send_count,
        _("Activities"): row.activities,
        _("Enrolled in"): row.enrolled,
        _("How"): row.source.label,
    }


def _mail_of(row: InvitationSeen) -> str:
    """How far the letter came; if it is not to arrive by itself, also why (R-INV-14)."""
    told = _mail.signed(row.mail) if row.mail else "–"
    return f"{told}: {row.mail_words}" if row.mail_words else told
