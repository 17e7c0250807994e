"""Invitations enrollments and seats."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.migrations.append_only import keep_append_only
from lc_core.records.types import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column(
            "source",
            sa.Enum("admin", "code", "import", name="source", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("require_code", sa.Boolean(), nullable=False),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("first_sent_at", UtcDateTime(), nullable=True),
        sa.Column("last_sent_at", UtcDateTime(), nullable=True),
        sa.Column("send_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("redeemed_at", UtcDateTime(), nullable=True),
        sa.Column("first_enrolled_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("deallocated_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "first_enrolled_at is null or redeemed_at is not null", name=op.f("ck_invitations_enrolled_is_redeemed")
        ),
        sa.CheckConstraint(
            "revoked_at is null or first_enrolled_at is null",
            name=op.f("ck_invitations_revoked_only_without_enrollment"),
        ),
        sa.CheckConstraint("send_count >= 0", name=op.f("ck_invitations_send_count_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_invitations_contract_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invitations_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("id", "contract_id", name=op.f("uq_invitations_id_contract_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_invitations_newest",
        "invitations",
        ["contract_id", sa.text("invited_at desc"), sa.text("id desc")],
        unique=False,
    )
    op.create_index("ix_invitations_person", "invitations", ["person_id", "contract_id"], unique=False)
    op.create_index(
        "ix_invitations_status",
        "invitations",
        ["contract_id", "revoked_at", "deallocated_at", "first_enrolled_at", "redeemed_at", "expires_at", "person_id"],
        unique=False,
    )
    op.create_index(
        "uq_invitations_live",
        "invitations",
        ["contract_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at is null and deallocated_at is null"),
        postgresql_where=sa.text("revoked_at is null and deallocated_at is null"),
    )
    op.create_table(
        "seat_ledger",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column(
            "why",
            sa.Enum(
                "enrolled",
                "accepted",
                "withdrawn",
                "deallocated",
                name="seatreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("delta in (-1, 1)", name=op.f("ck_seat_ledger_one_seat_a_row")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_seat_ledger_activity_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_seat_ledger_actor_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_seat_ledger_contract_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_seat_ledger_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_ledger")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_seat_ledger_contract", "seat_ledger", ["contract_id", "effective_at"], unique=False)
    op.create_index("ix_seat_ledger_person", "seat_ledger", ["person_id"], unique=False)
    op.create_table(
        "seats_held",
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_seats_held_contract_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_seats_held_person_id")),
        sa.PrimaryKeyConstraint("contract_id", "person_id", "activity_id", name=op.f("pk_seats_held")),
    )
    op.create_table(
        "enrollments",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("invitation_id", Id, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waitlisted",
                "pending_approval",
                "enrolled",
                "in_progress",
                "completed",
                "failed",
                "no_show",
                "withdrawn",
                name="enrollmentstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("lms_status", sa.String(length=100), server_default="", nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("progress_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("started", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at is null or status = 'withdrawn'", name=op.f("ck_enrollments_withdrawn_when_withdrawn")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_enrollments_activity_id")),
        sa.ForeignKeyConstraint(
            ["contract_id", "activity_id"],
            ["contract_activities.contract_id", "contract_activities.activity_id"],
            name=op.f("fk_enrollments_contract_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_enrollments_contract_id")),
        sa.ForeignKeyConstraint(
            ["invitation_id", "contract_id"],
            ["invitations.id", "invitations.contract_id"],
            name=op.f("fk_enrollments_invitation_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_enrollments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sa.UniqueConstraint(
            "contract_id", "person_id", "activity_id", name=op.f("uq_enrollments_contract_id_person_id_activity_id")
        ),
    )
    op.create_index("ix_enrollments_activity", "enrollments", ["contract_id", "activity_id", "status"], unique=False)
    op.create_index("ix_enrollments_invitation", "enrollments", ["invitation_id"], unique=False)
    op.create_index("ix_enrollments_person", "enrollments", ["person_id"], unique=False)
    op.create_table(
        "invitation_activities",
        sa.Column("invitation_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id", "activity_id"],
            ["contract_activities.contract_id", "contract_activities.activity_id"],
            name=op.f("fk_invitation_activities_contract_id_activity_id"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id", "contract_id"],
            ["invitations.id", "invitations.contract_id"],
            name=op.f("fk_invitation_activities_invitation_id_contract_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("invitation_id", "activity_id", name=op.f("pk_invitation_activities")),
    )
    op.create_index(
        "ix_invitation_activities_activity", "invitation_activities", ["contract_id", "activity_id"], unique=False
    )

    keep_append_only("seat_ledger")
