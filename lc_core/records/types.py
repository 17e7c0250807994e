"""How values of the trade are stored alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

from lc_core.words import Word

LARGEST_ID = 2**63 - 1
NO_ID = -1


class Identity(TypeDecorator[int]):
    """An id. A number that no id can be asks for `NO_ID`, which nothing has: an id in a URL may be any number."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return value if value is None or abs(value) <= LARGEST_ID else NO_ID


Id = Identity()


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Naive values are refused; SQLite, which drops zones, gets and gives UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs its zone: {value!r}")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(kind: type[Word], *, grows: bool = False) -> Any:
    """A column that holds one word of `kind`. `grows`: new words come with new verbs, so the schema does not list them."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=not grows,
        length=40,
        name=kind.__name__.lower(),
    )
