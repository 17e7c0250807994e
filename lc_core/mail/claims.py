"""Who sends which letter: a worker claims some with a lease, so that several never send the same one.

A claim is the letter's id with the number of its attempt: whoever comes back after another took the letter over marks
nothing. A lease is measured by the clock of the wall, which may jump: one that ends much later than it could have been
given counts as over, and before each letter its own claim is renewed, so that a worker learns that it lost it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from lc_core import rules
from lc_core.mail import digest_guard
from lc_core.mail.facts import OF_RUNS, run_of
from lc_core.place_rules import why_not_write_to
from lc_core.reasons import Reason
from lc_core.records.db import Database, alone, rows_changed
from lc_core.records.export_models import ExportRun
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Invitation, Person, table_of
from lc_core.records.types import UtcDateTime
from lc_core.vocabulary import LetterKind, LetterState

LEASE = timedelta(minutes=5)
A_MINUTE = timedelta(minutes=1)

# Said once and compiled once: each letter needs two of them, and building them costs more than running them.
LETTERS = table_of(Letter)
OURS = update(LETTERS).where(
    LETTERS.c.id == bindparam("letter"),
    LETTERS.c.attempts == bindparam("attempt"),
    LETTERS.c.state == LetterState.CLAIMED,
)
RENEW = OURS.values(lease_until=bindparam("until"))
GIVE_BACK = OURS.values(state=LetterState.QUEUED, due_at=bindparam("now"), lease_until=None)
SETTLE = OURS.values(
    state=bindparam("to_state"),
    server_words=bindparam("words"),
    due_at=func.coalesce(bindparam("due", type_=UtcDateTime()), LETTERS.c.due_at),
    sent_at=bindparam("sent"),
    cancelled_for=bindparam("why"),
    lease_until=None,
)


@dataclass(frozen=True)
class Claim:
    """One letter that is ours to send, and in which attempt."""

    letter_id: int
    attempt: int


@dataclass(frozen=True)
class Taken:
    """What one look into the outbox came to: letters to send, and how many were cancelled as no longer wanted."""

    claims: list[Claim]
    cancelled: int

    def __bool__(self) -> bool:
        return bool(self.claims or self.cancelled)


def take(db: Database, most: int, *, per_minute: int = 0, lease: timedelta = LEASE) -> Taken:
    """Claim letters that are due, the longest waiting first. `per_minute`: how many all workers together send (0: any)."""
    with db.bookkeeping() as session:
        now = db.clock()  # not before: a clock set back while we waited for the others would make our lease look over
        if per_minute:
            alone(session, "letters per minute")
            most = min(most, per_minute - _lately(session, now, lease))
        claims: list[Claim] = []
        unwanted: dict[Reason, list[int]] = {}
        for letter, reason in _due(session, most, now, lease):
            if reason is None:
                claims.append(Claim(letter.id, letter.attempts + 1))
            else:
                unwanted.setdefault(reason, []).append(letter.id)
        _set(
            session,
            [claim.letter_id for claim in claims],
            state=LetterState.CLAIMED,
            attempts=Letter.attempts + 1,
            lease_until=db.clock() + lease,  # looked at again: these letters are ours alone by now
        )
        for reason, ids in unwanted.items():
            _set(session, ids, state=LetterState.CANCELLED, cancelled_for=reason, lease_until=None)
    return Taken(claims, sum(map(len, unwanted.values())))


def _lately(session: Session, now: datetime, lease: timedelta) -> int:
    """How many letters went out within the last minute or are about to."""
    sent = select(Letter.id).where(Letter.sent_at > now - A_MINUTE, Letter.sent_at <= now)
    going = select(Letter.id).where(Letter.state == LetterState.CLAIMED, ~_over(now, lease))
    return len(session.scalars(sent).all()) + len(session.scalars(going).all())


def _over(now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Leases that have ended, or that were given before the clock was set back.

    One that ends a little later than `now` allows for was given by a worker whose look at the clock was the later one.
    """
    return or_(Letter.lease_until <= now, Letter.lease_until > now + 2 * lease)


def _due(session: Session, most: int, now: datetime, lease: timedelta) -> Iterator[tuple[Letter, Reason | None]]:
    """Letters whose turn it is, locked, each with why it is not wanted any more."""
    waiting = (
        (LetterState.CLAIMED, _over(now, lease)),
        (LetterState.DEFERRED, Letter.due_at <= now),
        (LetterState.QUEUED, Letter.due_at <= now),
    )
    for state, due in waiting:  # one by one, so that each follows the index
        if most <= 0:
            return
        found = (
            select(Letter, Invitation, Contract)
            .join(Person, Person.id == Letter.person_id)
            .outerjoin(Contract, Contract.id == Letter.contract_id)
            .outerjoin(Invitation, Invitation.id == Letter.invitation_id)
            .options(contains_eager(Letter.person), contains_eager(Invitation.person))  # the same person
            .where(Letter.state == state, due)
            .order_by(Letter.due_at, Letter.id)
            .limit(most)
            .with_for_update(of=Letter, skip_locked=True)
        )
        for letter, invitation, contract in session.execute(found).all():
            most -= 1
            yield letter, _why_not(letter, invitation, contract, now) or _why_not_now(session, letter, now)


def _why_not(letter: Letter, invitation: Invitation | None, contract: Contract | None, now: datetime) -> Reason | None:
    person = letter.person
    gone = why_not_write_to(deactivated=person.deactivated_at is not None, erased=person.erased_at is not None)
    return gone or rules.why_not_send(
        letter.kind,
        invitation.status_at(now) if invitation else None,
        contract.status_at(now) if contract else None,
        superseded=invitation is not None and letter.send_number < invitation.send_count,
    )


def _why_not_now(session: Session, letter: Letter, now: datetime) -> Reason | None:
    """A digest goes by its reader's rights, which may have changed since it was written; the file of a run may be gone."""
    if letter.kind is LetterKind.DIGEST:
        return digest_guard.why_not(session, letter.person_id, now)
    if letter.kind not in OF_RUNS:
        return None
    run = session.get(ExportRun, run_of(letter))
    there = run is not None and (run.expires_at is None or run.expires_at > now)
    return None if there else Reason.FILE_GONE


@dataclass(frozen=True)
class Mark:
    """What became of a letter in our hands. `due_at`: when it is tried again, where it is."""

    state: LetterState
    words: str = ""
    due_at: datetime | None = None
    sent_at: datetime | None = None
    cancelled_for: Reason | None = None


def renew(books: Connection, claim: Claim, until: datetime) -> bool:
    """Whether the claim is still ours; if so, for longer."""
    return _if_ours(books, RENEW, claim, until=until)


def give_back(books: Connection, claim: Claim, now: datetime) -> None:
    """Let go of a letter that was not tried: it is due at once."""
    _if_ours(books, GIVE_BACK, claim, now=now)


def settle(books: Connection, claim: Claim, mark: Mark) -> None:
    """Write down what became of a letter, if it is still ours."""
    _if_ours(
        books,
        SETTLE,
        claim,
        to_state=mark.state,
        words=mark.words,
        due=mark.due_at,
        sent=mark.sent_at,
        why=mark.cancelled_for,
    )


def _if_ours(books: Connection, statement: Update, claim: Claim, **values: Any) -> bool:
    told = {"letter": claim.letter_id, "attempt": claim.attempt, **values}
    return rows_changed(books.execute(statement, told)) == 1


def _set(session: Session, ids: list[int], **values: Any) -> None:
    if ids:
        session.execute(update(LETTERS).where(LETTERS.c.id.in_(ids)).values(**values))
