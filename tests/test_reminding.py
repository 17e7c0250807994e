"""Reminders: as each contract says, after how many days and how often, and never to somebody who answered."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from lc_core import contract_letters, contracts, enrollments, invitations, reminding
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.vocabulary import ContractType, Event, LetterKind, LetterState, Result
from tests.clock import Clock
from tests.mailing import deliver
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_admin,
    contract_now,
    deactivate,
    invite,
    last_event,
    offered,
    only,
    refused,
    unchanged,
)

DAY = timedelta(days=1)
AFTER, MOST = 3, 2


@pytest.fixture
def contract_id(db: Database) -> int:
    """A contract that reminds after 3 days, twice."""
    return a_contract(db, ContractType.SUBSCRIPTION, reminder_days=AFTER, reminders_most=MOST)


def reminders(db: Database) -> list[tuple[int | None, int]]:
    """Invitation and number of each reminder, oldest first."""
    with db.read() as session:
        written = select(Letter.invitation_id, Letter.send_number).where(Letter.kind == LetterKind.REMINDER)
        return [tuple(row) for row in session.execute(written.order_by(Letter.id))]


def silent_for(db: Database, clock: Clock, mail_url: str, days: int) -> int:
    """What is due goes out, and days pass; how many reminders are written then."""
    deliver(db, mail_url)
    clock.forward(days * DAY)
    return reminding.remind(db, OPERATOR)


def test_who_is_silent_is_reminded_after_the_days_and_not_before(db, clock, mail_url, contract_id):  # R-INV-11
    (ann,) = invite(db, contract_id, "ann")
    assert silent_for(db, clock, mail_url, AFTER - 1) == 0

    assert silent_for(db, clock, mail_url, 1) == 1
    assert reminders(db) == [(ann, 1)]
    event = last_event(db, contract_id)
    assert (event.event, [(result, invitation) for result, _, invitation in event.items]) == (
        Event.REMINDERS_WRITTEN,
        [(Result.REMINDED, ann)],
    )


def test_each_reminder_comes_once_and_there_are_no_more_than_so_many(db, clock, mail_url, mailbox, contract_id):
    (ann,) = invite(db, contract_id, "ann")
    written = [silent_for(db, clock, mail_url, 1) for _day in range(14)]

    assert sum(written) == MOST
    assert [day for day, n in enumerate(written, start=1) if n] == [AFTER, 2 * AFTER]
    assert reminders(db) == [(ann, 1), (ann, 2)]
    assert [letter_id.partition("@")[0] for letter_id in mailbox.ids] == [
        f"<invitation.{ann}.1",
        f"<reminder.{ann}.1",
        f"<reminder.{ann}.2",
    ]


def test_asking_again_at_once_reminds_nobody(db, clock, mail_url, contract_id):
    invite(db, contract_id, "ann")
    silent_for(db, clock, mail_url, AFTER)

    with unchanged(db):
        assert reminding.remind(db, OPERATOR) == 0


def test_a_new_sending_begins_the_days_anew_but_not_the_number(db, clock, mail_url, contract_id):
    (ann,) = invite(db, contract_id, "ann")
    silent_for(db, clock, mail_url, AFTER)
    clock.forward(2 * DAY)
    invitations.resend(db, OPERATOR, contract_id, only(ann))

    assert [silent_for(db, clock, mail_url, 1) for _day in range(5)] == [0, 0, 1, 0, 0]
    assert len(reminders(db)) == MOST


def accept(db: Database, contract_id: int) -> None:
    a_redeemed(db, contract_id, "ann")


def enroll(db: Database, contract_id: int) -> None:
    learner, _ = a_redeemed(db, contract_id, "ann")
    enrollments.enroll(db, learner, contract_id, offered(db, contract_id)[0])


def revoke(db: Database, contract_id: int) -> None:
    invitations.revoke(db, OPERATOR, contract_id, only(*invite(db, contract_id, "ann")))


def archive(db: Database, contract_id: int) -> None:
    contracts.archive(db, OPERATOR, contract_id)


def close_account(db: Database, contract_id: int) -> None:
    deactivate(db, a_learner(db, "ann"))


def stop_reminding(db: Database, contract_id: int) -> None:
    contract_letters.edit_letters(db, OPERATOR, contract_id, greeting="", reminder_days=None, reminders_most=1)


@pytest.mark.parametrize("happens", [accept, enroll, revoke, archive, close_account, stop_reminding])
def test_nobody_is_reminded_who_answered_or_is_not_asked_any_more(db, clock, mail_url, contract_id, happens):
    invite(db, contract_id, "ann")
    deliver(db, mail_url)
    happens(db, contract_id)
    clock.forward(AFTER * DAY)

    with unchanged(db):
        assert reminding.remind(db, OPERATOR) == 0


def test_an_expired_invitation_is_not_reminded_of(db, clock, mail_url):
    contract_id = a_contract(db, reminder_days=AFTER, invitation_ttl_days=AFTER)
    invite(db, contract_id, "ann")

    assert silent_for(db, clock, mail_url, AFTER) == 0


def test_nobody_is_reminded_of_a_letter_that_never_left(db, clock, mail_url, contract_id):
    invite(db, contract_id, "ann", "bob")
    with db.bookkeeping() as session:
        session.execute(update(Letter).values(state=LetterState.FAILED))
    clock.forward(AFTER * DAY)

    assert reminding.remind(db, OPERATOR) == 0


def test_a_reminder_that_waited_is_not_sent_after_the_answer(db, clock, mail_url, mailbox, contract_id):
    invite(db, contract_id, "ann")
    silent_for(db, clock, mail_url, AFTER)
    a_redeemed(db, contract_id, "ann")

    assert deliver(db, mail_url).cancelled == 1
    assert len(mailbox.received) == 1


def test_contract_admins_say_how_their_contract_reminds(db, contract_id):  # R-INV-11
    admin = an_admin(db, "admin", contract_id)
    contract_letters.edit_letters(db, admin, contract_id, greeting="Welcome", reminder_days=7, reminders_most=1)

    contract = contract_now(db, contract_id)
    assert (contract.greeting, contract.reminder_days, contract.reminders_most) == ("Welcome", 7, 1)
    for days, most in ((0, 1), (1, 0)):
        with refused(db, Reason.REMINDER_TOO_SOON):
            contract_letters.edit_letters(db, admin, contract_id, greeting="", reminder_days=days, reminders_most=most)
