"""Renewing a contract: what is new of the next one, what it takes over, and who will be invited (R-CON-17)."""

from datetime import date
from typing import Any

import streamlit as st

from lc_core import contract_lists, contracts, language, renewing, rules
from lc_core.contract_lists import ContractSeen
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.renewing import Foreseen, Renewal
from pages import _frame, _places


def key(name: str, contract_id: int) -> str:
    return f"{name}-of-renewal-{contract_id}"


def fill(contract_id: int, suggested: Renewal) -> None:
    """What lies nearest, where nothing was typed yet."""
    values: dict[str, Any] = vars(suggested) | {"no_end": suggested.valid_to is None}
    values["valid_to"] = suggested.valid_to or suggested.valid_from
    for name, value in values.items():
        st.session_state.setdefault(key(name, contract_id), value)


def typed(contract_id: int) -> Renewal:
    """The renewal as the form says it."""
    said = {name: st.session_state[key(name, contract_id)] for name in Renewal.__dataclass_fields__}
    if st.session_state[key("no_end", contract_id)]:
        said["valid_to"] = None
    return Renewal(**said)


def form(contract_id: int) -> None:
    """What is new of the new contract."""

    def field(name: str, label: str) -> dict[str, Any]:
        return {"label": label, "key": key(name, contract_id), "persist_state": "session"}

    code, title = st.columns([1, 2])
    code.text_input(**field("code", _("Code of the new contract")), max_chars=contracts.MOST["code"])
    title.text_input(**field("title", _("Title")), max_chars=contracts.MOST["title"])
    first, last, no_end = st.columns(3, vertical_alignment="bottom")
    years: dict[str, Any] = {"min_value": date(1990, 1, 1), "max_value": date(9999, 12, 31), "format": "YYYY-MM-DD"}
    without = bool(st.session_state[key("no_end", contract_id)])
    first.date_input(**field("valid_from", _("Valid from")), **years)
    last.date_input(**field("valid_to", _("Valid to")), **years, disabled=without)
    no_end.checkbox(**field("no_end", _("No end date")))
    st.number_input(
        **field("seats", _("Number of seats")), min_value=0, max_value=rules.LARGEST_NUMBER, step=1, width=300
    )


def people(contract_id: int, foreseen: Foreseen) -> None:
    """Whether the people of the old contract are invited, and how many that would be."""
    count = foreseen.would_prepare
    words = ngettext(
        "Prepare {n} invitation: everyone who accepted or enrolled is invited when the new contract begins",
        "Prepare {n} invitations: everyone who accepted or enrolled is invited when the new contract begins",
        count,
    )
    st.checkbox(
        words.format(n=language.number(count)),
        key=key("carry_invitations", contract_id),
        persist_state="session",
        disabled=count == 0,
    )
    st.caption(
        _(
            "Their letters leave when the new contract begins. Vouchers cover the same activities, as far as the new "
            "contract has them."
        )
    )


def _renew(contract_id: int, operation: OperationKey) -> None:
    _frame.act("renew", renewing.renew, contract_id, typed(contract_id), key=operation)
    if not _frame.was_refused():
        for name in (*Renewal.__dataclass_fields__, "no_end"):
            st.session_state.pop(key(name, contract_id), None)
        st.session_state["renewed"] = st.session_state["told"].answer


def show(seen: ContractSeen) -> None:
    _frame.head(
        _("Renew {title}").format(title=_frame.safe(seen.title)),
        _(
            "A new contract takes over type, settings, admins and activities. This one stays as it is, with its history."
        ),
    )
    _places.link("edit_contract", _("Back to the contract"), icon=":material/arrow_back:", contract=seen.id)
    foreseen = _frame.found(renewing.preview, seen.id)
    if foreseen.why_not:
        st.info(foreseen.why_not.label)
        return
    fill(seen.id, foreseen.suggested)
    form(seen.id)
    people(seen.id, foreseen)
    _frame.told()
    st.button(_("Renew"), type="primary", key="renew", on_click=_renew, args=(seen.id, OperationKey.new()))


_frame.visitor(_places.manages_contracts)
if "renewed" in st.session_state:
    _places.go("edit_contract", contract=st.session_state.pop("renewed"))
show(_frame.found(contract_lists.one, _frame.contract_asked_for()))
