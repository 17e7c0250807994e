"""Which order made which contract."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchases",
        sa.Column("id", Id, nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("contract_id", Id, nullable=True),
        sa.Column("buyer_id", Id, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("purchased_at", UtcDateTime(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_purchases_one_seat_at_least")),
        sa.CheckConstraint("valid_days >= 0", name=op.f("ck_purchases_days_not_negative")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_purchases_contract_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["people.id"], name=op.f("fk_purchases_buyer_id")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_purchases_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("order_id", name=op.f("uq_purchases_order_id")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_purchases_contract_id")),
    )
    op.create_index(op.f("ix_purchases_buyer_id"), "purchases", ["buyer_id"])
