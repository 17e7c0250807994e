"""Charts with a bar for each contract: how full it is, what ends unused, what is asked for in vain, what lies idle."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from lc_core import language
from lc_core.insight import drawing
from lc_core.insight.drawing import MOST_ROWS, ORANGE, Row, Specification, label
from lc_core.insight.states import Idle
from lc_core.language import _, ngettext
from lc_core.vocabulary import ContractStatus, ContractType, SeatStatus

BANDS = {30: drawing.RED, 60: ORANGE, 90: drawing.BLUE, 120: drawing.GREY}
"""Days until the end, and the colour of what ends within them."""
SEATS = (*(status.value for status in SeatStatus), "over_invited")
FREE_COLOUR = "#9aa5b1"
IDLE_COLOURS = (ORANGE, drawing.BLUE, drawing.PURPLE)
EITHER_END = 5


def rows_of(frame: pl.DataFrame, told: Callable[[Row], str]) -> list[tuple[Row, str, str]]:
    """The first rows, each with the words above it and what is said in them."""
    rows = frame.head(MOST_ROWS).to_dicts()
    said = [told(row) for row in rows]
    titles = drawing.names(rows)
    return [(row, label(title, words), words) for row, title, words in zip(rows, titles, said, strict=True)]


# --- how full ---------------------------------------------------------------------------------------------------------


def by_status(full: pl.DataFrame) -> pl.DataFrame:
    """Each contract with its seats by status (R-SEAT-10), in the words of the trade."""
    kinds, states = ({word.value: word.label for word in words} for words in (ContractType, ContractStatus))
    return full.select(
        "contract_id",
        "code",
        pl.col("title").alias("contract"),
        "group_name",
        pl.col("contract_type").replace_strict(kinds, return_dtype=pl.String),
        pl.col("status").replace_strict(states, return_dtype=pl.String),
        "valid_from",
        "valid_to",
        "seats",
        *SEATS,
    )


def seats_together(contracts: pl.DataFrame) -> Row:
    """The seats of all of them as of one contract."""
    return contracts.select(pl.col("seats", *SEATS).sum()).row(0, named=True)


def fullest_and_emptiest() -> Specification:
    """Used and free seats of each contract as shares of its seats; its frame: `fullness_bars`."""
    return drawing.bars((_("Used"), _("Free")), (drawing.BLUE, FREE_COLOUR), _("Contract"))


def at_either_end(full: pl.DataFrame) -> pl.DataFrame:
    """The fullest active contracts and the emptiest, the fullest first; all of them where they are few (R-ANA-1)."""
    active = full.filter((pl.col("status") == ContractStatus.ACTIVE.value) & (pl.col("seats") > 0)).select(
        "contract_id", "code", pl.col("title").alias("contract"), "seats", "used"
    )
    share = pl.col("used") / pl.col("seats")
    by_share = active.with_columns(utilisation=share).sort(
        "utilisation", "seats", "code", descending=[True, True, False]
    )
    if by_share.height <= 2 * EITHER_END:
        return by_share
    return pl.concat([by_share.head(EITHER_END), by_share.tail(EITHER_END)])


def fullness_bars(answer: pl.DataFrame) -> pl.DataFrame:
    return drawing.frame(
        [
            (words, share, part, place, said, row["contract_id"])
            for row, words, said in rows_of(answer, _how_full)
            for place, (part, share) in enumerate(
                ((_("Used"), row["utilisation"]), (_("Free"), max(1 - row["utilisation"], 0.0)))
            )
        ]
    )


def _how_full(row: Row) -> str:
    told = drawing.of_all(row["used"], row["seats"])
    return _("{used} seats used, {share}").format(used=told, share=drawing.share(row["used"], row["seats"]))


# --- what ends, and what is asked for beyond the seats ----------------------------------------------------------------


def which_contracts_end_soon() -> Specification:
    """A bar of unused seats for each contract, the soonest end first, by how soon; its frame: `ending_bars`."""
    return drawing.bars(tuple(within(days) for days in BANDS), tuple(BANDS.values()), _("Contract"))


def within(days: int) -> str:
    return _("Within {n} days").format(n=language.number(days))


def band_of(days_left: int) -> int:
    return next((days for days in BANDS if days_left <= days), max(BANDS))


def ending_bars(answer: pl.DataFrame) -> pl.DataFrame:
    return drawing.frame(
        [
            (words, float(row["unused"]), within(band_of(row["days_left"])), 0, said, row["contract_id"])
            for row, words, said in rows_of(answer, _ending)
        ]
    )


def _ending(row: Row) -> str:
    unused = drawing.of_all(row["unused"], row["seats"])
    return _("{unused} seats unused, {days} left").format(unused=unused, days=drawing.days_told(row["days_left"]))


def which_contracts_are_over_invited() -> Specification:
    """A bar of the seats asked for beyond the free ones; its frame: `over_invited_bars`."""
    return drawing.bars((_("Over-invited"),), (ORANGE,), _("Contract"))


def over_invited_bars(answer: pl.DataFrame) -> pl.DataFrame:
    return drawing.frame(
        [
            (words, float(row["over_invited"]), _("Over-invited"), 0, said, row["contract_id"])
            for row, words, said in rows_of(answer, _over_invited)
        ]
    )


def _over_invited(row: Row) -> str:
    told = ngettext("{n} seat too many asked for", "{n} seats too many asked for", row["over_invited"])
    free = drawing.seats_told(row["free"])
    return _("{told}, {free} free").format(told=told.format(n=language.number(row["over_invited"])), free=free)


# --- idle seats -------------------------------------------------------------------------------------------------------


def which_seats_are_idle() -> Specification:
    """A bar of idle seats for each contract, by kind; its frame: `idle_bars`."""
    return drawing.bars(tuple(kind.label for kind in Idle), IDLE_COLOURS, _("Contract"))


def idle_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """The contracts with most idle seats first."""
    contracts = most_idle(answer)
    places = {kind.value: place for place, kind in enumerate(Idle)}
    by_contract: Mapping[Any, Sequence[Row]] = {
        key[0]: part.to_dicts() for key, part in answer.group_by("contract_id", maintain_order=True)
    }
    return drawing.frame(
        [
            (
                words,
                float(kind["seats"]),
                Idle.of(kind["kind"]).label,
                places[kind["kind"]],
                _idle(kind),
                row["contract_id"],
            )
            for row, words, _said in rows_of(contracts, _idle)
            for kind in by_contract[row["contract_id"]]
        ]
    )


def most_idle(answer: pl.DataFrame) -> pl.DataFrame:
    """A row for each contract: its idle seats of all kinds, and the longest time."""
    totals = answer.group_by("contract_id", "code", "contract").agg(
        pl.col("people").sum(), pl.col("seats").sum(), pl.col("longest_days").max()
    )
    return totals.sort("seats", "people", "code", descending=[True, True, False])


def _idle(row: Row) -> str:
    seats, days = drawing.seats_told(row["seats"]), drawing.days_told(row["longest_days"])
    return _("{seats}, the longest for {days}").format(seats=seats, days=days)
