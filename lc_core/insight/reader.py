"""A look at one file of the analytic copy: proved whole, opened read-only, and locked so that a question can only read it."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

import duckdb

from lc_core.insight.tables import counts

MEMORY = "1GB"
THREADS = min(4, os.cpu_count() or 1)
LOCKED = {
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY,
    "threads": str(THREADS),
}
BROKEN = (OSError, duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
"""What reading a damaged file ends in."""


class Opened:
    """One connection of this process to one file. It closes by itself when neither it nor a cursor of it is used any more."""

    def __init__(self, path: Path, checksum: str) -> None:
        """Raises one of BROKEN, or ValueError, where the file is not what it should be."""
        self._path = path
        self._lay = _how_it_lies(path)
        if checksum_of(path) != checksum:
            raise ValueError(f"{path.name} is not the file that was written")
        self._connection = _locked(path)

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many rows each table has."""
        return counts(self._connection, names)

    def untouched(self) -> bool:
        """Whether the file still lies there as it did."""
        with suppress(OSError):
            return _how_it_lies(self._path) == self._lay
        return False

    @contextmanager
    def cursor(self, seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one question, which is interrupted (duckdb.InterruptException) after so many seconds."""
        cursor = self._connection.cursor()
        watch = Timer(seconds, cursor.interrupt)
        watch.start()
        try:
            yield cursor
        finally:
            watch.cancel()
            watch.join()
            cursor.close()


def checksum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _how_it_lies(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _locked(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(path), read_only=True, config=dict(LOCKED))
    if connection.execute("select current_setting('lock_configuration')").fetchall() == [(False,)]:
        connection.execute("set global TimeZone = 'UTC'")
        connection.execute("set lock_configuration = true")  # for every connection of this process to the file
    return connection
