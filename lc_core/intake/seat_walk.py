"""Who finds a seat when history is told: every enrollment at its own time, on the curve that the ledger draws (R-SEAT-5..7).

Values in, verdicts out. A unit (R-SEAT-1..3) holds its seat over *spans* of time: those the ledger knows, and those that
newly told enrollments ask for beyond them. An enrollment finds a seat only if one is free over all it asks for, so that
what found none finds none when it is told again.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from lc_core import seat_rules
from lc_core.vocabulary import ContractType, SeatRelease

FOREVER = datetime.max.replace(tzinfo=UTC)
U = TypeVar("U", bound=Hashable)


@dataclass(frozen=True)
class Span:
    """From `begins` on, up to but without `ends`. A span that ends where it begins still needs its seat for a moment."""

    begins: datetime
    ends: datetime = FOREVER


@dataclass(frozen=True)
class Stay:
    """One enrollment as the seats see it; `ends`: withdrawn then."""

    span: Span
    started: bool = False


@dataclass(frozen=True)
class Step:
    """The curve goes up (+1) or down (-1) at an instant."""

    at: datetime
    delta: int


@dataclass
class Holding:
    """What is known of one unit: the spans the ledger gives it, its enrollments, and whether an earlier one was begun."""

    held: list[Span] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    started: bool = False


@dataclass(frozen=True)
class Terms:
    """What of a contract decides about seats."""

    contract_type: ContractType
    seats: int
    release: SeatRelease


def spans_held(steps: Iterable[Step]) -> list[Span]:
    """When one unit held a seat, from its rows of the ledger in the order of their instants."""
    spans: list[Span] = []
    holds = 0
    for step in steps:
        holds += step.delta
        if step.delta > 0:
            spans.append(Span(step.at))
        elif spans:
            spans[-1] = Span(spans[-1].begins, step.at)
    if spans and (spans[-1].ends == FOREVER) != bool(holds):  # a clock that was set back: what holds now is the sum
        spans[-1] = Span(spans[-1].begins, FOREVER if holds else spans[-1].begins)
    return spans


def spans_of(terms: Terms, holding: Holding) -> list[Span]:
    """When a unit's enrollments ask for a seat: together while they overlap, and for ever where none comes back (R-SEAT-7)."""
    spans: list[Span] = []
    started = holding.started
    for stay in sorted(holding.stays, key=lambda stay: stay.span.begins):
        begins, ends = stay.span.begins, stay.span.ends
        if spans and begins < spans[-1].ends:
            before = spans.pop()
            begins, ends = before.begins, max(before.ends, ends)
        started = started or stay.started
        back = seat_rules.seat_comes_back(terms.release, terms.contract_type, started=started, other_open_enrollments=0)
        spans.append(Span(begins, ends if back else FOREVER))
    return spans


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The parts of the spans outside those that are taken."""
    left = list(spans)
    for hole in taken:
        left = [part for span in left for part in _cut(span, hole)]
    return left


def _cut(span: Span, hole: Span) -> list[Span]:
    if span.begins == span.ends:
        return [] if span == hole or hole.begins <= span.begins < hole.ends else [span]
    sides = Span(span.begins, min(span.ends, hole.begins)), Span(max(span.begins, hole.ends), span.ends)
    return [side for side in sides if side.begins < side.ends]


def steps_due(terms: Terms, holding: Holding) -> list[Step]:
    """The rows that the ledger lacks for what the unit's enrollments ask for.

    A seat that the ledger gives the unit later on is not written twice: up to there it just was not counted yet.
    """
    spans = spans_of(terms, holding)
    if not spans:
        return []
    ends = {span.ends for span in spans}
    due: list[Step] = []
    for part in without(spans, holding.held):
        if part.ends in ends:
            due.append(Step(part.begins, +1))
            due += [Step(part.ends, -1)] if part.ends != FOREVER else []
    if spans[-1].ends != FOREVER:
        due += [Step(max(span.begins, spans[-1].ends), -1) for span in holding.held if span.ends == FOREVER]
    return due


def open_since(terms: Terms, holding: Holding) -> datetime | None:
    """Since when the unit holds the seat that it holds now, if it holds one."""
    spans = spans_of(terms, holding)
    if spans and spans[-1].ends != FOREVER:
        return None
    return min((span.begins for span in [*holding.held, *spans] if span.ends == FOREVER), default=None)


class Curve:
    """How many seats are used at every instant, and the peak over any span, each in logarithmic time.

    A tree over the known instants: each knot keeps the sum of its steps, and the highest sum of any of its beginnings.
    """

    def __init__(self, instants: Iterable[datetime]) -> None:
        self._instants = sorted(set(instants))
        self._size = max(len(self._instants), 1)
        self._sum = [0] * (2 * self._size)
        self._peak = [0] * (2 * self._size)

    def step(self, step: Step) -> None:
        """Change the curve from that instant on, which must be a known one."""
        knot = self._place(step.at) + self._size
        self._sum[knot] += step.delta
        self._peak[knot] = self._sum[knot]
        while knot > 1:
            knot //= 2
            left, right = 2 * knot, 2 * knot + 1
            self._sum[knot] = self._sum[left] + self._sum[right]
            self._peak[knot] = max(self._peak[left], self._sum[left] + self._peak[right])

    def peak(self, span: Span) -> int:
        """The most that are used at any instant of the span, its first one included."""
        first = self._place(span.begins)
        last = max(self._place(span.ends), first + 1) if span.ends != FOREVER else self._size
        base, _ = self._over(0, first)
        return base + self._over(first, last)[1]

    def _place(self, at: datetime) -> int:
        return bisect_left(self._instants, at)

    def _over(self, start: int, stop: int) -> tuple[int, int]:
        """Sum and peak of the steps from place `start` up to, but without, place `stop`."""
        before, behind = [], []
        low, high = start + self._size, stop + self._size
        while low < high:
            if low % 2:
                before.append(low)
                low += 1
            if high % 2:
                high -= 1
                behind.append(high)
            low, high = low // 2, high // 2
        total, peak = 0, None
        for knot in [*before, *reversed(behind)]:
            here = total + self._peak[knot]
            peak = here if peak is None else max(peak, here)
            total += self._sum[knot]
        return total, peak or 0


class Walk(Generic[U]):
    """One contract's history, walked once: enrollments ask for their seats in the order in which the caller brings them.

    `due`: the rows that the ledger lacks, by unit.
    """

    def __init__(
        self, terms: Terms, ledger: Sequence[Step], instants: Iterable[datetime], holdings: dict[U, Holding]
    ) -> None:
        """`ledger`: all rows of the contract; `instants`: of all that may ask; `holdings`: the units that may ask."""
        self.due: dict[U, list[Step]] = {}
        self._terms = terms
        self._holdings = holdings
        self._curve = Curve([*instants, *(step.at for step in ledger)])
        for step in ledger:
            self._curve.step(step)

    def settle(self, unit: U) -> None:
        """Reckon what the ledger lacks for a unit's enrollments as they are now."""
        for step in self.due.pop(unit, []):
            self._curve.step(Step(step.at, -step.delta))
        self.due[unit] = steps_due(self._terms, self._holdings[unit])
        for step in self.due[unit]:
            self._curve.step(step)

    def holds(self, unit: U) -> bool:
        """Whether the unit holds a seat now."""
        return open_since(self._terms, self._holdings[unit]) is not None

    def finds_seat(self, unit: U, stay: Stay) -> bool:
        """Let one more enrollment of the unit have its seat, if one is free over all the time that it adds.

        A unit that holds a seat now needs no other, not even for an enrollment from before it had one.
        """
        holding = self._holdings[unit]
        since = open_since(self._terms, holding)
        if since is not None:
            stay = Stay(Span(max(since, stay.span.begins), max(since, stay.span.ends)), stay.started)
        before = spans_of(self._terms, holding)
        holding.stays.append(stay)
        wanted = without(spans_of(self._terms, holding), [*holding.held, *before])
        if any(self._curve.peak(span) >= self._terms.seats for span in wanted):
            holding.stays.pop()
            return False
        self.settle(unit)
        return True
