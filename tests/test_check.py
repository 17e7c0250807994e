"""The check: a healthy installation passes, and each kind of corruption is found and named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.orm import Session

from lc_core import codes, enrollments, invitations, redeeming
from lc_core.insight import check
from lc_core.insight.copy import Insight
from lc_core.insight.tables import TABLES
from lc_core.records.db import Database
from lc_core.records.house_models import AuditEvent, AuditHead, AuditItem, Letter
from lc_core.records.models import (
    Contract,
    ContractActivity,
    Enrollment,
    Invitation,
    SeatHeld,
    SeatMove,
)
from lc_core.vocabulary import (
    ContractType,
    LetterState,
    Result,
    SeatReason,
    SeatRelease,
)
from tests import make, worlds
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

LATER = timedelta(hours=1)
UNGUARDED = {
    "sqlite": [
        "pragma foreign_keys = off",
        "pragma ignore_check_constraints = on",
        *(
            f"drop trigger {table}_no_{verb}"
            for table in ("audit_events", "audit_items", "seat_ledger")
            for verb in ("update", "delete")
        ),
        "drop index uq_invitations_live",
    ],
    "postgresql": [
        "set session_replication_role = replica",
        "alter table contracts drop constraint ck_contracts_seats_used_within_seats",
        "alter table invitations drop constraint ck_invitations_enrolled_is_redeemed",
        "drop index uq_invitations_live",
    ],
}


@dataclass(frozen=True)
class Place:
    """A small installation: a voucher with Ann enrolled, Bob invited twice, Cy withdrawn; an unlimited contract with Dee."""

    db: Database
    voucher: int
    unlimited: int
    activity: int
    ann: int
    bob: int
    cy: int
    dee: int


@pytest.fixture
def place(db: Database) -> Place:
    voucher = worlds.a_contract(db, seat_release=SeatRelease.NEVER)
    unlimited = worlds.a_contract(db, ContractType.UNLIMITED)
    ann, _ = worlds.an_enrolled(db, voucher, "ann")
    (first,) = worlds.invite(db, voucher, "bob")
    invitations.revoke(db, OPERATOR, voucher, worlds.only(first))
    worlds.invite(db, voucher, "bob")
    cy, enrollment = worlds.an_enrolled(db, voucher, "cy")
    enrollments.withdraw(db, OPERATOR, voucher, enrollment)
    dee, _ = worlds.a_redeemed(db, unlimited, "dee")
    codes.regenerate(db, OPERATOR, voucher)
    ids = [one.person_id or 0 for one in (ann, cy, dee)]
    bob = worlds.person_of(db, "bob").id
    return Place(db, voucher, unlimited, worlds.offered(db, voucher)[0], ids[0], bob, ids[1], ids[2])


@pytest.fixture
def past_the_door(place: Place) -> Iterator[Session]:
    """A session in which no constraint and no trigger holds, on either database."""
    with place.db.engine.connect() as connection:
        connection.exec_driver_sql("rollback")
        for statement in UNGUARDED[place.db.engine.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.commit()
        with Session(connection) as session:
            yield session
        connection.invalidate()  # its settings are for nobody else


def failing(place: Place, session: Session | None = None) -> set[str]:
    """The names of the checks that find something."""
    if session is not None:
        session.commit()
    report = check.run(place.db)
    assert report.ok == (not report.problems) == all(one.ok for one in report.checks)
    assert all(one.ok == (not one.problems) for one in report.checks)
    return {one.name for one in report.checks if not one.ok}


def test_a_healthy_installation_passes_and_everything_in_it_was_counted(place: Place):
    report = check.run(place.db)

    assert report.ok
    assert report.problems == []
    assert {one.name for one in report.checks if one.counted == 0} == set()
    assert len({one.name for one in report.checks}) == len(report.checks)


def test_an_empty_installation_passes(db: Database):
    assert check.run(db).ok


@settings(
    max_examples=settings.default.max_examples // 10 if settings.default else 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=make.lives())
def test_whatever_the_verbs_do_passes(db: Database, clock: Clock, life: Life):
    make.live(db, clock, life)

    assert check.run(db).problems == []


def test_a_check_tells_what_is_wrong_in_words(db: Database, clock: Clock):
    contract_id = worlds.a_contract(db, code="C-9")
    with db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == contract_id).values(seats_used=2))
    problems = check.run(db).problems
    with db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == contract_id).values(seats_used=0))

    assert "seats_used_is_the_ledgers_sum: contract C-9: 2 seats are counted as used, the ledger comes to 0" in problems


def test_a_few_questions_are_asked_however_much_there_is(place: Place):
    asked: list[str] = []
    event.listen(place.db.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))

    check.run(place.db)
    few = len(asked)
    for number in range(5):
        worlds.an_enrolled(place.db, worlds.a_contract(place.db), f"more{number}")
    asked.clear()
    check.run(place.db)

    assert len(asked) == few < 50


# --- each corruption is found ----------------------------------------------------------------------------------------


@pytest.mark.tampers
def test_more_seats_used_than_there_are(place: Place, past_the_door: Session):
    past_the_door.execute(
        update(Contract).where(Contract.id == place.voucher).values(seats_used=Contract.seats + 1, version=9)
    )

    assert "seats_used_within_seats" in failing(place, past_the_door)


@pytest.mark.tampers
def test_a_counter_that_the_ledger_does_not_come_to(place: Place, past_the_door: Session):
    past_the_door.execute(update(Contract).where(Contract.id == place.voucher).values(seats_used=1))

    assert failing(place, past_the_door) == {"seats_used_is_the_ledgers_sum", "seats_used_are_seats_held"}


@pytest.mark.tampers
def test_a_counter_that_is_not_the_seats_held(place: Place, past_the_door: Session):
    past_the_door.delete(held(past_the_door, place, place.ann))

    assert "seats_used_are_seats_held" in failing(place, past_the_door)


@pytest.mark.tampers
def test_a_seat_that_the_ledger_gave_to_somebody_else(place: Place, past_the_door: Session):
    """Counter, sum and number of seats held stay as they were."""
    moved = update(SeatHeld).where(SeatHeld.contract_id == place.voucher, SeatHeld.person_id == place.ann)
    past_the_door.execute(moved.values(person_id=place.bob))

    assert failing(place, past_the_door) == {
        "units_hold_what_the_ledger_says",
        "held_seats_have_a_ground",
        "enrollments_hold_seats",
    }


@pytest.mark.tampers
def test_a_seat_taken_twice_in_the_ledger(place: Place, past_the_door: Session):
    write_move(past_the_door, place, place.voucher, place.ann, place.activity, delta=+1)

    assert "units_hold_what_the_ledger_says" in failing(place, past_the_door)


@pytest.mark.tampers
def test_a_seat_held_for_nothing(place: Place, past_the_door: Session):
    """Bob is only invited; counter, ledger and seats held agree with each other."""
    past_the_door.add(SeatHeld(contract_id=place.voucher, person_id=place.bob, activity_id=place.activity))
    write_move(past_the_door, place, place.voucher, place.bob, place.activity, delta=+1)
    recount(past_the_door, place.voucher, +1)

    assert failing(place, past_the_door) == {"held_seats_have_a_ground"}


@pytest.mark.tampers
def test_an_enrollment_whose_seat_went_back_though_it_is_open(place: Place, past_the_door: Session):
    past_the_door.delete(held(past_the_door, place, place.ann))
    write_move(past_the_door, place, place.voucher, place.ann, place.activity, delta=-1)
    recount(past_the_door, place.voucher, -1)

    assert failing(place, past_the_door) == {"enrollments_hold_seats"}


@pytest.mark.tampers
def test_a_withdrawn_enrollment_whose_seat_went_without_a_trace(place: Place, past_the_door: Session):
    past_the_door.delete(held(past_the_door, place, place.cy))
    move = select(SeatMove).where(SeatMove.contract_id == place.voucher, SeatMove.person_id == place.cy)
    past_the_door.delete(past_the_door.scalars(move).one())
    recount(past_the_door, place.voucher, -1)

    assert failing(place, past_the_door) == {"enrollments_hold_seats"}


@pytest.mark.tampers
def test_an_acceptance_without_a_seat(place: Place, past_the_door: Session):
    past_the_door.delete(past_the_door.get_one(SeatHeld, (place.unlimited, place.dee, 0)))
    write_move(past_the_door, place, place.unlimited, place.dee, None, delta=-1)
    recount(past_the_door, place.unlimited, -1)

    assert failing(place, past_the_door) == {"acceptances_hold_seats"}


@pytest.mark.tampers
def test_two_live_invitations_of_one_person(place: Place, past_the_door: Session):
    theirs = (Invitation.contract_id == place.voucher, Invitation.person_id == place.bob)
    past_the_door.execute(update(Invitation).where(*theirs).values(revoked_at=None))

    assert failing(place, past_the_door) == {"one_live_invitation"}


@pytest.mark.tampers
@pytest.mark.parametrize("sent", [{"send_count": 2}, {"send_count": 0}, {"first_sent_at": None, "last_sent_at": None}])
def test_a_sending_without_its_letter(place: Place, past_the_door: Session, sent: dict[str, int | None]):
    past_the_door.execute(update(Invitation).where(Invitation.person_id == place.ann).values(sent))

    assert failing(place, past_the_door) == {"one_letter_per_sending"}


@pytest.mark.tampers
def test_a_letter_of_another_sending(place: Place, past_the_door: Session):
    past_the_door.execute(update(Letter).where(Letter.person_id == place.ann).values(send_number=2))

    assert failing(place, past_the_door) == {"one_letter_per_sending"}


@pytest.mark.tampers
def test_a_letter_without_an_invitation(place: Place, past_the_door: Session):
    past_the_door.execute(update(Letter).where(Letter.person_id == place.ann).values(invitation_id=None))

    assert failing(place, past_the_door) == {"letters_have_invitations", "one_letter_per_sending"}


@pytest.mark.parametrize(("lease", "found"), [(-LATER, {"no_letter_is_stuck"}), (LATER, set())])
@pytest.mark.tampers
def test_a_letter_that_nobody_sends_any_more(
    place: Place, past_the_door: Session, clock: Clock, lease: timedelta, found: set[str]
):
    claimed = {"state": LetterState.CLAIMED, "lease_until": clock.now + lease}
    past_the_door.execute(update(Letter).where(Letter.person_id == place.ann).values(claimed))

    assert failing(place, past_the_door) == found


@pytest.mark.tampers
def test_an_invitation_that_was_redeemed_twice(place: Place, past_the_door: Session, clock: Clock):
    theirs = Invitation.contract_id == place.unlimited
    past_the_door.execute(update(Invitation).where(theirs).values(redeemed_at=None, expires_at=None))
    past_the_door.execute(text("delete from seats_held where contract_id = :contract"), {"contract": place.unlimited})
    write_move(past_the_door, place, place.unlimited, place.dee, None, delta=-1)
    recount(past_the_door, place.unlimited, -1)
    past_the_door.commit()
    redeeming.accept(place.db, worlds.a_learner(place.db, "dee"), place.unlimited)

    assert failing(place) == {"redeemed_once"}


@pytest.mark.tampers
def test_an_activity_that_is_not_of_the_contract(place: Place, past_the_door: Session):
    past_the_door.delete(past_the_door.get_one(ContractActivity, (place.voucher, place.activity)))

    assert failing(place, past_the_door) == {"items_belong_to_the_contract", "enrollments_belong_to_the_contract"}


@pytest.mark.tampers
def test_an_invitation_that_covers_what_is_of_another_contract(place: Place, past_the_door: Session):
    past_the_door.execute(
        text("update invitation_activities set contract_id = :other, activity_id = :activity where activity_id = :old"),
        {"other": place.unlimited, "activity": worlds.offered(place.db, place.unlimited)[0], "old": place.activity},
    )

    assert failing(place, past_the_door) == {"items_belong_to_the_contract"}


@pytest.mark.tampers
@pytest.mark.parametrize("lost", ["redeemed_at", "first_enrolled_at"])
def test_an_enrollment_through_an_invitation_that_was_not_redeemed(place: Place, past_the_door: Session, lost: str):
    past_the_door.execute(update(Invitation).where(Invitation.person_id == place.ann).values({lost: None}))

    assert failing(place, past_the_door) == {"enrollments_are_invited"}


@pytest.mark.tampers
def test_an_enrollment_through_somebody_elses_invitation(place: Place, past_the_door: Session):
    others = select(Invitation.id).where(Invitation.contract_id == place.voucher, Invitation.person_id == place.cy)
    mixed_up = update(Enrollment).where(Enrollment.person_id == place.ann)
    past_the_door.execute(mixed_up.values(invitation_id=others.scalar_subquery()))

    assert failing(place, past_the_door) == {"enrollments_are_invited"}


@pytest.mark.tampers
def test_a_contract_that_was_made_past_the_door(place: Place, past_the_door: Session):
    columns = [column.name for column in Contract.__table__.columns if column.name != "id"]
    copied = past_the_door.execute(select(*(Contract.__table__.c[name] for name in columns))).mappings().first()
    assert copied is not None
    unique = {"code": "X", "code_key": "x", "invitation_code": "X", "seats_used": 0}
    past_the_door.execute(insert(Contract).values({**copied, **unique}))

    assert failing(place, past_the_door) == {"contracts_have_a_history"}


@pytest.mark.tampers
def test_an_old_code_that_works_again(place: Place):
    old = worlds.code_of(place.db, place.voucher)
    codes.regenerate(place.db, OPERATOR, place.voucher)
    with place.db.bookkeeping() as session:
        session.execute(update(Contract).where(Contract.id == place.voucher).values(invitation_code=old))

    assert failing(place) == {"only_the_newest_code_works"}


@pytest.mark.tampers
def test_a_period_that_is_not_that_of_its_days(place: Place):
    with place.db.bookkeeping() as session:
        contract = session.get_one(Contract, place.voucher)
        contract.starts_at += LATER

    assert failing(place) == {"periods_are_those_of_their_days"}


@pytest.mark.tampers
def test_an_event_that_was_changed(place: Place, past_the_door: Session):
    past_the_door.execute(update(AuditEvent).where(AuditEvent.position == 2).values(actor_name="somebody else"))

    assert failing(place, past_the_door) == {"audit_chains"}


@pytest.mark.tampers
def test_an_event_that_is_missing_at_the_end(place: Place, past_the_door: Session):
    last = select(AuditEvent).where(AuditEvent.chain == place.voucher).order_by(AuditEvent.position.desc())
    past_the_door.delete(past_the_door.scalars(last.limit(1)).one())

    assert failing(place, past_the_door) == {"audit_chains"}


@pytest.mark.tampers
def test_an_item_that_was_changed(place: Place, past_the_door: Session):
    past_the_door.execute(update(AuditItem).where(AuditItem.person_id == place.ann).values(result=Result.CHANGED))

    assert failing(place, past_the_door) == {"audit_chains"}


@pytest.mark.tampers
def test_a_chain_whose_head_is_gone(place: Place, past_the_door: Session):
    past_the_door.delete(past_the_door.get_one(AuditHead, place.voucher))

    assert failing(place, past_the_door) == {"audit_chains", "contracts_have_a_history"}


@pytest.mark.tampers
def test_of_many_alike_the_first_hundred_are_told(place: Place):
    with place.db.bookkeeping() as session:
        now = place.db.clock()
        invitation_id = session.scalars(select(Invitation.id).where(Invitation.person_id == place.ann)).first()
        rows = [
            {"kind": "invitation", "person_id": place.ann, "invitation_id": invitation_id, "send_number": number}
            | {"state": LetterState.CLAIMED, "lease_until": now - LATER, "due_at": now, "queued_at": now}
            for number in range(2, 160)
        ]
        session.execute(insert(Letter), rows)
    stuck = next(one for one in check.run(place.db).checks if one.name == "no_letter_is_stuck")

    assert (len(stuck.problems), stuck.counted) == (check.MOST_PROBLEMS, worlds.count_of(place.db, Letter))


# --- the copy --------------------------------------------------------------------------------------------------------


@pytest.fixture
def insight(place: Place, tmp_path: Path) -> Iterator[Insight]:
    made = Insight(place.db, tmp_path / "copy")
    yield made
    made.close()


def test_a_copy_that_says_what_the_ledger_says_passes(place: Place, insight: Insight):
    report = check.run(place.db, insight)

    counted = sum(insight.copy().counts[table.name] for table in TABLES)
    assert report.ok
    assert report.checks[-1] == check.Check("copy_agrees_with_the_ledger", 2, True, [])
    assert report.checks[-2] == check.Check("copy_holds_every_row", counted, True, [])


@pytest.mark.tampers
def test_a_copy_that_says_otherwise_is_found(place: Place, insight: Insight, past_the_door: Session):
    insight.copy()
    write_move(past_the_door, place, place.voucher, place.bob, place.activity, delta=+1)
    past_the_door.commit()

    rows, found = check.run(place.db, insight).checks[-2:]

    with place.db.read() as session:
        moves = session.scalar(select(func.count()).select_from(SeatMove))
    assert rows.problems == [f"seat_ledger: {moves} rows in the records, {moves - 1} in the copy"]
    assert found.problems == [f"contract {place.voucher}: the ledger comes to 3 seats, the copy to 2"]


# --- how it is tampered with -----------------------------------------------------------------------------------------


def held(session: Session, place: Place, person: int) -> SeatHeld:
    return session.get_one(SeatHeld, (place.voucher, person, place.activity))


def write_move(session: Session, place: Place, *whose: int | None, delta: int) -> None:
    """`whose`: contract, person and activity."""
    now = place.db.clock()
    moved = {**dict(zip(("contract_id", "person_id", "activity_id"), whose, strict=True)), "delta": delta}
    why = SeatReason.ENROLLED if delta > 0 else SeatReason.WITHDRAWN
    session.add(SeatMove(**moved, why=why, effective_at=now, recorded_at=now))


def recount(session: Session, contract: int, by: int) -> None:
    session.execute(update(Contract).where(Contract.id == contract).values(seats_used=Contract.seats_used + by))
