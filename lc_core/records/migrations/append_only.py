"""Tables that only grow: whatever would change or delete a row of them is stopped by the database itself."""

from alembic import op

_SQLITE = (
    "create trigger {table}_no_{verb} before {verb} on {table} begin select raise(abort, '{table} is append-only'); end"
)
_POSTGRESQL = (
    "create trigger {table}_only_grows before update or delete or truncate on {table} execute function refuse_change()"
)
_FUNCTION = (
    "create or replace function refuse_change() returns trigger language plpgsql as "
    "$$ begin raise exception '% is append-only', tg_table_name; end $$"
)


def keep_append_only(table: str) -> None:
    """Forbid UPDATE and DELETE on `table`, on either database."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(_SQLITE.format(table=table, verb=verb))
        return
    op.execute(_FUNCTION)
    op.execute(_POSTGRESQL.format(table=table))
