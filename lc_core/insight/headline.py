"""The headline of seat usage: the seats of several contracts as figures, and how those changed since the period began."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from lc_core import language
from lc_core.insight import center
from lc_core.insight.asking import Period
from lc_core.insight.center import Totals
from lc_core.insight.copy import Insight
from lc_core.insight.limits import Asked
from lc_core.insight.questions import QUESTIONS
from lc_core.insight.states import Movement
from lc_core.language import _, ngettext
from lc_core.records.db import Actor


@dataclass(frozen=True)
class Change:
    """Since the period began. `told`: by how much, with its sign; `was`: the figure then, in words; `way`: 1 up, -1 down, 0."""

    told: str
    was: str
    way: int


@dataclass(frozen=True)
class Figure:
    """A figure with its name and its meaning. `change`: None where nothing is known to compare it with."""

    name: str
    number: str
    meaning: str
    change: Change | None = None


@dataclass(frozen=True)
class Before:
    """How the seats stood when the period began, in seats."""

    seats: int
    used: int
    expired_unused: int


@dataclass(frozen=True)
class Headline:
    """The figures, and what their changes are told against: empty where there is no change to tell."""

    figures: list[Figure]
    against: str


def headline(insight: Insight, actor: Actor, full: pl.DataFrame, asked: Asked) -> Headline:
    """The figures of the contracts asked about. `full`: the answer of how_full_is_each_contract."""
    these = full if asked.contracts is None else full.filter(pl.col("contract_id").is_in(list(asked.contracts)))
    now = center.totals(these)
    if asked.period is None or not comes_up_to(insight.db.clock().date(), asked.period):
        return Headline(figures(now, None), "")
    changed = asked.put(insight, actor, QUESTIONS["what_changed"]).frame
    before = stood_before(these, changed, asked.period)
    return Headline(figures(now, before), _against(asked.period) if before else "")


def comes_up_to(today: date, period: Period) -> bool:
    """Whether the figures, which tell of now, stand at the end of the period: those of one that is over are not known."""
    return date.min < period.first <= today <= period.last


def stood_before(these: pl.DataFrame, changed: pl.DataFrame, period: Period) -> Before | None:
    """How the contracts stood when the period began, with the seats they have now; None where there were no seats yet.

    A contract is there from the day it was made or began, if that came first; nobody takes a seat of it once it is over.
    `changed`: the answer of what_changed, of a period that comes up to today.
    """
    began = period.since
    there = (these["created_at"] < began) | (these["starts_at"] < began)
    over = there & ((these["ends_at"] <= began) | (these["archived_at"] <= began))
    seats, left = int(these["seats"].filter(there).sum()), int(these["expired_unused"].filter(over).sum())
    moved = dict(zip(changed["what"], changed["now"], strict=True))
    taken = moved[Movement.SEATS_TAKEN.value] - moved[Movement.SEATS_RETURNED.value]
    return Before(seats, int(these["used"].sum()) - taken, left) if seats else None


def _against(period: Period) -> str:
    return _(
        "The changes are against {day}, the day before the period. "
        "How many seats were reserved, pending or uncommitted then is not known any more."
    ).format(day=language.date(period.first - timedelta(days=1)))


def figures(now: Totals, before: Before | None) -> list[Figure]:
    n = language.number
    plain = [
        Figure(_("Seats bought"), n(now.seats), _("All seats of these contracts.")),
        Figure(_("Used"), n(now.used), _("Seats taken and not returned, by the ledger.")),
        Figure(
            _("Utilisation"),
            now.share,
            _("Seats used, of all seats of these contracts; the change in percentage points."),
        ),
        Figure(_("Reserved"), n(now.reserved), _("Asked for by accepted invitations, as far as seats are free.")),
        Figure(_("Pending"), n(now.pending), _("Asked for by open invitations, as far as seats are free.")),
        Figure(_("Uncommitted"), n(now.uncommitted), _("Free, and asked for by nobody yet.")),
        Figure(_("Expired unused"), n(now.expired_unused), _("Never used before their contract ended.")),
    ]
    if before is None:
        return plain
    seats, used, share, *asked_for, unused = plain
    return [
        replace(seats, change=_seats(now.seats, before.seats)),
        replace(used, change=_seats(now.used, before.used)),
        replace(share, change=_points(now.utilisation or 0, before.used / before.seats)),
        *asked_for,
        replace(unused, change=_seats(now.expired_unused, before.expired_unused)),
    ]


def _seats(now: int, before: int) -> Change:
    return _change(language.number(now - before), language.number(before), now - before)


def _points(now: float, before: float) -> Change:
    """In percentage points, to a tenth."""
    more = round((now - before) * 100, 1)
    told = ngettext("{n} pt", "{n} pts", 1 if abs(more) == 1 else 2).format(n=language.number(more))
    return _change(told, language.percent(before), more)


def _change(told: str, before: str, more: float) -> Change:
    way = (more > 0) - (more < 0)
    return Change(f"+{told}" if way > 0 else told, _("was {figure}").format(figure=before), way)
