"""Letters go out once, to whom they are for, while they are wanted, also with several workers and dead ones."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from lc_core import contracts, invitations, inviting
from lc_core.invitation_lists import Chosen, Filter
from lc_core.mail import claims
from lc_core.mail.claims import Mark
from lc_core.mail.delivery import Delivered
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.vocabulary import ContractType, LetterState
from tests.clock import Clock
from tests.mail_servers import Mailbox, a_server
from tests.mailing import SECOND, SENDER, deliver, letters, states, the_letter
from tests.worlds import (
    LIFE,
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    code_of,
    deactivate,
    email,
    invite,
    offered,
    only,
)


def test_a_letter_reaches_whom_it_is_for_and_nobody_else(db, clock, mailbox, mail_url):  # R-ADD-7
    contract_id = a_contract(db)
    invite(db, contract_id, "ann", "bob")

    done = deliver(db, mail_url)

    assert done == Delivered(sent=2)
    assert [one.recipients for one in mailbox.received] == [[email("ann")], [email("bob")]]
    assert {one.sender for one in mailbox.received} == {SENDER}
    assert [(letter.state, letter.sent_at, letter.server_words) for letter in letters(db)] == [
        (LetterState.SENT, clock.now, "250 2.0.0 taken")
    ] * 2


def test_what_was_sent_is_not_sent_again(db, mailbox, mail_url):
    invite(db, a_contract(db), "ann")
    deliver(db, mail_url)

    assert deliver(db, mail_url) == Delivered()
    assert len(mailbox.received) == 1


def test_many_letters_share_one_connection(db, mailbox, mail_url):
    invite(db, a_contract(db, seats=200), *[f"p{n}" for n in range(120)])

    assert deliver(db, mail_url).sent == 120
    assert mailbox.connections == 1


def test_a_server_that_has_enough_over_one_connection_gets_the_rest_over_others(db, mailbox, mail_url):
    mailbox.most_per_connection = 3
    invite(db, a_contract(db), *[f"p{n}" for n in range(8)])

    assert deliver(db, mail_url) == Delivered(sent=8)
    assert (len(set(mailbox.ids)), mailbox.connections) == (8, 3)


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(db, mailbox, mail_url):
    contract_id = a_contract(db)
    inviting.invite(db, OPERATOR, contract_id, ["zoë@bücher.example"], activities=offered(db, contract_id))
    with a_server(Mailbox(), utf8=False) as old:
        assert deliver(db, old).failed == 1
    assert "SMTPUTF8" in the_letter(db).server_words
    back_to_queue(db)

    assert deliver(db, mail_url).sent == 1
    assert mailbox.recipients == ["zoë@xn--bcher-kva.example"]


def back_to_queue(db: Database) -> None:
    with db.bookkeeping() as session:
        session.execute(update(Letter).values(state=LetterState.QUEUED, due_at=db.clock(), sent_at=None))


def test_a_repeat_has_the_same_message_id_and_a_new_sending_another(db, clock, mailbox, mail_url):
    contract_id = a_contract(db)
    (invitation_id,) = invite(db, contract_id, "ann")
    deliver(db, mail_url)
    back_to_queue(db)
    deliver(db, mail_url)
    invitations.resend(db, OPERATOR, contract_id, only(invitation_id))
    deliver(db, mail_url)

    first, repeat, again = mailbox.ids
    assert first == repeat == f"<invitation.{invitation_id}.1@learn.example.org>"
    assert again == f"<invitation.{invitation_id}.2@learn.example.org>"


def test_what_a_letter_tells_is_true_when_it_is_sent(db, mailbox, mail_url):  # R-CON-2, R-CON-10
    contract_id = a_contract(db, require_invitation_code=True)
    invite(db, contract_id, "ann")
    contracts.rename(db, OPERATOR, contract_id, "First aid for all")
    deliver(db, mail_url)

    text = mailbox.received[0].message.get_body(("plain",)).get_content()
    assert "First aid for all" in str(mailbox.received[0].message["Subject"])
    assert code_of(db, contract_id) in text.replace("-", "").replace(" ", "")


def revoke(db: Database, _clock: Clock, contract_id: int) -> None:
    invitations.revoke(db, OPERATOR, contract_id, Chosen(matching=Filter()))


def send_again(db: Database, _clock: Clock, contract_id: int) -> None:
    invitations.resend(db, OPERATOR, contract_id, Chosen(matching=Filter()))


def let_expire(_db: Database, clock: Clock, _contract_id: int) -> None:
    clock.forward(timedelta(days=LIFE))


def accept(db: Database, _clock: Clock, contract_id: int) -> None:
    a_redeemed(db, contract_id, "ann")


def archive(db: Database, _clock: Clock, contract_id: int) -> None:
    contracts.archive(db, OPERATOR, contract_id)


def close_account(db: Database, _clock: Clock, _contract_id: int) -> None:
    deactivate(db, a_learner(db, "ann"))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (revoke, Reason.IS_REVOKED),
        (send_again, Reason.SENT_AGAIN_SINCE),
        (let_expire, Reason.INVITATION_EXPIRED),
        (accept, Reason.IS_REDEEMED),
        (archive, Reason.CONTRACT_ARCHIVED),
        (close_account, Reason.PERSON_DEACTIVATED),
    ],
)
def test_a_letter_that_is_not_wanted_any_more_is_cancelled(db, clock, mailbox, mail_url, happens, reason):
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, invitation_ttl_days=LIFE)
    invite(db, contract_id, "ann")
    happens(db, clock, contract_id)

    done = deliver(db, mail_url)

    assert (letters(db)[0].state, letters(db)[0].cancelled_for) == (LetterState.CANCELLED, reason)
    assert done.cancelled == 1
    assert len(mailbox.received) == done.sent == (1 if happens is send_again else 0)


def test_a_claimed_letter_is_nobody_elses_until_its_lease_is_over(db, clock, mailbox, mail_url):
    invite(db, a_contract(db), "ann")
    assert len(claims.take(db, 10).claims) == 1

    assert deliver(db, mail_url) == Delivered()
    clock.forward(claims.LEASE - SECOND)
    assert deliver(db, mail_url) == Delivered()
    clock.forward(SECOND)
    assert deliver(db, mail_url).sent == 1


def test_a_dead_workers_letters_go_out_though_the_clock_was_set_back(db, clock, mailbox, mail_url):
    invite(db, a_contract(db), "ann")
    clock.forward(timedelta(hours=1))
    claims.take(db, 10)
    clock.forward(timedelta(hours=-1))

    assert deliver(db, mail_url).sent == 1


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_worker_whose_letters_were_taken_over_does_not_send_them(db, clock, mailbox, mail_url, jump):
    invite(db, a_contract(db), *[f"p{n}" for n in range(10)])
    others = Mailbox()

    def the_clock_is_set() -> None:
        mailbox.on_data = lambda: None
        clock.forward(jump)
        with db.bookkeeping() as session:  # queued before the clock was set
            session.execute(update(Letter).values(due_at=clock.now - SECOND))
        assert deliver(db, elsewhere).sent == 10

    mailbox.on_data = the_clock_is_set
    with a_server(others) as elsewhere:
        deliver(db, mail_url)

    assert states(db) == [LetterState.SENT] * 10
    assert len(set(others.ids)) == 10
    assert mailbox.ids == others.ids[:1]  # it was in its hands when the lease was over


def test_who_comes_back_after_another_took_over_marks_nothing(db, clock):
    invite(db, a_contract(db), "ann")
    (late,) = claims.take(db, 10).claims
    clock.forward(claims.LEASE)
    (now_ours,) = claims.take(db, 10).claims

    with db.bookkeeper() as books, books.begin():
        claims.settle(books, late, Mark(LetterState.FAILED, "late"))
        assert not claims.renew(books, late, clock.now + claims.LEASE)
        assert claims.renew(books, now_ours, clock.now + claims.LEASE)
    assert states(db) == [LetterState.CLAIMED]


def test_a_worker_that_is_told_to_stop_gives_back_what_it_has_not_sent(db, mailbox, mail_url):
    invite(db, a_contract(db), *[f"p{n}" for n in range(10)])
    stop = threading.Event()
    mailbox.on_data = lambda: stop.set() if len(mailbox.received) == 3 else None

    done = deliver(db, mail_url, stopped=stop.is_set)

    assert done.sent == len(mailbox.received) == 4
    assert states(db) == [LetterState.SENT] * 4 + [LetterState.QUEUED] * 6


def test_no_more_letters_go_out_in_a_minute_than_allowed(db, clock, mailbox, mail_url):
    invite(db, a_contract(db), *[f"p{n}" for n in range(10)])

    assert deliver(db, mail_url, per_minute=4).sent == 4
    clock.forward(timedelta(seconds=59))
    assert deliver(db, mail_url, per_minute=4).sent == 0
    clock.forward(SECOND)
    assert deliver(db, mail_url, per_minute=4).sent == 4
    clock.forward(timedelta(minutes=1))
    assert deliver(db, mail_url, per_minute=4).sent == 2


def test_the_longest_waiting_letters_go_first(db, clock, mailbox, mail_url):
    contract_id = a_contract(db)
    invite(db, contract_id, "late")
    with db.bookkeeping() as session:
        session.execute(update(Letter).values(due_at=clock.now + SECOND))
    invite(db, contract_id, "early")
    clock.forward(SECOND)
    deliver(db, mail_url)

    assert mailbox.recipients == [email("early"), email("late")]
