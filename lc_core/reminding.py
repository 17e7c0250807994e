"""Reminders: letters to people who were invited and are silent, as each contract says (R-INV-11)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.mail import outbox
from lc_core.mail.outbox import Sending
from lc_core.records import expressions
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Invitation, Person
from lc_core.vocabulary import (
    Action,
    ContractStatus,
    Event,
    InvitationStatus,
    LetterKind,
    Result,
)


def remind(db: Database, actor: Actor) -> int:
    """Write the reminders that are due, for each contract in a change of its own. Answers how many."""
    now = db.clock()
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        running = [
            contract.id
            for contract in session.scalars(select(Contract).where(Contract.reminder_days.is_not(None)))
            if _due(session, contract, now)
        ]
    return sum(_remind(db, actor, contract_id) for contract_id in running)


def _remind(db: Database, actor: Actor, contract_id: int) -> int:
    with db.change(actor, Event.REMINDERS_WRITTEN) as change:
        contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        due = _due(change.session, contract, change.now)
        outbox.enqueue(change, [Sending(*row) for row in due], LetterKind.REMINDER)
        change.note_items([Item(Result.REMINDED, person_id, invitation_id) for invitation_id, person_id, _nth in due])
        return len(due)


def _due(session: Session, contract: Contract, now: datetime) -> Sequence[Row[int, int, int]]:
    """Invitation, person and how manieth reminder, of each that is due on a contract that runs."""
    if contract.reminder_days is None or contract.status_at(now) is not ContractStatus.ACTIVE:
        return []
    silent_since = now - timedelta(days=contract.reminder_days)
    return session.execute(_silent(contract, silent_since, now)).all()


def _silent(contract: Contract, since: datetime, now: datetime) -> Select[int, int, int]:
    """Whose last letter arrived before `since`, was no answer to, and leaves room for another reminder."""
    reminders = (
        select(Letter.invitation_id, func.count().label("n"), func.max(Letter.queued_at).label("last"))
        .where(Letter.contract_id == contract.id, Letter.kind == LetterKind.REMINDER)
        .group_by(Letter.invitation_id)
        .subquery()
    )
    sent = and_(expressions.is_newest_letter(), Letter.sent_at <= since)
    so_far = func.coalesce(reminders.c.n, 0)
    return (
        select(Invitation.id, Invitation.person_id, so_far + 1)
        .join(Person, Person.id == Invitation.person_id)
        .join(Letter, sent)
        .outerjoin(reminders, reminders.c.invitation_id == Invitation.id)
        .where(
            Invitation.contract_id == contract.id,
            expressions.invitation_status(now).in_([InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED]),
            Person.deactivated_at.is_(None),
            Person.erased_at.is_(None),
            so_far < contract.reminders_most,
            func.coalesce(reminders.c.last, Letter.sent_at) <= since,
        )
        .order_by(Invitation.id)
    )
