"""Who wants the weekly digest."""

import sqlalchemy as sa
from alembic import op

from lc_core.records.types import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("wanted_since", UtcDateTime(), nullable=True),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("stop_token", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_digests_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digests")),
        sa.UniqueConstraint("stop_token", name=op.f("uq_digests_stop_token")),
    )
