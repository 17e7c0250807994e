"""What becomes of one contract's enrollments as the LMS tells them: new, changed, unchanged or rejected (R-ENR-3, R-SEAT-5..7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import learner_rules, people
from lc_core.intake.enrollment_entries import Book, Entry, Stored, Told, Unit
from lc_core.intake.enrollment_seats import SeatsAsked
from lc_core.intake.seat_walk import Step
from lc_core.invited import current_activities
from lc_core.learner_rules import Wish
from lc_core.reasons import Reason
from lc_core.records.db import Change, portions
from lc_core.records.models import Contract, Enrollment
from lc_core.vocabulary import STARTED, ContractStatus, EnrollmentStatus


@dataclass
class Decided:
    """The verdicts on one contract's rows, and the moves of its seats."""

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[tuple[Told, Reason]] = field(default_factory=list)
    moves: dict[Unit, list[Step]] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)


def decide(change: Change, contract: Contract, told: Sequence[Told]) -> Decided:
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
        fields = _fields(one, stored)
        if stored is not None and all(getattr(stored, name) == value for name, value in fields.items()):
            decided.unchanged += 1
        else:
            opens = stored is None or (stored.withdrawn and one.status is not EnrollmentStatus.WITHDRAWN)
            entries.append(Entry(one, stored, fields, opens))
    _judge(change, contract, book, entries, decided)
    return decided


def _look_up(session: Session, contract: Contract, told: Sequence[Told]) -> Book:
    known = people.known_by_key(session, sorted({one.address.key for one in told}))
    persons = {key: person.person_id for key, person in known.items()}
    keys = {person_id: key for key, person_id in persons.items()}
    book = Book(persons, {}, current_activities(session, contract.id))
    columns = [getattr(Enrollment, name) for name in Stored.__dataclass_fields__]
    for portion in portions(list(keys)):
        theirs = select(*columns).where(Enrollment.contract_id == contract.id, Enrollment.person_id.in_(portion))
        for row in session.execute(theirs):
            stored = Stored(*row)
            key = keys[stored.person_id]
            book.stored[key, stored.activity_id] = stored
            book.taken.setdefault(key, set()).add(stored.activity_id)
    return book


def _why_not(contract: Contract, book: Book, one: Told, stored: Stored | None) -> Reason | None:
    """What can be said without looking at the seats. An enrollment that exists stays, whatever is offered now (R-CON-16)."""
    if one.enrolled_at < contract.starts_at or (contract.ends_at is not None and one.enrolled_at >= contract.ends_at):
        return Reason.OUTSIDE_PERIOD
    if stored is None and one.activity_id not in book.offered:
        return Reason.ACTIVITY_NOT_IN_CONTRACT
    return None


def _fields(one: Told, stored: Stored | None) -> dict[str, Any]:
    """The enrollment as the row tells it; what it has no cell for stays as it is."""
    completed_at, withdrawn_at = one.completed_at, one.withdrawn_at
    if stored is not None and "completed_at" not in one.row.cells:
        completed_at = stored.completed_at
    if stored is not None and "withdrawn_at" not in one.row.cells and one.status is EnrollmentStatus.WITHDRAWN:
        withdrawn_at = stored.withdrawn_at
    return {
        "status": one.status,
        "lms_status": one.lms_status,
        "enrolled_at": one.enrolled_at,
        "completed_at": completed_at,
        "withdrawn_at": withdrawn_at,
        "started": one.status in STARTED or (stored is not None and stored.started),
    }


def _judge(change: Change, contract: Contract, book: Book, entries: Sequence[Entry], decided: Decided) -> None:
    """Let in what finds a seat. Who finds none is asked again at the end: a unit that holds one by then needs no other."""
    decided.changed += [entry for entry in entries if not entry.opens]
    asking = SeatsAsked(change, contract, book, entries)
    left: list[tuple[Entry, Reason]] = []
    for entry in asking.in_their_order:
        reason = _why_not_let_in(contract, book, asking, entry)
        if reason is None:
            (decided.changed if entry.stored else decided.new).append(entry)
        else:
            left.append((entry, reason))
    for entry, reason in left:
        if reason is Reason.NO_SEAT and asking.holds(entry) and not _why_not_let_in(contract, book, asking, entry):
            (decided.changed if entry.stored else decided.new).append(entry)
        else:
            decided.rejected.append((entry.told, reason))
    decided.moves = asking.moves()


def _why_not_let_in(contract: Contract, book: Book, asking: SeatsAsked, entry: Entry) -> Reason | None:
    taken = book.taken.setdefault(entry.told.address.key, set())
    wish = Wish(
        contract=ContractStatus.ACTIVE,  # as it was then: the period was compared with enrolled_at
        contract_type=contract.contract_type,
        invitation=None,
        require_code=False,
        covered=True,  # what the LMS tells, the invitation covers from now on
        enrolled=entry.stored.status if entry.stored else None,
        activities_taken=len(taken),
        per_user_limit=contract.per_user_limit,
    )
    reason = learner_rules.why_not_take(wish)
    if reason is None and not asking.finds_seat(entry):
        reason = Reason.NO_SEAT
    if reason is None:
        taken.add(entry.told.activity_id)
    return reason
