"""Redeeming: how an invitation becomes Accepted, by its code or by pressing Accept (R-INV-9, R-LRN-1..3). A read never redeems."""

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from lc_core import access, code_limits, codes, learner_rules, seats
from lc_core.errors import Refused, refuse_if
from lc_core.invited import current_activities
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.audit import NO_CONTRACT, Item
from lc_core.records.db import Actor, Change, Database, rows_changed
from lc_core.records.models import Contract, Invitation, InvitationActivity, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import REDEEMED, ContractType, Event, Result, SeatReason, Source


def redeem(db: Database, actor: Actor, code: str, *, network: str = "", key: OperationKey | None = None) -> int:
    """Enter an invitation code. Answers the contract's id.

    Redeems the learner's live invitation, or makes one where they were never invited (R-INV-9). Whatever is wrong with
    the code, the contract or an earlier invitation is answered alike (R-LRN-3); only a missing seat is said (R-SEAT-5).
    `network`: the address it comes from, where known; too many wrong codes are refused before the next is looked at.
    """
    attempt = code_limits.count(db, actor, network)
    try:
        contract_id = _redeem(db, actor, code, key=key)
    except Refused as refused:
        if refused.reason is not Reason.CODE_NOT_ACCEPTED:
            code_limits.forget(db, attempt)
        raise
    code_limits.forget(db, attempt)
    return contract_id


@repeatable
def _redeem(db: Database, actor: Actor, code: str, *, key: OperationKey | None) -> int:
    with db.change(actor, Event.CODE_REDEEMED, key=key) as change:
        learner = access.acting_learner(change)
        contract = access.contract_by_invitation_code(change, codes.normalised(code))
        # looked for in any case: an unknown code takes the time of a known one
        latest = latest_invitation(change.session, contract.id if contract else NO_CONTRACT, learner.id)
        status = latest.status_at(change.now) if latest else None
        if contract is None:
            raise Refused(Reason.CODE_NOT_ACCEPTED)
        if status in REDEEMED:
            return change.answer(contract.id)
        open_ = contract.status_at(change.now)
        if learner_rules.why_not_accept(status, open_, require_code=True, code_entered=True):
            raise Refused(Reason.CODE_NOT_ACCEPTED)
        mark_redeemed(change, contract, latest or _invited_by_code(change, contract, learner))
        return change.answer(contract.id)


@repeatable
def accept(db: Database, actor: Actor, contract_id: int, *, key: OperationKey | None = None) -> None:
    """Accept one's own invitation where no code is required (R-LRN-1); an unlimited contract's takes the seat (R-SEAT-3)."""
    with db.change(actor, Event.INVITATION_ACCEPTED, key=key) as change:
        contract, learner = access.contract_as_learner(change, contract_id)
        invitation = latest_invitation(change.session, contract.id, learner.id)
        refuse_if(
            learner_rules.why_not_accept(
                invitation.status_at(change.now) if invitation else None,
                contract.status_at(change.now),
                require_code=invitation is not None and invitation.require_code,
                code_entered=False,
            )
        )
        if invitation is not None:
            mark_redeemed(change, contract, invitation)


def mark_redeemed(change: Change, contract: Contract, invitation: Invitation) -> None:
    """One conditional update; whoever comes second finds nothing to redeem. Unlimited: takes the seat too."""
    redeemable = (
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.redeemed_at.is_(None),
            expressions.is_live(),
            or_(Invitation.expires_at.is_(None), Invitation.expires_at > change.now),
        )
        .values(redeemed_at=change.now)
    )
    done = change.session.execute(redeemable, execution_options={"synchronize_session": False})
    if rows_changed(done) != 1:
        raise Refused(Reason.IS_REDEEMED)
    change.session.refresh(invitation, ["redeemed_at"])
    if contract.contract_type is ContractType.UNLIMITED:
        seats.take(change, contract, seats.Unit(invitation.person_id), SeatReason.ACCEPTED)
    change.note(contract=contract.id)
    change.items.append(Item(Result.REDEEMED, invitation.person_id, invitation.id))


def latest_invitation(session: Session, contract_id: int, person_id: int) -> Invitation | None:
    """A person's live invitation to the contract, else their latest, the person loaded."""
    theirs = (
        select(Invitation)
        .join(Invitation.person)
        .where(Invitation.contract_id == contract_id, Invitation.person_id == person_id)
        .order_by(expressions.is_live().desc(), Invitation.id.desc())
        .options(contains_eager(Invitation.person))
    )
    return session.scalars(theirs.limit(1)).one_or_none()


def _invited_by_code(change: Change, contract: Contract, learner: Person) -> Invitation:
    """Somebody nobody invited: their use of the code is their invitation, and makes no letter (R-ADD-7)."""
    invitation = Invitation(
        contract_id=contract.id,
        person=learner,
        source=Source.CODE,
        require_code=contract.require_invitation_code,
        invited_at=change.now,
    )
    change.session.add(invitation)
    change.session.flush()
    if contract.contract_type is ContractType.VOUCHER:
        offered = sorted(current_activities(change.session, contract.id))
        rows = [{"invitation_id": invitation.id, "activity_id": one, "contract_id": contract.id} for one in offered]
        if rows:
            change.session.execute(insert(InvitationActivity), rows)
    return invitation
