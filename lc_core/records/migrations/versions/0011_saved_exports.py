"""Saved exports, when they are made by themselves, and each time that one was made."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_exports",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_saved_exports_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_exports")),
        sa.UniqueConstraint("person_id", "name_key", name=op.f("uq_saved_exports_person_id_name_key")),
        sqlite_autoincrement=True,
    )
    _schedules()
    _runs()


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)


def _schedules() -> None:
    op.create_table(
        "export_schedules",
        sa.Column("saved_export_id", Id, autoincrement=False, nullable=False),
        sa.Column("often", _word("often", "daily", "weekly", "monthly"), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(length=100), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=1000), nullable=False),
        sa.Column("stem", sa.String(length=200), nullable=False),
        sa.Column("stem_key", sa.String(length=400), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "weekday between 0 and 6 and day between 1 and 31", name=op.f("ck_export_schedules_days_there_are")
        ),
        sa.ForeignKeyConstraint(
            ["saved_export_id"],
            ["saved_exports.id"],
            name=op.f("fk_export_schedules_saved_export_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("saved_export_id", name=op.f("pk_export_schedules")),
    )
    op.create_index(
        "ix_export_schedules_files",
        "export_schedules",
        ["folder", "stem_key"],
        unique=True,
        sqlite_where=sa.text("folder <> ''"),
        postgresql_where=sa.text("folder <> ''"),
    )


def _runs() -> None:
    op.create_table(
        "export_runs",
        sa.Column("id", Id, nullable=False),
        sa.Column("saved_export_id", Id, nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("folder", sa.String(length=1000), nullable=False),
        sa.Column("by_letter", sa.Boolean(), nullable=False),
        sa.Column("stem", sa.String(length=200), nullable=False),
        sa.Column("state", _word("runstate", "waiting", "running", "again", "done", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("try_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("bytes", Id, nullable=True),
        sa.Column("as_of", UtcDateTime(), nullable=True),
        sa.Column("failed_for", sa.String(length=40), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (lease_until is not null)", name=op.f("ck_export_runs_running_has_its_lease")
        ),
        sa.CheckConstraint(
            "(state in ('done', 'failed')) = (finished_at is not null)", name=op.f("ck_export_runs_over_has_its_time")
        ),
        sa.CheckConstraint(
            "(state = 'done') = (token_hash is not null)", name=op.f("ck_export_runs_done_has_its_file")
        ),
        sa.CheckConstraint(
            "failed_for is not null or state not in ('failed', 'again')", name=op.f("ck_export_runs_failed_says_why")
        ),
        sa.ForeignKeyConstraint(
            ["saved_export_id"], ["saved_exports.id"], name=op.f("fk_export_runs_saved_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_runs")),
        sa.UniqueConstraint("saved_export_id", "due_at", name=op.f("uq_export_runs_saved_export_id_due_at")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_export_runs_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_export_runs_state", "export_runs", ["state", "try_at"])
