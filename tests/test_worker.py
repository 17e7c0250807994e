"""The worker: it does what is due, says what is wrong, goes on whatever happens, and ends when it is told to."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE
from threading import Thread

import pytest
import time_machine
from pydantic import SecretStr

from lc_core.exports import runs
from lc_core.insight.copy import Insight
from lc_core.records import beats
from lc_core.records.db import Database
from lc_core.settings import Settings
from lc_core.vocabulary import ContractType, LetterState
from lc_core.worker import Worker
from tests import databases, mail_servers, processes
from tests.mailing import states
from tests.processes import PATIENCE, until
from tests.saving import a_scheduled, an_analyst
from tests.worlds import FIRST_DAY, a_contract, an_admin, email, invite


@pytest.fixture
def working(db: Database, tmp_path: Path) -> Callable[..., Worker]:
    """A worker on these records, with these settings."""
    return lambda **said: Worker(db, Insight(db, tmp_path / "copy"), Settings(**{"data_dir": tmp_path, **said}))


def mailed(url: str) -> dict[str, SecretStr]:
    return {"smtp_url": SecretStr(url)}


def the_beats(db: Database) -> dict[str, tuple[datetime | None, str]]:
    return {beat.job: (beat.failing_since, beat.words) for beat in beats.every(db)}


def test_it_does_what_is_due_and_says_what_it_did(db, clock, working, mail_url, mailbox):
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, reminder_days=3, valid_to=None)
    an_admin(db, "ada", contract_id)
    invite(db, contract_id, "ann")

    first = {one["job"]: one for one in working(**mailed(mail_url)).once()}
    clock.forward(timedelta(days=7))
    later = {one["job"]: one for one in working(**mailed(mail_url)).once()}

    assert first["letters"]["sent"] == 2
    assert (later["reminders"]["written"], later["alerts"]["raised"], later["letters"]["sent"]) == (1, 1, 2)
    assert sorted(mailbox.recipients) == [email("ada"), email("ada"), email("ann"), email("ann")]
    assert set(the_beats(db)) == set(first)
    assert set(the_beats(db).values()) == {(None, "")}


def test_it_makes_saved_exports_and_sends_the_link_to_each(db, clock, working, mail_url, mailbox):  # R-EXP-6
    ana = an_analyst(db)
    a_scheduled(db, ana)
    clock.forward(timedelta(days=1))
    worker = working(**mailed(mail_url))
    made = worker.do("reports")
    worker.do("letters")

    assert (made, worker.do("reports")["made"]) == ({"made": 1, "failed": 0, "again": 0}, 0)
    (letter,) = [one.message for one in mailbox.received if email("ana") in one.recipients]
    plain, _html = letter.iter_parts()
    (token,) = re.findall(r"/exports/files/([0-9a-f]{64})\s", plain.get_content())
    assert runs.sent_by(db, token).name == "Every-morning-2026-06-16.csv"


def test_letters_wait_where_no_mail_server_is_set(db, working):
    invite(db, a_contract(db), "ann")
    done = {one["job"]: one for one in working().once()}

    assert done["letters"] == {"job": "letters", "wrong": "No mail server is set (LC_SMTP_URL)."}
    assert states(db) == [LetterState.QUEUED]


def test_it_says_since_when_the_mail_server_is_down_and_when_it_is_back(db, clock, working, mail_url):
    invite(db, a_contract(db), "ann")
    down = working(**mailed(mail_servers.nobody()))
    down.do("letters")
    since = clock.now
    clock.forward(timedelta(minutes=10))
    down._not_before = 0
    down.do("letters")

    assert the_beats(db)["letters"][0] == since
    assert "refused" in the_beats(db)["letters"][1]
    working(**mailed(mail_url)).do("letters")
    assert the_beats(db)["letters"] == (None, "")
    assert states(db) == [LetterState.SENT]


def test_a_server_that_is_down_is_left_alone_for_longer_each_time(db, working):
    down = working(**mailed(mail_servers.nobody()))
    pauses = []
    for _time in range(8):
        invite(db, a_contract(db), "ann")
        down._not_before = 0
        down.do("letters")
        pauses.append(down._pause)

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]
    asked: list[str] = []
    down.servers[0].send = asked.append  # type: ignore[method-assign,assignment]  # who asks it now is too early
    assert "refused" in down.do("letters")["wrong"]
    assert asked == []


def test_one_job_that_fails_does_not_keep_the_others_from_being_done(db, working, mail_url, tmp_path):
    invite(db, a_contract(db), "ann")
    ours = working(**mailed(mail_url))
    (tmp_path / "copy").write_text("where the copy should be, somebody put a file")
    done = {one["job"]: one for one in ours.once()}

    assert done["copy"]["wrong"]
    assert done["letters"]["sent"] == 1
    assert the_beats(db)["copy"][1] == done["copy"]["wrong"]


def test_a_beat_is_not_written_more_often_than_somebody_could_want_to_know(db, clock, working, mail_url):
    ours = working(**mailed(mail_url))
    ours.do("letters")
    first = clock.now
    clock.forward(timedelta(seconds=2))
    ours.do("letters")
    assert [beat.at for beat in beats.every(db)] == [first]

    working(**mailed(mail_url)).do("letters")
    assert [beat.at for beat in beats.every(db)] == [clock.now]


@pytest.mark.parametrize("url", ["https://mail.example.org", "smtp://", "smtp://mail.example.org:port", "mail"])
def test_an_address_that_is_no_mail_servers_is_told_without_its_password(working, url):
    wrong = url.replace("://", "://joe:secret@")
    with pytest.raises(ValueError, match="LC_SMTP_URL") as told:
        working(**mailed(wrong))

    assert "secret" not in str(told.value)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def real(db_url: str) -> Iterator[Database]:
    """Records that go by the real clock, as other processes do."""
    with databases.opened(db_url) as database:
        yield database


def a_process(db_url: str, mail_url: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    settings = {"LC_DATABASE_URL": db_url, "LC_DATA_DIR": str(folder), "LC_SMTP_URL": mail_url}
    return processes.start("lc_core.cli", "worker", *words, settings=settings, cwd=folder, stdout=PIPE, stderr=PIPE)


def invited_for_real(db: Database, *names: str) -> None:
    begun = FIRST_DAY.replace(year=2020)
    invite(db, a_contract(db, ContractType.SUBSCRIPTION, seats=1000, valid_from=begun, valid_to=None), *names)


def test_the_command_does_what_is_due_once_and_reports(real, db_url, mail_url, mailbox, tmp_path):
    invited_for_real(real, "ann", "bob")
    out, err = a_process(db_url, mail_url, tmp_path, "--once", "--json").communicate(timeout=PATIENCE)

    done = {one["job"]: one for one in json.loads(out)}
    assert done["letters"]["sent"] == 2, err
    assert mailbox.recipients == [email("ann"), email("bob")]


def test_the_command_works_until_it_is_told_to_stop_and_leaves_nothing_half_done(
    real, db_url, mail_url, mailbox, tmp_path
):
    invited_for_real(real, *[f"p{n}" for n in range(300)])
    mailbox.on_data = lambda: time.sleep(0.01)
    process = a_process(db_url, mail_url, tmp_path)
    until(lambda: len(mailbox.received) >= 20)
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, err
    assert set(states(real)) <= {LetterState.SENT, LetterState.QUEUED}
    assert states(real).count(LetterState.SENT) == len(mailbox.ids) == len(set(mailbox.ids)) < 300


def test_the_worker_goes_on_when_the_clock_was_set_back(real, mail_url, mailbox, tmp_path):
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        ours = Worker(real, Insight(real, tmp_path / "copy"), Settings(**mailed(mail_url)))
        running = Thread(target=ours.run)
        running.start()
        invited_for_real(real, "ann")
        until(lambda: states(real) == [LetterState.SENT])
        clock.shift(timedelta(hours=-1))
        invited_for_real(real, "bob")
        until(lambda: len(mailbox.received) == 2)
        ours.stop.set()
        running.join(PATIENCE)

    assert mailbox.recipients == [email("ann"), email("bob")]
    assert not running.is_alive()
