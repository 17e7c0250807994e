"""Exports as files: when one is due, where files may go, who makes and who gets them (R-EXP-5 to 8). Values in, verdicts out."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lc_core.language import N_
from lc_core.reasons import Reason
from lc_core.words import Word

A_DAY = timedelta(days=1)
MOST_ATTEMPTS = 3
MOST_BEGUN = 6
"""A run that was begun so often, and each time cut off with its worker, may be what ends them: it is given up."""
PAUSES = (timedelta(minutes=5), timedelta(minutes=30))
"""How long a run that failed waits for its second attempt, and for its third."""
MANY_ROWS = 200_000
"""A file of so many is better made by a worker than by a page that somebody looks at."""
LONGEST_NAME = 200
LONGEST_STEM = 100


class Often(Word):
    """How often a saved export is made by itself."""

    DAILY = "daily", N_("Daily")
    WEEKLY = "weekly", N_("Weekly")
    MONTHLY = "monthly", N_("Monthly")


class RunState(Word):
    """How one making of an export stands (R-EXP-6)."""

    WAITING = "waiting", N_("Waiting")
    RUNNING = "running", N_("Being made")
    AGAIN = "again", N_("Will be tried again")
    DONE = "done", N_("Done")
    FAILED = "failed", N_("Failed")


@dataclass(frozen=True)
class Schedule:
    """When a saved export is made by itself, by the clocks of `zone`, and where its file goes.

    `weekday`: of weekly ones, 0 = Monday; `day`: of monthly ones; months that have no such day have it on their last.
    `folder`: the URL of a folder; empty: a letter tells its owner where the file is.
    """

    often: Often
    at: time
    zone: str
    weekday: int = 0
    day: int = 1
    folder: str = ""

    def falls_on(self, day: date) -> bool:
        """Whether it is due on this day."""
        match self.often:
            case Often.WEEKLY:
                return day.weekday() == self.weekday
            case Often.MONTHLY:
                return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return True


@dataclass(frozen=True)
class Due:
    """A time at which a file is due, and the day that it is in the schedule's zone."""

    at: datetime
    day: date


def latest_due(schedule: Schedule, now: datetime) -> Due:
    """The newest due time that has come. Older ones are not made up for: their files would tell what this one tells."""
    today = now.astimezone(ZoneInfo(schedule.zone)).date()
    return next(due for due in _dues(schedule, today + A_DAY, -A_DAY) if due.at <= now)


def next_due(schedule: Schedule, now: datetime) -> Due:
    """The first due time that is still to come."""
    today = now.astimezone(ZoneInfo(schedule.zone)).date()
    return next(due for due in _dues(schedule, today - A_DAY, A_DAY) if due.at > now)


def _dues(schedule: Schedule, day: date, step: timedelta) -> Iterator[Due]:
    zone = ZoneInfo(schedule.zone)
    while True:
        if schedule.falls_on(day):
            yield Due(instant(datetime.combine(day, schedule.at), zone), day)
        day += step


def instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone show this: for the first time, or, if they skip it, the first moment after.

    `shown`: without a zone, as on a wall.
    """
    found = shown.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == shown:
        return found
    before, after = shown.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def why_not_schedule(schedule: Schedule, allowed: Sequence[str]) -> Reason | None:
    """`allowed`: the folders below which files may go."""
    if not (0 <= schedule.weekday <= 6 and 1 <= schedule.day <= 31):  # noqa: PLR2004 (days of a week, of a month)
        return Reason.SCHEDULE_DAY
    if not is_zone(schedule.zone):
        return Reason.TIME_ZONE_UNKNOWN
    return why_not_folder(schedule.folder, allowed) if schedule.folder else None


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def why_not_folder(folder: str, allowed: Sequence[str]) -> Reason | None:
    """A folder is one that is allowed or lies in one: a URL that leads nowhere else, however it is read (R-EXP-7)."""
    if not allowed:
        return Reason.FOLDERS_NOT_OFFERED
    scheme, _colon, path = folder.partition("://")
    plain = re.fullmatch(r"[a-z0-9]+", scheme) and re.fullmatch(r"/?[\w.@ -]+(/[\w.@ -]+)*", path)
    inside = any(folder == one or folder.startswith(f"{one}/") for one in allowed)
    leads_out = any(part.strip() in {".", ".."} for part in path.split("/"))
    return None if plain and inside and not leads_out else Reason.FOLDER_NOT_ALLOWED


def pause_after(attempts: int) -> timedelta | None:
    """How long after its n-th failed attempt a run is tried again; None: it is not."""
    return PAUSES[attempts - 1] if attempts < MOST_ATTEMPTS else None


def stem_of(name: str) -> str:
    """A name as files have it: letters, digits, dots and dashes, so that no system reads it otherwise."""
    told = re.sub(r"[^\w.-]+", "-", name).strip("-._")[:LONGEST_STEM].strip("-._")
    return told or "export"


def why_not_name(name: str, *, taken: bool) -> Reason | None:
    """`taken`: whether another saved export of the same person has it."""
    if not name:
        return Reason.EXPORT_NAME_MISSING
    return Reason.EXPORT_NAME_TAKEN if taken else None


def why_not_save(saved: int, most: int) -> Reason | None:
    return Reason.TOO_MANY_SAVED if saved >= most else None


def why_not_stop(*, scheduled: bool) -> Reason | None:
    return None if scheduled else Reason.NOT_SCHEDULED


def why_not_run_now(*, under_way: bool) -> Reason | None:
    """`under_way`: whether a run of it waits or is at work."""
    return Reason.RUN_UNDER_WAY if under_way else None


def why_not_ask_for(under_way: int, most: int) -> Reason | None:
    """`under_way`: how many files that the same person asked for wait or are at work."""
    return Reason.TOO_MANY_FILES if under_way >= most else None


def is_for_a_worker(rows: int, *, attended: bool) -> bool:
    """Whether a page leaves a file of so many rows to a worker. `attended`: whether there is one."""
    return attended and rows >= MANY_ROWS


def why_not_open(*, same_rights: bool) -> Reason | None:
    """`same_rights`: whether whoever asked for the file without a name is what they were when it was made."""
    return None if same_rights else Reason.RIGHTS_CHANGED
