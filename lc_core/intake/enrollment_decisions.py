"""What becomes of one contract's enrollments as the LMS tells them: new, changed, unchanged or rejected (R-ENR-3, R-SEAT-5..7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import people, rules, seats
from lc_core.addresses import Address
from lc_core.intake.feed_files import Row
from lc_core.intake.seat_walk import FOREVER, Holding, Span, Stay, Step, Terms, Walk, spans_held
from lc_core.invitation_lists import current_activities
from lc_core.reasons import Reason
from lc_core.records.db import Change, portions
from lc_core.records.models import Contract, Enrollment, SeatMove
from lc_core.rules import Wish
from lc_core.vocabulary import STARTED, EnrollmentStatus, InvitationStatus

Unit = tuple[str, int]
"""Whose seat it is (R-SEAT-1..3): an e-mail key, since some of the people are not made yet, and an activity or 0."""


@dataclass(frozen=True)
class Told:
    """One row, understood."""

    row: Row
    address: Address
    activity_id: int
    status: EnrollmentStatus
    lms_status: str
    enrolled_at: datetime
    completed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Stored:
    """An enrollment as the records have it."""

    id: int
    person_id: int
    activity_id: int
    status: EnrollmentStatus
    lms_status: str
    enrolled_at: datetime
    completed_at: datetime | None
    withdrawn_at: datetime | None
    started: bool

    @property
    def withdrawn(self) -> bool:
        return self.status is EnrollmentStatus.WITHDRAWN


@dataclass(frozen=True)
class Entry:
    """One enrollment to be written. `stored` None: a new one; `opens`: it is new or open again, and needs an invitation."""

    told: Told
    stored: Stored | None
    fields: dict[str, Any]
    opens: bool


@dataclass
class Decided:
    """The verdicts on one contract's rows, and the moves of its seats."""

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[tuple[Told, Reason]] = field(default_factory=list)
    moves: dict[Unit, list[Step]] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)


@dataclass
class _Book:
    """What the records know of the people of the file and this contract."""

    persons: dict[str, int]
    stored: dict[tuple[str, int], Stored]
    offered: frozenset[int]
    taken: dict[str, set[int]] = field(default_factory=dict)


def decide(change: Change, contract: Contract, told: Sequence[Told], columns: frozenset[str]) -> Decided:
    """Judge the rows of a locked contract in the order of enrolled_at, then of the file. Nothing is written."""
    book = _look_up(change.session, contract, told)
    decided = Decided(persons=book.persons)
    entries: list[Entry] = []
    for one in told:
        stored = book.stored.get((one.address.key, one.activity_id))
        reason = _why_not(contract, book, one, stored)
        if reason is not None:
            decided.rejected.append((one, reason))
            continue
        fields = _fields(one, stored, columns)
        if stored is not None and all(getattr(stored, name) == value for name, value in fields.items()):
            decided.unchanged += 1
        else:
            opens = stored is None or (stored.withdrawn and one.status is not EnrollmentStatus.WITHDRAWN)
            entries.append(Entry(one, stored, fields, opens))
    _Judging(change, contract, book, decided).judge(entries)
    return decided


def _look_up(session: Session, contract: Contract, told: Sequence[Told]) -> _Book:
    known = people.known_by_key(session, sorted({one.address.key for one in told}))
    persons = {key: person.person_id for key, person in known.items()}
    keys = {person_id: key for key, person_id in persons.items()}
    book = _Book(persons, {}, current_activities(session, contract.id))
    columns = [getattr(Enrollment, name) for name in Stored.__dataclass_fields__]
    for portion in portions(list(keys)):
        theirs = select(*columns).where(Enrollment.contract_id == contract.id, Enrollment.person_id.in_(portion))
        for row in session.execute(theirs).tuples():
            stored = Stored(*row)
            key = keys[stored.person_id]
            book.stored[key, stored.activity_id] = stored
            book.taken.setdefault(key, set()).add(stored.activity_id)
    return book


def _why_not(contract: Contract, book: _Book, one: Told, stored: Stored | None) -> Reason | None:
    """What can be said without looking at the seats. An enrollment that exists stays, whatever the contract offers now (R-CON-16)."""
    if one.enrolled_at < contract.starts_at or (contract.ends_at is not None and one.enrolled_at >= contract.ends_at):
        return Reason.OUTSIDE_PERIOD
    if stored is None and one.activity_id not in book.offered:
        return Reason.ACTIVITY_NOT_IN_CONTRACT
    return None


def _fields(one: Told, stored: Stored | None, columns: frozenset[str]) -> dict[str, Any]:
    """The enrollment as the row tells it; what the file has no column for stays as it is."""
    completed_at, withdrawn_at = one.completed_at, one.withdrawn_at
    if stored is not None and "completed_at" not in columns:
        completed_at = stored.completed_at
    if stored is not None and "withdrawn_at" not in columns and one.status is EnrollmentStatus.WITHDRAWN:
        withdrawn_at = stored.withdrawn_at
    return {
        "status": one.status,
        "lms_status": one.lms_status,
        "enrolled_at": one.enrolled_at,
        "completed_at": completed_at,
        "withdrawn_at": withdrawn_at,
        "started": one.status in STARTED or (stored is not None and stored.started),
    }


class _Judging:
    """The walk through one contract's history: withdrawals first, then each enrollment that opens, at its own time."""

    def __init__(self, change: Change, contract: Contract, book: _Book, decided: Decided) -> None:
        self._now = change.now
        self._session = change.session
        self._contract = contract
        self._book = book
        self._decided = decided

    def judge(self, entries: Sequence[Entry]) -> None:
        opening = sorted(
            (entry for entry in entries if entry.opens),
            key=lambda entry: (self._stay(entry).span.begins, entry.told.enrolled_at),
        )
        withdrawn = [entry for entry in entries if not entry.opens and self._is_withdrawn_now(entry)]
        self._decided.changed += [entry for entry in entries if not entry.opens]
        if not opening and not withdrawn:
            return
        walk = self._walk([*opening, *withdrawn])
        for entry in withdrawn:
            walk.holdings[self._unit(entry.told)].stays.append(self._stay(entry))
        for unit in dict.fromkeys(self._unit(entry.told) for entry in withdrawn):
            walk.settle(unit)
        self._let_in(walk, opening)
        self._decided.moves = {unit: steps for unit, steps in walk.touched.items() if steps}

    def _let_in(self, walk: Walk[Unit], opening: Sequence[Entry]) -> None:
        """Those who found no seat are asked once more at the end: their unit may hold one by now, and then needs no other."""
        left = [entry for entry in opening if not self._is_let_in(walk, entry)]
        for entry in left:
            self._decided.rejected.pop  # noqa: B018
        raise NotImplementedError
