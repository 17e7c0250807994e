"""The table of invitations, what is selected in it, and what can be done with that."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from lc_core import invitation_details, invitation_guards, invitation_lists, invitations
from lc_core.contract_lists import ContractSeen
from lc_core.invitation_lists import PAGE_SIZE, Chosen, Filter, InvitationSeen, Listing
from lc_core.invitations import Done
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Doing, InvitationStatus, shown_as
from pages import _add_invitations, _code, _frame, _kept

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
MOST_SHOWN = 1000
"""How many people a look before an action lists one by one."""


def from_the_start() -> None:
    """Another filter begins at its first page; nothing stays selected, since a selection is a position."""
    st.session_state["page"] = 1
    another_version()


def another_version() -> None:
    """Give the table another key: what was selected in the old one is not selected in the new one."""
    st.session_state["version"] = st.session_state.get("version", 0) + 1


def narrowed(asked: Filter, statuses: frozenset[InvitationStatus]) -> Filter:
    return replace(asked, statuses=statuses)


def order(seen: ContractSeen) -> str:
    """How the list is sorted; by name only for those who see names."""
    orders = {"newest": _("Newest first"), "oldest": _("Oldest first"), "last_sent": _("Last sent first")}
    if seen.sees_people:
        orders |= {"name": _("Name"), "email": _("E-mail")}
    return _kept.select(_("Sort"), list(orders), name="by", labels=lambda name: orders[name], on_change=from_the_start)


def show(seen: ContractSeen, asked: Filter, order: str) -> None:
    """One page of the list, and the actions on what is selected."""
    page = st.session_state.get("page", 1)
    listing = _frame.found(invitation_lists.listing, seen.id, asked, order=order, page=page)
    if not listing.rows:
        st.info(
            _("Nobody here yet. Add invitations above, or share the code.")
            if not any(listing.by_status.values())
            else _("No invitation matches.")
        )
        return
    selected = _table(seen, asked, listing, page)
    pages = -(-listing.matching // PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, key="page", bind="query-params", on_change=another_version)
    if seen.may_run:
        _actions(seen, asked, listing, selected)


def _table(seen: ContractSeen, asked: Filter, listing: Listing, page: int) -> list[InvitationSeen]:
    """Draw the rows; answers those selected. The key holds all that changes the rows."""
    version = st.session_state.get("version", 0)
    drawn: Any = st.dataframe(
        pl.DataFrame([_row(seen, row) for row in listing.rows]),
        hide_index=True,
        key=f"rows-{seen.id}-{page}-{version}-{hash(asked)}",
        on_select="rerun" if seen.may_run else "ignore",
        selection_mode="multi-row",
        column_config={_("Status"): _status_column(seen)},
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
        _("Mail"): row.mail.label if row.mail else "–",
        _("Invited"): _frame.moment(row.invited_at),
        _("Last sent"): _frame.moment(row.last_sent_at),
        _("Sent"): row.send_count,
        _("Activities"): row.activities,
        _("Enrolled in"): row.enrolled,
        _("How"): row.source.label,
    }


def _actions(seen: ContractSeen, asked: Filter, listing: Listing, selected: list[InvitationSeen]) -> None:
    """What can be done with the selected, or with all that match; what cannot says why."""
    everyone = st.toggle(
        _("All {n} that match").format(n=listing.matching), key=f"all-{st.session_state.get('version', 0)}"
    )
    if not selected and not everyone:
        st.caption(_("Select people in the table (Shift+Space with the keyboard) to see what can be done."))
        return
    chosen = Chosen(matching=asked) if everyone else Chosen(ids=frozenset(row.id for row in selected))
    count = listing.matching if everyone else len(selected)
    with st.container(horizontal=True):
        for doing in Doing:
            if doing is not Doing.DEALLOCATE or seen.can_deallocate:
                _button(doing, chosen, count, [] if everyone else selected)
    if len(selected) == 1 and not everyone:
        _covered(seen, selected[0])


VERBS: dict[Doing, Callable[..., list[Done]]] = {
    Doing.RESEND: invitations.resend,
    Doing.REVOKE: invitations.revoke,
    Doing.REINVITE: invitations.reinvite,
    Doing.DEALLOCATE: invitations.deallocate,
}


def _button(doing: Doing, chosen: Chosen, count: int, rows: list[InvitationSeen]) -> None:
    """What can be done opens a look at whom it would touch; what cannot be done says why."""
    reasons = [getattr(row, f"why_not_{doing.value}") for row in rows]
    able = reasons.count(None) if rows else count
    st.button(
        f"{doing.label} ({able})",
        key=f"do-{doing.value}",
        disabled=able == 0,
        help=" ".join(sorted({_frame.safe(reason.label) for reason in reasons if reason})) or None,
        on_click=_frame.ask,
        args=(doing.value, chosen),
    )


def dialog(seen: ContractSeen) -> None:
    """The look before an action, where one was asked for."""
    asked = _frame.asked()
    if asked in {doing.value for doing in Doing}:
        _look_before(seen, Doing.of(asked), _frame.asked_about())


@st.dialog(_("Is this what you want?"), width="medium", on_dismiss=_frame.answered)
def _look_before(seen: ContractSeen, doing: Doing, chosen: Chosen) -> None:
    """Whom an action would touch, and whom not and why; then the click that does it."""
    would = _frame.found(invitation_guards.look_before, seen.id, chosen, doing)
    able = [one for one in would if one.reason is None]
    st.markdown(f"**{doing.label}**: " + ngettext("{n} person", "{n} people", len(able)).format(n=len(able)))
    st.dataframe(
        {
            _("Person"): [one.person for one in would[:MOST_SHOWN]],
            _("Outcome"): [one.reason.label if one.reason else doing.label for one in would[:MOST_SHOWN]],
        },
        hide_index=True,
        height=min(38 + 35 * len(would), 300),
    )
    if len(would) > MOST_SHOWN:
        st.caption(_("The first {n} of {all}.").format(n=MOST_SHOWN, all=len(would)))
    done = (doing.label, VERBS[doing], seen.id, chosen, OperationKey.new())
    _frame.confirm(f"{doing.label} ({len(able)})", _do, *done, key="yes", disabled=not able)


def _do(word: str, verb: Any, contract_id: int, chosen: Chosen, key: OperationKey, *more: Any) -> None:
    _frame.act(word, verb, contract_id, chosen, *more, key=key)
    another_version()


def _covered(seen: ContractSeen, row: InvitationSeen) -> None:
    """The activities of one person's invitation; a voucher's can be made to cover more."""
    covered = _frame.found(invitation_details.covered, seen.id, row.id)
    with st.container(border=True):
        st.markdown(_("**Activities of {name}**").format(name=_frame.safe(row.person)))
        for activity in covered:
            st.text(activity.title)
        missing = [activity for activity in seen.activities if activity.id not in {one.id for one in covered}]
        if row.why_not_add_activities:
            st.caption(_frame.safe(row.why_not_add_activities.label))
            return
        titles = {activity.id: activity.title for activity in missing}
        adds = st.multiselect(
            _("Add activities"), list(titles), key=f"add-{row.id}", format_func=lambda one: titles[one]
        )
        st.button(
            _("Add"),
            key="add-activities",
            disabled=not adds,
            on_click=_do,
            args=(
                _("Add"),
                invitations.add_activities,
                seen.id,
                Chosen(ids=frozenset({row.id})),
                OperationKey.new(),
                adds,
            ),
        )


def tell(seen: ContractSeen) -> None:
    """What the last click did: an outcome for each person."""
    last = _frame.told()
    if last is None:
        return
    if last.what == "regenerate":
        st.success(_code.told_of_regenerating(last.answer))
    elif last.what == "rename":
        st.success(_("The contract has its new title."))
    elif last.what == "invite":
        sent = len(last.answer)
        st.success(ngettext("{n} line done:", "{n} lines done:", sent).format(n=sent))
        _add_invitations.outcomes_table(last.answer)
    else:
        _outcomes(seen, last)


def _outcomes(seen: ContractSeen, last: _frame.Told) -> None:
    done = [one for one in last.answer if one.reason is None]
    st.success(_("{what}: {done} of {all} done.").format(what=last.what, done=len(done), all=len(last.answer)))
    names = _frame.found(invitation_details.names, seen.id, [one.invitation_id for one in last.answer])
    st.dataframe(
        {
            _("Person"): [names.get(one.invitation_id, "") for one in last.answer],
            _("Outcome"): [one.result.label for one in last.answer],
            _("Why"): [one.reason.label if one.reason else "" for one in last.answer],
        },
        hide_index=True,
        height=min(38 + 35 * len(last.answer), 250),
    )
