"""What may be bought, and what an order may say when it comes again. Values in, the first reason against it out (R-INT-1)."""

from datetime import date, timedelta

from lc_core.reasons import Reason
from lc_core.rules import LARGEST_NUMBER, LONGEST_TTL_DAYS


def why_not_amounts(seats: int, valid_days: int) -> Reason | None:
    """Whoever buys buys something. `valid_days` 0: without end."""
    if seats < 1:
        return Reason.NOTHING_BOUGHT
    if valid_days < 0:
        return Reason.DAYS_NEGATIVE
    return Reason.NUMBER_TOO_LARGE if seats > LARGEST_NUMBER or valid_days > LONGEST_TTL_DAYS else None


def why_not_purchase(*, activity_known: bool, code_taken: bool) -> Reason | None:
    """An order that nobody knows yet. `code_taken`: by the contract of another order, or one that was not bought."""
    if not activity_known:
        return Reason.ACTIVITY_UNKNOWN
    return Reason.CODE_TAKEN if code_taken else None


def why_not_tell_again(
    *, deleted: bool, erased: bool, same_buyer: bool, same_activity: bool, same_type: bool
) -> Reason | None:
    """An order that is known: whose it is and what was bought stay as they are. `erased`: the buyer."""
    if deleted:
        return Reason.ORDER_DELETED
    if erased:
        return Reason.PERSON_ERASED
    if not same_buyer:
        return Reason.ORDER_OF_ANOTHER
    if not same_activity:
        return Reason.ORDER_OF_OTHER_ACTIVITY
    return None if same_type else Reason.TYPE_IS_FIXED


def last_day(first: date, valid_days: int) -> date | None:
    """The last of so many days, the first of them counted; None: there is no end."""
    if valid_days == 0 or valid_days > (date.max - first).days:
        return None
    return first + timedelta(days=valid_days - 1)
