"""Workers are killed while letters go out, and several work at once: every letter arrives, and hardly one twice."""

import random
import signal
import subprocess
from collections import Counter

import pytest

from lc_core import inviting
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType, LetterState
from tests import processes
from tests.mail_servers import Mailbox
from tests.mailing import states
from tests.processes import PATIENCE, until
from tests.races.letters import waits
from tests.real_time import db
from tests.worlds import FIRST_DAY, OPERATOR, a_contract, email

__all__ = ["db"]
LEASE, SHORT_LEASE = 300.0, 4.0
"""Seconds: as it is, and as long as a test can wait for a dead worker's letters."""
FEW, FEW_KILLS = 60, 2
MANY, MANY_KILLS = 2_000, 14
VERY_MANY = 10_000
MOMENTS = random.Random(14)


def letters_to(db: Database, how_many: int) -> list[str]:
    whom = [email(f"p{n}") for n in range(how_many)]
    begun = FIRST_DAY.replace(year=2020)
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=how_many, valid_from=begun, valid_to=None)
    inviting.invite(db, OPERATOR, contract_id, whom)
    return whom


def a_worker(db_url: str, mail_url: str, lease: float = LEASE) -> subprocess.Popen[str]:
    return processes.start("tests.races.letters", mail_url, db_url, str(lease))


def killed(db_url: str, mail_url: str, mailbox: Mailbox, arrived: int) -> None:
    """A worker that is killed when so many letters have arrived."""
    worker = a_worker(db_url, mail_url, SHORT_LEASE)
    until(lambda: len(mailbox.received) >= arrived or worker.poll() is not None, "letters")
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def kills(db: Database, db_url: str, mail_url: str, mailbox: Mailbox, letters: int, how_often: int) -> int:
    """Letters that arrived although workers were killed meanwhile. Answers how many came twice."""
    whom = letters_to(db, letters)
    for moment in sorted(MOMENTS.sample(range(1, letters), how_often)):
        killed(db_url, mail_url, mailbox, moment)
    last = a_worker(db_url, mail_url, SHORT_LEASE)
    last.wait(PATIENCE)

    assert sorted(set(mailbox.recipients)) == sorted(whom)
    assert states(db) == [LetterState.SENT] * letters
    assert len(set(mailbox.ids)) == letters
    return len(mailbox.ids) - letters


def test_killed_workers_lose_nothing_and_repeat_at_most_the_letter_in_hand(db, db_url, mail_url, mailbox):
    assert kills(db, db_url, mail_url, mailbox, FEW, FEW_KILLS) <= FEW_KILLS


@pytest.mark.soak
def test_workers_killed_again_and_again_lose_nothing(db, db_url, mail_url, mailbox):
    repeats = kills(db, db_url, mail_url, mailbox, MANY, MANY_KILLS)

    print(f"{MANY_KILLS} kills, {MANY} letters, {repeats} of them twice")  # noqa: T201 (the figure, for whoever asks with -s)
    assert repeats <= MANY_KILLS


def together(db: Database, db_url: str, mail_url: str, mailbox: Mailbox, letters: int) -> None:
    whom = letters_to(db, letters)
    workers = [a_worker(db_url, mail_url) for _ in range(2)]
    for worker in workers:
        assert worker.wait(PATIENCE) == 0

    assert waits(db) == 0
    assert Counter(mailbox.recipients) == Counter(whom)


def test_two_workers_send_nothing_twice(db, db_url, mail_url, mailbox):
    together(db, db_url, mail_url, mailbox, 4 * FEW)


@pytest.mark.soak
def test_two_workers_send_many_letters_once_each(db, db_url, mail_url, mailbox):
    together(db, db_url, mail_url, mailbox, VERY_MANY)
