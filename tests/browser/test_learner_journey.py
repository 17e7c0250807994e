"""A learner's whole way, through a real sign-in: a letter's link, the code, enrolling, and what the admin then sees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from lc_core import activities, contracts, inviting, roles
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, ContractAdmin, Invitation
from lc_core.vocabulary import ActivityKind, ContractType, Role
from tests.browser.conftest import serving, settled
from tests.browser.signing_in import oidc, sign_in

OPERATOR = Actor.operator("test")
VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
KINDS = list(product(ContractType, [True, False]))
"""Each type of contract, with a code and without."""
FIRST, SECOND = 1, 2

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the stand-in's own libraries


@dataclass
class Place:
    """One contract with one seat for each of the KINDS, in their order, to which Ann is invited; Bob is admin of all."""

    url: str
    db: Database

    def contract(self, number: int) -> Contract:
        with self.db.read() as session:
            return session.get_one(Contract, number)

    def is_redeemed(self, number: int) -> bool:
        with self.db.read() as session:
            theirs = select(Invitation.redeemed_at).where(Invitation.contract_id == number)
            return session.scalars(theirs).one() is not None


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[Place]:
    home: Path = tmp_path_factory.mktemp("learners")
    db = Database.open(f"sqlite:///{home / 'lc.sqlite'}")
    db.migrate()
    today = db.clock().date()
    period = (today - timedelta(days=9), today + timedelta(days=9))
    offered = [activities.create(db, OPERATOR, f"A{n}", f"Activity {n}", ActivityKind.ONLINE) for n in (1, 2)]
    for kind, needs_code in KINDS:
        code = f"{kind.value} {needs_code}"
        draft = contracts.Draft(code, code, kind, 1, *period, require_invitation_code=needs_code)
        contract = contracts.create(db, OPERATOR, draft)
        activities.add_to_contract(db, OPERATOR, contract, offered)
        contracts.name_admin(db, OPERATOR, contract, "bob@example.org")
        inviting.invite(db, OPERATOR, contract, ["ann@example.org"], activities=offered)
    with serving(home, **oidc(provider)) as base_url:
        yield Place(base_url, db)
    db.close()


@dataclass
class Way:
    """Ann's way into one contract of the KINDS."""

    page: Page
    place: Place
    number: int

    def come(self) -> None:
        """Through the link of her letter, which redeems nothing."""
        contract = self.place.contract(self.number)
        link = f"/my_learning?code={contract.invitation_code}" if contract.require_invitation_code else "/my_learning"
        sign_in(self.page, "ann", link)
        expect(self.page.get_by_role("heading", name="My learning")).to_be_visible()
        assert not self.place.is_redeemed(self.number)
        assert self.part("contract").count() == int(not contract.require_invitation_code)

    def open_the_door(self) -> None:
        """By the code, or by accepting where that comes first; else enrolling will do."""
        contract = self.place.contract(self.number)
        if contract.require_invitation_code:
            self.page.get_by_role("button", name="Enter the code").click()
        elif contract.contract_type is UNLIMITED:
            self.part("accept").get_by_role("button").click()
        settled(self.page)

    def enroll(self, activity: int) -> None:
        self.button(activity).click()
        settled(self.page)
        expect(self.page.get_by_text("You are enrolled.")).to_be_visible()

    def button(self, activity: int) -> Locator:
        return self.page.locator(f".st-key-enroll-{self.number}-{activity}").get_by_role("button")

    def part(self, name: str) -> Locator:
        return self.page.locator(f".st-key-{name}-{self.number}")


@pytest.mark.parametrize("number", range(1, len(KINDS) + 1), ids=[f"{kind}, {code}" for kind, code in KINDS])
def test_from_a_letters_link_to_a_seat(browser: Browser, place: Place, number: int) -> None:
    kind = place.contract(number).contract_type
    with browser.new_context(base_url=place.url, timezone_id="UTC") as context:
        way = Way(context.new_page(), place, number)
        way.come()
        way.open_the_door()
        way.enroll(FIRST)
        if kind is VOUCHER:
            expect(way.button(SECOND)).to_be_disabled()
            expect(way.part("contract").get_by_text("No seat is left")).to_be_visible()
        else:  # the contract is full, and the second activity costs nothing
            way.enroll(SECOND)

    assert place.contract(number).seats_used == 1
    with browser.new_context(base_url=place.url, timezone_id="UTC") as context:
        page = context.new_page()
        sign_in(page, "bob", f"/invitations?contract={number}")
        word = "Accepted" if kind is UNLIMITED else "Enrolled"  # an unlimited contract has words of its own
        expect(page.get_by_text(f"{word} (1)")).to_be_visible()
        taken = "1 of 1 seats allocated" if kind is UNLIMITED else "1 of 1 seats used"
        expect(page.get_by_text(taken)).to_be_visible()


def test_a_wrong_code_is_told_in_plain_words(browser: Browser, place: Place) -> None:  # R-LRN-3
    with browser.new_context(base_url=place.url) as context:
        page = context.new_page()
        sign_in(page, "carla", "/my_learning?code=NOSUCH")
        page.get_by_role("button", name="Enter the code").click()

        expect(page.get_by_text("This code is not accepted.")).to_be_visible()


def test_an_admin_who_is_removed_is_out_at_the_next_click(browser: Browser, place: Place) -> None:  # R-CON-13
    contract = len(KINDS)
    with browser.new_context(base_url=place.url) as context:
        page = context.new_page()
        sign_in(page, "bob", f"/invitations?contract={contract}")
        expect(page.get_by_text("Invitation code").first).to_be_visible()
        with place.db.read() as session:
            bob = session.scalars(select(ContractAdmin.person_id).distinct()).one()
        contracts.remove_admin(place.db, OPERATOR, contract, bob)

        page.get_by_text("What was done").click()

        expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_a_role_that_is_revoked_is_gone_at_the_next_click(browser: Browser, place: Place) -> None:  # R-AUTH-1
    roles.grant(place.db, OPERATOR, "carla@example.org", Role.MANAGER)
    with browser.new_context(base_url=place.url) as context:
        page = context.new_page()
        sign_in(page, "carla", "/contracts")
        heading = page.get_by_role("heading", name="Learning Contract Center")
        expect(heading).to_be_visible()
        roles.revoke_role(place.db, OPERATOR, "carla@example.org", Role.MANAGER)

        page.get_by_text("Expired (0)").click()

        expect(heading).to_have_count(0)
        expect(page.get_by_text("voucher True")).to_have_count(0)
