"""Letters of every kind, the contract's own words in them, reminders, alerts, and what the worker did last."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


CONTRACTS = (
    "greeting VARCHAR(2000) DEFAULT '' NOT NULL",
    (
        "reminder_days INTEGER"
        " CONSTRAINT ck_contracts_reminder_after_a_day CHECK (reminder_days is null or reminder_days >= 1)"
    ),
    (
        "reminders_most INTEGER DEFAULT 1 NOT NULL"
        " CONSTRAINT ck_contracts_one_reminder_at_least CHECK (reminders_most >= 1)"
    ),
)
"""Added one by one: for SQLite, Alembic would build the table anew, and with the old one all that refers to it would go."""


def upgrade() -> None:
    for column in CONTRACTS:
        op.execute(f"alter table contracts add column {column}")
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("contract_id", Id, nullable=True))
        letters.add_column(sa.Column("about", sa.String(length=100), server_default="", nullable=False))
        letters.add_column(sa.Column("cancelled_for", sa.String(length=40), nullable=True))
        letters.create_foreign_key(
            op.f("fk_letters_contract_id"), "contracts", ["contract_id"], ["id"], ondelete="CASCADE"
        )
        letters.create_check_constraint(
            op.f("ck_letters_cancelled_says_why"), "cancelled_for is null or state = 'cancelled'"
        )
    op.execute(
        "update letters set contract_id ="
        " (select contract_id from invitations where invitations.id = letters.invitation_id)"
    )
    op.create_index("ix_letters_contract_id", "letters", ["contract_id"])
    op.create_index("ix_letters_sent_at", "letters", ["sent_at"])
    _alerts()
    _beats()


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_alerts_contract_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "contract_id", "kind", "threshold", "basis", name=op.f("uq_alerts_contract_id_kind_threshold_basis")
        ),
    )


def _beats() -> None:
    op.create_table(
        "beats",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("words", sa.String(length=1000), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_beats")),
    )
