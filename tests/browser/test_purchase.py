"""A purchase as it is met: the shop's call, the buyer's letter and first sign-in, somebody invited, and their seat (R-INT-1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from lc_core import activities
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract
from lc_core.rights import TokenScope
from lc_core.vocabulary import ActivityKind, LetterKind, Role
from tests.browser.conftest import serving, settled
from tests.browser.signing_in import oidc, sign_in
from tests.browser.test_pictures import NOT_OURS, barriers
from tests.calling import V1, a_token
from tests.commands import work_once
from tests.mail_servers import Mailbox
from tests.worlds import OPERATOR, somebody

WIDE, NARROW = {"width": 1440, "height": 1200}, {"width": 360, "height": 1200}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the stand-in's own libraries


@dataclass
class Place:
    """The product behind a sign-in service, with one activity to sell, and the shop's token."""

    url: str
    home: Path
    db: Database
    order: dict[str, object]
    token: str

    def shop_calls(self) -> tuple[int, dict[str, Any]]:
        """The same order, each time; the answer's status and body."""
        bearer = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.url + V1, headers=bearer, trust_env=False) as shop:
            answered = shop.post("/purchases", json=self.order)
        return answered.status_code, answered.json()

    def counted(self) -> tuple[int, int, list[LetterKind]]:
        """Contracts, their seats, and the letters."""
        with self.db.read() as session:
            contracts, seats = session.execute(select(func.count(), func.sum(Contract.seats))).one()
            return contracts, seats, list(session.scalars(select(Letter.kind).order_by(Letter.id)))


@pytest.fixture
def place(tmp_path: Path, provider: str) -> Iterator[Place]:
    db = Database.open(f"sqlite:///{tmp_path / 'lc.sqlite'}")
    db.migrate()
    activities.create(db, OPERATOR, "FA", "First aid", ActivityKind.ONLINE)
    token = a_token(db, somebody(db, "shop", Role.SUPER_ADMIN), TokenScope.PURCHASES)
    order = {"order_id": "S-1", "buyer_email": "carla@example.org", "activity": "fa", "seats": 2, "valid_days": 365}
    with serving(tmp_path, **oidc(provider)) as base_url:
        yield Place(base_url, tmp_path, db, order | {"purchased_at": db.clock().isoformat()}, token)
    db.close()


@dataclass
class Post:
    """The mail: what waits is brought, and the newest letter is read."""

    place: Place
    mailbox: Mailbox
    url: str

    def brings(self, to: str, subject: str) -> str:
        """Where the newest letter leads; it must be this one."""
        work_once(self.place.home, LC_SMTP_URL=self.url, LC_BASE_URL=self.place.url)
        newest = self.mailbox.received[-1]
        plain = newest.message.get_body(("plain",))
        assert plain is not None
        (link,) = re.findall(rf"{self.place.url}(/\S+)", plain.get_content())
        assert (newest.recipients, newest.message["Subject"]) == ([to], subject)
        return str(link)


@pytest.fixture
def post(place: Place, mailbox: Mailbox, mail_url: str) -> Post:
    return Post(place, mailbox, mail_url)


def barriers_of_both_widths(page: Page) -> set[str]:
    """What keeps somebody from using the page, wide and narrow; left wide."""
    broken = barriers(settled(page))
    page.set_viewport_size(NARROW)
    broken |= barriers(settled(page)) - NOT_OURS["narrow"]
    if page.get_by_test_id("stMain").evaluate("place => place.scrollWidth - place.clientWidth") > 1:
        broken.add("wider than the screen")
    page.set_viewport_size(WIDE)
    return broken


def arrive(page: Page, link: str) -> set[str]:
    """The buyer's first sight: where the letter leads, home, and the contract; what is in the way there."""
    sign_in(page, "carla", link)
    expect(page.get_by_role("heading", name="Add invitations to First aid")).to_be_visible()
    expect(page.get_by_text("0 of 2 seats used")).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text("2 seats are ready. Nobody is invited yet.")).to_be_visible()
    settled(page).get_by_role("link", name="First aid").click()
    expect(page.get_by_text("Nobody is invited yet. Invite people, or share the code.")).to_be_visible()
    return barriers_of_both_widths(page)


def invite(page: Page, address: str) -> None:
    settled(page).get_by_role("button", name="Invite people").click()
    settled(page).get_by_text("Type or paste").click()
    settled(page).get_by_label("Addresses, one a line").fill(address)
    page.get_by_label("Addresses, one a line").press("Control+Enter")
    settled(page).get_by_role("button", name="Invite 1 person").click()
    expect(page.get_by_text("1 line done.")).to_be_visible()


def test_a_purchase_leads_by_letter_to_its_contract_and_to_somebody_who_takes_a_seat(
    browser: Browser, place: Place, post: Post
) -> None:
    assert place.shop_calls() == (201, {"code": "S-1", "new": True, "changed": False})
    with browser.new_context(base_url=place.url, timezone_id="UTC", viewport=WIDE) as context:
        buyer = context.new_page()
        broken = arrive(buyer, post.brings("carla@example.org", "Your purchase is ready: First aid"))
        invite(buyer, "bob@example.org")
        with browser.new_context(base_url=place.url, timezone_id="UTC") as elsewhere:
            learner = elsewhere.new_page()
            sign_in(learner, "bob", post.brings("bob@example.org", "You are invited: First aid"))
            learner.get_by_role("button", name="Enroll").click()
            expect(learner.get_by_text("You are enrolled.")).to_be_visible()
        before = place.counted()
        assert place.shop_calls() == (200, {"code": "S-1", "new": False, "changed": False})
        buyer.get_by_role("link", name="Invitations").click()
        expect(buyer.get_by_text("1 of 2 seats used")).to_be_visible()
        expect(buyer.get_by_text("Enrolled (1)")).to_be_visible()

    assert broken == set()
    assert place.counted() == before == (1, 2, ["purchase", "invitation", "welcome"])
