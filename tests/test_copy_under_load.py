"""The analytic copy while many write, while one takes very long, and while whoever refreshes it is killed."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from sqlalchemy import update

from lc_core import contracts, inviting
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from lc_core.records.models import Contract
from lc_core.vocabulary import ContractType
from tests.real_time import db
from tests.test_copy_by_changes import held
from tests.worlds import FIRST_DAY, OPERATOR, a_contract, email

__all__ = ["db"]
WRITERS, ROWS, AT_ONCE = 12, 20_000, 5
MOMENTS = random.Random(9)


def contracts_for(db: Database, how_many: int) -> list[int]:
    begun = FIRST_DAY.replace(year=2020)
    return [
        a_contract(db, ContractType.SUBSCRIPTION, seats=10_000, valid_from=begun, valid_to=None)
        for _each in range(how_many)
    ]


def invites(db: Database, contract_id: int, rows: int) -> None:
    for first in range(0, rows, AT_ONCE):
        people = [email(f"c{contract_id}-{n}") for n in range(first, first + AT_ONCE)]
        inviting.invite(db, OPERATOR, contract_id, people)


def everybody_writes(db: Database, theirs: list[int], slow: int, each: int) -> None:
    """Many invite; where others can write meanwhile, one transaction begins before and ends after all of them."""
    with ThreadPoolExecutor(WRITERS) as writers, ExitStack() as long:
        if db.engine.dialect.name == "postgresql":
            session = long.enter_context(db.bookkeeping())
            session.execute(update(Contract).where(Contract.id == slow).values(title="It took long"))
            session.flush()
        list(writers.map(lambda one: invites(db, one, each), theirs))


@pytest.mark.parametrize(
    ("rows", "looks", "db_url"),
    [
        (WRITERS * AT_ONCE * 4, 1, "postgresql"),
        pytest.param(ROWS, 10, "postgresql", marks=pytest.mark.soak),
        pytest.param(ROWS, 10, "sqlite", marks=pytest.mark.soak),
    ],
    indirect=["db_url"],
)
def test_no_row_is_missed_while_many_write_and_one_takes_long(db: Database, tmp_path: Path, rows: int, looks: int):
    *theirs, slow = contracts_for(db, WRITERS + 1)
    ours, done, seen = Insight(db, tmp_path / "ours", large=0), Flag(), list[int]()

    def keep_up() -> None:
        while not done.is_set():
            seen.append(ours.refresh().counts["invitations"])

    ours.refresh()
    each = rows // WRITERS // AT_ONCE * AT_ONCE
    refresher = Thread(target=keep_up)
    refresher.start()
    everybody_writes(db, theirs, slow, each)
    contracts.rename(db, OPERATOR, theirs[0], "The last word")
    done.set()
    refresher.join()

    kept_up = held(ours)
    assert kept_up == held(Insight(db, tmp_path / "whole"))
    assert len(kept_up["invitations"]) == WRITERS * each
    assert ours.refresh().deltas > 0
    assert seen == sorted(seen)
    assert len(set(seen)) >= looks


@pytest.mark.parametrize(("rounds", "rows"), [(2, 200), pytest.param(20, 2_000, marks=pytest.mark.soak)])
def test_a_refresh_that_is_killed_leaves_a_copy_that_can_be_asked(
    db: Database, db_url: str, tmp_path: Path, rounds: int, rows: int
):
    folder, (contract_id, other) = tmp_path / "copy", contracts_for(db, 2)
    reader, answered = Insight(db, folder, large=0), []
    for number in range(rounds):
        program = [sys.executable, "-m", "tests.races.refreshing", str(folder), db_url]
        with subprocess.Popen(program, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            invites(db, contract_id, rows)
            time.sleep(MOMENTS.uniform(0, 0.1))
            contracts.rename(db, OPERATOR, other, f"Round {number}")
            process.kill()
        told = answers.how_full_is_each_contract(reader, OPERATOR).frame
        answered.append(told.height)

    whole = held(Insight(db, tmp_path / "whole"))
    assert answered == [2] * rounds
    assert held(reader) == whole
    contracts.rename(db, OPERATOR, other, "Cleared away")
    reader.refresh()
    assert len(list(folder.glob("*.duckdb"))) == 2
    assert {path.suffix for path in folder.glob("2*")} == {".duckdb"}
