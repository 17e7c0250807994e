"""A saved export from the choice to its file: saved, scheduled, made by a worker, downloaded from its link, and read by others."""

import csv
import io
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.conftest import settled
from tests.browser.steps import enter_as
from tests.browser.test_pictures import barriers
from tests.commands import work_once


def save(page: Page, name: str) -> None:
    """Keep the choice under a name, and go to where it is kept."""
    page.get_by_role("button", name="Save", exact=True).click()
    asked = page.get_by_role("dialog").get_by_label("Name")
    asked.fill(name)
    asked.press("Enter")
    settled(page).get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("The export is saved").wait_for()
    settled(page).get_by_text("Saved exports", exact=True).click()


def schedule(page: Page) -> set[str]:
    """Have it made as the dialog proposes; answers what of the dialog is no use to some."""
    settled(page).get_by_role("button", name="Schedule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("The first one comes").wait_for()
    broken = barriers(settled(page))
    dialog.get_by_role("button", name="Schedule").click()
    page.get_by_text("The export is scheduled").wait_for()
    return broken


def test_a_choice_is_saved_scheduled_made_and_its_link_opens_the_file(
    page: Page, installation: Path, browser: Browser, server: str
) -> None:
    page.goto("/exports?data=contracts")
    enter_as(page, "Analyst")
    save(page, "Contracts every Monday")
    broken = schedule(page)
    settled(page).get_by_role("button", name="Run now").click()
    page.get_by_text("Nobody makes saved exports at the moment").wait_for()
    work_once(installation)
    link = page.get_by_role("link", name="Download")
    link.wait_for()
    path = link.get_attribute("href") or ""
    broken |= barriers(settled(page))
    with browser.new_context(base_url=server) as elsewhere:
        opened = elsewhere.request.get(path)
        told = list(csv.DictReader(io.StringIO(opened.text())))
        nothing = elsewhere.request.get(path[:-3] + "AAA")

    assert "Weekly, Monday" in page.get_by_test_id("stMain").inner_text()
    assert broken == set()
    assert len(told) > 5
    assert all(row["contract_code"] for row in told)
    assert "attachment" in opened.headers["content-disposition"]
    assert nothing.status == 404
