"""The databases of a test run: one folder for the run, one PostgreSQL server in it, one migrated template of each kind.

All processes of a run share them. Whoever needs a thing first makes it, under the lock of the folder; the process that
made the folder ends the server and removes the folder. A killed run leaves both behind: the next run clears them away.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import Dialect, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from lc_core.bench import postgres
from lc_core.records.db import Database, utc_now
from tests.used_again import WARM, UsedAgain

PREFIX = "lc-tests-"
MEMORY = Path("/dev/shm")
ROOM_NEEDED = 2 * 1024**3
SERVER_SETTINGS = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 200
max_wal_size = 4GB
"""


def open_home() -> Path:
    """Make the folder of this run; the server runs as another user when root runs the tests, so others may look in."""
    _clear_what_killed_runs_left()
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_roots()[0]))
    home.chmod(0o755)
    (home / "owner").write_text(str(os.getpid()))
    return home


def close_home(home: Path) -> None:
    """End the server of this run, if it was needed, and remove the folder."""
    _stop_server(home / "postgres")
    shutil.rmtree(home, ignore_errors=True)


def let_go() -> None:
    """Close what this process kept from test to test."""
    for shared in _engines.values():
        shared.engine.dispose()
    for ours in _used_again.values():
        ours.close()


@contextmanager
def sqlite_copy(home: Path) -> Iterator[str]:
    """The URL of a fresh, migrated SQLite database, gone afterwards."""
    template = once(home, "template.sqlite", _migrated_file)
    with tempfile.TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "lc.sqlite"
        shutil.copyfile(template, copy)
        yield f"sqlite:///{copy}"


@contextmanager
def postgres_copy(home: Path) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database; afterwards whoever is still connected is cut off."""
    once(home, "template.postgres", _migrated_template)
    ours = _used_again[home] = _used_again.get(home) or UsedAgain(str(home / "postgres"), partial(_maintain, home))
    fresh = ours.take()
    try:
        yield _url(home, fresh.name)
    finally:
        ours.give_back(fresh)


@contextmanager
def opened(url: str, clock: Callable[[], datetime] | None = None) -> Iterator[Database]:
    """The records at the URL, over an engine that this process keeps for all of its tests.

    An engine compiles each statement once, and a test that begins with a new one spends half its time on that.
    """
    with kept_engine(url) as engine:
        yield Database(engine, clock or utc_now, ZoneInfo("UTC"))


@contextmanager
def kept_engine(url: str) -> Iterator[Engine]:
    """The engine that this process keeps for databases of that kind, led to this one."""
    kind = make_url(url).get_backend_name()
    shared = _engines[kind] = _engines.get(kind) or Shared(url)
    if shared.url != url:
        shared.engine.dispose()
    shared.url, shared.engine.url = url, make_url(url)
    try:
        yield shared.engine
    finally:
        if kind == "sqlite" or shared.engine.pool.checkedout():
            shared.engine.dispose()


class Shared:
    """An engine that is led to the database of the test that runs."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = Database.open(url).engine
        event.listen(self.engine, "do_connect", self._lead)

    def _lead(self, dialect: Dialect, *_usual: object) -> DBAPIConnection:
        url = make_url(self.url)
        arguments, named = dialect.create_connect_args(url)
        if url.get_backend_name() == "postgresql":
            named["application_name"] = WARM
        return dialect.connect(*arguments, **named)


_engines: dict[str, Shared] = {}
_used_again: dict[Path, UsedAgain] = {}


def once(home: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The file or folder of that name in the run's folder, made by whichever process asks first."""
    made = home / name
    with (home / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = Path(tempfile.mkdtemp(dir=home, prefix="making-")) / name
            make(unfinished)
            unfinished.rename(made)
    return made


def _roots() -> list[Path]:
    """Where the folder of a run may lie, the best place first: memory copies a database ten times as fast as a disk."""
    disk = Path(tempfile.gettempdir())
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_NEEDED
    return [MEMORY, disk] if roomy else [disk]


def _migrated_file(path: Path) -> None:
    _migrate(f"sqlite:///{path}")


def _migrated_template(path: Path) -> None:
    home = path.parents[1]
    postgres.start(home / "postgres", SERVER_SETTINGS)
    _maintain(home, "create database {}", "lc_template")
    _migrate(_url(home, "lc_template"))
    path.touch()


def _migrate(url: str) -> None:
    database = Database.open(url)
    try:
        database.migrate()
    finally:
        database.close()


def _url(home: Path, name: str) -> str:
    return postgres.url(home / "postgres", name)


def _maintain(home: Path, statement: str, name: str) -> None:
    server = str(home / "postgres")
    with psycopg.connect(host=server, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _stop_server(folder: Path) -> None:
    pid_file = folder / "postmaster.pid"
    try:
        server = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        if str(folder) in " ".join(server.cmdline()):
            server.send_signal(signal.SIGINT)
    except (FileNotFoundError, psutil.NoSuchProcess):
        return
    patience = time.monotonic() + 10
    while pid_file.exists() and time.monotonic() < patience:
        time.sleep(0.02)


def _clear_what_killed_runs_left() -> None:
    for home in (home for root in _roots() for home in root.glob(f"{PREFIX}*")):
        owner = home / "owner"
        if owner.exists() and not psutil.pid_exists(int(owner.read_text())):
            close_home(home)
