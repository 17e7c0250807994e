"""What one process of a race runs: its own Database, a start together with the others, and the truth about what it was told.

To show that a race is real, a process can be told to do without one of the things that stand against it (`Safety`).
They are taken away in that process only.
"""

import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing.connection import Connection as Line
from typing import Any, Protocol

import pytest
from sqlalchemy import Connection, event, select, update

from lc_core import access, people, purchases, roles, seats
from lc_core.errors import NotFound, Refused
from lc_core.reasons import Reason
from lc_core.records import db as records
from lc_core.records.db import Database
from lc_core.records.models import Contract
from tests.clock import Clock

PATIENCE = 60
"""Seconds that nobody waits longer than."""


class Safety(Enum):
    """What stands against a race: each is enough for some limits, and none of them for all."""

    LOCK = "the row lock on the contract (SQLite: BEGIN IMMEDIATE)"
    GUARD = "the condition of the UPDATE that counts seats"
    CHECK = "the CHECK on the seats used (PostgreSQL: the test drops it)"
    ROLES_LOCK = "the row lock on the super administrators (SQLite: BEGIN IMMEDIATE)"
    ORDER = "the order in which new people are written"
    PURCHASE_LOCK = "the lock on the order id (SQLite: BEGIN IMMEDIATE)"


@dataclass(frozen=True)
class Call:
    """One call of a verb: `verb(db, *args, **kwargs)`."""

    verb: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What came of a call: an answer, or the reason for a no, or (never in a sound product) an error in these words."""

    answer: Any = None
    reason: Reason | None = None
    error: str = ""


class Barrier(Protocol):
    """Where runners wait for each other."""

    def wait(self, timeout: float | None = None) -> int: ...


class Event(Protocol):
    """What a runner can wait for."""

    def set(self) -> None: ...

    def wait(self, timeout: float | None = None) -> bool: ...


@dataclass(frozen=True)
class Terms:
    """What a race is run under, shared by all its processes.

    Between looking and writing each runner waits up to `linger` seconds for the others to have looked too (0: it does
    not). If all have, they write one after another, in their order: what they saw is true no more. If a lock keeps some
    from looking, the others go on without them, and nobody waits again.
    """

    url: str
    without: frozenset[Safety]
    linger: float
    start: Barrier
    looked: Barrier
    first_looked: Event
    done: list[Event]


@dataclass
class _Runner(threading.local):
    """Which runner this thread is, and whether it has waited for the others in its transaction."""

    number: int = 0
    waited: bool = False


_HERE = _Runner()
_TERMS: list[Terms] = []


def once_the_first_has_looked(_db: Database) -> None:
    """A verb that only waits: for a runner that comes when the first one has seen what it goes by."""
    _TERMS[0].first_looked.wait(PATIENCE)


def run(terms: Terms, runners: dict[int, Sequence[Call]], told: Line) -> None:
    """The whole life of a process: each runner is a thread that makes its calls in turn."""
    warnings.simplefilter("error")
    _TERMS.append(terms)
    _take_away(terms.without)
    db = Database.open(terms.url, clock=Clock())
    if terms.linger:
        event.listen(db.engine, "begin", _look_anew)
        event.listen(db.engine, "before_cursor_execute", _look_before_writing)
    try:
        with ThreadPoolExecutor(len(runners)) as pool:
            told.send(dict(pool.map(lambda runner: (runner, _run(db, runner, runners[runner])), runners)))
    finally:
        db.close()
        told.close()


def _run(db: Database, number: int, calls: Sequence[Call]) -> list[Told]:
    with db.read() as session:
        session.execute(select(1))  # connected before the start
    _TERMS[0].start.wait(PATIENCE)
    _HERE.number = number
    told = []
    for call in calls:
        told.append(_call(db, call))
        if call.verb is not once_the_first_has_looked:
            _TERMS[0].done[number].set()
    return told


def _call(db: Database, call: Call) -> Told:
    try:
        return Told(call.verb(db, *call.args, **call.kwargs))
    except Refused as refused:
        return Told(reason=refused.reason)
    except Exception as error:  # noqa: BLE001  (whatever it is, the test wants to know)
        return Told(error=repr(error)[:300])


def _look_anew(_connection: Connection) -> None:
    _HERE.waited = False


def _look_before_writing(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    writes = statement.lstrip().lower().startswith(("insert", "update", "delete"))
    before_anybody_looks = "operations" in statement or "code_attempts" in statement  # keys and attempts are claimed
    if not writes or _HERE.waited or before_anybody_looks:
        return
    _HERE.waited = True
    terms = _TERMS[0]
    if _HERE.number == 0:
        terms.first_looked.set()
    with suppress(threading.BrokenBarrierError):
        terms.looked.wait(terms.linger)
        if _HERE.number:
            terms.done[_HERE.number - 1].wait(PATIENCE)


def _take_away(without: frozenset[Safety]) -> None:
    """Do without these from now on; before the database is opened."""
    here = pytest.MonkeyPatch()
    if Safety.LOCK in without:
        here.setattr(access, "_locked", _unlocked)
    if Safety.ROLES_LOCK in without:
        here.setattr(roles, "lock_super_admins", lambda _change: None)
    if Safety.PURCHASE_LOCK in without:
        here.setattr(purchases, "alone", lambda _session, _what: None)
    if without & {Safety.LOCK, Safety.ROLES_LOCK, Safety.PURCHASE_LOCK}:
        here.setattr(records, "_prepare_sqlite", _prepared(records._prepare_sqlite, _leave_as_it_comes))
        here.setattr(records, "_begin_sqlite", lambda _connection: None)
    if Safety.GUARD in without:
        here.setattr(seats, "_count", _count_unguarded)
    if Safety.CHECK in without:
        here.setattr(records, "_prepare_sqlite", _prepared(records._prepare_sqlite, _ignore_checks))
    if Safety.ORDER in without:
        here.setattr(people, "sorted", list, raising=False)  # stands before the built-in one


def _unlocked(change: records.Change, condition: Any) -> Contract:
    contract = change.session.scalar(select(Contract).where(condition))
    if contract is None:
        raise NotFound
    change.of(contract)
    return contract


def _prepared(prepare: Callable[[Any, Any], None], further: Callable[[Any], None]) -> Callable[[Any, Any], None]:
    def prepared(connection: Any, record: Any) -> None:
        prepare(connection, record)
        further(connection)

    return prepared


def _leave_as_it_comes(connection: Any) -> None:
    """The sqlite3 of Python begins a transaction at the first write only: what was read before was read outside it."""
    connection.isolation_level = ""


def _ignore_checks(connection: Any) -> None:
    connection.execute("pragma ignore_check_constraints=on")


def _count_unguarded(change: records.Change, contract: Contract, delta: int) -> None:
    """Look, then write: what was true when the contract was read decides."""
    if not 0 <= contract.seats_used + delta <= contract.seats:
        raise Refused(Reason.NO_SEAT)
    counted = update(Contract).where(Contract.id == contract.id).values(seats_used=Contract.seats_used + delta)
    change.session.execute(counted, execution_options={"synchronize_session": False})
