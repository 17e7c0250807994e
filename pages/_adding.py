"""From a list to its invitations: what would become of each line, the click that does it, how far it is, what became of it."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import streamlit as st

from lc_core import bulk_inviting, invite_imports, inviting, language
from lc_core.contract_lists import ContractSeen
from lc_core.errors import Refused
from lc_core.invite_imports import ImportSeen
from lc_core.invite_list import Entry, Outcome
from lc_core.inviting import Plan
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.wording import foreseen
from pages import _frame, _outcomes, _ways_to_add
from pages._ways_to_add import Given

BESIDE = bulk_inviting.AT_ONCE
"""A longer list is worked off beside the page, which can be left meanwhile."""
ANEW = 500
"""A list of so many entries is looked at anew each time; what would become of a longer one is kept until it changes."""


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="inviting")


def preview(seen: ContractSeen, given: Given, chosen: Sequence[int]) -> None:
    """What would become of each line and what it asks of the seats; then the click that does it."""
    if _mine() is not None:
        return  # it is being done
    try:
        plan = _planned(seen, given, chosen)
    except Refused as refused:
        st.error(_frame.safe(refused.sentence), icon=":material/block:")
        return
    st.subheader(_("What will happen"))
    _seats(plan)
    _outcomes.table(plan.outcomes, name="plan", words=foreseen)
    refused_whole = plan.blocks and plan.over > 0
    if refused_whole and plan.fits:
        first = given.entries[: plan.fits]
        words = ngettext("Invite the first {n} line only", "Invite the first {n} lines only", plan.fits)
        _confirm(seen, words.format(n=language.number(plan.fits)), first, chosen, key="invite-first")
    label = ngettext("Invite {n} person", "Invite {n} people", plan.writes).format(n=language.number(plan.writes))
    if not refused_whole:
        _confirm(seen, label, given.entries, chosen, key="invite", disabled=not plan.writes)


def _planned(seen: ContractSeen, given: Given, chosen: Sequence[int]) -> Plan:
    """The plan, made anew for another list or choice, or after something was done."""
    mark = (seen.id, given.mark, tuple(chosen), st.session_state.get("given", 0))
    kept = st.session_state.get("plan")
    if kept is None or kept[0] != mark or len(given.entries) <= ANEW:
        plan = _frame.found(inviting.preview, seen.id, given.entries, activities=list(chosen))
        kept = st.session_state["plan"] = (mark, plan)
    made: Plan = kept[1]
    return made


def _seats(plan: Plan) -> None:
    """What the list does to the seats."""
    asked = ngettext("It may ask for {n} seat.", "It may ask for {n} seats.", plan.wanted)
    free = ngettext("{n} seat is free.", "{n} seats are free.", plan.free)
    words = f"{asked.format(n=language.number(plan.wanted))} {free.format(n=language.number(plan.free))}"
    if not plan.over:
        st.caption(words)
        return
    more = (
        _("This contract sends nothing beyond its free seats.")
        if plan.blocks
        else _("They are sent all the same; whoever enrolls first has a seat.")
    )
    over = _("Over-invited by {n}.").format(n=language.number(plan.over))
    st.warning(f"{words} {over} {more}", icon=":material/warning:")


def _confirm(
    seen: ContractSeen, label: str, entries: Sequence[Entry], chosen: Sequence[int], *, key: str, disabled: bool = False
) -> None:
    done = (seen, list(entries), list(chosen), OperationKey.new())
    st.button(label, type="primary", key=key, disabled=disabled, on_click=_send, args=done)


def _send(seen: ContractSeen, entries: list[Entry], chosen: list[int], key: OperationKey) -> None:
    """Invite; a long list beside the page."""
    if len(entries) > BESIDE:
        invite = partial(bulk_inviting.invite_all, _frame.database(), _frame.actor(), seen.id, entries)
        st.session_state["inviting"] = _workers().submit(invite, activities=chosen, key=key)
        return
    _frame.act("invite", bulk_inviting.invite_all, seen.id, entries, activities=chosen, key=key)
    if not _frame.was_refused():
        _ways_to_add.clear(seen)


def tell(seen: ContractSeen, given: Given, last: _frame.Told | None) -> None:
    """What the last list came to, until there is another one."""
    if last is not None:
        st.session_state["done"] = (seen.id, last.answer)
    contract_id, outcomes = st.session_state.get("done", (None, []))
    if contract_id != seen.id or given.entries:
        st.session_state.pop("done", None)
        return
    count = len(outcomes)
    st.success(ngettext("{n} line done.", "{n} lines done.", count).format(n=language.number(count)))
    _outcomes.table(outcomes, name="done", words=lambda result: result.label)


def under_way(seen: ContractSeen) -> None:
    """How far long lists are, whoever began them and wherever; looked at anew every second while one goes on."""
    lately = _frame.found(invite_imports.lately, seen.id)
    for one in lately:
        if one.stopped:
            words = _("A list of {rows} people stopped at {done}. Bring the same list again to finish it.")
            st.warning(words.format(rows=language.number(one.rows), done=language.number(one.done)))
    if _mine() is not None or any(_goes_on(one) for one in lately):
        _watch(seen)


@st.fragment(run_every=1)
def _watch(seen: ContractSeen) -> None:
    mine = _mine()
    going = [one for one in _frame.found(invite_imports.lately, seen.id) if _goes_on(one)]
    if mine is not None and mine.done():
        _take(seen, mine)
    elif going or mine is not None:
        for one in going:
            words = _("Inviting: {done} of {rows}. You may leave this page; it goes on.")
            told = words.format(done=language.number(one.done), rows=language.number(one.rows))
            st.progress(one.done / one.rows, text=told)
        if not going:
            st.progress(0.0, text=_("Inviting …"))
        return
    st.rerun()


def _goes_on(one: ImportSeen) -> bool:
    return one.finished_at is None and not one.stopped


def _mine() -> "Future[list[Outcome]] | None":
    """The list that this session has begun and not been told of."""
    return st.session_state.get("inviting")


def _take(seen: ContractSeen, mine: "Future[list[Outcome]]") -> None:
    """What the list came to is told as any other click's; what was refused stays in its field."""
    del st.session_state["inviting"]
    try:
        st.session_state["told"] = _frame.Told("invite", mine.result())
        _ways_to_add.clear(seen)
    except Refused as refused:
        st.session_state["told"] = _frame.Told("invite", refused=refused.sentence)
