"""For tests with other processes, whose clock nobody can set."""

from collections.abc import Iterator

import pytest

from lc_core.records.db import Database
from tests import databases
from tests.conftest import check_invariants


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """A fresh database that goes by the real clock, as other processes do."""
    with databases.opened(db_url) as database:
        yield database
        check_invariants(database)
