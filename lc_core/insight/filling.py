"""How a file of the analytic copy gets what it holds: everything at once, or only what changed since the last version.

The roll-ups are told anew for the contracts that were touched: each is a question of one contract's rows.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path

import duckdb
import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core.insight import tables
from lc_core.insight.tables import TABLES, Table
from lc_core.records.changes import Changes
from lc_core.records.db import portions
from lc_core.records.models import Invitation

ROLLUPS = Path(__file__).parents[2] / "queries" / "rollups"
MEMORY = "2GB"


@cache
def rollups() -> dict[str, str]:
    """The text that fills each roll-up, by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(ROLLUPS.glob("*.sql"))}


@cache
def shape() -> str:
    """A word for all tables as they are declared: a copy of another shape is not used."""
    declared = [(table.name, table.key, table.order, table.schema) for table in TABLES]
    return sha256(repr((declared, rollups())).encode()).hexdigest()[:16]


def open_to_fill(path: Path) -> duckdb.DuckDBPyConnection:
    """The file, for its one writer."""
    connection = duckdb.connect(str(path), config={"memory_limit": MEMORY})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def whole(session: Session, path: Path) -> dict[str, int]:
    """Read all that the session's look at the records holds into a new file; how many rows each table got.

    Rows come as they lie in the records and are sorted here: many portions by way of a file that is thrown away.
    """
    with open_to_fill(path) as connection:
        connection.execute("set threads = 1")  # little is quicker done alone
        connection.begin()
        for table in TABLES:
            portions_of_it = tables.frames(session, table)
            first = next(portions_of_it, pl.DataFrame(schema=table.schema))
            second = next(portions_of_it, None)
            if second is None:
                connection.from_arrow(first.to_arrow()).order(", ".join(table.order)).create(table.name)
            else:
                connection.commit()
                connection.execute("reset threads")
                _sorted_aside(connection, path, table, chain((first, second), portions_of_it))
                connection.begin()
        _tell_anew(connection, None)
        connection.commit()
        return _closed(connection)


def advanced(session: Session, path: Path, changes: Changes) -> dict[str, int]:
    """Bring a file that held everything before the changes up to the session's look; how many rows each table has then."""
    rows = _with_their_invitations(session, changes.rows)
    with open_to_fill(path) as connection:
        connection.begin()
        for table in TABLES:
            if keys := rows.get(table.name):
                _replaced(session, connection, table, keys)
        if changes.contracts:
            _tell_anew(connection, changes.contracts)
        connection.commit()
        return _closed(connection)


def sorted_anew(path: Path, into: Path) -> dict[str, int]:
    """The same rows in a new file, in their order: after many changes they lie about."""
    with open_to_fill(into) as connection:
        connection.execute(f"attach '{path}' as old (read_only)")
        for table in TABLES:
            _sorted(connection, table, f"old.{table.name}")
        _tell_anew(connection, None)
        connection.execute("detach old")
        return _closed(connection)


def _with_their_invitations(session: Session, changed: dict[str, set[int]]) -> dict[str, set[int]]:
    """The changed rows, and the invitations of changed people, which tell when those got their account."""
    theirs = {
        invitation
        for some in portions(sorted(changed.get("people", ())))
        for invitation in session.scalars(select(Invitation.id).where(Invitation.person_id.in_(some)))
    }
    return {**changed, "invitations": changed.get("invitations", set()) | theirs}


def _replaced(session: Session, connection: duckdb.DuckDBPyConnection, table: Table, keys: set[int]) -> None:
    """Read the rows of these keys anew: those that are gone go."""
    changed = pl.DataFrame({"key": sorted(keys)}, schema={"key": pl.Int64})
    connection.from_arrow(changed.to_arrow()).create("changed")
    connection.execute(f"delete from {table.name} where {table.key} in (select key from changed)")  # noqa: S608 (our names)
    connection.execute("drop table changed")
    for some in portions(changed["key"].to_list()):
        for frame in tables.frames(session, table, some):
            connection.from_arrow(frame.to_arrow()).insert_into(table.name)


def _sorted_aside(
    connection: duckdb.DuckDBPyConnection, path: Path, table: Table, frames: Iterable[pl.DataFrame]
) -> None:
    """Pour the frames into a file beside this one, which does not keep the room that sorting takes."""
    aside = path.with_name(f"{path.name}.unsorted")
    try:
        connection.execute(f"attach '{aside}' as unsorted")
        connection.from_arrow(pl.DataFrame(schema=table.schema).to_arrow()).create(f"unsorted.{table.name}")
        for frame in frames:
            connection.from_arrow(frame.to_arrow()).insert_into(f"unsorted.{table.name}")
        _sorted(connection, table, f"unsorted.{table.name}")
        connection.execute("detach unsorted")
    finally:
        for left in aside.parent.glob(f"{aside.name}*"):
            left.unlink()


def _sorted(connection: duckdb.DuckDBPyConnection, table: Table, source: str) -> None:
    connection.execute(f"create table {table.name} as from {source} order by {', '.join(table.order)}")


def _tell_anew(connection: duckdb.DuckDBPyConnection, contracts: set[int] | None) -> None:
    """Fill the roll-ups for these contracts (None: make them, for all)."""
    if contracts is None:
        connection.execute("create table touched as select contract_id from contracts")
    else:
        touched = pl.DataFrame({"contract_id": sorted(contracts)}, schema={"contract_id": pl.Int64})
        connection.from_arrow(touched.to_arrow()).create("touched")
    for name, sql in rollups().items():
        if contracts is None:
            connection.execute(f"create table {name} as {sql}")
        else:
            connection.execute(f"delete from {name} where contract_id in (select contract_id from touched)")  # noqa: S608 (our names)
            connection.execute(f"insert into {name} {sql}")
    connection.execute("drop table touched")


def _closed(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Write everything into the file itself (closing does it too, but keeps a full disk to itself), and count."""
    connection.execute("checkpoint")
    return tables.counts(connection, [*(table.name for table in TABLES), *rollups()])
