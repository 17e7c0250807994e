"""The outbox: every letter, how far it came, and what can be done with those that did not arrive."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import pyarrow as pa
import streamlit as st

from lc_core import language, outgoing
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.language import N_, _, ngettext
from lc_core.outgoing import Against, LetterDone, LetterFilter, LettersChosen, LetterSeen, Outbox
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import LetterKind, LetterState
from pages import _frame, _invitation_table, _kept, _mail, _places

W = TypeVar("W", LetterState, LetterKind)
ANY = "any"
KINDS = [ANY, *[kind.value for kind in LetterKind]]
STATE, KIND = "mail-is", "about"
"""How the page's address calls the states and the kind that are shown."""
RETRY, CANCEL = "retry-letters", "cancel-letters"
WORDS = {RETRY: N_("Try again"), CANCEL: N_("Cancel")}
VERBS: dict[str, Any] = {RETRY: outgoing.retry, CANCEL: outgoing.cancel}


def wanted(search: str) -> LetterFilter:
    """The filter; two of its fields are drawn when it is known how many letters there are of each."""
    states = _kept.several_chosen([state.value for state in LetterState], name=STATE)
    kind = _kept.one_chosen(KINDS, name=KIND)
    return LetterFilter(
        states=frozenset(LetterState.of(state) for state in states),
        kind=None if kind == ANY else LetterKind.of(kind),
        search=search,
    )


def filters() -> tuple[LetterFilter, Outbox]:
    """What is searched for and filtered by, with how many letters there are of each beside it."""
    fields = st.container(horizontal=True, vertical_alignment="bottom")
    search = fields.text_input(
        _("Search"),
        key="to",
        bind="query-params",
        placeholder=_("Name or address"),
        on_change=_invitation_table.from_the_start,
    )
    asked = wanted(search or "")
    shown = _frame.found(outgoing.listing, asked, page=st.session_state.get("page", 1))
    with fields:
        _kept.select(
            _("Letter"),
            KINDS,
            name=KIND,
            labels=lambda value: _("All letters") if value == ANY else counted(LetterKind.of(value), shown.by_kind),
            on_change=_invitation_table.from_the_start,
        )
    _kept.several(
        _("State"),
        [state.value for state in LetterState],
        name=STATE,
        labels=lambda value: counted(LetterState.of(value), shown.by_state),
        on_change=_invitation_table.from_the_start,
    )
    return asked, shown


def counted(word: W, numbers: dict[W, int]) -> str:
    return f"{word.label} ({language.number(numbers[word])})"


def table(asked: LetterFilter, shown: Outbox) -> list[LetterSeen]:
    """Draw one page of the letters; answers those selected. The key holds all that changes the rows."""
    page, version = st.session_state.get("page", 1), st.session_state.get("version", 0)
    now = _frame.database().clock()
    drawn: Any = st.dataframe(
        pa.Table.from_pylist([row(letter, now) for letter in shown.rows]),
        hide_index=True,
        key=f"letters-{page}-{version}-{hash(asked)}",
        on_select="rerun",
        selection_mode="multi-row",
        column_config=columns(),
        height=min(38 + 35 * len(shown.rows), 620),
        alt=_("Letters, newest first: to whom, what of, and how far each came."),
    )
    if shown.matching > PAGE_SIZE:
        st.pagination(
            -(-shown.matching // PAGE_SIZE),
            key="page",
            bind="query-params",
            on_change=_invitation_table.another_version,
        )
    return [shown.rows[position] for position in drawn["selection"]["rows"] if position < len(shown.rows)]


def columns() -> dict[str, Any]:
    """Widths, in pixels, that let the times be seen beside long names and words."""
    widths = {
        _("Name"): 125,
        _("What was said"): 225,
        _("E-mail"): 160,
        _("Letter"): 130,
        _("Contract"): 105,
        _("Tries"): 50,
        _("Queued"): 145,
        _("Sent, or next try"): 145,
    }
    texts = {name: st.column_config.Column(width=width) for name, width in widths.items()}
    return {**texts, _("State"): _mail.column()}


def row(letter: LetterSeen, now: datetime) -> dict[str, Any]:
    return {
        _("Name"): letter.person,
        _("State"): [_mail.signed(letter.state)],
        _("What was said"): said(letter),
        _("E-mail"): letter.email,
        _("Letter"): letter.kind.label,
        _("Contract"): letter.contract or "–",
        _("Tries"): letter.attempts,
        _("Queued"): _frame.moment(letter.queued_at),
        _("Sent, or next try"): sent_or_next(letter, now),
    }


def said(letter: LetterSeen) -> str:
    """The server's words, or why the letter is not sent."""
    return letter.why_cancelled.label if letter.why_cancelled else letter.words


def sent_or_next(letter: LetterSeen, now: datetime) -> str:
    """When it went out, or when its turn comes."""
    overdue = letter.next_at is not None and letter.next_at <= now
    return _("At once") if overdue else _frame.moment(letter.sent_at or letter.next_at)


def offer(asked: LetterFilter, shown: Outbox, selected: list[LetterSeen]) -> None:
    """What can be done with the selected, or with all that match; what cannot says why."""
    label = _("All {n} that match").format(n=language.number(shown.matching))
    everything = st.toggle(label, key=f"all-{st.session_state.get('version', 0)}")
    if not selected and not everything:
        st.caption(_("Select letters in the table to see what can be done (keyboard: Shift+Space selects)."))
        return
    chosen = LettersChosen(matching=asked) if everything else LettersChosen(frozenset(one.id for one in selected))
    retry = shown.why_not_retry if everything else dict(Counter(one.why_not_retry for one in selected))
    cancel = shown.why_not_cancel if everything else dict(Counter(one.why_not_cancel for one in selected))
    with st.container(horizontal=True):
        button(RETRY, retry, do, (RETRY, chosen, OperationKey.new()))
        button(CANCEL, cancel, _frame.ask, (CANCEL, (chosen, cancel.get(None, 0))))
    if len(selected) == 1 and not everything:
        closer(selected[0])


def closer(letter: LetterSeen) -> None:
    """One letter: what was said to it, and where a wrong address is put right."""
    if said(letter):
        with st.container(border=True):
            st.markdown(_("**What was said to the letter to {name}**").format(name=_frame.safe(letter.person)))
            st.text(said(letter))
    if letter.contract_id is not None:
        label = _("Invitations of {title}").format(title=_frame.safe(letter.contract))
        _places.link("invitations", label, icon=":material/mail:", contract=letter.contract_id)


def button(what: str, against: Against, click: Callable[..., None], said: tuple[Any, ...]) -> None:
    """An action with the number of letters it touches; why it does not touch the others."""
    able = against.get(None, 0)
    st.button(
        f"{_(WORDS[what])} ({language.number(able)})",
        key=what,
        disabled=able == 0,
        help=" ".join(sorted(_frame.safe(reason.label) for reason in against if reason)) or None,
        on_click=click,
        args=said,
    )


def do(what: str, chosen: LettersChosen, key: OperationKey) -> None:
    _frame.act(what, VERBS[what], chosen, key=key)
    _invitation_table.another_version()


@st.dialog(_("Cancel letters?"), on_dismiss=_frame.answered)
def look_before(chosen: LettersChosen, n: int) -> None:
    """What cancelling means, before it happens: a letter that was cancelled is not sent any more."""
    told = ngettext("{n} letter will not be sent.", "{n} letters will not be sent.", n)
    st.markdown(f"**{told.format(n=language.number(n))}**")
    st.write(
        _("This cannot be taken back. Nothing else changes: an invitation can still be sent again on its contract.")
    )
    label = _("Do not send ({n})").format(n=language.number(n))
    _frame.confirm(label, do, CANCEL, chosen, OperationKey.new(), key="yes")


def tell() -> None:
    """What the last click did: how many letters came to what."""
    last = _frame.told(RETRY, CANCEL)
    if last is None:
        return
    lines = [f"{what}: {language.number(n)}" for what, n in Counter(map(outcome, last.answer)).items()]
    show = st.success if any(one.reason is None for one in last.answer) else st.warning
    show("  \n".join(map(_frame.safe, lines)) or _("No letter was left that this could be done with."))


def outcome(one: LetterDone) -> str:
    """What became of a letter; if nothing, why."""
    return f"{one.result.label}. {one.reason.label}".rstrip(".") if one.reason else one.result.label


_frame.visitor(_places.manages_contracts)
_frame.head(_("Outbox"), _("Every letter that was written here, how far it came, and what the mail server said."))
_mail.head(_frame.found(outgoing.mail_state))
tell()
asked, shown = filters()
if shown.rows:
    offer(asked, shown, table(asked, shown))
elif asked == LetterFilter():
    st.info(
        _(
            "No letter was written yet. Whoever is invited, named or reminded gets one: it waits here until a worker "
            "hands it to the mail server, and stays with what became of it."
        )
    )
else:
    st.info(_("No letter matches."))
if _frame.asked() == CANCEL:
    look_before(*_frame.asked_about())
