"""When saved exports are due, by the clocks of any zone and whatever these do, and where their files may go (R-EXP-5, R-EXP-7)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lc_core import report_rules
from lc_core.exports.chosen import Span
from lc_core.insight.asking import Period
from lc_core.reasons import Reason
from lc_core.report_rules import Often, Schedule, latest_due, next_due, stem_of, why_not_folder

BERLIN = "Europe/Berlin"
DAILY, WEEKLY, MONTHLY = Often.DAILY, Often.WEEKLY, Often.MONTHLY


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(schedule: Schedule, first: str, how_many: int) -> list[str]:
    """The first due times after an instant, in UTC."""
    told, now = [], utc(first)
    for _time in range(how_many):
        now = next_due(schedule, now).at
        told.append(f"{now:%Y-%m-%d %H:%M}")
    return told


def at(hour: int, minute: int, zone: str, often: Often = DAILY, **said: int) -> Schedule:
    return Schedule(often, time(hour, minute), zone, **said)


@pytest.mark.parametrize(
    ("schedule", "first", "expected"),
    [
        (at(7, 0, BERLIN), "2026-03-27T06:00", ["2026-03-28 06:00", "2026-03-29 05:00", "2026-03-30 05:00"]),
        (at(2, 30, BERLIN), "2026-03-28T01:30", ["2026-03-29 01:00", "2026-03-30 00:30"]),  # skipped: the moment after
        (at(2, 0, BERLIN), "2026-03-28T01:00", ["2026-03-29 01:00", "2026-03-30 00:00"]),
        (at(3, 0, BERLIN), "2026-03-28T02:00", ["2026-03-29 01:00", "2026-03-30 01:00"]),
        (at(7, 0, BERLIN), "2026-10-24T05:00", ["2026-10-25 06:00", "2026-10-26 06:00"]),
        (at(2, 30, BERLIN), "2026-10-24T00:30", ["2026-10-25 00:30", "2026-10-26 01:30"]),  # twice: the first time
        (at(0, 5, "Pacific/Kiritimati"), "2026-06-14T10:04", ["2026-06-14 10:05", "2026-06-15 10:05"]),  # UTC+14
        (at(7, 0, "Pacific/Apia"), "2011-12-29T17:00", ["2011-12-30 10:00", "2011-12-30 17:00"]),  # a day was left out
        (at(7, 0, "UTC", WEEKLY, weekday=0), "2026-06-15T07:00", ["2026-06-22 07:00", "2026-06-29 07:00"]),
        (at(7, 0, BERLIN, WEEKLY, weekday=6), "2026-03-22T12:00", ["2026-03-29 05:00", "2026-04-05 05:00"]),
        (
            at(7, 0, "UTC", MONTHLY, day=31),
            "2026-01-31T07:00",
            ["2026-02-28 07:00", "2026-03-31 07:00", "2026-04-30 07:00"],
        ),
        (at(7, 0, "UTC", MONTHLY, day=29), "2026-02-01T00:00", ["2026-02-28 07:00", "2026-03-29 07:00"]),
        (at(7, 0, "UTC", MONTHLY, day=29), "2028-02-01T00:00", ["2028-02-29 07:00", "2028-03-29 07:00"]),
        (at(0, 0, "Pacific/Kiritimati", MONTHLY, day=1), "2026-12-01T00:00", ["2026-12-31 10:00", "2027-01-31 10:00"]),
    ],
)
def test_it_is_due_by_the_clocks_of_its_zone(schedule, first, expected):
    assert dues(schedule, first, len(expected)) == expected


ZONES = (
    "UTC",
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Africa/Casablanca",
    "Asia/Kathmandu",
)
SCHEDULES = st.builds(
    Schedule,
    st.sampled_from(Often),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sampled_from(ZONES),
    st.integers(0, 6),
    st.integers(1, 31),
)


@given(SCHEDULES, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_each_due_time_is_followed_by_the_next_one_and_none_lies_between(schedule, now):
    last, following = latest_due(schedule, now), next_due(schedule, now)

    assert last.at <= now < following.at
    assert next_due(schedule, last.at) == following
    assert latest_due(schedule, following.at) == following
    assert latest_due(schedule, following.at - timedelta(microseconds=1)) == last
    assert schedule.falls_on(last.day)
    assert schedule.falls_on(following.day)


@given(SCHEDULES, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_clock_shows_the_due_time_or_has_just_skipped_it(schedule, day):
    zone, shown = ZoneInfo(schedule.zone), datetime.combine(day, schedule.at)
    found = report_rules.instant(shown, zone)
    before = (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)

    assert found.astimezone(zone).replace(tzinfo=None) >= shown > before


def test_a_year_of_days_has_one_due_time_each():
    schedule = at(2, 30, BERLIN)
    found = [utc("2025-12-31T01:30")]
    for _day in range(365):
        found.append(next_due(schedule, found[-1]).at)

    assert len({one.astimezone(ZoneInfo(BERLIN)).date() for one in found[1:]}) == 365
    assert {later - one for one, later in pairwise(found)} == {timedelta(hours=n) for n in (23.5, 24, 25)}


@pytest.mark.parametrize(
    ("span", "period"),
    [
        (Span.ALL, None),
        (Span.DATES, None),
        (Span.LAST_7_DAYS, Period(date(2026, 2, 22), date(2026, 2, 28))),
        (Span.LAST_28_DAYS, Period(date(2026, 2, 1), date(2026, 2, 28))),
        (Span.LAST_MONTH, Period(date(2026, 2, 1), date(2026, 2, 28))),
        (Span.THIS_YEAR, Period(date(2026, 1, 1), date(2026, 3, 1))),
    ],
)
def test_a_span_is_some_days_by_the_day_on_which_it_is_asked(span, period):
    assert span.on(date(2026, 3, 1)) == period


def test_weekly_files_of_seven_days_leave_no_day_out_and_tell_none_twice():
    weeks = [Span.LAST_7_DAYS.on(date(2026, 3, 2) + timedelta(days=7 * n)) for n in range(5)]

    assert all(week and later and later.first - week.last == timedelta(days=1) for week, later in pairwise(weeks))


# --- refusals --------------------------------------------------------------------------------------------------------

ALLOWED = ("file:///srv/reports", "s3://bucket/reports")


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("file:///srv/reports", None),
        ("file:///srv/reports/of the week/2026", None),
        ("s3://bucket/reports/ü", None),
        ("file:///srv/reports2", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/../../etc", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/..", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/.. /x", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/./x", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports//x", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/x::s3://other/x", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/%2e%2e/x", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/a\\b", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/a\nb", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/a\x00", Reason.FOLDER_NOT_ALLOWED),
        ("file:///srv/reports/a?b#c*", Reason.FOLDER_NOT_ALLOWED),
        ("s3://bucket/report", Reason.FOLDER_NOT_ALLOWED),
        ("S3://bucket/reports", Reason.FOLDER_NOT_ALLOWED),
        ("/srv/reports", Reason.FOLDER_NOT_ALLOWED),
        ("simplecache::file:///srv/reports", Reason.FOLDER_NOT_ALLOWED),
    ],
)
def test_files_go_only_into_folders_that_are_allowed_and_folders_in_them(folder, reason):  # R-EXP-7
    assert why_not_folder(folder, ALLOWED) == reason
    assert why_not_folder(folder, ()) is Reason.FOLDERS_NOT_OFFERED


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, None),
        ({"weekday": 7}, Reason.SCHEDULE_DAY),
        ({"weekday": -1}, Reason.SCHEDULE_DAY),
        ({"day": 0}, Reason.SCHEDULE_DAY),
        ({"day": 32}, Reason.SCHEDULE_DAY),
        ({"zone": "Europe/Nowhere"}, Reason.TIME_ZONE_UNKNOWN),
        ({"zone": "../../etc/passwd"}, Reason.TIME_ZONE_UNKNOWN),
        ({"zone": ""}, Reason.TIME_ZONE_UNKNOWN),
        ({"folder": "file:///etc"}, Reason.FOLDER_NOT_ALLOWED),
    ],
)
def test_a_schedule_is_one_that_the_calendar_knows(said, reason):
    schedule = Schedule(**{"often": DAILY, "at": time(7), "zone": BERLIN, **said})

    assert report_rules.why_not_schedule(schedule, ALLOWED) == reason


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Every Monday", "Every-Monday"),
        ("../../etc/passwd", "etc-passwd"),
        ("Übersicht 2026", "Übersicht-2026"),
        ('a"b\r\nc;d', "a-b-c-d"),
        ("...", "export"),
        ("x" * 300, "x" * 100),
    ],
)
def test_files_are_called_after_the_export_as_every_system_reads_it(name, stem):
    assert stem_of(name) == stem
