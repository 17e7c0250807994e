"""What the cells of a feed mean: dates, numbers, words, lists. A cell that means nothing is refused with its reason."""

import re
from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from lc_core import addresses, rules
from lc_core.addresses import Address
from lc_core.errors import Refused, refuse_if
from lc_core.intake.feed_files import Row
from lc_core.reasons import Reason
from lc_core.words import Word

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

W = TypeVar("W", bound=Word)


def text(row: Row, column: str, longest: int) -> str:
    """The cell, trimmed; empty where the file has no such column."""
    found = row.cells.get(column, "").strip()
    refuse_if(rules.why_not_text(found, longest), most=longest)
    return found


def needed(row: Row, column: str, longest: int) -> str:
    """The cell, which must not be empty."""
    found = text(row, column, longest)
    refuse_if(None if found else Reason.MISSING_VALUE, column=column)
    return found


def address(raw: str) -> Address:
    """One e-mail address (R-INV-8)."""
    found = addresses.parse(raw)
    if isinstance(found, Reason):
        raise Refused(found)
    return found


def listed(row: Row, column: str) -> list[str]:
    """The entries of a cell that lists several, separated by `;`."""
    return [entry.strip() for entry in row.cells.get(column, "").split(";") if entry.strip()]


def word(row: Row, column: str, kind: type[W], unknown: Reason) -> W:
    """One word of the vocabulary, whatever its case; `In progress` and `no-show` are read as well."""
    said = re.sub(r"[\s-]+", "_", needed(row, column, 100).lower())
    for member in kind:
        if member.value == said:
            return member
    raise Refused(unknown)


def number(row: Row, column: str) -> int:
    """A whole number, which must be there."""
    said = needed(row, column, 100)
    refuse_if(None if _NUMBER.fullmatch(said) else Reason.INVALID_NUMBER, column=column)
    return int(said)


def yes_no(row: Row, column: str) -> bool:
    """yes/no, true/false or 1/0, whatever their case."""
    said = _YES_NO.get(needed(row, column, 100).lower())
    if said is None:
        raise Refused(Reason.INVALID_YES_NO, column=column)
    return said


def day(row: Row, column: str) -> date | None:
    """A day, as `YYYY-MM-DD`; None where the cell is empty."""
    said = text(row, column, 100)
    if not said:
        return None
    try:
        return date.fromisoformat(said if _DAY.fullmatch(said) else "")
    except ValueError:
        raise Refused(Reason.INVALID_DATE, column=column) from None


def needed_day(row: Row, column: str) -> date:
    """A day, which must be there."""
    found = day(row, column)
    if found is None:
        raise Refused(Reason.MISSING_VALUE, column=column)
    return found


def instant(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """An instant in UTC; None where the cell is empty.

    `YYYY-MM-DD` is the start of that day in the organisation's zone; everything else is ISO 8601 with an offset. A time
    without one is refused: it could mean any of 26 hours.
    """
    said = text(row, column, 100)
    if not said:
        return None
    try:
        if _DAY.fullmatch(said):
            return datetime.combine(date.fromisoformat(said), time(), tzinfo=zone).astimezone(UTC)
        read = datetime.fromisoformat(said)
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Refused(Reason.INVALID_DATE, column=column)
