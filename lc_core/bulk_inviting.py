"""Inviting lists of any size: short ones in one transaction, long ones in parts, so that others can write in between."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from lc_core import access, invite_imports, invite_list, seats
from lc_core.errors import Refused
from lc_core.invite_list import Given, Good, Outcome
from lc_core.invite_plan import decide
from lc_core.inviting import invite_good, put_together, refuse_if_over
from lc_core.records.db import Actor, Database, portions
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Action, OverInvitation, Result

AT_ONCE = 5_000
"""How many people are invited in one transaction: about half a second, in which nobody else writes on SQLite."""
Progress = Callable[[int, int], None]


def invite_all(
    db: Database,
    actor: Actor,
    contract_id: int,
    given: Given,
    *,
    activities: Collection[int] = (),
    key: OperationKey | None = None,
    progress: Progress | None = None,
    at_once: int = AT_ONCE,
) -> list[Outcome]:
    """Invite a list as `inviting.invite` does, a long one in parts that are each written whole (R-ADD-6).

    Stopped half-way and given again within a day, it goes on and answers the same. `progress(done, all)` is told after
    each part of at most `at_once` people. Where a later part of the list is refused as a whole, each of its entries is told so.
    """
    listed = invite_list.entries(given)
    told, good = invite_list.read(listed)
    if len(good) <= at_once:
        results = invite_good(db, actor, contract_id, good, activities=activities, key=key)
    else:
        _look_at_the_whole(db, actor, contract_id, good, activities)
        begun = _begin(db, actor, contract_id, good, activities=activities, key=key or OperationKey.new())
        results = []
        for number, part in enumerate(portions(good, at_once)):
            results += _one_part(db, actor, contract_id, part, activities=activities, begun=begun, number=number)
            if progress is not None:
                progress(len(results), len(good))
        invite_imports.finish(db, begun.id)
    return put_together(listed, told, good, results)


@dataclass(frozen=True)
class _Begun:
    """The import that counts the parts, and what the keys of its parts begin with."""

    id: int
    key: str


def _begin(
    db: Database,
    actor: Actor,
    contract_id: int,
    good: Sequence[Good],
    *,
    activities: Collection[int],
    key: OperationKey,
) -> _Begun:
    with db.bookkeeping() as session:
        access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        begun = invite_imports.begin(session, actor, contract_id, good, activities=activities, key=key, now=db.clock())
        return _Begun(begun.id, begun.key)


def _one_part(
    db: Database,
    actor: Actor,
    contract_id: int,
    part: Sequence[Good],
    *,
    activities: Collection[int],
    begun: _Begun,
    number: int,
) -> list[str]:
    """Invite one part, once for all. A refusal of the first is one of the whole list."""
    key = OperationKey(f"{begun.key}:{number}")
    try:
        return invite_good(db, actor, contract_id, part, activities=activities, of_import=begun.id, key=key)
    except Refused as refused:
        if number == 0:
            invite_imports.forget(db, begun.id)
            raise
        return [f"{Result.REFUSED.value}:{refused.reason.value}"] * len(part)


def _look_at_the_whole(
    db: Database, actor: Actor, contract_id: int, good: Sequence[Good], activities: Collection[int]
) -> None:
    """A contract that blocks over-invitation refuses the list before its first part is sent (R-INV-11)."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        if contract.over_invitation is OverInvitation.BLOCK:
            wanted = decide(session, contract, good, frozenset(activities), db.clock()).wanted
            refuse_if_over(wanted, seats.not_asked_for(session, contract, db.clock()))
