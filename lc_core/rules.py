"""What a contract allows: values in, verdicts out. No clock, no I/O; every rule names its number in RULES.md.

A guard is `why_not_<verb>`: the first reason against it, or None. The same guard greys the button and stops the verb.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lc_core.reasons import Reason
from lc_core.vocabulary import (
    ContractStatus,
    ContractType,
    InvitationStatus,
    LetterKind,
    LetterState,
    Result,
)

EXPIRES_SOON = timedelta(days=7)
DEFAULT_TTL_DAYS = {ContractType.VOUCHER: None, ContractType.SUBSCRIPTION: None, ContractType.UNLIMITED: 28}
LARGEST_NUMBER = 2_000_000_000
LONGEST_TTL_DAYS = 36_500
MOST_REMINDERS = 10


# --- contracts -------------------------------------------------------------------------------------------------------


def period(valid_from: date, valid_to: date | None, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """The two instants between which a contract is valid: [start of the first day, start of the day after the last) (R-CON-6)."""
    if valid_to is None or valid_to == date.max:
        return _start_of(valid_from, zone), None
    return _start_of(valid_from, zone), _start_of(valid_to + timedelta(days=1), zone)


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins. The first day of all began in the east before time is counted; it begins with the count then."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def next_period(valid_from: date, valid_to: date | None, today: date) -> tuple[date, date | None]:
    """The period that follows: it begins the day after, and lasts as many months (or days) as this one did.

    Where this one has no end, it begins today and has none either.
    """
    if valid_to is None or valid_to.year + (valid_to - valid_from).days // 365 + 2 > date.max.year:
        return today, None
    first = valid_to + timedelta(days=1)
    if first.day != valid_from.day:
        return first, first + (valid_to - valid_from)
    months = (first.year - valid_from.year) * 12 + first.month - valid_from.month
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    day = min(first.day, monthrange(year, month)[1])
    return first, date(year, month, day) - timedelta(days=1)


def contract_status(
    now: datetime, starts_at: datetime, ends_at: datetime | None, archived_at: datetime | None
) -> ContractStatus:
    """R-CON-7, R-CON-12."""
    if archived_at is not None:
        return ContractStatus.ARCHIVED
    if now < starts_at:
        return ContractStatus.FUTURE
    return ContractStatus.EXPIRED if ends_at is not None and now >= ends_at else ContractStatus.ACTIVE


WHY_NOT_OPEN = {
    ContractStatus.ACTIVE: None,
    ContractStatus.FUTURE: Reason.CONTRACT_NOT_STARTED,
    ContractStatus.EXPIRED: Reason.CONTRACT_ENDED,
    ContractStatus.ARCHIVED: Reason.CONTRACT_ARCHIVED,
}


def why_not_period(valid_from: date, valid_to: date | None) -> Reason | None:
    """R-CON-6."""
    return Reason.PERIOD_ENDS_BEFORE_START if valid_to is not None and valid_to < valid_from else None


def why_not_seats(seats: int, used: int) -> Reason | None:
    """R-CON-11: the seats of a contract are never fewer than those used."""
    if seats < 0:
        return Reason.SEATS_NEGATIVE
    if seats > LARGEST_NUMBER:
        return Reason.NUMBER_TOO_LARGE
    return Reason.SEATS_BELOW_USED if seats < used else None


def why_not_limits(per_user_limit: int, ttl_days: int | None) -> Reason | None:
    """R-CON-5, R-INV-3: 0 = no limit; an invitation lives a day at least, or without end."""
    if per_user_limit < 0:
        return Reason.LIMIT_NEGATIVE
    if per_user_limit > LARGEST_NUMBER or (ttl_days or 0) > LONGEST_TTL_DAYS:
        return Reason.NUMBER_TOO_LARGE
    return Reason.LIFE_TOO_SHORT if ttl_days is not None and ttl_days < 1 else None


def why_not_remind(days: int | None, most: int) -> Reason | None:
    """Reminders come after a day at the earliest, and not for ever (R-INV-11)."""
    if most < 1 or (days is not None and days < 1):
        return Reason.REMINDER_TOO_SOON
    return Reason.NUMBER_TOO_LARGE if most > MOST_REMINDERS or (days or 0) > LONGEST_TTL_DAYS else None


def why_not_type(now: ContractType, wanted: ContractType) -> Reason | None:
    """R-CON-4: fixed at creation, with invitations or without."""
    return None if now is wanted else Reason.TYPE_IS_FIXED


def why_not_delete(redeemed: int, enrolled: int) -> Reason | None:
    """R-CON-12: counts of accepted invitations and of enrollments."""
    return Reason.CONTRACT_IN_USE if redeemed or enrolled else None


def why_not_archive(contract: ContractStatus) -> Reason | None:
    return Reason.CONTRACT_ARCHIVED if contract is ContractStatus.ARCHIVED else None


def why_not_restore(contract: ContractStatus) -> Reason | None:
    return None if contract is ContractStatus.ARCHIVED else Reason.NOT_ARCHIVED


def why_not_renew(*, renewed: bool) -> Reason | None:
    """R-CON-17: a contract has one successor, whatever its own status. `renewed`: whether it has it already."""
    return Reason.ALREADY_RENEWED if renewed else None


def why_not_text(text: str, most: int) -> Reason | None:
    """What the records can keep: no NUL and no half of a character, and so many characters."""
    if not text.isprintable() and any(symbol == "\x00" or "\ud800" <= symbol <= "\udfff" for symbol in text):
        return Reason.CONTROL_CHARS
    return Reason.TOO_LONG_TEXT if len(text) > most else None


# --- invitations -----------------------------------------------------------------------------------------------------


def invitation_status(
    now: datetime,
    *,
    deallocated_at: datetime | None,
    revoked_at: datetime | None,
    first_enrolled_at: datetime | None,
    redeemed_at: datetime | None,
    expires_at: datetime | None,
    registered_at: datetime | None,
) -> InvitationStatus:
    """R-INV-1: the first that matches."""
    if deallocated_at is not None:
        return InvitationStatus.DEALLOCATED
    if revoked_at is not None:
        return InvitationStatus.REVOKED
    if first_enrolled_at is not None:
        return InvitationStatus.ENROLLED
    if redeemed_at is not None:
        return InvitationStatus.ACCEPTED
    if expires_at is not None and now >= expires_at:
        return InvitationStatus.EXPIRED
    return InvitationStatus.NOT_REGISTERED if registered_at is None else InvitationStatus.OUTSTANDING


def expires_at(sent_at: datetime, ttl_days: int | None) -> datetime | None:
    """When an invitation that was last sent then expires: exactly that many times 24 hours later (R-INV-3)."""
    return None if ttl_days is None else sent_at + timedelta(days=ttl_days)


WHY_NOT_UNREDEEMED = {
    InvitationStatus.REVOKED: Reason.IS_REVOKED,
    InvitationStatus.DEALLOCATED: Reason.IS_DEALLOCATED,
    InvitationStatus.ACCEPTED: Reason.IS_REDEEMED,
    InvitationStatus.ENROLLED: Reason.IS_ENROLLED,
}


WANTS_ANSWER = frozenset({LetterKind.INVITATION, LetterKind.REMINDER})
WANTS_OPEN_CONTRACT = WANTS_ANSWER | {LetterKind.ALERT}


def why_not_invite(contract: ContractStatus, activities: int) -> Reason | None:
    """R-CON-8; `activities`: how many the contract has."""
    return WHY_NOT_OPEN[contract] or (None if activities else Reason.NO_ACTIVITIES)


def chooses_activities(contract_type: ContractType, offered: int) -> bool:
    """Whether inviting has a second step: a voucher contract with more than one activity (R-ADD-1)."""
    return contract_type is ContractType.VOUCHER and offered > 1


def why_not_choose(contract_type: ContractType, chosen: frozenset[int], offered: frozenset[int]) -> Reason | None:
    """What may be chosen for an invitation: some of a voucher contract's activities (R-ADD-1, R-INV-10)."""
    if contract_type is not ContractType.VOUCHER:
        return None
    if not chosen:
        return Reason.NO_ACTIVITY_CHOSEN
    return None if chosen <= offered else Reason.ACTIVITY_NOT_IN_CONTRACT


def result_of_inviting(
    live: InvitationStatus | None, *, invited_before: bool, contract_type: ContractType, adds: int
) -> Result:
    """What inviting somebody does (R-INV-6, R-INV-7).

    `live`: the status of their live invitation, or None; `adds`: chosen activities which that does not cover.
    """
    if live is None:
        return Result.INVITED_AGAIN if invited_before else Result.INVITED
    if live is InvitationStatus.EXPIRED:
        return Result.SENT_AGAIN
    if contract_type is ContractType.VOUCHER and adds:
        return Result.ACTIVITIES_ADDED
    return Result.ALREADY_INVITED


def why_not_resend(status: InvitationStatus, contract: ContractStatus) -> Reason | None:
    """R-INV-4."""
    return WHY_NOT_OPEN[contract] or WHY_NOT_UNREDEEMED.get(status)


def why_not_revoke(status: InvitationStatus, contract_type: ContractType) -> Reason | None:
    """R-INV-5, R-SEAT-8; possible outside the valid period too (R-CON-8)."""
    if contract_type is ContractType.UNLIMITED and status in {InvitationStatus.ACCEPTED, InvitationStatus.ENROLLED}:
        return Reason.SEAT_MUST_BE_DEALLOCATED
    return None if status is InvitationStatus.ACCEPTED else WHY_NOT_UNREDEEMED.get(status)


def why_not_send(
    kind: LetterKind, status: InvitationStatus | None, contract: ContractStatus | None, *, superseded: bool
) -> Reason | None:
    """Whether a letter is still wanted when its turn comes (safety, Mail).

    `status`, `contract`: of what it is about, if anything. `superseded`: whether the invitation was sent again since.
    """
    if kind in WANTS_OPEN_CONTRACT and contract is not None and WHY_NOT_OPEN[contract]:
        return WHY_NOT_OPEN[contract]
    if kind is LetterKind.PURCHASE and contract in {ContractStatus.EXPIRED, ContractStatus.ARCHIVED}:
        return WHY_NOT_OPEN[contract]
    if kind is LetterKind.REVOKED:
        return None if status is InvitationStatus.REVOKED else Reason.NOT_REVOKED
    if kind not in WANTS_ANSWER:
        return None
    if status is InvitationStatus.EXPIRED:
        return Reason.INVITATION_EXPIRED
    unwanted = WHY_NOT_UNREDEEMED.get(status) if status is not None else None
    return unwanted or (Reason.SENT_AGAIN_SINCE if superseded and kind is LetterKind.INVITATION else None)


def why_not_retry(state: LetterState) -> Reason | None:
    """Only what failed is tried again on somebody's word; the rest is under way, gone or not wanted."""
    return None if state in {LetterState.FAILED, LetterState.DEFERRED} else Reason.LETTER_NOT_FAILED


def why_not_cancel(state: LetterState) -> Reason | None:
    """What went out cannot be taken back."""
    if state is LetterState.CLAIMED:
        return Reason.LETTER_GOING
    return Reason.LETTER_GONE if state in {LetterState.SENT, LetterState.CANCELLED} else None


def why_not_reinvite(status: InvitationStatus, contract: ContractStatus, *, live: bool) -> Reason | None:
    """R-INV-6. `live`: whether the person has a live invitation beside this one."""
    if WHY_NOT_OPEN[contract]:
        return WHY_NOT_OPEN[contract]
    if status not in {InvitationStatus.REVOKED, InvitationStatus.DEALLOCATED}:
        return Reason.NOT_REVOKED
    return Reason.ALREADY_INVITED if live else None


def why_not_add_activities(
    status: InvitationStatus, contract: ContractStatus, contract_type: ContractType, *, adds: int
) -> Reason | None:
    """R-INV-10. `adds`: chosen activities that the invitation does not cover yet."""
    if WHY_NOT_OPEN[contract]:
        return WHY_NOT_OPEN[contract]
    if contract_type is not ContractType.VOUCHER:
        return Reason.ACTIVITIES_COME_WITH_TYPE
    if status in {InvitationStatus.REVOKED, InvitationStatus.DEALLOCATED}:
        return WHY_NOT_UNREDEEMED[status]
    return None if adds else Reason.ACTIVITIES_ALREADY_COVERED


def why_not_deallocate(status: InvitationStatus, contract_type: ContractType) -> Reason | None:
    """R-SEAT-8."""
    if contract_type is not ContractType.UNLIMITED:
        return Reason.ONLY_UNLIMITED
    if status in {InvitationStatus.ACCEPTED, InvitationStatus.ENROLLED}:
        return None
    return WHY_NOT_UNREDEEMED.get(status, Reason.NOT_ACCEPTED)
