"""Learning activities of a contract as they are looked at: how many are invited and enrolled, and who (R-ENR-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, null, or_, select
from sqlalchemy.orm import Session

from lc_core import access, people
from lc_core.errors import NotFound
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.models import (
    Activity,
    Contract,
    ContractActivity,
    Enrollment,
    Invitation,
    InvitationActivity,
    Person,
)
from lc_core.rights import may
from lc_core.vocabulary import Action, ActivityKind, ContractType, EnrollmentStatus

NOT_ENROLLED = None
"""The status of somebody who is invited to an activity and not enrolled in it."""


@dataclass(frozen=True)
class ActivitySeen:
    """One activity of a contract: live invitations that cover it, those of them not enrolled, and enrollments by status.

    `removed`: it belongs to the contract no more, but has enrollments.
    """

    activity_id: int
    code: str
    title: str
    kind: ActivityKind
    removed: bool
    invited: int
    not_enrolled: int
    by_status: dict[EnrollmentStatus, int]

    @property
    def enrolled(self) -> int:
        """Enrollments that are not withdrawn."""
        return sum(n for status, n in self.by_status.items() if status is not EnrollmentStatus.WITHDRAWN)

    @property
    def completion_rate(self) -> float | None:
        """Completed / enrolled, a share of one; None where nobody is enrolled."""
        return self.by_status.get(EnrollmentStatus.COMPLETED, 0) / self.enrolled if self.enrolled else None


def of_contract(db: Database, actor: Actor, contract_id: int) -> list[ActivitySeen]:
    """The activities of a contract, by title; removed ones last, and only where somebody enrolled."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id)
        invited, enrolled = _invited(session, contract), _enrolled(session, contract)
        both = _invited_and_enrolled(session, contract)
        rows = (
            select(Activity, ContractActivity.removed_at)
            .join(ContractActivity, ContractActivity.activity_id == Activity.id)
            .where(ContractActivity.contract_id == contract.id)
            .order_by(ContractActivity.removed_at.is_not(None), Activity.title, Activity.id)
        )
        return [
            ActivitySeen(
                activity.id,
                activity.code,
                activity.title,
                activity.kind,
                removed=removed_at is not None,
                invited=invited.get(activity.id, 0) if removed_at is None else 0,
                not_enrolled=invited.get(activity.id, 0) - both.get(activity.id, 0) if removed_at is None else 0,
                by_status=enrolled.get(activity.id, {}),
            )
            for activity, removed_at in session.execute(rows)
            if removed_at is None or activity.id in enrolled
        ]


def _invited(session: Session, contract: Contract) -> dict[int, int]:
    """Live invitations by the activity they cover."""
    live = (Invitation.contract_id == contract.id, expressions.is_live())
    if contract.contract_type is ContractType.VOUCHER:
        covering = (
            select(InvitationActivity.activity_id, func.count())
            .join(Invitation, Invitation.id == InvitationActivity.invitation_id)
            .where(*live)
            .group_by(InvitationActivity.activity_id)
        )
        return {activity_id: count for activity_id, count in session.execute(covering)}
    everybody = session.scalar(select(func.count()).select_from(Invitation).where(*live)) or 0
    current = select(ContractActivity.activity_id).where(ContractActivity.contract_id == contract.id)
    return dict.fromkeys(session.scalars(current), everybody)


def _invited_and_enrolled(session: Session, contract: Contract) -> dict[int, int]:
    """Of the live invitations that cover an activity, how many are of people enrolled in it, by activity."""
    theirs = (
        select(Enrollment.activity_id, func.count())
        .join(
            Invitation,
            (Invitation.contract_id == Enrollment.contract_id) & (Invitation.person_id == Enrollment.person_id),
        )
        .where(Enrollment.contract_id == contract.id, expressions.is_live())
        .group_by(Enrollment.activity_id)
    )
    if contract.contract_type is ContractType.VOUCHER:
        theirs = theirs.join(
            InvitationActivity,
            (InvitationActivity.invitation_id == Invitation.id)
            & (InvitationActivity.activity_id == Enrollment.activity_id),
        )
    return {activity_id: count for activity_id, count in session.execute(theirs)}


def _enrolled(session: Session, contract: Contract) -> dict[int, dict[EnrollmentStatus, int]]:
    counted = (
        select(Enrollment.activity_id, Enrollment.status, func.count())
        .where(Enrollment.contract_id == contract.id)
        .group_by(Enrollment.activity_id, Enrollment.status)
    )
    found: dict[int, dict[EnrollmentStatus, int]] = {}
    for activity_id, status, count in session.execute(counted):
        found.setdefault(activity_id, {})[status] = count
    return found


@dataclass(frozen=True)
class PersonInActivity:
    """One person of an activity; `status` None = invited, not enrolled. Without the right to see people: a pseudonym."""

    person_id: int
    person: str
    email: str
    status: EnrollmentStatus | None
    lms_status: str
    enrolled_at: datetime | None
    progress_at: datetime | None
    completed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class PeopleOfActivity:
    """One page of people, how many match in all, and how many of each status match the search."""

    code: str
    title: str
    kind: ActivityKind
    rows: list[PersonInActivity]
    matching: int
    by_status: dict[EnrollmentStatus | None, int]


def people_of(
    db: Database,
    actor: Actor,
    contract_id: int,
    activity_id: int,
    *,
    statuses: Sequence[EnrollmentStatus | None] = (),
    search: str = "",
    page: int = 1,
) -> PeopleOfActivity:
    """Everybody whose live invitation covers the activity, and everybody who enrolled in it (R-ENR-2), by name; 50 a page."""
    with db.read() as session:
        activity, everybody, named = _asked(session, actor, contract_id, activity_id, search)
        counts = _counts(session, everybody)
        one_page = _chosen(everybody, statuses, named=named)
        rows = session.execute(one_page.limit(PAGE_SIZE).offset((min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE))
        seen = [_person(person, enrollment, named=named) for person, enrollment in rows]
        matching = sum(n for status, n in counts.items() if not statuses or status in statuses)
        return PeopleOfActivity(activity.code, activity.title, activity.kind, seen, matching, counts)


def everyone_of(
    db: Database,
    actor: Actor,
    contract_id: int,
    activity_id: int,
    *,
    statuses: Sequence[EnrollmentStatus | None] = (),
    search: str = "",
) -> list[PersonInActivity]:
    """All that match, in the order of `people_of` (R-ANA-5)."""
    with db.read() as session:
        _activity, everybody, named = _asked(session, actor, contract_id, activity_id, search)
        rows = session.execute(_chosen(everybody, statuses, named=named))
        return [_person(person, enrollment, named=named) for person, enrollment in rows]


def _asked(
    session: Session, actor: Actor, contract_id: int, activity_id: int, search: str
) -> tuple[Activity, Select[Person, Enrollment], bool]:
    """The activity, the people of it that match the search, and whether the asker may see who they are."""
    contract = access.contract_to_see(session, actor, contract_id)
    activity = _activity_of(session, contract, activity_id)
    rights = access.rights_of(session, actor)
    named = may(rights, Action.VIEW_PEOPLE, own=contract_id in rights.own)
    return activity, _everybody(contract, activity_id, search, named=named), named


def _chosen(
    everybody: Select[Person, Enrollment], statuses: Sequence[EnrollmentStatus | None], *, named: bool
) -> Select[Person, Enrollment]:
    """Those of these statuses (none = all), by name where names may be seen."""
    wanted = everybody.where(_has_status(statuses)) if statuses else everybody
    return wanted.order_by(*((Person.search_text, Person.id) if named else (Person.id,)))


def _activity_of(session: Session, contract: Contract, activity_id: int) -> Activity:
    if session.get(ContractActivity, (contract.id, activity_id)) is None:
        raise NotFound
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound
    return activity


def _everybody(contract: Contract, activity_id: int, search: str, *, named: bool) -> Select[Person, Enrollment]:
    """People of the activity, each with their enrollment or none."""
    theirs = (
        (Enrollment.person_id == Person.id)
        & (Enrollment.contract_id == contract.id)
        & (Enrollment.activity_id == activity_id)
    )
    invited = (
        select(literal(1))
        .select_from(Invitation)
        .join(
            ContractActivity,
            (ContractActivity.contract_id == Invitation.contract_id)
            & (ContractActivity.activity_id == activity_id)
            & ContractActivity.removed_at.is_(None),
        )
        .where(
            Invitation.person_id == Person.id,
            Invitation.contract_id == contract.id,
            expressions.is_live(),
            expressions.covers(contract.contract_type, activity_id),
        )
        .correlate(Person)
        .exists()
    )
    found = select(Person, Enrollment).outerjoin(Enrollment, theirs).where(or_(Enrollment.id.is_not(None), invited))
    if not search.strip():
        return found
    if not named:
        return found.where(Person.id == (people.id_of_pseudonym(search) or 0))
    return found.where(expressions.contains(Person.search_text, people.search_text(search.strip())))


def _counts(session: Session, everybody: Select[Person, Enrollment]) -> dict[EnrollmentStatus | None, int]:
    counted = everybody.with_only_columns(Enrollment.status, func.count()).group_by(Enrollment.status)
    found = {status: count for status, count in session.execute(counted)}
    return {status: found.get(status, 0) for status in (NOT_ENROLLED, *EnrollmentStatus)}


def _has_status(statuses: Sequence[EnrollmentStatus | None]) -> ColumnElement[bool]:
    chosen = [status for status in statuses if status is not None]
    missing = Enrollment.status.is_(null()) if None in statuses else literal(value=False)
    return or_(missing, Enrollment.status.in_(chosen))


def _person(person: Person, enrollment: Enrollment | None, *, named: bool) -> PersonInActivity:
    shown = people.shown(person, named=named)
    return PersonInActivity(
        person.id,
        shown.name,
        shown.email,
        enrollment.status if enrollment else NOT_ENROLLED,
        enrollment.lms_status if enrollment else "",
        enrollment.enrolled_at if enrollment else None,
        enrollment.progress_at if enrollment else None,
        enrollment.completed_at if enrollment else None,
        enrollment.withdrawn_at if enrollment else None,
    )
