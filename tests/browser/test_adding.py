"""Adding invitations as a contract admin does: a mixed file, a double click, a long list and a reload."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select

from lc_core import activities, bulk_inviting, contracts, people
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Invitation
from lc_core.vocabulary import ActivityKind, ContractType, LetterKind
from tests.browser.conftest import serving, settled
from tests.browser.steps import enter_as, twice
from tests.workbooks import row, text, workbook

OPERATOR = Actor.operator("test")
MIXED = """\
Name;E-mail;activities
Ann;ann@example.org;FA
Bob;bob@example.org;
Eve;not an address;
Ann;ANN@example.org;
Max;=1+1;
Kim;kim@example.org;NO SUCH
"""
LONG = 3 * bulk_inviting.AT_ONCE


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, Database]]:
    """A voucher contract with two activities and nobody invited, served; its address, and the records to look at."""
    db = Database.open(f"sqlite:///{tmp_path / 'lc.sqlite'}")
    db.migrate()
    today = db.clock().date()
    period = (today - timedelta(days=9), today + timedelta(days=9))
    made = [activities.create(db, OPERATOR, code, code, ActivityKind.ONLINE) for code in ("FA", "SW")]
    draft = contracts.Draft("C", "Safety at work", ContractType.VOUCHER, 100_000, *period)
    contract = contracts.create(db, OPERATOR, draft)
    activities.add_to_contract(db, OPERATOR, contract, made)
    contracts.name_admin(db, OPERATOR, contract, "ada@example.org")
    people.register(db, OPERATOR, "ada@example.org", "Ada")
    with serving(tmp_path) as base_url:
        yield base_url, db
    db.close()


@pytest.fixture
def page(browser: Browser, place: tuple[str, Database]) -> Iterator[Page]:
    with browser.new_context(
        base_url=place[0], viewport={"width": 1280, "height": 1700}, timezone_id="UTC", accept_downloads=True
    ) as context:
        page = context.new_page()
        page.goto("/invitations?contract=1")
        enter_as(page, "Contract admin")
        page.get_by_role("link", name="Add invitations").click()
        settled(page)
        yield page


def count_of(db: Database, model: type[Invitation | Letter]) -> int:
    with db.read() as session:
        counted = select(func.count()).select_from(model)
        if model is Letter:  # of invitations: naming the admin wrote one too
            counted = counted.where(Letter.kind == LetterKind.INVITATION)
        return session.scalar(counted) or 0


def outcomes(page: Page) -> dict[str, tuple[str, str]]:
    """The outcomes as the file has them: outcome and reason by line."""
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download the outcomes as CSV").click()
    with Path(waited.value.path()).open(encoding="utf-8-sig", newline="") as lines:
        return {row["line"]: (row["outcome"], row["reason"]) for row in csv.DictReader(lines)}


def as_workbook(lines: str) -> bytes:
    rows = [line.split(";") for line in lines.splitlines()]
    return workbook("".join(row(n, *map(text, places(n), cells)) for n, cells in enumerate(rows, start=1)))


def places(number: int) -> list[str]:
    return [f"{column}{number}" for column in "ABC"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_mixed_file_is_looked_at_confirmed_and_its_outcomes_taken_away(
    page: Page, place: tuple[str, Database], tmp_path: Path, kind: str
) -> None:
    listed = tmp_path / f"people.{kind}"
    listed.write_bytes(MIXED.encode() if kind == "csv" else as_workbook(MIXED))
    page.locator("input[type=file]").set_input_files(listed)
    settled(page)
    foreseen = outcomes(page)
    assert count_of(place[1], Invitation) == 0

    twice(page, page.get_by_role("button", name="Invite 2 people"), pause=200, db=place[1])
    settled(page)

    assert page.get_by_text("6 lines done.").is_visible()
    assert outcomes(page) == foreseen
    assert {line: outcome for line, (outcome, _reason) in foreseen.items()} == {
        "2": "invited",
        "3": "invited",
        "4": "invalid",
        "5": "duplicate_in_file",
        "6": "invalid",
        "7": "refused",
    }
    assert foreseen["7"][1] == "activity_not_in_contract"
    assert count_of(place[1], Invitation) == count_of(place[1], Letter) == 2


def test_a_long_list_goes_on_while_the_page_is_left(page: Page, place: tuple[str, Database], tmp_path: Path) -> None:
    db = place[1]
    listed = tmp_path / "people.txt"
    listed.write_text("".join(f"person-{n}@example.org\n" for n in range(LONG)), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(listed)
    button = page.get_by_role("button", name="Invite 15,000 people")
    button.wait_for(timeout=60_000)

    button.click()
    page.get_by_text("You may leave this page").or_(page.get_by_text("lines done")).wait_for(timeout=60_000)
    page.reload()
    enter_as(page, "Contract admin")
    for _ in range(240):
        if count_of(db, Letter) == LONG:
            break
        page.wait_for_timeout(500)

    assert count_of(db, Invitation) == count_of(db, Letter) == LONG
    page.goto("/invitations?contract=1")
    enter_as(page, "Contract admin")
    page.get_by_text("What was done").click()
    settled(page)
    assert "Invited: 5,000" in page.get_by_label("The last changes, newest first").input_value()
