"""How seats are counted: values in, verdicts out (the companion of rules.py)."""

from dataclasses import dataclass

from lc_core.vocabulary import UNREDEEMED, ContractStatus, ContractType, InvitationStatus, SeatRelease


@dataclass(frozen=True)
class SeatsByStatus:
    """R-SEAT-10. `used + reserved + pending + uncommitted + expired_unused == seats`; `over_invited` stands apart."""

    seats: int
    used: int
    reserved: int
    pending: int
    uncommitted: int
    over_invited: int
    expired_unused: int


def seats_by_status(*, seats: int, used: int, reserved: int, pending: int, closed: bool) -> SeatsByStatus:
    """The picture on every dashboard, from the demand of redeemed (`reserved`) and of unredeemed (`pending`) invitations, in seats.

    `closed`: the contract's period is over (or it is archived), so that no seat can be used any more.
    """
    free = seats - used
    if closed:
        return SeatsByStatus(seats, used, 0, 0, 0, 0, free)
    kept = min(reserved, free)
    waiting = min(pending, free - kept)
    return SeatsByStatus(seats, used, kept, waiting, free - kept - waiting, max(reserved + pending - free, 0), 0)


def is_closed(contract: ContractStatus) -> bool:
    """Whether unused seats can never be used any more: R-CON-8, R-CON-12."""
    return contract in {ContractStatus.EXPIRED, ContractStatus.ARCHIVED}


def demand(
    contract_type: ContractType, status: InvitationStatus, *, not_yet_enrolled: int, enrolled: int, per_user_limit: int
) -> int:
    """Seats that one invitation may still ask for (R-SEAT-10).

    `not_yet_enrolled`: activities it covers in which the person is not enrolled; `enrolled`: activities of the contract
    in which the person is or was.
    """
    if status in {InvitationStatus.REVOKED, InvitationStatus.DEALLOCATED, InvitationStatus.EXPIRED}:
        return 0
    if contract_type is ContractType.VOUCHER:
        return min(not_yet_enrolled, max(per_user_limit - enrolled, 0)) if per_user_limit else not_yet_enrolled
    if status in UNREDEEMED:
        return 1
    return int(contract_type is ContractType.SUBSCRIPTION and status is InvitationStatus.ACCEPTED)


def seat_comes_back(
    release: SeatRelease, contract_type: ContractType, *, started: bool, other_open_enrollments: int
) -> bool:
    """Whether a withdrawal returns the seat (R-SEAT-7). `started`: whether any enrollment of the unit was ever begun.

    A subscription's seat comes back with the person's last enrollment only; an unlimited contract's only by de-allocation.
    """
    if contract_type is ContractType.UNLIMITED or release is SeatRelease.NEVER:
        return False
    if contract_type is ContractType.SUBSCRIPTION and other_open_enrollments:
        return False
    return release is SeatRelease.ALWAYS or not started
