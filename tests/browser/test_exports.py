"""Taking rows away: an analyst chooses, looks, makes the file and finds in it what was shown; others open the same address."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select

from lc_core.exports import writing
from lc_core.exports.chosen import Chosen
from lc_core.exports.wanted import Format
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Person
from tests.browser.conftest import settled
from tests.browser.steps import enter_as
from tests.browser.test_pictures import barriers

COLUMNS = ("person", "status", "enrolled_at")


def opened(page: Page, address: str, role: str) -> Page:
    page.goto(address)
    enter_as(page, role)
    page.get_by_text("Data set", exact=True).wait_for()
    return settled(page)


def pick(page: Page, label: str, *words: str) -> None:
    """Type each, and choose it."""
    for word in words:
        field = page.get_by_role("combobox", name=re.compile(label)).first
        field.click()
        field.fill(word)
        page.get_by_role("option", name=word, exact=True).click()
        field.press("Escape")
        settled(page)


def rows(page: Page) -> int:
    told = page.locator(".st-key-export-numbers [data-testid=stMetricValue]").first.inner_text()
    return int(told.replace(",", ""))


def made(page: Page) -> bytes:
    """Make the file and download it."""
    page.get_by_role("button", name="Make the file").click()
    page.get_by_text("The file is ready").wait_for()
    return downloaded(page)


def downloaded(page: Page) -> bytes:
    with page.expect_download(timeout=60_000) as caught:
        settled(page).get_by_role("link", name="Download").click()
    return caught.value.path().read_bytes()


def expected(installation: Path, page: Page, folder: Path, title: str) -> bytes:
    """The same file, made by the trade alone for whoever is here."""
    db = Database.open(f"sqlite:///{installation / 'lc.sqlite'}")
    insight = Insight(db, folder / "copy")
    name = page.locator(".st-key-banner strong").inner_text()
    with db.read() as session:
        person = session.scalars(select(Person.id).where(Person.name == name)).one()
        contract = session.scalars(select(Contract.id).where(Contract.title == title)).one()
    chosen = Chosen("enrollments", Format.CSV, COLUMNS, (contract,), statuses=("in_progress", "completed"))
    wanted = chosen.wanted(insight, Actor.person(person), db.clock())
    writing.write(insight, Actor.person(person), wanted, folder / "expected.csv")
    insight.close()
    db.close()
    return (folder / "expected.csv").read_bytes()


def test_an_analyst_takes_away_exactly_what_was_chosen(page: Page, installation: Path, tmp_path: Path) -> None:
    title = "Harbour Logistics: safety passport"
    opened(page, "/exports", "Analyst")
    everything = rows(page)
    pick(page, "Contracts", title)
    pick(page, "Status", "In progress", "Completed")
    pick(page, "Columns", *COLUMNS)
    chosen, address, broken = rows(page), page.url, barriers(page)
    file = made(page)
    told = list(csv.reader(io.StringIO(file.decode())))
    page.goto("/exports?part=recent")
    enter_as(page, "Analyst")
    settled(page).get_by_text("Enrollments · CSV · 1 contract").wait_for()
    again, broken = downloaded(page), broken | barriers(page)

    assert 0 < chosen < everything
    assert file == again == expected(installation, page, tmp_path, title)
    assert (tuple(told[0]), len(told) - 1) == (COLUMNS, chosen)
    assert all(re.fullmatch(r"P-[0-9A-Z]+", row[0]) for row in told[1:])
    assert broken == set()

    page.get_by_role("button", name="Be somebody else").click()
    opened(page, address, "Super administrator")

    assert rows(page) == chosen
    assert page.url == address
    assert "by name and address" in page.get_by_test_id("stMain").inner_text()


def test_a_contract_leads_to_its_export_and_the_choice_is_shared_by_its_address(page: Page) -> None:
    page.goto("/contracts")
    enter_as(page, "Contract admin")
    page.get_by_role("button", name="More options").first.click()
    page.get_by_text("Export", exact=True).last.click()
    page.get_by_text("Data set", exact=True).wait_for()
    settled(page).get_by_role("button", name="Share").click()
    shared = page.get_by_test_id("stCode").last.inner_text()

    assert re.search(r"/exports\?.*contract=\d+", page.url)
    assert "".join(shared.split()).endswith(page.url.partition("/exports")[2])
