"""What the analytic copy holds of the records: typed tables, sorted by contract and time, read in portions.

No names and no addresses: people are numbers here. Who may see them looks them up in the records.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Select,
    String,
    cast,
    extract,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from lc_core.records.models import (
    Activity,
    Contract,
    ContractActivity,
    Enrollment,
    Group,
    Invitation,
    InvitationActivity,
    Person,
    SeatMove,
)
from lc_core.records.types import UtcDateTime

PORTION = 20_000
"""How many rows are in memory at once."""
INSTANT = pl.Datetime("us", "UTC")
STORED_BY_SQLITE = "%Y-%m-%d %H:%M:%S%.f"


@dataclass(frozen=True)
class Table:
    """A table of the copy: the rows of the records that fill it, what they are known by, and the order in which they lie.

    `key` is what `changes` notes of a row; several rows may share one, and then they are read anew together.
    """

    name: str
    key: str
    order: tuple[str, ...]
    rows: Select[*tuple[Any, ...]]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        return {column.name: _dtype(column.type) for column in self.columns}

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        return list(self.rows.selected_columns)


TABLES = (
    Table(
        "contracts",
        "contract_id",
        ("contract_id",),
        select(
            Contract.id.label("contract_id"),
            Contract.code,
            Contract.title,
            Group.name.label("group_name"),
            Contract.contract_type,
            Contract.seats,
            Contract.per_user_limit,
            Contract.valid_from,
            Contract.valid_to,
            Contract.timezone,
            Contract.starts_at,
            Contract.ends_at,
            Contract.require_invitation_code,
            Contract.seat_release,
            Contract.archived_at,
            Contract.renews_id,
            Contract.created_at,
        ).outerjoin(Group, Group.id == Contract.group_id),
    ),
    Table(
        "activities",
        "activity_id",
        ("activity_id",),
        select(Activity.id.label("activity_id"), Activity.code, Activity.title, Activity.kind, Activity.deactivated_at),
    ),
    Table(
        "contract_activities",
        "contract_id",
        ("contract_id", "activity_id"),
        select(
            ContractActivity.contract_id,
            ContractActivity.activity_id,
            ContractActivity.added_at,
            ContractActivity.removed_at,
        ),
    ),
    Table(
        "people",
        "person_id",
        ("person_id",),
        select(Person.id.label("person_id"), Person.registered_at),
    ),
    Table(
        "invitations",
        "invitation_id",
        ("contract_id", "invited_at", "invitation_id"),
        select(
            Invitation.id.label("invitation_id"),
            Invitation.contract_id,
            Invitation.person_id,
            Person.registered_at,
            Invitation.source,
            Invitation.require_code,
            Invitation.invited_at,
            Invitation.first_sent_at,
            Invitation.last_sent_at,
            Invitation.send_count,
            Invitation.expires_at,
            Invitation.redeemed_at,
            Invitation.first_enrolled_at,
            Invitation.revoked_at,
            Invitation.deallocated_at,
        ).join(Person, Person.id == Invitation.person_id),
    ),
    Table(
        "invitation_activities",
        "invitation_id",
        ("contract_id", "invitation_id", "activity_id"),
        select(InvitationActivity.invitation_id, InvitationActivity.contract_id, InvitationActivity.activity_id),
    ),
    Table(
        "enrollments",
        "enrollment_id",
        ("contract_id", "enrolled_at", "enrollment_id"),
        select(
            Enrollment.id.label("enrollment_id"),
            Enrollment.contract_id,
            Enrollment.person_id,
            Enrollment.activity_id,
            Enrollment.invitation_id,
            Enrollment.status,
            Enrollment.enrolled_at,
            Enrollment.progress_at,
            Enrollment.completed_at,
            Enrollment.withdrawn_at,
            Enrollment.started,
        ),
    ),
    Table(
        "seat_ledger",
        "move_id",
        ("contract_id", "effective_at", "move_id"),
        select(
            SeatMove.id.label("move_id"),
            SeatMove.contract_id,
            SeatMove.person_id,
            SeatMove.activity_id,
            SeatMove.delta,
            SeatMove.why,
            SeatMove.effective_at,
            SeatMove.recorded_at,
        ),
    ),
)


def frames(session: Session, table: Table, keys: Sequence[int] | None = None) -> Iterator[pl.DataFrame]:
    """The table's rows in portions, as the session's look at the records holds them; those of some keys, or all."""
    wanted = stored(session, table)
    if keys is not None:
        wanted = wanted.where(table.rows.selected_columns[table.key].in_(keys))
    portions = session.connection().execute(wanted, execution_options={"yield_per": PORTION}).partitions()
    for rows in portions:
        yield _frame(rows, table.schema)


def stored(session: Session, table: Table) -> Select[*tuple[Any, ...]]:
    """The table's rows as the database stores them: instants as texts (SQLite) or microseconds (PostgreSQL), words as texts."""
    dialect = session.get_bind().dialect
    return table.rows.with_only_columns(*(_stored(column, dialect) for column in table.columns))


def counts(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables of a copy has."""
    each = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)  # noqa: S608 (our names)
    return dict(connection.execute(each).fetchall())


def _stored(column: ColumnElement[Any], dialect: Dialect) -> ColumnElement[Any]:
    """The column as the database stores it: to make an object of each instant and word takes three times as long."""
    if not isinstance(column.type, UtcDateTime):
        return column if _dtype(column.type) != pl.String else type_coerce(column, String).label(column.name)
    if dialect.name == "sqlite":
        return type_coerce(column, String).label(column.name)
    return cast(extract("epoch", column) * 1_000_000, BigInteger).label(column.name)


def _frame(rows: Any, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Rows as they were stored, as a frame of the declared types."""
    columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([_series(name, values, dtype) for (name, dtype), values in columns])


def _series(name: str, values: tuple[Any, ...], dtype: pl.DataType) -> pl.Series:
    if dtype != INSTANT:
        return pl.Series(name, values, dtype=dtype)
    if any(isinstance(value, str) for value in values):
        texts = pl.Series(name, values, dtype=pl.String)
        return texts.str.to_datetime(STORED_BY_SQLITE, time_unit="us", time_zone="UTC")
    return pl.Series(name, values, dtype=pl.Int64).cast(INSTANT)


def _dtype(stored: TypeEngine[Any]) -> pl.DataType:
    held = (stored.impl_instance if isinstance(stored, TypeDecorator) else stored).python_type
    kinds = ((datetime, INSTANT), (date, pl.Date()), (bool, pl.Boolean()), (int, pl.Int64()), (str, pl.String()))
    return next(dtype for kind, dtype in kinds if issubclass(held, kind))
