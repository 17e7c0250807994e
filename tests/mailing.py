"""How the tests send letters, and what they ask of them afterwards."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lc_core.mail import claims
from lc_core.mail.delivery import Delivered, Round
from lc_core.mail.letters import Writer
from lc_core.mail.smtp import MailServer
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.vocabulary import LetterState
from tests.mail_servers import Mailbox
from tests.worlds import a_contract, a_learner, deactivate, email, invite

SENDER = "letters@example.org"
BASE = "https://learn.example.org"
SECOND = timedelta(seconds=1)
UNKNOWN, BUSY = "550 5.1.1 no such user here", "451 4.7.1 come back later"


def deliver(db: Database, url: str, *, patience: float = 5.0, longest: float = 20.0, **said: Any) -> Delivered:
    """A round of deliveries by a worker of its own."""
    server = MailServer(url, SENDER, patience=patience, longest=longest)
    try:
        return Round(db, server, Writer(BASE, f"Learning <{SENDER}>", db.zone), chance=random.Random(1), **said).run()
    finally:
        server.close()


def letters(db: Database) -> list[Letter]:
    """All there are, oldest first."""
    with db.read() as session:
        return list(session.scalars(select(Letter).order_by(Letter.id)))


def the_letter(db: Database) -> Letter:
    (letter,) = letters(db)
    return letter


def states(db: Database) -> list[LetterState]:
    return [letter.state for letter in letters(db)]


def refuses(mailbox: Mailbox, **answers: str) -> None:
    """The mail server answers so to letters for these people, and yes to all others."""
    mailbox.answers["rcpt"] = {email(name): answer for name, answer in answers.items()}.get


def one_of_each_state(db: Database, mailbox: Mailbox, url: str) -> dict[LetterState, int]:
    """A letter of each state, its id by its state: an invitation to "Safety" of somebody of that name."""
    contract_id = a_contract(db, title="Safety")
    invite(db, contract_id, "sent", "deferred", "failed")
    refuses(mailbox, deferred=BUSY, failed=UNKNOWN)
    deliver(db, url)
    invite(db, contract_id, "cancelled")
    deactivate(db, a_learner(db, "cancelled"))
    deliver(db, url)
    invite(db, contract_id, "claimed")
    claims.take(db, 1)
    invite(db, contract_id, "queued")
    return {letter.state: letter.id for letter in letters(db)}
