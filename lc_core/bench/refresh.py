"""What it costs to bring the analytic copy of a large installation up to date, and what those feel who ask meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from statistics import median
from threading import Event as Flag
from threading import Thread
from time import perf_counter

from sqlalchemy import func, select, update

from lc_core.bench import places, world, world_contracts
from lc_core.bench.measuring import Bench, Measured, Work, alone, seconds_of
from lc_core.bench.places import Place
from lc_core.bench.world import World
from lc_core.bench.world_contracts import NOW
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.insight.remembered import Remembered
from lc_core.language import N_, _
from lc_core.records import audit
from lc_core.records.db import Database
from lc_core.records.models import Enrollment
from lc_core.vocabulary import Event

CHANGED = 10_000


def run(work: Work) -> Iterator[Measured]:
    """The same on each database that can be had."""
    for kind in places.kinds():
        with places.place(kind) as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
            work.told(_("{kind}: making {n} enrollments").format(kind=kind, n=work.size))
            made = world.build(db, work.size)
            work.told(_("{kind}: measuring").format(kind=kind))
            yield from _refreshed(db, place, made, work.runs)


def _refreshed(db: Database, place: Place, made: World, runs: int) -> Iterator[Measured]:
    """Built whole once; then a tenth of a hundred thousand rows change, again and again, while somebody asks."""
    insight = Insight(db, place.folder / "copy", large=0)
    with closing(insight), closing(Insight(db, place.folder / "copy", large=0)) as reader:
        whole = seconds_of(insight.refresh)()
        ask = _asks(reader, made)
        idle = [seconds_of(ask)() for _each in range(20)]
        refreshes: list[float] = []
        waits: list[float] = []
        for number in range(runs):
            _change(db, number)
            refreshes.append(_while_asking(seconds_of(insight.refresh), ask, waits))
    changed, kind = median(refreshes), place.kind
    what = f"{CHANGED} changed rows into the copy, {kind}"
    yield Measured(what, changed, "built whole", whole, changed / whole, runs)
    asked, before = f"question of {len(made.own)} contracts meanwhile, {kind}", median(idle)
    yield Measured(asked, median(waits), "while nothing happens", before, median(waits) / before, len(waits))
    yield alone(f"the longest of these, {kind}", [max(waits)])


def _asks(reader: Insight, made: World) -> Callable[[], object]:
    def ask() -> object:
        reader.remembered = Remembered()
        return answers.how_full_is_each_contract(reader, made.admin)

    return ask


def _while_asking(refresh: Callable[[], float], ask: Callable[[], object], waits: list[float]) -> float:
    """How long the refresh takes; each question that somebody asks meanwhile is added to what they waited."""
    done = Flag()

    def asking() -> None:
        while not done.is_set():
            began = perf_counter()
            ask()
            waits.append(perf_counter() - began)
            done.wait(0.05)

    somebody = Thread(target=asking)
    somebody.start()
    try:
        return refresh()
    finally:
        done.set()
        somebody.join()


def _change(db: Database, number: int) -> None:
    """Enrollments from all over the installation make progress, as an import of the LMS's news would tell it."""
    with db.bookkeeping() as session:
        last = session.scalar(select(func.max(Enrollment.id))) or CHANGED
        some = list(range(1 + number, last, max(last // CHANGED, 1)))[:CHANGED]
        session.execute(
            update(Enrollment).where(Enrollment.id.in_(some)).values(progress_at=NOW - timedelta(hours=number))
        )
        world_contracts.note(session, audit.NO_CONTRACT, Event.ENROLLMENTS_FED)


BENCH = Bench(
    "refresh",
    N_("Bringing the analytic copy up to date, and what those feel who ask meanwhile."),
    1_000_000,
    N_("enrollments"),
    run,
)
