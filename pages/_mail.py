"""How mail is shown: the state of a letter as a sign with its word, and what keeps letters from going out."""

from typing import Any

import streamlit as st

from lc_core import language, outgoing
from lc_core.contract_lists import ContractSeen
from lc_core.language import _, ngettext
from lc_core.outgoing import MailState
from lc_core.vocabulary import LetterState
from pages import _frame, _places

LOOKS: dict[LetterState, tuple[str, Any]] = {
    LetterState.QUEUED: ("○", "blue"),
    LetterState.CLAIMED: ("●", "violet"),
    LetterState.SENT: ("✓", "green"),
    LetterState.DEFERRED: ("↻", "orange"),
    LetterState.FAILED: ("×", "red"),
    LetterState.CANCELLED: ("–", "gray"),
}
"""A sign and a colour for each state: never the colour alone."""


def signed(state: LetterState) -> str:
    """The state as its sign and its word."""
    return f"{LOOKS[state][0]} {state.label}"


def column() -> Any:
    """A table's column of states, as coloured words."""
    return st.column_config.MultiselectColumn(
        options=[signed(state) for state in LOOKS], color=[colour for _sign, colour in LOOKS.values()], width=155
    )


def waiting(mail: MailState) -> str:
    """How many letters wait."""
    if not mail.waiting:
        return _("No letter waits.")
    told = ngettext("{n} letter waits, since {when}.", "{n} letters wait, the first since {when}.", mail.waiting)
    return told.format(n=language.number(mail.waiting), when=_frame.moment(mail.oldest))


def head(mail: MailState) -> None:
    """How mail is doing in the whole place, in a sentence."""
    if mail.goes_out:
        st.success(f"{_('Mail goes out.')} {waiting(mail)}", icon=":material/outgoing_mail:")
        return
    st.warning(f"{_trouble(mail)} {waiting(mail)}", icon=":material/unsubscribe:")


def _trouble(mail: MailState) -> str:
    """What keeps letters from going out, as Markdown."""
    if mail.seen_at is None:
        return _("Nobody delivers letters at the moment: start `lc worker`. No worker has run yet.")
    if mail.asleep:
        told = _("Nobody delivers letters at the moment: start `lc worker`. No worker was seen since {when}.")
        return told.format(when=_frame.moment(mail.seen_at))
    if mail.unset:
        return _("No mail server is set: letters stay here until `LC_SMTP_URL` says where it is.")
    told = _("The mail server is down since {when}: “{words}”.")
    return told.format(when=_frame.moment(mail.down_since), words=_frame.safe(mail.words))


def banner(seen: ContractSeen) -> None:
    """For those who run a contract: that its letters wait, where mail does not go out."""
    mail = _frame.found(outgoing.mail_of, seen.id)
    if mail is None or not mail.waiting:
        return
    told = ngettext(
        "Letters do not go out at the moment. {n} letter of this contract waits and is sent as soon as they do again.",
        "Letters do not go out at the moment. {n} letters of this contract wait and are sent as soon as they do again.",
        mail.waiting,
    )
    st.warning(told.format(n=language.number(mail.waiting)), icon=":material/unsubscribe:")
    if seen.may_manage:
        _places.link("outbox", _("What keeps them: the outbox"), icon=":material/outbox:")
