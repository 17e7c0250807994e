"""A deal from its first invitation to the last: three seats, five people, FutureLearn's words, and four weeks that pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from lc_core import activities, contracts, people, redeeming
from lc_core.records.db import Actor, Database
from lc_core.records.models import Invitation
from lc_core.vocabulary import ActivityKind, ContractType
from tests.browser.conftest import serving, settled
from tests.browser.steps import HEADER, ROW, count_of, enter_as, only_status, select_row

OPERATOR = Actor.operator("test")
NAMES = ("ann", "ben", "cem", "dora", "emil")
LEARNERS = [f"{name}@example.org" for name in NAMES]
DORA = LEARNERS[3]
FOUR_WEEKS = timedelta(weeks=4)


@dataclass
class Place:
    """A served installation with one deal of three seats, whose admin is Ada; everybody has an account."""

    browser: Browser
    url: str
    db: Database
    deal: int

    @contextmanager
    def open(self, who: str, page: str) -> Iterator[Page]:
        """A window of somebody's own."""
        with self.browser.new_context(
            base_url=self.url, timezone_id="UTC", viewport={"width": 1440, "height": 1400}
        ) as context:
            window = context.new_page()
            window.goto(page)
            enter_as(window, who)
            yield window

    def accepts(self, email: str) -> None:
        redeeming.accept(self.db, self.actor(email), self.deal)

    def actor(self, email: str) -> Actor:
        return Actor.person(people.register(self.db, OPERATOR, email, email.split("@", maxsplit=1)[0].title()))

    def four_weeks_pass(self) -> None:
        """The server's clock is the machine's: so whatever was sent is made four weeks older instead."""
        with self.db.bookkeeping() as session:
            for invitation in session.scalars(select(Invitation)):
                for moment in ("invited_at", "first_sent_at", "last_sent_at", "expires_at", "redeemed_at"):
                    before = getattr(invitation, moment)
                    setattr(invitation, moment, before and before - FOUR_WEEKS)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Place]:
    home: Path = tmp_path_factory.mktemp("deals")
    db = Database.open(f"sqlite:///{home / 'lc.sqlite'}")
    db.migrate()
    today = db.clock().date()
    period = (today - timedelta(days=9), today + timedelta(days=99))
    draft = contracts.Draft("DEAL", "Learning for all", ContractType.UNLIMITED, 3, *period)
    deal = contracts.create(db, OPERATOR, draft)
    course = activities.create(db, OPERATOR, "A1", "Activity", ActivityKind.ONLINE)
    activities.add_to_contract(db, OPERATOR, deal, [course])
    contracts.name_admin(db, OPERATOR, deal, "ada@example.org")
    with serving(home) as base_url:
        place = Place(browser, base_url, db, deal)
        for email in LEARNERS:
            place.actor(email)
        yield place
    db.close()


def seats(page: Page) -> list[str]:
    """Seats in the deal, allocated, available, pending: as the page shows them."""
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def statuses(page: Page) -> dict[str, int]:
    return {word: count_of(page, word) for word in ("Pending", "Accepted", "Expired", "De-allocated")}


def confirm(page: Page, button: str) -> None:
    """Look at what would be done, and do it."""
    page.get_by_role("dialog").get_by_role("button", name=button).click()
    settled(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def click_in_row(page: Page, row: int) -> None:
    """Press the button in a row: somewhere to the right of the status, which columns of unknown width precede."""
    box = page.get_by_test_id("stDataFrame").last.bounding_box()
    assert box is not None, "the table has no place on the page"
    for x in range(240, 800, 35):
        page.mouse.click(box["x"] + x, box["y"] + HEADER + ROW / 2 + ROW * row)
        if settled(page).get_by_role("dialog").count():
            return
    pytest.fail("no button in this row")


def test_a_deal_of_three_seats_with_five_people(place: Place) -> None:  # R-SEAT-3, R-SEAT-8, R-INV-2..4
    with place.open("Contract admin", "/contracts") as ada:
        all_five_are_invited(ada)
        with place.open(DORA, "/my_learning") as dora:
            the_fourth_is_refused(dora, place)
        one_is_deallocated(ada)
        with place.open(DORA, "/my_learning") as dora:
            dora.get_by_role("button", name="Accept the invitation").click()
            expect(settled(dora).get_by_text("The invitation is accepted.")).to_be_visible()
        place.four_weeks_pass()
        the_fifth_has_expired_and_is_sent_again(ada)


def all_five_are_invited(ada: Page) -> None:
    """Though there are three seats: inviting allocates none."""
    ada.get_by_role("button", name="Deals (1)").click()
    settled(ada).get_by_role("link", name="Learning for all").click()
    settled(ada).get_by_role("link", name="Add invitations").click()
    settled(ada).get_by_text("Type or paste", exact=True).click()
    settled(ada).get_by_label("Addresses, one a line").fill("\n".join(LEARNERS))
    ada.get_by_label("Addresses, one a line").press("Control+Enter")
    settled(ada).get_by_role("button", name="Invite 5 people").click()
    expect(settled(ada).get_by_text("5 lines done.")).to_be_visible()
    ada.get_by_role("link", name="Invitations", exact=True).click()

    expect(settled(ada).get_by_text("5 invitations are pending: whoever accepts first gets the 3.")).to_be_visible()
    assert seats(ada) == ["3", "0", "3", "5"]
    assert statuses(ada) == {"Pending": 5, "Accepted": 0, "Expired": 0, "De-allocated": 0}


def the_fourth_is_refused(dora: Page, place: Place) -> None:
    """The last seat is gone while the page is open; what it offers then says why not."""
    button = dora.get_by_role("button", name="Accept the invitation")
    expect(button).to_be_enabled()
    for email in LEARNERS[:3]:
        place.accepts(email)
    button.click()

    expect(settled(dora).get_by_role("alert").get_by_text("No seat is left on this contract.")).to_be_visible()
    expect(button).to_be_disabled()
    expect(dora.get_by_text("Pending", exact=True)).to_be_visible()


def one_is_deallocated(ada: Page) -> None:
    only_status(ada, "Accepted")
    assert seats(ada) == ["3", "3", "0", "2"]
    assert statuses(ada) == {"Pending": 2, "Accepted": 3, "Expired": 0, "De-allocated": 0}
    select_row(ada, 0)
    ada.get_by_role("button", name="De-allocate (1)").click()
    expect(settled(ada).get_by_role("dialog").get_by_text("The seat is free again at once.")).to_be_visible()
    confirm(ada, "De-allocate (1)")

    assert seats(ada) == ["3", "2", "1", "2"]
    assert statuses(ada) == {"Pending": 2, "Accepted": 2, "Expired": 0, "De-allocated": 1}


def the_fifth_has_expired_and_is_sent_again(ada: Page) -> None:
    only_status(ada, "Accepted")  # no more
    only_status(ada, "Expired")
    assert seats(ada) == ["3", "3", "0", "0"]
    assert statuses(ada) == {"Pending": 0, "Accepted": 3, "Expired": 1, "De-allocated": 1}
    click_in_row(ada, 0)
    confirm(ada, "Resend (1)")

    expect(ada.get_by_text("Resend: 1 of 1 done.")).to_be_visible()
    assert statuses(ada) == {"Pending": 1, "Accepted": 3, "Expired": 0, "De-allocated": 1}
    expect(ada.get_by_text("1 invitation is pending, and no seat is available for it.")).to_be_visible()
