"""What can be done with invitations: the buttons, the look at whom it touches, and what came of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from lc_core import invitation_details, invitation_guards, invitations
from lc_core.contract_lists import ContractSeen
from lc_core.errors import Refused
from lc_core.invitation_guards import Would
from lc_core.invitation_lists import Chosen, Filter, InvitationSeen, Listing
from lc_core.invitations import Done
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Doing
from lc_core.wording import what_follows
from pages import _code, _frame, _invitation_table, _letters

MOST_SHOWN = 1000
"""How many people a look before an action lists one by one."""
VERBS: dict[Doing, Callable[..., list[Done]]] = {
    Doing.RESEND: invitations.resend,
    Doing.REVOKE: invitations.revoke,
    Doing.REINVITE: invitations.reinvite,
    Doing.ADD_ACTIVITIES: invitations.add_activities,
    Doing.DEALLOCATE: invitations.deallocate,
}


def offer(seen: ContractSeen, asked: Filter, listing: Listing, selected: list[InvitationSeen]) -> None:
    """What can be done with the selected, or with all that match; what cannot says why."""
    everyone = st.toggle(
        _("All {n} that match").format(n=listing.matching), key=f"all-{st.session_state.get('version', 0)}"
    )
    if not selected and not everyone:
        st.caption(
            _(
                "Select people in the table to see what can be done (keyboard: Shift+Space selects, Ctrl+End and Tab lead here)."
            )
        )
        return
    chosen = Chosen(matching=asked) if everyone else Chosen(ids=frozenset(row.id for row in selected))
    count = listing.matching if everyone else len(selected)
    with st.container(horizontal=True):
        for doing in seen.doings:
            _button(doing, chosen, count, [] if everyone else selected)
    if len(selected) == 1 and not everyone:
        _covered(seen, selected[0])


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


def _covered(seen: ContractSeen, row: InvitationSeen) -> None:
    """The activities of one person's invitation."""
    with st.container(border=True):
        st.markdown(_("**Activities of {name}**").format(name=_frame.safe(row.person)))
        for activity in _frame.found(invitation_details.covered, seen.id, row.id):
            st.text(activity.title)


def dialog(seen: ContractSeen) -> None:
    """The look before an action, where one was asked for."""
    asked = _frame.asked()
    if asked in {doing.value for doing in Doing}:
        _look_before(seen, Doing.of(asked), _frame.asked_about())


@st.dialog(_("Is this what you want?"), width="medium", on_dismiss=_frame.answered)
def _look_before(seen: ContractSeen, doing: Doing, chosen: Chosen) -> None:
    """Whom an action would touch, and whom not and why; then the click that does it."""
    more = [_activities_to_add(seen)] if doing is Doing.ADD_ACTIVITIES else []
    would = _foreseen(seen, doing, chosen, *more)
    able = [one for one in would if one.reason is None]
    st.markdown(f"**{doing.label}**: " + ngettext("{n} person", "{n} people", len(able)).format(n=len(able)))
    st.caption(what_follows(doing))
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
    done = (doing.label, _verb(doing), seen.id, chosen, OperationKey.new(), *more)
    _frame.confirm(f"{doing.label} ({len(able)})", _do, *done, key="yes", disabled=not able)


def _verb(doing: Doing) -> Callable[..., list[Done]]:
    """What the click will call. Who is revoked is told only if somebody says so."""
    if doing is Doing.REVOKE and st.checkbox(_("Tell them by e-mail"), key="tell"):
        return partial(invitations.revoke, tell=True)
    return VERBS[doing]


def _activities_to_add(seen: ContractSeen) -> list[int]:
    titles = {activity.id: activity.title for activity in seen.activities}
    return st.multiselect(_("Which activities?"), list(titles), key="adds", format_func=lambda one: titles[one])


def _foreseen(seen: ContractSeen, doing: Doing, chosen: Chosen, adds: list[int] | None = None) -> list[Would]:
    """Whom it would touch; nobody, said why, where it is refused as a whole."""
    try:
        return _frame.found(invitation_guards.look_before, seen.id, chosen, doing, activities=adds or [])
    except Refused as refused:
        st.info(_frame.safe(refused.sentence))
        return []


def _do(word: str, verb: Any, contract_id: int, chosen: Chosen, key: OperationKey, *more: Any) -> None:
    _frame.act(word, verb, contract_id, chosen, *more, key=key)
    _invitation_table.another_version()


def tell(seen: ContractSeen) -> None:
    """What the last click did: an outcome for each person."""
    last = _frame.told()
    if last is not None:
        tell_of(seen, last)


def tell_of(seen: ContractSeen, last: _frame.Told) -> None:
    """What a click on the contract's code, title or invitations did."""
    if last.what == "regenerate":
        st.success(_code.told_of_regenerating(last.answer))
    elif last.what == "rename":
        st.success(_("The contract has its new title."))
    elif last.what == _letters.SAVED:
        st.success(_("Saved. It holds for all letters that are not sent yet."))
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
