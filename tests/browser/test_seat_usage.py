"""Deciding by seat usage: a click or a key narrows everything down, what is seen can be taken away, and the address keeps it."""

import re

from playwright.sync_api import Locator, Page

from tests.browser.conftest import settled
from tests.browser.steps import HEADER, ROW, enter_as, walk

PICTURES = [
    ("", "ending", "bar", "contract"),
    ("?part=time", "run-out", "point", "contract"),
    ("?part=time", "by-month", "rect mark", "contract"),
    ("?part=win-back", "renewals", "point", "contract"),
    ("?part=activities", "activities", "bar", "activity"),
    ("?part=people", "funnel", "bar", "stopped"),
]
"""In which part, which chart, what is drawn of it, and what a click on that chooses."""


def opened(page: Page, address: str) -> Page:
    page.goto(f"/seat_usage{address}")
    enter_as(page, "Manager")
    page.wait_for_timeout(800)
    return settled(page)


def chart(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-chart-{name}")


def unfold(page: Page, name: str) -> Locator:
    """Open a chart's table and files; the table."""
    chart(page, name).get_by_text("Table and downloads").click()
    settled(page)
    table = chart(page, name).locator("[data-testid=stDataFrame]")
    table.wait_for()
    return table


def test_a_click_in_a_picture_chooses_for_all_of_them(page: Page) -> None:
    opened(page, "")
    for part, name, mark, chosen in PICTURES:
        walk(page, f"/seat_usage{part}")
        page.wait_for_timeout(800)
        chart(page, name).locator(f"svg.marks [aria-roledescription='{mark}']").first.click()
        settled(page)

        assert re.search(rf"[?&]{chosen}=\w+", page.url), (name, page.url)


def test_a_row_is_chosen_with_the_keyboard_and_the_choice_taken_away_again(page: Page) -> None:
    table = unfold(opened(page, ""), "ending")

    table.click(position={"x": 150, "y": HEADER + ROW + ROW // 2})
    page.keyboard.press("Shift+Space")
    settled(page)
    chosen = page.url
    page.locator(".st-key-without-contract button").first.click()
    settled(page)

    assert "contract=" in chosen
    assert "contract=" not in page.url


def test_own_dates_are_in_the_address_and_open_again(page: Page) -> None:
    opened(page, "?period=own&days=2026-01-01&days=2026-03-31")

    told = page.locator(".st-key-chips").inner_text()
    opened(page, page.url.partition("/seat_usage")[2])

    assert "Jan 1, 2026" in told
    assert "Mar 31, 2026" in told
    assert page.locator(".st-key-chips").inner_text() == told


def test_a_chart_is_taken_away_as_a_file(page: Page) -> None:
    unfold(opened(page, ""), "ending")
    for kind, begins in (("csv", b"\xef\xbb\xbf"), ("png", b"\x89PNG"), ("svg", b"<svg")):
        button = settled(page).locator(f".st-key-{kind}-ending button").first  # a run under way would swallow the click
        with page.expect_download(timeout=60_000) as caught:
            button.click()

        assert caught.value.suggested_filename == f"seat-usage-ending.{kind}"
        assert caught.value.path().read_bytes().startswith(begins)
