"""What a learner sees of their own: invitations with their activities and what each would cost, and their enrollments (R-LRN-1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from lc_core import invited, learner_rules, seats
from lc_core.contract_lists import Offered
from lc_core.learner_rules import Wish
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, Contract, ContractActivity, Enrollment, Invitation, Person, SeatHeld
from lc_core.vocabulary import ContractStatus, ContractType, EnrollmentStatus, InvitationStatus


@dataclass(frozen=True)
class ActivityForMe:
    """One activity of my invitation: how I stand in it, why I cannot enroll, and whether that would take a seat."""

    activity: Offered
    status: EnrollmentStatus | None
    why_not_enroll: Reason | None
    takes_seat: bool


@dataclass(frozen=True)
class InvitedTo:
    """One of my contracts. `taken` of `per_user_limit` activities (0: no limit) I have taken.

    `why_not_accept`: the reason against accepting now; None where I may. `accept_first`: whether enrolling waits for it;
    `accepting_takes_seat`: whether accepting costs one.
    """

    contract_id: int
    title: str
    description: str
    contract_type: ContractType
    contract_status: ContractStatus
    status: InvitationStatus
    valid_from: date
    valid_to: date | None
    starts_at: datetime
    ends_at: datetime | None
    expires_at: datetime | None
    per_user_limit: int
    taken: int
    why_not_accept: Reason | None
    accept_first: bool
    accepting_takes_seat: bool
    activities: list[ActivityForMe]


@dataclass(frozen=True)
class EnrolledIn:
    """One of my enrollments, in whatever contract."""

    contract: str
    activity: str
    status: EnrollmentStatus
    enrolled_at: datetime
    completed_at: datetime | None


def invitations(db: Database, actor: Actor) -> list[InvitedTo]:
    """The acting learner's live invitations whose details they may see: no code required, or entered already (R-LRN-1)."""
    now = db.clock()
    with db.read() as session:
        theirs = (
            select(Invitation, Contract)
            .join(Invitation.person)
            .join(Contract, Contract.id == Invitation.contract_id)
            .where(
                Invitation.person_id == actor.person_id,
                expressions.is_live(),
                or_(Invitation.require_code.is_(False), Invitation.redeemed_at.is_not(None)),
                Person.deactivated_at.is_(None),
                Person.erased_at.is_(None),
            )
            .order_by(Invitation.id.desc())
            .options(contains_eager(Invitation.person))
        )
        rows = [(invitation, contract) for invitation, contract in session.execute(theirs)]
        about = _about(session, actor.person_id, rows)
        return [_invited_to(invitation, contract, about, now) for invitation, contract in rows]


def enrollments(db: Database, actor: Actor) -> list[EnrolledIn]:
    """All enrollments of the acting learner, the newest first."""
    with db.read() as session:
        mine = (
            select(Contract.title, Activity.title, Enrollment.status, Enrollment.enrolled_at, Enrollment.completed_at)
            .join(Contract, Contract.id == Enrollment.contract_id)
            .join(Activity, Activity.id == Enrollment.activity_id)
            .join(Person, Person.id == Enrollment.person_id)
            .where(Enrollment.person_id == actor.person_id, Person.deactivated_at.is_(None), Person.erased_at.is_(None))
            .order_by(Enrollment.enrolled_at.desc(), Enrollment.id.desc())
        )
        return [EnrolledIn(*row) for row in session.execute(mine)]


@dataclass
class _About:
    """What is read of all the contracts at once: by contract, and of me."""

    offered: dict[int, list[Offered]] = field(default_factory=dict)
    covered: Mapping[int, frozenset[int]] = field(default_factory=dict)
    enrolled: dict[int, dict[int, EnrollmentStatus]] = field(default_factory=dict)
    held: set[tuple[int, int]] = field(default_factory=set)


def _about(session: Session, person_id: int | None, rows: Sequence[tuple[Invitation, Contract]]) -> _About:
    contract_ids = [contract.id for _, contract in rows]
    about = _About(_offered(session, contract_ids))
    about.covered = invited.activities_of(session, [invitation.id for invitation, _ in rows])
    mine = select(Enrollment.contract_id, Enrollment.activity_id, Enrollment.status).where(
        Enrollment.person_id == person_id, Enrollment.contract_id.in_(contract_ids)
    )
    for contract_id, activity_id, status in session.execute(mine):
        about.enrolled.setdefault(contract_id, {})[activity_id] = status
    held = select(SeatHeld.contract_id, SeatHeld.activity_id).where(
        SeatHeld.person_id == person_id, SeatHeld.contract_id.in_(contract_ids)
    )
    about.held = {(contract_id, activity_id) for contract_id, activity_id in session.execute(held)}
    return about


def _offered(session: Session, contract_ids: Collection[int]) -> dict[int, list[Offered]]:
    """The current activities of each contract, by title."""
    rows = (
        select(ContractActivity.contract_id, Activity.id, Activity.code, Activity.title, Activity.kind)
        .join(Activity, Activity.id == ContractActivity.activity_id)
        .where(ContractActivity.contract_id.in_(contract_ids), ContractActivity.removed_at.is_(None))
        .order_by(Activity.title, Activity.id)
    )
    found: dict[int, list[Offered]] = {}
    for contract_id, activity_id, code, title, kind in session.execute(rows):
        found.setdefault(contract_id, []).append(Offered(activity_id, code, title, kind))
    return found


def _invited_to(invitation: Invitation, contract: Contract, about: _About, now: datetime) -> InvitedTo:
    status, open_ = invitation.status_at(now), contract.status_at(now)
    enrolled = about.enrolled.get(contract.id, {})
    why_not_accept = learner_rules.why_not_accept(
        status, open_, require_code=invitation.require_code, code_entered=False
    )
    unlimited = contract.contract_type is ContractType.UNLIMITED
    no_seat = learner_rules.why_not_seat(takes=unlimited, free=contract.seats - contract.seats_used)
    activities = [_activity(invitation, contract, about, one, now) for one in about.offered.get(contract.id, [])]
    return InvitedTo(
        contract_id=contract.id,
        title=contract.title,
        description=contract.description,
        contract_type=contract.contract_type,
        contract_status=open_,
        status=status,
        valid_from=contract.valid_from,
        valid_to=contract.valid_to,
        starts_at=contract.starts_at,
        ends_at=contract.ends_at,
        expires_at=invitation.expires_at,
        per_user_limit=contract.per_user_limit,
        taken=len(enrolled),
        why_not_accept=why_not_accept or no_seat,
        accept_first=any(one.why_not_enroll is Reason.ACCEPT_FIRST for one in activities),
        accepting_takes_seat=unlimited,
        activities=[one for one in activities if one.status or one.why_not_enroll is not Reason.ACTIVITY_NOT_COVERED],
    )


def _activity(
    invitation: Invitation, contract: Contract, about: _About, activity: Offered, now: datetime
) -> ActivityForMe:
    voucher = contract.contract_type is ContractType.VOUCHER
    enrolled = about.enrolled.get(contract.id, {})
    unit = seats.unit_of(contract.contract_type, invitation.person_id, activity.id)
    takes = (contract.id, unit.activity_id) not in about.held
    wish = Wish(
        contract=contract.status_at(now),
        contract_type=contract.contract_type,
        invitation=invitation.status_at(now),
        require_code=invitation.require_code,
        covered=not voucher or activity.id in about.covered.get(invitation.id, frozenset()),
        enrolled=enrolled.get(activity.id),
        activities_taken=len(enrolled),
        per_user_limit=contract.per_user_limit,
    )
    no_seat = learner_rules.why_not_seat(takes=takes, free=contract.seats - contract.seats_used)
    reason = learner_rules.why_not_enroll(wish) or no_seat
    return ActivityForMe(activity, enrolled.get(activity.id), reason, takes)
