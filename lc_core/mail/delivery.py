"""Letters go out: claimed, written, handed to the mail server, marked one by one (safety, Mail).

What was marked sent is never sent again. A worker that dies between the server's yes and its mark sends that one letter
again when the lease is over, with the same Message-ID.
"""

import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Connection, select

from lc_core.errors import Refused
from lc_core.language import _
from lc_core.mail import claims
from lc_core.mail.claims import Claim, Mark
from lc_core.mail.letters import Writer, Written
from lc_core.mail.smtp import LONGEST_WORDS, Answer, ServerDown, Verdict
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.vocabulary import LetterState

AT_ONCE = 50
"""Letters claimed and written together."""
LOST_IN_A_ROW = 3
"""After so many broken connections, one after the other, the server counts as down."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
GIVES_UP_AFTER = timedelta(days=5)
SHORTEST_NAME = 3
"""A shorter local part is no name that a server's words could give away."""

Marking = Callable[[Connection], None]


class Server(Protocol):
    """Takes letters, one after the other; ServerDown where it cannot be talked to."""

    def send(self, letter: Written) -> Answer: ...


@dataclass
class Delivered:
    """What a round came to, in letters. `down`: the words of a server that could not be talked to."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    cancelled: int = 0
    down: str = ""

    def __add__(self, other: "Delivered") -> "Delivered":
        ours, theirs = vars(self), vars(other)
        return Delivered(
            **{name: ours[name] or theirs[name] if name == "down" else ours[name] + theirs[name] for name in ours}
        )


def deliver(rounds: Sequence["Round"]) -> Delivered:
    """Let several rounds work at once, each over a connection of its own; answers what they came to together."""
    with ThreadPoolExecutor(len(rounds)) as together:
        return sum(together.map(Round.run, rounds), Delivered())


@dataclass
class Round:
    """One round of deliveries: until nothing is due, the server is down, or it is told to stop.

    `per_minute`: how many letters all workers together send in a minute (0: any number); `lease`: after how long the
    letters of a worker that died are sent by another.
    """

    db: Database
    server: Server
    writer: Writer
    per_minute: int = 0
    lease: timedelta = claims.LEASE
    stopped: Callable[[], bool] = lambda: False
    chance: random.Random = field(default_factory=random.SystemRandom)
    done: Delivered = field(default_factory=Delivered)
    lost: int = 0

    def run(self) -> Delivered:
        """Send all that is due."""
        while not self._ends():
            taken = claims.take(self.db, AT_ONCE, per_minute=self.per_minute, lease=self.lease)
            self.done.cancelled += taken.cancelled
            if not taken:
                break
            self._deliver(taken.claims)
        return self.done

    def _ends(self) -> bool:
        return bool(self.done.down) or self.stopped()

    def _deliver(self, ours: Sequence[Claim]) -> None:
        """Send what was claimed. Each letter's mark and the look whether the next is still ours are one transaction."""
        letters = self._written(ours)
        mark: Marking = _nothing
        with self.db.bookkeeper() as books:
            for claim in ours:
                with books.begin():
                    mark(books)
                    mark = _nothing
                    now = self.db.clock()
                    if self._ends():
                        claims.give_back(books, claim, now)
                        continue
                    still_ours = claims.renew(books, claim, now + self.lease)
                if still_ours:
                    mark = self._send(claim, letters.get(claim.letter_id))
            with books.begin():
                mark(books)

    def _written(self, ours: Sequence[Claim]) -> dict[int, tuple[Written | Refused, datetime]]:
        """The letters as a mail server takes them (or why one cannot be written now), each with when it was queued."""
        with self.db.read() as session:
            rows = session.scalars(select(Letter).where(Letter.id.in_([claim.letter_id for claim in ours]))).all()
            queued = {letter.id: letter.queued_at for letter in rows}
            written = self.writer.write(session, rows, self.db.clock())
        return {letter_id: (letter, queued[letter_id]) for letter_id, letter in written.items()}

    def _send(self, claim: Claim, letter: tuple[Written | Refused, datetime] | None) -> Marking:
        """Hand one letter over; answers how it is to be marked."""
        if letter is None:  # erased since the letter was claimed
            self.done.cancelled += 1
            gone = Mark(LetterState.CANCELLED, cancelled_for=Reason.PERSON_ERASED)
            return partial(claims.settle, claim=claim, mark=gone)
        written, queued_at = letter
        if isinstance(written, Refused):
            not_now = Answer(Verdict.LATER, written.sentence)
            return partial(claims.settle, claim=claim, mark=self._mark(claim, not_now, queued_at))
        try:
            answer = self.server.send(written)
        except ServerDown as down:
            self.done.down = str(down)
            return partial(claims.give_back, claim=claim, now=self.db.clock())
        self.lost = self.lost + 1 if answer.lost else 0
        if self.lost == LOST_IN_A_ROW:
            self.done.down = answer.words
        told = replace(answer, words=masked(answer.words, written.recipient))
        return partial(claims.settle, claim=claim, mark=self._mark(claim, told, queued_at))

    def _mark(self, claim: Claim, answer: Answer, queued_at: datetime) -> Mark:
        now, words = self.db.clock(), answer.words
        if answer.verdict is Verdict.ACCEPTED:
            self.done.sent += 1
            return Mark(LetterState.SENT, words, sent_at=now)
        if answer.verdict is Verdict.NEVER:
            self.done.failed += 1
            return Mark(LetterState.FAILED, words)
        if now - queued_at >= GIVES_UP_AFTER:
            self.done.failed += 1
            given_up = _("Given up after {n} days: {words}").format(n=GIVES_UP_AFTER.days, words=words)
            return Mark(LetterState.FAILED, given_up[:LONGEST_WORDS])
        self.done.deferred += 1
        return Mark(LetterState.DEFERRED, words, due_at=now + pause(claim.attempt) * self.chance.uniform(0.5, 1))


def _nothing(_books: Connection) -> None:
    """There is nothing to mark."""


def pause(attempt: int) -> timedelta:
    """How long a letter waits at most after so many attempts: twice as long each time, up to a bound."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempt - 1, 10)))


def masked(words: str, recipient: str) -> str:
    """A server's words without the address to which they belong: addresses are kept with people only (safety, Privacy)."""
    name = recipient.rpartition("@")[0]
    if name.casefold() not in words.casefold():
        return words
    hidden = re.sub(re.escape(recipient), "<address>", words, flags=re.IGNORECASE)
    if len(name) < SHORTEST_NAME:
        return hidden
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "<name>", hidden, flags=re.IGNORECASE)
