"""What a learner may do: accept, enroll, and how an enrollment may change. Values in, the first reason against it out."""

from dataclasses import dataclass

from lc_core.reasons import Reason
from lc_core.rules import WHY_NOT_OPEN, WHY_NOT_UNREDEEMED
from lc_core.vocabulary import (
    OPEN_ENROLLMENTS,
    UNREDEEMED,
    ContractStatus,
    ContractType,
    EnrollmentStatus,
    InvitationStatus,
)


def why_not_accept(
    status: InvitationStatus | None, contract: ContractStatus, *, require_code: bool, code_entered: bool
) -> Reason | None:
    """Whether a person may redeem their invitation (R-LRN-2, R-INV-3). `status` None: never invited."""
    if WHY_NOT_OPEN[contract]:
        return WHY_NOT_OPEN[contract]
    if status is None:
        return None if code_entered else Reason.NOT_INVITED
    if status is InvitationStatus.EXPIRED:
        return Reason.INVITATION_EXPIRED
    if status in WHY_NOT_UNREDEEMED:
        return WHY_NOT_UNREDEEMED[status]
    return Reason.CODE_REQUIRED if require_code and not code_entered else None


@dataclass(frozen=True)
class Wish:
    """What `why_not_enroll` needs to know of one person, one activity and the contract between them."""

    contract: ContractStatus
    contract_type: ContractType
    invitation: InvitationStatus | None
    require_code: bool
    covered: bool
    enrolled: EnrollmentStatus | None
    activities_taken: int
    per_user_limit: int


def why_not_enroll(wish: Wish) -> Reason | None:
    """Every check of R-LRN-4 but the free seat, which only the locked counter can answer (R-SEAT-5)."""
    if WHY_NOT_OPEN[wish.contract]:
        return WHY_NOT_OPEN[wish.contract]
    if wish.invitation in UNREDEEMED:
        if wish.invitation is InvitationStatus.EXPIRED:
            return Reason.INVITATION_EXPIRED
        if wish.require_code:
            return Reason.CODE_REQUIRED
        if wish.contract_type is ContractType.UNLIMITED:
            return Reason.ACCEPT_FIRST
    if wish.invitation in {None, InvitationStatus.REVOKED, InvitationStatus.DEALLOCATED}:
        return Reason.NOT_INVITED
    return why_not_take(wish)


def why_not_take(wish: Wish) -> Reason | None:
    """The part of `why_not_enroll` that also holds for enrollments told by the LMS: activity, limit, not twice (R-CON-5)."""
    if not wish.covered:
        return Reason.ACTIVITY_NOT_COVERED
    if wish.enrolled is not None:
        return None if wish.enrolled is EnrollmentStatus.WITHDRAWN else Reason.ALREADY_ENROLLED
    if wish.per_user_limit and wish.activities_taken >= wish.per_user_limit:
        return Reason.PER_USER_LIMIT
    return None


def why_not_withdraw(status: EnrollmentStatus) -> Reason | None:
    return Reason.ALREADY_WITHDRAWN if status is EnrollmentStatus.WITHDRAWN else None


def why_not_change_status(status: EnrollmentStatus, wanted: EnrollmentStatus, *, seat: bool = True) -> Reason | None:
    """R-ENR-1: to withdraw and to enroll again are verbs of their own. `seat`: held still; what is open needs it (R-SEAT-8)."""
    if wanted is EnrollmentStatus.WITHDRAWN:
        return Reason.WITHDRAW_INSTEAD
    if status is EnrollmentStatus.WITHDRAWN:
        return Reason.ALREADY_WITHDRAWN
    if status is wanted:
        return Reason.STATUS_UNCHANGED
    return Reason.IS_DEALLOCATED if wanted in OPEN_ENROLLMENTS and not seat else None


def why_not_seat(*, takes: bool, free: int) -> Reason | None:
    """R-SEAT-5, as it looks before the locked counter is asked. `takes`: whether it is done for one more seat."""
    return Reason.NO_SEAT if takes and free <= 0 else None
