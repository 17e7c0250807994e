"""What a page shows, taken away as a file: the same filter, the same order, the same people or pseudonyms (R-ANA-5)."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from lc_core import activity_lists, contract_lists, invitation_lists
from lc_core.activity_lists import PersonInActivity
from lc_core.insight import cells
from lc_core.invitation_lists import Filter
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import EnrollmentStatus

_INSTANT = pl.Datetime("us", "UTC")
INVITATIONS = {
    "contract": pl.String,
    "person": pl.String,
    "email": pl.String,
    "status": pl.String,
    "mail": pl.String,
    "invited_at": _INSTANT,
    "last_sent_at": _INSTANT,
    "times_sent": pl.Int64,
    "expires_at": _INSTANT,
    "redeemed_at": _INSTANT,
    "activities": pl.Int64,
    "enrolled_in": pl.Int64,
    "source": pl.String,
}
ENROLLMENTS = {
    "contract": pl.String,
    "activity": pl.String,
    "activity_name": pl.String,
    "person": pl.String,
    "email": pl.String,
    "status": pl.String,
    "lms_status": pl.String,
    "enrolled_at": _INSTANT,
    "progress_at": _INSTANT,
    "completed_at": _INSTANT,
    "withdrawn_at": _INSTANT,
}
NOT_ENROLLED = "not_enrolled"


def invitations(db: Database, actor: Actor, contract_id: int, wanted: Filter, *, order: str = "newest") -> bytes:
    """A contract's invitations that match, as CSV; columns: INVITATIONS."""
    code = contract_lists.one(db, actor, contract_id).code
    rows = [
        (
            code,
            one.person,
            one.email,
            one.status.value,
            one.mail.value if one.mail else None,
            one.invited_at,
            one.last_sent_at,
            one.send_count,
            one.expires_at,
            one.redeemed_at,
            one.activities,
            one.enrolled,
            one.source.value,
        )
        for one in invitation_lists.every(db, actor, contract_id, wanted, order=order)
    ]
    return _csv(rows, INVITATIONS)


def people_of_activity(
    db: Database,
    actor: Actor,
    contract_id: int,
    activity_id: int,
    *,
    statuses: Sequence[EnrollmentStatus | None] = (),
    search: str = "",
) -> bytes:
    """The people of one activity that match, as CSV; columns: ENROLLMENTS."""
    code = contract_lists.one(db, actor, contract_id).code
    activity = activity_lists.people_of(db, actor, contract_id, activity_id)
    people = activity_lists.everyone_of(db, actor, contract_id, activity_id, statuses=statuses, search=search)
    return _csv([(code, activity.code, activity.title, *_person(one)) for one in people], ENROLLMENTS)


def enrollments(db: Database, actor: Actor, contract_id: int) -> bytes:
    """Everybody in each activity of a contract, as CSV; columns: ENROLLMENTS."""
    code = contract_lists.one(db, actor, contract_id).code
    rows = [
        (code, activity.code, activity.title, *_person(one))
        for activity in activity_lists.of_contract(db, actor, contract_id)
        for one in activity_lists.everyone_of(db, actor, contract_id, activity.activity_id)
    ]
    return _csv(rows, ENROLLMENTS)


def _person(one: PersonInActivity) -> tuple[Any, ...]:
    return (
        one.person,
        one.email,
        one.status.value if one.status else NOT_ENROLLED,
        one.lms_status,
        one.enrolled_at,
        one.progress_at,
        one.completed_at,
        one.withdrawn_at,
    )


def _csv(rows: Sequence[tuple[Any, ...]], columns: dict[str, Any]) -> bytes:
    return cells.csv(pl.DataFrame(rows, schema=columns, orient="row"))
