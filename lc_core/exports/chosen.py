"""What exports and their page keep: limits by what they mean, so that a later file holds new contracts too."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from lc_core.errors import NotFound
from lc_core.exports import choosing
from lc_core.exports.wanted import Format, Wanted
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.language import N_, _
from lc_core.records.db import Actor
from lc_core.vocabulary import ContractStatus, ContractType
from lc_core.words import Word


class Span(Word):
    """A period by what it means on the day it is asked. Spans of days end before that day, so that weekly files join up."""

    ALL = "all", N_("All time")
    LAST_7_DAYS = "7_days", N_("The 7 days before today")
    LAST_28_DAYS = "28_days", N_("The 28 days before today")
    LAST_MONTH = "last_month", N_("Last month")
    THIS_YEAR = "this_year", N_("This year")
    DATES = "dates", N_("Own dates")

    def on(self, today: date) -> Period | None:
        """Its days; None for all time, and for own dates, which whoever has them knows."""
        yesterday, month = today - timedelta(days=1), today.replace(day=1)
        match self:
            case Span.LAST_7_DAYS:
                return Period(today - timedelta(days=7), yesterday)
            case Span.LAST_28_DAYS:
                return Period(today - timedelta(days=28), yesterday)
            case Span.LAST_MONTH:
                last = month - timedelta(days=1)
                return Period(last.replace(day=1), last)
            case Span.THIS_YEAR:
                return Period(today.replace(month=1, day=1), today)
        return None


@dataclass(frozen=True)
class Chosen:
    """Like `Wanted`, but with limits by what they mean. No groups, types, ... = not limited by them; group "" = in none.

    `first`, `last`: own dates, with `Span.DATES` only; without both it is not limited. ValueError, in a sentence, for
    what no data set can be asked.
    """

    dataset: str
    format: Format = Format.CSV
    columns: tuple[str, ...] = ()
    contracts: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()
    types: tuple[ContractType, ...] = ()
    contract_statuses: tuple[ContractStatus, ...] = ()
    activity: int | None = None
    statuses: tuple[str, ...] = ()
    span: Span = Span.ALL
    first: date | None = None
    last: date | None = None
    zone: str = "UTC"
    excel: bool = False

    def __post_init__(self) -> None:
        if self.span is not Span.DATES and (self.first or self.last):
            raise ValueError(_("Days can be said with own dates only."))
        self._wanted(None, date(2000, 1, 31))

    def wanted(self, insight: Insight, actor: Actor, at: datetime) -> Wanted:
        """What it comes to on the day that is at this instant by the clocks of its zone, for what the actor may see now.

        NotFound if they may see none of the contracts that it names any more.
        """
        only = choosing.contracts(
            insight,
            actor,
            ids=self.contracts,
            groups=self.groups,
            types=self.types,
            statuses=self.contract_statuses,
        )
        if self.contracts and not only and not choosing.contracts(insight, actor, ids=self.contracts):
            raise NotFound
        return self._wanted(only, at.astimezone(ZoneInfo(self.zone)).date())

    def to_json(self) -> str:
        return to_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Chosen":
        """What `to_json` wrote; ValueError, in a sentence, for anything else."""
        try:
            return _told().validate_json(text)
        except ValidationError as wrong:
            said = wrong.errors()[0].get("ctx", {}).get("error")
            ours = isinstance(said, ValueError)
            raise ValueError(str(said) if ours else _("This is not something that can be exported.")) from wrong

    @classmethod
    def readable(cls, text: str) -> "Chosen | None":
        """The same; None where it cannot be exported any more."""
        try:
            return cls.from_json(text)
        except ValueError:
            return None

    def _wanted(self, only: frozenset[int] | None, today: date) -> Wanted:
        return Wanted(
            self.dataset,
            self.format,
            self.columns,
            only,
            self.statuses,
            self.activity,
            self._period(today),
            self.zone,
            excel=self.excel,
        )

    def _period(self, today: date) -> Period | None:
        if self.first is None and self.last is None:
            return self.span.on(today)
        return Period(self.first or date.min, self.last or date.max)


@cache
def _told() -> TypeAdapter[Chosen]:
    return TypeAdapter(Chosen)
