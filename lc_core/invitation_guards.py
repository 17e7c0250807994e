"""Which of some invitations an action may be done with, and why not the others: for the verbs, and for the look before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lc_core import access, people, rules
from lc_core.invitation_lists import Chosen, chosen_invitations, people_with_live
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Invitation
from lc_core.vocabulary import Action, Doing

Guard = Callable[[Invitation], Reason | None]


def guard(doing: Doing, session: Session, contract: Contract, chosen: Sequence[Invitation], now: datetime) -> Guard:
    """The rule that decides for each of the chosen, asked in their order."""
    open_, type_ = contract.status_at(now), contract.contract_type
    match doing:
        case Doing.RESEND:
            return lambda one: rules.why_not_resend(one.status_at(now), open_)
        case Doing.REVOKE:
            return lambda one: rules.why_not_revoke(one.status_at(now), type_)
        case Doing.DEALLOCATE:
            return lambda one: rules.why_not_deallocate(one.status_at(now), type_)
        case Doing.REINVITE:
            invited = people_with_live(session, contract, [one.person_id for one in chosen])
            return lambda one: _why_not_reinvite(one, contract, now, invited)


def _why_not_reinvite(one: Invitation, contract: Contract, now: datetime, invited: set[int]) -> Reason | None:
    """Of several ended invitations of one person, the first is the one that is followed by a new one."""
    live = one.person_id in invited
    reason = rules.why_not_reinvite(one.status_at(now), contract.status_at(now), live=live)
    if reason is None:
        invited.add(one.person_id)
    return reason


@dataclass(frozen=True)
class Would:
    """What an action would do to one invitation: whose it is, and why not, where it would be refused."""

    invitation_id: int
    person: str
    reason: Reason | None


def look_before(db: Database, actor: Actor, contract_id: int, chosen: Chosen, doing: Doing) -> list[Would]:
    """Whom an action on these would touch, and whom not and why (R-INV-12, R-INV-13). Nothing is written."""
    now = db.clock()
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        invitations = chosen_invitations(session, contract, chosen, now)
        why_not = guard(doing, session, contract, invitations, now)
        return [Would(one.id, people.shown(one.person, named=True).name, why_not(one)) for one in invitations]
