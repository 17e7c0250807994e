"""What alembic runs for every command."""

from alembic import context

from lc_core.records import api_models, export_models, house_models, purchase_models  # noqa: F401 (their tables belong to the metadata too)
from lc_core.records.models import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
