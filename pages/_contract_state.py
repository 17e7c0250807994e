"""What is typed into the form of a contract: it survives reruns, other tabs and pages, refusals, and what others save meanwhile."""

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from lc_core import seat_rules
from lc_core.contracts import Draft
from lc_core.vocabulary import ContractType, OverInvitation, SeatRelease
from pages import _frame

NEW = 0
"""The id of a contract that is not created yet."""
WORDS = {"contract_type": ContractType, "over_invitation": OverInvitation, "seat_release": SeatRelease}
TEXTS = ("code", "title", "description", "group", "external_id", "source")
ASIDE = {"timezone", "valid_to", *WORDS}
"""What no widget holds as it is."""


@dataclass(frozen=True)
class Looked:
    """What the records said when the form was filled: the contract, and which version of it that was."""

    draft: Draft
    version: int = 0


@dataclass(frozen=True)
class Standing:
    """Whether something typed is not saved, and which fields somebody else changed meanwhile."""

    unsaved: bool
    others_changed: tuple[str, ...] = ()


def blank() -> Looked:
    """The form of a new contract: a year from today."""
    database = _frame.database()
    today = database.clock().astimezone(database.zone).date()
    return Looked(Draft("", "", ContractType.VOUCHER, 0, today, today + timedelta(days=364), invitation_ttl_days=None))


def key(field: str, contract_id: int) -> str:
    """The key of a field's widget."""
    return f"{field}-of-contract-{contract_id}"


def looked_at(contract_id: int) -> Looked | None:
    return st.session_state.get(f"looked-at-{contract_id}")


def fill(contract_id: int, looked: Looked) -> None:
    """Let the form show this; what was typed is gone."""
    st.session_state[f"looked-at-{contract_id}"] = looked
    for field, value in _as_shown(looked.draft).items():
        st.session_state[key(field, contract_id)] = value


def forget(contract_id: int) -> None:
    """The form is filled anew when it is opened next."""
    st.session_state.pop(f"looked-at-{contract_id}", None)


def standing(contract_id: int, now: Looked) -> Standing:
    """How what was typed stands to what the records say now. What nobody typed over follows the records."""
    looked = looked_at(contract_id)
    said = typed(contract_id) if looked else None
    if looked is None or said == looked.draft:
        fill(contract_id, now)
        return Standing(unsaved=False)
    if now.draft in (said, looked.draft):
        st.session_state[f"looked-at-{contract_id}"] = now
        return Standing(unsaved=said != now.draft)
    return Standing(unsaved=True, others_changed=_differing(looked.draft, now.draft))


def keep_mine(contract_id: int, now: Looked) -> None:
    """Take over what somebody else changed, but for the fields that were typed over here."""
    looked, said = looked_at(contract_id), typed(contract_id)
    mine = {name: getattr(said, name) for name in _differing(looked.draft, said)} if looked else {}
    fill(contract_id, now)
    for field, value in _as_shown(replace(now.draft, **mine)).items():
        st.session_state[key(field, contract_id)] = value


def typed(contract_id: int) -> Draft:
    """The contract as the form says it."""
    looked = looked_at(contract_id) or blank()
    was = _as_shown(looked.draft)
    shown = {field: st.session_state.get(key(field, contract_id), value) for field, value in was.items()}
    said: dict[str, Any] = {field: (value or "").strip() if field in TEXTS else value for field, value in shown.items()}
    said |= {field: kind.of(shown[field]) for field, kind in WORDS.items()}
    if not seat_rules.has_release(said["contract_type"]):
        said["seat_release"] = looked.draft.seat_release if contract_id else SeatRelease.NEVER
    said |= {field: shown[field] or 0 for field in ("seats", "per_user_limit")}
    said |= {"valid_to": None if said.pop("no_end") else shown["valid_to"], "greeting": shown["greeting"] or ""}
    return replace(looked.draft, **said)


def _as_shown(draft: Draft) -> dict[str, Any]:
    """The values of the form's widgets."""
    shown = {field: value for field, value in asdict(draft).items() if field not in ASIDE}
    shown |= {field: getattr(draft, field).value for field in WORDS}
    last = draft.valid_to or max(draft.valid_from, min(date.max - timedelta(days=366), draft.valid_from))
    return shown | {"group": draft.group or None, "no_end": draft.valid_to is None, "valid_to": last}


def _differing(before: Draft, after: Draft) -> tuple[str, ...]:
    return tuple(field for field, value in asdict(before).items() if value != asdict(after)[field])
