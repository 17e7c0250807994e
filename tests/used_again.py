"""PostgreSQL databases that a process uses for test after test: they are emptied, and connections to them stay warm.

One in which a test changed more than rows, or which grew large, is thrown away instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg
from psycopg import sql

WARM = "kept by this test process"
"""The application name of connections that outlive a test."""
MOST_USES = 100
MOST_BYTES = 24 * 1024**2
STRUCTURE = " union all ".join(
    f"select '{catalog}', count(*), max({catalog}.xmin::text::bigint) from {catalog} where {ours}"
    for catalog, ours in {
        "pg_class": "relnamespace = 'public'::regnamespace",
        "pg_attribute": "attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)",
        "pg_constraint": "connamespace = 'public'::regnamespace",
        "pg_trigger": "true",
        "pg_proc": "pronamespace = 'public'::regnamespace",
    }.items()
)
"""All that a definition writes in some row of: whoever defines anything leaves another count, or a newer row."""
CUT_OFF = """
    select count(*) from (
        select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and (application_name <> %s or state <> 'idle')
    ) as others
"""
TABLES = "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
KEPT = {"alembic_version"}
START_OVER = "select setval(seqrelid::regclass, seqstart, false) from pg_sequence"


@dataclass
class Fresh:
    """A database, a connection to it that no test sees, and how it was when it was made."""

    name: str
    connection: psycopg.Connection
    structure: list[tuple[object, ...]]
    uses: int = 0


@dataclass
class UsedAgain:
    """The databases of one process on the server in `folder`. `maintain` runs a statement about a database of that name."""

    folder: str
    maintain: Callable[[str, str], None]
    free: list[Fresh] = field(default_factory=list)

    def take(self) -> Fresh:
        return self.free.pop() if self.free else self._made()

    def give_back(self, used: Fresh) -> None:
        """Empty it for the next test, or throw it away."""
        used.uses += 1
        if used.uses < MOST_USES and _emptied(used.connection, used.structure):
            self.free.append(used)
        else:
            used.connection.close()
            self.maintain("drop database {} with (force)", used.name)

    def close(self) -> None:
        for one in self.free:
            one.connection.close()

    def _made(self) -> Fresh:
        name = f"lc_{uuid4().hex}"
        # as small as ours is, a database is copied twice as fast by its files as through the log
        self.maintain("create database {} template lc_template strategy file_copy", name)
        connection = psycopg.connect(host=self.folder, user="postgres", dbname=name, autocommit=True)
        connection.execute("set session_replication_role = replica")  # no trigger runs, and rows go in any order
        return Fresh(name, connection, connection.execute(STRUCTURE).fetchall())


def _emptied(connection: psycopg.Connection, structure: list[tuple[object, ...]]) -> bool:
    connection.execute(CUT_OFF, [WARM])
    size = connection.execute("select pg_database_size(current_database())").fetchone()
    if size is None or size[0] > MOST_BYTES or connection.execute(STRUCTURE).fetchall() != structure:
        return False
    names = [sql.SQL(name) for (name,) in connection.execute(TABLES) if name not in KEPT]
    connection.execute(sql.SQL(";").join(sql.SQL("delete from {}").format(name) for name in names))
    connection.execute(START_OVER)
    return True
