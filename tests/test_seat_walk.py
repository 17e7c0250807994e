"""The walk through a contract's history: the curve never rises above the seats, and the same history ends the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lc_core.intake import feeds
from lc_core.intake.seat_walk import FOREVER, Curve, Holding, Span, Stay, Step, Terms, Walk, spans_held, without
from lc_core.records.db import Database
from lc_core.records.house_models import AuditEvent
from lc_core.records.models import Contract
from lc_core.vocabulary import ContractType, SeatRelease
from tests import feeding, worlds
from tests.clock import Clock
from tests.feeding import ENROLLMENTS, counts, folder_with
from tests.worlds import OPERATOR, ledger_of

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 30


def at(day: int) -> datetime:
    return START + timedelta(days=day)


# --- the curve -------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from([1, -1])), max_size=40),
    st.integers(0, 12),
    st.one_of(st.none(), st.integers(0, 13)),
)
def test_the_peak_of_a_span_is_that_of_counting_day_by_day(
    steps: list[tuple[int, int]], begins: int, ends: int | None
) -> None:
    curve = Curve([at(day) for day in (*range(13), 12)])
    for day, delta in steps:
        curve.step(Step(at(day), delta))
    by_day = list(accumulate(sum(delta for when, delta in steps if when == day) for day in range(13)))

    asked = curve.peak(Span(at(begins), FOREVER if ends is None else at(ends)))
    assert asked == max(by_day[begins : max(13 if ends is None else ends, begins + 1)])


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4),
)
def test_what_is_left_of_spans_is_what_lies_in_them_and_nowhere_else(
    spans: list[tuple[int, int]], holes: list[tuple[int, int]]
) -> None:
    def days(pairs: Sequence[tuple[int, int]]) -> set[int]:
        return {day for first, last in pairs for day in range(first, last)}

    def made(pairs: Sequence[tuple[int, int]]) -> list[Span]:
        return [Span(at(first), at(last)) for first, last in pairs if first < last]

    left = without(made(spans), made(holes))
    assert days([((span.begins - START).days, (span.ends - START).days) for span in left]) == days(spans) - days(holes)


def test_a_moment_is_left_out_only_where_it_is_held() -> None:
    moment = Span(at(5), at(5))

    assert without([moment], [moment]) == []
    assert without([moment], [Span(at(5), at(6))]) == []
    assert without([moment], [Span(at(4), at(5)), Span(at(6))]) == [moment]


def test_a_clock_that_was_set_back_leaves_what_holds_now_to_the_sum() -> None:
    assert spans_held([Step(at(1), -1), Step(at(2), +1)]) == [Span(at(2), at(2))]
    assert spans_held([Step(at(1), +1), Step(at(1), +1), Step(at(2), -1)]) == [Span(at(1)), Span(at(1))]
    assert spans_held([Step(at(1), +1), Step(at(2), -1), Step(at(3), +1)]) == [Span(at(1), at(2)), Span(at(3))]


# --- the walk against counting by hand -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One enrollment of the history: whose, in what, from when to when (days; None: never withdrawn), and begun or not."""

    who: int
    what: int
    enrolled: int
    withdrawn: int | None
    started: bool


def histories() -> st.SearchStrategy[list[Told]]:
    one = st.builds(
        Told, st.integers(0, 4), st.integers(0, 2), st.integers(0, 20), st.none() | st.integers(0, 24), st.booleans()
    )
    return st.lists(one, max_size=14, unique_by=lambda told: (told.who, told.what))


def by_hand(terms: Terms, history: Sequence[Told]) -> list[Told]:
    """Who finds a seat, day after day: first those who leave go, then those who come ask; with nothing but counters."""
    held: set[tuple[int, int]] = set()
    for_a_moment: set[tuple[tuple[int, int], int]] = set()
    inside: list[Told] = []
    left: list[Told] = []
    for day in range(DAYS):
        for told in [one for one in inside if one.withdrawn is not None and max(one.withdrawn, one.enrolled) == day]:
            _leave(terms, held, inside, told, day)
        for told in [one for one in history if one.enrolled == day]:
            unit, moment = _unit(terms, told), told.withdrawn is not None and told.withdrawn <= day
            shared = moment and not told.started and (unit, day) in for_a_moment
            if unit not in held and len(held) >= terms.seats and not shared:
                left.append(told)
                continue
            inside.append(told)
            if not shared:
                held.add(unit)
            if moment:
                for_a_moment.add((unit, day))
                _leave(terms, held, inside, told, day)
    return inside + [told for told in left if _unit(terms, told) in held]


def _unit(terms: Terms, told: Told) -> tuple[int, int]:
    return told.who, told.what if terms.contract_type is ContractType.VOUCHER else 0


def _leave(terms: Terms, held: set[tuple[int, int]], inside: Sequence[Told], told: Told, day: int) -> None:
    unit = _unit(terms, told)
    theirs = [one for one in inside if _unit(terms, one) == unit]
    stays = any(one.withdrawn is None or max(one.withdrawn, one.enrolled) > day for one in theirs)
    begun = any(one.started for one in theirs)
    back = terms.release is SeatRelease.ALWAYS or (terms.release is SeatRelease.IF_NOT_STARTED and not begun)
    if back and not stays and terms.contract_type is not ContractType.UNLIMITED:
        held.discard(unit)


def walked(terms: Terms, history: Sequence[Told]) -> tuple[list[Told], Walk[tuple[int, int]]]:
    """Who finds a seat on the walk."""
    stays = {told: _stay(told) for told in history}
    instants = {instant for stay in stays.values() for instant in (stay.span.begins, stay.span.ends)}
    walk = Walk(terms, [], instants, {_unit(terms, told): Holding() for told in history})
    order = sorted(history, key=lambda told: told.enrolled)
    inside = [told for told in order if walk.finds_seat(_unit(terms, told), stays[told])]
    late = [told for told in order if told not in inside and walk.holds(_unit(terms, told))]
    return inside + [told for told in late if walk.finds_seat(_unit(terms, told), stays[told])], walk


def _stay(told: Told) -> Stay:
    ends = FOREVER if told.withdrawn is None else at(max(told.withdrawn, told.enrolled))
    return Stay(Span(at(told.enrolled), ends), told.started)


@settings(max_examples=500)
@given(st.builds(Terms, st.sampled_from(ContractType), st.integers(0, 4), st.sampled_from(SeatRelease)), histories())
def test_the_walk_lets_in_whom_counting_by_hand_lets_in(terms: Terms, history: list[Told]) -> None:
    inside, walk = walked(terms, history)

    assert sorted(inside, key=str) == sorted(by_hand(terms, history), key=str)
    steps = [step for steps in walk.due.values() for step in steps]
    curve = [sum(step.delta for step in steps if step.at <= at(day)) for day in range(DAYS)]
    assert max(curve, default=0) <= terms.seats
    assert min(curve, default=0) >= 0


# --- the walk through the front door ---------------------------------------------------------------------------------


def _lines(code: str, history: Sequence[Told]) -> list[str]:
    def line(told: Told) -> str:
        status = "withdrawn" if told.withdrawn is not None else "in_progress" if told.started else "enrolled"
        left = f"{at(told.withdrawn):%Y-%m-%d}" if told.withdrawn is not None and told.withdrawn < 23 else ""
        return f"{code},{code}{told.what},p{told.who}@example.org,{at(told.enrolled):%Y-%m-%d},{status},,{left}"

    return [ENROLLMENTS, *map(line, history)]


@dataclass(frozen=True)
class Story:
    """A contract and the history that is told of it: a part of it `first`, then all, from a day on."""

    contract_type: ContractType
    release: SeatRelease
    seats: int
    per_user_limit: int
    history: list[Told]
    first: int
    today: int


def stories() -> st.SearchStrategy[Story]:
    return st.builds(
        Story,
        contract_type=st.sampled_from(ContractType),
        release=st.sampled_from(SeatRelease),
        seats=st.integers(0, 4),
        per_user_limit=st.integers(0, 2),
        history=histories(),
        first=st.integers(0, 14),
        today=st.integers(10, 30),
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories())
def test_history_told_in_parts_never_takes_too_many_seats_and_told_again_changes_nothing(
    db: Database, clock: Clock, tmp_path: Path, story: Story
) -> None:
    clock.set(at(story.today))
    code = f"K{worlds.count_of(db, Contract)}-"
    terms = {"seats": story.seats, "seat_release": story.release, "per_user_limit": story.per_user_limit}
    offers = [f"{code}{n}" for n in range(3)]
    made = feeding.a_contract(db, story.contract_type, code=code, offers=offers, **terms)
    whole = _lines(code, story.history)
    feeds.import_folder(db, OPERATOR, folder_with(tmp_path, enrollments=whole[: story.first + 1]))
    folder = folder_with(tmp_path, enrollments=whole)
    rejected: list[int] = []
    for _ in range(2):
        clock.forward(timedelta(days=1))
        events = worlds.count_of(db, AuditEvent)
        new, changed, _, reasons = counts(feeds.import_folder(db, OPERATOR, folder).files[0])
        rejected.append(sum(reasons.values()))

    assert (new, changed, worlds.count_of(db, AuditEvent)) == (0, 0, events)
    assert rejected[0] == rejected[1]
    steps = [(move.effective_at, move.delta) for move in ledger_of(db, made)]
    assert max((sum(delta for when, delta in steps if when <= at(day)) for day in range(60)), default=0) <= story.seats
