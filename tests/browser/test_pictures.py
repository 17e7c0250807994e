"""Every page in light, in dark and at 360 pixels: nothing is cut off, fails or is forbidden; the pictures are to be looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from lc_core.errors import NotFound
from tests.browser.conftest import picture
from tests.browser.steps import enter_as, violations, walk

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 1200}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 1200}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 1600}, "color_scheme": "light"},
}
EXPORT = "/exports?contract=6&status=in_progress&status=completed" + "".join(
    f"&column={name}" for name in ("activity_title", "person", "status", "enrolled_at_local", "progress_at_local")
)
PLACES = {
    "sign-in": ("/", None),
    "home": ("/", "Contract admin"),
    "center": ("/contracts", "Contract admin"),
    "my-learning": ("/my_learning", "paula.sato@example.org"),
    "seat-usage": ("/seat_usage?period=90&type=voucher", "Manager"),
    "seat-usage-time": ("/seat_usage?part=time", "Manager"),
    "seat-usage-people": ("/seat_usage?part=people&stopped=accepted", "Manager"),
    "seat-usage-activities": ("/seat_usage?part=activities", "Manager"),
    "seat-usage-win-back": ("/seat_usage?part=win-back&idle=silent", "Manager"),
    "exports": (EXPORT, "Analyst"),
    "exports-dictionary": ("/exports?part=dictionary", "Analyst"),
    "invitations": ("/invitations?contract=6", "Super administrator"),
    "add-invitations": ("/add_invitations?contract=6&way=type", "Super administrator"),
    "activities": ("/activities?contract=6", "Super administrator"),
    "enrollments": ("/enrollments?contract=6&activity=1", "Super administrator"),
    "manage-contracts": ("/manage_contracts", "Super administrator"),
    "deal-seats": ("/invitations?contract=5", "Super administrator"),
    "outbox": ("/outbox", "Super administrator"),
    "edit-contract": ("/edit_contract?contract=6", "Super administrator"),
    "people": ("/people", "Super administrator"),
    "person": ("/person?person=3", "Super administrator"),
    "catalogue": ("/catalogue", "Super administrator"),
    "imports": ("/imports", "Super administrator"),
    "groups": ("/catalogue?part=groups", "Super administrator"),
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


@dataclass
class Window:
    """A window in one of the looks, and who sits before it. Whoever stays walks to the next place, which is quicker."""

    looks: str
    page: Page
    role: str | None = None
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.blocked = violations(self.page)
        self.page.on("response", lambda answer: self.failed.append(answer.url) if answer.status >= 400 else None)
        self.page.on("pageerror", lambda error: self.failed.append(str(error)))

    def show(self, address: str, role: str | None) -> None:
        self.failed.clear()
        self.blocked.clear()
        if role is not None and role == self.role:
            walk(self.page, address)
        else:
            self.page.goto(address)
            if role is not None:
                enter_as(self.page, role)
        self.role = role


@pytest.fixture(scope="module", params=LOOKS)
def window(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[Window]:
    with browser.new_context(base_url=server, locale="en-GB", timezone_id="UTC", **LOOKS[request.param]) as context:
        yield Window(request.param, context.new_page())


@pytest.mark.parametrize("name", PLACES)
def test_a_page_fits_and_nothing_of_it_fails(window: Window, pictures: Path, name: str) -> None:
    window.show(*PLACES[name])
    picture(window.page, pictures, f"{name}-{window.looks}")
    broken = barriers(window.page)

    main = window.page.get_by_test_id("stMain")
    assert main.evaluate("place => place.scrollWidth - place.clientWidth") <= 1
    assert window.page.get_by_test_id("stException").count() == 0
    assert NotFound().sentence not in main.inner_text()
    assert [url for url in window.failed if not url.endswith(HARMLESS)] == []
    assert window.blocked == []
    assert broken - NOT_OURS.get(window.looks, set()) == set()


def barriers(page: Page) -> set[str]:
    """The rules of accessibility that the page breaks seriously."""
    found = Axe().run(page).response["violations"]
    return {one["id"] for one in found if one["impact"] in {"serious", "critical"}}
