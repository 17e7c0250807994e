"""Makings of exports that are saved under no name: whose they are, how far they are, with which rights they were made."""

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from lc_core.records.types import Id

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    last = _last_id()
    with _runs() as runs:
        runs.add_column(sa.Column("person_id", Id, nullable=True))
        runs.add_column(sa.Column("written", sa.Integer(), nullable=True))
        runs.add_column(sa.Column("rights_hash", sa.String(length=64), nullable=True))
        runs.alter_column("saved_export_id", existing_type=Id, nullable=True)
    op.execute(
        "update export_runs set person_id ="
        " (select person_id from saved_exports where saved_exports.id = export_runs.saved_export_id)"
    )
    with _runs() as runs:
        runs.alter_column("person_id", existing_type=Id, nullable=False)
        runs.create_foreign_key(op.f("fk_export_runs_person_id"), "people", ["person_id"], ["id"])
    op.create_index("ix_export_runs_person_id", "export_runs", ["person_id"])
    if last is not None:
        op.execute("delete from sqlite_sequence where name = 'export_runs'")
        op.execute(sa.text("insert into sqlite_sequence values ('export_runs', :last)").bindparams(last=last))


def _runs() -> AbstractContextManager[BatchOperations]:
    """For SQLite, Alembic builds the table anew. Nothing refers to its rows."""
    return op.batch_alter_table("export_runs", table_kwargs={"sqlite_autoincrement": True})


def _last_id() -> int | None:
    """The largest id that SQLite ever gave: letters and the log name runs, and none is to have the id of another."""
    if op.get_context().dialect.name != "sqlite":
        return None
    found = op.get_bind().execute(sa.text("select seq from sqlite_sequence where name = 'export_runs'"))
    return found.scalar()
