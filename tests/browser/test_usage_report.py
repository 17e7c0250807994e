"""The usage report as its reader opens it: taken from the page, in light and dark, on a telephone, and printed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from lc_core import activities
from lc_core.exports.usage_report import Report, usage_report
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from lc_core.vocabulary import ActivityKind, ContractType
from tests import worlds
from tests.browser.conftest import settled
from tests.browser.steps import enter_as
from tests.browser.test_pictures import LOOKS, barriers
from tests.worlds import OPERATOR

HOSTILE = (
    "</title><script>document.title='run'</script><img src=http://127.0.0.1:9/p.png> ![x](http://127.0.0.1:9/p.png)"
)
A_PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def taken(browser: Browser, server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both files of the contract `HARBOUR-SAFE`, as a manager takes them from the page."""
    folder, found = tmp_path_factory.mktemp("reports"), {}
    with browser.new_context(base_url=server, accept_downloads=True) as context:
        page = context.new_page()
        page.goto("/seat_usage?contract=6")
        enter_as(page, "Manager")
        settled(page).get_by_role("button", name="Usage report").click()
        for kind in ("html", "pdf"):
            button = settled(page).locator(f".st-key-report-{kind} button")
            with page.expect_download(timeout=120_000) as caught:
                button.click()
            found[kind] = folder / caught.value.suggested_filename
            caught.value.save_as(found[kind])
    return found


@pytest.fixture
def opened(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    look: dict[str, Any] = LOOKS[request.param]
    with browser.new_context(**look) as context:
        page = context.new_page()
        page.set_default_timeout(10_000)
        yield page


@pytest.mark.parametrize("opened", LOOKS, indirect=True)
def test_the_page_needs_nothing_and_keeps_nobody_out(
    opened: Page, taken: dict[str, Path], pictures: Path, request: pytest.FixtureRequest
) -> None:
    asked: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.goto(taken["html"].as_uri())
    opened.screenshot(path=pictures / f"usage-report-{request.node.callspec.params['opened']}.png", full_page=True)

    assert asked == [taken["html"].as_uri()]
    assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert barriers(opened) == set()
    drawn = opened.locator("[role=img]").evaluate_all(
        "all => all.map(one => [one.ariaLabel.length > 20, [...one.children].filter(svg => svg.checkVisibility()).length])"
    )
    assert drawn == [[True, 1]] * len(drawn)
    assert len(drawn) >= 5


def test_the_pdf_is_whole(taken: dict[str, Path]) -> None:
    made = taken["pdf"].read_bytes()

    assert taken["pdf"].name == "usage-report-HARBOUR-SAFE.pdf"
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    assert 3 <= len(A_PAGE.findall(made)) <= 8
    assert "Harbour Logistics: safety passport – Usage report".encode("utf-16-be").hex().upper().encode() in made
    assert b"/StructTreeRoot" in made
    assert b"/JavaScript" not in made


@pytest.fixture
def hostile(db: Database, tmp_path: Path) -> Report:
    """Of a contract all of whose texts are hostile."""
    activity = activities.create(db, OPERATOR, "H", HOSTILE, ActivityKind.ONLINE)
    contract_id = worlds.a_contract(db, ContractType.SUBSCRIPTION, title=HOSTILE, group=HOSTILE, valid_to=None)
    activities.add_to_contract(db, OPERATOR, contract_id, [activity])
    worlds.an_enrolled(db, contract_id, "ann", activity)
    return usage_report(Insight(db, tmp_path / "copy"), OPERATOR, contract_id)


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_what_people_typed_does_nothing(browser: Browser, hostile: Report, tmp_path: Path) -> None:
    path, asked = tmp_path / "report.html", []
    path.write_text(hostile.html(), encoding="utf-8")
    page = browser.new_page()
    page.on("request", lambda one: asked.append(one.url))
    page.goto(path.as_uri())
    made = hostile.pdf()

    assert asked == [path.as_uri()]
    assert page.title().startswith("</title><script>")
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("script, img, iframe").count() == 0
    assert {*re.findall(rb"/URI \((.*?)\)", made)} == {b"http://localhost:8501/seat_usage?contract=1"}
    page.close()
