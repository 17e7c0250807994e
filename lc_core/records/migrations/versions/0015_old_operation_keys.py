"""Operation keys are found by their age, so that old ones can be forgotten."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_operations_at", "operations", ["at"])
