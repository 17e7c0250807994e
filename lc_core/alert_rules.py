"""When a contract is worth a word to its admins (R-ANA-6), and when the weekly digest is due (R-ANA-7). Values in, verdicts out."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEATS_USED = (75, 90, 100)
"""Per cent of the seats."""
ENDS_SOON = (120, 60, 30, 7)
SILENT = (7, 14, 28)
"""Days."""
DIGEST_LOOKS_AHEAD = 60
"""Days, one of ENDS_SOON: contracts that end within them are named in the digest."""
DIGEST_AT = time(7)
"""On Mondays, by the organisation's clocks."""
A_DAY = timedelta(days=1)
A_WEEK = timedelta(days=7)
LATE = timedelta(days=7)
"""Silence that was reached longer ago is not told any more: nobody looked for it then."""


def seats_used(used: int, seats: int) -> list[int]:
    """The thresholds that are reached, the nearest last; a contract without seats reaches none (R-ANA-1)."""
    return [threshold for threshold in SEATS_USED if seats and used * 100 >= seats * threshold]


def ends_soon(now: datetime, ends_at: datetime | None) -> list[int]:
    return [threshold for threshold in ENDS_SOON if ends_at is not None and ends_at - now <= threshold * A_DAY]


def silent(now: datetime, sent_at: datetime) -> list[int]:
    """`sent_at`: when the invitations that nobody answered were last sent."""
    return [threshold for threshold in SILENT if timedelta() <= now - sent_at - threshold * A_DAY < LATE]


def digest_monday(now: datetime, zone: ZoneInfo) -> date:
    """The newest Monday whose digest is due, where the organisation is."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    return monday if now >= datetime.combine(monday, DIGEST_AT, tzinfo=zone) else monday - A_WEEK
