"""Roles letters and the audit log."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.migrations.append_only import keep_append_only
from lc_core.records.types import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("chain", Id, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "operations",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_operations")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("chain", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "contract_created",
                "contract_edited",
                "contract_renamed",
                "contract_deleted",
                "contract_archived",
                "contract_restored",
                "contract_admin_named",
                "contract_admin_removed",
                "contract_activities_added",
                "contract_activity_removed",
                "code_regenerated",
                "invitations_sent",
                "invitations_resent",
                "invitations_revoked",
                "invitation_activities_added",
                "code_redeemed",
                "invitation_accepted",
                "seats_deallocated",
                "enrolled",
                "enrollment_changed",
                "enrollment_withdrawn",
                "activity_created",
                "activity_edited",
                "person_registered",
                "role_granted",
                "role_revoked",
                "activities_fed",
                "users_fed",
                "contract_fed",
                "enrollments_fed",
                name="event",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=1000), nullable=False),
        sa.Column("items_digest", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_audit_events_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_audit_events_chain_position")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at"], unique=False)
    op.create_table(
        "privileges_held",
        sa.Column("person_id", Id, nullable=False),
        sa.Column(
            "privilege",
            sa.Enum(
                "contracts", "personal_data", name="privilege", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_privileges_held_person_id")),
        sa.PrimaryKeyConstraint("person_id", "privilege", name=op.f("pk_privileges_held")),
    )
    op.create_table(
        "roles_held",
        sa.Column("person_id", Id, nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "super_admin",
                "administrator",
                "contract_admin",
                "manager",
                "analyst",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_roles_held_person_id")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_roles_held")),
    )
    op.create_table(
        "audit_items",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("invitation_id", Id, nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "invited",
                "invited_again",
                "sent_again",
                "activities_added",
                "already_invited",
                "duplicate_in_file",
                "invalid",
                "revoked",
                "deallocated",
                "redeemed",
                "enrolled",
                "withdrawn",
                "changed",
                "refused",
                name="result",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=op.f("fk_audit_items_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_audit_items_person_id")),
        sa.PrimaryKeyConstraint("event_id", "position", name=op.f("pk_audit_items")),
    )
    op.create_table(
        "letters",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Enum("invitation", name="letterkind", native_enum=False, length=40), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("invitation_id", Id, nullable=True),
        sa.Column("send_number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "claimed",
                "sent",
                "deferred",
                "failed",
                "cancelled",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("server_words", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'claimed') = (lease_until is not null)", name=op.f("ck_letters_claimed_has_its_lease")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at is not null)", name=op.f("ck_letters_sent_has_its_time")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_letters_invitation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letters_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint(
            "invitation_id", "kind", "send_number", name=op.f("uq_letters_invitation_id_kind_send_number")
        ),
    )
    op.create_index("ix_letters_due", "letters", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_letters_person_id"), "letters", ["person_id"], unique=False)

    keep_append_only("audit_events")
    keep_append_only("audit_items")
