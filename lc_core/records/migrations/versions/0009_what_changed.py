"""Which rows changed, noted by the database itself, so that the analytic copy reads those and misses none."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

XIDS = {"sqlite": "0", "postgresql": "pg_current_xact_id()::text::bigint"}
COPIED = """code, title, group_id, contract_type, seats, per_user_limit, valid_from, valid_to, timezone, starts_at, ends_at,
require_invitation_code, seat_release, archived_at, renews_id"""
SOURCES = {
    "contracts": ("id", "id", COPIED),
    "activities": ("id", "null", "code, title, kind, deactivated_at"),
    "people": ("id", "null", "registered_at"),
    "contract_activities": ("contract_id", "contract_id", ""),
    "invitations": ("id", "contract_id", ""),
    "invitation_activities": ("invitation_id", "contract_id", ""),
    "enrollments": ("id", "contract_id", ""),
    "seat_ledger": ("id", "contract_id", ""),
}
"""Each table that is copied: what its rows are known by, whose contract they are, and the columns that matter (none: all)."""
BY_ROW = ("contracts", "activities", "people")
"""On PostgreSQL noted row by row, for only so can a trigger look at some columns; the others a whole statement at once."""
INTO = "insert into changes (xid, kind, row_id, contract_id)"
OPERATIONS = {"insert": "new", "update": "new", "delete": "old"}


def upgrade() -> None:
    here = op.get_context().dialect.name
    op.create_table(
        "changes",
        sa.Column("seq", Id, nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("row_id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bookmarks",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bookmarks")),
    )
    if here == "sqlite":
        _on_sqlite()
    else:
        op.create_index("ix_changes_xid", "changes", ["xid"])
        _on_postgresql()


def _on_sqlite() -> None:
    for table, (row, contract, columns) in SOURCES.items():
        for operation, which in OPERATIONS.items():
            of = f" of {columns}" if columns and operation == "update" else ""
            said = _said("sqlite", table, f"{which}.{row}", "null" if contract == "null" else f"{which}.{contract}")
            how = f"after {operation}{of} on {table} for each row"
            op.execute(f"create trigger changes_{table}_{operation} {how} begin {said}; end")
    renamed = _in_group("sqlite")
    op.execute(f"create trigger changes_groups after update of name on groups for each row begin {renamed}; end")


def _said(here: str, table: str, row: str, contract: str) -> str:
    return f"{INTO} select {XIDS[here]}, '{table}', {row}, {contract}"


def _in_group(here: str) -> str:
    return f"{INTO} select {XIDS[here]}, 'contracts', id, id from contracts where group_id = new.id"  # noqa: S608 (our names)


def _on_postgresql() -> None:
    for table, (row, contract, columns) in SOURCES.items():
        for operation, which in OPERATIONS.items():
            said = _said("postgresql", table, row, f"{contract}::bigint")
            if table in BY_ROW:
                of = f" of {columns}" if operation == "update" else ""
                _function(f"changes_{table}_{operation}", f"{said} from (select {which}.*) as told")
                how = f"after {operation}{of} on {table} for each row"
            else:
                distinct = said.replace("select", "select distinct", 1)
                _function(f"changes_{table}_{operation}", f"{distinct} from told")
                how = f"after {operation} on {table} referencing {which} table as told for each statement"
            op.execute(
                f"create trigger changes_{table}_{operation} {how} execute function changes_{table}_{operation}()"
            )
    _function("changes_groups", _in_group("postgresql"))
    op.execute(
        "create trigger changes_groups after update of name on groups for each row execute function changes_groups()"
    )


def _function(name: str, statement: str) -> None:
    op.execute(
        f"create function {name}() returns trigger language plpgsql as $$ begin {statement}; return null; end $$"
    )
