"""What a question is limited to: contracts by type, status, group and activity, a time. The page and `lc ask` choose here."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from lc_core.insight.asking import Answer, Period
from lc_core.insight.copy import Insight
from lc_core.insight.questions import Question
from lc_core.records.db import Actor
from lc_core.vocabulary import ContractStatus, ContractType
from lc_core.words import Word


@dataclass(frozen=True)
class Limits:
    """Which contracts are meant: those to which all of this applies, and of several of a kind any; empty: no limit (R-ANA-5).

    `groups`: by name, "" = in none. `statuses`: as they are now. `activity_id`: what a contract must offer now.
    """

    contracts: Collection[int] = ()
    types: Collection[ContractType] = ()
    statuses: Collection[ContractStatus] = ()
    groups: Collection[str] = ()
    activity_id: int | None = None


def of_these(full: pl.DataFrame, limits: Limits) -> pl.DataFrame:
    """The contracts that are what the limits say, whatever they offer. `full`: the answer of how_full_is_each_contract."""
    wanted = (
        (pl.col("contract_id"), limits.contracts),
        (pl.col("contract_type"), [one.value for one in limits.types]),
        (pl.col("status"), [one.value for one in limits.statuses]),
        (pl.col("group_name").fill_null(""), limits.groups),
    )
    return full.filter(*(column.is_in(list(words)) for column, words in wanted if words))


@dataclass(frozen=True)
class Asked:
    """What is asked of every question. `contracts`: None for all that one may see; `number`: how many they are.

    `activity_id`: what questions of activities are about, and `through` which contracts, whatever those offer now.
    """

    contracts: frozenset[int] | None
    activity_id: int | None
    period: Period | None
    number: int
    through: frozenset[int] | None = None

    def put(self, insight: Insight, actor: Actor, question: Question, of: Word | None = None) -> Answer:
        """The question about just this. Of the chosen activity just as much is told as where it is one of all."""
        if self.activity_id is None or "activity_id" not in question.columns:
            return question.put(insight, actor, self.contracts, self.period, of)
        answer = question.put(insight, actor, self.through, self.period, of)
        return Answer(answer.frame.filter(pl.col("activity_id") == self.activity_id), answer.as_of)


def asked(full: pl.DataFrame, offered: pl.DataFrame, limits: Limits, period: Period | None) -> Asked:
    """`full`, `offered`: the answers of how_full_is_each_contract and which_activities_are_offered, of all that one may see."""
    found = of_these(full, limits)
    through = _only(full, found)
    if limits.activity_id is not None:
        offering = offered.filter(pl.col("activity_id") == limits.activity_id)
        found = found.filter(pl.col("contract_id").is_in(offering["contract_id"].to_list()))
    return Asked(_only(full, found), limits.activity_id, period, found.height, through)


def _only(full: pl.DataFrame, found: pl.DataFrame) -> frozenset[int] | None:
    return None if found.height == full.height else frozenset(found["contract_id"])
