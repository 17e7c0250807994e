"""The list of a contract's invitations: filtered, counted, searched, sorted and paged by the database (R-INV-9, R-INV-13)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from lc_core import access, people, place_rules, rules
from lc_core.invited import current_activities, people_with_live
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Database, portions
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Invitation, Person
from lc_core.rights import may
from lc_core.vocabulary import Action, InvitationStatus, LetterState, Source

PAGE_SIZE = 50
LAST_PAGE = 10**9
NOT_TAKEN = frozenset({LetterState.DEFERRED, LetterState.FAILED})
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True)
class Filter:
    """What a list shows, and what an action on *all that match* is given. Empty = everything.

    `old_code`: only those whose last letter holds an invitation code that works no more. `expires_soon`: only those
    that will expire within rules.EXPIRES_SOON.
    """

    statuses: frozenset[InvitationStatus] = frozenset()
    search: str = ""
    source: Source | None = None
    activity_id: int | None = None
    mail: LetterState | None = None
    person_id: int | None = None
    old_code: bool = False
    expires_soon: bool = False


@dataclass(frozen=True)
class Chosen:
    """Which invitations an action is for: these ids, or all that match a filter."""

    ids: frozenset[int] = frozenset()
    matching: Filter | None = None


ORDERS = {
    "newest": (Invitation.invited_at.desc(), Invitation.id.desc()),
    "oldest": (Invitation.invited_at.asc(), Invitation.id.asc()),
    "name": (Person.name.asc(), Person.email_key.asc().nulls_last(), Invitation.id.asc()),
    "email": (Person.email_key.asc().nulls_last(), Invitation.id.asc()),
    "last_sent": (Invitation.last_sent_at.desc().nulls_last(), Invitation.id.desc()),
}


@dataclass(frozen=True)
class InvitationSeen:
    """One row of the list. `person` and `email` are a pseudonym and empty for those who may not see people.

    `mail_words`: what the server said to a letter that it did not take, or why a letter is not sent (R-INV-14).
    `why_not_*`: the reason against each action, or None where it can be done (R-INV-12).
    """

    id: int
    person_id: int
    person: str
    email: str
    status: InvitationStatus
    source: Source
    invited_at: datetime
    last_sent_at: datetime | None
    send_count: int
    expires_at: datetime | None
    redeemed_at: datetime | None
    mail: LetterState | None
    mail_words: str
    activities: int
    enrolled: int
    why_not_resend: Reason | None
    why_not_revoke: Reason | None
    why_not_reinvite: Reason | None
    why_not_add_activities: Reason | None
    why_not_deallocate: Reason | None


@dataclass(frozen=True)
class Listing:
    """One page of a list, how many match in all, and how many of each status match everything but the status filter."""

    rows: list[InvitationSeen]
    matching: int
    by_status: dict[InvitationStatus, int] = field(default_factory=dict)


def listing(
    db: Database, actor: Actor, contract_id: int, wanted: Filter, *, order: str = "newest", page: int = 1
) -> Listing:
    """One page (of 50, from page 1) of the invitations that match. `order`: a name in ORDERS."""
    now = db.clock()
    with db.read() as session:
        contract, allowed, named = _allowed(session, actor, contract_id, wanted)
        counts = count_by_status(session, contract, allowed, now)
        matching = sum(n for status, n in counts.items() if not wanted.statuses or status in wanted.statuses)
        page_of_them = (
            _ordered(contract, allowed, order if named else "newest", now)
            .limit(PAGE_SIZE)
            .offset((min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE)
        )
        ids = session.scalars(page_of_them).all()
        return Listing(list(_rows(session, contract, ids, now, named=named)), matching, counts)


def every(
    db: Database, actor: Actor, contract_id: int, wanted: Filter, *, order: str = "newest"
) -> list[InvitationSeen]:
    """All invitations that match, in the list's order, as the list shows them (R-ANA-5)."""
    now = db.clock()
    with db.read() as session:
        contract, allowed, named = _allowed(session, actor, contract_id, wanted)
        ids = session.scalars(_ordered(contract, allowed, order if named else "newest", now)).all()
        return [row for portion in portions(ids) for row in _rows(session, contract, portion, now, named=named)]


def following(
    db: Database, actor: Actor, contract_id: int, wanted: Filter, *, last: int, most: int
) -> list[InvitationSeen]:
    """The next invitations that match, by their ids, for programs. `last`: the id of the last one they have, or 0."""
    now = db.clock()
    with db.read() as session:
        contract, allowed, named = _allowed(session, actor, contract_id, wanted)
        more = matching_ids(contract, allowed, now).where(Invitation.id > last).order_by(Invitation.id).limit(most)
        return list(_rows(session, contract, session.scalars(more).all(), now, named=named))


def _allowed(session: Session, actor: Actor, contract_id: int, wanted: Filter) -> tuple[Contract, Filter, bool]:
    """The contract, what of the filter the asker may use, and whether they may see people."""
    contract = access.contract_to_see(session, actor, contract_id)
    rights = access.rights_of(session, actor)
    named = may(rights, Action.VIEW_PEOPLE, own=contract_id in rights.own)
    return contract, wanted if named else _for_masked(wanted), named


def _ordered(contract: Contract, wanted: Filter, order: str, now: datetime) -> Select[int]:
    return matching_ids(contract, wanted, now).order_by(*ORDERS.get(order, ORDERS["newest"]))


def _for_masked(wanted: Filter) -> Filter:
    """Who may not see people can search for a pseudonym only: neither a hit nor an order may tell a name."""
    if not wanted.search.strip():
        return wanted
    return replace(wanted, search="", person_id=people.id_of_pseudonym(wanted.search) or 0)


def count_by_status(session: Session, contract: Contract, wanted: Filter, now: datetime) -> dict[InvitationStatus, int]:
    """How many invitations of each status match everything but the filter's statuses."""
    status = expressions.invitation_status(now)
    counted = _matching(select(status, func.count()), contract, replace(wanted, statuses=frozenset()), now).group_by(
        status
    )
    found = {InvitationStatus.of(value): n for value, n in session.execute(counted)}
    return {status: found.get(status, 0) for status in InvitationStatus}


def matching_ids(contract: Contract, wanted: Filter, now: datetime) -> Select[int]:
    """The ids of the contract's invitations that match."""
    return _matching(select(Invitation.id), contract, wanted, now)


def _matching(selected: Select[*Ts], contract: Contract, wanted: Filter, now: datetime) -> Select[*Ts]:
    selected = selected.select_from(Invitation).join(Person, Person.id == Invitation.person_id)
    if wanted.mail is not None:
        selected = selected.join(Letter, expressions.is_newest_letter())
    return selected.where(Invitation.contract_id == contract.id, *_conditions(contract, wanted, now))


def _conditions(contract: Contract, wanted: Filter, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.statuses:
        yield expressions.invitation_status(now).in_(sorted(wanted.statuses))
    if wanted.search.strip():
        yield expressions.contains(Person.search_text, people.search_text(wanted.search.strip()))
    if wanted.person_id is not None:
        yield Invitation.person_id == wanted.person_id
    if wanted.source is not None:
        yield Invitation.source == wanted.source
    if wanted.activity_id is not None:
        yield expressions.offers(wanted.activity_id)
        yield expressions.covers(contract.contract_type, wanted.activity_id)
    if wanted.mail is not None:
        yield Letter.state == wanted.mail
    yield from _worth_resending(contract, wanted, now)


def _worth_resending(contract: Contract, wanted: Filter, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.old_code:
        yield expressions.holds_old_code(contract)
    if wanted.expires_soon:
        yield expressions.expires_soon(now)


def _rows(
    session: Session, contract: Contract, ids: Sequence[int], now: datetime, *, named: bool
) -> Iterator[InvitationSeen]:
    """The rows of these ids, in their order: one query for all of them."""
    covered = expressions.activities_covered(contract.contract_type, contract.id)
    query = (
        select(
            Invitation,
            Letter.state,
            Letter.server_words,
            Letter.cancelled_for,
            covered,
            expressions.activities_enrolled(),
        )
        .join(Invitation.person)
        .outerjoin(Letter, expressions.is_newest_letter())
        .where(Invitation.id.in_(ids))
        .options(contains_eager(Invitation.person))
    )
    found = {row[0].id: row for row in session.execute(query)}
    offered = len(current_activities(session, contract.id))
    live = people_with_live(session, contract, [row[0].person_id for row in found.values()])
    for invitation_id in ids:
        invitation, mail, words, why_cancelled, activities, enrolled = found[invitation_id]
        # the server's words name the address that it refused
        words = why_cancelled.label if why_cancelled else (words if named and mail in NOT_TAKEN else "")
        yield _seen(
            contract,
            invitation,
            people.shown(invitation.person, named=named),
            Beside(now, mail, words, activities, offered, enrolled, live=invitation.person_id in live),
        )


@dataclass(frozen=True)
class Beside:
    """What a row needs beside its invitation."""

    now: datetime
    mail: LetterState | None
    mail_words: str
    activities: int
    offered: int
    enrolled: int
    live: bool


def _seen(contract: Contract, invitation: Invitation, shown: people.Shown, beside: Beside) -> InvitationSeen:
    status, open_ = invitation.status_at(beside.now), contract.status_at(beside.now)
    adds, unwritable = beside.offered - beside.activities, why_not_write_to(invitation)
    return InvitationSeen(
        id=invitation.id,
        person_id=invitation.person_id,
        person=shown.name,
        email=shown.email,
        status=status,
        source=invitation.source,
        invited_at=invitation.invited_at,
        last_sent_at=invitation.last_sent_at,
        send_count=invitation.send_count,
        expires_at=invitation.expires_at,
        redeemed_at=invitation.redeemed_at,
        mail=beside.mail,
        mail_words=beside.mail_words,
        activities=beside.activities,
        enrolled=beside.enrolled,
        why_not_resend=unwritable or rules.why_not_resend(status, open_),
        why_not_revoke=rules.why_not_revoke(status, contract.contract_type),
        why_not_reinvite=unwritable or rules.why_not_reinvite(status, open_, live=beside.live),
        why_not_add_activities=rules.why_not_add_activities(status, open_, contract.contract_type, adds=adds),
        why_not_deallocate=rules.why_not_deallocate(status, contract.contract_type),
    )


def why_not_write_to(invitation: Invitation) -> Reason | None:
    """The reason against any letter to whom this invitation is for, their person loaded."""
    person = invitation.person
    return place_rules.why_not_write_to(
        erased=person.erased_at is not None, deactivated=person.deactivated_at is not None
    )


def chosen_invitations(session: Session, contract: Contract, chosen: Chosen, now: datetime) -> list[Invitation]:
    """The invitations of this contract that were chosen, their people loaded, in the order of their ids."""
    if chosen.matching is not None:
        ids = sorted(session.scalars(matching_ids(contract, chosen.matching, now)))
    else:
        ids = sorted(chosen.ids)
    found: list[Invitation] = []
    for portion in portions(ids):
        query = select(Invitation).join(Invitation.person).options(contains_eager(Invitation.person))
        found += session.scalars(
            query.where(Invitation.contract_id == contract.id, Invitation.id.in_(portion)).order_by(Invitation.id)
        )
    return found
