"""Privacy: one person masked everywhere, while what was counted stays counted (what is held on them: `personal_data.py`).

Names and addresses live in the table of people. Beside them hold: how somebody signs in, where they entered a code from,
what a mail server said of their letters, and which word the LMS has for an enrollment.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from lc_core import place_rules
from lc_core.accounts import account_to_change, account_to_see, standing_of
from lc_core.errors import refuse_if
from lc_core.reasons import Reason
from lc_core.records.api_models import ApiToken
from lc_core.records.db import Actor, Change, Database, rows_changed
from lc_core.records.export_models import ExportRun, SavedExport
from lc_core.records.house_models import (
    AuditEvent,
    AuditItem,
    CodeAttempt,
    Digest,
    IdentityHeld,
    Letter,
    PreparedInvitation,
    PrivilegeHeld,
    RoleHeld,
)
from lc_core.records.models import ContractAdmin, Enrollment, Invitation, Person, SeatMove
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Event, LetterState

UNSENT = (LetterState.QUEUED, LetterState.CLAIMED, LetterState.DEFERRED)
_GONE: dict[str, Any] = {"email_key": None, "email": None, "name": "", "search_text": "", "external_id": None}


@dataclass(frozen=True)
class Erasure:
    """What erasing somebody takes away, and what stays under their pseudonym: how many of each.

    `why_not`: the reason against it, or None.
    """

    roles: int
    contracts: int
    sign_ins: int
    unsent_letters: int
    invitations: int
    enrollments: int
    seat_moves: int
    events: int
    why_not: Reason | None


def erasure_of(db: Database, actor: Actor, person_id: int) -> Erasure:
    """What `erase` would mean now, for the question before it."""
    with db.read() as session:
        person = account_to_see(session, actor, person_id)
        return Erasure(
            roles=_count(session, RoleHeld.person_id == person.id),
            contracts=_count(session, ContractAdmin.person_id == person.id),
            sign_ins=_count(session, IdentityHeld.person_id == person.id),
            unsent_letters=_count(session, Letter.person_id == person.id, Letter.state.in_(UNSENT)),
            invitations=_count(session, Invitation.person_id == person.id),
            enrollments=_count(session, Enrollment.person_id == person.id),
            seat_moves=_count(session, SeatMove.person_id == person.id),
            events=_count(
                session, or_(AuditEvent.actor_id == person.id, AuditEvent.subject["person"].as_integer() == person.id)
            )
            + _count(session, AuditItem.person_id == person.id),
            why_not=place_rules.why_not_erase(standing_of(session, actor, person)),
        )


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    counted: Select[int] = select(func.count()).where(*conditions)
    return session.scalar(counted) or 0


@repeatable
def erase(db: Database, actor: Actor, person_id: int, *, key: OperationKey | None = None) -> None:
    """Mask somebody for good: name, address and sign-ins go, roles with them; seats, reports and the log stay (R-SEAT-9).

    Invited again, the same address is another person.
    """
    with db.change(actor, Event.PERSON_ERASED, key=key) as change:
        person = account_to_change(change, person_id)
        refuse_if(place_rules.why_not_erase(standing_of(change.session, actor, person)))
        before = _taken_away(change, person)
        cancelled = _silence(change, person)
        for name, nothing in _GONE.items():
            setattr(person, name, nothing)
        person.erased_at = change.now
        told = {"changed": [*_GONE, "erased_at"], "letters_cancelled": cancelled}
        change.note(person=person.id, before=before, after=told)


def _taken_away(change: Change, person: Person) -> dict[str, Any]:
    """What somebody was and how they came in goes; answers the roles, privileges and contracts, which name nobody."""
    session = change.session
    roles = session.scalars(select(RoleHeld.role).where(RoleHeld.person_id == person.id))
    privileges = session.scalars(select(PrivilegeHeld.privilege).where(PrivilegeHeld.person_id == person.id))
    contracts = session.scalars(select(ContractAdmin.contract_id).where(ContractAdmin.person_id == person.id))
    before = {
        "roles": sorted(role.value for role in roles),
        "privileges": sorted(privilege.value for privilege in privileges),
        "contracts": sorted(contracts),
    }
    ways_in = (RoleHeld, PrivilegeHeld, ContractAdmin, IdentityHeld, ApiToken)
    for model in (*ways_in, CodeAttempt, PreparedInvitation, Digest, ExportRun, SavedExport):
        session.execute(delete(model).where(model.person_id == person.id))
    return before


def _silence(change: Change, person: Person) -> int:
    """No letter of theirs is sent any more, and no text beside an id says who they are; answers how many were unsent."""
    theirs = Letter.person_id == person.id
    stopped = {"state": LetterState.CANCELLED, "cancelled_for": Reason.PERSON_ERASED, "lease_until": None}
    cancelled = change.session.execute(update(Letter).where(theirs, Letter.state.in_(UNSENT)).values(**stopped))
    change.session.execute(update(Letter).where(theirs).values(server_words=""))
    called = [text.lower() for text in (person.email_key, person.email, person.name, person.external_id) if text]
    for enrollment in change.session.scalars(select(Enrollment).where(Enrollment.person_id == person.id)):
        if any(name in enrollment.lms_status.lower() for name in called):
            enrollment.lms_status = ""
    return rows_changed(cancelled)
