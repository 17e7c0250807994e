"""Where benches work: a folder that is gone afterwards, with an empty, migrated database of each kind that can be had."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lc_core.bench import postgres
from lc_core.records.db import Database

# As durable as PostgreSQL is by itself; with room for a large world, and no checkpoint in the middle of a measurement.
SERVER_SETTINGS = """
shared_buffers = 256MB
max_wal_size = 4GB
checkpoint_timeout = 30min
"""


@dataclass(frozen=True)
class Place:
    """A folder and a database. `kind`: its name, as results tell it."""

    kind: str
    folder: Path
    url: str


def kinds() -> list[str]:
    """The databases that can be had here."""
    return ["sqlite", "postgresql"] if postgres.can_be_had() else ["sqlite"]


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """A place of its own with an empty database."""
    with tempfile.TemporaryDirectory(prefix="lc-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server may run as another user
        if kind == "sqlite":
            yield _migrated(Place(kind, folder, f"sqlite:///{folder / 'lc.sqlite'}"))
            return
        server = folder / "postgres"
        try:
            postgres.start(server, SERVER_SETTINGS)
            yield _migrated(Place(kind, folder, postgres.url(server)))
        finally:
            postgres.stop(server)


def _migrated(made: Place) -> Place:
    with closing(Database.open(made.url)) as db:
        db.migrate()
    return made
