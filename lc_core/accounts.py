"""Accounts: closed and opened again by a super administrator. What somebody has taken or was given stays (R-SEAT-9)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access, place_rules, roles
from lc_core.errors import NotFound, refuse_if
from lc_core.place_rules import Standing
from lc_core.records.db import Actor, Change, Database
from lc_core.records.models import Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event


@repeatable
def deactivate(db: Database, actor: Actor, person_id: int, *, key: OperationKey | None = None) -> None:
    """Close an account: out at the next click of an open session; roles, invitations and seats stay as they are."""
    with db.change(actor, Event.PERSON_DEACTIVATED, key=key) as change:
        person = account_to_change(change, person_id)
        refuse_if(place_rules.why_not_deactivate(standing_of(change.session, actor, person)))
        person.deactivated_at = change.now
        change.note(person=person.id, after={"changed": ["deactivated_at"]})


@repeatable
def reactivate(db: Database, actor: Actor, person_id: int, *, key: OperationKey | None = None) -> None:
    """Open a closed account again; what it could do before, it can do again."""
    with db.change(actor, Event.PERSON_REACTIVATED, key=key) as change:
        person = account_to_change(change, person_id)
        refuse_if(place_rules.why_not_reactivate(standing_of(change.session, actor, person)))
        person.deactivated_at = None
        change.note(person=person.id, after={"changed": ["deactivated_at"]})


def account_to_change(change: Change, person_id: int) -> Person:
    """The person, locked until the commit, for those who manage people; of two super administrators one is first."""
    roles.lock_super_admins(change)
    access.require(change.session, change.actor, Action.MANAGE_PLACE)
    wanted = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    person = change.session.scalar(wanted.execution_options(populate_existing=True))
    if person is None:
        raise NotFound
    return person


def account_to_see(session: Session, actor: Actor, person_id: int) -> Person:
    """The person, for those who manage people."""
    access.require(session, actor, Action.MANAGE_PLACE)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


def standing_of(session: Session, actor: Actor, person: Person) -> Standing:
    """How an account stands, as the rules want to know it."""
    deactivated = person.deactivated_at is not None
    return Standing(
        erased=person.erased_at is not None,
        deactivated=deactivated,
        own=actor.person_id == person.id,
        last_super_admin=not deactivated and roles.is_last_super_admin(session, person.id),
    )
