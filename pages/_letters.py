"""The letters of a contract: its own words in them, its reminders, and how an invitation will arrive."""

import streamlit as st

from lc_core import contract_letters, language, rules
from lc_core.contract_letters import Letters
from lc_core.contract_lists import ContractSeen
from lc_core.contracts import MOST
from lc_core.language import _
from lc_core.records.operations import OperationKey
from pages import _frame

SAVED = "letters"
HEIGHT = 640
"""Pixels for the letter, which scrolls in its frame: one that measured itself would need a script, and letters have none."""
GREETING_HEIGHT = 150


def panel(seen: ContractSeen) -> None:
    """What the contract says of its letters, and a look at one. Nothing is read until it is opened."""
    opened = st.expander(_("Letters"), icon=":material/mail:", key="letters", on_change="rerun")
    if not opened.open:
        _keep_typed(seen.id)
        return
    with opened:
        _begin(seen.id, _frame.found(contract_letters.of_contract, seen.id))
        _form(seen.id)
        _look(seen.id)


def _fields(contract_id: int) -> dict[str, str]:
    """What `Letters` holds, each with the key of its field."""
    return {name: f"{name}-{contract_id}" for name in Letters.__dataclass_fields__}


def _keep_typed(contract_id: int) -> None:
    """What was typed is there again when the panel is opened again."""
    for key in _fields(contract_id).values():
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def _begin(contract_id: int, said: Letters) -> None:
    for name, key in _fields(contract_id).items():
        if key not in st.session_state:
            st.session_state[key] = getattr(said, name)


def _form(contract_id: int) -> None:
    keys = _fields(contract_id)
    most = MOST["greeting"]
    st.text_area(
        _("Greeting (at most {n} characters)").format(n=language.number(most)),
        max_chars=most,
        height=GREETING_HEIGHT,
        key=keys["greeting"],
        help=_("Your own words, above what every invitation and reminder says. An empty line begins a paragraph."),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            _("Remind after so many days without an answer"),
            value=None,
            step=1,
            placeholder=_("No reminders"),
            key=keys["reminder_days"],
        )
        st.number_input(
            _("Reminders at most (up to {n})").format(n=rules.MOST_REMINDERS),
            value=None,
            step=1,
            key=keys["reminders_most"],
        )
        st.button(_("Save"), key="save-letters", type="primary", on_click=_save, args=(contract_id, OperationKey.new()))


def _save(contract_id: int, key: OperationKey) -> None:
    """What stands in the fields at the click; it stays there if it is refused."""
    typed = {name: st.session_state.get(field) for name, field in _fields(contract_id).items()}
    _frame.act(
        SAVED,
        contract_letters.edit_letters,
        contract_id,
        greeting=typed["greeting"] or "",
        reminder_days=typed["reminder_days"],
        reminders_most=typed["reminders_most"] or 0,
        key=key,
    )


def _look(contract_id: int) -> None:
    """The invitation as the one who looks would get it, with the greeting as it is typed."""
    typed = str(st.session_state.get(_fields(contract_id)["greeting"]) or "")
    letter = _frame.found(contract_letters.preview, contract_id, greeting=typed)
    st.caption(_("An invitation sent now, with your name:"))
    st.text(_("Subject: {subject}").format(subject=letter.subject))
    with_layout, as_text = st.tabs([_("With layout"), _("As plain text")])
    with with_layout:
        st.iframe(letter.html, height=HEIGHT, alt=_("The letter as mail programs show it"))
    with as_text:
        st.code(letter.text, language=None, wrap_lines=True, height=HEIGHT)
