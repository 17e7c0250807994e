"""What somebody wants to take away: a data set, its limits, a format. A value that page addresses and saved exports keep."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pydantic import TypeAdapter
from pydantic_core import to_json

from lc_core import report_rules
from lc_core.exports.datasets import DATASETS, LOCALLY, Dataset
from lc_core.insight.asking import Period
from lc_core.insight.columns import Columns
from lc_core.language import N_, _
from lc_core.words import Word


class Format(Word):
    """Stored as the ending of the file."""

    CSV = "csv", N_("CSV: text, for any program")
    PARQUET = "parquet", N_("Parquet: typed and small, for analysis")
    XLSX = "xlsx", N_("XLSX: a workbook")
    ARROW = "arrow", N_("Arrow: typed, for programs")

    @property
    def ending(self) -> str:
        """As file names end."""
        return f".{self.value}"

    @classmethod
    def of_file(cls, path: Path) -> "Format":
        """The format that the file's name ends in; ValueError if it is none of ours."""
        return cls.of(path.suffix.lower().removeprefix("."))


@dataclass(frozen=True)
class Wanted:
    """`columns` and `statuses`: none = all. `only`: contract ids, None = all that the asker may see.

    `period`: days of the data set's `instant`. `zone`: by whose clocks these days and the columns in local time are.
    `excel`: a CSV as the spreadsheets of the language spoken want it. ValueError, in a sentence, for what no data set
    can be asked.
    """

    dataset: str
    format: Format = Format.CSV
    columns: tuple[str, ...] = ()
    only: frozenset[int] | None = None
    statuses: tuple[str, ...] = ()
    activity: int | None = None
    period: Period | None = None
    zone: str = "UTC"
    excel: bool = False

    def __post_init__(self) -> None:
        if self.dataset not in DATASETS:
            raise ValueError(_("There is no data set called {name}.").format(name=self.dataset))
        _known(_("columns"), self.columns, tuple(self.of.by_name))
        _known(_("statuses"), self.statuses, tuple(self.of.statuses) if self.of.statuses else ())
        if self.activity is not None and not self.of.takes_activity:
            raise ValueError(_("This data set is not limited to an activity."))
        if self.period is not None and not self.of.instant:
            raise ValueError(_("This data set tells of this moment: it is not limited to a period."))
        if self.period is not None and self.period.last < self.period.first:
            raise ValueError(_("The period ends before it begins."))
        if not is_zone(self.zone):
            raise ValueError(_("There is no time zone called {name}.").format(name=self.zone))

    @property
    def of(self) -> Dataset:
        """The data set."""
        return DATASETS[self.dataset]

    @property
    def schema(self) -> Columns:
        """The columns of the file, in their order, with their types."""
        return {name: self.of.by_name[name].dtype for name in self.columns or self.of.by_name}

    @property
    def locals(self) -> list[str]:
        """The instants that are wanted in local time, by the name that they have in UTC."""
        return [name.removesuffix(LOCALLY) for name in self.schema if name.endswith(LOCALLY)]

    def to_json(self) -> str:
        return to_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Wanted":
        """What `to_json` wrote; ValueError for anything else."""
        return _TOLD.validate_json(text)


def _known(what: str, said: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Each of a list is known, and said once."""
    wrong = [name for name in said if name not in known]
    if wrong or len(set(said)) < len(said):
        sentence = _("{what} can be, each once: {names}.") if known else _("This data set has no {what}.")
        raise ValueError(sentence.format(what=what, names=", ".join(known)))


def is_zone(name: str) -> bool:
    """Whether Python and Polars both know it."""
    if not report_rules.is_zone(name):
        return False
    try:
        pl.Series([0], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(name)
    except pl.exceptions.ComputeError:
        return False
    return True


_TOLD = TypeAdapter(Wanted)
