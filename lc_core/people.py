"""People: how they are found, shown and made known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access, addresses, rules
from lc_core.addresses import Address
from lc_core.errors import NotFound, Refused, refuse_if
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Invitation, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.rights import Rights
from lc_core.vocabulary import Action, Event

LONGEST_NAME = 200
LONGEST_EMAIL = 320
LONGEST_SEARCH = 600
SYMBOLS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SHORTEST, LONGEST = 4, 12
_STEP, _SHIFT = 654_321, 123_457


@dataclass(frozen=True)
class Shown:
    """How a person is shown to somebody: by name and address, or by a pseudonym and nothing else."""

    name: str
    email: str


def pseudonym(person_id: int) -> str:
    """The same stand-in for the same person everywhere, e.g. `P-7F3K`; different people never share one."""
    width, size = SHORTEST, len(SYMBOLS) ** SHORTEST
    while person_id >= size:
        width, size = width + 1, size * len(SYMBOLS)
    mixed, text = (person_id * _STEP + _SHIFT) % size, ""
    for _ in range(width):
        mixed, digit = divmod(mixed, len(SYMBOLS))
        text = SYMBOLS[digit] + text
    return f"P-{text}"


def id_of_pseudonym(text: str) -> int | None:
    """Whose stand-in this is; None for what is none."""
    symbols = text.strip().upper().removeprefix("P-")
    if not SHORTEST <= len(symbols) <= LONGEST or any(symbol not in SYMBOLS for symbol in symbols):
        return None
    mixed, size = 0, len(SYMBOLS) ** len(symbols)
    for symbol in symbols:
        mixed = mixed * len(SYMBOLS) + SYMBOLS.index(symbol)
    inverse = pow(_STEP, -1, size)
    found: int = (mixed - _SHIFT) * inverse % size
    return found


def shown(person: Person, *, named: bool) -> Shown:
    """`named`: whether the one who looks may see people."""
    return told_of(person.id, person.name, person.email, named=named and person.erased_at is None)


def told_of(person_id: int, name: str, email: str | None, *, named: bool) -> Shown:
    """The same of what was read of a person, where they are many."""
    return Shown(name or (email or ""), email or "") if named else Shown(pseudonym(person_id), "")


def search_text(*parts: str | None) -> str:
    """What is searched, and what is searched for: lower case as Python knows it, alike on both databases."""
    return " ".join(part for part in parts if part).lower()[:LONGEST_SEARCH]


@dataclass(frozen=True)
class Known:
    """What the records know of an address."""

    person_id: int
    registered_at: datetime | None


def known_by_key(session: Session, keys: Sequence[str]) -> dict[str, Known]:
    """The people behind e-mail keys, for those that are known."""
    found: dict[str, Known] = {}
    for portion in portions(keys):
        rows = select(Person.email_key, Person.id, Person.registered_at).where(Person.email_key.in_(portion))
        found |= {key: Known(person_id, registered) for key, person_id, registered in session.execute(rows) if key}
    return found


def make_known(
    change: Change, wanted: Collection[Address], known: Mapping[str, Known] | None = None
) -> dict[str, Known]:
    """A person for every address, made (without an account) where there is none. Keyed by e-mail key.

    `known`: those of them that are known already, where the caller has just asked.
    """
    found = dict(known_by_key(change.session, sorted({one.key for one in wanted})) if known is None else known)
    new = {address.key: address for address in wanted if address.key not in found}
    if new:
        # in one order for everybody, so that two lists that overlap wait for each other instead of dead-locking
        rows = [_unregistered(new[key]) for key in sorted(new)]
        change.session.execute(change.insert_new(Person), rows)
        found |= known_by_key(change.session, sorted(new))
    return found


def _unregistered(address: Address) -> dict[str, object]:
    return {
        "email_key": address.key,
        "email": address.display if len(address.display) <= LONGEST_EMAIL else address.key,
        "name": "",
        "search_text": search_text(address.key, address.display),
    }


def by_email(session: Session, email: str) -> Person:
    """The person with this address; refused with unknown_person if there is none."""
    address = addresses.parse(email)
    found = (
        None if isinstance(address, Reason) else session.scalar(select(Person).where(Person.email_key == address.key))
    )
    if found is None:
        raise Refused(Reason.UNKNOWN_PERSON)
    return found


@repeatable
def register(db: Database, actor: Actor, email: str, name: str, *, key: OperationKey | None = None) -> int:
    """Give somebody an account; their Not Registered invitations are Outstanding from now on (R-LRN-5). Answers the person's id."""
    address = addresses.parse(email)
    if isinstance(address, Reason):
        raise Refused(address)
    name = name.strip()
    with db.change(actor, Event.PERSON_REGISTERED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_PLACE)
        refuse_if(rules.why_not_text(name, LONGEST_NAME), most=LONGEST_NAME)
        person = change.session.get(Person, make_known(change, [address])[address.key].person_id)
        if person is None:
            raise NotFound
        changed = []
        if person.registered_at is None:
            person.registered_at = change.now
            changed.append("registered_at")
        if name and person.name != name:
            person.name, person.search_text = name, search_text(name, person.email_key, person.email)
            changed.append("name")
        if changed:
            change.note(person=person.id, after={"changed": changed})
        return change.answer(person.id)


@dataclass(frozen=True)
class Me:
    """Who is here, and what they are: read anew at every run of a page."""

    person_id: int
    name: str
    rights: Rights
    is_invited: bool


def me(db: Database, actor: Actor) -> Me | None:
    """The acting person; None if they may not act any more (unknown, deactivated, erased)."""
    with db.read() as session:
        invited = select(Invitation.id).where(Invitation.person_id == Person.id).exists()
        wanted = select(Person.name, Person.email, invited).where(Person.id == actor.person_id, access.MAY_ACT)
        found = session.execute(wanted).one_or_none()
        if found is None or actor.person_id is None:
            return None
        name, email, is_invited = found
        shown_as = told_of(actor.person_id, name, email, named=True)
        return Me(actor.person_id, shown_as.name, access.rights_of(session, actor), is_invited)


def find(db: Database, actor: Actor, search: str, *, most: int = 20) -> list[tuple[int, Shown]]:
    """People whose name or address holds the text, for those who manage contracts; by address, the first few."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        wanted = expressions.contains(Person.search_text, search_text(search.strip()))
        found = select(Person).where(wanted, Person.erased_at.is_(None)).order_by(Person.email_key).limit(most)
        return [(person.id, shown(person, named=True)) for person in session.scalars(found)]
