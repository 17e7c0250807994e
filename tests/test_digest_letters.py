"""What a digest says when it is sent: the reader's contracts as they may see them then, and how it is left (R-ANA-7)."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from lc_core import contracts, digests, enrollments, roles
from lc_core.insight import weeks
from lc_core.insight.copy import Insight
from lc_core.mail import headers
from lc_core.mail.delivery import Round
from lc_core.mail.digest import MOST_NAMED
from lc_core.mail.letters import Writer
from lc_core.mail.smtp import MailServer
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.settings import Settings
from lc_core.vocabulary import ContractType, LetterKind, LetterState, OverInvitation, Role, SeatRelease
from lc_core.worker import Worker
from tests.digesting import token_of
from tests.mailing import BASE, SENDER, deliver, letters
from tests.reading_letters import a_letter, parts, read, said, written
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_admin,
    an_enrolled,
    email,
    invite,
    somebody,
)

DAY = timedelta(days=1)
END = date(2026, 12, 31)


def a_digest(db: Database, who: Actor, name: str = "ada") -> str:
    """The digest of somebody as it would be sent now."""
    digests.want(db, who)
    (letter,) = written(db, [a_letter(db, LetterKind.DIGEST, name, None)])
    return said(letter)


# --- what it tells ---------------------------------------------------------------------------------------------------


def test_it_tells_seats_and_what_happened_in_seven_days_against_the_seven_before(db, clock):
    contract_id = a_contract(db, seats=10, valid_to=None, seat_release=SeatRelease.ALWAYS)
    another = a_contract(db, ContractType.UNLIMITED, seats=5, valid_to=None)
    enrolled = [an_enrolled(db, contract_id, name)[1] for name in ("p1", "p2", "p3")]
    clock.forward(7 * DAY)  # these three are of the week before by now: it begins an instant later
    an_enrolled(db, contract_id, "p4")
    a_redeemed(db, another, "p5")
    invite(db, contract_id, "waits")
    enrollments.withdraw(db, OPERATOR, contract_id, enrolled[0])
    clock.forward(7 * DAY - timedelta(microseconds=1))

    text = a_digest(db, an_admin(db, "ada", contract_id, another))
    assert text.startswith("Your week: 2 seats taken\nYour learning contracts this week\n\nHello Ada,\n")
    assert "Seats of 2 running contracts: 15 bought, 4 used, 11 free\n" in text
    assert "Seats taken in the last 7 days: 2 (3 in the 7 days before)\n" in text
    assert "Invitations accepted in the last 7 days: 2\n" in text
    assert "No contract is full or over-invited, and none ends within 60 days." in text
    assert "Open seat usage:\nhttps://learn.example.org/seat_usage\n" in text


def test_the_seven_days_end_when_it_is_sent(db, clock):
    contract_id = a_contract(db, valid_to=None)
    an_enrolled(db, contract_id, "p1")
    ada = an_admin(db, "ada", contract_id)
    clock.forward(7 * DAY)

    assert "Seats taken in the last 7 days: 0 (1 in the 7 days before)\n" in a_digest(db, ada)


def test_contracts_that_want_a_look_are_named_with_why_and_where(db, clock):
    clock.set(datetime(2026, 11, 2, 9, tzinfo=UTC))
    full = a_contract(db, ContractType.SUBSCRIPTION, title="Full", seats=1, valid_to=None)
    an_enrolled(db, full, "p1")
    over = a_contract(
        db, ContractType.UNLIMITED, title="Over", seats=1, valid_to=None, over_invitation=OverInvitation.WARN
    )
    invite(db, over, "p2", "p3", "p4")
    ends = a_contract(db, title="Ends", seats=4)
    late = a_contract(db, title="Later", valid_to=END + 2 * DAY)
    empty = a_contract(db, title="Empty", seats=0, valid_to=None)
    mine = (full, over, ends, late, empty)

    text = a_digest(db, an_admin(db, "ada", *mine))
    assert "3 contracts want a look\n\n- Ends\n  Ends in 60 days; the last one is Dec 31, 2026. 4 of its 4 " in text
    assert f"  https://learn.example.org/invitations?contract={ends}\n\n- Full\n  Full: its 1 seat is used.\n" in text
    assert "\n- Over\n  Over-invited: invitations ask for 2 seats more than are free.\n" in text
    assert f"  https://learn.example.org/invitations?contract={over}\n" in text
    assert "Later" not in text
    assert "Empty" not in text


def test_ten_are_named_the_soonest_first_and_the_rest_is_counted(db):
    mine = [a_contract(db, title=f"Ends {n:02}", valid_to=date(2026, 7, 20) - n * DAY) for n in range(13)]
    text = a_digest(db, an_admin(db, "ada", *mine))

    assert re.findall(r"- (Ends \d\d)", text) == [f"Ends {n:02}" for n in range(12, 12 - MOST_NAMED, -1)]
    assert "\nand 3 more\n" in text


def test_contracts_that_do_not_run_are_not_counted(db):
    runs, archived = a_contract(db, seats=3, valid_to=None), a_contract(db, seats=50)
    contracts.archive(db, OPERATOR, archived)
    future = a_contract(db, seats=50, valid_from=date(2026, 7, 1))
    ended = a_contract(db, seats=50, valid_to=date(2026, 6, 1))
    ada = an_admin(db, "ada", runs, archived, future, ended)

    assert "Seats of 1 running contract: 3 bought, 0 used, 3 free\n" in a_digest(db, ada)


def test_nobody_who_learns_is_named(db):
    contract_id = a_contract(db, seats=1, title="Full")
    an_enrolled(db, contract_id, "zaphod")
    ada = an_admin(db, "ada", contract_id)
    digests.want(db, ada)
    (letter,) = written(db, [a_letter(db, LetterKind.DIGEST, "ada", None)])

    assert b"zaphod" not in letter.data.lower()
    assert "zaphod" not in "".join(parts(letter)).lower()


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_an_admin_is_told_of_their_own_contracts_and_a_manager_of_all(db):
    own, other = (a_contract(db, title=title, seats=1, code=title) for title in ("Kestrel", "Osprey"))
    an_enrolled(db, own, "p1")
    an_enrolled(db, other, "p2")
    a_contract(db, title="Buzzard", seats=40, valid_to=date(2026, 7, 1))

    mine = a_digest(db, an_admin(db, "ada", own))
    everything = a_digest(db, somebody(db, "mia", Role.MANAGER), "mia")
    assert "Kestrel" in mine
    assert "Seats of 1 running contract: 1 bought, 1 used, 0 free\n" in mine
    assert "last 7 days: 1 (0 in" in mine
    for title in ("Osprey", "Buzzard", f"contract={other}"):
        assert title not in mine
        assert title in everything
    assert "Seats of 3 running contracts: 42 bought, 2 used, 40 free\n" in everything


def test_what_is_seen_goes_by_the_rights_at_the_sending(db):
    own, other = (a_contract(db, title=title, seats=2, valid_to=date(2026, 7, 1)) for title in ("Kestrel", "Osprey"))
    ada = an_admin(db, "ada", own, other)
    before = a_digest(db, ada)
    contracts.remove_admin(db, OPERATOR, other, ada.person_id)

    assert "Osprey" in before
    assert "Osprey" not in a_digest(db, ada)


def test_a_title_is_that_of_the_records_though_the_copy_is_older(db, tmp_path):  # R-CON-2
    contract_id = a_contract(db, title="Old", valid_to=date(2026, 7, 1))
    ada = an_admin(db, "ada", contract_id)
    insight = Insight(db, tmp_path / "copy", patience=-1)
    before = weeks.week_of(insight, ada.person_id).looks[0].title
    contracts.rename(db, OPERATOR, contract_id, "New")

    assert before == "Old"
    assert weeks.week_of(insight, ada.person_id).looks[0].title == "New"
    insight.close()


# --- sending it ------------------------------------------------------------------------------------------------------


def due(db: Database, clock, *readers: Actor) -> None:
    for reader in readers:
        digests.want(db, reader)
    clock.forward(7 * DAY)
    digests.write_due(db, OPERATOR)


def send(db: Database, url: str, copy: Path) -> None:
    """As the worker does, figures and all."""
    server = MailServer(url, SENDER)
    Round(db, server, Writer(BASE, SENDER, db.zone, partial(weeks.week_of, Insight(db, copy)))).run()
    server.close()


def states_of(db: Database) -> list[tuple[LetterState, Reason | None]]:
    return [(one.state, one.cancelled_for) for one in letters(db) if one.kind is LetterKind.DIGEST]


def test_it_arrives(db, clock, mail_url, mailbox, tmp_path):
    ada = an_admin(db, "ada", a_contract(db, valid_to=None))
    due(db, clock, ada)
    mailbox.received.clear()
    send(db, mail_url, tmp_path / "copy")

    assert states_of(db) == [(LetterState.SENT, None)]
    assert email("ada") in mailbox.recipients


def test_the_worker_writes_it_when_it_is_due_and_sends_it(db, clock, mail_url, mailbox, tmp_path):
    digests.want(db, an_admin(db, "ada", a_contract(db, valid_to=None)))
    ours = Worker(db, Insight(db, tmp_path / "copy"), Settings(smtp_url=SecretStr(mail_url)))
    early = ours.do("digests")
    clock.forward(7 * DAY)
    done = {one["job"]: one for one in ours.once()}

    assert (early, done["digests"]) == ({"written": 0}, {"job": "digests", "written": 1})
    assert states_of(db) == [(LetterState.SENT, None)]
    assert any(b"List-Unsubscribe:" in letter.data for letter in mailbox.received)


def test_it_is_not_sent_to_who_stopped_it_or_lost_their_rights_since_it_was_written(db, clock, mail_url, tmp_path):
    contract_id = a_contract(db, valid_to=None)
    ada, ben = an_admin(db, "ada", contract_id), an_admin(db, "ben", contract_id)
    mia, cut = somebody(db, "mia", Role.MANAGER), an_admin(db, "cut", a_contract(db, valid_to=date(2026, 6, 23)))
    due(db, clock, ada, ben, mia, cut)
    digests.stop_by_link(db, token_of(db, ada))
    contracts.remove_admin(db, OPERATOR, contract_id, ben.person_id)
    roles.revoke_role(db, OPERATOR, email("mia"), Role.MANAGER)
    clock.forward(3 * DAY)
    send(db, mail_url, tmp_path / "copy")

    assert states_of(db) == [
        (LetterState.CANCELLED, Reason.DIGEST_NOT_WANTED),
        (LetterState.CANCELLED, Reason.DIGEST_NOT_FOR_YOU),
        (LetterState.CANCELLED, Reason.DIGEST_NOT_FOR_YOU),
        (LetterState.CANCELLED, Reason.NOTHING_TO_TELL),
    ]


def test_a_digest_whose_figures_cannot_be_told_waits_and_keeps_no_other_letter(db, clock, mail_url, mailbox, tmp_path):
    contract_id = a_contract(db, valid_to=None)
    due(db, clock, an_admin(db, "ada", contract_id))
    invite(db, contract_id, "ann")
    (tmp_path / "copy").write_text("where the copy should be, somebody put a file")
    send(db, mail_url, tmp_path / "copy")
    waits = [one.server_words for one in letters(db) if one.kind is LetterKind.DIGEST]

    assert states_of(db) == [(LetterState.DEFERRED, None)]
    assert waits == ["These figures cannot be prepared at the moment. Try again later."]
    assert email("ann") in mailbox.recipients
    clock.forward(DAY)
    send(db, mail_url, tmp_path / "another")
    assert states_of(db) == [(LetterState.SENT, None)]


def test_a_writer_without_figures_leaves_digests_to_one_that_has_them(db, clock, mail_url):
    due(db, clock, an_admin(db, "ada", a_contract(db, valid_to=None)))
    deliver(db, mail_url)

    assert states_of(db) == [(LetterState.DEFERRED, None)]


# --- how it is left --------------------------------------------------------------------------------------------------


def test_mail_programs_are_told_how_to_leave_it_with_one_click(db):  # RFC 2369, RFC 8058
    ada = an_admin(db, "ada", a_contract(db))
    digests.want(db, ada)
    (letter,) = written(db, [a_letter(db, LetterKind.DIGEST, "ada", None)])
    head = letter.data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    link = f"https://learn.example.org/stop-digest/{token_of(db, ada)}"

    assert f"List-Unsubscribe: <{link}>".encode() in head
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert [line for line in head if line.lower().startswith(b"list-")] == head[-4:-2]
    text, html = parts(letter)
    assert text.endswith(f"weekly digest.\nStop the weekly digest:\n{link}\n")
    assert f'href="{link}"' in html


def test_letters_of_no_other_kind_have_such_a_line(db):
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    an_admin(db, "ada", contract_id)
    a_learner(db, "bob")
    a_letter(db, LetterKind.WELCOME, "bob", None)

    assert len(written(db)) == 3
    assert [read(one)["List-Unsubscribe"] for one in written(db)] == [None] * 3
    assert not any(b"unsubscribe" in one.data.lower() for one in written(db))


def test_one_click_is_promised_over_https_only():
    plain = headers.unsubscribe("http://localhost:8501/stop-digest/abc")

    assert plain == [b"List-Unsubscribe: <http://localhost:8501/stop-digest/abc>"]


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=100))
def test_no_address_ends_its_own_line_or_brackets(text):
    for line in headers.unsubscribe(f"https://{text}/stop-digest/abc"):
        assert re.fullmatch(rb"List-Unsubscribe(: <[!-;=?-~]*>|-Post: List-Unsubscribe=One-Click)", line)
