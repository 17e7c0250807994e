"""The admins, activities, renewal and end of a contract on its pages, from the shell (R-CON-12..17)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import (
    activities,
    contract_lists,
    contracts,
    inviting,
    managed_contracts,
    renewing,
)
from lc_core.contracts import Draft
from lc_core.reasons import Reason
from lc_core.records.models import Contract
from lc_core.vocabulary import ContractType
from tests import apps, managing
from tests.managing import OPERATOR, World, press, said, words
from tests.worlds import count_of


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield managing.played(db)


# --- contract admins -------------------------------------------------------------------------------------------------


def test_an_admin_is_found_named_and_removed_again(world: World) -> None:  # R-CON-13
    app = world.open("edit_contract", contract=world.contract, tab="admins")
    app.text_input(key="admin-search").set_value("learner").run()

    app = press(app, "name-learner@example.org")
    assert app.text_input(key="admin-search").value == ""
    assert {one.email for one in contract_lists.admins(world.db, OPERATOR, world.contract)} == {
        "ada@example.org",
        "learner@example.org",
    }

    app = press(app, f"remove-{world.people['learner']}")
    app = press(app, "unname-yes")
    assert [one.email for one in contract_lists.admins(world.db, OPERATOR, world.contract)] == ["ada@example.org"]


def test_any_address_can_be_named_and_whoever_is_named_already_is_not_offered(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract, tab="admins")
    app.text_input(key="admin-search").set_value("ada@example.org").run()
    assert app.button(key="name-ada@example.org").disabled

    app.text_input(key="admin-search").set_value("new@example.org").run()
    press(app, "name-new@example.org")

    assert "new@example.org" in {one.email for one in contract_lists.admins(world.db, OPERATOR, world.contract)}


# --- activities ------------------------------------------------------------------------------------------------------


def _adding(world: World, way: str) -> AppTest:
    app = world.open("edit_contract", contract=world.contract, tab="activities")
    app.session_state["adding"] = way
    return app.run()


def test_activities_are_added_from_the_catalogue_and_the_page_says_what_that_does(world: World) -> None:
    app = _adding(world, "catalogue")
    assert "Invitations that were sent stay as they are" in words(app)  # R-CON-15, voucher

    app.multiselect(key=f"to-add-{world.contract}-1").set_value([world.other_activity]).run()
    app = press(app, "add-chosen")

    assert "1 activity added" in words(app)
    there = {one.id for one in contract_lists.one(world.db, OPERATOR, world.contract).activities}
    assert there == {world.activity, world.other_activity}


def test_an_import_says_what_it_will_skip(world: World) -> None:  # R-CON-14
    today = world.db.clock().date()
    source = contracts.create(world.db, OPERATOR, Draft("SRC", "Source", ContractType.VOUCHER, 1, today))
    activities.add_to_contract(world.db, OPERATOR, source, [world.activity, world.other_activity])
    app = _adding(world, "contract")

    app.selectbox(key="import-from").set_value(source).run()
    assert "Skipped: already here" in words(app)
    app = press(app, "import")

    assert "1 activity added" in words(app)
    assert len(contract_lists.one(world.db, OPERATOR, world.contract).activities) == 2


def test_removing_an_activity_in_use_is_asked_about_with_the_counts(world: World) -> None:  # R-CON-16
    app = world.open("edit_contract", contract=world.contract, tab="activities")

    app = press(app, f"remove-{world.activity}")
    for told in ("1 person is enrolled", "1 unredeemed invitation loses", "1 of them then covers nothing"):
        assert told in words(app)
    app = press(app, "remove-yes")

    assert "The activity is removed" in words(app)
    assert contract_lists.one(world.db, OPERATOR, world.contract).activities == []


# --- the end of it ---------------------------------------------------------------------------------------------------


def test_a_contract_in_use_cannot_be_deleted_and_says_why_but_is_archived_and_brought_back(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract)
    assert app.button(key="delete").disabled
    assert "People have accepted or enrolled" in words(app)

    app = press(press(app, "archive"), "archive-yes")
    assert "The contract is archived." in words(app)
    app = press(press(app, "restore"), "restore-yes")

    assert "The contract is back." in words(app)


def test_deleting_names_what_goes_with_it_and_leads_back_to_the_list(world: World) -> None:  # R-CON-12
    today = world.db.clock().date()
    gone = contracts.create(world.db, OPERATOR, Draft("GONE", "Gone", ContractType.VOUCHER, 5, today))
    activities.add_to_contract(world.db, OPERATOR, gone, [world.activity])
    inviting.invite(world.db, OPERATOR, gone, ["x@example.org", "y@example.org"], activities=[world.activity])

    app = press(world.open("edit_contract", contract=gone), "delete")
    for told in ("2 invitations", "2 letters", "1 activity", "0 contract admins"):
        assert told in words(app)
    app = press(app, "delete-yes")

    assert app.title[0].value == "Contracts"
    assert "The contract is deleted." in words(app)
    assert count_of(world.db, Contract) == 1


def test_a_contract_is_renewed_and_both_show_the_other(world: World) -> None:  # R-CON-17
    app = world.open("renew_contract", contract=world.contract)
    assert "Prepare 1 invitation:" in app.checkbox(key=f"carry_invitations-of-renewal-{world.contract}").label
    app = press(app, "renew")
    assert said(app.error[0].value) == Reason.CODE_MISSING.label

    app.text_input(key=f"code-of-renewal-{world.contract}").set_value("NEXT")
    app.checkbox(key=f"carry_invitations-of-renewal-{world.contract}").set_value(True).run()
    app = press(app, "renew")

    new = renewing.links(world.db, OPERATOR, world.contract).renewed_by
    assert new is not None
    assert "".join(app.query_params["contract"]) == str(new.id)
    assert "Renews OWN" in words(app)
    assert "1 prepared invitation is sent" in words(app)
    assert "Renewed by NEXT" in words(world.open("edit_contract", contract=world.contract))
    assert "Renewed by NEXT" in words(world.open("invitations", contract=world.contract))
    assert "renewed already" in words(world.open("renew_contract", contract=world.contract))
    assert managed_contracts.one(world.db, OPERATOR, new.id).draft.valid_from > date(2026, 1, 1)


def test_the_invitations_tab_leads_to_the_invitations(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract, tab="invitations")

    assert {metric.label: metric.value for metric in app.metric if metric.value != "0"} == {
        "Enrolled": "1",
        "Not Registered": "1",
    }
    assert "Open the invitations" in words(app)
