"""A list of people to invite, as it is given and as it is read: pure, before any contract is asked (R-ADD-1..5)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lc_core import addresses
from lc_core.addresses import Address
from lc_core.reasons import Reason
from lc_core.vocabulary import Result


@dataclass(frozen=True)
class Entry:
    """One line of a list, from 1: what stands there, and the codes of the activities it chooses for itself (vouchers).

    `refused`: why whoever read the list refused the line already.
    """

    line: int
    text: str
    activities: tuple[str, ...] | None = None
    refused: Reason | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one entry of a list. `reason`: why not, where it was refused."""

    line: int
    entry: str
    result: Result
    reason: Reason | None = None


@dataclass(frozen=True)
class Good:
    """An entry that holds an address no earlier one holds. `place`: which entry, from 0."""

    place: int
    address: Address
    activities: tuple[str, ...] | None


Given = Sequence[str | Entry]
"""A list as lines of text, or as entries."""


def entries(given: Given) -> list[Entry]:
    """The entries of a list; plain lines are numbered from 1."""
    return [one if isinstance(one, Entry) else Entry(line, one) for line, one in enumerate(given, start=1)]


def typed(text: str) -> list[Entry]:
    """The entries of a text that somebody typed or pasted: one a line, blank ones left out and counted."""
    return [Entry(line, one) for line, one in enumerate(text.splitlines(), start=1) if one.strip()]


def read(listed: Sequence[Entry]) -> tuple[list[Outcome | None], list[Good]]:
    """For each entry why it is refused for itself, or None; and the good ones. Of several alike the first counts."""
    told: list[Outcome | None] = []
    good: list[Good] = []
    seen: set[str] = set()
    for place, entry in enumerate(listed):
        address = entry.refused or addresses.parse(entry.text)
        if isinstance(address, Reason):
            twice = address is Reason.DUPLICATE_IN_FILE
            told.append(Outcome(entry.line, entry.text, Result.DUPLICATE if twice else Result.INVALID, address))
        elif address.key in seen:
            told.append(Outcome(entry.line, entry.text, Result.DUPLICATE, Reason.DUPLICATE_IN_FILE))
        else:
            seen.add(address.key)
            told.append(None)
            good.append(Good(place, address, entry.activities))
    return told, good


def totals(outcomes: Sequence[Outcome]) -> dict[Result, int]:
    """How many entries had which outcome, in the order of the vocabulary."""
    counted = Counter(outcome.result for outcome in outcomes)
    return {result: counted[result] for result in Result if counted[result]}
