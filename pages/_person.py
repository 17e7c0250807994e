"""One person, for those who manage people: how their account stands, and what can be done about it."""

import json
from contextlib import suppress
from typing import Any

import streamlit as st

from lc_core import accounts, people, personal_data, privacy, sign_ins
from lc_core.language import _, ngettext
from lc_core.people_lists import OnePerson, SignInSeen
from lc_core.privacy import Erasure
from lc_core.records.db import Actor, Database, DatabaseError
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import AccountStatus
from pages import _frame, _person_roles, _places, _tokens

LOOKS: dict[AccountStatus, Any] = {
    AccountStatus.REGISTERED: "green",
    AccountStatus.NOT_REGISTERED: "orange",
    AccountStatus.DEACTIVATED: "red",
    AccountStatus.ERASED: "gray",
}
DONE = (
    "register",
    "grant",
    "revoke",
    "deactivate",
    "reactivate",
    "erase",
    "unlink",
    "sign-out-everywhere",
    "revoke-token",
)


def add() -> None:
    """Somebody new, with an account and nothing else."""
    _tell()
    with st.expander(_("Add a person"), icon=":material/person_add:"), st.form("add-person-form", border=False):
        st.text_input(_("E-mail address"), key="new-email")
        st.text_input(_("Name"), key="new-name", max_chars=people.LONGEST_NAME)
        st.form_submit_button(_("Add"), key="add-person", on_click=_register, args=(OperationKey.new(),))


def _register(key: OperationKey) -> None:
    email, name = st.session_state["new-email"], st.session_state["new-name"]
    _frame.act("register", people.register, email, name, key=key)
    if not _frame.was_refused():
        st.session_state["new-email"] = st.session_state["new-name"] = ""


def _tell() -> None:
    last = _frame.told(*DONE)
    if last is not None:
        st.success(
            {
                "register": _("The person has an account."),
                "grant": _("Given."),
                "revoke": _("Taken away."),
                "deactivate": _("The account is deactivated: they are out at their next click."),
                "reactivate": _("The account is active again."),
                "erase": _("Erased. What was counted stays counted, under a pseudonym."),
                "unlink": _("The sign-in is unlinked."),
                "sign-out-everywhere": _("All sessions of theirs are over."),
                "revoke-token": _("The token is revoked."),
            }[last.what]
        )


def show(seen: OnePerson) -> None:
    """Their page."""
    told = [word for word in (seen.email, _("in lists without names: {p}").format(p=seen.pseudonym)) if word]
    _frame.head(_frame.safe(seen.name), " · ".join(_frame.safe(word) for word in told))
    _places.link("people", _("People"), icon=":material/arrow_back:")
    _tell()
    _account(seen)
    if seen.erased_at is None:
        _person_roles.show(seen)
        _contracts(seen)
        _sign_ins(seen)
        _tokens.show(seen)
        _privacy(seen)
    _dialogs(seen)


def _account(seen: OnePerson) -> None:
    """How it stands, and opening or closing it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(seen.status.label, color=LOOKS[seen.status])
        dates = {
            _("Account since {when}"): seen.registered_at,
            _("deactivated {when}"): seen.deactivated_at,
            _("erased {when}"): seen.erased_at,
        }
        st.caption(" · ".join(words.format(when=_frame.moment(at)) for words, at in dates.items() if at))
    if seen.erased_at is not None:
        st.info(_("Name and address are gone for good. Seats, reports and the audit log keep what was counted."))
    elif seen.why_not_reactivate is None:
        done = ("reactivate", accounts.reactivate, seen.id, OperationKey.new())
        st.button(_("Reactivate"), key="reactivate", icon=":material/lock_open:", on_click=_act, args=done)
    else:
        _asking(_("Deactivate"), "deactivate", "lock", seen, why_not=seen.why_not_deactivate)


def _asking(label: str, name: str, icon: str, seen: OnePerson, *, why_not: Any) -> None:
    """A button that asks first; greyed, with the reason, where it cannot be done."""
    st.button(
        label,
        key=name,
        icon=f":material/{icon}:",
        disabled=why_not is not None,
        help=_frame.safe(why_not.label) if why_not is not None else None,
        on_click=_frame.ask,
        args=(name, (seen.id,)),
    )


def _act(what: str, verb: Any, person_id: int, key: OperationKey, *more: Any) -> None:
    _frame.act(what, verb, person_id, *more, key=key)


def _contracts(seen: OnePerson) -> None:
    if seen.contracts:
        st.subheader(_("Contracts they look after"))
        for contract in seen.contracts:
            _places.link("invitations", f"{_frame.safe(contract.title)}", contract=contract.id)


def _sign_ins(seen: OnePerson) -> None:
    """The accounts of the sign-in service that they come with."""
    if not seen.sign_ins:
        return
    st.subheader(_("Sign-ins"))
    for number, one in enumerate(seen.sign_ins):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.text(_("{subject} at {issuer}").format(subject=one.subject, issuer=one.issuer), width="stretch")
            st.caption(_("since {when}").format(when=_frame.moment(one.since)))
            st.button(_("Unlink"), key=f"unlink-{number}", on_click=_frame.ask, args=("unlink", (seen.id, one)))
    done = ("sign-out-everywhere", sign_ins.sign_out_everywhere, seen.id, OperationKey.new())
    st.button(_("Sign out everywhere"), key="sign-out-everywhere", icon=":material/logout:", on_click=_act, args=done)


def _privacy(seen: OnePerson) -> None:
    """What is held on them, and masking them."""
    st.subheader(_("Personal data"))
    st.caption(_("All that is held on this person and nothing of others; or taking it away for good."))
    with st.container(horizontal=True):
        name = f"{seen.pseudonym}.json"
        _frame.download(_("Download as JSON"), name, _as_json, seen.id, key="export-person")
        _asking(_("Erase"), "erase", "person_off", seen, why_not=seen.why_not_erase)


def _as_json(db: Database, actor: Actor, person_id: int) -> bytes:
    return json.dumps(personal_data.export_person(db, actor, person_id), ensure_ascii=False, indent=2).encode()


def _dialogs(seen: OnePerson) -> None:
    """What was asked of this person: another one's page may have been left with its question open."""
    dialogs: dict[str, Any] = {"deactivate": _deactivate, "erase": _erase, "unlink": _unlink}
    if _frame.asked() in dialogs:
        person_id, *more = _frame.asked_about()
        if person_id == seen.id:
            dialogs[_frame.asked()](seen, *more)


@st.dialog(_("Deactivate this account?"), on_dismiss=_frame.answered)
def _deactivate(seen: OnePerson) -> None:
    st.text(seen.name)
    st.write(
        _(
            "They are signed out at their next click and cannot come back until the account is reactivated. Their roles, "
            "invitations, enrollments and seats stay as they are."
        )
    )
    done = ("deactivate", accounts.deactivate, seen.id, OperationKey.new())
    _frame.confirm(_("Deactivate"), _act, *done, key="deactivate-yes")


@st.dialog(_("Unlink this sign-in?"), on_dismiss=_frame.answered)
def _unlink(seen: OnePerson, one: SignInSeen) -> None:
    st.text(_("{subject} at {issuer}").format(subject=one.subject, issuer=one.issuer))
    st.write(_("Whoever comes with it next is whoever has its verified e-mail address here."))
    done = ("unlink", sign_ins.unlink, seen.id, OperationKey.new(), one.issuer, one.subject)
    _frame.confirm(_("Unlink"), _act, *done, key="unlink-yes")


@st.dialog(_("Erase this person?"), on_dismiss=_frame.answered)
def _erase(seen: OnePerson) -> None:
    """What goes and what stays; done only by who types the address."""
    held = _frame.found(privacy.erasure_of, seen.id)
    st.markdown(f"**{_frame.safe(seen.name)}** · {_frame.safe(seen.email)}")
    st.markdown(_("**This goes, and cannot be brought back:**"))
    st.markdown("\n".join(f"- {line}" for line in _what_goes(held)))
    st.markdown(_("**This stays, under the pseudonym {p}:**").format(p=_frame.safe(seen.pseudonym)))
    st.markdown("\n".join(f"- {line}" for line in _what_stays(held) or [_("nothing: they never took part")]))
    typed = st.text_input(_("Type their e-mail address to confirm"), key="erase-typed")
    agrees = (typed or "").strip().lower() == seen.email.lower()
    _frame.confirm(_("Erase"), _do_erase, seen.id, OperationKey.new(), key="erase-yes", disabled=not agrees)


def _what_goes(held: Erasure) -> list[str]:
    counted = {
        ngettext("{n} role", "{n} roles", held.roles): held.roles,
        ngettext("{n} contract to look after", "{n} contracts to look after", held.contracts): held.contracts,
        ngettext("{n} way to sign in", "{n} ways to sign in", held.sign_ins): held.sign_ins,
        ngettext("{n} letter not sent yet", "{n} letters not sent yet", held.unsent_letters): held.unsent_letters,
    }
    return [_("name, address and identifiers"), *_lines(counted)]


def _what_stays(held: Erasure) -> list[str]:
    counted = {
        ngettext("{n} invitation", "{n} invitations", held.invitations): held.invitations,
        ngettext("{n} enrollment", "{n} enrollments", held.enrollments): held.enrollments,
        ngettext("{n} row of the seat ledger", "{n} rows of the seat ledger", held.seat_moves): held.seat_moves,
        ngettext("{n} mention in the audit log", "{n} mentions in the audit log", held.events): held.events,
    }
    return _lines(counted)


def _lines(counted: dict[str, int]) -> list[str]:
    return [words.format(n=n) for words, n in counted.items() if n]


def _do_erase(person_id: int, key: OperationKey) -> None:
    _frame.act("erase", privacy.erase, person_id, key=key)
    if not _frame.was_refused():
        with suppress(DatabaseError):  # who works on it without a pause keeps it from being swept now
            _frame.database().sweep()
