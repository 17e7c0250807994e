"""A contract admin's way: the Center, a contract's invitations, an invitation revoked, and its status changed."""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import picture, settled
from tests.browser.steps import count_of, enter_as, only_status, select_row


def test_a_contract_admin_revokes_an_invitation_and_sees_its_status_change(
    page: Page, server: str, pictures: Path
) -> None:
    page.goto(f"{server}/contracts")
    picture(page, pictures, "sign-in")
    enter_as(page, "Contract admin")
    picture(page, pictures, "center")
    page.get_by_role("button", name="Invitations").first.click()
    settled(page)
    picture(page, pictures, "invitations")
    before = count_of(page, "Revoked")
    only_status(page, "Outstanding")
    select_row(page, 0)

    page.get_by_role("button", name="Revoke (1)").click()
    settled(page)
    picture(page, pictures, "look-before")
    page.get_by_role("dialog").get_by_role("button", name="Revoke (1)").click()
    settled(page)

    assert page.get_by_text("Revoke: 1 of 1 done.").is_visible()
    assert count_of(page, "Revoked") == before + 1


def test_an_address_opens_its_page_after_the_sign_in(page: Page, server: str) -> None:
    page.goto(f"{server}/contracts?status=expired")
    enter_as(page, "Super administrator")

    assert page.url == f"{server}/contracts?status=expired"
    assert page.get_by_role("radio", name="Expired").is_checked()


def test_a_page_that_is_not_offered_shows_nothing_of_itself_even_on_a_cold_start(page: Page, server: str) -> None:
    page.goto(f"{server}/invitations?contract=1")

    settled(page)

    assert page.get_by_text("Who do you want to be?").is_visible()
    assert not page.get_by_text("Invitation code").is_visible()


def test_the_old_code_dies_when_a_new_one_is_made(page: Page, server: str) -> None:
    page.goto(f"{server}/invitations?contract=1")
    enter_as(page, "Super administrator")
    before = page.locator("[data-testid=stCode]").first.inner_text()

    page.get_by_role("button", name="Regenerate").click()
    settled(page)
    page.get_by_role("dialog").get_by_role("button", name="Regenerate").click()
    settled(page)

    assert page.get_by_text("The code is new: the old one works no more.").is_visible()
    assert page.locator("[data-testid=stCode]").first.inner_text() != before


def test_a_contract_gets_another_title(page: Page, server: str) -> None:
    page.goto(f"{server}/invitations?contract=1&rename=yes")
    enter_as(page, "Super administrator")

    page.get_by_role("dialog").get_by_label("Title").fill("A title nobody had before")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    settled(page)

    assert page.get_by_role("heading", name="A title nobody had before").is_visible()


def test_the_title_opens_the_invitations_too(page: Page, server: str) -> None:
    page.goto(f"{server}/contracts")
    enter_as(page, "Contract admin")
    title = page.locator("[data-testid=stPageLink] a[href*='invitations?contract=']").first
    told = title.inner_text().strip().splitlines()[-1]

    title.click()
    settled(page)

    assert page.get_by_role("heading", name=told, level=1).is_visible()
    assert page.get_by_text("Invitation code").is_visible()


def test_more_options_lead_to_the_activities_and_on_to_the_people(page: Page, server: str) -> None:
    page.goto(f"{server}/contracts")
    enter_as(page, "Contract admin")

    page.get_by_role("button", name="More options").first.click()
    page.get_by_role("menuitem", name="View Learning Activities").click()
    settled(page)
    page.get_by_role("button", name="View Enrollments").first.click()
    settled(page)

    assert "/enrollments?contract=" in page.url
    assert page.get_by_text("Everybody invited to this activity").is_visible()
