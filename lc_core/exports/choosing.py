"""What people name, as the numbers that an export is limited to: contracts by code, group, type or status, and an activity."""

from collections.abc import Collection

from sqlalchemy import select

from lc_core import access
from lc_core.contracts import code_key
from lc_core.errors import NotFound
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.insight.limits import Limits, of_these
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
    if not any((ids, groups, types, statuses)):
        return None
    full = answers.how_full_is_each_contract(insight, actor).frame
    return frozenset(of_these(full, Limits(ids, types, statuses, groups))["contract_id"])


def activity(insight: Insight, actor: Actor, code: str) -> int:
    """The activity with this code, if a contract that the actor may see has it or had it; else NotFound."""
    with insight.db.read() as session:
        of_theirs = select(ContractActivity.activity_id).join(Contract).where(access.visible(session, actor))
        wanted = select(Activity.id).where(Activity.code_key == code_key(code), Activity.id.in_(of_theirs))
        found = session.scalar(wanted)
    if found is None:
        raise NotFound
    return found
