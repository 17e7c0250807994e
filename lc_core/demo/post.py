"""The mail of the year: letters go out as a worker sends them, to a server that only plays one."""

from zlib import crc32

from lc_core.mail.delivery import Round
from lc_core.mail.letters import Writer, Written
from lc_core.mail.smtp import Answer, Verdict
from lc_core.records.db import Database

UNKNOWN = 120
"""Each how manieth address is known to nobody."""


class Server:
    """Says yes, but for a few addresses that are mistyped."""

    def send(self, letter: Written) -> Answer:
        drawn = crc32(letter.recipient.encode()) % UNKNOWN
        if drawn == 0:
            return Answer(Verdict.NEVER, f"550 5.1.1 <{letter.recipient}>: Recipient address rejected: User unknown")
        return Answer(Verdict.ACCEPTED, "250 2.0.0 Ok: queued")


def deliver(db: Database) -> None:
    """Send what is due."""
    Round(db, Server(), Writer("http://localhost:8501", "learning-contracts@example.org", db.zone)).run()
