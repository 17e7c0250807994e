"""Which contracts end soon, and when renewals are due (R-CON-17)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lc_core import contracts, renewing
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from tests import worlds
from tests.asked import insight
from tests.clock import Clock
from tests.worlds import OPERATOR

__all__ = ["insight"]


def test_contracts_end_soon_from_120_days_before_the_day_of_their_end(
    db: Database, clock: Clock, insight: Insight
) -> None:
    today = clock.now.date()
    in_days = {
        days: worlds.a_contract(db, valid_to=today + timedelta(days=days - 1), seats=5) for days in (1, 120, 121)
    }
    worlds.an_enrolled(db, in_days[120], "ann")

    rows = answers.which_contracts_end_soon(insight, OPERATOR).frame.to_dicts()

    told = [(row["contract_id"], row["days_left"], row["used"], row["unused"]) for row in rows]
    assert told == [(in_days[1], 1, 0, 5), (in_days[120], 120, 1, 4)]


@pytest.mark.parametrize(("today", "shown"), [(-1, 0), (0, 1), (455, 1), (456, 0)])
def test_renewals_are_told_from_a_year_before_the_end_to_90_days_after(
    db: Database, clock: Clock, insight: Insight, today: int, shown: int
) -> None:
    contract_id = worlds.a_contract(db, valid_to=date(2027, 6, 30))  # over at the beginning of July
    clock.set(datetime(2026, 7, 1, 12, tzinfo=UTC) + timedelta(days=today))

    rows = answers.when_are_renewals_due(insight, OPERATOR).frame.to_dicts()

    assert [(row["contract_id"], row["month"]) for row in rows] == [(contract_id, date(2027, 6, 1))] * shown


def test_a_contract_that_was_renewed_says_so_to_those_who_see_only_it(db: Database, insight: Insight) -> None:
    first, second = worlds.a_contract(db), worlds.a_contract(db)
    admin = worlds.an_admin(db, "ada", first)
    terms = renewing.Renewal("NEXT", date(2027, 1, 1), date(2027, 12, 31), 5, carry_invitations=False)
    successor = renewing.renew(db, OPERATOR, first, terms)
    worlds.an_enrolled(db, second, "ann")
    archived = worlds.a_contract(db)
    contracts.archive(db, OPERATOR, archived)

    rows = answers.when_are_renewals_due(insight, OPERATOR).frame.to_dicts()

    assert {row["contract_id"]: (row["renewed"], row["used"]) for row in rows if row["contract_id"] != successor} == {
        first: (True, 0),
        second: (False, 1),
    }
    mine = answers.when_are_renewals_due(insight, admin, [first]).frame.to_dicts()
    assert [(row["contract_id"], row["renewed"]) for row in mine] == [(first, True)]
