"""The one door: all or nothing, one event for each change, keys that are used once, a chain that proves itself, and the schema."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateSchema
from sqlglot.expressions import CheckColumnConstraint, ColumnConstraint, ColumnDef, Reference

from lc_core import access, contracts, invitations, redeeming
from lc_core.errors import Refused
from lc_core.invitation_lists import Chosen, Filter
from lc_core.reasons import Reason
from lc_core.records import audit, operations
from lc_core.records.db import ROWS_AT_ONCE, Actor, Database, portions
from lc_core.records.house_models import AuditEvent, AuditHead, AuditItem, Letter, Operation
from lc_core.records.models import (
    Contract,
    ContractActivity,
    Enrollment,
    Group,
    Invitation,
    InvitationActivity,
    Person,
    Record,
    SeatMove,
)
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, ContractType, Event, InvitationStatus, Result, SeatReason
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_enrolled,
    contract_now,
    count_of,
    draft,
    events_of,
    invite,
    last_event,
    offered,
    refused,
    unchanged,
)

LONG = 10.0
"""Seconds after which a thread that should be done is stuck."""


class Mishap(Exception):
    """Something that goes wrong in the middle of a change."""


# --- all or nothing --------------------------------------------------------------------------------------------------


def test_a_change_is_written_with_its_event(db, clock):  # R-AUD-1
    ann = a_learner(db, "ann")
    clock.forward(timedelta(hours=1))

    with db.change(ann, Event.ACTIVITY_CREATED, why="because") as change:
        change.session.add(Group(name="Partners"))
        change.note(before={"a": 1}, group=7)
        change.note(after={"b": [2]}, other=8)
        change.note_items([audit.Item(Result.INVITED, ann.person_id, 5), audit.Item(Result.REFUSED)])

    event = last_event(db)
    assert count_of(db, Group) == 1
    assert (event.event, event.actor_id, event.actor_name, event.at) == (
        Event.ACTIVITY_CREATED,
        ann.person_id,
        "person",
        clock.now,
    )
    assert (event.subject, event.before, event.after) == ({"group": 7, "other": 8}, {"a": 1}, {"b": [2]})
    assert event.items == [(Result.INVITED, ann.person_id, 5), (Result.REFUSED, None, None)]
    with db.read() as session:
        assert session.scalars(select(AuditEvent.why).order_by(AuditEvent.id.desc())).first() == "because"


def test_what_goes_wrong_in_a_change_leaves_nothing(db):
    def stumble() -> None:
        with db.change(OPERATOR, Event.ACTIVITY_CREATED, key=OperationKey("k", "f")) as change:
            change.session.add(Group(name="Partners"))
            change.session.flush()
            change.note(group=1)
            raise Mishap

    with unchanged(db), pytest.raises(Mishap):
        stumble()


def test_what_the_schema_refuses_at_the_end_leaves_nothing(db):
    a_contract(db, group="Partners")

    def stumble() -> None:
        with db.change(OPERATOR, Event.ACTIVITY_CREATED) as change:
            change.note(group=1)
            change.session.add(Group(name="Partners"))

    with unchanged(db), pytest.raises(IntegrityError):
        stumble()


def test_a_change_in_which_nothing_happened_is_no_event(db):  # R-AUD-1
    with unchanged(db), db.change(OPERATOR, Event.ACTIVITY_EDITED) as change:
        change.note_items([])

    with unchanged(db), db.change(OPERATOR, Event.ACTIVITY_EDITED):
        pass


def test_bookkeeping_is_no_history(db):
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    events = count_of(db, AuditEvent)

    def mark(attempts: int) -> None:
        with db.bookkeeping() as session:
            session.execute(update(Letter).values(attempts=attempts))
            if attempts > 3:
                raise Mishap

    mark(3)
    with pytest.raises(Mishap):
        mark(4)

    with db.read() as session:
        assert session.scalars(select(Letter.attempts)).all() == [3]
    assert count_of(db, AuditEvent) == events


def test_a_look_sees_one_moment(db):
    with db.read() as session:
        before = session.scalars(select(Group.name)).all()
        done = threading.Thread(target=lambda: a_contract(db, group="Partners"))
        done.start()
        done.join(LONG)
        session.expire_all()

        assert not done.is_alive()
        assert session.scalars(select(Group.name)).all() == before == []
    assert count_of(db, Group) == 1


def test_a_look_writes_nothing(db):
    def write() -> None:
        with db.read() as session:
            session.add(Group(name="Partners"))
            session.flush()

    if db.engine.dialect.name == "postgresql":
        with pytest.raises(DBAPIError):
            write()
    else:
        write()
    assert count_of(db, Group) == 0


@given(st.integers(0, 50), st.integers(1, 20))
def test_portions_are_all_of_it_in_order(count, size):
    cut = list(portions(range(count), size))

    assert [one for portion in cut for one in portion] == list(range(count))
    assert all(1 <= len(portion) <= size for portion in cut)
    assert ROWS_AT_ONCE * 3 <= 32_766  # what SQLite binds in one statement


# --- the lock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["rename", "invite", "redeem"])
def test_who_holds_a_contract_makes_others_wait(db, verb):  # R-SEAT-5, safety: Concurrency
    contract_id = a_contract(db)
    learner, code = a_learner(db, "ann"), contract_now(db, contract_id).invitation_code
    acts: dict[str, Callable[[], object]] = {
        "rename": lambda: contracts.rename(db, OPERATOR, contract_id, "Mine"),
        "invite": lambda: invite(db, contract_id, "bob"),
        "redeem": lambda: redeeming.redeem(db, learner, code),
    }
    done = threading.Event()

    def act() -> None:
        acts[verb]()
        done.set()

    other = threading.Thread(target=act)
    with db.change(OPERATOR, Event.CONTRACT_EDITED) as change:
        access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        other.start()
        waited = not done.wait(0.3)
    other.join(LONG)

    assert waited
    assert done.is_set()


def test_the_lock_shows_what_was_written_while_one_waited(db):  # R-SEAT-5
    contract_id = a_contract(db, seats=1)
    seen: list[int] = []
    held = threading.Event()

    def wait_and_look() -> None:
        with db.change(OPERATOR, Event.CONTRACT_EDITED) as change:
            before = change.session.get_one(Contract, contract_id)  # read without the lock, and still known
            held.set()
            access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
            seen.append(before.seats)

    other = threading.Thread(target=wait_and_look)
    with db.change(OPERATOR, Event.CONTRACT_EDITED) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        other.start()
        held.wait(0.3)
        contract.seats = 7
        change.note(contract=contract_id)
    other.join(LONG)

    assert seen == [7]


# --- operation keys --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """An answer with something of everything in it."""

    count: int
    when: datetime
    result: Result
    ids: list[int]


@repeatable
def tally(db: Database, actor: Actor, name: str, chosen: Any = None, *, key: OperationKey | None = None) -> Counted:
    """A verb that counts how often it was done."""
    with db.change(actor, Event.ACTIVITY_CREATED, key=key) as change:
        if name == "no":
            raise Refused(Reason.NO_SEAT)
        change.session.add(Group(name=f"{name} {count_in(change.session)}"))
        change.session.flush()
        change.note(name=name)
        return change.answer(Counted(count_in(change.session), change.now, Result.CHANGED, [1, 2]))


@repeatable
def other_tally(db: Database, actor: Actor, name: str, *, key: OperationKey | None = None) -> None:
    """Another verb with the same arguments, which answers nothing."""
    with db.change(actor, Event.ACTIVITY_CREATED, key=key) as change:
        change.note(name=name)


def count_in(session: Any) -> int:
    return len(session.scalars(select(Group)).all())


def test_a_repeated_key_answers_the_same_and_does_nothing(db, clock):  # safety: the browser
    key = OperationKey.new()
    first = tally(db, OPERATOR, "a", key=key)
    clock.forward(timedelta(hours=1))

    with unchanged(db):
        assert tally(db, OPERATOR, "a", key=OperationKey(key.text)) == first
    assert first.count == 1
    assert other_tally(db, OPERATOR, "a", key=OperationKey("x")) is None
    with unchanged(db):
        assert other_tally(db, OPERATOR, "a", key=OperationKey("x")) is None


def test_a_key_used_for_something_else_is_refused(db):  # safety: the browser
    ann, key = a_learner(db, "ann"), OperationKey.new()
    tally(db, OPERATOR, "a", key=key)

    with refused(db, Reason.KEY_USED_OTHERWISE):
        tally(db, OPERATOR, "b", key=key)
    with refused(db, Reason.KEY_USED_OTHERWISE):
        tally(db, OPERATOR, "a", [1], key=key)
    with refused(db, Reason.KEY_USED_OTHERWISE):
        tally(db, ann, "a", key=key)
    with refused(db, Reason.KEY_USED_OTHERWISE):
        other_tally(db, OPERATOR, "a", key=key)


def test_without_a_key_everything_is_done_each_time(db):
    assert [tally(db, OPERATOR, "a").count for _ in range(3)] == [1, 2, 3]
    assert count_of(db, Operation) == 0


def test_the_key_of_what_was_refused_can_be_used_again(db):
    key = OperationKey.new()
    with refused(db, Reason.NO_SEAT):
        tally(db, OPERATOR, "no", key=key)

    assert tally(db, OPERATOR, "yes", key=key).count == 1


def test_the_same_said_in_another_order_is_the_same(db):  # sets have no order, least of all between two processes
    key = OperationKey.new()
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert list(one) != list(other)
    first = tally(db, OPERATOR, "a", Chosen(one, Filter(statuses=frozenset(InvitationStatus))), key=key)

    with unchanged(db):
        again = tally(db, OPERATOR, "a", Chosen(other, Filter(statuses=frozenset(reversed(InvitationStatus)))), key=key)
        assert again == first
        named = Chosen(other, Filter(statuses=frozenset(InvitationStatus)))
        assert tally(db, OPERATOR, name="a", chosen=named, key=key) == first
    words = operations._plain(frozenset(InvitationStatus))
    assert words == sorted(words)


def test_what_is_left_to_its_default_may_be_said(db):
    key = OperationKey.new()
    first = tally(db, OPERATOR, "a", key=key)

    with unchanged(db):
        assert tally(db, OPERATOR, "a", None, key=key) == first


def test_a_key_may_be_any_text(db):
    texts = ["k" * 10_000, "k" * 10_001, "\x00", "\x00k", "clé", "clék", "\ud800", "", "k", "a b"]
    first = [tally(db, OPERATOR, "a", key=OperationKey(text)) for text in texts]

    assert [one.count for one in first] == list(range(1, len(texts) + 1))
    with unchanged(db):
        assert [tally(db, OPERATOR, "a", key=OperationKey(text)) for text in texts] == first


def test_whoever_comes_second_with_a_key_waits_and_is_answered_the_same(db):  # safety: the browser: a second click
    key, told = OperationKey.new(), []
    both = threading.Barrier(2)

    def click() -> None:
        both.wait()
        told.append(tally(db, OPERATOR, "a", key=key))

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join(LONG)

    assert len(told) == 2
    assert told[0] == told[1]
    assert count_of(db, Group) == 1


# --- the audit chain -------------------------------------------------------------------------------------------------


def problems(db: Database) -> list[str]:
    with db.read() as session:
        return audit.verify(session)


def a_history(db: Database) -> int:
    """A contract with five events, two of which have items."""
    contract_id = a_contract(db)
    invite(db, contract_id, "ann", "bob")
    contracts.rename(db, OPERATOR, contract_id, "Mine")
    invitations.resend(db, OPERATOR, contract_id, Chosen(matching=Filter()))
    return contract_id


def test_each_contract_has_a_chain_of_its_own(db):  # R-AUD-1
    mine, other = a_history(db), a_contract(db)

    with db.read() as session:
        events = session.execute(select(AuditEvent.chain, AuditEvent.position).order_by(AuditEvent.id)).all()
        heads = {chain: position for chain, position in session.execute(select(AuditHead.chain, AuditHead.position))}
    for chain in (0, mine, other):
        assert [position for one, position in events if one == chain] == list(range(1, heads[chain] + 1))
    assert [event.event for event in events_of(db, mine)] == [
        Event.CONTRACT_CREATED,
        Event.CONTRACT_ACTIVITIES_ADDED,
        Event.INVITATIONS_SENT,
        Event.CONTRACT_RENAMED,
        Event.INVITATIONS_RESENT,
    ]
    assert {event.event for event in events_of(db)} == {Event.ACTIVITY_CREATED}
    assert problems(db) == []


def untie(db: Database, table: str) -> None:
    """Take away what keeps a table from being changed, as somebody with the file in hand could."""
    with db.bookkeeping() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text(f"drop trigger {table}_no_update"))
            session.execute(text(f"drop trigger {table}_no_delete"))
        else:
            session.execute(text(f"drop trigger {table}_only_grows on {table}"))


TAMPERINGS: dict[str, tuple[type[Record], dict[str, Any] | None]] = {
    "who did it": (AuditEvent, {"actor_name": "somebody else"}),
    "when": (AuditEvent, {"at": datetime(2020, 1, 1, tzinfo=UTC)}),
    "what": (AuditEvent, {"event": Event.CONTRACT_RENAMED}),
    "of what": (AuditEvent, {"subject": {"contract": 5}}),
    "before": (AuditEvent, {"before": {"title": "x"}}),
    "after": (AuditEvent, {"after": {"title": "x"}}),
    "why": (AuditEvent, {"why": "x"}),
    "the digest of its items": (AuditEvent, {"items_digest": "0" * 64}),
    "its place": (AuditEvent, {"position": 77}),
    "its hash": (AuditEvent, {"hash": "0" * 64}),
    "the hash before it": (AuditEvent, {"previous_hash": "0" * 64}),
    "what became of an item": (AuditItem, {"result": Result.REVOKED}),
    "whose item": (AuditItem, {"person_id": None}),
    "which item": (AuditItem, {"invitation_id": 77}),
    "an item less": (AuditItem, None),
    "an event less": (AuditEvent, None),
}


@pytest.mark.tampers
def test_whatever_is_changed_afterwards_is_found(db):  # R-AUD-1, I7
    contract_id = a_history(db)
    untie(db, "audit_events")
    untie(db, "audit_items")
    with db.read() as session:
        event_id = session.scalars(
            select(AuditEvent.id).where(AuditEvent.chain == contract_id, AuditEvent.event == Event.INVITATIONS_SENT)
        ).one()

    unnoticed = [what for what, (model, values) in TAMPERINGS.items() if not noticed(db, event_id, model, values)]
    assert unnoticed == []
    assert problems(db) == []


def noticed(db: Database, event_id: int, model: type[Record], values: dict[str, Any] | None) -> bool:
    """Change one row, ask the chain, and put everything back."""
    one = (
        (AuditEvent.id == event_id,)
        if model is AuditEvent
        else (AuditItem.event_id == event_id, AuditItem.position == 1)
    )
    with db._writing.connect() as connection:
        if model is AuditEvent and values is None:
            connection.execute(delete(AuditItem).where(AuditItem.event_id == event_id))
        act = delete(model).where(*one) if values is None else update(model).where(*one).values(values)
        connection.execute(act)
        with Session(connection) as session:
            found = audit.verify(session)
        connection.rollback()
    return bool(found)


@pytest.mark.tampers
@pytest.mark.parametrize("cut", ["the last event", "the whole chain", "an item more", "the head"])
def test_what_is_cut_off_or_put_on_is_found(db, cut):  # R-AUD-1, I7: up to the anchored head
    contract_id = a_history(db)
    untie(db, "audit_events")
    untie(db, "audit_items")
    of_chain = select(AuditEvent.id).where(AuditEvent.chain == contract_id)
    with db.bookkeeping() as session:
        ids = session.scalars(of_chain.order_by(AuditEvent.position)).all()
        if cut == "an item more":
            session.execute(insert(AuditItem).values(event_id=ids[0], position=0, result=Result.INVITED))
        elif cut == "the head":
            session.execute(update(AuditHead).where(AuditHead.chain == contract_id).values(position=4))
        else:
            gone = ids if cut == "the whole chain" else ids[-1:]
            session.execute(delete(AuditItem).where(AuditItem.event_id.in_(gone)))
            session.execute(delete(AuditEvent).where(AuditEvent.id.in_(gone)))

    assert len(problems(db)) == 1
    with db.read() as session:
        assert audit.verify(session, contract_id) == problems(db)
        assert audit.verify(session, 0) == []


# --- what only grows -------------------------------------------------------------------------------------------------

GROWING = ["seat_ledger", "audit_events", "audit_items"]


def test_ledger_and_log_only_grow(db):  # R-SEAT-6, R-AUD-1
    an_enrolled(db, a_contract(db), "ann")
    truncate = "truncate {} cascade" if db.engine.dialect.name == "postgresql" else "delete from {}"
    verbs = ["update {0} set person_id = person_id", "delete from {}", truncate]
    statements = [verb.format(table) for table in GROWING for verb in verbs]
    statements[3] = "update audit_events set why = why"

    for statement in statements:
        with unchanged(db), pytest.raises(DBAPIError, match="append-only"), db.bookkeeping() as session:
            session.execute(text(statement))


# --- the schema ------------------------------------------------------------------------------------------------------


def test_the_migrated_schema_is_that_of_the_models(db):
    with db.engine.connect() as connection:
        migrated = described(connection, "public")
        made = made_from_models(connection)

    assert migrated == made
    assert set(migrated) == set(Record.metadata.tables)


def described(connection: Connection, schema: str) -> dict[str, list[str]]:
    """Every table as the database itself describes it: columns, constraints and indexes."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("select tbl_name, sql from sqlite_master where sql is not null")).all()
        found: dict[str, list[str]] = {}
        for table, sql in rows:
            if table not in {"alembic_version", "sqlite_sequence"} and not sql.lower().startswith("create trigger"):
                found.setdefault(table, []).extend(sorted(plain(sql)))
        return {table: sorted(lines) for table, lines in found.items()}
    return {
        table: sorted(
            plain_name(row[0], schema)
            for row in connection.execute(
                text(DESCRIBE), {"table": f"{schema}.{table}", "name": table, "schema": schema}
            )
        )
        for table in inspect(connection).get_table_names(schema)
        if table != "alembic_version"
    }


DESCRIBE = """
    select pg_get_constraintdef(oid) || ' ' || conname from pg_constraint where conrelid = cast(:table as regclass)
    union all select indexdef from pg_indexes where schemaname = :schema and tablename = :name
    union all
    select concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable,
                     regexp_replace(column_default, '(nextval).*', '\\1'))
    from information_schema.columns where table_schema = :schema and table_name = :name
"""


def plain(sql: str) -> list[str]:
    """The parts of a CREATE statement of SQLite, without the order in which they were written or added later."""
    made = sqlglot.parse_one(sql, dialect="sqlite")
    if made.args["kind"] == "INDEX":
        return [made.sql()]
    parts = []
    for part in made.this.expressions:
        checks = [one for one in part.args.get("constraints") or [] if isinstance(one.kind, CheckColumnConstraint)]
        parts += [check.pop().sql() for check in checks]
        parts += [_as_of_the_table(part, one.pop()) for one in part.find_all(ColumnConstraint) if one.find(Reference)]
        parts.append(part.sql().replace("DEFAULT ('')", "DEFAULT ''"))  # as Alembic writes it
    return parts


def _as_of_the_table(column: ColumnDef, key: ColumnConstraint) -> str:
    """A foreign key that was added with its column, as it reads when the table is made with it."""
    return f"CONSTRAINT {key.this.sql()} FOREIGN KEY ({column.name}) {key.find(Reference).sql()}"


def plain_name(description: str, schema: str) -> str:
    return description.replace(f"{schema}.", "")


def made_from_models(connection: Connection) -> dict[str, list[str]]:
    if connection.dialect.name == "sqlite":
        engine = create_engine("sqlite://")
        with engine.connect() as fresh:
            Record.metadata.create_all(fresh)
            found = described(fresh, "main")
        engine.dispose()
        return found
    connection.rollback()
    connection.execute(CreateSchema("other"))
    Record.metadata.create_all(connection.execution_options(schema_translate_map={None: "other"}))
    found = described(connection, "other")
    connection.rollback()
    return found


def test_migrating_again_changes_nothing(db):
    with unchanged(db):
        db.migrate()

    assert db.readiness() == {"database": True, "migrations": True}


def broken(db: Database) -> dict[str, Any]:
    """Statements that would break an invariant if only the rules kept it."""
    contract_id, other = a_contract(db, seats=2), a_contract(db)
    first, _ = offered(db, contract_id)
    learner, enrollment = an_enrolled(db, contract_id, "ann", first)
    (waiting,) = invite(db, contract_id, "bob", chosen=[first])
    with db.read() as session:
        ann = session.scalars(select(Invitation).where(Invitation.person_id == learner.person_id)).one()
        known = {
            name: getattr(ann, name) for name in ("contract_id", "person_id", "source", "require_code", "invited_at")
        }
    contract, invitation = update(Contract).where(Contract.id == contract_id), update(Invitation)
    enrolled = {
        "contract_id": contract_id,
        "person_id": learner.person_id,
        "status": "enrolled",
        "enrolled_at": db.clock(),
    }
    move = {"contract_id": contract_id, "person_id": learner.person_id, "why": SeatReason.ENROLLED}
    when = {"effective_at": db.clock(), "recorded_at": db.clock()}
    return {
        "more seats used than there are": contract.values(seats_used=3),
        "fewer seats than used": contract.values(seats=0),
        "seats used below zero": contract.values(seats_used=-1),
        "a limit below zero": contract.values(per_user_limit=-1),
        "a period that ends before it starts": contract.values(valid_to=date(2025, 1, 1)),
        "an end that is known once": contract.values(ends_at=None),
        "a life of no day": contract.values(invitation_ttl_days=0),
        "a code twice": contract.values(code_key=contract_now(db, other).code_key),
        "an invitation code twice": contract.values(invitation_code=contract_now(db, other).invitation_code),
        "two live invitations": insert(Invitation).values(**known),
        "revoked with an enrollment": invitation.where(Invitation.id == ann.id).values(revoked_at=db.clock()),
        "enrolled and not redeemed": invitation.where(Invitation.id == ann.id).values(redeemed_at=None),
        "an invitation of nobody": invitation.where(Invitation.id == waiting).values(person_id=NOBODY),
        "a type that there is not": contract.values(contract_type=text("'lifetime'")),
        "a source that there is not": invitation.values(source=text("'magic'")),
        "two enrollments in one": insert(Enrollment).values(**enrolled, activity_id=first, invitation_id=ann.id),
        "enrolled in what is not offered": insert(Enrollment).values(
            **enrolled, activity_id=offered(db, other)[0], invitation_id=ann.id
        ),
        "enrolled through another contract's invitation": insert(Enrollment).values(
            **{**enrolled, "contract_id": other}, activity_id=offered(db, other)[0], invitation_id=ann.id
        ),
        "withdrawn and still enrolled": update(Enrollment)
        .where(Enrollment.id == enrollment)
        .values(withdrawn_at=db.clock()),
        "a foreign activity covered": insert(InvitationActivity).values(
            invitation_id=waiting, contract_id=contract_id, activity_id=offered(db, other)[0]
        ),
        "an invitation of another contract covering": insert(InvitationActivity).values(
            invitation_id=waiting, contract_id=other, activity_id=offered(db, other)[0]
        ),
        "an activity covered twice": insert(InvitationActivity).values(
            invitation_id=waiting, contract_id=contract_id, activity_id=first
        ),
        "two seats in one row": insert(SeatMove).values(**move, **when, delta=2),
        "an address twice": update(Person).where(Person.id == learner.person_id).values(email_key="bob@example.org"),
        "no address and not erased": update(Person).where(Person.id == learner.person_id).values(email_key=None),
        "a letter twice": insert(Letter).values(
            kind="invitation",
            person_id=learner.person_id,
            invitation_id=waiting,
            send_number=1,
            state="queued",
            due_at=db.clock(),
            queued_at=db.clock(),
        ),
        "sent without a time": update(Letter).values(state="sent"),
        "claimed without a lease": update(Letter).values(state="claimed"),
        "a queued letter cancelled": update(Letter).values(cancelled_for="is_revoked"),
        "a reminder at once": update(Contract).values(reminder_days=0),
        "reminders, but none": update(Contract).values(reminders_most=0),
        "a contract with invitations deleted": delete(Contract).where(Contract.id == contract_id),
        "an activity taken away that somebody holds": delete(ContractActivity).where(
            ContractActivity.contract_id == contract_id, ContractActivity.activity_id == first
        ),
    }


def test_the_schema_keeps_what_the_rules_promise(db):  # I1, I2, I3, I5
    kept = {}
    for what, statement in broken(db).items():
        try:
            with db._writing.connect() as connection:
                connection.execute(statement)
                connection.rollback()
            kept[what] = False
        except IntegrityError:
            kept[what] = True

    assert [what for what, stopped in kept.items() if not stopped] == []


def test_contracts_do_not_wait_for_each_other(db):  # R-AUD-1: where the database has more than one writer
    mine, other = a_contract(db), a_contract(db)
    one_writer = db.engine.dialect.name == "sqlite"
    neighbour = threading.Thread(target=lambda: contracts.rename(db, OPERATOR, other, "Yours"))

    with db.change(OPERATOR, Event.CONTRACT_RENAMED) as change:
        access.contract_to_change(change, mine, Action.MANAGE_CONTRACTS)
        neighbour.start()
        neighbour.join(0.3 if one_writer else LONG)
        waits = neighbour.is_alive()
    neighbour.join(LONG)

    assert waits == one_writer
    assert contract_now(db, other).title == "Yours"


# --- values ----------------------------------------------------------------------------------------------------------


def test_instants_are_kept_to_the_microsecond_in_utc(db):  # I8
    berlin = timezone(timedelta(hours=2))
    told = datetime(2026, 6, 15, 12, 30, 15, 123456, tzinfo=berlin)
    contract_id = a_contract(db)
    with db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == contract_id).values(archived_at=told))

    kept = contract_now(db, contract_id).archived_at
    assert kept == told
    assert kept is not None
    assert (kept.tzinfo, kept.hour) == (UTC, 10)


def test_an_instant_without_a_zone_is_refused(db):  # I8
    naive = datetime(2026, 6, 15)  # noqa: DTZ001

    with unchanged(db), pytest.raises(StatementError, match="zone"), db.bookkeeping() as session:
        session.execute(insert(Person).values(email_key="x@example.org", registered_at=naive))


def test_any_number_may_be_asked_for_as_an_id(db):  # R-AUTH-2: an id in a URL
    contract_id = a_contract(db)

    with db.read() as session:
        for number in (2**31, 2**63 - 1, 2**63, 10**30, -(2**63), -(10**30), -1, 0):
            assert session.get(Contract, number) is None
            both = select(Contract.id).where(Contract.id.in_([number, contract_id]))
            assert session.scalars(both).all() == [contract_id]


def test_time_is_the_clocks_and_not_the_databases(db, clock):
    clock.set(datetime(2031, 2, 3, 4, 5, tzinfo=UTC))
    contract_id = contracts.create(db, OPERATOR, draft(contract_type=ContractType.VOUCHER))

    assert contract_now(db, contract_id).created_at == last_event(db, contract_id).at == clock.now
    clock.set(datetime(2031, 2, 3, 3, 5, tzinfo=UTC))  # back by an hour
    contracts.rename(db, OPERATOR, contract_id, "Later")
    assert [event.at.hour for event in events_of(db, contract_id)] == [4, 3]
