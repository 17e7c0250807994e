"""The history of the tables, as alembic tells it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def config(connection: Connection) -> Config:
    """Alembic without a file of its own: it works on the connection it is handed."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def upgrade(connection: Connection) -> None:
    """Bring the tables up to date."""
    command.upgrade(config(connection), "head")


def is_current(connection: Connection) -> bool:
    """Whether the tables are those this version of the product expects."""
    script = ScriptDirectory.from_config(config(connection))
    return MigrationContext.configure(connection).get_current_heads() == tuple(script.get_heads())
