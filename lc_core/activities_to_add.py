"""What can be added to a contract's activities: from the catalogue, or all that another contract has (R-CON-14)."""

from dataclasses import dataclass

from sqlalchemy import select

from lc_core import access, people
from lc_core.contract_lists import Offered, offered
from lc_core.invited import current_activities
from lc_core.records import expressions
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, Contract, ContractActivity
from lc_core.vocabulary import Action

MOST = 500
"""How many a choice offers; where there are more, a search narrows them."""


@dataclass(frozen=True)
class Addable:
    """Activities that can be chosen, and how many match in all."""

    rows: list[Offered]
    matching: int


def from_catalogue(db: Database, actor: Actor, contract_id: int, search: str = "") -> Addable:
    """The catalogue's active activities that the contract does not have, by title; the first MOST that match."""
    words = people.search_text(search.strip())
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        there = current_activities(session, contract_id)
        rows = session.execute(
            select(Activity.id, Activity.code, Activity.title, Activity.kind)
            .where(Activity.deactivated_at.is_(None))
            .order_by(Activity.title, Activity.id)
        )
        # a catalogue is some thousands at most, and Python knows the small letters of every language
        found = [Offered(*row) for row in rows if row.id not in there]
        found = [one for one in found if words in people.search_text(one.title, one.code)]
        return Addable(found[:MOST], len(found))


@dataclass(frozen=True)
class Source:
    """A contract whose activities can be imported."""

    id: int
    code: str
    title: str


@dataclass(frozen=True)
class Sources:
    """Contracts that can be chosen, and how many match in all."""

    rows: list[Source]
    matching: int


def contracts_to_import_from(db: Database, actor: Actor, contract_id: int, search: str = "") -> Sources:
    """Other contracts that have activities, by title; the first MOST that match."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        has_some = select(ContractActivity.contract_id).where(ContractActivity.removed_at.is_(None))
        wanted = select(Contract.id, Contract.code, Contract.title).where(
            Contract.id != contract_id,
            Contract.id.in_(has_some),
            expressions.contains(Contract.search_text, people.search_text(search.strip())),
        )
        found = [Source(*row) for row in session.execute(wanted.order_by(Contract.search_text, Contract.id))]
        return Sources(found[:MOST], len(found))


@dataclass(frozen=True)
class Import:
    """What importing would do: the activities that are new here, and those that are here already and skipped."""

    new: list[Offered]
    there: list[Offered]


def import_of(db: Database, actor: Actor, contract_id: int, from_contract_id: int) -> Import:
    """What `activities.import_from` would do now."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.MANAGE_CONTRACTS)
        access.contract_to_see(session, actor, from_contract_id, Action.MANAGE_CONTRACTS)
        there, theirs = current_activities(session, contract_id), offered(session, from_contract_id)
        return Import([one for one in theirs if one.id not in there], [one for one in theirs if one.id in there])
