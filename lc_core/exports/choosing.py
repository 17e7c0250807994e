"""What people name, as the numbers that an export is limited to: contracts by code, group, type or status, and an activity."""

from collections.abc import Collection
from typing import Any

import polars as pl
from sqlalchemy import select

from lc_core import access
from lc_core.contracts import code_key
from lc_core.errors import NotFound
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor
from lc_core.records.models import Activity, Contract, ContractActivity
from lc_core.vocabulary import ContractStatus, ContractType


def contracts(
    insight: Insight,
    actor: Actor,
    *,
    ids: Collection[int] = (),
    groups: Collection[str] = (),
    types: Collection[ContractType] = (),
    statuses: Collection[ContractStatus] = (),
) -> frozenset[int] | None:
    """The contracts that are all of this, of those that the actor may see; None where nothing limits them.

    `groups`: by name, "" = in none. `statuses`: as they are now.
    """
    limits: dict[str, list[Any]] = {
        "contract_id": list(ids),
        "group_name": list(groups),
        "contract_type": [one.value for one in types],
        "status": [one.value for one in statuses],
    }
    if not any(limits.values()):
        return None
    told = answers.how_full_is_each_contract(insight, actor).frame.with_columns(pl.col("group_name").fill_null(""))
    for column, values in limits.items():
        told = told.filter(pl.col(column).is_in(values)) if values else told
    return frozenset(told["contract_id"])


def activity(insight: Insight, actor: Actor, code: str) -> int:
    """The activity with this code, if a contract that the actor may see has it or had it; else NotFound."""
    with insight.db.read() as session:
        of_theirs = select(ContractActivity.activity_id).join(Contract).where(access.visible(session, actor))
        wanted = select(Activity.id).where(Activity.code_key == code_key(code), Activity.id.in_(of_theirs))
        found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found
