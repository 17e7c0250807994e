"""Steps that journeys share: signing in to the demo, choosing a status, selecting a row of a table."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

from lc_core.records.db import Database
from tests.browser.conftest import settled

HEADER, ROW, CHECKBOX = 35, 35, 17
"""Pixels of the grid, which is a canvas: the height of its header and of a row, and where a row's box begins."""


def enter_as(page: Page, role: str) -> None:
    """Choose the first person whose line says that they may do this, or the learner with this address."""
    page.get_by_text("Who do you want to be?").wait_for()
    settled(page)
    if "@" in role:
        page.get_by_label("Or a learner").fill(role)
        page.get_by_label("Or a learner").press("Enter")
        settled(page).get_by_role("button", name="Enter").last.click()
        settled(page)
        return
    line = page.get_by_text(re.compile(f"^{role}")).first
    line.locator('xpath=ancestor::*[.//button[contains(., "Enter")]][1]').get_by_role("button", name="Enter").click()
    settled(page)


def walk(page: Page, address: str) -> None:
    """Go to another place as the browser's own buttons do: nothing is loaded anew, and whoever is here stays here."""
    if urlsplit(page.url).path == address.partition("?")[0]:  # the same page would be as it was left
        walk(page, "/")
    before = page.get_by_test_id("stMain").inner_text()
    page.evaluate("to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')) }", address)
    settled(page)
    assert page.get_by_test_id("stMain").inner_text() != before, f"{address} is no other place"


def violations(page: Page) -> list[str]:
    """What the browser refuses from now on because of the page's content policy."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None)
    return found


def count_of(page: Page, status: str) -> int:
    """The number beside a status among the filters."""
    told = page.get_by_role("checkbox", name=re.compile(rf"^{status} \(")).or_(
        page.get_by_role("button", name=re.compile(rf"^{status} \("))
    )
    found = re.search(r"\((\d+)\)", told.first.inner_text())
    assert found is not None, f"no count beside {status}"
    return int(found.group(1))


def only_status(page: Page, status: str) -> None:
    """Show the invitations of one status only."""
    page.get_by_text(re.compile(rf"^{status} \(\d")).first.click()
    settled(page)


def select_row(page: Page, row: int) -> None:
    """Tick a row of the last table on the page."""
    grid = page.locator("[data-testid=stDataFrame]").last
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None, "the table has no place on the page"
    page.mouse.click(box["x"] + CHECKBOX, box["y"] + HEADER + ROW / 2 + ROW * row)
    settled(page)


def twice(page: Page, button: Locator, *, pause: int, db: Database) -> None:
    """Click a button, and again so many milliseconds later, while the first click still waits for the database."""
    box = button.bounding_box()
    assert box is not None, "the button has no place on the page"
    with _busy(db):
        for _ in range(2):
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_timeout(pause)


@contextmanager
def _busy(db: Database) -> Iterator[None]:
    """Somebody else is writing."""
    with closing(sqlite3.connect(str(db.engine.url.database), isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")
