"""All that is held on one person, and nothing of others: what they are given who ask for it."""

from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lc_core.accounts import account_to_see
from lc_core.records.api_models import ApiToken, TokenUse
from lc_core.records.db import Actor, Database
from lc_core.records.export_models import ExportRun, ExportSchedule, SavedExport
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
from lc_core.records.models import (
    Activity,
    Contract,
    ContractAdmin,
    Enrollment,
    Invitation,
    InvitationActivity,
    Person,
    SeatMove,
)
from lc_core.records.purchase_models import Purchase
from lc_core.vocabulary import Event

Told = dict[str, Any]
WITH_ADMINS = (
    Event.CONTRACT_ADMIN_NAMED,
    Event.CONTRACT_ADMIN_REMOVED,
    Event.CONTRACT_FED,
    Event.CONTRACT_CREATED,
    Event.PURCHASED,
)
"""Events that tell ids of contract admins before and after."""
_NOW = (Invitation.source, Invitation.invited_at, Invitation.first_sent_at, Invitation.last_sent_at)
_THEN = (Invitation.expires_at, Invitation.redeemed_at, Invitation.first_enrolled_at, Invitation.revoked_at)
INVITED = [column.key for column in (*_NOW, *_THEN, Invitation.deallocated_at, Invitation.send_count)]


def export_person(db: Database, actor: Actor, person_id: int) -> Told:
    """What the records hold on somebody, as nested JSON: instants in UTC, contracts and activities by their codes.

    Other people are in none of it, not even as numbers: an event says what was done with this person, not by whom.
    """
    with db.read() as session:
        person = account_to_see(session, actor, person_id)
        told = {
            "person": _person(person),
            "sign_ins": _sign_ins(session, person.id),
            "roles": list(session.scalars(select(RoleHeld.role).where(RoleHeld.person_id == person.id))),
            "privileges": list(
                session.scalars(select(PrivilegeHeld.privilege).where(PrivilegeHeld.person_id == person.id))
            ),
            "contract_admin_of": _contracts(session, person.id),
            "purchases": _purchases(session, person.id),
            "invited_when_it_begins": _prepared(session, person.id),
            "invitations": [_invitation(session, one, db) for one in _invitations(session, person.id)],
            "enrollments": _enrollments(session, person.id),
            "seats": _seats(session, person.id),
            "letters": _letters(session, person.id),
            "weekly_digest": _digest(session, person.id),
            "saved_exports": _saved_exports(session, person.id),
            "exports_made": _exports_made(session, person.id),
            "api_tokens": _tokens(session, person.id),
            "codes_not_accepted": _attempts(session, person.id),
            "done_by_them": _done_by(session, person.id),
            "done_with_them": _done_with(session, person.id),
        }
    plain: Told = to_jsonable_python(told)
    return plain


def _told(session: Session, rows: Select[*tuple[Any, ...]]) -> list[Told]:
    return [dict(row) for row in session.execute(rows).mappings()]


def _person(person: Person) -> Told:
    names = ("id", "name", "email", "external_id", "registered_at", "deactivated_at", "erased_at")
    return {name: getattr(person, name) for name in names}


def _sign_ins(session: Session, person_id: int) -> list[Told]:
    columns = (IdentityHeld.issuer, IdentityHeld.subject, IdentityHeld.since, IdentityHeld.sessions_valid_after)
    return _told(session, select(*columns).where(IdentityHeld.person_id == person_id).order_by(IdentityHeld.since))


def _contracts(session: Session, person_id: int) -> list[Told]:
    named = select(Contract.code, Contract.title).join(ContractAdmin, ContractAdmin.contract_id == Contract.id)
    return _told(session, named.where(ContractAdmin.person_id == person_id).order_by(Contract.code_key))


def _purchases(session: Session, person_id: int) -> list[Told]:
    told = (Purchase.order_id, Purchase.seats, Purchase.purchased_at, Purchase.valid_days)
    rows = select(Contract.code.label("contract"), Activity.code.label("activity"), *told).select_from(Purchase)
    rows = rows.join(Activity, Activity.id == Purchase.activity_id)
    rows = rows.outerjoin(Contract, Contract.id == Purchase.contract_id)
    return _told(session, rows.where(Purchase.buyer_id == person_id).order_by(Purchase.purchased_at, Purchase.id))


def _prepared(session: Session, person_id: int) -> list[Told]:
    rows = select(Contract.code, Contract.title).join(PreparedInvitation, PreparedInvitation.contract_id == Contract.id)
    return _told(session, rows.where(PreparedInvitation.person_id == person_id).order_by(Contract.code_key))


def _invitations(session: Session, person_id: int) -> list[tuple[Invitation, str, str]]:
    rows = (
        select(Invitation, Contract.code, Contract.title)
        .join(Contract, Contract.id == Invitation.contract_id)
        .where(Invitation.person_id == person_id)
        .options(joinedload(Invitation.person))
        .order_by(Invitation.invited_at, Invitation.id)
    )
    return [(invitation, code, title) for invitation, code, title in session.execute(rows)]


def _invitation(session: Session, found: tuple[Invitation, str, str], db: Database) -> Told:
    one, code, title = found
    covered = (
        select(Activity.code)
        .join(InvitationActivity, InvitationActivity.activity_id == Activity.id)
        .where(InvitationActivity.invitation_id == one.id)
    )
    return {
        "contract": code,
        "contract_title": title,
        "status": one.status_at(db.clock()),
        **{name: getattr(one, name) for name in INVITED},
        "activities": list(session.scalars(covered.order_by(Activity.code_key))),
    }


def _enrollments(session: Session, person_id: int) -> list[Told]:
    rows = (
        select(
            Contract.code.label("contract"),
            Contract.title.label("contract_title"),
            Activity.code.label("activity"),
            Activity.title.label("activity_title"),
            Enrollment.status,
            Enrollment.lms_status,
            Enrollment.enrolled_at,
            Enrollment.progress_at,
            Enrollment.completed_at,
            Enrollment.withdrawn_at,
        )
        .join(Contract, Contract.id == Enrollment.contract_id)
        .join(Activity, Activity.id == Enrollment.activity_id)
    )
    return _told(session, rows.where(Enrollment.person_id == person_id).order_by(Enrollment.enrolled_at, Enrollment.id))


def _seats(session: Session, person_id: int) -> list[Told]:
    rows = (
        select(
            Contract.code.label("contract"),
            Activity.code.label("activity"),
            SeatMove.delta,
            SeatMove.why,
            SeatMove.effective_at,
            SeatMove.recorded_at,
        )
        .join(Contract, Contract.id == SeatMove.contract_id)
        .outerjoin(Activity, Activity.id == SeatMove.activity_id)
    )
    return _told(session, rows.where(SeatMove.person_id == person_id).order_by(SeatMove.id))


def _letters(session: Session, person_id: int) -> list[Told]:
    columns = (Letter.state, Letter.queued_at, Letter.due_at, Letter.sent_at, Letter.attempts, Letter.server_words)
    rows = select(Letter.kind, Contract.code.label("contract"), *columns).outerjoin(
        Contract, Contract.id == Letter.contract_id
    )
    return _told(session, rows.where(Letter.person_id == person_id).order_by(Letter.id))


def _saved_exports(session: Session, person_id: int) -> list[Told]:
    when = (ExportSchedule.often, ExportSchedule.at, ExportSchedule.zone, ExportSchedule.weekday, ExportSchedule.day)
    rows = select(
        SavedExport.name,
        SavedExport.chosen,
        SavedExport.saved_at,
        *when,
        ExportSchedule.folder,
        ExportSchedule.stopped_at,
    ).outerjoin(ExportSchedule, ExportSchedule.saved_export_id == SavedExport.id)
    return _told(session, rows.where(SavedExport.person_id == person_id).order_by(SavedExport.id))


def _exports_made(session: Session, person_id: int) -> list[Told]:
    columns = (ExportRun.due_at, ExportRun.state, ExportRun.started_at, ExportRun.finished_at, ExportRun.rows)
    rows = select(SavedExport.name, ExportRun.chosen, *columns)
    rows = rows.outerjoin(SavedExport, SavedExport.id == ExportRun.saved_export_id)
    return _told(session, rows.where(ExportRun.person_id == person_id).order_by(ExportRun.id))


def _digest(session: Session, person_id: int) -> list[Told]:
    columns = (Digest.wanted_since, Digest.monday.label("written_up_to"))
    return _told(session, select(*columns).where(Digest.person_id == person_id))


def _tokens(session: Session, person_id: int) -> list[Told]:
    columns = (ApiToken.name, ApiToken.scopes, ApiToken.made_at, ApiToken.expires_at, ApiToken.revoked_at)
    rows = select(*columns, TokenUse.minute.label("last_used_at")).outerjoin(TokenUse, TokenUse.token_id == ApiToken.id)
    return _told(session, rows.where(ApiToken.person_id == person_id).order_by(ApiToken.id))


def _attempts(session: Session, person_id: int) -> list[Told]:
    rows = select(CodeAttempt.at, CodeAttempt.network).where(CodeAttempt.person_id == person_id)
    return _told(session, rows.order_by(CodeAttempt.id))


def _events(*more: Any) -> Select[*tuple[Any, ...]]:
    told = select(AuditEvent.at, AuditEvent.event, Contract.code.label("contract"), *more)
    return told.outerjoin(Contract, Contract.id == AuditEvent.chain)


def _done_by(session: Session, person_id: int) -> list[Told]:
    return _told(session, _events().where(AuditEvent.actor_id == person_id).order_by(AuditEvent.id))


def _done_with(session: Session, person_id: int) -> list[Told]:
    """Changes of the person themself, of their invitations among others, and of the contracts they look after."""
    about = _events(AuditEvent.before, AuditEvent.after).where(AuditEvent.subject["person"].as_integer() == person_id)
    among = _events(AuditItem.result).join(AuditItem, AuditItem.event_id == AuditEvent.id)
    named = _events(AuditEvent.before, AuditEvent.after).where(AuditEvent.event.in_(WITH_ADMINS))
    found = [
        *_told(session, about),
        *_told(session, among.where(AuditItem.person_id == person_id)),
        *[_without_admins(one) for one in _told(session, named) if person_id in _admins(one)],
    ]
    return sorted(found, key=lambda one: one["at"])


def _admins(one: Told) -> list[int]:
    return [*one["before"].get("admins", []), *one["after"].get("admins", [])]


def _without_admins(one: Told) -> Told:
    return {name: value for name, value in one.items() if name not in {"before", "after"}}
