"""Whatever the mail server does, a letter ends in the right state with the server's words, and none is lost (safety, Mail)."""

import pytest
from aiosmtpd.smtp import AuthResult

from lc_core.mail.delivery import FIRST_PAUSE, GIVES_UP_AFTER, LONGEST_PAUSE, Delivered, masked, pause
from lc_core.vocabulary import LetterState
from tests import mail_servers
from tests.mail_servers import Mailbox, a_server, hardly_a_server
from tests.mailing import deliver, letters, states, the_letter
from tests.worlds import (
    a_contract,
    email,
    invite,
)


@pytest.mark.parametrize(("stage", "code"), [("mail", 452), ("rcpt", 450), ("data", 451)])
def test_not_now_is_tried_again_later(db, clock, mailbox, mail_url, stage, code):
    invite(db, a_contract(db), "ann")
    mailbox.answers[stage] = lambda _: f"{code} 4.2.1 the mailbox is busy"

    done = deliver(db, mail_url)
    letter = the_letter(db)

    assert (done.deferred, done.sent, letter.state) == (1, 0, LetterState.DEFERRED)
    assert letter.server_words == f"{code} 4.2.1 the mailbox is busy"
    assert FIRST_PAUSE / 2 <= letter.due_at - clock.now <= FIRST_PAUSE

    assert deliver(db, mail_url) == Delivered()
    mailbox.answers.clear()
    clock.forward(FIRST_PAUSE)
    assert deliver(db, mail_url).sent == 1
    assert mailbox.recipients == [email("ann")]


@pytest.mark.parametrize(("stage", "code"), [("mail", 552), ("rcpt", 550), ("data", 554)])
def test_a_refusal_is_final_and_told(db, clock, mailbox, mail_url, stage, code):
    invite(db, a_contract(db), "ann", "bob")
    mailbox.answers[stage] = lambda address: f"{code} 5.1.1 no such user" if "bob" not in address else None

    done = deliver(db, mail_url)
    clock.forward(GIVES_UP_AFTER)

    assert deliver(db, mail_url) == Delivered()
    refused = letters(db)[0]
    assert (refused.state, refused.server_words) == (LetterState.FAILED, f"{code} 5.1.1 no such user")
    assert (done.failed, done.sent) == ((2, 0) if stage == "mail" else (1, 1))


def test_the_servers_words_are_kept_without_the_address(db, mailbox, mail_url):  # safety, Privacy
    invite(db, a_contract(db), "ann.smith")
    mailbox.answers["rcpt"] = lambda address: f"550 <{address.upper()}>: user ann.smith is unknown, anna too"
    deliver(db, mail_url)

    assert the_letter(db).server_words == "550 <<address>>: user <name> is unknown, anna too"
    assert masked("550 no j here", "j@example.org") == "550 no j here"


def test_one_refused_letter_does_not_stop_the_others(db, mailbox, mail_url):
    invite(db, a_contract(db), "ann", "bob", "eve", "joe")
    mailbox.answers["rcpt"] = lambda address: {"ann": "550 no", "eve": "450 later"}.get(address.partition("@")[0])

    assert deliver(db, mail_url) == Delivered(sent=2, deferred=1, failed=1)
    assert mailbox.recipients == [email("bob"), email("joe")]
    assert mailbox.connections == 1


def test_each_try_waits_longer_up_to_a_bound():
    assert [pause(n) / FIRST_PAUSE for n in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert pause(11) == pause(10_000) == LONGEST_PAUSE


def test_after_days_a_letter_is_given_up(db, clock, mailbox, mail_url):
    invite(db, a_contract(db), "ann")
    mailbox.answers["rcpt"] = lambda _: "450 busy"
    deliver(db, mail_url)
    clock.forward(GIVES_UP_AFTER)

    assert deliver(db, mail_url).failed == 1
    assert the_letter(db).state is LetterState.FAILED
    assert the_letter(db).server_words == "Given up after 5 days: 450 busy"


def test_the_pauses_are_drawn_apart(db, clock, mailbox, mail_url):
    invite(db, a_contract(db), *[f"p{n}" for n in range(10)])
    mailbox.answers["rcpt"] = lambda _: "450 busy"
    deliver(db, mail_url)

    assert len({letter.due_at for letter in letters(db)}) == 10


@pytest.mark.parametrize(
    ("behaves", "words"),
    [
        (mail_servers.resets, ""),
        (mail_servers.says("421 4.3.2 shutting down"), "421 4.3.2 shutting down"),
        (mail_servers.says("554 5.3.2 no mail here"), "554 5.3.2 no mail here"),
        (mail_servers.says_nothing, "timed out"),
        (mail_servers.drips, ""),
    ],
    ids=["reset", "421", "554", "silent", "tarpit"],
)
def test_letters_wait_for_a_server_that_cannot_be_talked_to(db, clock, mailbox, mail_url, behaves, words):
    invite(db, a_contract(db), "ann", "bob")
    with hardly_a_server(behaves) as bad:
        done = deliver(db, bad, patience=0.5, longest=1.5)

    assert (done.sent, done.deferred, done.failed) == (0, 0, 0)
    assert words in done.down
    assert done.down
    assert states(db) == [LetterState.QUEUED] * 2
    assert deliver(db, mail_url).sent == 2
    assert mailbox.recipients == [email("ann"), email("bob")]


def test_letters_wait_for_a_server_that_is_not_there(db, mail_url):
    invite(db, a_contract(db), "ann")

    assert "refused" in deliver(db, mail_servers.nobody()).down
    assert states(db) == [LetterState.QUEUED]


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_connection_that_breaks_before_the_yes_loses_nothing(db, clock, mailbox, mail_url, stage):
    invite(db, a_contract(db), "ann", "bob")
    breaks = iter([True, True])
    mailbox.cut[stage] = lambda address: "ann" in address and next(breaks, False)

    deliver(db, mail_url)
    clock.forward(FIRST_PAUSE)
    deliver(db, mail_url)
    clock.forward(2 * FIRST_PAUSE)
    deliver(db, mail_url)

    assert states(db) == [LetterState.SENT] * 2
    assert sorted(mailbox.recipients) == [email("ann"), email("bob")]


def test_a_yes_that_got_lost_is_the_only_cause_of_a_repeat_and_the_repeat_can_be_told(db, clock, mailbox, mail_url):
    invite(db, a_contract(db), "bob", "ann")
    lost = iter([True])
    mailbox.cut["accepted"] = lambda address: "ann" in address and next(lost, False)

    assert deliver(db, mail_url) == Delivered(sent=1, deferred=1)
    clock.forward(FIRST_PAUSE)
    assert deliver(db, mail_url) == Delivered(sent=1)
    assert mailbox.recipients == [email("bob"), email("ann"), email("ann")]
    assert len(set(mailbox.ids)) == 2


def test_a_server_that_breaks_every_connection_counts_as_down(db, mailbox, mail_url):
    invite(db, a_contract(db), *[f"p{n}" for n in range(8)])
    mailbox.cut["rcpt"] = lambda _: True

    done = deliver(db, mail_url)

    assert done.down
    assert states(db) == [LetterState.DEFERRED] * 3 + [LetterState.QUEUED] * 5


def test_a_login_that_is_refused_is_no_letters_fault(db):
    invite(db, a_contract(db), "ann")
    with a_server(
        Mailbox(), auth_require_tls=False, authenticator=lambda *_: AuthResult(success=False, handled=False)
    ) as served:
        done = deliver(db, served.replace("smtp://", "smtp://joe:wrong@"))

    assert "535" in done.down
    assert states(db) == [LetterState.QUEUED]


def test_a_server_without_tls_gets_no_password_and_no_letter(db, mailbox, mail_url):
    invite(db, a_contract(db), "ann")

    assert "STARTTLS" in deliver(db, f"{mail_url}?starttls=1").down
    assert mailbox.received == []
