"""The form of a contract, in the order of the field's own guide: general details, seats and scheduling, invitations."""

from datetime import date
from typing import Any

import streamlit as st

from lc_core import contracts, groups, rules, seat_rules
from lc_core.language import _
from lc_core.managed_contracts import Managed
from lc_core.reasons import Reason
from lc_core.vocabulary import ContractType, OverInvitation, SeatRelease
from lc_core.wording import seat_example, seat_rule, what_happens
from pages import _contract_state, _frame
from pages._contract_state import NEW

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""The years that the calendars offer, unless the contract lies beyond."""


def labels() -> dict[str, str]:
    """What the fields are called."""
    return {
        "code": _("Code"),
        "title": _("Title"),
        "description": _("Description"),
        "group": _("Group"),
        "external_id": _("External ID"),
        "source": _("Source"),
        "contract_type": _("Contract type"),
        "seats": _("Number of seats"),
        "per_user_limit": _("Per-user limit"),
        "valid_from": _("Valid from"),
        "valid_to": _("Valid to"),
        "no_end": _("No end date"),
        "require_invitation_code": _("Require invitation code"),
        "over_invitation": _("When more are invited than seats are free"),
        "seat_release": _("When somebody withdraws, the seat comes back"),
        "invitation_ttl_days": _("Invitations end after, in days"),
        "reminder_days": _("Reminder after so many days without an answer"),
        "reminders_most": _("At most so many reminders"),
        "greeting": _("Greeting in the letters"),
    }


def draw(contract_id: int, now: Managed | None) -> None:
    """All fields. `now`: the contract, where it exists."""
    _general(contract_id)
    chosen = _scheduling(contract_id, now)
    _period(contract_id)
    _settings(contract_id, chosen)


def _field(name: str, contract_id: int) -> dict[str, Any]:
    """What every field has: its label, its key, and a memory that outlives the tab and the page."""
    return {"label": labels()[name], "key": _contract_state.key(name, contract_id), "persist_state": "session"}


def _general(contract_id: int) -> None:
    st.subheader(_("General details"))
    left, right = st.columns([1, 2])
    left.text_input(
        **_field("code", contract_id), max_chars=contracts.MOST["code"], help=_("What identifies the contract.")
    )
    right.text_input(**_field("title", contract_id), max_chars=contracts.MOST["title"], help=_("What learners see."))
    st.text_area(**_field("description", contract_id), max_chars=contracts.MOST["description"], height=90)
    group, external_id, source = st.columns(3)
    names = [one.name for one in _frame.found(groups.listing)]
    held = st.session_state.get(_contract_state.key("group", contract_id))
    group.selectbox(
        **_field("group", contract_id),
        options=names if held is None or held in names else [*names, held],
        index=None,
        accept_new_options=True,
        placeholder=_("None"),
        help=_("For information only. Choose one, or type a new one."),
    )
    for column, name in ((external_id, "external_id"), (source, "source")):
        column.text_input(**_field(name, contract_id), max_chars=contracts.MOST[name], help=_("For integrations only."))


def _scheduling(contract_id: int, now: Managed | None) -> ContractType:
    """Type and seats; answers the type."""
    st.subheader(_("Seats and scheduling"))
    kinds = {kind.value: kind for kind in ContractType}
    if now is None:
        st.radio(
            **_field("contract_type", contract_id),
            options=list(kinds),
            format_func=lambda value: kinds[value].label,
            captions=[f"{seat_rule(kind)} {seat_example(kind)}" for kind in ContractType],
            on_change=_life_of_the_type,
            args=(contract_id,),
        )
        st.caption(_("The type cannot be changed after the contract is created."))
    else:
        fixed = now.draft.contract_type
        st.markdown(f"{labels()['contract_type']}: **{fixed.label}**")
        st.caption(f"{seat_rule(fixed)} {Reason.TYPE_IS_FIXED.label}")
    seats, *used, limit = st.columns(2 if now is None else 3)
    seats.number_input(**_field("seats", contract_id), min_value=0, max_value=rules.LARGEST_NUMBER, step=1)
    if now is not None:
        used[0].number_input(
            _("Seats used"),
            value=now.seats_used,
            disabled=True,
            key=f"used-{contract_id}-{now.seats_used}",
            help=_("Read-only: it is counted from the seats taken and returned."),
        )
    limit.number_input(
        **_field("per_user_limit", contract_id),
        min_value=0,
        max_value=rules.LARGEST_NUMBER,
        step=1,
        help=_("How many different activities one person may take through this contract. 0 means no limit."),
    )
    return kinds[st.session_state[_contract_state.key("contract_type", contract_id)]] if now is None else fixed


def _life_of_the_type(contract_id: int) -> None:
    """Another type has another life of its invitations, until somebody says otherwise (R-INV-3)."""
    chosen = ContractType.of(st.session_state[_contract_state.key("contract_type", contract_id)])
    st.session_state[_contract_state.key("invitation_ttl_days", contract_id)] = rules.DEFAULT_TTL_DAYS[chosen]


def _period(contract_id: int) -> None:
    """When the contract is valid, and whether learners need the code."""
    first, last, no_end = st.columns(3, vertical_alignment="bottom")
    first.date_input(**_field("valid_from", contract_id), **_calendar("valid_from", contract_id))
    without = bool(st.session_state.get(_contract_state.key("no_end", contract_id)))
    last.date_input(**_field("valid_to", contract_id), **_calendar("valid_to", contract_id), disabled=without)
    no_end.checkbox(**_field("no_end", contract_id))
    st.caption(_("Both days belong to the period. In it people are invited and enroll; after it, unused seats expire."))
    st.radio(
        **_field("require_invitation_code", contract_id),
        options=[True, False],
        format_func=lambda value: _("Yes") if value else _("No"),
        captions=[
            _("Learners enter the invitation code, even if they received an invitation."),
            _("Whoever is invited sees the activities at once; no code is needed."),
        ],
    )
    if contract_id != NEW:
        st.caption(_("Changing this does not affect invitations that exist."))


def _calendar(name: str, contract_id: int) -> dict[str, Any]:
    held = st.session_state.get(_contract_state.key(name, contract_id))
    year = held.year if isinstance(held, date) else FIRST_YEAR
    years = {"min_value": date(min(year, FIRST_YEAR), 1, 1), "max_value": date(max(year, LAST_YEAR), 12, 31)}
    return years | {"format": "YYYY-MM-DD"}


def _settings(contract_id: int, chosen: ContractType) -> None:
    """What a contract decides beyond the guide: R-INV-11, R-SEAT-7, R-INV-3, reminders and the greeting."""
    st.subheader(_("Invitations and letters"))
    over, release = st.columns(2)
    with over:
        _words("over_invitation", contract_id, list(OverInvitation))
    if seat_rules.has_release(chosen):
        with release:
            _words("seat_release", contract_id, list(SeatRelease))
    life, days, most = st.columns(3, vertical_alignment="bottom")
    life.number_input(
        **_field("invitation_ttl_days", contract_id),
        value=None,
        min_value=1,
        max_value=rules.LONGEST_TTL_DAYS,
        step=1,
        placeholder=_("No end"),
        help=_(
            "Counted from the moment an invitation was last sent. Empty: it does not end. A change holds for invitations "
            "that are sent from now on, again or for the first time; those that are out keep their date."
        ),
    )
    days.number_input(
        **_field("reminder_days", contract_id),
        value=None,
        min_value=1,
        max_value=rules.LONGEST_TTL_DAYS,
        step=1,
        placeholder=_("No reminders"),
    )
    most.number_input(**_field("reminders_most", contract_id), min_value=1, max_value=rules.MOST_REMINDERS, step=1)
    st.text_area(
        **_field("greeting", contract_id),
        max_chars=contracts.MOST["greeting"],
        height=90,
        help=_("The contract's own words at the beginning of its letters."),
    )


def _words(name: str, contract_id: int, words: list[OverInvitation] | list[SeatRelease]) -> None:
    """A setting, each choice with what it does."""
    by_value: dict[str, Any] = {word.value: word for word in words}
    st.radio(
        **_field(name, contract_id),
        options=list(by_value),
        format_func=lambda value: by_value[value].label,
        captions=[what_happens(word) for word in words],
    )
