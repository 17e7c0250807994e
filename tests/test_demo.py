"""The demo year: played once for all that is asked here, through the verbs, and ending today."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lc_core import contract_lists, contracts, demo, roles, seats
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent, Letter, RoleHeld
from lc_core.records.models import Contract, ContractAdmin, Enrollment, Invitation, Person, SeatMove
from lc_core.records.purchase_models import Purchase
from lc_core.vocabulary import (
    ContractStatus,
    ContractType,
    EnrollmentStatus,
    Event,
    InvitationStatus,
    LetterKind,
    LetterState,
    Role,
    SeatReason,
    SeatRelease,
    Source,
)
from tests import databases, worlds
from tests.clock import Clock
from tests.conftest import check_invariants
from tests.worlds import OPERATOR

TODAY = datetime(2026, 6, 15, 9, tzinfo=UTC)
RARE = {SeatReason.WITHDRAWN, SeatReason.DEALLOCATED}


@pytest.fixture
def played(run_home: Path) -> Iterator[Database]:
    """The demo year at the end of its last day, played once for all processes of the run."""
    db = Database.open(f"sqlite:///{databases.once(run_home, 'played', _play)}/lc.sqlite", clock=Clock(TODAY))
    yield db
    db.close()


def _play(folder: Path) -> None:
    db = Database.open(f"sqlite:///{folder}/lc.sqlite")
    db.migrate()
    db.close()
    demo.play(f"sqlite:///{folder}/lc.sqlite", today=TODAY)


def statuses(db: Database, contract: Contract) -> set[InvitationStatus]:
    return {one.status_at(TODAY) for one in worlds.invitations_of(db, contract.id)}


def test_the_year_has_something_of_everything(played: Database) -> None:
    with played.read() as session:
        there = list(session.scalars(select(Contract)))
        pictures = [seats.count_by_status(session, contract, TODAY) for contract in there]
        enrolled = set(session.scalars(select(Enrollment.status).distinct()))
        sources = set(session.scalars(select(Invitation.source).distinct()))
        moves = set(session.scalars(select(SeatMove.why).distinct()))
        accounts = Counter(person.registered_at is None for person in session.scalars(select(Person)))

    assert len(there) >= 10
    assert {contract.contract_type for contract in there} == set(ContractType)
    assert {contract.status_at(TODAY) for contract in there} == set(ContractStatus)
    assert {contract.require_invitation_code for contract in there} == {True, False}
    assert {contract.seat_release for contract in there} >= {SeatRelease.NEVER, SeatRelease.IF_NOT_STARTED}
    assert any(picture.used == picture.seats > 0 for picture in pictures), "a full contract"
    assert any(picture.over_invited for picture in pictures), "an over-invited one"
    assert any(picture.expired_unused for picture in pictures), "expired seats"
    assert any(picture.reserved for picture in pictures), "reserved seats"
    assert set().union(*(statuses(played, contract) for contract in there)) == set(InvitationStatus)
    assert enrolled >= set(EnrollmentStatus) - {EnrollmentStatus.WAITLISTED, EnrollmentStatus.PENDING_APPROVAL}
    assert sources >= {Source.ADMIN, Source.CODE}
    assert moves == {SeatReason.ENROLLED, SeatReason.ACCEPTED, *RARE}
    assert min(accounts[True], accounts[False]) > 100


def test_the_year_has_purchases_one_of_them_told_again_and_one_that_nobody_is_invited_to_yet(played: Database) -> None:
    with played.read() as session:
        sales = select(Purchase, Contract).join(Contract, Contract.id == Purchase.contract_id).order_by(Purchase.id)
        bought = list(session.execute(sales))
        buyers = Counter(session.scalars(select(Purchase.buyer_id)))
        letters = list(session.scalars(select(Letter).where(Letter.kind == LetterKind.PURCHASE)))
        events = Counter(session.scalars(select(AuditEvent.chain).where(AuditEvent.event == Event.PURCHASED)))

    assert max(buyers.values()) > 1
    assert {(one.person_id, one.contract_id) for one in letters} == {
        (one.buyer_id, one.contract_id) for one, _ in bought
    }
    assert {one.state for one in letters} == {LetterState.SENT}
    assert {one.seats for one, _ in bought} == {contract.seats for _, contract in bought}
    assert sorted(events.values()) == [1, 1, 1, 2]
    assert Counter(len(worlds.invitations_of(played, contract.id)) == 0 for _, contract in bought) == {
        True: 1,
        False: 3,
    }
    newest, ready = bought[-1]
    assert [one.id for one in contract_lists.unbegun(played, Actor.person(newest.buyer_id))] == [ready.id]
    assert (newest.title, ready.title) == ("", "Running a small project")


def test_the_year_has_one_of_each_who_work_here(played: Database) -> None:
    with played.read() as session:
        held = Counter(session.scalars(select(RoleHeld.role)))
        admins = set(session.scalars(select(ContractAdmin.person_id)))

    assert held == Counter(dict.fromkeys((Role.SUPER_ADMIN, Role.ADMINISTRATOR, Role.MANAGER, Role.ANALYST), 1))
    assert len(admins) >= 3
    assert all(person.email.endswith("@example.org") for person in roles.with_roles(played, OPERATOR))


def test_the_year_ends_today_and_holds_what_must_hold(played: Database) -> None:
    with played.read() as session:
        first, last = session.execute(select(func.min(AuditEvent.at), func.max(AuditEvent.at))).one()
        mails = set(session.scalars(select(Person.email)))

    assert 360 <= (TODAY - first).days <= 367
    assert last <= TODAY
    assert (TODAY - last).days <= 1
    assert all((mail or "").endswith("@example.org") for mail in mails)
    check_invariants(played)


def test_the_year_is_played_on_postgresql_too(run_home: Path) -> None:
    shares: list[float] = []
    with databases.postgres_copy(run_home) as url:
        demo.play(url, today=TODAY, progress=shares.append)
        db = Database.open(url, clock=Clock(TODAY))
        with db.read() as session:
            used = list(session.scalars(select(Contract.seats_used)))
        db.close()

    assert sum(used) > 1000
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_played_database_is_left_alone(played: Database) -> None:
    with worlds.unchanged(played), pytest.raises(Refused) as caught:
        demo.play(str(played.engine.url), today=TODAY)

    assert caught.value.reason is Reason.DATABASE_NOT_EMPTY


def test_a_database_that_holds_anything_is_not_empty(db: Database) -> None:
    assert demo.may_play(db)
    contracts.create(db, OPERATOR, worlds.draft())

    assert not demo.may_play(db)
