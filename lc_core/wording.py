"""What the words of the trade are called in a place: by a type of contract, or before something has happened."""

from lc_core.language import N_, _
from lc_core.vocabulary import ContractType, DealStatus, InvitationStatus, Result, Word

_SEAT_RULE = {
    ContractType.VOUCHER: N_("Each activity a person enrolls in uses one seat."),
    ContractType.SUBSCRIPTION: N_("A person's first enrollment uses one seat; further activities are included."),
    ContractType.UNLIMITED: N_("Accepting an invitation uses one seat; every activity is included."),
}


def seat_rule(contract_type: ContractType) -> str:
    """How the type counts seats, in one sentence for its page."""
    return _(_SEAT_RULE[contract_type])


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


_FORESEEN = {
    Result.INVITED: N_("Will be invited"),
    Result.INVITED_AGAIN: N_("Will be invited again after a revocation"),
    Result.SENT_AGAIN: N_("Will be sent again"),
    Result.ACTIVITIES_ADDED: N_("Activities will be added"),
}


def foreseen(result: Result) -> str:
    """What a result is called before it has happened (R-ADD-5)."""
    return _(_FORESEEN[result]) if result in _FORESEEN else result.label
