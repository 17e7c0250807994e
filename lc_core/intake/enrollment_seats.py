"""The seats that one contract's rows ask for: the walk of seat_walk.py over what the records and the file say."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from lc_core import seats
from lc_core.intake.enrollment_entries import Book, Entry, Unit
from lc_core.intake.seat_walk import FOREVER, Holding, Span, Stay, Step, Terms, Walk, spans_held
from lc_core.records.db import Change
from lc_core.records.models import Contract, SeatMove
from lc_core.vocabulary import EnrollmentStatus


class SeatsAsked:
    """One contract's walk. Made, it has returned the seats of those who are withdrawn now; then each that opens may ask."""

    def __init__(self, change: Change, contract: Contract, book: Book, entries: Sequence[Entry]) -> None:
        self._now = change.now
        self._contract = contract
        asking = [entry for entry in entries if entry.opens or entry.withdraws]
        self._stays = {entry.key: self._stay(entry) for entry in asking}
        self.in_their_order = sorted(
            (entry for entry in asking if entry.opens),
            key=lambda entry: (self._stays[entry.key].span.begins, entry.told.enrolled_at),
        )
        ledger = list(_ledger(change, contract, book)) if asking else []
        self._walk = self._begun(book, asking, ledger)

    def finds_seat(self, entry: Entry) -> bool:
        """Whether the enrollment gets by with a seat that is free, or that its unit holds."""
        return self._walk.finds_seat(self._unit(*entry.key), self._stays[entry.key])

    def holds(self, entry: Entry) -> bool:
        """Whether the enrollment's unit holds a seat now."""
        return self._walk.holds(self._unit(*entry.key))

    def moves(self) -> dict[Unit, list[Step]]:
        """What the ledger lacks for all that was let in and withdrawn."""
        return {unit: steps for unit, steps in self._walk.due.items() if steps}

    def _unit(self, email_key: str, activity_id: int) -> Unit:
        return email_key, seats.unit_of(self._contract.contract_type, 0, activity_id).activity_id

    def _stay(self, entry: Entry) -> Stay:
        """Told times of the future count from now on: what is told of has happened here, and seats are held now."""
        begins = min(self._begins(entry), self._now)
        left = entry.fields["withdrawn_at"] or self._now
        withdrawn = entry.told.status is EnrollmentStatus.WITHDRAWN
        ends = max(begins, min(left, self._now)) if withdrawn else FOREVER
        return Stay(Span(begins, ends), entry.fields["started"])

    def _begins(self, entry: Entry) -> datetime:
        told, stored = entry.told, entry.stored
        if stored is None:
            return told.enrolled_at
        if not stored.withdrawn:
            return stored.enrolled_at
        # open again: since when is known only if the LMS tells a new date
        return told.enrolled_at if told.enrolled_at > (stored.withdrawn_at or stored.enrolled_at) else self._now

    def _begun(self, book: Book, asking: Sequence[Entry], ledger: Sequence[tuple[Unit, Step]]) -> Walk[Unit]:
        holdings: dict[Unit, Holding] = {self._unit(*entry.key): Holding() for entry in asking}
        self._remember(book, holdings, ledger)
        withdrawn = [entry for entry in asking if entry.withdraws]
        for entry in withdrawn:
            holdings[self._unit(*entry.key)].stays.append(self._stays[entry.key])
        spans = [stay.span for holding in holdings.values() for stay in holding.stays]
        spans += [stay.span for stay in self._stays.values()]
        terms = Terms(self._contract.contract_type, self._contract.seats, self._contract.seat_release)
        instants = {instant for span in spans for instant in (span.begins, span.ends)}
        walk = Walk(terms, [step for _, step in ledger], instants, holdings)
        for unit in {self._unit(*entry.key) for entry in withdrawn}:
            walk.settle(unit)
        return walk

    def _remember(self, book: Book, holdings: Mapping[Unit, Holding], ledger: Sequence[tuple[Unit, Step]]) -> None:
        """What the units had before this file: seats by the ledger, and enrollments that it does not withdraw."""
        steps: dict[Unit, list[Step]] = {}
        for unit, step in ledger:
            steps.setdefault(unit, []).append(step)
        for unit, holding in holdings.items():
            holding.held = spans_held(steps.get(unit, []))
        for key, stored in book.stored.items():
            unit = self._unit(*key)
            if unit in holdings and stored.withdrawn:
                holdings[unit].started = holdings[unit].started or stored.started
            elif unit in holdings and key not in self._stays:
                holdings[unit].stays.append(Stay(Span(min(stored.enrolled_at, self._now)), stored.started))


def _ledger(change: Change, contract: Contract, book: Book) -> Iterator[tuple[Unit, Step]]:
    """All moves of the contract's seats; those of people whom the file does not name belong to nobody here."""
    keys = {person_id: key for key, person_id in book.persons.items()}
    rows = select(SeatMove.person_id, SeatMove.activity_id, SeatMove.delta, SeatMove.effective_at)
    told = rows.where(SeatMove.contract_id == contract.id).order_by(SeatMove.effective_at, SeatMove.id)
    for person_id, activity_id, delta, at in change.session.execute(told):
        yield (keys.get(person_id, ""), activity_id or seats.ALL_ACTIVITIES), Step(at, delta)
