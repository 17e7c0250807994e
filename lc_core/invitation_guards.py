"""Which of some invitations an action may be done with, and why not the others: for the verbs, and for the look before."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lc_core import access, people, rules
from lc_core.errors import refuse_if
from lc_core.invitation_lists import Chosen, chosen_invitations, why_not_write_to
from lc_core.invited import activities_of, current_activities, people_with_live
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Invitation
from lc_core.vocabulary import Action, Doing

Guard = Callable[[Invitation], Reason | None]


def guard(
    doing: Doing,
    session: Session,
    contract: Contract,
    chosen: Sequence[Invitation],
    now: datetime,
    *,
    adds: frozenset[int] = frozenset(),
) -> Guard:
    """The rule that decides for each of the chosen, asked in their order. `adds`: ids of the activities to be added."""
    open_, type_ = contract.status_at(now), contract.contract_type
    match doing:
        case Doing.RESEND:
            return lambda one: why_not_write_to(one) or rules.why_not_resend(one.status_at(now), open_)
        case Doing.REVOKE:
            return lambda one: rules.why_not_revoke(one.status_at(now), type_)
        case Doing.DEALLOCATE:
            return lambda one: rules.why_not_deallocate(one.status_at(now), type_)
        case Doing.REINVITE:
            invited = people_with_live(session, contract, [one.person_id for one in chosen])
            return lambda one: _why_not_reinvite(one, contract, now, invited)
        case Doing.ADD_ACTIVITIES:
            missing = activities_missing(session, chosen, adds)
            return lambda one: rules.why_not_add_activities(one.status_at(now), open_, type_, adds=len(missing[one.id]))


def activities_missing(
    session: Session, chosen: Sequence[Invitation], wanted: frozenset[int]
) -> dict[int, frozenset[int]]:
    """Which of the wanted activities each voucher invitation does not cover yet, by invitation id."""
    covered = activities_of(session, [one.id for one in chosen])
    return {one.id: wanted - covered.get(one.id, frozenset()) for one in chosen}


def _why_not_reinvite(one: Invitation, contract: Contract, now: datetime, invited: set[int]) -> Reason | None:
    """Of several ended invitations of one person, the first is the one that is followed by a new one."""
    live = one.person_id in invited
    reason = why_not_write_to(one) or rules.why_not_reinvite(one.status_at(now), contract.status_at(now), live=live)
    if reason is None:
        invited.add(one.person_id)
    return reason


@dataclass(frozen=True)
class Would:
    """What an action would do to one invitation: whose it is, and why not, where it would be refused."""

    invitation_id: int
    person: str
    reason: Reason | None


def look_before(
    db: Database, actor: Actor, contract_id: int, chosen: Chosen, doing: Doing, *, activities: Collection[int] = ()
) -> list[Would]:
    """Whom an action on these would touch, and whom not and why (R-INV-12, R-INV-13). Nothing is written.

    `activities`: ids of what is to be added, where that is what is done.
    """
    now = db.clock()
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        invitations = chosen_invitations(session, contract, chosen, now)
        adds = frozenset(activities)
        if doing is Doing.ADD_ACTIVITIES:
            refuse_if(rules.why_not_choose(contract.contract_type, adds, current_activities(session, contract.id)))
        why_not = guard(doing, session, contract, invitations, now, adds=adds)
        return [Would(one.id, people.shown(one.person, named=True).name, why_not(one)) for one in invitations]
