"""People activities and contracts."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("code_key", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "online",
                "classroom",
                "certification",
                name="activitykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("deactivated_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("code_key", name=op.f("uq_activities_code_key")),
    )
    op.create_table(
        "groups",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_groups_name")),
    )
    op.create_table(
        "people",
        sa.Column("id", Id, nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("search_text", sa.String(length=600), server_default="", nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("registered_at", UtcDateTime(), nullable=True),
        sa.Column("deactivated_at", UtcDateTime(), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(email_key is null) = (erased_at is not null)", name=op.f("ck_people_erased_has_no_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email_key", name=op.f("uq_people_email_key")),
        sa.UniqueConstraint("external_id", name=op.f("uq_people_external_id")),
    )
    op.create_table(
        "contracts",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("code_key", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("description", sa.String(length=10000), server_default="", nullable=False),
        sa.Column("group_id", Id, nullable=True),
        sa.Column("external_id", sa.String(length=200), server_default="", nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.Column(
            "contract_type",
            sa.Enum(
                "voucher",
                "subscription",
                "unlimited",
                name="contracttype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("seats_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("per_user_limit", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("require_invitation_code", sa.Boolean(), nullable=False),
        sa.Column("invitation_code", sa.String(length=64), nullable=False),
        sa.Column("invitation_code_made_at", UtcDateTime(), nullable=False),
        sa.Column(
            "over_invitation",
            sa.Enum("warn", "block", name="overinvitation", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "seat_release",
            sa.Enum(
                "never",
                "if_not_started",
                "always",
                name="seatrelease",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("invitation_ttl_days", sa.Integer(), nullable=True),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(valid_to is null) = (ends_at is null)", name=op.f("ck_contracts_end_known_twice")),
        sa.CheckConstraint(
            "invitation_ttl_days is null or invitation_ttl_days >= 1", name=op.f("ck_contracts_life_at_least_a_day")
        ),
        sa.CheckConstraint("per_user_limit >= 0", name=op.f("ck_contracts_limit_not_negative")),
        sa.CheckConstraint(
            "seats_used >= 0 and seats_used <= seats", name=op.f("ck_contracts_seats_used_within_seats")
        ),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_contracts_period_in_order")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_contracts_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("code_key", name=op.f("uq_contracts_code_key")),
        sa.UniqueConstraint("invitation_code", name=op.f("uq_contracts_invitation_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "contract_activities",
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_contract_activities_activity_id")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_activities_contract_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contract_id", "activity_id", name=op.f("pk_contract_activities")),
    )
    op.create_index(op.f("ix_contract_activities_activity_id"), "contract_activities", ["activity_id"], unique=False)
    op.create_table(
        "contract_admins",
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_contract_admins_contract_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contract_admins_person_id")),
        sa.PrimaryKeyConstraint("contract_id", "person_id", name=op.f("pk_contract_admins")),
    )
    op.create_index(op.f("ix_contract_admins_person_id"), "contract_admins", ["person_id"], unique=False)
    op.create_table(
        "past_codes",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_past_codes_contract_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_codes")),
    )
    op.create_index(op.f("ix_past_codes_contract_id"), "past_codes", ["contract_id"], unique=False)
