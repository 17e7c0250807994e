"""Existing people who can be picked for an invitation (R-ADD-1).

Those who manage contracts pick from everybody with an account; a contract admin from the people of their own contracts,
whom they see anyway: being named on one contract opens nobody else's address book.
"""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from lc_core import access, people
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.models import Enrollment, Invitation, Person
from lc_core.vocabulary import Action


@dataclass(frozen=True)
class Pick:
    """One person: as they are shown, and the address that is invited."""

    person_id: int
    name: str
    email: str


@dataclass(frozen=True)
class Picks:
    """One page of people, and how many match in all."""

    rows: list[Pick]
    matching: int


def one_page(db: Database, actor: Actor, contract_id: int, search: str = "", *, page: int = 1) -> Picks:
    """One page (of 50, by name) of people with an account and no live invitation to this contract."""
    with db.read() as session:
        everybody = _everybody(session, actor, contract_id, search)
        matching = session.scalar(everybody.with_only_columns(func.count())) or 0
        paged = _by_name(everybody).limit(PAGE_SIZE).offset((min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE)
        return Picks([_pick(person) for person in session.scalars(paged)], matching)


def every(db: Database, actor: Actor, contract_id: int, search: str = "") -> list[Pick]:
    """All of them that match."""
    with db.read() as session:
        return [_pick(person) for person in session.scalars(_by_name(_everybody(session, actor, contract_id, search)))]


def _everybody(session: Session, actor: Actor, contract_id: int, search: str) -> Select[Person]:
    access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
    rights = access.rights_of(session, actor)
    live = select(Invitation.id).where(
        Invitation.person_id == Person.id, Invitation.contract_id == contract_id, expressions.is_live()
    )
    found = select(Person).where(
        Person.registered_at.is_not(None), Person.deactivated_at.is_(None), Person.erased_at.is_(None), ~live.exists()
    )
    if not rights.manages_contracts:
        invited = select(Invitation.person_id).where(Invitation.contract_id.in_(rights.own))
        enrolled = select(Enrollment.person_id).where(Enrollment.contract_id.in_(rights.own))
        found = found.where(or_(Person.id.in_(invited), Person.id.in_(enrolled)))
    if search.strip():
        found = found.where(expressions.contains(Person.search_text, people.search_text(search.strip())))
    return found


def _by_name(everybody: Select[Person]) -> Select[Person]:
    return everybody.order_by(Person.search_text, Person.id)


def _pick(person: Person) -> Pick:
    shown = people.shown(person, named=True)
    return Pick(person.id, shown.name, shown.email)
