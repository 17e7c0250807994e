"""When a contract is worth a word to its admins (R-ANA-6). Values in, the thresholds that are reached out, the nearest last."""

from datetime import datetime, timedelta

SEATS_USED = (75, 90, 100)
"""Per cent of the seats."""
ENDS_SOON = (120, 60, 30, 7)
SILENT = (7, 14, 28)
"""Days."""
A_DAY = timedelta(days=1)
LATE = timedelta(days=7)
"""Silence that was reached longer ago is not told any more: nobody looked for it then."""


def seats_used(used: int, seats: int) -> list[int]:
    """A contract without seats reaches nothing (R-ANA-1)."""
    return [threshold for threshold in SEATS_USED if seats and used * 100 >= seats * threshold]


def ends_soon(now: datetime, ends_at: datetime | None) -> list[int]:
    return [threshold for threshold in ENDS_SOON if ends_at is not None and ends_at - now <= threshold * A_DAY]


def silent(now: datetime, sent_at: datetime) -> list[int]:
    """`sent_at`: when the invitations that nobody answered were last sent."""
    return [threshold for threshold in SILENT if timedelta() <= now - sent_at - threshold * A_DAY < LATE]
