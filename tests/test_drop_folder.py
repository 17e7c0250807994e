"""The drop folder: what is taken, when, in which order; what is kept of it; and what is left alone (R-INT-2)."""

import csv
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lc_core.intake.drop_folder import FEED_FOLDER, QUIET, Round, look
from lc_core.records.db import Database, DatabaseError
from lc_core.records.models import Activity, Contract, Enrollment
from tests import worlds
from tests.clock import Clock
from tests.dropping import CATALOGUE, STAMP, USERS, Lay, folder, kept, put
from tests.feeding import CONTRACTS, ENROLLMENTS, PURCHASES, contract_called
from tests.worlds import count_of, unchanged

__all__ = ["folder", "put"]
SECOND = timedelta(seconds=1)
BOUGHT = [PURCHASES, "S-1,ada@example.org,Ada,FA,12,2026-06-14,0"]
ENROLLED = [ENROLLMENTS, "S-1,FA,lee@example.org,2026-06-15,enrolled,,"]


def read_report(folder: Path, stamp: str = STAMP) -> Any:
    return json.loads((folder / "done" / stamp / "report.json").read_text())


# --- taken -----------------------------------------------------------------------------------------------------------


def test_feeds_that_lie_there_are_taken_in_their_order_and_kept_with_a_report(
    db: Database, folder: Path, put: Lay
) -> None:
    for name, lines in {"enrollments": ENROLLED, "purchases": BOUGHT, "users": USERS, "activities": CATALOGUE}.items():
        put(f"{name}.csv", lines)

    assert look(db, FEED_FOLDER, folder) == Round(taken=4)
    told = read_report(folder)
    assert [(one["file"], one["new"]) for one in told["files"]] == [
        ("activities.csv", 1),
        ("users.csv", 1),
        ("purchases.csv", 1),
        ("enrollments.csv", 1),
    ]
    assert [count_of(db, model) for model in (Activity, Contract, Enrollment)] == [1, 1, 1]
    names = ["activities.csv", "enrollments.csv", "purchases.csv", "report.json", "users.csv"]
    assert kept(folder) == [f"done/{STAMP}/{name}" for name in names]
    assert worlds.last_event(db, contract_called(db, "S-1").id).actor_name == "feed folder"


def test_what_was_taken_is_not_taken_again(db: Database, folder: Path, put: Lay) -> None:
    put("activities.csv", CATALOGUE)
    look(db, FEED_FOLDER, folder)

    with unchanged(db):
        assert look(db, FEED_FOLDER, folder) == Round()
    assert len(kept(folder)) == 2


def test_the_same_file_may_come_again_and_changes_nothing(db: Database, folder: Path, put: Lay) -> None:
    put("activities.csv", CATALOGUE)
    look(db, FEED_FOLDER, folder)
    put("activities.csv", CATALOGUE)

    with unchanged(db):
        assert look(db, FEED_FOLDER, folder) == Round(taken=1)
    assert read_report(folder, f"{STAMP}-2")["files"][0]["unchanged"] == 1


def test_parquet_is_taken_as_csv_is(db: Database, folder: Path, put: Lay, clock: Clock) -> None:
    put("activities.csv", CATALOGUE)
    pl.DataFrame([dict(zip(BOUGHT[0].split(","), BOUGHT[1].split(","), strict=True))]).write_parquet(
        folder / "purchases.parquet"
    )
    os.utime(folder / "purchases.parquet", (0, 0))

    assert look(db, FEED_FOLDER, folder) == Round(taken=2)
    put("purchases.csv", BOUGHT)
    with unchanged(db):
        assert look(db, FEED_FOLDER, folder) == Round(taken=1)


def test_rejected_rows_lie_beside_the_report_which_names_nobody(db: Database, folder: Path, put: Lay) -> None:
    put("users.csv", [*USERS, "zaphod@,Zaphod"])
    put("contracts.csv", [f"{CONTRACTS},admins", "C,S,voucher,1,2026-01-01,,trillian@example.org"])

    assert look(db, FEED_FOLDER, folder) == Round(taken=2, rejected=1)
    text = (folder / "done" / STAMP / "report.json").read_text()
    assert json.loads(text)["rejects"] == [{"file": "users.csv", "line": 3, "reason": "invalid_email"}]
    assert json.loads(text)["unregistered"] == 1
    assert not [name for name in ("zaphod", "trillian", "ada@") if name in text.lower()]
    with (folder / "done" / STAMP / "rejects.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "line", "reason", "row"],
        ["users.csv", "3", "invalid_email", '{"email": "zaphod@", "name": "Zaphod"}'],
    ]


# --- still coming ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [".users.csv", "users.csv.part", ".users.csv.Xy12", "activities.csv.part"])
def test_what_is_not_renamed_yet_is_left_alone(db: Database, folder: Path, put: Lay, name: str) -> None:
    put(name, USERS)

    assert look(db, FEED_FOLDER, folder) == Round()
    assert kept(folder) == [name]


@pytest.mark.parametrize(("age", "taken"), [(QUIET, 1), (QUIET - SECOND, 0), (-QUIET, 1), (-SECOND, 0)])
def test_a_file_is_taken_when_it_has_been_quiet(
    db: Database, folder: Path, put: Lay, age: timedelta, taken: int
) -> None:
    put("activities.csv", CATALOGUE, age=age)

    assert look(db, FEED_FOLDER, folder).taken == taken


def test_no_feed_is_taken_before_one_that_still_comes(db: Database, folder: Path, put: Lay, clock: Clock) -> None:
    put("purchases.csv", BOUGHT)
    put("activities.csv", CATALOGUE, age=SECOND)

    with unchanged(db):
        assert look(db, FEED_FOLDER, folder) == Round()
    clock.forward(QUIET)
    assert look(db, FEED_FOLDER, folder) == Round(taken=2)
    assert count_of(db, Contract) == 1


def test_what_a_dead_worker_had_claimed_comes_before_what_came_since(db: Database, folder: Path, put: Lay) -> None:
    (folder / "processing").mkdir()
    put("users.csv", USERS).rename(folder / "processing" / "users.csv")
    put("users.csv", ["email,name", "ada@example.org,Ada Lovelace"])

    assert look(db, FEED_FOLDER, folder) == Round(taken=2)
    assert worlds.person_of(db, "ada").name == "Ada Lovelace"
    assert read_report(folder)["files"][0]["new"] == 1
    assert read_report(folder, f"{STAMP}-2")["files"][0]["changed"] == 1


# --- failed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"people.csv": USERS}, "holds none of the files activities.csv, users.csv"),
        ({"Users.CSV": USERS}, "holds none of the files activities.csv"),
        ({"users.csv": ["name", "Ada"]}, "The file has no column email (users.csv)."),
        ({"users.csv": ["email,name", '"Ada']}, "The file cannot be read: users.csv, line 2"),
        ({"users.parquet": USERS}, "The file cannot be read: users.parquet"),
        ({"users.csv": USERS, "users.parquet": USERS}, "both users.csv and users.parquet"),
        ({"activities.csv": CATALOGUE, "users.csv": ["name"]}, "The file has no column email (users.csv)."),
    ],
)
def test_what_is_no_feed_is_put_away_with_the_reason(
    db: Database, folder: Path, put: Lay, files: dict[str, list[str]], why: str
) -> None:
    for name, lines in files.items():
        put(name, lines)

    with unchanged(db):
        assert look(db, FEED_FOLDER, folder) == Round(failed=len(files))
    assert kept(folder) == sorted(f"failed/{STAMP}/{name}" for name in [*files, "why.txt"])
    said = (folder / "failed" / STAMP / "why.txt").read_text()
    assert why in said
    assert all(name in said for name in files)


def test_a_stranger_hinders_no_feed(db: Database, folder: Path, put: Lay) -> None:
    put("readme.txt", ["Hello"])
    put("activities.csv", CATALOGUE)

    assert look(db, FEED_FOLDER, folder) == Round(taken=1, failed=1)


def test_a_database_that_cannot_take_feeds_now_loses_none(
    db: Database, folder: Path, put: Lay, clock: Clock, tmp_path: Path
) -> None:
    without_tables = Database.open(f"sqlite:///{tmp_path / 'other.sqlite'}", clock=clock)
    put("activities.csv", CATALOGUE)
    with pytest.raises(DatabaseError):
        look(without_tables, FEED_FOLDER, folder)
    without_tables.close()

    assert kept(folder) == ["processing/activities.csv"]
    assert look(db, FEED_FOLDER, folder) == Round(taken=1)
    assert count_of(db, Activity) == 1
