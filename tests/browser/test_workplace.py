"""What a hurried contract admin does: pages and filters between selecting and acting, clicks twice, closes the tab."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from lc_core import activities, contracts, inviting, people
from lc_core.insight.cells import unmarked
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Invitation, Person
from lc_core.vocabulary import ActivityKind, ContractType
from tests.browser.conftest import serving, settled
from tests.browser.steps import count_of, enter_as, only_status, select_row, twice

OPERATOR = Actor.operator("test")
PEOPLE = 120
PATIENCE = 60


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Database]]:
    """One contract with 120 people invited, served; its address, and the records to look at."""
    home = tmp_path_factory.mktemp("workplace")
    db = Database.open(f"sqlite:///{home / 'lc.sqlite'}")
    db.migrate()
    _play(db)
    with serving(home) as base_url:
        yield base_url, db
    db.close()


def _play(db: Database) -> None:
    today = db.clock().date()
    activity = activities.create(db, OPERATOR, "A", "First aid", ActivityKind.ONLINE)
    period = (today - timedelta(days=9), today + timedelta(days=9))
    contract = contracts.create(
        db, OPERATOR, contracts.Draft("C", "Safety at work", ContractType.SUBSCRIPTION, 500, *period)
    )
    activities.add_to_contract(db, OPERATOR, contract, [activity])
    contracts.name_admin(db, OPERATOR, contract, "ada@example.org")
    people.register(db, OPERATOR, "ada@example.org", "Ada")
    inviting.invite(db, OPERATOR, contract, [f"person-{n:03}@example.org" for n in range(PEOPLE)])
    people.register(db, OPERATOR, "person-007@example.org", "=Bond")


@pytest.fixture
def page(browser: Browser, place: tuple[str, Database]) -> Iterator[Page]:
    base_url, _db = place
    with browser.new_context(base_url=base_url, viewport={"width": 1280, "height": 1700}, timezone_id="UTC") as context:
        page = context.new_page()
        page.goto("/invitations?contract=1&by=email")
        enter_as(page, "Contract admin")
        yield page


def revoked(db: Database) -> list[str]:
    with db.read() as session:
        gone = select(Person.email_key).join(Invitation, Invitation.person_id == Person.id)
        return sorted(filter(None, session.scalars(gone.where(Invitation.revoked_at.is_not(None)))))


def sends(db: Database) -> Counter[int]:
    """How many live invitations were sent how often."""
    with db.read() as session:
        return Counter(session.scalars(select(Invitation.send_count).where(Invitation.revoked_at.is_(None))))


def letters(db: Database) -> int:
    with db.read() as session:
        return len(session.scalars(select(Letter.id)).all())


def choose(page: Page, *rows: int) -> None:
    for row in rows:
        select_row(page, row)


def test_three_of_the_second_page_are_revoked_and_no_others(page: Page, place: tuple[str, Database]) -> None:
    db, before = place[1], revoked(place[1])
    page.locator("[data-testid=stPagination]").get_by_text("2", exact=True).click()
    settled(page)
    choose(page, 0, 2, 4)

    page.get_by_role("button", name="Revoke (3)").click()
    settled(page)
    page.get_by_role("dialog").get_by_role("button", name="Revoke (3)").click()
    settled(page)

    assert sorted(set(revoked(db)) - set(before)) == [f"person-{50 + n:03}@example.org" for n in (0, 2, 4)]


@pytest.mark.parametrize("change", ["filter", "search", "page"])
def test_what_was_selected_is_selected_no_more_under_another_filter(
    page: Page, place: tuple[str, Database], change: str
) -> None:
    db, before = place[1], revoked(place[1])
    page.locator("[data-testid=stPagination]").get_by_text("2", exact=True).click()
    settled(page)
    choose(page, 6, 7, 8)
    assert page.get_by_role("button", name="Revoke (3)").is_enabled()

    if change == "filter":
        only_status(page, "Not Registered")
    elif change == "search":
        page.get_by_label("Search", exact=True).fill("person-1")
        page.get_by_label("Search", exact=True).press("Enter")
    else:
        page.locator("[data-testid=stPagination]").get_by_text("1", exact=True).click()
    settled(page)

    assert page.get_by_role("button", name=re.compile(r"^Revoke \(")).count() == 0
    assert page.get_by_text("Select people in the table").is_visible()
    assert revoked(db) == before


@pytest.mark.parametrize("pause", [100, 300, 600])
def test_a_double_click_on_resend_sends_once(page: Page, place: tuple[str, Database], pause: int) -> None:
    db = place[1]
    before, written = sends(db), letters(db)
    only_status(page, "Not Registered")
    choose(page, 0)
    page.get_by_role("button", name="Resend (1)").click()
    settled(page)
    button = page.get_by_role("dialog").get_by_role("button", name="Resend (1)")

    twice(page, button, pause=pause, db=db)
    settled(page)

    assert sum(n * count for n, count in sends(db).items()) == sum(n * count for n, count in before.items()) + 1
    assert letters(db) == written + 1


def test_a_closed_tab_leaves_all_or_nothing_and_the_outcome_is_found_again(
    browser: Browser, page: Page, place: tuple[str, Database]
) -> None:
    base_url, db = place
    before = sends(db)
    page.get_by_text("that match").click()
    settled(page)
    page.get_by_role("button", name="Resend (").click()
    settled(page)
    page.get_by_role("dialog").get_by_role("button", name="Resend (").click(no_wait_after=True)
    for _ in range(PATIENCE):
        if sends(db) != before:
            break
        page.wait_for_timeout(50)
    page.close()

    everybody = sum(before.values())
    assert sends(db) == Counter({n + 1: count for n, count in before.items()})
    with browser.new_context(base_url=base_url, timezone_id="UTC") as context:
        again = context.new_page()
        again.goto("/invitations?contract=1")
        enter_as(again, "Contract admin")
        again.get_by_text("What was done").click()
        settled(again)
        told = again.get_by_label("The last changes, newest first").input_value()
        assert told.endswith(f"Invitations sent again · Sent again: {everybody} · Ada")


def test_the_list_is_taken_away_as_it_is_filtered(page: Page) -> None:
    page.get_by_label("Search", exact=True).fill("Bond")
    page.get_by_label("Search", exact=True).press("Enter")
    settled(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download 1 as CSV").click()
    lines = Path(waited.value.path()).read_text(encoding="utf-8-sig").splitlines()

    assert waited.value.suggested_filename == "invitations-C.csv"
    assert len(lines) == 2
    assert unmarked(lines[1].split(",")[1].strip('"')) == "=Bond"
    assert count_of(page, "Outstanding") == 1


def test_an_invitation_is_revoked_without_a_mouse(page: Page, place: tuple[str, Database]) -> None:
    db, before = place[1], revoked(place[1])
    only_status(page, "Not Registered")
    page.get_by_label("Search", exact=True).focus()
    tab_to(page, "canvas")

    for key in ("ArrowDown", "ArrowDown", "Shift+Space"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    settled(page)
    page.keyboard.press("Control+End")
    tab_to(page, "button Revoke (1)")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    settled(page)
    tab_to(page, "button Revoke (1)")
    page.keyboard.press("Enter")
    settled(page)

    assert len(revoked(db)) == len(before) + 1
    assert page.get_by_text("Revoke: 1 of 1 done.").is_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is of that kind and name has the focus."""
    for _ in range(PATIENCE):
        if name == page.evaluate("`${document.activeElement.localName} ${document.activeElement.innerText}`").strip():
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {name}")
