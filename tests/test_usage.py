"""What the page on seat usage answers agrees with the records, on random lives of contracts (R-ANA-1..5)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Enrollment, Invitation, SeatMove
from lc_core.vocabulary import ContractStatus, EnrollmentStatus
from tests import make
from tests.clock import Clock
from tests.make import Life

OPERATOR = Actor.operator("test")
SOME = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def insight(db: Database, tmp_path: Path) -> Iterator[Insight]:
    made = Insight(db, tmp_path / "copy")
    yield made
    made.close()


def used_on(session: Session, contracts: list[Contract], day: date) -> tuple[int, int]:
    """Seats used and seats there are at the end of a day, counted move by move in the contracts valid that day."""
    used = capacity = 0
    for contract in contracts:
        ended = contract.ends_at is not None and contract.ends_at.date() <= day
        if contract.archived_at is not None or contract.starts_at.date() > day or ended:
            continue
        capacity += contract.seats
        moves = session.scalars(select(SeatMove).where(SeatMove.contract_id == contract.id))
        used += sum(move.delta for move in moves if move.effective_at.date() <= day)
    return used, capacity


def curve_agrees(insight: Insight, clock: Clock, session: Session) -> None:
    """The curve is the ledger day by day, and ends today with what active contracts use."""
    curve = answers.how_are_seats_used_over_time(insight, OPERATOR).frame
    contracts = list(session.scalars(select(Contract)))
    full = answers.how_full_is_each_contract(insight, OPERATOR).frame
    active = full.filter(pl.col("status") == ContractStatus.ACTIVE.value)

    assert curve.rows() == [(day, *used_on(session, contracts, day)) for day in curve["day"]]
    assert curve.row(-1) == (clock().date(), active["used"].sum(), active["seats"].sum())


def steps_agree(insight: Insight, session: Session) -> None:
    """Each step counts different people, and is a part of the one before it."""
    steps = answers.where_do_people_stop(insight, OPERATOR).frame["people"].to_list()
    invitations, enrolled = list(session.scalars(select(Invitation))), list(session.scalars(select(Enrollment)))

    assert steps == [
        len({one.person_id for one in invitations}),
        len({one.person_id for one in invitations if one.redeemed_at is not None}),
        len({one.person_id for one in enrolled}),
        len({one.person_id for one in enrolled if one.started}),
        len({one.person_id for one in enrolled if one.status is EnrollmentStatus.COMPLETED}),
    ]
    assert steps == sorted(steps, reverse=True)


def activities_agree(insight: Insight, session: Session) -> None:
    answer = answers.what_happens_in_each_activity(insight, OPERATOR).frame
    expected = Counter((one.activity_id, one.status.value) for one in session.scalars(select(Enrollment)))

    assert {(row["activity_id"], row["status"]): row["enrollments"] for row in answer.to_dicts()} == dict(expected)


def ends_agree(insight: Insight, clock: Clock, session: Session) -> None:
    """Active contracts that end within 120 days, with what is unused."""
    answer = answers.which_contracts_end_soon(insight, OPERATOR).frame
    today = clock().date()

    assert {row["contract_id"]: row["unused"] for row in answer.to_dicts()} == {
        contract.id: contract.seats - contract.seats_used
        for contract in session.scalars(select(Contract))
        if contract.status_at(clock()) is ContractStatus.ACTIVE
        and contract.ends_at is not None
        and contract.ends_at.date() - today <= timedelta(days=120)
    }


@SOME
@given(life=make.lives())
def test_every_answer_agrees_with_the_records(db: Database, clock: Clock, insight: Insight, life: Life) -> None:
    make.live(db, clock, life)

    with db.read() as session:
        curve_agrees(insight, clock, session)
        steps_agree(insight, session)
        activities_agree(insight, session)
        ends_agree(insight, clock, session)
    assert insight.copy().as_of <= clock()


@SOME
@given(life=make.lives(), other=make.lives())
def test_a_question_can_be_limited_to_some_of_the_contracts_one_may_see(
    db: Database, clock: Clock, insight: Insight, life: Life, other: Life
) -> None:
    wanted, unwanted = make.live(db, clock, life), make.live(db, clock, other)

    ids = answers.how_full_is_each_contract(insight, OPERATOR, [wanted]).frame["contract_id"].to_list()

    assert ids == [wanted]
    assert unwanted not in ids
