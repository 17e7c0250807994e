"""The address of the exports page: all that is chosen stands in it, and what it says wrongly is told and left out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TypeVar
from zoneinfo import available_timezones

from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.datasets import DATASETS, Filter
from lc_core.exports.wanted import Format, is_zone
from lc_core.vocabulary import ContractStatus, ContractType

T = TypeVar("T")
DATASET, FORMAT, COLUMN, ZONE, EXCEL = "data", "format", "column", "zone", "excel"
CONTRACT, GROUP, TYPE, CONTRACT_STATUS = "contract", "group", "type", "contract_status"
ACTIVITY, STATUS, PERIOD, FIRST, LAST = "activity", "status", "period", "from", "until"
NAMES = (
    *(DATASET, FORMAT, COLUMN, ZONE, EXCEL, CONTRACT, GROUP, TYPE, CONTRACT_STATUS),
    *(ACTIVITY, STATUS, PERIOD, FIRST, LAST),
)
YES = "yes"
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)
"""Between them lie the days that can be chosen."""


@dataclass(frozen=True)
class Offers:
    """What somebody can choose among: contracts and activities by id, with their titles; groups by name, "" = in none."""

    contracts: Mapping[int, str]
    activities: Mapping[int, str]
    groups: Collection[str]


@dataclass(frozen=True)
class Read:
    """What an address chooses, and what of it was left out, each as (name, value)."""

    chosen: Chosen
    ignored: tuple[tuple[str, str], ...]


@cache
def zones() -> list[str]:
    """The time zones that can be chosen, UTC first."""
    return ["UTC", *sorted(zone for zone in available_timezones() - {"UTC"} if is_zone(zone))]


def parameters(chosen: Chosen) -> dict[str, list[str]]:
    """The address of this choice, so that it opens alike for everybody who may see the same. The zone is always said."""
    told: dict[str, Sequence[object]] = {
        DATASET: [chosen.dataset],
        FORMAT: [chosen.format.value] if chosen.format is not Format.CSV else [],
        COLUMN: chosen.columns,
        CONTRACT: chosen.contracts,
        GROUP: chosen.groups,
        TYPE: [one.value for one in chosen.types],
        CONTRACT_STATUS: [one.value for one in chosen.contract_statuses],
        ACTIVITY: [] if chosen.activity is None else [chosen.activity],
        STATUS: chosen.statuses,
        PERIOD: [chosen.span.value] if chosen.span is not Span.ALL else [],
        FIRST: [chosen.first] if chosen.first else [],
        LAST: [chosen.last] if chosen.last else [],
        ZONE: [chosen.zone],
        EXCEL: [YES] if chosen.excel else [],
    }
    return {name: [str(value) for value in values] for name, values in told.items() if values}


def read(said: Mapping[str, Sequence[str]], offers: Offers, zone: str) -> Read:
    """What an address chooses of what is offered. `zone`: where it says none."""
    found = _Reader(said)
    dataset = DATASETS[found.one(DATASET, _among(DATASETS), next(iter(DATASETS)))]
    days = found.one(PERIOD, _word(Span), Span.ALL, taken=Filter.PERIOD in dataset.filters)
    first, last = found.days(taken=days is Span.DATES)
    kind = found.one(FORMAT, _word(Format), Format.CSV)
    chosen = Chosen(
        dataset.name,
        kind,
        columns=found.several(COLUMN, _among(dataset.by_name)),
        contracts=found.several(CONTRACT, _number(offers.contracts)),
        groups=found.several(GROUP, _among(offers.groups)),
        types=found.several(TYPE, _word(ContractType)),
        contract_statuses=found.several(CONTRACT_STATUS, _word(ContractStatus)),
        activity=found.one(ACTIVITY, _number(offers.activities), None, taken=dataset.takes_activity),
        statuses=found.several(STATUS, _among([word.value for word in dataset.statuses or ()])),
        span=days,
        first=first,
        last=last,
        zone=found.one(ZONE, lambda name: name if is_zone(name) else None, zone),
        excel=bool(found.one(EXCEL, _among([YES]), "", taken=kind is Format.CSV)),
    )
    return Read(chosen, tuple(found.ignored))


@dataclass
class _Reader:
    """An address, and what of it could not be taken so far."""

    said: Mapping[str, Sequence[str]]
    ignored: list[tuple[str, str]] = field(default_factory=list)

    def several(self, name: str, known: Callable[[str], T | None], *, taken: bool = True) -> tuple[T, ...]:
        """Each value that is known, once."""
        found: dict[T, None] = {}
        for value in self.said.get(name, ()):
            meant = known(value) if taken else None
            if meant is None:
                self.ignored.append((name, value))
            else:
                found[meant] = None
        return tuple(found)

    def one(self, name: str, known: Callable[[str], T | None], usual: T, *, taken: bool = True) -> T:
        """The first value that is known."""
        first, *more = self.several(name, known, taken=taken) or (usual,)
        self.ignored += [(name, str(other)) for other in more]
        return first

    def days(self, *, taken: bool) -> tuple[date | None, date | None]:
        """The first and the last day, if that is not before it."""
        first, last = (self.one(name, _day, None, taken=taken) for name in (FIRST, LAST))
        if first and last and last < first:
            self.ignored += [(FIRST, str(first)), (LAST, str(last))]
            return None, None
        return first, last


def _word(words: type[T]) -> Callable[[str], T | None]:
    def known(value: str) -> T | None:
        return next((word for word in words if word.value == value), None)  # type: ignore[attr-defined]

    return known


def _among(names: Collection[str]) -> Callable[[str], str | None]:
    return lambda value: value if value in names else None


def _number(offered: Collection[int]) -> Callable[[str], int | None]:
    """An id of what is offered, written as we write it."""
    by_text = {str(number): number for number in offered}
    return by_text.get


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None
