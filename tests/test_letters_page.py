"""The panel "Letters" of a contract's invitations: what is typed, saved, refused, and how the letter will look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import contract_letters
from lc_core.contract_letters import Letters
from lc_core.records.db import Database
from lc_core.vocabulary import Role
from tests import apps
from tests.worlds import OPERATOR, a_contract, an_admin, somebody


@pytest.fixture
def here(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield db


def opened(db: Database, contract_id: int, who: str = "ada") -> AppTest:
    """The invitations as somebody sees them who runs the contract, the panel open."""
    app = apps.shell()
    app.session_state["person_id"] = an_admin(db, who, contract_id).person_id
    app.session_state["letters"] = True
    return apps.at(app, "invitations", contract=contract_id)


def frame_of(app: AppTest) -> str:
    (frame,) = app.get("iframe")
    return str(frame.proto.srcdoc)


def test_what_is_typed_is_shown_in_the_letter_and_saved_at_the_click(here):  # R-CON-2, R-INV-11
    contract_id = a_contract(here, title="Fire *safety*")
    app = opened(here, contract_id)

    app.text_area[0].input("Dear <b>all</b>,\n\nwelcome.").run()
    app.number_input(key=f"reminder_days-{contract_id}").set_value(5).run()

    assert "Dear &lt;b&gt;all&lt;/b&gt;," in frame_of(app)
    assert any("Dear <b>all</b>," in code.value for code in app.code)
    assert "Subject: You are invited: Fire *safety*" in [text.value for text in app.text]
    assert contract_letters.of_contract(here, OPERATOR, contract_id) == Letters("", None, 1)
    app.button(key="save-letters").click().run()
    assert [told.value for told in app.success] == ["Saved. It holds for all letters that are not sent yet."]
    saved = Letters("Dear <b>all</b>,\n\nwelcome.", 5, 1)
    assert contract_letters.of_contract(here, OPERATOR, contract_id) == saved
    assert not app.exception


def test_what_was_typed_survives_a_refusal_and_a_closed_panel(here):  # screens: What was typed survives an error
    contract_id = a_contract(here)
    app = opened(here, contract_id)
    app.text_area[0].input("Welcome.").run()
    app.number_input(key=f"reminder_days-{contract_id}").set_value(0).run()

    app.button(key="save-letters").click().run()
    assert "after one day at the earliest" in app.error[0].value
    app.session_state["letters"] = False
    app.run()
    assert not app.text_area
    app.session_state["letters"] = True
    app.run()

    assert app.text_area[0].value == "Welcome."
    assert app.number_input(key=f"reminder_days-{contract_id}").value == 0
    assert contract_letters.of_contract(here, OPERATOR, contract_id) == Letters("", None, 1)


def test_what_the_contract_says_already_stands_in_the_fields(here):
    contract_id = a_contract(here, greeting="Hello there.", reminder_days=7, reminders_most=3)
    app = opened(here, contract_id)

    assert app.text_area[0].value == "Hello there."
    assert [field.value for field in app.number_input] == [7, 3]
    app.number_input(key=f"reminder_days-{contract_id}").set_value(None).run()
    app.button(key="save-letters").click().run()
    assert contract_letters.of_contract(here, OPERATOR, contract_id) == Letters("Hello there.", None, 3)


def test_nothing_is_read_until_the_panel_is_opened_and_managers_have_none(here):
    contract_id = a_contract(here)
    app = opened(here, contract_id)
    app.session_state["letters"] = False
    app.run()
    manager = apps.shell()
    manager.session_state["person_id"] = somebody(here, "mia", Role.MANAGER).person_id
    apps.at(manager, "invitations", contract=contract_id)

    assert not app.get("iframe")
    assert [one.label for one in app.expander] == ["Letters", "What was done"]
    assert not manager.expander
    assert not manager.exception
