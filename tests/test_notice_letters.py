"""Letters to those who registered, who run a contract or bought one; and what holds for letters of every kind."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from lc_core import contracts, digests
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.vocabulary import ContractType, LetterKind
from lc_core.wording import shown_statuses
from tests.reading_letters import a_letter, only_letter, parts, said, written
from tests.saving import a_run, a_saved
from tests.test_statements import statements
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_admin,
    an_enrolled,
    contract_now,
    draft,
    invite,
    person_of,
)

# --- welcome, named, bought ------------------------------------------------------------------------------------------


def test_a_welcome_lists_the_invitations_that_can_be_answered(db, clock):  # R-LRN-5
    for title in ("Waits", "Ended"):
        invite(db, a_contract(db, title=title, valid_to=date(2026, 6, 20) if title == "Ended" else None), "ann")
    expired = a_contract(db, ContractType.UNLIMITED, title="Expired", invitation_ttl_days=1)
    invite(db, expired, "ann")
    a_redeemed(db, a_contract(db, title="Accepted"), "ann")
    invite(db, a_contract(db, title="Of Bob"), "bob")
    clock.forward(timedelta(days=10))

    text = only_letter(db, a_letter(db, LetterKind.WELCOME, "ann", None))
    assert text.startswith("Welcome: your account is ready\nWelcome\n\nHello Ann,\n")
    assert "Invitations that wait for your answer\n- Waits\n\n" in text
    assert "Open My learning:\nhttps://learn.example.org/my_learning\n" in text
    for other in ("Ended", "Expired", "Accepted", "Of Bob"):
        assert other not in text


def test_a_welcome_to_somebody_without_invitations_lists_none(db):
    a_learner(db, "ann")

    assert "wait for your answer" not in only_letter(db, a_letter(db, LetterKind.WELCOME, "ann", None))


def test_whoever_is_named_is_told_what_of_and_where(db):  # R-CON-13
    contract_id = a_contract(db)
    an_admin(db, "ada", contract_id)

    text = only_letter(db, a_letter(db, LetterKind.ADMIN_NAMED, "ada", contract_id))
    assert text.startswith("You are a contract admin of: Safety at work\n")
    assert "Seats: 0 of 10 used" in text
    assert "Type: Voucher. Each activity a person enrolls in uses one seat." in text
    assert f"Open the invitations:\nhttps://learn.example.org/invitations?contract={contract_id}\n" in text


def test_a_purchase_is_told_with_its_activity_and_where_to_invite(db):  # R-INT-1
    contract_id = a_contract(db, offers=1, valid_to=None)
    an_admin(db, "ada", contract_id)

    text = only_letter(db, a_letter(db, LetterKind.PURCHASE, "ada", contract_id))
    assert text.startswith("Your purchase is ready: Safety at work\n")
    assert "Valid: Jan 1, 2026 – no end" in text
    assert "What people may learn with it\n- First aid\n" in text
    assert f"Invite people:\nhttps://learn.example.org/add_invitations?contract={contract_id}\n" in text


# --- alerts: the numbers are read when the letter is written ---------------------------------------------------------


def an_alert(db, contract_id: int, about: str) -> str:
    return only_letter(db, a_letter(db, LetterKind.ALERT, "ada", contract_id, about=about))


def test_an_alert_of_full_seats_tells_how_full_they_are_now(db):  # R-ANA-6
    contract_id = a_contract(db, seats=4)
    an_admin(db, "ada", contract_id)
    for name in ("ann", "bob", "cem"):
        an_enrolled(db, contract_id, name)

    assert an_alert(db, contract_id, "seats_used:75").startswith("75% of the seats are used: Safety at work\n")
    an_enrolled(db, contract_id, "dan")
    text = an_alert(db, contract_id, "seats_used:75")
    assert text.startswith("100% of the seats are used: Safety at work\n")
    assert "100% of the seats of this contract are used. 0 seats are free." in text
    assert f"https://learn.example.org/invitations?contract={contract_id}\n" in text


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-12-01T12:00", "Ends in 31 days"),
        ("2026-12-31T12:00", "Ends in 1 day"),
        ("2027-01-02T00:00", "Ends in 0 days"),
    ],
)
def test_an_alert_of_the_end_tells_the_days_that_are_left_now(db, clock, now, told):  # R-ANA-6
    contract_id = a_contract(db)
    an_admin(db, "ada", contract_id)
    clock.set(datetime.fromisoformat(now).replace(tzinfo=UTC))

    text = an_alert(db, contract_id, "ends_soon:30")
    assert text.startswith(f"{told}: Safety at work\n")
    assert "The last day of this contract is Dec 31, 2026." in text
    assert "https://learn.example.org/contracts\n" in text


def test_an_alert_of_an_end_that_was_taken_away_says_so(db):
    said_of_it = draft()
    contract_id = contracts.create(db, OPERATOR, said_of_it)
    an_admin(db, "ada", contract_id)
    without_end = draft(code=said_of_it.code, valid_to=None)
    contracts.edit(db, OPERATOR, contract_id, without_end, version=contract_now(db, contract_id).version)

    assert an_alert(db, contract_id, "ends_soon:30").startswith("No end any more: Safety at work\n")


@pytest.mark.parametrize("contract_type", ContractType)
def test_an_alert_of_silence_tells_how_many_are_silent_now_and_shows_them(db, clock, contract_type):  # R-ANA-6
    contract_id = a_contract(db, contract_type, invitation_ttl_days=None)
    an_admin(db, "ada", contract_id)
    invite(db, contract_id, "ann", "bob")
    _cem, _ = a_redeemed(db, contract_id, "cem")
    clock.forward(timedelta(days=7))
    invite(db, contract_id, "late")
    clock.forward(timedelta(days=7))

    week, fortnight = an_alert(db, contract_id, "silent:7"), an_alert(db, contract_id, "silent:14")
    assert week.startswith("3 invitations without an answer: Safety at work\n")
    assert "3 people were invited and have not answered for 7 days." in week
    assert "2 people were invited and have not answered for 14 days." in fortnight
    place = urlsplit(re.search(r"https://\S+", week).group())
    assert place.path == "/invitations"
    shown = {value for name, value in parse_qsl(place.query) if name == "is"}
    words = shown_statuses(contract_type)
    assert shown <= {word.value for word in words}
    assert set().union(*(words[word] for word in words if word.value in shown)) == {"outstanding", "not_registered"}


# --- every kind ------------------------------------------------------------------------------------------------------


def one_of_each(db) -> list[int]:
    """A letter of each kind to Ann, who runs the contract too."""
    contract_id = a_contract(db, require_invitation_code=True, offers=2)
    an_admin(db, "ann", contract_id)
    digests.want(db, Actor.person(person_of(db, "ann").id))
    (invitation,) = invite(db, contract_id, "ann")
    saved_id = a_saved(db, Actor.person(person_of(db, "ann").id))
    about = {
        LetterKind.ALERT: "silent:7",
        LetterKind.REPORT: str(a_run(db, saved_id)),
        LetterKind.REPORT_FAILED: str(a_run(db, saved_id, Reason.RUN_BROKE)),
    }
    kinds = [kind for kind in LetterKind if kind not in {LetterKind.INVITATION, LetterKind.ADMIN_NAMED}]
    return [
        a_letter(db, kind, "ann", contract_id, invitation_id=invitation, about=about.get(kind, "")) for kind in kinds
    ]


def test_letters_of_every_kind_fetch_nothing_and_follow_nobody(db):
    one_of_each(db)

    for letter in written(db):
        text, html = parts(letter)
        own = "https://learn.example.org/"
        assert all(
            url.startswith((own, "http://www.w3.org/")) for url in re.findall(r"https?://[^\s\"<]+", text + html)
        )
        for word in ("<img", "<script", "<link", "<iframe", "@import", "url(", "{{", "{%", "{n}", "{title}"):
            assert word not in html
        assert '<meta name="color-scheme" content="light dark" />' in html
        assert '<html lang="en" dir="ltr"' in html


def test_letters_of_every_kind_greet_and_tell_why_one_gets_them(db):
    one_of_each(db)
    letters = written(db)

    assert len(letters) == len(LetterKind)
    assert len({letter.message_id for letter in letters}) == len(LetterKind)
    for letter in letters:
        assert "\n\nHello Ann,\n\n" in said(letter)
        assert "\n\n-- \nYou get this letter because " in said(letter)
        assert "\n\n\n" not in said(letter)


def test_a_letter_without_an_invitation_is_known_by_its_own_number(db):
    a_learner(db, "ann")
    letter = a_letter(db, LetterKind.WELCOME, "ann", None)

    assert [one.message_id for one in written(db)] == [f"<welcome.{letter}@learn.example.org>"]
    assert written(db) == written(db)


def test_a_hundred_letters_are_read_with_as_many_statements_as_ten(db):
    def sent_for(letters: int) -> list[str]:
        contract_id = a_contract(db, seats=1000)
        names = [f"p{letters}-{n}" for n in range(letters // 5)]
        invite(db, contract_id, *names)
        ids = [
            a_letter(db, kind, name, contract_id, about="silent:7" if kind is LetterKind.ALERT else "")
            for name in names
            for kind in (LetterKind.WELCOME, LetterKind.ALERT, LetterKind.PURCHASE, LetterKind.ADMIN_NAMED)
        ]
        ids += [letter for letter in range(ids[0] - len(names), ids[0])]
        with statements(db) as sent:
            assert len(written(db, ids)) == letters
        return sent

    few, many = sent_for(10), sent_for(100)
    assert len(few) > 5
    assert len(many) == len(few), "\n".join(many)
