"""The Learning Contract Center as it is looked at: tabs with their counts, search, sort, pages, badges."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from lc_core import language
from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import ContractStatus, ContractType

PAGE_SIZE = 20
SOON = timedelta(days=30)
TABS = (ContractStatus.ACTIVE, ContractStatus.EXPIRED, ContractStatus.FUTURE)
ORDERS = {"ends": N_("Soonest end first"), "fullest": N_("Fullest first"), "title": N_("Title")}


@dataclass(frozen=True)
class Wanted:
    """What the visitor asked for. `contract_type` None: every type; `page` from 1."""

    tab: ContractStatus = ContractStatus.ACTIVE
    search: str = ""
    contract_type: ContractType | None = None
    order: str = "ends"
    page: int = 1

    def at(self, tab: ContractStatus, page: int) -> "Wanted":
        """The same search on another tab or page."""
        return replace(self, tab=tab, page=page)


@dataclass(frozen=True)
class View:
    """One page of contracts, how many match on each tab, and how many pages the chosen tab has.

    `why_empty`: what to say where there is no row.
    """

    rows: list[dict[str, Any]]
    counts: dict[ContractStatus, int]
    pages: int
    why_empty: str


def view(full: pl.DataFrame, wanted: Wanted) -> View:
    """`full`: the answer of how_full_is_each_contract."""
    found = _matching(full, wanted)
    rows = _sorted(found.filter(pl.col("status") == wanted.tab.value), wanted)
    pages = max(-(-rows.height // PAGE_SIZE), 1)
    page = min(max(wanted.page, 1), pages)
    here = rows.slice((page - 1) * PAGE_SIZE, PAGE_SIZE).to_dicts()
    return View(here, _on_each_tab(found), pages, "" if here else _why_empty(full, wanted))


def counts(full: pl.DataFrame, wanted: Wanted) -> dict[ContractStatus, int]:
    """How many match on each tab."""
    return _on_each_tab(_matching(full, wanted))


def deals(full: pl.DataFrame) -> int:
    """How many of them are what FutureLearn calls deals."""
    return full.filter(pl.col("contract_type") == ContractType.UNLIMITED.value).height


def _on_each_tab(found: pl.DataFrame) -> dict[ContractStatus, int]:
    there = Counter(found["status"].to_list())
    return {tab: there[tab.value] for tab in TABS}


def _matching(full: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
    found = full
    if wanted.contract_type is not None:
        found = found.filter(pl.col("contract_type") == wanted.contract_type.value)
    words = wanted.search.strip().lower()
    if words:
        said = pl.concat_str([pl.col("title"), pl.col("code")], separator=" ").str.to_lowercase()
        found = found.filter(said.str.contains(words, literal=True))
    return found


def _sorted(rows: pl.DataFrame, wanted: Wanted) -> pl.DataFrame:
    title = pl.col("title").str.to_lowercase()
    if wanted.order == "title":
        return rows.sort(title, "contract_id")
    if wanted.order == "fullest":
        share = pl.when(pl.col("seats") > 0).then(pl.col("used") / pl.col("seats"))
        return rows.sort(share, title, "contract_id", descending=[True, False, False], nulls_last=True)
    soonest = pl.col("starts_at") if wanted.tab is ContractStatus.FUTURE else pl.col("ends_at")
    latest_first = wanted.tab is ContractStatus.EXPIRED
    return rows.sort(soonest, title, "contract_id", descending=[latest_first, False, False], nulls_last=True)


def _why_empty(full: pl.DataFrame, wanted: Wanted) -> str:
    if full.is_empty():
        return _(
            "A learning contract holds a number of seats for learning activities over a period. You have none yet: "
            "an administrator makes them and names you contract admin, or you become one by buying seats."
        )
    if wanted.search.strip() or wanted.contract_type is not None:
        return _("No contract here matches your search.")
    return _("No contract has this status now.")


def badges(row: dict[str, Any], now: datetime) -> list[str]:
    """What stands out about a contract, in a word or two each."""
    told = []
    active = row["status"] == ContractStatus.ACTIVE.value
    if active and row["seats"] > 0 and row["used"] >= row["seats"]:
        told.append(_("Full"))
    if row["over_invited"]:
        told.append(_("Over-invited by {n}").format(n=row["over_invited"]))
    if active and row["ends_at"] is not None and row["ends_at"] - now <= SOON:
        told.append(_("Ends soon"))
    return told


def period(row: Mapping[str, Any], now: datetime) -> str:
    """From which day to which a contract is valid, and how far off its next boundary is."""
    ends = language.date(row["valid_to"]) if row["valid_to"] else _("no end")
    return f"{language.date(row['valid_from'])} – {ends} ({when(row['starts_at'], row['ends_at'], now)})"


def when(starts_at: datetime, ends_at: datetime | None, now: datetime) -> str:
    """How far off the contract's next boundary is."""
    if now < starts_at:
        days = _days(starts_at - now)
        return ngettext("starts in {n} day", "starts in {n} days", days).format(n=days)
    if ends_at is None:
        return _("never expires")
    if ends_at <= now:
        days = (now - ends_at).days
        return ngettext("ended {n} day ago", "ended {n} days ago", days).format(n=days) if days else _("ended today")
    days = _days(ends_at - now)
    return ngettext("ends in {n} day", "ends in {n} days", days).format(n=days)


def _days(ahead: timedelta) -> int:
    """Days as people count them: the end of today is a day away."""
    return -(-ahead // timedelta(days=1))


@dataclass(frozen=True)
class Totals:
    """Seats of several contracts together, by status (R-SEAT-10), in seats."""

    seats: int
    used: int
    reserved: int
    pending: int
    uncommitted: int
    expired_unused: int

    @property
    def utilisation(self) -> float | None:
        """Seats used of all (R-ANA-1); None where there are no seats."""
        return self.used / self.seats if self.seats else None

    @property
    def share(self) -> str:
        """The same in words; a dash where there are no seats."""
        return "–" if self.utilisation is None else language.percent(self.utilisation)


def totals(these: pl.DataFrame) -> Totals:
    """The sums over these contracts, each a row of how_full_is_each_contract."""
    return Totals(*(int(these[field.name].sum()) for field in fields(Totals)))
