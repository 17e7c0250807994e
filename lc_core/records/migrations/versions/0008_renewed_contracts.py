"""Contracts that renew others, who is invited when they begin, and what contracts are searched by."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # one by one and in words: for SQLite, Alembic would build the table anew, and all that refers to it would go
    number = "INTEGER" if op.get_context().dialect.name == "sqlite" else "BIGINT"
    op.execute("alter table contracts add column search_text VARCHAR(600) DEFAULT '' NOT NULL")
    op.execute(
        f"alter table contracts add column renews_id {number}"
        " CONSTRAINT fk_contracts_renews_id REFERENCES contracts (id) ON DELETE SET NULL"
    )
    op.create_index("ix_contracts_renews_id", "contracts", ["renews_id"], unique=True)
    _search_texts()
    op.create_table(
        "prepared_invitations",
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_prepared_invitations_contract_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_prepared_invitations_person_id")),
        sa.PrimaryKeyConstraint("contract_id", "person_id", name=op.f("pk_prepared_invitations")),
    )
    op.create_index("ix_prepared_invitations_person_id", "prepared_invitations", ["person_id"])


def _search_texts() -> None:
    """In Python, whose small letters are the same on every database."""
    contracts = sa.table(
        "contracts", sa.column("id", Id), *(sa.column(name, sa.String) for name in ("title", "code", "search_text"))
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(contracts.c.id, contracts.c.title, contracts.c.code)).all():
        said = f"{row.title} {row.code}".lower()[:600]
        connection.execute(sa.update(contracts).where(contracts.c.id == row.id).values(search_text=said))
