"""A contract's own words in its letters, its reminders, and the look at an invitation (R-CON-2, R-INV-11)."""

import pytest

from lc_core import codes, contract_letters
from lc_core.contract_letters import Letters
from lc_core.reasons import Reason
from lc_core.vocabulary import ContractType, Event, Role
from tests.reading_letters import parts, read, written
from tests.worlds import (
    OPERATOR,
    a_contract,
    an_admin,
    code_of,
    contract_now,
    invite,
    last_event,
    not_found,
    refused,
    somebody,
    unchanged,
)

SAID = {"greeting": "Welcome.", "reminder_days": 7, "reminders_most": 2}


def test_a_contract_admin_gives_a_contract_its_words_and_reminders(db):
    contract_id = a_contract(db)
    ada = an_admin(db, "ada", contract_id)
    before = contract_now(db, contract_id)

    contract_letters.edit_letters(db, ada, contract_id, **{**SAID, "greeting": "  Welcome.\n"})

    event, after = last_event(db, contract_id), contract_now(db, contract_id)
    assert contract_letters.of_contract(db, ada, contract_id) == Letters("Welcome.", 7, 2)
    assert (event.event, event.actor_id) == (Event.CONTRACT_LETTERS_EDITED, ada.person_id)
    assert event.subject == {"contract": contract_id}
    assert event.before == {"greeting": "", "reminder_days": None, "reminders_most": 1}
    assert event.after == SAID
    others = [column.key for column in before.__table__.columns if column.key not in {*SAID, "version"}]
    assert [getattr(before, name) for name in others] == [getattr(after, name) for name in others]


def test_only_what_changed_is_remembered_and_nothing_is_no_event(db):
    contract_id = a_contract(db, **SAID)

    with unchanged(db):
        contract_letters.edit_letters(db, OPERATOR, contract_id, **SAID)
    contract_letters.edit_letters(db, OPERATOR, contract_id, **{**SAID, "reminder_days": None})
    event = last_event(db, contract_id)
    assert (event.before, event.after) == ({"reminder_days": 7}, {"reminder_days": None})


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"greeting": "x" * 2001}, Reason.TOO_LONG_TEXT),
        ({"greeting": "a\x00b"}, Reason.CONTROL_CHARS),
        ({"reminder_days": 0}, Reason.REMINDER_TOO_SOON),
        ({"reminders_most": 0}, Reason.REMINDER_TOO_SOON),
        ({"reminders_most": 11}, Reason.NUMBER_TOO_LARGE),
    ],
)
def test_what_cannot_be_said_is_refused_for_its_reason(db, said, reason):
    contract_id = a_contract(db)

    with refused(db, reason):
        contract_letters.edit_letters(db, OPERATOR, contract_id, **{**SAID, **said})


def test_letters_are_not_for_those_who_only_look(db):  # R-AUTH-2
    contract_id = a_contract(db)
    for who in (somebody(db, "mia", Role.MANAGER), an_admin(db, "otto", a_contract(db))):
        with not_found(db):
            contract_letters.edit_letters(db, who, contract_id, **SAID)
        with not_found(db):
            contract_letters.of_contract(db, who, contract_id)
        with not_found(db):
            contract_letters.preview(db, who, contract_id, greeting="")


def as_seen_here(part: str) -> str:
    """A part of a letter as an installation with no settings writes it."""
    own = part.replace("https://learn.example.org", "http://localhost:8501")
    return own.replace("11:00\xa0AM (Europe/Berlin)", "9:00\xa0AM (UTC)")


@pytest.mark.parametrize("contract_type", ContractType)
@pytest.mark.parametrize("require_code", [False, True])
def test_the_look_shows_what_an_invited_person_gets(db, contract_type, require_code):
    contract_id = a_contract(
        db, contract_type, require_invitation_code=require_code, greeting="Old", invitation_ttl_days=28
    )
    ada = an_admin(db, "ada", contract_id)
    seen = contract_letters.preview(db, ada, contract_id, greeting="Dear <all>,\n\nwelcome.")
    contract_letters.edit_letters(db, ada, contract_id, **{**SAID, "greeting": "Dear <all>,\n\nwelcome."})
    invite(db, contract_id, "ada")

    _to_the_admin, letter = written(db)
    text, html = (as_seen_here(part) for part in parts(letter))
    assert (seen.subject, seen.text, seen.html) == (read(letter)["Subject"], text, html)
    assert "Dear &lt;all&gt;," in seen.html
    assert (codes.grouped(code_of(db, contract_id)) in seen.text) == require_code


def test_a_look_writes_nothing_and_stands_any_text(db):
    contract_id = a_contract(db)

    with unchanged(db):
        seen = contract_letters.preview(db, OPERATOR, contract_id, greeting="a\x00\r\n\r\n\r\n" + "x" * 3000)
    assert "Hello,\n\na \n\nxxx" in seen.text
