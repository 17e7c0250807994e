"""What the tests of the core need, made through the verbs, and what they ask afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from lc_core import activities, contracts, enrollments, invitations, inviting, people, redeeming, roles
from lc_core.contracts import Draft
from lc_core.errors import NotFound, Refused
from lc_core.invitation_lists import Chosen
from lc_core.reasons import Reason
from lc_core.records.api_models import TokenUse
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent, AuditItem, CodeAttempt, Letter
from lc_core.records.models import (
    Contract,
    ContractActivity,
    Enrollment,
    Invitation,
    InvitationActivity,
    Person,
    Record,
    SeatMove,
)
from lc_core.vocabulary import ActivityKind, ContractType, Event, InvitationStatus, Privilege, Result, Role
from tests.clock import Clock

OPERATOR = Actor.operator("tests")
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 12, 31)
NOBODY = 10**6
"""An id that nothing has."""
LIFE = 28
"""Days that an invitation lives where the tests let it expire."""
_numbers = count(1)


# --- things ----------------------------------------------------------------------------------------------------------


def email(name: str) -> str:
    return f"{name}@example.org"


def draft(**said: Any) -> Draft:
    usual = {
        "code": f"C-{next(_numbers)}",
        "title": "Safety at work",
        "contract_type": ContractType.VOUCHER,
        "seats": 10,
        "valid_from": FIRST_DAY,
        "valid_to": LAST_DAY,
    }
    return Draft(**{**usual, **said})


def a_contract(
    db: Database, contract_type: ContractType = ContractType.VOUCHER, *, offers: int = 2, **said: Any
) -> int:
    """A contract valid in 2026, with so many activities."""
    contract_id = contracts.create(db, OPERATOR, draft(contract_type=contract_type, **said))
    activities.add_to_contract(db, OPERATOR, contract_id, [an_activity(db) for _ in range(offers)])
    return contract_id


def an_activity(db: Database, title: str = "First aid") -> int:
    return activities.create(db, OPERATOR, f"A-{next(_numbers)}", title, ActivityKind.ONLINE)


def a_learner(db: Database, name: str) -> Actor:
    """Somebody with an account."""
    return Actor.person(people.register(db, OPERATOR, email(name), name.title()))


def somebody(db: Database, name: str, role: Role, *privileges: Privilege) -> Actor:
    """Somebody with an account and a role that holds everywhere."""
    actor = a_learner(db, name)
    roles.grant(db, OPERATOR, email(name), role, privileges=privileges)
    return actor


def an_admin(db: Database, name: str, *contract_ids: int) -> Actor:
    """Somebody who is named on these contracts."""
    actor = a_learner(db, name)
    for contract_id in contract_ids:
        contracts.name_admin(db, OPERATOR, contract_id, email(name))
    return actor


def deactivate(db: Database, actor: Actor) -> None:
    with db.bookkeeping() as session:
        session.execute(update(Person).where(Person.id == actor.person_id).values(deactivated_at=db.clock()))


def offered(db: Database, contract_id: int) -> list[int]:
    """The current activities of a contract, in the order in which they were made."""
    with db.read() as session:
        current = select(ContractActivity.activity_id).where(
            ContractActivity.contract_id == contract_id, ContractActivity.removed_at.is_(None)
        )
        return sorted(session.scalars(current))


def invite(db: Database, contract_id: int, *names: str, chosen: Sequence[int] | None = None) -> list[int]:
    """Invite them (voucher: to all activities, unless some are chosen); their live invitations, in the order of the names."""
    wanted = offered(db, contract_id) if chosen is None else chosen
    inviting.invite(db, OPERATOR, contract_id, [email(name) for name in names], activities=wanted)
    return [live_of(db, contract_id, name).id for name in names]


def a_redeemed(db: Database, contract_id: int, name: str) -> tuple[Actor, int]:
    """A learner with an account whose invitation is accepted by the code, and the invitation."""
    (invitation_id,) = invite(db, contract_id, name)
    learner = a_learner(db, name)
    redeeming.redeem(db, learner, code_of(db, contract_id))
    return learner, invitation_id


def an_enrolled(db: Database, contract_id: int, name: str, activity_id: int | None = None) -> tuple[Actor, int]:
    """A learner who enrolled in one activity (the first), and the enrollment."""
    learner, _ = a_redeemed(db, contract_id, name)
    wanted = activity_id or offered(db, contract_id)[0]
    return learner, enrollments.enroll(db, learner, contract_id, wanted)


def one_of_each_status(
    db: Database, clock: Clock, contract_type: ContractType, **said: Any
) -> tuple[int, dict[str, int]]:
    """A contract with one invitation of each status that its type has; it is 28 days later then."""
    contract_id = a_contract(db, contract_type, invitation_ttl_days=LIFE, **said)
    a_learner(db, "expired")
    found: dict[str, int] = {InvitationStatus.EXPIRED: invite(db, contract_id, "expired")[0]}
    clock.forward(timedelta(days=LIFE))
    for name in ("outstanding", "revoked"):
        a_learner(db, name)
    found[InvitationStatus.OUTSTANDING] = invite(db, contract_id, "outstanding")[0]
    found[InvitationStatus.NOT_REGISTERED] = invite(db, contract_id, "unregistered")[0]
    found[InvitationStatus.REVOKED] = invite(db, contract_id, "revoked")[0]
    invitations.revoke(db, OPERATOR, contract_id, only(found[InvitationStatus.REVOKED]))
    _, found[InvitationStatus.ACCEPTED] = a_redeemed(db, contract_id, "accepted")
    an_enrolled(db, contract_id, "enrolled")
    found[InvitationStatus.ENROLLED] = live_of(db, contract_id, "enrolled").id
    if contract_type is ContractType.UNLIMITED:
        _, found[InvitationStatus.DEALLOCATED] = a_redeemed(db, contract_id, "deallocated")
        invitations.deallocate(db, OPERATOR, contract_id, only(found[InvitationStatus.DEALLOCATED]))
    return contract_id, found


def only(*invitation_ids: int) -> Chosen:
    return Chosen(frozenset(invitation_ids))


# --- how things stand ------------------------------------------------------------------------------------------------


def contract_now(db: Database, contract_id: int) -> Contract:
    with db.read() as session:
        return session.get_one(Contract, contract_id)


def code_of(db: Database, contract_id: int) -> str:
    return contract_now(db, contract_id).invitation_code


def person_of(db: Database, name: str) -> Person:
    with db.read() as session:
        return session.scalars(select(Person).where(Person.email_key == email(name))).one()


def invitation_now(db: Database, invitation_id: int) -> Invitation:
    with db.read() as session:
        found = select(Invitation).where(Invitation.id == invitation_id).options(joinedload(Invitation.person))
        return session.scalars(found).one()


def invitations_of(db: Database, contract_id: int, name: str = "") -> list[Invitation]:
    """The contract's invitations (of one person), oldest first."""
    with db.read() as session:
        found = select(Invitation).join(Invitation.person).where(Invitation.contract_id == contract_id)
        found = found.where(Person.email_key == email(name)) if name else found
        return list(session.scalars(found.order_by(Invitation.id).options(joinedload(Invitation.person))))


def live_of(db: Database, contract_id: int, name: str) -> Invitation:
    theirs = invitations_of(db, contract_id, name)
    return next(one for one in theirs if one.revoked_at is None and one.deallocated_at is None)


def status_of(db: Database, invitation_id: int) -> InvitationStatus:
    return invitation_now(db, invitation_id).status_at(db.clock())


def covered_by(db: Database, invitation_id: int) -> set[int]:
    """The activities that are written down for a voucher invitation."""
    with db.read() as session:
        rows = select(InvitationActivity.activity_id).where(InvitationActivity.invitation_id == invitation_id)
        return set(session.scalars(rows))


def enrollment_now(db: Database, enrollment_id: int) -> Enrollment:
    with db.read() as session:
        return session.get_one(Enrollment, enrollment_id)


def letters_of(db: Database, contract_id: int) -> list[tuple[int | None, int]]:
    """Invitation and send number of every letter of a contract, oldest first."""
    with db.read() as session:
        rows = select(Letter.invitation_id, Letter.send_number).join(Invitation, Invitation.id == Letter.invitation_id)
        rows = rows.where(Invitation.contract_id == contract_id).order_by(Letter.id)
        return [(invitation_id, number) for invitation_id, number in session.execute(rows)]


@dataclass(frozen=True)
class Moved:
    """One row of the seat ledger."""

    person_id: int
    activity_id: int | None
    delta: int
    why: str
    actor_id: int | None
    effective_at: datetime
    recorded_at: datetime


def ledger_of(db: Database, contract_id: int) -> list[Moved]:
    with db.read() as session:
        rows = session.scalars(select(SeatMove).where(SeatMove.contract_id == contract_id).order_by(SeatMove.id))
        return [Moved(**{name: getattr(row, name) for name in Moved.__dataclass_fields__}) for row in rows]


def used(db: Database, contract_id: int) -> int:
    """Seats used, which the counter and the ledger agree on (R-SEAT-6)."""
    counted = contract_now(db, contract_id).seats_used
    assert sum(move.delta for move in ledger_of(db, contract_id)) == counted
    return counted


@dataclass(frozen=True)
class Remembered:
    """One audit event with its items."""

    event: Event
    actor_id: int | None
    actor_name: str
    at: datetime
    subject: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    items: list[tuple[Result, int | None, int | None]]


def events_of(db: Database, chain: int = 0) -> list[Remembered]:
    """What the audit log says of a contract (or of what belongs to none), oldest first."""
    with db.read() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.chain == chain).order_by(AuditEvent.position))
        return [
            Remembered(
                event.event,
                event.actor_id,
                event.actor_name,
                event.at,
                event.subject,
                event.before,
                event.after,
                [
                    (item.result, item.person_id, item.invitation_id)
                    for item in session.scalars(
                        select(AuditItem).where(AuditItem.event_id == event.id).order_by(AuditItem.position)
                    )
                ],
            )
            for event in events
        ]


def last_event(db: Database, chain: int = 0) -> Remembered:
    return events_of(db, chain)[-1]


def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the attempts at codes and the calls of tokens, which are counted in spite of a refusal."""
    with db.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in Record.metadata.sorted_tables
            if table.name not in {CodeAttempt.__tablename__, TokenUse.__tablename__}
        }


def count_of(db: Database, model: Any, *conditions: Any) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


# --- noes ------------------------------------------------------------------------------------------------------------


@contextmanager
def unchanged(db: Database) -> Iterator[None]:
    """What happens inside leaves no trace in the records."""
    before = everything(db)
    yield
    assert everything(db) == before


@contextmanager
def refused(db: Database, reason: Reason, **facts: Any) -> Iterator[None]:
    """What happens inside is refused for this reason (and not for want of a right), with these facts; nothing is written."""
    with unchanged(db), pytest.raises(Refused) as caught:
        yield
    assert caught.value.reason is reason
    assert facts.items() <= caught.value.facts.items()
    assert "{" not in caught.value.sentence


@contextmanager
def not_found(db: Database) -> Iterator[None]:
    """What happens inside is answered as if there were nothing there; nothing is written."""
    with unchanged(db), pytest.raises(NotFound) as caught:
        yield
    assert str(caught.value) == str(NotFound())
    assert caught.value.facts == {}
