"""The catalogue of activities as it is looked at by those who manage contracts: searched, filtered and paged."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, ContractActivity, Enrollment
from lc_core.vocabulary import Action, ActivityKind


@dataclass(frozen=True)
class ActivityRow:
    """One activity: in how many contracts it is offered now, and how many enrollments it has in all."""

    id: int
    code: str
    title: str
    kind: ActivityKind
    active: bool
    contracts: int
    enrollments: int


@dataclass(frozen=True)
class Wanted:
    """What the list shows. Empty = everything; `active` None = whether active or not."""

    search: str = ""
    kind: ActivityKind | None = None
    active: bool | None = None


@dataclass(frozen=True)
class Catalogue:
    """One page of activities, and how many match in all."""

    rows: list[ActivityRow]
    matching: int


def listing(db: Database, actor: Actor, wanted: Wanted, *, page: int = 1) -> Catalogue:
    """One page (of 50, by title) of the activities whose title or code holds what is searched."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        found = _matching(session, wanted)
        begins = (min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE
        return Catalogue(_rows(session, found[begins : begins + PAGE_SIZE]), len(found))


def _matching(session: Session, wanted: Wanted) -> list[int]:
    """The ids that match, by title. Compared here, since the two databases fold letters otherwise than each other."""
    rows = select(Activity.id, Activity.title, Activity.code).where(*_conditions(wanted))
    search = wanted.search.strip().casefold()
    found = [
        (title.casefold(), activity_id)
        for activity_id, title, code in session.execute(rows)
        if search in f"{title} {code}".casefold()
    ]
    return [activity_id for _title, activity_id in sorted(found)]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.kind is not None:
        yield Activity.kind == wanted.kind
    if wanted.active is not None:
        yield Activity.deactivated_at.is_(None) if wanted.active else Activity.deactivated_at.is_not(None)


def _rows(session: Session, ids: list[int]) -> list[ActivityRow]:
    offered = (
        select(func.count())
        .where(ContractActivity.activity_id == Activity.id, ContractActivity.removed_at.is_(None))
        .scalar_subquery()
    )
    enrolled = select(func.count()).where(Enrollment.activity_id == Activity.id).scalar_subquery()
    rows = select(Activity, offered, enrolled).where(Activity.id.in_(ids))
    found = {
        activity.id: ActivityRow(
            activity.id,
            activity.code,
            activity.title,
            activity.kind,
            active=activity.deactivated_at is None,
            contracts=contracts,
            enrollments=enrollments,
        )
        for activity, contracts, enrollments in session.execute(rows)
    }
    return [found[activity_id] for activity_id in ids]
