"""What sending letters costs: claimed, written, sent and marked, beside the same bytes handed over by smtplib alone."""

import smtplib
from collections.abc import Iterator, Sequence
from contextlib import closing
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from lc_core.bench import mail_sink, places
from lc_core.bench.invite import Guests
from lc_core.bench.measuring import Bench, Measured, Work, beside, same, seconds_of
from lc_core.bench.world_contracts import NOW
from lc_core.language import N_, _
from lc_core.mail.delivery import Delivered, Round, deliver
from lc_core.mail.letters import Writer, Written
from lc_core.mail.smtp import MailServer
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.settings import Settings
from lc_core.vocabulary import LetterState

SENDER = "letters@example.org"
CONNECTIONS = Settings.model_fields["mail_connections"].default
AT_ONCE = 500
"""Letters written together for those that smtplib alone sends."""


def run(work: Work) -> Iterator[Measured]:
    """The same on each database that can be had."""
    for kind in places.kinds():
        with places.place(kind) as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
            work.told(_("{kind}: inviting {n}").format(kind=kind, n=work.size))
            Guests(db, work.size)
            with mail_sink.a_sink() as url:
                yield from _send(Post(db, url), work, kind)


def _send(post: "Post", work: Work, kind: str) -> Iterator[Measured]:
    written = post.written()
    same(_("Letters"), len(written), work.size)

    def ours() -> float:
        post.begin_anew()
        return seconds_of(lambda: same(_("Sent"), post.deliver(), Delivered(sent=work.size)))()

    work.told(_("{kind}: sending {n}").format(kind=kind, n=work.size))
    baselines = {"smtplib alone, the same bytes": seconds_of(lambda: post.hand_over(written))}
    what = f"send {work.size} letters over {CONNECTIONS} connections {kind}"
    yield from beside(what, ours, baselines, work.runs)


class Post:
    """Letters that are sent again and again."""

    def __init__(self, db: Database, url: str) -> None:
        self.db = db
        self.servers = [MailServer(url, SENDER) for _connection in range(CONNECTIONS)]
        self.writer = Writer("https://learn.example.org", SENDER, ZoneInfo("UTC"))

    def written(self) -> list[Written]:
        """All of them, as a mail server takes them."""
        found: list[Written] = []
        with self.db.read() as session:
            letters = session.scalars(select(Letter).order_by(Letter.id)).all()
            for start in range(0, len(letters), AT_ONCE):
                made = self.writer.write(session, letters[start : start + AT_ONCE], NOW)
                found += [letter for letter in made.values() if isinstance(letter, Written)]
        return found

    def begin_anew(self) -> None:
        """As if none had been sent."""
        with self.db.bookkeeping() as session:
            session.execute(update(Letter).values(state=LetterState.QUEUED, sent_at=None, server_words=""))

    def deliver(self) -> Delivered:
        """As the worker does it."""
        return deliver([Round(self.db, server, self.writer) for server in self.servers])

    def hand_over(self, letters: Sequence[Written]) -> None:
        """The bytes and nothing else."""
        where = self.servers[0].address
        with smtplib.SMTP(where.host, where.port) as connection:
            for letter in letters:
                connection.sendmail(SENDER, [letter.recipient], letter.data)


BENCH = Bench(
    "letters", N_("Letters through SMTP, beside the same bytes sent by smtplib alone."), 2_000, N_("letters"), run
)
