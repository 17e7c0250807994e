"""The audit log: who changed what and when, each change before and after, and whether the log is whole."""

from collections.abc import Sequence
from datetime import date

import streamlit as st

from lc_core import audit_lists, language
from lc_core.audit_lists import Entry, Proof, Wanted
from lc_core.insight import log_exports
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.language import _, ngettext
from lc_core.vocabulary import Event
from pages import _frame, _kept, _places

ANY = "any"


def from_the_start() -> None:
    st.session_state["page"] = 1


def wanted() -> Wanted:
    """The filters, which the page's address keeps."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.text_input(
            _("Who"), key="by", bind="query-params", placeholder=_("Name or address"), on_change=from_the_start
        )
        events = sorted(Event, key=lambda event: event.label)
        event = _kept.select(
            _("What"),
            [ANY, *[one.value for one in events]],
            name="event",
            labels=lambda value: _("Anything") if value == ANY else Event.of(value).label,
            on_change=from_the_start,
        )
        contract = st.text_input(
            _("Contract"), key="code", bind="query-params", placeholder=_("Code"), on_change=from_the_start
        )
        days = st.date_input(_("When"), value=[], key="when", bind="query-params", on_change=from_the_start)
    since, until = between(days)
    return Wanted(who or "", None if event == ANY else Event.of(event), contract or "", since, until)


def between(days: object) -> tuple[date | None, date | None]:
    """The first and the last of the days that are chosen; none of either while nothing is."""
    chosen = list(days) if isinstance(days, Sequence) else []
    return (chosen[0] if chosen else None, chosen[1] if len(chosen) > 1 else None)


def row(entry: Entry) -> None:
    """One change in two lines; what it was opens it."""
    said = [entry.who, entry.contract, entry.about]
    if entry.items:
        said.append(ngettext("{n} person", "{n} people", entry.items).format(n=language.number(entry.items)))
    with st.container(border=True, key=f"event-{entry.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _places.link("audit_entry", f"**{entry.event.label}**", entry=entry.id)
            st.caption(_frame.moment(entry.at))
        st.caption(" · ".join(_frame.safe(word) for word in said if word))


def proof() -> None:
    """Whether the log is whole, at a click: long logs take a moment."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Verify the log"), key="verify", icon=":material/verified:"):
            with st.spinner(_("Following every chain to its end.")):
                st.session_state["proved"] = _frame.found(audit_lists.prove)
        told: Proof | None = st.session_state.get("proved")
        if told is None:
            st.caption(_("Every change is chained to the one before it, so that none can be altered unseen."))
        elif not told.problems:
            st.success(
                _("The log is intact up to {when}: {n} changes.").format(
                    when=_frame.moment(told.up_to), n=language.number(told.events)
                )
            )
    if told is not None and told.problems:
        st.error(_("The log was altered. Restore a backup, and find out who could write to the database."))
        st.text("\n".join(told.problems[:20]))


_frame.visitor(_places.manages_place)
_frame.head(_("Audit log"), _("Every change: who made it, when, and what was before and after."))
proof()
asked = wanted()
log = _frame.found(audit_lists.listing, asked, page=st.session_state.get("page", 1))
for one in log.rows:
    row(one)
if not log.rows:
    st.info(_("No change matches."))
else:
    if log.matching > PAGE_SIZE:
        st.pagination(-(-log.matching // PAGE_SIZE), key="page", bind="query-params")
    label = _("Download {n} as CSV").format(n=language.number(log.matching))
    _frame.download(label, "audit-log.csv", log_exports.audit_log, asked, key="export")
