"""What each kind of letter says, read when it is written, and the bytes that a mail server gets."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from sqlalchemy import update

from lc_core import activities, codes, contracts, invitations, inviting
from lc_core.records.db import Database
from lc_core.records.models import Activity, Contract, Person
from lc_core.vocabulary import ContractType, LetterKind
from tests.reading_letters import a_letter, only_letter, parts, read, said, written
from tests.test_letter_headers import HOSTILE
from tests.worlds import OPERATOR, a_contract, a_learner, an_activity, code_of, email, invite, offered, only

HEADERS = ["From", "Date", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


# --- invitations -----------------------------------------------------------------------------------------------------


def test_an_invitation_tells_what_there_is_to_know(db):  # R-INV-3, R-CON-5, R-ADD-7
    contract_id = a_contract(
        db, ContractType.SUBSCRIPTION, invitation_ttl_days=28, per_user_limit=3, greeting="Dear all,\nwelcome.\n\nMaria"
    )
    invite(db, contract_id, "ann")
    a_learner(db, "ann")

    (letter,) = written(db)
    text = said(letter)
    assert text.startswith(
        "You are invited: Safety at work\nSafety at work\n\nHello Ann,\n\nDear all,\nwelcome.\n\nMaria\n\n"
    )
    assert "Your first enrollment uses one seat; further activities are included." in text
    assert "Valid: Jan 1, 2026 – Dec 31, 2026" in text
    assert "Answer before: Jul 13, 2026, 11:00 AM (Europe/Berlin)" in text
    assert "You may take: 3 activities" in text
    assert "- First aid\n- First aid\n" in text
    assert "Accept the invitation:\nhttps://learn.example.org/my_learning\n" in text
    assert "code" not in text
    assert 'href="https://learn.example.org/my_learning"' in parts(letter)[1]


def test_an_invitation_that_needs_the_code_holds_it_and_says_where_to_enter_it(db):  # R-LRN-2
    contract_id = a_contract(db, require_invitation_code=True)
    invite(db, contract_id, "ann")
    code = codes.grouped(code_of(db, contract_id))

    (letter,) = written(db)
    text, html = parts(letter)
    link = f"https://learn.example.org/my_learning?code={code}"
    assert f"to be entered under My learning:\n\n    {code}\n\nEnter the code:\n{link}\n" in text
    assert f">{code}<" in html
    assert f'href="{link}"' in html


def test_letters_tell_the_title_the_code_and_the_greeting_of_the_moment_they_are_written(db):  # R-CON-2, R-CON-10
    contract_id = a_contract(db, require_invitation_code=True)
    invite(db, contract_id, "ann")
    old = codes.grouped(code_of(db, contract_id))
    contracts.rename(db, OPERATOR, contract_id, "Fire safety")
    new = codes.regenerate(db, OPERATOR, contract_id).code

    text = said(*written(db))
    assert text.startswith("You are invited: Fire safety\nFire safety\n")
    assert "Safety at work" not in text
    assert new in text
    assert old not in text


def test_an_invitation_sent_again_says_so(db, clock):  # R-INV-4
    contract_id = a_contract(db)
    (invitation,) = invite(db, contract_id, "ann")
    clock.forward(timedelta(days=1))
    invitations.resend(db, OPERATOR, contract_id, only(invitation))

    first, again = written(db)
    assert "again" not in said(first)
    assert said(again).startswith("Your invitation again: Safety at work\n")
    assert "it takes the place of the letters before" in said(again)
    assert [one.message_id for one in (first, again)] == [
        f"<invitation.{invitation}.1@learn.example.org>",
        f"<invitation.{invitation}.2@learn.example.org>",
    ]


def test_a_voucher_tells_the_chosen_activities_and_others_all_that_there_are_now(db):  # R-CON-15, R-INV-10
    voucher, subscription = a_contract(db, offers=1), a_contract(db, ContractType.SUBSCRIPTION, offers=0)
    (chosen,) = offered(db, voucher)
    invite(db, voucher, "ann", chosen=[chosen])
    later = an_activity(db, "Later")
    activities.add_to_contract(db, OPERATOR, voucher, [later])
    activities.add_to_contract(db, OPERATOR, subscription, [chosen])
    invite(db, subscription, "bob")
    activities.add_to_contract(db, OPERATOR, subscription, [later])
    activities.remove_from_contract(db, OPERATOR, subscription, chosen)

    ann, bob = (said(letter) for letter in written(db))
    assert "- First aid\n" in ann
    assert "Later" not in ann
    assert "- Later\n" in bob
    assert "First aid" not in bob


def test_a_long_list_is_cut_and_says_how_much(db):
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, offers=23)
    invite(db, contract_id, "ann")

    text = said(*written(db))
    assert text.count("- First aid\n") == 20
    assert "and 3 more" in text


def test_a_reminder_says_which_it_is(db):  # R-INV-11
    contract_id = a_contract(db, require_invitation_code=True, greeting="Our own words.")
    (invitation,) = invite(db, contract_id, "ann")
    ids = [
        a_letter(db, LetterKind.REMINDER, "ann", contract_id, invitation_id=invitation, send_number=number)
        for number in (1, 2)
    ]

    first, second = written(db, ids)
    assert said(first).startswith("Reminder: Safety at work\n")
    assert "have not answered yet" in said(first)
    assert "reminder number" not in said(first)
    assert "This is reminder number 2." in said(second)
    for reminder in (first, second):
        assert codes.grouped(code_of(db, contract_id)) in said(reminder)
        assert "Our own words." in said(reminder)
    assert second.message_id == f"<reminder.{invitation}.2@learn.example.org>"


def test_a_revoked_letter_leads_nowhere(db):
    contract_id = a_contract(db, require_invitation_code=True, greeting="Welcome!")
    (invitation,) = invite(db, contract_id, "ann")
    letter = a_letter(db, LetterKind.REVOKED, "ann", contract_id, invitation_id=invitation)

    text = only_letter(db, letter)
    assert text.startswith("Invitation revoked: Safety at work\n")
    assert "was revoked" in text
    for word in ("http", "Welcome!", codes.grouped(code_of(db, contract_id))):
        assert word not in text


# --- the bytes -------------------------------------------------------------------------------------------------------


def test_a_letter_has_its_headers_and_no_others(db, clock):  # safety: Output
    invite(db, a_contract(db), "ann")
    a_learner(db, "ann")

    (letter,) = written(db)
    message = read(letter)
    assert message.keys() == HEADERS
    assert message["From"] == "Learning <letters@example.org>"
    assert (message["To"], letter.recipient, letter.utf8) == ("Ann <ann@example.org>", "ann@example.org", False)
    assert message["Date"].datetime == clock.now
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == letter.message_id
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert letter.data.replace(b"\r\n", b"").count(b"\n") == letter.data.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, letter.data.split(b"\r\n"))) <= 76
    assert letter.data.isascii()


@pytest.mark.parametrize(
    ("typed", "recipient", "utf8"),
    [
        ("Ann.B@Example.ORG", "Ann.B@example.org", False),
        ("ann@bücher.example.org", "ann@xn--bcher-kva.example.org", False),
        ("żaneta@example.org", "żaneta@example.org", True),
    ],
)
def test_the_envelope_has_the_name_as_typed_and_the_domain_as_servers_know_it(db, typed, recipient, utf8):  # R-INV-8
    contract_id = a_contract(db)
    inviting.invite(db, OPERATOR, contract_id, [typed], activities=offered(db, contract_id))

    (letter,) = written(db)
    assert (letter.recipient, letter.utf8) == (recipient, utf8)
    assert f"To: {recipient}\r\n".encode() in letter.data


def test_nothing_is_written_to_who_was_erased(db):  # safety: Privacy
    contract_id = a_contract(db)
    ann, _bob = invite(db, contract_id, "ann", "bob")
    with db.bookkeeping() as session:
        gone = {"email_key": None, "email": None, "name": "", "search_text": "", "erased_at": db.clock()}
        session.execute(update(Person).where(Person.email_key == email("ann")).values(**gone))

    (letter,) = written(db)
    assert letter.recipient == email("bob")
    assert f".{ann}." not in letter.message_id


@pytest.fixture
def hostile(db: Database) -> Database:
    """One letter, whose every text is about to be another."""
    invite(db, a_contract(db, offers=1), "ann")
    return db


@given(title=HOSTILE, name=HOSTILE, greeting=HOSTILE, activity=HOSTILE)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_people_typed_stays_where_it_belongs(hostile, title, name, greeting, activity):  # CVE-2024-6923
    keep = str.maketrans("", "", "\x00" + "".join(map(chr, range(0xD800, 0xE000))))  # which the records refuse
    with hostile.bookkeeping() as session:
        texts = [text.translate(keep) for text in (title, name, greeting, activity)]
        session.execute(update(Contract).values(title=texts[0][:400], greeting=texts[2][:2000]))
        session.execute(update(Person).values(name=texts[1][:200]))
        session.execute(update(Activity).values(title=texts[3][:400]))

    (letter,) = written(hostile)
    head, _blank, body = letter.data.partition(b"\r\n\r\n")
    assert [line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith(b" ")] == HEADERS
    assert head.isascii()
    assert read(letter).keys() == HEADERS
    assert body.count(b"--=_parts_of_the_letter") == 3
    text, html = parts(letter)
    assert text.count("\nAccept the invitation:\n") == 1
    assert "\r" not in text + html
    assert html.count("<script") == html.count("<img") == 0
    assert html.count("<a ") == 2
