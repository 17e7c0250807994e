"""What every test may ask for: a clock that stands still, and a fresh database of each kind."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from lc_core.records.db import Database
from tests import databases, processes
from tests.clock import Clock
from tests.mail_servers import Mailbox, a_server

HOME = pytest.StashKey[Path]()

# Timing says nothing on a busy machine. The suite draws the same examples each time; the soak draws new and more ones.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    told = getattr(config, "workerinput", None)
    config.stash[HOME] = Path(told["lc_home"]) if told else databases.open_home()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["lc_home"] = str(node.config.stash[HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    databases.let_go()
    if not hasattr(config, "workerinput"):
        databases.close_home(config.stash[HOME])


@pytest.fixture(scope="session")
def run_home(pytestconfig: pytest.Config) -> Path:
    """The folder that all processes of this run share; `databases.once` makes things in it."""
    return pytestconfig.stash[HOME]


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> None:
    """The settings of whoever runs the tests, a real database among them, stay out of reach."""
    kept = {"LC_SCREENSHOTS", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME"}
    for name in [name for name in os.environ if name.startswith("LC_") and name not in kept]:
        del os.environ[name]


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    yield
    processes.end_all()


@pytest.fixture
def clock() -> Clock:
    """It is Monday, 2026-06-15 09:00 UTC, until the test says otherwise."""
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest, run_home: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database, for tests that open it themselves or in several processes."""
    fresh = databases.sqlite_copy(run_home) if request.param == "sqlite" else databases.postgres_copy(run_home)
    with fresh as url:
        yield url


@pytest.fixture
def db(request: pytest.FixtureRequest, db_url: str, clock: Clock) -> Iterator[Database]:
    """A fresh database whose time is the test's clock. Whatever the test did, every invariant must hold afterwards."""
    with databases.opened(db_url, clock) as database:
        yield database
        if request.node.get_closest_marker("tampers") is None:
            check_invariants(database)


@pytest.fixture
def mailbox() -> Mailbox:
    """What a mail server gets, and what it is to answer."""
    return Mailbox()


@pytest.fixture
def mail_url(mailbox: Mailbox) -> Iterator[str]:
    """The URL of a mail server that puts everything into the mailbox."""
    with a_server(mailbox) as served:
        yield served


def check_invariants(db: Database) -> None:
    """What `lc check` counts on an installation holds here too."""
    from lc_core.insight import check  # noqa: PLC0415  (the analytic engine loads only where a database was used)

    outcome = check.run(db)
    assert outcome.ok, outcome.problems
