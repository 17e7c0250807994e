"""The days of an export are those of its time zone, so that weekly files join up everywhere (R-EXP-5)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lc_core.exports import reading
from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.wanted import Wanted
from lc_core.insight import answers, asking
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from tests import worlds
from tests.asked import insight
from tests.clock import Clock
from tests.worlds import OPERATOR

__all__ = ["insight"]
TICK = timedelta.resolution
AUCKLAND, HONOLULU = "Pacific/Auckland", "Pacific/Honolulu"


def people_in(insight: Insight, wanted: Wanted) -> list[str]:
    with reading.opened(insight, OPERATOR, wanted) as found:
        return [person for frame in found.frames for person in frame["person"]]


@pytest.mark.parametrize(
    ("zone", "begins", "ends"),
    [
        (AUCKLAND, datetime(2026, 6, 14, 12, tzinfo=UTC), datetime(2026, 6, 15, 12, tzinfo=UTC)),
        (HONOLULU, datetime(2026, 6, 15, 10, tzinfo=UTC), datetime(2026, 6, 16, 10, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 6, 14, 22, tzinfo=UTC), datetime(2026, 6, 15, 22, tzinfo=UTC)),
    ],
)
def test_a_days_rows_are_those_of_the_zones_day(
    db: Database, clock: Clock, insight: Insight, zone: str, begins: datetime, ends: datetime
):
    contract_id = worlds.a_contract(db)
    for name, moment in zip("abcd", [begins - TICK, begins, ends - TICK, ends], strict=True):
        clock.set(moment)
        worlds.an_enrolled(db, contract_id, name)

    period = Period(date(2026, 6, 15), date(2026, 6, 15))
    told = people_in(insight, Wanted("enrollments", period=period, zone=zone))
    assert told == ["B", "C"]


@pytest.mark.parametrize("zone", [AUCKLAND, HONOLULU, "UTC"])
def test_a_period_may_go_to_either_end_of_the_calendar(db: Database, insight: Insight, zone: str):
    worlds.an_enrolled(db, worlds.a_contract(db), "ann")

    assert reading.count(insight, OPERATOR, Wanted("enrollments", period=asking.EVER, zone=zone)) == 1


@pytest.mark.parametrize("zone", [AUCKLAND, HONOLULU])
def test_weekly_files_join_up_wherever_their_monday_begins(db: Database, clock: Clock, insight: Insight, zone: str):
    contract_id, here = worlds.a_contract(db, seats=50), ZoneInfo(zone)
    mondays = [datetime(2026, 6, day, 8, tzinfo=here).astimezone(UTC) for day in (8, 15)]
    weekly = Chosen("enrollments", span=Span.LAST_7_DAYS, zone=zone)
    told = []
    for hour in range(0, 14 * 24, 12):
        clock.set(datetime(2026, 6, 1, tzinfo=here).astimezone(UTC) + timedelta(hours=hour))
        worlds.an_enrolled(db, contract_id, f"hour-{hour}")
    for monday in mondays:
        told += people_in(insight, weekly.wanted(insight, OPERATOR, monday))

    assert len(told) == len(set(told)) == 14 * 2


def test_of_all_time_a_curve_begins_with_its_contract(db: Database, insight: Insight):
    worlds.an_enrolled(db, worlds.a_contract(db), "ann")

    told = answers.how_are_seats_used_over_time(insight, OPERATOR, period=asking.EVER).frame
    assert told["day"].min() == date(2026, 1, 1)
