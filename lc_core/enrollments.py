"""Enrollments: enroll, change of status, withdrawal; the list of one activity (R-LRN-4, R-ENR-*, R-SEAT-7)."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from lc_core import access, learner_rules, redeeming, rules, seat_rules, seats
from lc_core.errors import NotFound, refuse_if
from lc_core.invited import activities_of, current_activities
from lc_core.learner_rules import Wish
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Contract, Enrollment, Invitation
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import (
    OPEN_ENROLLMENTS,
    STARTED,
    UNREDEEMED,
    Action,
    ContractType,
    EnrollmentStatus,
    Event,
    Result,
    SeatReason,
)

LONGEST_WORD = 100
"""Of the LMS's own word for a status, in characters."""


@repeatable
def enroll(db: Database, actor: Actor, contract_id: int, activity_id: int, *, key: OperationKey | None = None) -> int:
    """Enroll oneself in an activity of a contract (R-LRN-4). Answers the enrollment's id.

    Takes a seat only if the unit (R-SEAT-1..3) holds none; redeems an invitation that needs no code in the same
    transaction (voucher, subscription); reopens a withdrawn enrollment.
    """
    with db.change(actor, Event.ENROLLED, key=key) as change:
        contract, learner = access.contract_as_learner(change, contract_id)
        invitation = redeeming.latest_invitation(change.session, contract.id, learner.id)
        existing = _existing(change, contract, learner.id, activity_id)
        wish = _wish(change, contract, invitation, existing, activity_id)
        refuse_if(learner_rules.why_not_enroll(wish), limit=contract.per_user_limit)
        if invitation is None:
            raise NotFound
        if invitation.status_at(change.now) in UNREDEEMED:
            redeeming.mark_redeemed(change, contract, invitation)
        unit = seats.unit_of(contract.contract_type, learner.id, activity_id)
        seats.take(change, contract, unit, SeatReason.ENROLLED)
        enrollment = _opened(change, invitation, existing, activity_id)
        change.note(contract=contract.id, activity=activity_id, after={"status": EnrollmentStatus.ENROLLED.value})
        change.items.append(Item(Result.ENROLLED, learner.id, invitation.id))
        return change.answer(enrollment.id)


@repeatable
def change_status(
    db: Database,
    actor: Actor,
    contract_id: int,
    enrollment_id: int,
    status: EnrollmentStatus,
    *,
    lms_status: str = "",
    key: OperationKey | None = None,
) -> None:
    """Set how an enrollment stands, as the LMS tells it (R-ENR-1, R-ENR-3). `lms_status`: the LMS's own word."""
    with db.change(actor, Event.ENROLLMENT_CHANGED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        enrollment = _enrollment_of(change, contract, enrollment_id)
        unit = seats.unit_of(contract.contract_type, enrollment.person_id, enrollment.activity_id)
        seat = seats.holds(change.session, contract, unit)
        refuse_if(learner_rules.why_not_change_status(enrollment.status, status, seat=seat))
        refuse_if(rules.why_not_text(lms_status, LONGEST_WORD), most=LONGEST_WORD)
        change.note(contract=contract.id, before={"status": enrollment.status.value}, after={"status": status.value})
        change.items.append(Item(Result.CHANGED, enrollment.person_id, enrollment.invitation_id))
        enrollment.status, enrollment.lms_status = status, lms_status
        enrollment.started = enrollment.started or status in STARTED
        enrollment.progress_at = change.now
        enrollment.completed_at = change.now if status is EnrollmentStatus.COMPLETED else None


@repeatable
def withdraw(
    db: Database, actor: Actor, contract_id: int, enrollment_id: int, *, key: OperationKey | None = None
) -> bool:
    """Withdraw an enrollment. Whether its seat came back, by the contract's setting (R-SEAT-7)."""
    with db.change(actor, Event.ENROLLMENT_WITHDRAWN, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        enrollment = _enrollment_of(change, contract, enrollment_id)
        refuse_if(learner_rules.why_not_withdraw(enrollment.status))
        change.note(
            contract=contract.id,
            before={"status": enrollment.status.value},
            after={"status": EnrollmentStatus.WITHDRAWN.value},
        )
        change.items.append(Item(Result.WITHDRAWN, enrollment.person_id, enrollment.invitation_id))
        enrollment.status, enrollment.withdrawn_at = EnrollmentStatus.WITHDRAWN, change.now
        change.session.flush()
        comes_back = _comes_back(change, contract, enrollment)
        if comes_back:
            unit = seats.unit_of(contract.contract_type, enrollment.person_id, enrollment.activity_id)
            seats.give_back(change, contract, unit, SeatReason.WITHDRAWN)
        return change.answer(comes_back)


def withdraw_open(change: Change, contract: Contract, person_ids: Sequence[int]) -> None:
    """Withdraw the open enrollments of people who lose their access through the contract (R-SEAT-8)."""
    for portion in portions(person_ids):
        gone = update(Enrollment).where(
            Enrollment.contract_id == contract.id,
            Enrollment.person_id.in_(portion),
            Enrollment.status.in_(OPEN_ENROLLMENTS),
        )
        change.session.execute(
            gone.values(status=EnrollmentStatus.WITHDRAWN, withdrawn_at=change.now),
            execution_options={"synchronize_session": False},
        )


def _comes_back(change: Change, contract: Contract, enrollment: Enrollment) -> bool:
    theirs = (Enrollment.contract_id == contract.id, Enrollment.person_id == enrollment.person_id)
    others = select(Enrollment.started, Enrollment.status).where(*theirs, Enrollment.id != enrollment.id)
    beside = change.session.execute(others).all()
    one_unit = contract.contract_type is ContractType.SUBSCRIPTION
    return seat_rules.seat_comes_back(
        contract.seat_release,
        contract.contract_type,
        started=enrollment.started or (one_unit and any(started for started, _ in beside)),
        other_open_enrollments=sum(status is not EnrollmentStatus.WITHDRAWN for _, status in beside),
    )


def _enrollment_of(change: Change, contract: Contract, enrollment_id: int) -> Enrollment:
    enrollment = change.session.get(Enrollment, enrollment_id)
    if enrollment is None or enrollment.contract_id != contract.id:
        raise NotFound
    return enrollment


def _existing(change: Change, contract: Contract, person_id: int, activity_id: int) -> Enrollment | None:
    wanted = select(Enrollment).where(
        Enrollment.contract_id == contract.id,
        Enrollment.person_id == person_id,
        Enrollment.activity_id == activity_id,
    )
    return change.session.scalar(wanted)


def _wish(
    change: Change, contract: Contract, invitation: Invitation | None, existing: Enrollment | None, activity_id: int
) -> Wish:
    taken = 0
    covered = False
    if invitation is not None:
        theirs = (Enrollment.contract_id == contract.id, Enrollment.person_id == invitation.person_id)
        taken = change.session.scalar(select(func.count()).select_from(Enrollment).where(*theirs)) or 0
        covered = activity_id in _covered(change, contract, invitation)
    return Wish(
        contract=contract.status_at(change.now),
        contract_type=contract.contract_type,
        invitation=invitation.status_at(change.now) if invitation else None,
        require_code=invitation is not None and invitation.require_code,
        covered=covered,
        enrolled=existing.status if existing else None,
        activities_taken=taken,
        per_user_limit=contract.per_user_limit,
    )


def _covered(change: Change, contract: Contract, invitation: Invitation) -> frozenset[int]:
    """What the invitation covers of the contract's current activities (R-CON-15)."""
    offered = current_activities(change.session, contract.id)
    if contract.contract_type is not ContractType.VOUCHER:
        return offered
    return offered & activities_of(change.session, [invitation.id]).get(invitation.id, frozenset())


def _opened(change: Change, invitation: Invitation, existing: Enrollment | None, activity_id: int) -> Enrollment:
    """A new enrollment, or a withdrawn one open again; the invitation is Enrolled from its first on."""
    if invitation.first_enrolled_at is None:
        invitation.first_enrolled_at = change.now
    enrollment = existing or Enrollment(
        contract_id=invitation.contract_id,
        person_id=invitation.person_id,
        activity_id=activity_id,
        enrolled_at=change.now,
    )
    enrollment.invitation_id = invitation.id
    enrollment.status, enrollment.lms_status = EnrollmentStatus.ENROLLED, ""
    enrollment.withdrawn_at = enrollment.completed_at = None
    change.session.add(enrollment)
    change.session.flush()
    return enrollment
