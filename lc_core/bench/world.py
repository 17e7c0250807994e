"""A large installation for benches, the same every time: written by the database itself, a table at a stroke.

It keeps the invariants of `lc check`, but was not lived through: its audit log tells of each contract's making only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    String,
    case,
    cast,
    column,
    false,
    func,
    insert,
    literal,
    null,
    select,
    table,
    text,
    true,
)
from sqlalchemy.orm import Session

from lc_core.bench import world_contracts, world_seats
from lc_core.bench.world_contracts import LARGEST, NOW, TAKEN, activity_of
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import (
    Contract,
    ContractAdmin,
    Enrollment,
    Invitation,
    InvitationActivity,
    Person,
)
from lc_core.vocabulary import (
    ContractType,
    EnrollmentStatus,
    LetterKind,
    LetterState,
    Source,
)

ADMINISTERED = 30
KINDS = 20
"""Invitations come in twenties: half enrolled, two accepted, two revoked, one expired, the others open."""
ENROLLED, ACCEPTED, REVOKED = 10, 12, 14
STRIDE, STEP = 7919, 104_729
"""Two primes that spread people and dates over the contracts."""
DAY = 24 * 60
FAST = {"sqlite": "pragma cache_size = -500000", "postgresql": "set local session_replication_role = replica"}
"""How a database takes millions of rows: SQLite with room, PostgreSQL without proving each foreign key (SQLite proves them)."""


@dataclass(frozen=True)
class World:
    """What was made. `admin`: runs thirty contracts, the largest among them."""

    admin: Actor
    contracts: int
    invitations: int
    own: tuple[int, ...]


@dataclass(frozen=True)
class _Plan:
    """How many there are of each; two thousand contracts and half a million invitations to a million enrollments."""

    invitations: int
    largest: int
    others: int
    people: int

    @classmethod
    def of(cls, enrollments: int, each: int) -> "_Plan":
        invitations = max(enrollments * 2 // each, 10 * KINDS)
        others = max(invitations // 250, 2 * ADMINISTERED) - 1
        while gcd(others, KINDS) > 1:  # else a contract would have invitations of a few kinds only
            others -= 1
        largest = invitations // 5
        people = max(largest, invitations * 2 // 5)
        return cls(invitations, largest, others, people + (people % STRIDE == 0))


def build(db: Database, enrollments: int, *, each: int = TAKEN) -> World:
    """Fill an empty database, then let PostgreSQL look at it, as it does by itself in time.

    `each`: in how many activities somebody is who enrolled; with more of them the same people and contracts have more.
    """
    plan = _Plan.of(enrollments, each)
    step = (plan.others - 1) // (ADMINISTERED - 1)
    while gcd(step, 30) > 1:  # else they would be of one type, or all be open
        step -= 1
    own = (LARGEST, *(LARGEST + 1 + n * step for n in range(ADMINISTERED - 1)))
    admin = plan.people + 1
    with db.bookkeeping() as session:
        session.connection().exec_driver_sql(FAST[db.engine.dialect.name])
        unheard = _triggers_put_away(session)
        _people(session, plan)
        world_contracts.fill(session, plan.others + 1, each)
        session.execute(insert(ContractAdmin), [{"contract_id": one, "person_id": admin} for one in own])
        _invitations(session, plan)
        _letters(session)
        _covered(session, each)
        _enrollments(session, each)
        world_seats.fill(session)
        for trigger in unheard:
            session.execute(text(trigger))
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze")
    db.engine.dispose()  # whatever is measured has connections as the product makes them
    return World(Actor.person(admin), plan.others + 1, plan.invitations, own)


def _triggers_put_away(session: Session) -> list[str]:
    """What lets SQLite note each row, not wanted until the world is there; on PostgreSQL they are off already."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    noting: Any = select(column("name"), column("sql")).select_from(table("sqlite_master"))
    found = session.execute(noting.where(column("type") == "trigger", column("name").like("changes%"))).all()
    for name, _words in found:
        session.execute(text(f"drop trigger {name}"))
    return [words for _name, words in found]


def _numbers(last: int, first: int = 1) -> CTE:
    """The numbers from first to last."""
    numbers = select(cast(first, BigInteger).label("n")).cte(f"numbers_{first}_{last}", recursive=True)
    return numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < last))


def _fill(
    session: Session, into: type[Any], columns: Mapping[str, Any], *joined: tuple[Any, ColumnElement[bool]]
) -> None:
    """Write a row for each that the columns' tables have, with what is `joined` to the first of them, and on what."""
    rows = select(*columns.values())
    for other, on in joined:
        rows = rows.join(other, on)
    session.execute(insert(into).from_select(list(columns), rows, include_defaults=False))


def _before(session: Session, minutes: ColumnElement[int]) -> ColumnElement[Any]:
    """The instant so many minutes before now, as the database stores it."""
    if session.get_bind().dialect.name == "sqlite":
        back = cast(-minutes, String) + " minutes"
        return func.strftime("%Y-%m-%d %H:%M:%S.000000", f"{NOW:%Y-%m-%d %H:%M:%S}", back)
    return literal(NOW, DateTime(timezone=True)) - func.make_interval(0, 0, 0, 0, 0, cast(minutes, Integer))


def _people(session: Session, plan: _Plan) -> None:
    """Every fifth has no account; the last one is the admin."""
    n = _numbers(plan.people + 1).c.n
    email = literal("person", String) + cast(n, String) + literal("@example.org", String)
    columns = {
        "id": n,
        "name": literal("Person ", String) + cast(n, String),
        "email": email,
        "email_key": email,
        "search_text": literal("person ", String) + cast(n, String) + " " + email,
        "registered_at": case(
            ((n % 5 == 0) & (n <= plan.people), null()), else_=_before(session, literal(330 * DAY, Integer))
        ),
    }
    _fill(session, Person, columns)


def _invitations(session: Session, plan: _Plan) -> None:
    """The largest contract's first, then one to each other contract in turn, as they would come in time."""
    n = _numbers(plan.invitations).c.n
    large, kind, minutes = n <= plan.largest, n % KINDS, 2 * DAY + (n * STRIDE) % (300 * DAY)
    turn, other = (n - plan.largest - 1) // plan.others, (n - plan.largest - 1) % plan.others
    sent = _before(session, minutes)
    columns = {
        "id": n,
        "contract_id": case((large, LARGEST), else_=LARGEST + 1 + other),
        "person_id": case((large, n), else_=1 + (turn * STRIDE + other * STEP) % plan.people),
        "source": literal(Source.ADMIN.value, String),
        "require_code": false(),
        "invited_at": sent,
        "first_sent_at": sent,
        "last_sent_at": sent,
        "send_count": literal(1),
        "expires_at": _before(session, case((kind == REVOKED, DAY), else_=-30 * DAY)),
        "redeemed_at": case((kind < ACCEPTED, _before(session, minutes - 60))),
        "first_enrolled_at": case((kind < ENROLLED, _before(session, minutes - 120))),
        "revoked_at": case(((kind >= ACCEPTED) & (kind < REVOKED), _before(session, minutes - DAY))),
    }
    _fill(session, Invitation, columns)


def _letters(session: Session) -> None:
    """One for each invitation, delivered."""
    columns = {
        "invitation_id": Invitation.id,
        "person_id": Invitation.person_id,
        "kind": literal(LetterKind.INVITATION.value, String),
        "send_number": literal(1),
        "state": literal(LetterState.SENT.value, String),
        "attempts": literal(1),
        "due_at": Invitation.invited_at,
        "queued_at": Invitation.invited_at,
        "sent_at": Invitation.invited_at,
    }
    _fill(session, Letter, columns)


def _covered(session: Session, each: int) -> None:
    """What voucher invitations cover: one more than people enroll in."""
    places = _numbers(each, 0)
    columns = {
        "invitation_id": Invitation.id,
        "contract_id": Invitation.contract_id,
        "activity_id": activity_of(Invitation.contract_id, places.c.n),
    }
    voucher = (Contract.id == Invitation.contract_id) & (Contract.contract_type == ContractType.VOUCHER)
    _fill(session, InvitationActivity, columns, (Contract, voucher), (places, true()))


def _enrollments(session: Session, each: int) -> None:
    """Whoever enrolled did so in each of some activities; every eighth enrollment was withdrawn (its seat stays taken)."""
    places = _numbers(each - 1, 0)
    chance = (Invitation.id // KINDS + places.c.n) % 8
    at = Invitation.first_enrolled_at
    columns = {
        "invitation_id": Invitation.id,
        "contract_id": Invitation.contract_id,
        "person_id": Invitation.person_id,
        "activity_id": activity_of(Invitation.contract_id, places.c.n),
        "status": case(
            (chance < 3, EnrollmentStatus.COMPLETED.value),
            (chance < 5, EnrollmentStatus.IN_PROGRESS.value),
            (chance < 7, EnrollmentStatus.ENROLLED.value),
            else_=EnrollmentStatus.WITHDRAWN.value,
        ),
        "enrolled_at": at,
        "completed_at": case((chance < 3, at)),
        "withdrawn_at": case((chance == 7, at)),
        "started": chance < 5,
    }
    _fill(session, Enrollment, columns, (places, at.is_not(None)))
