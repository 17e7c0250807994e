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


@dataclass(frozen=True)
class DealSeats:
    """The seats of an unlimited contract as FutureLearn counts them (R-SEAT-3): `allocated + available + lost == seats`.

    `pending`: invitations that wait for an answer; what they ask for is available till then. `lost`: never used in time.
    """

    seats: int
    allocated: int
    available: int
    pending: int
    lost: int


def deal_seats(counted: SeatsByStatus) -> DealSeats:
    """The same seats in two kinds: whoever accepted has one, and all others are there for whoever accepts first."""
    available = counted.seats - counted.used - counted.expired_unused
    pending = counted.pending + counted.over_invited
    return DealSeats(counted.seats, counted.used, available, pending, counted.expired_unused)


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


def has_release(contract_type: ContractType) -> bool:
    """Whether withdrawals can return seats of this type at all: an unlimited contract's come back by de-allocation only."""
    return contract_type is not ContractType.UNLIMITED


def seat_comes_back(
    release: SeatRelease, contract_type: ContractType, *, started: bool, other_open_enrollments: int
) -> bool:
    """Whether a withdrawal returns the seat (R-SEAT-7). `started`: whether any enrollment of the unit was ever begun.

    A subscription's seat comes back with the person's last enrollment only; an unlimited contract's only by de-allocation.
    """
    if not has_release(contract_type) or release is SeatRelease.NEVER:
        return False
    if contract_type is ContractType.SUBSCRIPTION and other_open_enrollments:
        return False
    return release is SeatRelease.ALWAYS or not started
