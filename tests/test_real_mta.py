"""Once against a mail server that people really run: Exim, on loopback, delivering into folders (Debian: exim4-daemon-light)."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from lc_core import inviting
from lc_core.vocabulary import ContractType, LetterState
from tests.mail_servers import LOOPBACK, a_free_port
from tests.mailing import deliver, letters
from tests.worlds import OPERATOR, a_contract, email

pytestmark = pytest.mark.soak
PATIENCE = 30.0
LETTERS = 200
CONFIGURATION = """
keep_environment =
deliver_drop_privilege
primary_hostname = mta.example.org
local_interfaces = {loopback}
daemon_smtp_ports = {port}
spool_directory = {home}/spool
log_file_path = {home}/log-%slog
smtp_accept_max = 20
smtp_accept_queue_per_connection = 10000
smtp_enforce_sync = true
acl_smtp_rcpt = recipients
begin acl
recipients:
  deny local_parts = unknown
       message = no such user here
  defer local_parts = busy
       message = try later
  accept
begin routers
everybody:
  driver = accept
  transport = folder
begin transports
folder:
  driver = appendfile
  directory = {home}/mail
  maildir_format
  create_directory
"""


@pytest.fixture
def mta() -> Iterator[tuple[str, Path]]:
    """The URL of a running Exim, and where it puts letters: a folder for everybody, since it works as a user of its own."""
    program = shutil.which("exim4") or shutil.which("exim")
    assert program, "Exim is missing: apt-get install exim4-daemon-light"
    port = a_free_port()
    with tempfile.TemporaryDirectory(prefix="lc-exim-") as name:
        home = Path(name)
        home.chmod(0o777)
        written = home / "exim.conf"
        written.write_text(CONFIGURATION.format(loopback=LOOPBACK, port=port, home=home))
        with subprocess.Popen([program, "-C", str(written), "-bdf"]) as running:
            try:
                wait_for(port)
                yield f"smtp://{LOOPBACK}:{port}", home / "mail"
            finally:
                running.terminate()


def wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection((LOOPBACK, port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("Exim did not start")


def test_a_real_server_gets_every_letter_and_says_why_it_takes_one_not(db, mta):
    url, mail = mta
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, title="Sûreté, a=?b? course", seats=LETTERS + 2)
    whom = [email(f"p{n}") for n in range(LETTERS)]
    inviting.invite(db, OPERATOR, contract_id, [*whom, email("unknown"), email("busy")])

    done = deliver(db, url)
    arrived = list(until_there(mail, LETTERS))

    assert (done.sent, done.failed, done.deferred) == (LETTERS, 1, 1)
    assert sorted(message["To"] for message in arrived) == sorted(whom)
    assert {str(message["Subject"]) for message in arrived} == {str(arrived[0]["Subject"])}
    assert "Sûreté" in arrived[0]["Subject"]
    words = {letter.state: letter.server_words for letter in letters(db)}
    assert "no such user here" in words[LetterState.FAILED]
    assert "try later" in words[LetterState.DEFERRED]
    assert arrived[0].get_body(("plain",)).get_content().strip()


def until_there(mail: Path, how_many: int) -> Iterator:
    """The letters in the folders, once so many have come."""
    end = time.monotonic() + PATIENCE
    while len(found := list(mail.glob("new/*"))) < how_many:
        assert time.monotonic() < end, f"{len(found)} letters"
        time.sleep(0.2)
    return (message_from_bytes(path.read_bytes(), policy=policy.default) for path in found)
