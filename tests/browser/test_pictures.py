"""Every page in light, in dark and at 360 pixels: nothing is cut off, nothing fails; the pictures are there to be looked at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import picture, settled
from tests.browser.steps import enter_as

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 1200}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 1200}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 1600}, "color_scheme": "light"},
}
PLACES = {
    "sign-in": ("/", None),
    "home": ("/", "Contract admin"),
    "center": ("/contracts", "Contract admin"),
    "invitations": ("/invitations?contract=6", "Super administrator"),
    "my-learning": ("/my_learning", "paula.sato@example.org"),
    "add-invitations": ("/add_invitations?contract=6&way=type", "Super administrator"),
    "activities": ("/activities?contract=6", "Super administrator"),
    "enrollments": ("/enrollments?contract=6&activity=1", "Super administrator"),
    "seat-usage": ("/seat_usage", "Manager"),
    "manage-contracts": ("/manage_contracts", "Super administrator"),
    "deal-seats": ("/invitations?contract=5", "Super administrator"),
    "outbox": ("/outbox", "Super administrator"),
    "edit-contract": ("/edit_contract?contract=6", "Super administrator"),
    "people": ("/people", "Super administrator"),
    "person": ("/person?person=3", "Super administrator"),
    "catalogue": ("/catalogue", "Super administrator"),
    "groups": ("/catalogue?part=groups", "Super administrator"),
    "imports": ("/imports", "Super administrator"),
    "audit": ("/audit", "Super administrator"),
    "audit-entry": ("/audit_entry?entry=40", "Super administrator"),
    "ledger": ("/ledger?contract=6&view=moves", "Super administrator"),
    "system": ("/system", "Super administrator"),
}
HARMLESS = ("_stcore/health", "_stcore/host-config")
"""What Streamlit asks for beside a page's address before it asks at the root."""

NOT_OURS = {
    "narrow": {"list", "listitem"},  # Streamlit's own menu, once it is folded away
    "dark": {
        "color-contrast"
    },  # of the chosen tab: its colour is also that of buttons, on which Streamlit writes white
}


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[tuple[str, Page]]:
    with browser.new_context(base_url=server, locale="en-GB", timezone_id="UTC", **LOOKS[request.param]) as context:
        yield request.param, context.new_page()


@pytest.mark.parametrize("name", PLACES)
def test_a_page_fits_and_nothing_of_it_fails(look: tuple[str, Page], pictures: Path, name: str) -> None:
    looks, page = look
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.on("pageerror", lambda error: failed.append(str(error)))
    address, role = PLACES[name]

    page.goto(address)
    if role is not None:
        enter_as(page, role)
    page.wait_for_timeout(800)
    picture(page, pictures, f"{name}-{looks}")

    main = settled(page).locator("section.stMain, [data-testid=stMain]").first
    assert main.evaluate("place => place.scrollWidth - place.clientWidth") <= 1
    assert page.locator("[data-testid=stException]").count() == 0
    assert [url for url in failed if not url.endswith(HARMLESS)] == []
    assert barriers(page) - NOT_OURS.get(looks, set()) == set()


def barriers(page: Page) -> set[str]:
    """The rules of accessibility that the page breaks seriously."""
    found = Axe().run(page).response["violations"]
    return {one["id"] for one in found if one["impact"] in {"serious", "critical"}}
