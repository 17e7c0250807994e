"""What tests of questions share: the copy, worlds of two random lives, and the records as plain lists to count over."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lc_core import inviting
from lc_core.errors import Refused
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from lc_core.records.models import Contract, Enrollment, Invitation, SeatMove
from tests import make, worlds
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

SOME = settings(
    max_examples=max(settings.default.max_examples // 25, 4) if settings.default else 4,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # lives are too long to be made shorter
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIRST = make.NEVER_BEFORE.date()


@pytest.fixture
def insight(db: Database, tmp_path: Path) -> Iterator[Insight]:
    made = Insight(db, tmp_path / "copy")
    yield made
    made.close()


def lived(db: Database, clock: Clock, *lives: Life) -> list[int]:
    """The contracts of these lives, looked at when all is over. The people of each are invited to the next one too."""
    found: list[int] = []
    for life in lives:
        before = clock.now if found else make.NEVER_BEFORE
        found.append(make.live(db, clock, life))
        clock.set(max(before, clock.now))
        for one in worlds.invitations_of(db, found[-2])[:2] if len(found) > 1 else []:
            with suppress(Refused):
                inviting.invite(
                    db, OPERATOR, found[-1], [one.person.email or ""], activities=worlds.offered(db, found[-1])
                )
    return found


def periods() -> st.SearchStrategy[Period | None]:
    """Some days of the half year in which lives take place; or no limit."""
    some = st.builds(
        lambda first, days: Period(FIRST + timedelta(days=first), FIRST + timedelta(days=first + days)),
        st.integers(-40, 120),
        st.integers(0, 90),
    )
    return st.one_of(st.none(), some)


def within(period: Period | None, day: date) -> bool:
    return period is None or period.first <= day <= period.last


@dataclass(frozen=True)
class Records:
    """All there is, read from the records themselves."""

    contracts: dict[int, Contract]
    invitations: list[Invitation]
    enrollments: list[Enrollment]
    moves: list[SeatMove]

    def held(self, contract_id: int, person_id: int) -> int:
        """Seats that a person holds in a contract."""
        theirs = [one for one in self.moves if (one.contract_id, one.person_id) == (contract_id, person_id)]
        return sum(one.delta for one in theirs)

    def used(self, contract_id: int, day: date | None = None) -> int:
        """Seats of a contract used now, or at the end of a day."""
        theirs = [one for one in self.moves if one.contract_id == contract_id]
        return sum(one.delta for one in theirs if day is None or one.effective_at.date() <= day)


def records(db: Database) -> Records:
    with db.read() as session:
        return Records(
            {one.id: one for one in session.scalars(select(Contract))},
            list(session.scalars(select(Invitation).options(joinedload(Invitation.person)))),
            list(session.scalars(select(Enrollment))),
            list(session.scalars(select(SeatMove))),
        )
