"""What the weekly digest says: how the contracts of its reader stand, and which of them want a look (R-ANA-7)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lc_core import language
from lc_core.language import _, ngettext
from lc_core.mail.content import Content, Entry, Site, more_of

MOST_NAMED = 10
"""Contracts that are told by name; the rest is counted."""


@dataclass(frozen=True)
class Look:
    """A running contract that wants a look: it is full, over-invited or ends soon. `days`: until then; None: not soon."""

    contract_id: int
    title: str
    seats: int
    used: int
    over_invited: int
    days: int | None
    last_day: date | None

    @property
    def is_full(self) -> bool:
        return self.used >= self.seats > 0


@dataclass(frozen=True)
class Week:
    """A week of the contracts that somebody may see. `contracts`, `seats`, `used`: of those that run.

    `taken`, `accepted`: seats taken and invitations accepted in the last seven days; `taken_before`: in the seven before.
    `looks`: the first of those that want a look, the most urgent first; `more`: how many further ones there are.
    """

    contracts: int
    seats: int
    used: int
    taken: int
    taken_before: int
    accepted: int
    looks: Sequence[Look]
    more: int


def digest(site: Site, week: Week, stop_token: str) -> Content:
    """The digest; it names contracts and no people."""
    subject = ngettext("Your week: {n} seat taken", "Your week: {n} seats taken", week.taken)
    letter = Content(
        subject=subject.format(n=language.number(week.taken)),
        heading=_("Your learning contracts this week"),
        facts=_figures(week),
        why=_("You get this letter because you turned on the weekly digest."),
        leave=_("Stop the weekly digest"),
        leave_link=site.at(f"stop-digest/{stop_token}"),
    ).leading(_("Open seat usage"), site.at("seat_usage"))
    if not week.looks:
        return replace(letter, paragraphs=[[_("No contract is full or over-invited, and none ends within 60 days.")]])
    entries = [Entry(look.title, " ".join(_why(look)), site.contract(look.contract_id)) for look in week.looks]
    n = len(week.looks) + week.more
    wanting = ngettext("{n} contract wants a look", "{n} contracts want a look", n).format(n=language.number(n))
    return replace(letter, entries_are=wanting, entries=entries, entries_more=more_of(week.more))


def _figures(week: Week) -> list[tuple[str, str]]:
    seats = ngettext("Seats of {n} running contract", "Seats of {n} running contracts", week.contracts)
    told = _("{bought} bought, {used} used, {free} free").format(
        bought=language.number(week.seats),
        used=language.number(week.used),
        free=language.number(week.seats - week.used),
    )
    taken = _("{n} ({before} in the 7 days before)").format(
        n=language.number(week.taken), before=language.number(week.taken_before)
    )
    return [
        (seats.format(n=language.number(week.contracts)), told),
        (_("Seats taken in the last 7 days"), taken),
        (_("Invitations accepted in the last 7 days"), language.number(week.accepted)),
    ]


def _why(look: Look) -> list[str]:
    """What there is to see, in a sentence each."""
    told = []
    if look.is_full:
        full = ngettext("Full: its {n} seat is used.", "Full: all {n} seats are used.", look.seats)
        told.append(full.format(n=language.number(look.seats)))
    if look.over_invited:
        over = ngettext(
            "Over-invited: invitations ask for {n} seat more than is free.",
            "Over-invited: invitations ask for {n} seats more than are free.",
            look.over_invited,
        )
        told.append(over.format(n=language.number(look.over_invited)))
    if look.days is not None and look.last_day is not None:
        told.append(_end(look, look.days, look.last_day))
    return told


def _end(look: Look, days: int, last_day: date) -> str:
    """How soon it ends, and what would be lost then."""
    ends = ngettext("Ends in {n} day; the last one is {day}.", "Ends in {n} days; the last one is {day}.", days)
    told = ends.format(n=language.number(days), day=language.date(last_day))
    unused = look.seats - look.used
    if not unused:
        return told
    left = ngettext("{n} of its {seats} seats is unused.", "{n} of its {seats} seats are unused.", unused)
    return f"{told} {left.format(n=language.number(unused), seats=language.number(look.seats))}"
