"""The analytic copy: it follows the records, survives damage, and is published whole or not at all."""

import fcntl
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lc_core import contracts, seats
from lc_core.errors import Refused
from lc_core.insight import answers, filling, tables
from lc_core.insight.copy import Insight
from lc_core.insight.published import CURRENT
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType
from tests import databases, worlds
from tests.clock import Clock
from tests.worlds import OPERATOR


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copy"


@pytest.fixture
def insight(db: Database, folder: Path) -> Iterator[Insight]:
    made = Insight(db, folder)
    yield made
    made.close()


ONCE = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
"""For what has nothing to do with where the records are."""
HOLDS_A_LOCK = """
import fcntl, sys, time
with open(sys.argv[1], "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(600)
"""


def used(insight: Insight) -> list[int]:
    return answers.how_full_is_each_contract(insight, OPERATOR).frame["used"].to_list()


def titles(insight: Insight) -> list[str]:
    return answers.how_full_is_each_contract(insight, OPERATOR).frame["title"].to_list()


def versions(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.duckdb*")}


# --- it follows the records ------------------------------------------------------------------------------------------


def test_everybody_reads_their_own_writes(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, ContractType.UNLIMITED)

    seen = [used(insight)]
    for name in ("ann", "bob"):
        worlds.a_redeemed(db, contract_id, name)
        seen.append(used(insight))

    assert seen == [[0], [1], [2]]


def test_a_rename_shows_at_the_next_question(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, title="Before")
    before = titles(insight)
    contracts.rename(db, OPERATOR, contract_id, "After")

    assert (before, titles(insight)) == (["Before"], ["After"])  # R-CON-2


def test_what_was_not_changed_is_not_copied_again(db: Database, clock: Clock, insight: Insight):
    worlds.a_contract(db)
    first = insight.copy()
    later = clock.forward(timedelta(days=1))

    second = insight.copy()

    assert (second.file, second.revision) == (first.file, first.revision)
    assert (first.as_of, second.as_of) == (later - timedelta(days=1), later)


def test_each_change_makes_another_revision(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db)
    before = insight.copy()
    contracts.rename(db, OPERATOR, contract_id, "Another")

    assert insight.copy().revision.events == before.revision.events + 1


def test_the_copy_holds_what_the_records_hold(db: Database, clock: Clock, insight: Insight):
    contract_id = worlds.a_contract(db, title="Ärztliche 'Hilfe' 東京", timezone="Europe/Berlin")
    learner, _ = worlds.an_enrolled(db, contract_id, "ann")
    worlds.invite(db, contract_id, "bob")
    rows, _ = insight.ask(lambda cursor: {name: cursor.sql(f"from {name}").pl().to_dicts() for name in everything()})
    (contract,) = rows["contracts"]
    invited = {row["person_id"]: row for row in rows["invitations"]}
    (enrolled,) = rows["enrollments"]

    assert (contract["title"], contract["valid_from"], contract["ends_at"]) == (
        "Ärztliche 'Hilfe' 東京",
        worlds.FIRST_DAY,
        worlds.contract_now(db, contract_id).ends_at,
    )
    assert invited[learner.person_id]["redeemed_at"] == clock.now
    assert [row["registered_at"] is None for row in rows["invitations"]] == [False, True]
    assert (enrolled["status"], enrolled["started"], enrolled["completed_at"]) == ("enrolled", False, None)
    assert {name: len(found) for name, found in rows.items()} == insight.copy().counts


def everything() -> list[str]:
    return [*(table.name for table in tables.TABLES), *filling.rollups()]


def test_rows_lie_in_the_order_of_contract_and_time(db: Database, clock: Clock, insight: Insight):
    first, second = (worlds.a_contract(db, ContractType.UNLIMITED) for _ in range(2))
    for contract_id, name in ((second, "ann"), (first, "bob"), (second, "cy"), (first, "dee")):
        worlds.a_redeemed(db, contract_id, name)
        clock.forward(-timedelta(hours=1))

    for table in ("invitations", "seat_ledger"):
        moment = {"invitations": "invited_at", "seat_ledger": "effective_at"}[table]
        frame, _ = insight.ask(lambda cursor, name=table: cursor.sql(f"from {name}").pl())  # type: ignore[misc]

        assert frame.select("contract_id", moment).rows() == sorted(frame.select("contract_id", moment).rows())


def test_names_and_addresses_stay_in_the_records(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db)
    worlds.an_enrolled(db, contract_id, "unmistakable")
    rows, _ = insight.ask(lambda cursor: [str(cursor.sql(f"from {name}").pl().to_dicts()) for name in everything()])

    assert not any("unmistakable" in text.lower() for text in rows)


# --- it survives damage ----------------------------------------------------------------------------------------------


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def zeroed(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def replaced_by_garbage(file: Path) -> None:
    file.write_bytes(b"garbage" * 1000)


def a_bit_flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def removed(file: Path) -> None:
    file.unlink()


def replaced_by_another(file: Path) -> None:
    other = file.with_name("other")
    duckdb.connect(str(other)).close()
    other.replace(file)


DAMAGE = [truncated, zeroed, replaced_by_garbage, a_bit_flipped, removed, replaced_by_another]


@ONCE
@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("who", ["this process", "another process"])
def test_a_damaged_file_is_noticed_and_built_anew(
    db: Database, insight: Insight, folder: Path, damage: Callable[[Path], None], who: str
):
    worlds.a_redeemed(db, worlds.a_contract(db, ContractType.UNLIMITED), "ann")
    before = insight.copy()
    if who == "another process":
        insight.close()
    damage(folder / before.file)

    asker = insight if who == "this process" else Insight(db, folder)

    assert used(asker) == [1]
    assert asker.copy().file != before.file


@ONCE
@pytest.mark.parametrize("damage", [truncated, zeroed, replaced_by_garbage, removed])
def test_a_damaged_pointer_is_noticed_and_written_anew(
    db: Database, insight: Insight, folder: Path, damage: Callable[[Path], None]
):
    worlds.a_contract(db)
    insight.copy()
    damage(folder / CURRENT)

    assert used(insight) == [0]
    assert json.loads((folder / CURRENT).read_text())["file"] in versions(folder)


@ONCE
def test_a_copy_with_other_tables_is_not_used(db: Database, insight: Insight, folder: Path):
    worlds.a_contract(db)
    before = insight.copy()
    told = json.loads((folder / CURRENT).read_text())
    (folder / CURRENT).write_text(json.dumps({**told, "shape": "of an older version"}))

    assert used(insight) == [0]
    assert insight.copy().file != before.file


@ONCE
def test_a_copy_of_another_history_is_not_used(db: Database, clock: Clock, insight: Insight, run_home: Path):
    """After a restore the records may tell as many events as before, and other ones."""
    worlds.a_contract(db, title="Undone")
    undone = insight.copy()
    with databases.sqlite_copy(run_home) as url:
        restored = Database.open(url, clock=clock)
        worlds.a_contract(restored, title="Restored")
        asker = Insight(restored, insight.folder)

        assert titles(asker) == ["Restored"]
        assert asker.copy().revision.events == undone.revision.events
        restored.close()


@ONCE
def test_damage_that_shows_while_asking_is_repaired_and_the_question_asked_again(db: Database, insight: Insight):
    worlds.a_contract(db)
    before = insight.copy()
    asked: list[str] = []

    def question(cursor: duckdb.DuckDBPyConnection) -> int:
        asked.append("asked")
        if len(asked) == 1:
            raise duckdb.IOException("could not read enough bytes")
        return cursor.sql("from contracts").pl().height

    answer, copy = insight.ask(question)

    assert (answer, len(asked)) == (1, 2)
    assert copy.file != before.file


@ONCE
def test_what_a_killed_build_left_behind_goes_with_the_next(db: Database, insight: Insight, folder: Path):
    folder.mkdir()
    (folder / "20260101T000000-half.duckdb").write_bytes(b"half")
    (folder / "20260101T000000-half.duckdb.wal").write_bytes(b"half")

    copy = insight.copy()

    assert versions(folder) == {copy.file}


@ONCE
def test_where_no_copy_can_be_made_the_reason_is_said(db: Database, folder: Path):
    folder.write_text("a file where the folder should be")

    with pytest.raises(Refused) as refused:
        Insight(db, folder).copy()

    assert refused.value.reason is Reason.COPY_UNAVAILABLE


@ONCE
def test_where_no_new_copy_can_be_made_the_older_one_answers(
    db: Database, clock: Clock, insight: Insight, folder: Path
):
    contract_id = worlds.a_contract(db, title="Before")
    built_at = insight.copy().as_of
    clock.forward(timedelta(hours=1))
    contracts.rename(db, OPERATOR, contract_id, "After")
    (folder / "building.lock").unlink()
    (folder / "building.lock").mkdir()

    answer = answers.how_full_is_each_contract(insight, OPERATOR)

    assert answer.frame["title"].to_list() == ["Before"]
    assert answer.as_of == built_at


# --- it is published whole -------------------------------------------------------------------------------------------


@ONCE
def test_readers_see_whole_versions_only_and_never_an_older_one_again(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, ContractType.UNLIMITED, seats=50)
    seen: dict[int, list[int]] = {number: [] for number in range(3)}
    done = threading.Event()
    failed: list[BaseException] = []

    def read(number: int) -> None:
        try:
            while not done.is_set():
                seen[number] += used(insight)
        except BaseException as error:  # noqa: BLE001  (told below)
            failed.append(error)

    readers = [threading.Thread(target=read, args=[number]) for number in seen]
    for reader in readers:
        reader.start()
    for number in range(6):
        worlds.a_redeemed(db, contract_id, f"learner{number}")
    done.set()
    for reader in readers:
        reader.join()

    assert failed == []
    assert all(values == sorted(values) for values in seen.values())
    assert used(insight) == [6]


@ONCE
def test_only_the_version_before_is_kept(db: Database, insight: Insight, folder: Path):
    contract_id = worlds.a_contract(db)
    files = []
    for number in range(4):
        contracts.rename(db, OPERATOR, contract_id, f"Title {number}")
        files.append(insight.copy().file)

    assert versions(folder) == set(files[-2:])


@ONCE
def test_a_question_under_way_keeps_its_version_until_it_is_answered(db: Database, insight: Insight, folder: Path):
    contract_id = worlds.a_contract(db, title="Then")

    def slowly(cursor: duckdb.DuckDBPyConnection) -> list[Any]:
        for number in range(3):
            contracts.rename(db, OPERATOR, contract_id, f"Now {number}")
            insight.copy()
        return cursor.sql("select title from contracts").fetchall()

    (answer, copy) = insight.ask(slowly)

    assert answer == [("Then",)]
    assert copy.file not in versions(folder)


@ONCE
def test_whoever_waits_for_a_build_uses_what_was_built(db: Database, insight: Insight, folder: Path):
    contract_id = worlds.a_contract(db)
    insight.copy()
    contracts.rename(db, OPERATOR, contract_id, "Another")
    found: list[str] = []
    with (folder / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = [threading.Thread(target=lambda: found.append(insight.copy().file)) for _ in range(3)]
        for one in waiting:
            one.start()
        waiting[0].join(0.2)
        stood_by = not found
    for one in waiting:
        one.join()

    assert stood_by
    assert set(found) == {insight.copy().file}
    assert len(versions(folder)) == 2


@ONCE
def test_the_lease_of_a_killed_process_is_free_at_once(db: Database, insight: Insight, folder: Path):
    worlds.a_contract(db)
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_LOCK, folder / "building.lock"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()

    assert used(insight) == [0]


# --- building takes long ---------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(db: Database, folder: Path) -> Iterator[Insight]:
    """For whom every build takes too long to wait for."""
    made = Insight(db, folder, patience=0)
    yield made
    made.close()


@ONCE
def test_where_building_takes_long_the_older_copy_answers_and_the_next_is_built_aside(
    db: Database, clock: Clock, impatient: Insight
):
    contract_id = worlds.a_contract(db, title="Before")
    built_at = impatient.copy().as_of
    changed_at = clock.forward(timedelta(minutes=1))
    contracts.rename(db, OPERATOR, contract_id, "After")

    at_once = answers.how_full_is_each_contract(impatient, OPERATOR)
    impatient.close()
    afterwards = answers.how_full_is_each_contract(impatient, OPERATOR)

    assert (at_once.frame["title"].to_list(), at_once.as_of) == (["Before"], built_at)
    assert (afterwards.frame["title"].to_list(), afterwards.as_of) == (["After"], changed_at)


@ONCE
def test_who_asks_for_all_that_is_committed_waits_for_it(db: Database, impatient: Insight):
    contract_id = worlds.a_contract(db, title="Before")
    impatient.copy()
    contracts.rename(db, OPERATOR, contract_id, "After")

    impatient.refresh()

    assert titles(impatient) == ["After"]


@ONCE
def test_nothing_is_built_aside_while_another_process_builds(db: Database, impatient: Insight, folder: Path):
    contract_id = worlds.a_contract(db, title="Before")
    impatient.copy()
    contracts.rename(db, OPERATOR, contract_id, "After")
    with (folder / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shown = titles(impatient)
        assert impatient._aside is not None
        impatient._aside.join(20)
        given_up = not impatient._aside.is_alive()

    assert (shown, given_up) == (["Before"], True)
    assert len(versions(folder)) == 1


@ONCE
def test_a_build_aside_that_fails_leaves_the_older_copy(db: Database, impatient: Insight, folder: Path):
    contract_id = worlds.a_contract(db, title="Before")
    impatient.copy()
    contracts.rename(db, OPERATOR, contract_id, "After")
    (folder / "building.lock").unlink()
    (folder / "building.lock").mkdir()
    shown = titles(impatient)
    impatient.close()
    shutil.rmtree(folder / "building.lock")

    assert shown == titles(impatient) == ["Before"]


# --- what a question may do ------------------------------------------------------------------------------------------


@ONCE
@pytest.mark.parametrize(
    "statement",
    [
        "from read_text('{file}')",
        "copy contracts to '{folder}/out.csv'",
        "attach '{folder}/out.duckdb'",
        "insert into contract_activities select * from contract_activities",
        "set threads = 1",
        "set enable_external_access = true",
        "set TimeZone = 'Asia/Tokyo'",
        "install httpfs",
        "load httpfs",
    ],
)
def test_a_question_can_only_read_the_copy(insight: Insight, folder: Path, tmp_path: Path, statement: str):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    said = statement.format(file=secret, folder=folder)

    with pytest.raises(duckdb.Error):
        insight.ask(lambda cursor: cursor.sql(said).fetchall())

    assert not list(folder.glob("out.*"))


@ONCE
def test_a_question_does_not_take_a_variable_for_a_table(insight: Insight):
    def question(cursor: duckdb.DuckDBPyConnection) -> Any:
        contrakts = cursor.sql("from contracts").pl()
        return cursor.sql("from contrakts").fetchall(), contrakts

    with pytest.raises(duckdb.CatalogException):
        insight.ask(question)


@ONCE
def test_questions_count_time_in_utc_whatever_the_host_does(insight: Insight, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    zone, _ = insight.ask(lambda cursor: cursor.sql("select current_setting('TimeZone')").fetchall())

    assert zone == [("UTC",)]


@ONCE
def test_a_question_that_takes_too_long_is_stopped_and_the_next_is_answered(db: Database, folder: Path):
    hurried = Insight(db, folder, time_limit=1)
    worlds.a_contract(db)

    with pytest.raises(Refused) as refused:
        hurried.ask(lambda cursor: cursor.sql("select count(*) from range(20000000000)").fetchall())

    assert refused.value.reason is Reason.QUESTION_TOO_SLOW
    assert used(hurried) == [0]


@ONCE
def test_questions_of_several_threads_do_not_see_each_others_scope(db: Database, insight: Insight):
    owned = {f"admin{number}": worlds.a_contract(db) for number in range(4)}
    admins = {name: worlds.an_admin(db, name, contract_id) for name, contract_id in owned.items()}
    seen: dict[str, set[int]] = {name: set() for name in owned}

    def ask(name: str) -> None:
        for _ in range(5):
            frame = answers.how_full_is_each_contract(insight, admins[name]).frame
            seen[name] |= set(frame["contract_id"])

    asking = [threading.Thread(target=ask, args=[name]) for name in owned]
    for one in asking:
        one.start()
    for one in asking:
        one.join()

    assert seen == {name: {contract_id} for name, contract_id in owned.items()}


@ONCE
def test_the_copy_and_the_records_count_alike(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, ContractType.SUBSCRIPTION)
    for name in ("ann", "bob"):
        worlds.an_enrolled(db, contract_id, name)

    assert used(insight) == [seats.by_status(db, OPERATOR, contract_id).used] == [2]
