"""Contracts as administrators manage them, page by page, from the shell (R-CON-*, screens: Administration of contracts)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lc_core import (
    contract_lists,
    contracts,
    managed_contracts,
)
from lc_core.contracts import Draft
from lc_core.errors import NotFound, Refused
from lc_core.reasons import Reason
from lc_core.vocabulary import ContractType
from tests import apps, managing
from tests.managing import OPERATOR, World, field, press, said, words

PAGES = ("manage_contracts", "edit_contract", "renew_contract")


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield managing.played(db)


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "person", ["super_admin", "administrator", "plain_administrator", "manager", "analyst", "ada", "learner", None]
)
def test_only_those_who_manage_contracts_find_anything_here(world: World, person: str | None) -> None:
    for page in PAGES:
        app = world.open(page, person, contract=world.contract)

        assert not app.exception, page
        assert ("Own" in words(app)) == (person in {"super_admin", "administrator"}), page
    assert world.draft().title.startswith("Own")


def test_a_right_taken_away_closes_the_page_that_is_open(world: World) -> None:  # R-AUTH-1
    for page in PAGES:
        app = world.open(page, contract=world.contract)
        app.session_state["person_id"] = world.people["ada"]
        app.run()

        assert "Own" not in words(app), page


def test_a_contract_that_does_not_exist_is_not_found(world: World) -> None:
    for page in PAGES[1:]:
        assert NotFound().sentence in words(world.open(page, contract=987_654))


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_list_is_searched_filtered_and_shows_archived_contracts_on_request(world: World) -> None:
    today = world.db.clock().date()
    old = contracts.create(world.db, OPERATOR, Draft("OLD", "Åland", ContractType.UNLIMITED, 5, today, group="North"))
    contracts.archive(world.db, OPERATOR, old)

    assert "Åland" not in words(world.open("manage_contracts"))
    assert "Åland" in words(world.open("manage_contracts", state="archived"))
    assert "Own" not in words(
        world.open("manage_contracts", state="archived", q="åLAND", kind="unlimited", group="North")
    )
    assert "No contract matches." in words(world.open("manage_contracts", state="archived", q="100%"))


def test_create_leads_to_the_empty_form(world: World) -> None:
    app = press(world.open("manage_contracts"), "new")

    assert app.title[0].value == "Create a learning contract"


# --- creating --------------------------------------------------------------------------------------------------------


def test_a_contract_is_created_and_its_page_says_what_is_next(world: World) -> None:
    app = world.open("edit_contract")
    field(app, "code", 0).set_value(" NEW ")
    field(app, "title", 0).set_value("New things")
    field(app, "contract_type", 0).set_value("subscription")
    field(app, "seats", 0).set_value(25)
    field(app, "per_user_limit", 0).set_value(2)
    field(app, "require_invitation_code", 0).set_value(True)
    app.run()

    app = press(app, "create")

    made = managed_contracts.listing(world.db, OPERATOR, managed_contracts.Wanted(search="New things")).rows[0]
    assert (made.code, made.contract_type, made.seats) == ("NEW", ContractType.SUBSCRIPTION, 25)
    assert "".join(app.query_params["contract"]) == str(made.id)
    code = contract_lists.one(world.db, OPERATOR, made.id).code_to_share
    for told in ("The contract is created", code, "The type of a contract cannot be changed", "Contract admins"):
        assert told in words(app)
    assert world.open("edit_contract").get_by_key("code-of-contract-0").value == ""


def test_the_form_has_only_the_options_of_the_chosen_type(world: World) -> None:
    app = world.open("edit_contract")
    assert field(app, "invitation_ttl_days", 0).value is None
    assert [radio.key for radio in app.radio if "seat_release" in radio.key]

    field(app, "contract_type", 0).set_value("unlimited").run()

    assert not [radio.key for radio in app.radio if "seat_release" in radio.key]
    assert field(app, "invitation_ttl_days", 0).value == 28


def test_what_was_typed_survives_a_refusal_another_tab_and_another_page(world: World) -> None:
    app = world.open("edit_contract")
    field(app, "code", 0).set_value("own")
    field(app, "title", 0).set_value("Twice the same code").run()

    app = press(app, "create")
    refused = [error.value for error in app.error]
    app.switch_page(str(apps.PAGES / "home.py")).run()
    app = apps.at(app, "edit_contract")

    assert [said(error) for error in refused] == [Reason.CODE_TAKEN.label]
    assert field(app, "title", 0).value == "Twice the same code"
    assert "Unsaved changes" in words(app)


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_contract_is_changed(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract)
    assert "Unsaved changes" not in words(app)
    field(app, "seats", world.contract).set_value(12)
    field(app, "no_end", world.contract).set_value(True)
    field(app, "reminder_days", world.contract).set_value(7).run()
    assert "Unsaved changes" in words(app)

    app = press(app, "save")

    assert "The contract is saved." in words(app)
    assert "Unsaved changes" not in words(app)
    assert (world.draft().seats, world.draft().valid_to, world.draft().reminder_days) == (12, None, 7)


def test_seats_below_those_used_are_refused_with_both_numbers_and_stay_typed(world: World) -> None:  # R-CON-11
    app = world.open("edit_contract", contract=world.contract)
    field(app, "seats", world.contract).set_value(0).run()

    app = press(app, "save")

    assert Refused(Reason.SEATS_BELOW_USED, used=1, seats=0).sentence in said(app.error[0].value)
    assert field(app, "seats", world.contract).value == 0
    assert world.draft().seats == 10


def test_unsaved_changes_wait_while_other_tabs_are_looked_at_and_can_be_dropped(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract)
    field(app, "title", world.contract).set_value("Another title").run()

    app.session_state["tab"] = "activities"
    app.run()
    assert "Unsaved changes" in words(app)
    app.session_state["tab"] = "details"
    app.run()
    assert field(app, "title", world.contract).value == "Another title"
    app = press(app, "discard")

    assert field(app, "title", world.contract).value == world.draft().title
    assert "Unsaved changes" not in words(app)


def test_a_change_by_somebody_else_is_told_and_nothing_of_either_is_lost(world: World) -> None:  # safety: Concurrency
    app = world.open("edit_contract", contract=world.contract)
    field(app, "title", world.contract).set_value("Mine").run()
    world.change(seats=20)

    app = press(app, "save")
    assert "Somebody else changed this meanwhile" in app.error[0].value
    assert "Number of seats" in app.warning[0].value
    assert field(app, "title", world.contract).value == "Mine"
    assert world.draft().title.startswith("Own")

    app = press(app, "keep-mine")
    assert (field(app, "title", world.contract).value, field(app, "seats", world.contract).value) == ("Mine", 20)
    app = press(app, "save")
    assert (world.draft().title, world.draft().seats) == ("Mine", 20)


def test_reloading_shows_what_somebody_else_saved(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract)
    field(app, "title", world.contract).set_value("Mine").run()
    world.change(title="Theirs")
    app.run()

    app = press(app, "reload")

    assert field(app, "title", world.contract).value == "Theirs"
    assert "Unsaved changes" not in words(app)


def test_a_form_in_which_nothing_was_typed_follows_the_records(world: World) -> None:
    app = world.open("edit_contract", contract=world.contract)
    world.change(seats=20)
    app.run()

    assert field(app, "seats", world.contract).value == 20
    assert not app.warning
