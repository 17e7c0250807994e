"""Every question of seat usage, at two sizes of the same installation: beside the bare query, pandas, and SQL on SQLite."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from lc_core.bench import center_sql, places, usage_frames, usage_sql, world
from lc_core.bench.center_frames import Frames
from lc_core.bench.measuring import Bench, CannotMeasure, Measured, Sample, Work, alone, beside, same, seconds_of
from lc_core.bench.places import Place
from lc_core.bench.world import World
from lc_core.bench.world_contracts import NOW, TAKEN
from lc_core.insight import asking
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.insight.questions import QUESTIONS
from lc_core.insight.remembered import Remembered
from lc_core.language import N_, _
from lc_core.records.db import Actor, Database

HOW_FULL = "how_full_is_each_contract"
GROWN = 10
"""How many times as many enrollments the larger installation has, of the same people in the same contracts."""
EVERYTHING = Actor.operator("bench")
BARE = "the bare query, by DuckDB alone"
KEYS = {HOW_FULL: center_sql.NUMBERS, **usage_sql.KEYS}


def run(work: Work) -> Iterator[Measured]:
    """On SQLite. The smaller one first; then how much longer each question takes in the larger one."""
    if work.size < GROWN:
        raise CannotMeasure(_("At least {n} enrollments are needed.").format(n=GROWN))
    took: dict[str, float] = {}
    for size, each in ((work.size // GROWN, TAKEN), (work.size, TAKEN * GROWN)):
        with places.place("sqlite") as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
            work.told(_("making {n} enrollments").format(n=size))
            made = world.build(db, size, each=each)
            for one in _asked(db, place, made, work, size):
                yield one
                question = one.what.rpartition(", ")[0]
                if size == work.size and one.baseline in {None, BARE} and question in took:
                    before = took[question]
                    grown = f"{question}, with {GROWN} times the enrollments"
                    yield Measured(
                        grown, one.median_s, f"with {size // GROWN}", before, one.median_s / before, one.runs
                    )
                took.setdefault(question, one.median_s)


def _asked(db: Database, place: Place, made: World, work: Work, size: int) -> Iterator[Measured]:
    insight = Insight(db, place.folder / "copy")
    with closing(insight):
        work.told(_("building the copy of {n} enrollments").format(n=size))
        yield alone(f"copy built whole, {size}", [seconds_of(insight.refresh)()])
        work.told(_("asking about {n} enrollments").format(n=size))
        frames = Frames.in_memory(insight)
        for name, question in QUESTIONS.items():
            scoped = _ours(insight, question.ask, made.admin)
            others = {**_bare(insight, name, made.own), **_pandas(db, frames, name, made, scoped)}
            yield from beside(f"{name}, {len(made.own)} contracts, {size}", seconds_of(scoped), others, work.runs)
        del frames
        for name, question in QUESTIONS.items():
            every = _ours(insight, question.ask, EVERYTHING)
            others = {**_bare(insight, name, None), **_sql(db, name, made, every)}
            yield from beside(f"{name}, {made.contracts} contracts, {size}", seconds_of(every), others, work.runs)


def _ours(insight: Insight, ask: Callable[..., Any], actor: Actor) -> Callable[[], pl.DataFrame]:
    """The question as a page asks it, nothing remembered."""

    def asked() -> pl.DataFrame:
        insight.remembered = Remembered()
        frame: pl.DataFrame = ask(insight, actor).frame
        return frame

    return asked


def _bare(insight: Insight, name: str, contracts: tuple[int, ...] | None) -> dict[str, Sample]:
    """The text of the question alone, for contracts that lie ready."""
    these = "from contracts" if contracts is None else f"from contracts where contract_id in {contracts}"
    sql = asking.sql_of(name)
    said = {word: value for word, value in _parameters(name).items() if f"${word}" in sql}

    def asked(cursor: duckdb.DuckDBPyConnection) -> float:
        cursor.execute(f"create temp table scope as select contract_id {these}")
        return seconds_of(lambda: cursor.sql(sql, params=said).pl())()

    return {BARE: lambda: insight.ask(asked)[0]}


def _parameters(name: str) -> dict[str, Any]:
    lately = Period(NOW.date() - timedelta(days=27), NOW.date())
    within = lately if name == "what_changed" else asking.EVER
    return {"now": NOW, "from": within.since, "to": within.until, "step": "invited", "kind": "silent"}


def _pandas(db: Database, ready: Frames, name: str, made: World, ours: Callable[[], pl.DataFrame]) -> dict[str, Sample]:
    """The same question by pandas, where that was written; it must answer alike.

    Of what the records hold now, as our own answer is; and of frames that lie in memory, which nobody keeps up to date.
    """
    if name not in KEYS:
        return {}

    def of_frames(frames: Frames) -> list[dict[str, Any]]:
        if name == HOW_FULL:
            return frames.how_full(made.own, NOW)
        return usage_frames.FRAMES[name](frames, made.own, NOW)

    def of_records() -> list[dict[str, Any]]:
        with db.read() as session:
            return of_frames(Frames.of_records(session, made.own))

    told = _plain(ours().to_dicts(), KEYS[name])
    same(name, told, _plain(of_frames(ready), KEYS[name]))
    same(name, told, _plain(of_records(), KEYS[name]))
    return {
        "pandas reading the records": seconds_of(of_records),
        "pandas frames in memory": seconds_of(lambda: of_frames(ready)),
    }


def _sql(db: Database, name: str, made: World, ours: Callable[[], pl.DataFrame]) -> dict[str, Sample]:
    """The same question by SQL on SQLite, where that was written; it must answer alike."""
    if name not in KEYS:
        return {}

    def asked() -> list[dict[str, Any]]:
        with db.read() as session:
            if name == HOW_FULL:
                return center_sql.by_sql(session, tuple(range(1, made.contracts + 1)), NOW)
            return usage_sql.by_sql(session, name, NOW)

    same(name, _plain(ours().to_dicts(), KEYS[name]), _plain(asked(), KEYS[name]))
    return {"SQL on SQLite": seconds_of(asked)}


def _plain(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> list[tuple[str, ...]]:
    return sorted(tuple(_word(row[key]) for key in keys) for row in rows)


def _word(value: Any) -> str:
    """Each way has its own kinds of days and numbers."""
    return value if isinstance(value, str) else value.isoformat() if isinstance(value, date) else str(int(value))


BENCH = Bench(
    "answers",
    N_("Every question of seat usage, beside the bare query, pandas and SQL, at two sizes."),
    10_000_000,
    N_("enrollments"),
    run,
)
