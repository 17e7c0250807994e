"""A copy brought up to date by what changed is the copy that would have been built whole, whatever happened in between."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text, update

from lc_core import activities, contracts, groups
from lc_core.insight import answers, filling, tables
from lc_core.insight.building import SORTED_AFTER
from lc_core.insight.copy import LEFT_TO_THE_WORKER, Insight
from lc_core.records import changes
from lc_core.records.db import Database
from lc_core.records.models import Contract
from lc_core.vocabulary import ContractType
from tests import make, worlds
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

SOME = settings(
    max_examples=max(settings.default.max_examples // 16, 5) if settings.default else 6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PATIENCE = 60.0
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def ours(db: Database, tmp_path: Path) -> Iterator[Insight]:
    """A copy that counts as large whatever it holds."""
    made = Insight(db, tmp_path / "ours", large=0)
    yield made
    made.close()


@pytest.fixture
def whole(db: Database, tmp_path: Path) -> Callable[[], Rows]:
    """What a copy that is built whole holds now."""

    def built() -> Rows:
        folder = tmp_path / "whole"
        shutil.rmtree(folder, ignore_errors=True)
        return held(Insight(db, folder))

    return built


def held(insight: Insight) -> Rows:
    """Every row of every table, in an order of its own."""
    insight.refresh()
    names = [*(table.name for table in tables.TABLES), *filling.rollups()]
    found, _copy = insight.ask(lambda cursor: {name: cursor.sql(f"from {name}").pl().rows() for name in names})
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def deltas(insight: Insight) -> int:
    return insight.refresh().deltas


def all_else_is_over(db: Database) -> None:
    """Wait for what others do on the server: nothing is forgotten that a transaction under way could have to do with."""
    nothing_runs = text("select pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())")
    end = time.monotonic() + PATIENCE
    while db.engine.dialect.name == "postgresql":
        with db.read() as session:
            if session.scalar(nothing_runs):
                return
        assert time.monotonic() < end
        time.sleep(0.01)


@SOME
@given(lives=make.st.lists(make.lives(), min_size=2, max_size=3))
def test_what_changed_makes_the_same_copy_as_everything(
    db: Database, clock: Clock, ours: Insight, whole: Callable[[], Rows], lives: list[Life]
):
    ours.refresh()
    for life in lives:
        make.live(db, clock, life)
        clock.set(make.NEVER_BEFORE)
        ours.refresh()

    assert held(ours) == whole()
    assert deltas(ours) > 0


def some_invited(db: Database) -> int:
    contract_id = worlds.a_contract(db, seats=20, offers=3)
    worlds.an_enrolled(db, contract_id, "ann")
    worlds.invite(db, contract_id, "bob")
    return contract_id


def in_a_group(db: Database, contract_id: int) -> int:
    group_id = groups.create(db, OPERATOR, "North")
    with db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == contract_id).values(group_id=group_id))
    return group_id


def a_group_is_renamed(db: Database, contract_id: int) -> None:
    groups.rename(db, OPERATOR, in_a_group(db, contract_id), "South")


def an_empty_contract_is_deleted(db: Database, _contract_id: int) -> None:
    other = worlds.a_contract(db)
    worlds.invite(db, other, "cy")
    contracts.delete_unused(db, OPERATOR, other)


HAPPENINGS: dict[str, Callable[[Database, int], object]] = {
    "somebody gets an account": lambda db, _contract: worlds.a_learner(db, "bob"),
    "a contract is renamed": lambda db, contract: contracts.rename(db, OPERATOR, contract, "Another"),
    "a group is renamed": a_group_is_renamed,
    "a contract is deleted": an_empty_contract_is_deleted,
    "an activity is removed": lambda db, contract: activities.remove_from_contract(
        db, OPERATOR, contract, worlds.offered(db, contract)[0]
    ),
    "a contract is archived": lambda db, contract: contracts.archive(db, OPERATOR, contract),
    "nothing": lambda _db, _contract: None,
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_each_kind_of_change_reaches_the_copy(db: Database, ours: Insight, whole: Callable[[], Rows], happening: str):
    contract_id = some_invited(db)
    first = ours.refresh()
    HAPPENINGS[happening](db, contract_id)

    assert held(ours) == whole()
    assert deltas(ours) == first.deltas + (happening != "nothing")


# on SQLite, with one writer at a time, nothing commits late
@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_what_commits_late_is_not_missed(db: Database, ours: Insight, whole: Callable[[], Rows]):
    early, late = some_invited(db), worlds.a_contract(db)
    ours.refresh()
    with db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == late).values(title="Late"))
        session.flush()
        contracts.rename(db, OPERATOR, early, "Early")
        seen = [held(ours)["contracts"]]
    contracts.rename(db, OPERATOR, early, "Early too")
    seen.append(held(ours)["contracts"])

    titles = [{row[2] for row in rows} for rows in seen]
    assert titles == [{"Early", "Safety at work"}, {"Early too", "Late"}]
    assert held(ours) == whole()
    assert deltas(ours) == 2


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_after_a_restore_of_older_records_everything_is_read_anew(
    db: Database, db_url: str, ours: Insight, whole: Callable[[], Rows], tmp_path: Path
):
    contract_id = some_invited(db)
    file, backup = Path(db_url.removeprefix("sqlite:///")), tmp_path / "backup.sqlite"
    db.close()  # what is still in the log goes into the file
    shutil.copyfile(file, backup)
    contracts.rename(db, OPERATOR, contract_id, "Undone")
    ours.refresh()
    db.close()
    shutil.copyfile(backup, file)
    for _again in range(3):
        worlds.a_contract(db)

    assert held(ours) == whole()
    assert deltas(ours) == 0


def test_a_reader_that_was_away_while_the_changes_were_trimmed_reads_everything(
    db: Database, clock: Clock, ours: Insight, whole: Callable[[], Rows], tmp_path: Path
):
    other = Insight(db, tmp_path / "other", large=0)
    contract_id = some_invited(db)
    other.refresh()
    clock.forward(changes.AWAY + timedelta(minutes=1))
    ours.refresh()
    for title in ("One", "Two"):
        contracts.rename(db, OPERATOR, contract_id, title)
        all_else_is_over(db)
        ours.refresh()

    assert held(other) == whole()
    assert (deltas(other), deltas(ours)) == (0, 2)
    other.close()


def test_what_every_reader_has_read_is_forgotten_and_no_more(db: Database, ours: Insight, tmp_path: Path):
    def noted() -> int:
        with db.read() as session:
            return session.scalar(text("select count(*) from changes")) or 0

    behind = Insight(db, tmp_path / "behind", large=0)
    contract_id = some_invited(db)
    all_else_is_over(db)
    behind.refresh()
    ours.refresh()
    none_left = noted()
    contracts.rename(db, OPERATOR, contract_id, "Another")
    all_else_is_over(db)
    ours.refresh()
    for_the_other = noted()
    behind.refresh()

    assert (none_left, for_the_other, noted()) == (0, 1, 0)
    behind.close()


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the copy is the same, wherever the records are
def test_rows_are_sorted_again_after_many_changes(db: Database, clock: Clock, ours: Insight):
    first, second = (worlds.a_contract(db, ContractType.UNLIMITED, seats=50) for _ in range(2))
    ours.refresh()
    counted = []
    for number in range(SORTED_AFTER + 1):
        worlds.invite(db, (first, second)[number % 2], f"p{number}")
        clock.forward(-timedelta(minutes=1))
        counted.append(deltas(ours))
    frame, _copy = ours.ask(lambda cursor: cursor.sql("select contract_id, invited_at from invitations").pl())
    *older, newest = frame.rows()

    assert counted == [*range(1, SORTED_AFTER + 1), 1]
    assert older == sorted(older)
    assert newest[0] == first


def titles(insight: Insight) -> list[str]:
    return answers.how_full_is_each_contract(insight, OPERATOR).frame["title"].to_list()


def test_a_large_copy_is_left_to_the_worker_until_it_is_old(db: Database, clock: Clock, ours: Insight):
    contract_id = worlds.a_contract(db, title="Before")
    built_at = ours.refresh().as_of
    contracts.rename(db, OPERATOR, contract_id, "After")
    clock.forward(LEFT_TO_THE_WORKER)
    young = answers.how_full_is_each_contract(ours, OPERATOR)
    ours.close()
    still = ours.published()
    ours.refresh()
    contracts.rename(db, OPERATOR, contract_id, "Later")
    clock.forward(LEFT_TO_THE_WORKER + timedelta(seconds=1))
    shown = titles(ours)
    ours.close()

    assert (young.frame["title"].to_list(), young.as_of) == (["Before"], built_at)
    assert still is not None
    assert still.as_of == built_at
    assert (shown, titles(ours)) == (["After"], ["Later"])


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_another_process_goes_over_to_a_large_version_without_waiting(db: Database, ours: Insight):
    contract_id = worlds.a_contract(db, title="Before")
    other = Insight(db, ours.folder, large=0)
    before = titles(other)
    contracts.rename(db, OPERATOR, contract_id, "After")
    ours.refresh()
    while_it_is_proved = titles(other)
    other.close()
    other._held = None

    assert (before, while_it_is_proved, titles(other)) == (["Before"], ["Before"], ["After"])
    other.close()


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_nothing_is_read_twice_while_a_transaction_takes_long(db: Database):
    contract_id, slow = worlds.a_contract(db), worlds.a_contract(db)
    with db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == slow).values(title="Late"))
        session.flush()
        contracts.rename(db, OPERATOR, contract_id, "Early")
        with db.read() as before:
            seen = changes.mark(before)
            again = changes.since(before, seen)
    with db.read() as after:
        then = changes.since(after, seen)

    assert (again, then) == (changes.Changes({}, set()), changes.Changes({"contracts": {slow}}, {slow}))


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_the_numbers_of_another_database_mean_nothing_here(db: Database):
    with db.read() as session:
        here = changes.mark(session)
        told = [
            changes.since(session, changes.Mark(origin, here.position, here.snapshot)) for origin in (here.origin, "")
        ]

    assert told == [changes.Changes({}, set()), None]
