"""The one door: every change of the records goes through `Database.change`, all or nothing, with its audit event."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from pydantic_core import to_json
from sqlalchemy import Connection, CursorResult, Engine, Result, create_engine, event, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records import audit
from lc_core.records.house_models import Operation
from lc_core.records.models import Contract, table_of
from lc_core.records.operations import OperationKey, Repeated
from lc_core.vocabulary import Event

T = TypeVar("T")
DatabaseError = DBAPIError
"""What a database that cannot do as told raises; `orig` holds its own words."""
BUSY_TIMEOUT_MS = 30_000
SWEEPS = {"sqlite": ("vacuum", "pragma wal_checkpoint(truncate)"), "postgresql": ("vacuum full people, identities",)}
ROWS_AT_ONCE = 10_000
"""How many keys one statement carries: both databases bind at least three times as many."""


@dataclass(frozen=True)
class Actor:
    """On whose behalf something happens: a person, or (no id) the operator at the machine or the product itself."""

    person_id: int | None
    name: str

    @classmethod
    def person(cls, person_id: int) -> "Actor":
        return cls(person_id, "person")

    @classmethod
    def operator(cls, login: str) -> "Actor":
        return cls(None, f"operator {login}")


@dataclass
class Change:
    """One transaction under way: its session, its instant, its actor, and what its audit event will say."""

    session: Session
    actor: Actor
    now: datetime
    chain: int = audit.NO_CONTRACT
    contract: Contract | None = None
    subject: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    items: list[audit.Item] = field(default_factory=list)
    happened: bool = False
    answered: str | None = None

    def of(self, contract: Contract) -> None:
        """This change belongs to that contract's chain."""
        self.contract = contract
        self.chain = contract.id

    def note(
        self, *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None, **subject: Any
    ) -> None:
        """Say what the event will tell: its subject's ids, and the fields before and after."""
        self.subject |= subject
        self.before |= before or {}
        self.after |= after or {}
        self.happened = True

    def note_items(self, items: list[audit.Item]) -> None:
        """Say what happened to each of many. Nothing happened if there are none."""
        self.items += items
        self.happened = self.happened or bool(items)

    def answer(self, value: T) -> T:
        """What the verb answers, kept with the operation key so that a repeat gets the same."""
        self.answered = to_json(value).decode()
        return value

    def insert_new(self, model: type[Any]) -> Any:
        """An `insert` that leaves rows alone whose key is there already."""
        return insert_new(self.session, model)


def insert_new(session: Session, model: type[Any]) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table_of(model)).on_conflict_do_nothing()


def alone(session: Session, what: str) -> None:
    """Let one transaction at a time do this until it ends; whoever writes on SQLite is alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))


def portions(keys: Sequence[T], size: int = ROWS_AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut a long sequence into what one statement can carry."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def rows_changed(result: Result[*tuple[Any, ...]]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return cast("CursorResult[*tuple[Any, ...]]", result).rowcount


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """The records, on SQLite or PostgreSQL, and the clock that everything goes by."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], zone: ZoneInfo) -> None:
        self.engine = engine
        self.clock = clock
        self.zone = zone
        sqlite_here = engine.dialect.name == "sqlite"
        self._writing = engine.execution_options(lc_writes=True)
        self._reading = (
            engine
            if sqlite_here
            else engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )

    @classmethod
    def open(cls, url: str, *, clock: Callable[[], datetime] | None = None, timezone: str = "UTC") -> "Database":
        """Open the records at `url`; `timezone` is the organisation's (R-CON-6). Nothing is created or migrated: see `migrate`."""
        return cls(_engine(url), clock or utc_now, ZoneInfo(timezone))

    def close(self) -> None:
        self.engine.dispose()

    def migrate(self) -> None:
        """Create the tables, or bring them up to date."""
        from lc_core.records.migrations import upgrade  # noqa: PLC0415 (alembic is slow to import and rarely needed)

        with self._writing.connect() as connection:
            upgrade(connection)

    def readiness(self) -> dict[str, bool]:
        """Whether the records answer (`database`) and have the tables this version expects (`migrations`)."""
        from lc_core.records.migrations import is_current  # noqa: PLC0415 (alembic is slow to import and rarely needed)

        try:
            with self._reading.connect() as connection:
                return {"database": True, "migrations": is_current(connection)}
        except SQLAlchemyError:
            return {"database": False, "migrations": False}

    def sweep(self) -> None:
        """Overwrite what was erased: files keep the bytes of old rows until then. Others write again when it is done."""
        statements = SWEEPS[self.engine.dialect.name]
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT", lc_alone=True) as connection:
            for statement in statements:
                connection.execute(text(statement))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent look at the records."""
        with Session(self._reading) as session:
            yield session

    @contextmanager
    def as_one(self) -> Iterator["Database"]:
        """The same records, on which all that is done stays done, or none of it. Meanwhile SQLite lets nobody else write."""
        with self._writing.connect() as connection, connection.begin(), connection.begin_nested():
            # in a savepoint, so that what the door commits or undoes is a part of the whole
            stage = Database(self.engine, self.clock, self.zone)
            stage.__dict__.update(_writing=connection, _reading=connection)
            yield stage

    @contextmanager
    def rehearsal(self) -> Iterator["Database"]:
        """The same records, on which nothing that is done stays done. Meanwhile SQLite lets nobody else write."""
        with suppress(_Over), self.as_one() as stage:
            yield stage
            raise _Over

    @contextmanager
    def bookkeeping(self) -> Iterator[Session]:
        """For what is no history: leases, delivery marks, attempt counters, bookmarks of the copy."""
        with Session(self._writing) as session, session.begin():
            yield session

    @contextmanager
    def bookkeeper(self) -> Iterator[Connection]:
        """One connection for many small pieces of bookkeeping: each is `with connection.begin():`.

        None waits for the disk: should the machine fail, the last of them may be undone (on SQLite that is always so).
        """
        with self._writing.connect() as connection:
            _wait_for_disk(connection, "off")
            try:
                yield connection
            finally:
                _wait_for_disk(connection, "default")

    @contextmanager
    def change(self, actor: Actor, event: Event, *, key: OperationKey | None = None, why: str = "") -> Iterator[Change]:
        """One immediate transaction. Leaving it appends one audit event, if anything happened, and commits: all or nothing.

        Raises Repeated when `key` has been used for the same thing; `operations.repeatable` answers it.
        """
        with Session(self._writing) as session, session.begin():
            change = Change(session, actor, self.clock().astimezone(UTC))
            if key is not None:
                claim(session, key, change.now)
            yield change
            session.flush()
            if change.happened:
                _append_event(change, event, why)
            if key is not None:
                keep_answer(session, key, change.answered)


def _wait_for_disk(connection: Connection, how: str) -> None:
    if connection.dialect.name == "postgresql":
        with connection.begin():
            connection.exec_driver_sql(f"set synchronous_commit = {how}")


class _Over(Exception):
    """The rehearsal is over."""


def claim(session: Session, key: OperationKey, now: datetime) -> None:
    """Take the key for this transaction; whoever comes second waits here and then reads the answer, which Repeated holds."""
    row = {"key": key.stored, "fingerprint": key.fingerprint, "at": now}
    if session.scalar(insert_new(session, Operation).values(**row).returning(Operation.key)) is not None:
        return
    stored = session.execute(select(Operation.fingerprint, Operation.answer).where(Operation.key == key.stored)).one()
    if stored.fingerprint != key.fingerprint:
        raise Refused(Reason.KEY_USED_OTHERWISE)
    raise Repeated(stored.answer)


def keep_answer(session: Session, key: OperationKey, answer: str | None) -> None:
    session.execute(update(Operation).where(Operation.key == key.stored).values(answer=answer))


def _append_event(change: Change, event: Event, why: str) -> None:
    audit.append(
        change.session,
        chain=change.chain,
        event=event,
        actor_id=change.actor.person_id,
        actor_name=change.actor.name,
        at=change.now,
        subject=change.subject,
        before=change.before,
        after=change.after,
        why=why,
        items=change.items,
    )


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3 begins nothing by itself: `_begin_sqlite` does
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=wal", "synchronous=normal", "foreign_keys=on"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock before they count (a deferred transaction would fail when it must upgrade)."""
    options = connection.get_execution_options()
    if not options.get("lc_alone", False):
        connection.exec_driver_sql("begin immediate" if options.get("lc_writes", False) else "begin")
