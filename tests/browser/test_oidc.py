"""Signing in through a provider: the way there and back, who is not let in, and when a session is over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from lc_core import people, roles
from lc_core.records.db import Actor, Database
from lc_core.records.models import Person
from lc_core.vocabulary import Role
from tests.browser.conftest import serving, settled
from tests.browser.signing_in import UNVERIFIED, oidc, sign_in
from tests.browser.steps import violations, walk
from tests.browser.test_pictures import PLACES

OPERATOR = Actor.operator("test")

# the provider that stands in for a real one warns of what its libraries will drop one day
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass
class Place:
    """The product behind the provider."""

    url: str
    provider: str
    db: Database


@pytest.fixture(scope="module")
def place(installation: Path, provider: str) -> Iterator[Place]:
    """The demo year, served to those who sign in. Ann was made super administrator before she ever came."""
    db = Database.open(f"sqlite:///{installation / 'lc.sqlite'}")
    roles.grant(db, OPERATOR, "ann@example.org", Role.SUPER_ADMIN)
    with serving(installation, **oidc(provider)) as base_url:
        yield Place(base_url, provider, db)
    db.close()


@pytest.fixture
def windows(browser: Browser, place: Place) -> Iterator[BrowserContext]:
    """One browser of somebody, in which windows are opened; the provider's decorations stay away."""
    with browser.new_context(base_url=place.url, locale="en-GB", timezone_id="UTC") as context:
        context.route(re.compile(r"^https://"), lambda route: route.abort())
        yield context


def click_somewhere(page: Page) -> None:
    page.get_by_role("link", name="Learning Contract Center").first.click()


def is_out(page: Page, place: Place) -> None:
    """The window left for the provider, to sign out there too, and finds the sign-in when it comes back."""
    page.wait_for_url(re.compile(re.escape(f"{place.provider}/oauth2/end_session")))
    page.goto(place.url)
    is_at_the_door(page)


def is_at_the_door(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in with Example")).to_be_visible()
    assert settled(page).get_by_text("Ann", exact=True).count() == 0


def test_a_link_leads_through_the_sign_in_to_its_page(windows: BrowserContext) -> None:  # safety: Authorisation
    page = windows.new_page()
    asked = "/invitations?contract=1&is=outstanding"

    page.goto(asked)
    buttons = settled(page).get_by_role("button").all_inner_texts()
    sign_in(page, "ann", asked)

    assert [one.split("\n")[-1] for one in buttons if one.strip()] == ["Sign in with Example"]
    assert page.url.endswith(asked)
    assert page.get_by_text("Invitation code").first.is_visible()
    assert page.get_by_text("Ann", exact=True).is_visible()
    assert page.get_by_text("Demo:").count() == 0


def test_who_was_never_heard_of_is_a_learner(windows: BrowserContext, place: Place) -> None:  # R-LRN-5
    page = windows.new_page()

    sign_in(page, "carla")

    assert page.get_by_text("Welcome, Carla").is_visible()
    assert page.get_by_role("link", name="Learning Contract Center").count() == 0
    assert [shown.email for _id, shown in people.find(place.db, OPERATOR, "carla@")] == ["carla@example.org"]


def test_an_address_that_is_not_verified_is_refused_in_words(windows: BrowserContext, place: Place) -> None:
    page = windows.new_page()

    sign_in(page, UNVERIFIED, "/contracts")
    told = page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Sign out and use another account").click()

    assert "has not verified your e-mail address" in told
    is_out(page, place)
    assert people.find(place.db, OPERATOR, f"{UNVERIFIED}@") == []


def test_who_is_deactivated_is_out_at_the_next_click_and_told_why_when_they_come_again(
    windows: BrowserContext, place: Place
) -> None:  # safety: rights are read again at every rerun
    roles.grant(place.db, OPERATOR, "bob@example.org", Role.MANAGER)
    page = windows.new_page()
    sign_in(page, "bob")
    with place.db.bookkeeping() as session:
        session.execute(
            update(Person).where(Person.email_key == "bob@example.org").values(deactivated_at=place.db.clock())
        )

    click_somewhere(page)
    is_out(page, place)
    sign_in(page, "bob")

    assert "Your account here is closed" in page.get_by_role("alert").inner_text()


def test_signing_out_in_one_window_ends_the_others_at_their_next_click(windows: BrowserContext, place: Place) -> None:
    first, second = windows.new_page(), windows.new_page()
    sign_in(first, "ann")
    second.goto("/")
    both = [settled(window).get_by_text("Welcome, Ann").is_visible() for window in (first, second)]

    first.get_by_role("button", name="Sign out").click()
    is_out(first, place)
    click_somewhere(second)

    assert both == [True, True]
    is_at_the_door(second)
    first.wait_for_timeout(1_000)  # a provider counts in seconds, and nobody is as fast as this
    sign_in(first, "ann")
    assert first.get_by_text("Welcome, Ann").is_visible()


def test_a_file_is_not_made_for_a_window_whose_session_has_ended(windows: BrowserContext, place: Place) -> None:
    first, second = windows.new_page(), windows.new_page()
    sign_in(first, "ann")
    second.goto("/invitations?contract=1")
    button = settled(second).get_by_role("button", name=re.compile("^.*as CSV$"))
    with second.expect_download() as waited:
        button.click()
    before = waited.value.path().stat().st_size
    first.get_by_role("button", name="Sign out").click()
    is_out(first, place)

    button.click()

    assert before > 0
    expect(second.get_by_text("Failed to generate file for download")).to_be_visible()
    first.wait_for_timeout(1_000)  # as above


def test_signed_in_no_page_asks_for_what_its_policy_forbids(windows: BrowserContext) -> None:
    page = windows.new_page()
    blocked = violations(page)

    sign_in(page, "ann")
    for address in sorted({address for address, _role in PLACES.values()} - {"/"}):
        walk(page, address)
        assert page.get_by_test_id("stException").count() == 0
    page.wait_for_timeout(800)

    assert blocked == []
