"""The three ways to say who is invited: a file, people who exist, addresses typed or pasted (R-ADD-1)."""

from dataclasses import dataclass, field
from hashlib import sha256

import streamlit as st

from lc_core import language, people_to_pick
from lc_core.contract_lists import ContractSeen
from lc_core.errors import Refused
from lc_core.intake import invite_entries, invite_file
from lc_core.intake.invite_table import MAX_BYTES, MAX_ROWS
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.invite_list import Entry, typed
from lc_core.language import N_, _
from lc_core.people_to_pick import Pick
from pages import _frame

WAYS = {"file": N_("Upload a file"), "pick": N_("Pick people"), "type": N_("Type or paste")}


@dataclass(frozen=True)
class Given:
    """A list as it was given: its entries, and a mark that is another for another list."""

    entries: list[Entry] = field(default_factory=list)
    mark: str = ""


def given(way: str, seen: ContractSeen) -> Given:
    """The list that one of the WAYS gives; empty as long as there is none."""
    return {"file": from_file, "pick": from_people, "type": from_text}[way](seen)


def clear(seen: ContractSeen) -> None:
    """What was given was invited: the fields are empty again."""
    st.session_state[f"typed-{seen.id}"] = ""
    st.session_state["given"] = st.session_state.get("given", 0) + 1


def _version() -> int:
    """Another after each list that was invited, so that its field is a new one."""
    return int(st.session_state.get("given", 0))


def from_text(seen: ContractSeen) -> Given:
    text = st.text_area(
        _("Addresses, one a line"),
        key=f"typed-{seen.id}",
        persist_state="session",
        placeholder="ann@example.org\nbob@example.org",
        height=200,
    )
    return Given(typed(text or ""), _mark(text or ""))


def _mark(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def from_file(seen: ContractSeen) -> Given:
    """A list as CSV or XLSX; what was left out or assumed is said, and why a file is refused."""
    st.caption(_limits(seen))
    uploaded = st.file_uploader(_("A list of addresses"), key=f"file-{seen.id}-{_version()}")
    _frame.file(_("Template"), "invitations.csv", _template, seen, key="template")
    if uploaded is None:
        return Given()
    kept = st.session_state.get("read")
    if kept is None or kept[0] != uploaded.file_id:
        kept = st.session_state["read"] = (uploaded.file_id, _read(uploaded.getvalue()))
    found = kept[1]
    if isinstance(found, str):
        st.error(_frame.safe(found), icon=":material/block:")
        return Given()
    for notice in found.notices:
        st.info(_frame.safe(notice))
    return Given(invite_entries.entries(found), uploaded.file_id)


def _read(data: bytes) -> invite_file.InviteFile | str:
    """The file, read once; or the sentence why not."""
    try:
        return invite_file.read(data)
    except Refused as refused:
        return refused.sentence


def _limits(seen: ContractSeen) -> str:
    words = _(
        "CSV or XLSX with one address a row, at most {rows} rows and {mib} MB. A header row is recognised."
    ).format(rows=language.number(MAX_ROWS), mib=language.number(MAX_BYTES // 1024**2))
    if seen.chooses_activities:
        words += " " + _("A column “activities” chooses for each row: codes, separated by semicolons.")
    return words


def _template(seen: ContractSeen) -> bytes:
    """A file to fill in; with the column of activities, and their codes, where there is something to choose."""
    if not seen.chooses_activities:
        return b"email\r\nann@example.org\r\n"
    codes = ";".join(activity.code for activity in seen.activities)
    return f'email,activities\r\nann@example.org,"{codes}"\r\n'.encode()


def from_people(seen: ContractSeen) -> Given:
    """People with an account who are not invited yet: those ticked on this page, or all that match."""
    search = st.text_input(_("Search"), key="pick", bind="query-params", placeholder=_("Name or address"))
    page = st.session_state.get("pick-page", 1)
    found = _frame.found(people_to_pick.one_page, seen.id, search or "", page=page)
    if not found.rows:
        st.info(_("Nobody to pick: everybody who matches is invited, or has no account yet."))
        return Given()
    drawn = st.dataframe(
        {_("Name"): [one.name for one in found.rows], _("E-mail"): [one.email for one in found.rows]},
        hide_index=True,
        key=f"picks-{seen.id}-{page}-{search}-{_version()}",
        on_select="rerun",
        selection_mode="multi-row",
        height=min(38 + 35 * len(found.rows), 420),
        alt=_("People who can be invited, one a row."),
    )
    pages = -(-found.matching // PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, key="pick-page")
    if st.toggle(_("All {n} that match").format(n=language.number(found.matching)), key=f"all-{_version()}"):
        return _of(_frame.found(people_to_pick.every, seen.id, search or ""))
    rows = drawn["selection"]["rows"]
    return _of([found.rows[position] for position in rows if position < len(found.rows)])


def _of(picks: list[Pick]) -> Given:
    entries = [Entry(line, one.email) for line, one in enumerate(picks, start=1)]
    return Given(entries, _mark("\n".join(one.email for one in picks)))
