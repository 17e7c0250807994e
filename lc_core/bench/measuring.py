"""The frame of all benches: samples taken in turn, medians, ratios, and the most memory that was held."""

import resource
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from lc_core.language import _

Sample = Callable[[], float]
"""Does the thing once and answers how many seconds it cost."""


@dataclass(frozen=True)
class Measured:
    """One thing and what it was compared with, in seconds; without a comparison the last three say None."""

    what: str
    median_s: float
    baseline: str | None
    baseline_s: float | None
    ratio: float | None
    runs: int


@dataclass(frozen=True)
class Work:
    """What a bench is told: how large, how often, and whom to tell what it is doing."""

    size: int
    runs: int
    told: Callable[[str], None] = lambda _words: None


@dataclass(frozen=True)
class Bench:
    """`about`: a sentence for the list. `size`: the usual one, counted in `unit`."""

    name: str
    about: str
    size: int
    unit: str
    run: Callable[[Work], Iterator[Measured]]


class CannotMeasure(Exception):
    """The numbers to compare are not the same, or something that is needed is missing: there is nothing to tell."""


def seconds_of(thing: Callable[[], object]) -> Sample:
    """Samples of a thing by the clock on the wall."""

    def sample() -> float:
        began = perf_counter()
        thing()
        return perf_counter() - began

    return sample


def beside(what: str, ours: Sample, baselines: Mapping[str, Sample], runs: int) -> Iterator[Measured]:
    """Ours and each baseline in turn, again and again: whatever else the machine does, it does to all of them."""
    samples = [ours, *baselines.values()]
    for sample in samples:
        sample()  # the first time pays for caches and plans
    rounds = [[sample() for sample in samples] for _round in range(runs)]
    mine, *others = (median(column) for column in zip(*rounds, strict=True))
    for name, theirs in zip(baselines, others, strict=True):
        yield Measured(what, mine, name, theirs, mine / theirs if theirs else None, runs)


def alone(what: str, taken: Sequence[float]) -> Measured:
    """For information: there is nothing to compare it with."""
    return Measured(what, median(taken), None, None, None, len(taken))


def same(what: str, ours: Any, theirs: Any) -> None:
    """A comparison of different answers would say nothing."""
    if ours != theirs:
        raise CannotMeasure(_("{what}: the two ways do not give the same numbers.").format(what=what))


def peak_mib() -> float:
    """The most memory that this process, or one it started and waited for, has held."""
    unit = 1 if sys.platform == "darwin" else 1024
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most * unit / 2**20
