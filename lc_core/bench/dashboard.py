"""What the two busiest pages ask for, in a large installation: the Center's numbers, and one page of a long list."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import invitation_lists
from lc_core.bench import places, world
from lc_core.bench.center_frames import Frames
from lc_core.bench.center_sql import NUMBERS, by_sql
from lc_core.bench.measuring import Bench, Measured, Work, alone, beside, same, seconds_of
from lc_core.bench.places import Place
from lc_core.bench.world import World
from lc_core.bench.world_contracts import LARGEST, NOW
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.invitation_lists import PAGE_SIZE, Filter, Listing
from lc_core.language import N_, _
from lc_core.records import expressions
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Invitation, Person
from lc_core.vocabulary import LetterKind


def run(work: Work) -> Iterator[Measured]:
    """The same on each database that can be had."""
    for kind in places.kinds():
        with places.place(kind) as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
            work.told(_("{kind}: making {n} enrollments").format(kind=kind, n=work.size))
            made = world.build(db, work.size)
            work.told(_("{kind}: measuring").format(kind=kind))
            yield from _center(db, place, made, work.runs)
            yield from _list(db, place, made, work.runs)


def _center(db: Database, place: Place, made: World, runs: int) -> Iterator[Measured]:
    """The numbers of an admin's contracts: from the copy, from the records, from frames."""
    insight = Insight(db, place.folder / "copy")
    with closing(insight):
        building = alone(f"copy built whole, {place.kind}", [seconds_of(insight.refresh)()])
        frames = Frames.in_memory(insight)

        def ours() -> list[dict[str, Any]]:
            return answers.how_full_is_each_contract(insight, made.admin).frame.to_dicts()

        def sql() -> list[dict[str, Any]]:
            with db.read() as session:
                return by_sql(session, made.own, NOW)

        def pandas() -> list[dict[str, Any]]:
            return frames.how_full(made.own, NOW)

        what = f"center of {len(made.own)} contracts, {place.kind}"
        same(what, _numbers(ours()), _numbers(sql()))
        same(what, _numbers(ours()), _numbers(pandas()))
        baselines = {"the same from the records by SQL": seconds_of(sql), "pandas frames in memory": seconds_of(pandas)}
        yield from beside(what, seconds_of(ours), baselines, runs)
    yield building


def _numbers(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(tuple(_plain(row[name]) for name in NUMBERS) for row in rows)


def _plain(value: Any) -> Any:
    """PostgreSQL's sums are decimals, those of frames are NumPy's."""
    return value if isinstance(value, str) else int(value)


def _list(db: Database, place: Place, made: World, runs: int) -> Iterator[Measured]:
    """The first page of the largest contract's invitations, and how many there are of each status."""

    def ours() -> Listing:
        return invitation_lists.listing(db, made.admin, LARGEST, Filter())

    def bare() -> tuple[list[int], Mapping[str, int]]:
        with db.read() as session:
            return _page(session), _counts(session, NOW)

    found, (ids, counts) = ours(), bare()
    what = f"first page of {found.matching} invitations and their counts, {place.kind}"
    same(what, [row.id for row in found.rows], ids)
    same(what, {status.value: n for status, n in found.by_status.items() if n}, counts)
    yield from beside(what, seconds_of(ours), {"the bare queries, Core": seconds_of(bare)}, runs)


def _page(session: Session) -> list[int]:
    letter = (
        (Letter.invitation_id == Invitation.id)
        & (Letter.kind == LetterKind.INVITATION)
        & (Letter.send_number == Invitation.send_count)
    )
    rows = (
        select(*Invitation.__table__.columns, Person.name, Person.email, Letter.state, Letter.server_words)
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(Letter, letter)
        .where(Invitation.contract_id == LARGEST)
        .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
        .limit(PAGE_SIZE)
    )
    return [row.id for row in session.connection().execute(rows)]


def _counts(session: Session, now: datetime) -> Mapping[str, int]:
    status = expressions.invitation_status(now)
    counted = (
        select(status, func.count())
        .select_from(Invitation)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.contract_id == LARGEST)
        .group_by(status)
    )
    return {word: n for word, n in session.connection().execute(counted)}


BENCH = Bench(
    "dashboard",
    N_("The Center's numbers and a page of a long list, in a large installation."),
    1_000_000,
    N_("enrollments"),
    run,
)
