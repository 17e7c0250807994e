"""Bookmarks of who reads the changes: readers come at the same moment, from several processes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from lc_core.records import changes
from lc_core.records.changes import TRIMMED, Mark
from lc_core.records.db import Database
from lc_core.records.house_models import Bookmark
from tests.clock import Clock

TOGETHER, ROUNDS = 4, 10


@pytest.mark.parametrize("same", [True, False], ids=["one reader", "several readers"])
def test_processes_that_note_at_the_same_moment_how_far_they_are_wait_for_each_other(
    db: Database, db_url: str, clock: Clock, *, same: bool
):
    processes = [Database.open(db_url, clock=clock) for _process in range(TOGETHER)]
    with ThreadPoolExecutor(TOGETHER) as pool:
        for n in range(ROUNDS):
            names = [f"copy {n}" if same else f"copy {n} {process}" for process in range(TOGETHER)]
            for noted in [
                pool.submit(changes.trim, process, name, Mark("", n + 1))
                for process, name in zip(processes, names, strict=True)
            ]:
                noted.result()
    for process in processes:
        process.close()

    with db.read() as session:
        readers = session.scalar(select(func.count()).where(Bookmark.name != TRIMMED))
        assert readers == (ROUNDS if same else ROUNDS * TOGETHER)
