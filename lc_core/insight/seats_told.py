"""The seats of one contract in the words of its type: as a bar, as a sentence, and a deal's as numbers."""

from dataclasses import fields
from typing import Any

from lc_core import language, seat_rules
from lc_core.insight import charts
from lc_core.insight.charts import Row, Specification, Words
from lc_core.language import _, ngettext
from lc_core.seat_rules import DealSeats, SeatsByStatus
from lc_core.vocabulary import ContractType, SeatStatus
from lc_core.wording import deal_seat


def drawn(row: Row, contract_type: ContractType) -> Specification:
    """The bar. `row`: SeatsByStatus, or a row of the answer that has its fields."""
    return charts.seats_as_drawn(*by_status(row, contract_type))


def by_status(row: Row, contract_type: ContractType) -> tuple[Row, Words]:
    """The seats of each status that the type has, and what it calls them."""
    if contract_type is not ContractType.UNLIMITED:
        return row, {status: status.label for status in SeatStatus}
    deal = _deal(row)
    counts = {SeatStatus.USED: deal.allocated, SeatStatus.UNCOMMITTED: deal.available}
    if deal.lost:
        counts = {SeatStatus.USED: deal.allocated, SeatStatus.EXPIRED_UNUSED: deal.lost}
    return {status.value: seats for status, seats in counts.items()}, {status: deal_seat(status) for status in counts}


def described(row: Row, contract_type: ContractType) -> str:
    """The same in words: for those who do not see the bar, and beside it."""
    if contract_type is not ContractType.UNLIMITED:
        return charts.describe(row)
    deal = _deal(row)
    allocated, seats, lost = (language.number(n) for n in (deal.allocated, deal.seats, deal.lost))
    if deal.lost:
        return _("{n} of {seats} seats allocated; expired unused: {lost}.").format(n=allocated, seats=seats, lost=lost)
    available = language.number(deal.available)
    told = _("{n} of {seats} seats allocated, {available} available.").format(
        n=allocated, seats=seats, available=available
    )
    return " ".join([told, *_waiting(deal)])


def _waiting(deal: DealSeats) -> list[str]:
    """What pending invitations mean for the seats that are available (R-SEAT-3)."""
    if not deal.pending:
        return []
    n = language.number(deal.pending)
    if deal.pending <= deal.available:
        text = ngettext(
            "{n} invitation is pending: its seat counts as available until it is accepted.",
            "{n} invitations are pending: their seats count as available until they are accepted.",
            deal.pending,
        )
        return [text.format(n=n)]
    if not deal.available:
        text = ngettext(
            "{n} invitation is pending, and no seat is available for it.",
            "{n} invitations are pending, and no seat is available for them.",
            deal.pending,
        )
        return [text.format(n=n)]
    available = language.number(deal.available)
    return [
        _("{n} invitations are pending: whoever accepts first gets the {available}.").format(n=n, available=available)
    ]


def numbers(row: Row) -> list[tuple[str, str, str]]:
    """A deal's seats: each figure with its name and its definition."""
    deal = _deal(row)
    told = [
        (_("Seats in this deal"), deal.seats, _("All seats of the contract.")),
        (deal_seat(SeatStatus.USED), deal.allocated, _("Invited and accepted, and not de-allocated since.")),
        (
            deal_seat(SeatStatus.UNCOMMITTED),
            deal.available,
            _("Left to be allocated. An invitation takes its seat when it is accepted, so pending ones count here."),
        ),
        (_("Pending invitations"), deal.pending, _("Sent, not accepted, not expired.")),
    ]
    if deal.lost:
        told.append((deal_seat(SeatStatus.EXPIRED_UNUSED), deal.lost, _("Never used before the contract ended.")))
    return [(name, language.number(figure), definition) for name, figure, definition in told]


def _deal(row: Row) -> DealSeats:
    counted: dict[str, Any] = {field.name: row[field.name] for field in fields(SeatsByStatus)}
    return seat_rules.deal_seats(SeatsByStatus(**counted))
