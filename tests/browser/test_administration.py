"""What an administrator does: a contract from nothing to its first invitation, changed by two at once, renewed, archived."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from lc_core import (
    activities,
    contract_lists,
    contracts,
    enrollments,
    inviting,
    managed_contracts,
    people,
    renewing,
    roles,
)
from lc_core.contracts import Draft
from lc_core.managed_contracts import Wanted
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import ActivityKind, ContractStatus, ContractType, Role
from tests.browser.conftest import serving, settled
from tests.browser.steps import enter_as

OPERATOR = Actor.operator("test")
_numbers = count(1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Database]]:
    """A catalogue of three activities, Ann who learns, Ada who may be named, and Super who manages; served."""
    home = tmp_path_factory.mktemp("administration")
    db = Database.open(f"sqlite:///{home / 'lc.sqlite'}")
    db.migrate()
    for code, title in (("A", "First aid"), ("B", "Fire safety"), ("C", "Working at height")):
        activities.create(db, OPERATOR, code, title, ActivityKind.ONLINE)
    for name in ("ann", "ada", "super"):
        people.register(db, OPERATOR, f"{name}@example.org", name.title())
    roles.grant(db, OPERATOR, "super@example.org", Role.SUPER_ADMIN)
    with serving(home) as base_url:
        yield base_url, db
    db.close()


@pytest.fixture
def page(browser: Browser, place: tuple[str, Database]) -> Iterator[Page]:
    with browser.new_context(base_url=place[0], viewport={"width": 1280, "height": 2400}, timezone_id="UTC") as context:
        yield context.new_page()


def at(page: Page, address: str) -> Page:
    page.goto(address)
    enter_as(page, "Super administrator")
    return page


def a_contract_in_use(db: Database) -> int:
    """Ann is enrolled in one activity, Bob is invited to the same."""
    today = db.clock().date()
    period = (today - timedelta(days=9), today + timedelta(days=90))
    contract = contracts.create(
        db, OPERATOR, Draft(f"USED-{next(_numbers)}", "Safety at work", ContractType.VOUCHER, 20, *period)
    )
    activities.add_to_contract(db, OPERATOR, contract, [1])
    inviting.invite(db, OPERATOR, contract, ["ann@example.org", "bob@example.org"], activities=[1])
    ann = people.find(db, OPERATOR, "ann@")[0][0]
    enrollments.enroll(db, Actor.person(ann), contract, 1)
    return contract


def type_into(page: Page, label: str, text: str) -> None:
    place = page.get_by_label(label, exact=True)
    place.fill(text)
    place.press("Tab")
    settled(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def answer(page: Page, name: str) -> None:
    """Press the button of the question that is asked."""
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    settled(page)


def tab(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).first.click()
    settled(page)


def create(page: Page) -> None:
    """A voucher contract, from the list on."""
    at(page, "/manage_contracts")
    press(page, "Create")
    type_into(page, "Code", "SAFE-27")
    type_into(page, "Title", "Safety at work 2027")
    type_into(page, "Number of seats", "25")
    press(page, "Create")
    expect(page.get_by_text("The contract is created, and has its invitation code.")).to_be_visible()


def name_ada(page: Page) -> None:
    press(page, "Contract admins")
    type_into(page, "Add an admin", "ada")
    press(page, "Add")


def add_two_activities(page: Page) -> None:
    tab(page, "Activities")
    press(page, "Add")
    page.get_by_role("menuitem", name="Add learning activities").click()
    settled(page).get_by_label("Activities of the catalogue").click()
    for title in ("First aid", "Fire safety"):
        page.get_by_role("option", name=title).click()
        settled(page)
    page.keyboard.press("Escape")
    press(page, "Add 2 activities")


def invite_carl(page: Page) -> None:
    tab(page, "Invitations")
    page.get_by_role("link", name="Add invitations").click()
    settled(page).get_by_text("Type or paste").click()
    settled(page)
    page.get_by_label("Addresses, one a line").fill("carl@example.org")
    page.get_by_label("Addresses, one a line").press("Control+Enter")
    settled(page)
    press(page, "Invite 1 person")
    expect(page.get_by_text("1 line done.")).to_be_visible()


def test_a_contract_is_created_given_an_admin_and_activities_and_people_are_invited(
    page: Page, place: tuple[str, Database]
) -> None:
    db = place[1]
    create(page)
    made = managed_contracts.listing(db, OPERATOR, Wanted(search="SAFE-27")).rows[0]
    expect(page.get_by_text(contract_lists.one(db, OPERATOR, made.id).code_to_share)).to_be_visible()

    name_ada(page)
    add_two_activities(page)
    invite_carl(page)

    seen = contract_lists.one(db, OPERATOR, made.id)
    assert (seen.contract_type, seen.seats) == (ContractType.VOUCHER, 25)
    assert [one.title for one in seen.activities] == ["Fire safety", "First aid"]
    assert [one.email for one in contract_lists.admins(db, OPERATOR, made.id)] == ["ada@example.org"]
    assert managed_contracts.goes_with(db, OPERATOR, made.id).invitations == 1


def test_an_activity_in_use_is_removed_once_its_counts_were_seen(page: Page, place: tuple[str, Database]) -> None:
    db, contract = place[1], a_contract_in_use(place[1])
    at(page, f"/edit_contract?contract={contract}&tab=activities")

    press(page, "Remove")
    for told in ("1 person is enrolled: the enrollment stays", "1 unredeemed invitation loses the activity"):
        expect(page.get_by_role("dialog").get_by_text(told)).to_be_visible()
    answer(page, "Remove")

    expect(page.get_by_text("The activity is removed.")).to_be_visible()
    expect(page.get_by_text("Removed from the contract")).to_be_visible()
    assert contract_lists.one(db, OPERATOR, contract).activities == []


def test_seats_below_those_used_are_refused_and_nothing_typed_is_lost(page: Page, place: tuple[str, Database]) -> None:
    db, contract = place[1], a_contract_in_use(place[1])
    at(page, f"/edit_contract?contract={contract}")
    type_into(page, "Title", "Typed beside it")
    type_into(page, "Number of seats", "0")

    press(page, "Save")

    expect(page.get_by_text("1 seats are used, so the contract cannot have 0.")).to_be_visible()
    tab(page, "Activities")
    tab(page, "Details")
    expect(page.get_by_label("Title", exact=True)).to_have_value("Typed beside it")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    assert managed_contracts.one(db, OPERATOR, contract).draft.seats == 20


def test_of_two_who_edit_at_once_the_second_is_told_and_keeps_what_was_typed(
    page: Page, place: tuple[str, Database], browser: Browser
) -> None:
    db, contract = place[1], a_contract_in_use(place[1])
    address = f"/edit_contract?contract={contract}"
    at(page, address)
    type_into(page, "Title", "Mine")
    with browser.new_context(base_url=place[0], viewport={"width": 1280, "height": 2400}) as elsewhere:
        other = at(elsewhere.new_page(), address)
        type_into(other, "Number of seats", "30")
        press(other, "Save")
        expect(other.get_by_text("The contract is saved.")).to_be_visible()

    press(page, "Save")
    expect(page.get_by_text("Somebody else changed this meanwhile.")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Mine")
    press(page, "Take over their changes, keep mine")
    press(page, "Save")

    expect(page.get_by_text("The contract is saved.")).to_be_visible()
    now = managed_contracts.one(db, OPERATOR, contract).draft
    assert (now.title, now.seats) == ("Mine", 30)


def test_a_contract_is_renewed_and_the_old_one_archived(page: Page, place: tuple[str, Database]) -> None:
    db, contract = place[1], a_contract_in_use(place[1])
    at(page, f"/edit_contract?contract={contract}")
    press(page, "Renew")
    type_into(page, "Code of the new contract", "NEXT-YEAR")
    page.get_by_text("Prepare 1 invitation:").click()
    settled(page)
    press(page, "Renew")

    expect(page.get_by_text("1 prepared invitation is sent")).to_be_visible()
    new = renewing.links(db, OPERATOR, contract).renewed_by
    assert new is not None
    assert new.code == "NEXT-YEAR"
    press(page, f"Renews {contract_lists.one(db, OPERATOR, contract).code}")
    press(page, "Archive")
    answer(page, "Archive")

    expect(page.get_by_text("The contract is archived.")).to_be_visible()
    assert contract_lists.one(db, OPERATOR, contract).status is ContractStatus.ARCHIVED
