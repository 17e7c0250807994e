"""What a contract admin does with invitations that exist: resend, revoke, re-invite, add activities, de-allocate.

Each works on one, several, or all that match a filter, and answers with an outcome per person; one that cannot be done
never stops the rest (R-INV-13).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import update

from lc_core import access, enrollments, inviting, rules, seats, sending
from lc_core.errors import refuse_if
from lc_core.invitation_guards import activities_missing, guard
from lc_core.invitation_lists import Chosen, chosen_invitations
from lc_core.invited import activities_of, current_activities
from lc_core.mail import outbox
from lc_core.mail.outbox import Sending
from lc_core.reasons import Reason
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Contract, Invitation
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, ContractType, Doing, Event, LetterKind, Result, SeatReason


@dataclass(frozen=True)
class Done:
    """What an action did to one invitation; `reason`: why not, where it was refused."""

    invitation_id: int
    person_id: int
    result: Result
    reason: Reason | None = None


@repeatable
def resend(
    db: Database, actor: Actor, contract_id: int, chosen: Chosen, *, key: OperationKey | None = None
) -> list[Done]:
    """Send invitations again; each one's clock starts anew (R-INV-4)."""
    with db.change(actor, Event.INVITATIONS_RESENT, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        good, done = _judge(change, contract, chosen, Doing.RESEND)
        with inviting.within_free_seats(change, contract):
            sending.send_again(change, contract, good)
        return change.answer(done)


@repeatable
def revoke(
    db: Database,
    actor: Actor,
    contract_id: int,
    chosen: Chosen,
    *,
    tell: bool = False,
    key: OperationKey | None = None,
) -> list[Done]:
    """Revoke invitations without an enrollment; the records stay as they were otherwise (R-INV-5, R-INV-6).

    `tell`: write to those who were sent a letter before.
    """
    with db.change(actor, Event.INVITATIONS_REVOKED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        good, done = _judge(change, contract, chosen, Doing.REVOKE)
        for portion in portions([invitation.id for invitation in good]):
            gone = update(Invitation).where(Invitation.id.in_(portion)).values(revoked_at=change.now)
            change.session.execute(gone, execution_options={"synchronize_session": False})
        if tell:
            told = [Sending(one.id, one.person_id, one.send_count) for one in good if one.send_count]
            outbox.enqueue(change, told, LetterKind.REVOKED)
        return change.answer(done)


@repeatable
def reinvite(
    db: Database, actor: Actor, contract_id: int, chosen: Chosen, *, key: OperationKey | None = None
) -> list[Done]:
    """Invite people again whose invitation was revoked or de-allocated: a new record for each, covering the same (R-INV-6)."""
    with db.change(actor, Event.INVITATIONS_SENT, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        offered = current_activities(change.session, contract.id)
        refuse_if(rules.why_not_invite(contract.status_at(change.now), len(offered)))
        good, done = _judge(change, contract, chosen, Doing.REINVITE)
        with inviting.within_free_seats(change, contract):
            _invite_anew(change, contract, good, offered)
        return change.answer(done)


@repeatable
def add_activities(
    db: Database,
    actor: Actor,
    contract_id: int,
    chosen: Chosen,
    activities: Collection[int],
    *,
    key: OperationKey | None = None,
) -> list[Done]:
    """Let voucher invitations cover more of the contract's activities (R-INV-10). `activities`: their ids."""
    with db.change(actor, Event.INVITATION_ACTIVITIES_ADDED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        wanted = frozenset(activities)
        refuse_if(rules.why_not_choose(contract.contract_type, wanted, current_activities(change.session, contract.id)))
        good, done = _judge(change, contract, chosen, Doing.ADD_ACTIVITIES, wanted)
        with inviting.within_free_seats(change, contract):
            sending.cover(change, contract, activities_missing(change.session, good, wanted))
        return change.answer(done)


@repeatable
def deallocate(
    db: Database, actor: Actor, contract_id: int, chosen: Chosen, *, key: OperationKey | None = None
) -> list[Done]:
    """Take accepted seats of an unlimited contract back: free again at once, open enrollments withdrawn (R-SEAT-8)."""
    with db.change(actor, Event.SEATS_DEALLOCATED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        good, done = _judge(change, contract, chosen, Doing.DEALLOCATE)
        people = [invitation.person_id for invitation in good]
        back = [seats.Move(seats.Unit(person_id), -1, SeatReason.DEALLOCATED, change.now) for person_id in people]
        seats.move_all(change, contract, back)
        enrollments.withdraw_open(change, contract, people)
        for portion in portions([invitation.id for invitation in good]):
            gone = update(Invitation).where(Invitation.id.in_(portion)).values(deallocated_at=change.now)
            change.session.execute(gone, execution_options={"synchronize_session": False})
        return change.answer(done)


RESULTS = {
    Doing.RESEND: Result.SENT_AGAIN,
    Doing.REVOKE: Result.REVOKED,
    Doing.REINVITE: Result.INVITED_AGAIN,
    Doing.ADD_ACTIVITIES: Result.ACTIVITIES_ADDED,
    Doing.DEALLOCATE: Result.DEALLOCATED,
}


def _judge(
    change: Change, contract: Contract, chosen: Chosen, doing: Doing, adds: frozenset[int] = frozenset()
) -> tuple[list[Invitation], list[Done]]:
    """The chosen invitations that may, and an outcome for each of the chosen."""
    invitations = chosen_invitations(change.session, contract, chosen, change.now)
    why_not = guard(doing, change.session, contract, invitations, change.now, adds=adds)
    result = RESULTS[doing]
    good: list[Invitation] = []
    done: list[Done] = []
    for invitation in invitations:
        reason = why_not(invitation)
        done.append(Done(invitation.id, invitation.person_id, Result.REFUSED if reason else result, reason))
        if reason is None:
            good.append(invitation)
    change.note_items([Item(result, one.person_id, one.id) for one in good])
    return good, done


def _invite_anew(change: Change, contract: Contract, ended: Sequence[Invitation], offered: frozenset[int]) -> None:
    """New invitations for people whose old one ended; a voucher's covers what the old one did, as far as it is still offered."""
    if not ended:
        return
    made = sending.insert_sent(change, contract, [invitation.person_id for invitation in ended])
    outbox.enqueue(change, [Sending(invitation_id, person_id, 1) for person_id, invitation_id in made.items()])
    if contract.contract_type is ContractType.VOUCHER:
        covered = activities_of(change.session, [invitation.id for invitation in ended])
        sending.cover(
            change,
            contract,
            {made[one.person_id]: covered.get(one.id, frozenset()) & offered for one in ended},
        )
