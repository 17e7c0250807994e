"""What the words of the trade are called in a place: by a type of contract, or before something has happened."""

from datetime import datetime, timedelta

from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import (
    UNREDEEMED,
    ContractType,
    DealStatus,
    Doing,
    InvitationStatus,
    OverInvitation,
    Result,
    SeatRelease,
    SeatStatus,
)
from lc_core.words import Word

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

_SEAT_RULE = {
    ContractType.VOUCHER: N_("Each activity a person enrolls in uses one seat."),
    ContractType.SUBSCRIPTION: N_("A person's first enrollment uses one seat; further activities are included."),
    ContractType.UNLIMITED: N_("Accepting an invitation uses one seat; every activity is included."),
}


_SEAT_EXAMPLE = {
    ContractType.VOUCHER: N_("One person in two activities: two seats. Two people in one activity each: two seats."),
    ContractType.SUBSCRIPTION: N_("One person in any number of activities: one seat. Two people: two seats."),
    ContractType.UNLIMITED: N_(
        "One person who accepted: one seat, whatever they take. Invitations end after 28 days, if you choose no other."
    ),
}
_ADDING_RULE = {
    ContractType.VOUCHER: N_(
        "Invitations that were sent stay as they are. Add the activity to them on the Invitations page, where it is wanted."
    ),
    ContractType.SUBSCRIPTION: N_("Every invitation covers it at once, also those sent before."),
    ContractType.UNLIMITED: N_("Every invitation covers it at once, also those sent before."),
}
_OVER_INVITATION = {
    OverInvitation.WARN: N_("They are sent, after a warning that says by how many."),
    OverInvitation.BLOCK: N_("Nothing is sent; inviting the first ones that fit is offered."),
}
_SEAT_RELEASE = {
    SeatRelease.NEVER: N_("A seat once used stays used."),
    SeatRelease.IF_NOT_STARTED: N_("The seat is free again if nothing was begun."),
    SeatRelease.ALWAYS: N_("The seat is free again, however far somebody came."),
}


def seat_example(contract_type: ContractType) -> str:
    """The seat rule in numbers, for whoever chooses a type."""
    return _(_SEAT_EXAMPLE[contract_type])


def adding_rule(contract_type: ContractType) -> str:
    """What an activity that is added means for invitations that exist (R-CON-15)."""
    return _(_ADDING_RULE[contract_type])


def what_happens(chosen: OverInvitation | SeatRelease) -> str:
    """What a setting of a contract does (R-INV-11, R-SEAT-7)."""
    return _(_OVER_INVITATION[chosen] if isinstance(chosen, OverInvitation) else _SEAT_RELEASE[chosen])


def seat_rule(contract_type: ContractType) -> str:
    """How the type counts seats, in one sentence for its page."""
    return _(_SEAT_RULE[contract_type])


_SEAT_RULE_FOR_LEARNERS = {
    ContractType.VOUCHER: N_("Each activity you enroll in uses one seat."),
    ContractType.SUBSCRIPTION: N_("Your first enrollment uses one seat; further activities are included."),
    ContractType.UNLIMITED: N_("Accepting uses one seat; every activity is included."),
}


def seat_rule_for_learners(contract_type: ContractType) -> str:
    """The same, as it is told to somebody who is invited."""
    return _(_SEAT_RULE_FOR_LEARNERS[contract_type])


GROUP = 5


def grouped(code: str) -> str:
    """How an invitation code is shown: in groups, for reading aloud."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


DEAL_STATUS = {
    InvitationStatus.OUTSTANDING: DealStatus.PENDING,
    InvitationStatus.NOT_REGISTERED: DealStatus.PENDING,
    InvitationStatus.ACCEPTED: DealStatus.ACCEPTED,
    InvitationStatus.ENROLLED: DealStatus.ACCEPTED,
    InvitationStatus.EXPIRED: DealStatus.EXPIRED,
    InvitationStatus.REVOKED: DealStatus.REVOKED,
    InvitationStatus.DEALLOCATED: DealStatus.DEALLOCATED,
}


def shown_as(contract_type: ContractType, status: InvitationStatus) -> Word:
    """The word that a contract's page has for a status: an unlimited contract's speaks FutureLearn's (R-INV-2)."""
    return DEAL_STATUS[status] if contract_type is ContractType.UNLIMITED else status


def shown_statuses(contract_type: ContractType) -> dict[Word, frozenset[InvitationStatus]]:
    """The words that a contract's page has for statuses, in reading order, each with the statuses it stands for."""
    groups: dict[Word, frozenset[InvitationStatus]] = {}
    for status in reversed(InvitationStatus):
        word = shown_as(contract_type, status)
        groups[word] = groups.get(word, frozenset()) | {status}
    if contract_type is not ContractType.UNLIMITED:
        del groups[InvitationStatus.DEALLOCATED]
    return groups


_DEAL_SEATS = {SeatStatus.USED: N_("Allocated"), SeatStatus.UNCOMMITTED: N_("Available")}


def deal_seat(status: SeatStatus) -> str:
    """What a deal calls the status of a seat (R-SEAT-3): it knows only these two, till it ends."""
    return _(_DEAL_SEATS[status]) if status in _DEAL_SEATS else status.label


_CONSEQUENCES = {
    Doing.RESEND: N_(
        "They get a new letter. Where invitations of this contract expire, the time to accept begins anew with it."
    ),
    Doing.REVOKE: N_(
        "The invitation cannot be accepted any more. Its record stays, and the person can be invited again."
    ),
    Doing.REINVITE: N_("Each gets a new invitation and a letter. The record of the old one stays as it is."),
    Doing.ADD_ACTIVITIES: N_("The invitations cover these activities too."),
    Doing.DEALLOCATE: N_(
        "The seat is free again at once. The person's access through this contract ends: enrollments that are open "
        "are withdrawn. What was finished, and all that happened, stays in the records, and the person can be invited again."
    ),
}


def what_follows(doing: Doing) -> str:
    """What an action does to each person it is done to, before it is done."""
    return _(_CONSEQUENCES[doing])


def expiry(status: InvitationStatus, expires_at: datetime | None, now: datetime) -> str:
    """How far off the end of an invitation is, or how long ago it was; nothing where it has none (R-INV-3)."""
    if status not in UNREDEEMED or expires_at is None:
        return ""
    if expires_at <= now:
        return _ago(now - expires_at)
    days, hours = -(-(expires_at - now) // DAY), -(-(expires_at - now) // HOUR)
    if days > 1:
        return ngettext("expires in {n} day", "expires in {n} days", days).format(n=days)
    return ngettext("expires in {n} hour", "expires in {n} hours", hours).format(n=hours)


def _ago(past: timedelta) -> str:
    days, hours = past // DAY, past // HOUR
    if days:
        return ngettext("expired {n} day ago", "expired {n} days ago", days).format(n=days)
    return (
        ngettext("expired {n} hour ago", "expired {n} hours ago", hours).format(n=hours) if hours else _("just expired")
    )


_FORESEEN = {
    Result.INVITED: N_("Will be invited"),
    Result.INVITED_AGAIN: N_("Will be invited again after a revocation"),
    Result.SENT_AGAIN: N_("Will be sent again"),
    Result.ACTIVITIES_ADDED: N_("Activities will be added"),
}


def foreseen(result: Result) -> str:
    """What a result is called before it has happened (R-ADD-5)."""
    return _(_FORESEEN[result]) if result in _FORESEEN else result.label
