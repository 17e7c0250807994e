"""The outbox as an administrator meets it: a letter that was refused is tried again and arrives, another is not sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lc_core.records.db import Database
from lc_core.vocabulary import LetterState, Role
from tests.browser.conftest import serving, settled
from tests.browser.steps import enter_as, only_status, select_row
from tests.browser.test_pictures import barriers
from tests.commands import work_once
from tests.mail_servers import Mailbox
from tests.mailing import UNKNOWN, deliver, refuses, states
from tests.worlds import a_contract, email, invite, somebody


@dataclass
class Place:
    """A served installation in which one letter was refused; its mail server takes all of them now."""

    url: str
    home: Path
    db: Database
    contract: int
    mail_url: str


@pytest.fixture
def place(tmp_path: Path, mailbox: Mailbox, mail_url: str) -> Iterator[Place]:
    db = Database.open(f"sqlite:///{tmp_path / 'lc.sqlite'}")
    db.migrate()
    somebody(db, "super", Role.SUPER_ADMIN)
    contract = a_contract(db, title="Safety", valid_from=db.clock().date(), valid_to=None)
    invite(db, contract, "ann")
    refuses(mailbox, ann=UNKNOWN)
    deliver(db, mail_url)
    refuses(mailbox)
    with serving(tmp_path) as base_url:
        yield Place(base_url, tmp_path, db, contract, mail_url)
    db.close()


def choose(page: Page, state: str) -> None:
    """The only letter of this state."""
    only_status(page, state)
    select_row(page, 0)


def cancel(page: Page) -> None:
    """After a look at what it means."""
    page.get_by_role("button", name="Cancel (1)").click()
    dialog = settled(page).get_by_role("dialog")
    expect(dialog.get_by_text("1 letter will not be sent.")).to_be_visible()
    dialog.get_by_role("button", name="Do not send (1)").click()
    expect(page.get_by_text(re.compile(r"Letter cancelled:\W*1"))).to_be_visible()


def test_what_was_refused_is_tried_again_and_arrives_and_what_waits_is_not_sent(
    browser: Browser, place: Place, mailbox: Mailbox
) -> None:
    with browser.new_context(
        base_url=place.url, timezone_id="UTC", viewport={"width": 1440, "height": 1600}
    ) as context:
        page = context.new_page()
        page.goto("/outbox")
        enter_as(page, "Super administrator")
        expect(page.get_by_text("Nobody delivers letters at the moment")).to_be_visible()
        choose(page, "Failed")
        expect(page.get_by_test_id("stText").get_by_text(UNKNOWN)).to_be_visible()
        expect(page.get_by_role("link", name="Invitations of Safety")).to_be_visible()
        broken = barriers(settled(page))
        page.get_by_role("button", name="Try again (1)").click()
        expect(page.get_by_text(re.compile(r"Queued again:\W*1"))).to_be_visible()
        work_once(place.home, LC_SMTP_URL=place.mail_url)

        invite(place.db, place.contract, "bob")
        page.goto("/outbox")
        enter_as(page, "Super administrator")
        expect(page.get_by_text("Mail goes out.")).to_be_visible()
        expect(page.get_by_text("Sent (1)")).to_be_visible()
        choose(page, "Queued")
        cancel(page)
        work_once(place.home, LC_SMTP_URL=place.mail_url)

    assert mailbox.recipients == [email("ann")]
    assert states(place.db) == [LetterState.SENT, LetterState.CANCELLED]
    assert broken == set()
