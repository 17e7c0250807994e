"""Whoever buys: the letter that reaches them, and what they find when they sign in (R-INT-1)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import activities, contract_lists, contracts, invitations, people, purchases
from lc_core.contract_lists import Unbegun
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.vocabulary import ActivityKind, LetterState, Role
from tests import apps
from tests.clock import Clock
from tests.mail_servers import Mailbox
from tests.mailing import deliver, the_letter
from tests.reading_letters import said, written
from tests.test_pages import HOSTILE, words
from tests.test_purchases import ORDER
from tests.worlds import OPERATOR, a_contract, an_admin, email, invite, only, person_of, somebody


def buy(db: Database, **otherwise: object) -> int:
    activities.create(db, OPERATOR, ORDER.activity, "First aid", ActivityKind.ONLINE)
    return purchases.make(db, OPERATOR, replace(ORDER, **otherwise)).contract_id  # type: ignore[arg-type]


def test_the_letter_tells_the_buyer_what_they_have_and_where_to_invite(db: Database) -> None:
    contract_id = buy(db)
    (letter,) = written(db)
    text = said(letter)

    assert letter.recipient == email("ada")
    assert text.startswith("Your purchase is ready: First aid\n")
    assert "Hello Ada," in text
    assert "Sign in with this address" in text
    assert "Type: Voucher. Each activity a person enrolls in uses one seat." in text
    assert "Seats: 0 of 12 used" in text
    assert "Valid: Jun 14, 2026 – Jun 13, 2027" in text
    assert "What people may learn with it\n- First aid\n" in text
    assert f"https://learn.example.org/add_invitations?contract={contract_id}\n" in text


def test_the_letter_reaches_the_buyer_once(db: Database, mailbox: Mailbox, mail_url: str) -> None:
    buy(db)
    deliver(db, mail_url)
    purchases.make(db, OPERATOR, replace(ORDER, seats=20))
    deliver(db, mail_url)

    assert [one.recipients for one in mailbox.received] == [[email("ada")]]


@pytest.mark.parametrize(
    ("days", "state", "reason"),
    [
        (365, LetterState.SENT, None),
        (1, LetterState.CANCELLED, Reason.CONTRACT_ENDED),
    ],
)
def test_nobody_is_told_that_a_contract_is_ready_which_is_over(
    db: Database, mail_url: str, days: int, state: LetterState, reason: Reason | None
) -> None:
    buy(db, valid_days=days)
    deliver(db, mail_url)
    letter = the_letter(db)

    assert (letter.state, letter.cancelled_for) == (state, reason)


def test_the_letter_of_a_purchase_that_begins_later_is_sent_at_once(
    db: Database, clock: Clock, mailbox: Mailbox, mail_url: str
) -> None:
    buy(db, purchased_at=clock() + timedelta(days=3))
    deliver(db, mail_url)

    assert len(mailbox.received) == 1


def test_the_letter_of_an_archived_contract_is_not_sent(db: Database, mail_url: str) -> None:
    contracts.archive(db, OPERATOR, buy(db))
    deliver(db, mail_url)

    assert the_letter(db).cancelled_for is Reason.CONTRACT_ARCHIVED


# --- the next step ---------------------------------------------------------------------------------------------------


def test_a_contract_waits_for_its_buyer_until_somebody_was_invited(db: Database, clock: Clock) -> None:
    bought = buy(db)
    others = a_contract(db)
    ada = an_admin(db, "ada", a_contract(db, valid_from=clock().date() + timedelta(days=9)), a_contract(db, offers=0))
    waiting = contract_lists.unbegun(db, ada)
    theirs = [contract_lists.unbegun(db, who) for who in (OPERATOR, somebody(db, "super", Role.SUPER_ADMIN))]
    named = an_admin(db, "ada", others)
    both = contract_lists.unbegun(db, named)
    invitations.revoke(db, OPERATOR, bought, only(*invite(db, bought, "bob")))

    assert waiting == [Unbegun(bought, "First aid", 12)]
    assert theirs == [[], []]
    assert [one.id for one in both] == [others, bought]
    assert [one.id for one in contract_lists.unbegun(db, ada)] == [others]


# --- signing in ------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield db


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_buyer_signs_in_and_finds_the_contract_and_nobody_elses(place: Database) -> None:
    other = a_contract(place, title="Of others")
    buy(place, purchased_at=datetime.now(UTC), title="Bought by Ada")
    app = apps.shell()
    app.run()
    line = next(button for button in app.button if (button.key or "").startswith("person-"))
    assert "Contract admin of 1 contract" in words(app)
    line.click().run()
    assert "Learning Contract Center" in words(app)

    center = apps.at(app, "contracts")
    assert not center.exception
    assert "Bought by Ada" in words(center)
    assert "Of others" not in words(center)
    inviting = apps.at(app, "add_invitations", contract=1 if other == 2 else 2)
    assert not inviting.exception
    assert "Bought by Ada" in words(inviting)


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_home_and_the_contract_say_what_is_next_until_somebody_is_invited(place: Database) -> None:
    first = buy(place, purchased_at=datetime.now(UTC), title=HOSTILE)
    orders = [replace(ORDER, purchased_at=datetime.now(UTC), title=HOSTILE, order_id=f"S-{n}") for n in range(3)]
    bought = [first, *(purchases.make(place, OPERATOR, order).contract_id for order in orders)]
    ada = person_of(place, "ada").id

    def see(page: str, who: int = ada, **asked: int) -> AppTest:
        app = apps.shell()
        app.session_state["person_id"] = who
        seen = apps.at(app, page, **asked)
        assert not seen.exception
        return seen

    home, contract = see("home"), see("invitations", contract=bought[-1])
    looks_on = see("invitations", somebody(place, "mo", Role.MANAGER).person_id or 0, contract=bought[-1])
    assert words(home).count("12 seats are ready. Nobody is invited yet.") == 3
    assert "1 more contract waits for its first invitation." in words(home)
    assert "![x](" not in words(home)
    assert "Nobody is invited yet. Invite people, or share the code." in words(contract)
    assert "Nobody here yet." in words(looks_on)
    assert "Invite people" not in words(looks_on)
    for page, key in ((home, f"begin-{bought[-1]}"), (contract, "first")):
        assert "Add invitations to" in page.button(key=key).click().run().title[0].value
    invite(place, bought[-1], "bob")
    assert "more contract" not in words(see("home"))
    assert "Invite people" not in words(see("invitations", contract=bought[-1]))


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_before_the_purchase_the_menu_does_not_offer_the_center(place: Database) -> None:
    a_contract(place, title="Of others")
    person_id = people.register(place, OPERATOR, email("ada"), "Ada")
    app = apps.shell()
    app.session_state["person_id"] = person_id
    before = words(app.run())
    buy(place, purchased_at=datetime.now(UTC))

    assert "Learning Contract Center" not in before
    assert "Learning Contract Center" in words(app.run())
