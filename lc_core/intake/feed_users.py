"""The feed of users: who has an account, by external id or else by address (R-INT-2, R-LRN-5)."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from lc_core import access, people
from lc_core.addresses import Address
from lc_core.errors import refuse_if
from lc_core.intake import feed_cells as cells
from lc_core.intake.feed_files import Row, Shape, Sheet
from lc_core.intake.feed_report import FileReport, Report
from lc_core.reasons import Reason
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Person
from lc_core.records.once import anew_if_taken
from lc_core.vocabulary import Action, Event, Result

SHAPE = Shape("users", ("email",), ("name", "external_id"))
LONGEST_ID = 200


@dataclass(frozen=True)
class _Told:
    """One row, understood."""

    row: Row
    address: Address
    name: str
    external_id: str


@dataclass
class _Known:
    """One person: as the records have them, and then as the rows make them. `id` None: not in the records yet."""

    id: int | None
    email_key: str
    email: str
    name: str = ""
    external_id: str | None = None
    registered: bool = False
    erased: bool = False
    taken: bool = False


@dataclass
class _Book:
    """Everybody whom the file may mean, found both ways; who is new or changes, in the order in which it happens; and who not.

    `ready`: rows that are still to be settled. `waiting`: rows by the address that they want, and that is another's.
    """

    by_id: dict[str, _Known] = field(default_factory=dict)
    by_key: dict[str, _Known] = field(default_factory=dict)
    new: list[_Known] = field(default_factory=list)
    changed: list[_Known] = field(default_factory=list)
    rejected: list[tuple[Row, Reason]] = field(default_factory=list)
    ready: deque[_Told] = field(default_factory=deque)
    waiting: dict[str, list[_Told]] = field(default_factory=dict)


def take(db: Database, actor: Actor, sheet: Sheet, report: Report) -> None:
    """Register the users that are new here, and take over names and addresses that changed.

    An empty name leaves the one that is known. Nobody is ever removed.
    """
    file = report.begin(sheet)
    told = _read(sheet, file)
    with db.change(actor, Event.USERS_FED) as change:
        access.require(change.session, actor, Action.MANAGE_PLACE)
        book = anew_if_taken(change.session, lambda: _taken(change, told))
    file.new, file.changed = len(book.new), len(book.changed)
    for row, reason in book.rejected:
        file.reject(row, reason)
    file.unchanged = file.read - file.new - file.changed - len(file.rejects)


def _read(sheet: Sheet, file: FileReport) -> list[_Told]:
    told: list[_Told] = []
    keys: set[tuple[str, str]] = set()
    for row in sheet.rows:
        with file.rejecting(row):
            one = _Told(
                row,
                cells.address(row.cells["email"]),
                cells.text(row, "name", people.LONGEST_NAME),
                cells.text(row, "external_id", LONGEST_ID),
            )
            key = ("id", one.external_id) if one.external_id else ("address", one.address.key)
            refuse_if(Reason.DUPLICATE_KEY if key in keys else None)
            keys.add(key)
            told.append(one)
    return told


def _taken(change: Change, told: Sequence[_Told]) -> _Book:
    """Decide and write."""
    book = _look_up(change.session, told)
    _decide(told, book)
    _write(change, book)
    return book


def _look_up(session: Session, told: Sequence[_Told]) -> _Book:
    book = _Book()
    found: dict[int | None, _Known] = {}
    for portion in portions(told):
        named = {one.external_id for one in portion if one.external_id}
        addressed = {one.address.key for one in portion}
        wanted = or_(Person.external_id.in_(named), Person.email_key.in_(addressed))
        for read in _persons(session, wanted):
            person = found.setdefault(read.id, read)
            if not person.erased:
                book.by_key[person.email_key] = person
            if person.external_id:
                book.by_id[person.external_id] = person
    return book


def _persons(session: Session, wanted: ColumnElement[bool]) -> list[_Known]:
    columns = (Person.id, Person.email_key, Person.email, Person.name, Person.external_id)
    rows = select(*columns, Person.registered_at, Person.erased_at).where(wanted)
    return [
        _Known(person_id, key or "", email or "", name, external_id, registered is not None, erased is not None)
        for person_id, key, email, name, external_id, registered, erased in session.execute(rows)
    ]


def _decide(told: Sequence[_Told], book: _Book) -> None:
    """Settle each row, or reject it.

    A row whose address belongs to another waits for a row behind it that gives that person another address: so the
    outcome does not hang on the order of the rows, and is the same when the file comes again.
    """
    book.ready.extend(told)
    while book.ready:
        _settle(book.ready.popleft(), book)
    left = [one for rows in book.waiting.values() for one in rows]
    book.rejected += [(one.row, Reason.ADDRESS_OF_ANOTHER) for one in left]


def _settle(one: _Told, book: _Book) -> None:
    """Take one row, reject it, or let it wait."""
    owner = book.by_key.get(one.address.key)
    person = book.by_id.get(one.external_id) if one.external_id else owner
    if person is None and owner is not None and owner.external_id is None:
        person = owner
    if owner is not None and owner is not person:
        book.waiting.setdefault(one.address.key, []).append(one)
        return
    if person is None:
        person = _Known(None, one.address.key, _shown(one.address))
        book.new.append(person)
    elif reason := _why_not(person):
        book.rejected.append((one.row, reason))
        return
    elif person.id is not None and _differs(person, one):
        book.changed.append(person)
    _enter(book, person, one)


def _why_not(person: _Known) -> Reason | None:
    if person.erased:
        return Reason.PERSON_ERASED
    return Reason.DUPLICATE_KEY if person.taken else None


def _differs(person: _Known, one: _Told) -> bool:
    return (
        not person.registered
        or person.email != _shown(one.address)
        or (bool(one.name) and person.name != one.name)
        or (bool(one.external_id) and person.external_id != one.external_id)
    )


def _enter(book: _Book, person: _Known, one: _Told) -> None:
    """The person is as the row tells them, in the book from now on."""
    book.by_key.pop(person.email_key, None)
    book.ready.extendleft(reversed(book.waiting.pop(person.email_key, [])))
    person.email_key, person.email = one.address.key, _shown(one.address)
    person.name, person.external_id = one.name or person.name, one.external_id or person.external_id
    person.taken = True
    book.by_key[person.email_key] = person
    if person.external_id:
        book.by_id[person.external_id] = person


def _shown(address: Address) -> str:
    return address.display if len(address.display) <= people.LONGEST_EMAIL else address.key


def _write(change: Change, book: _Book) -> None:
    """Those who change come first and in their order: an address is given up before another takes it."""
    if book.changed:
        registered = [{"id": one.id, "registered_at": change.now} for one in book.changed if not one.registered]
        change.session.execute(update(Person), [{"id": one.id, **_columns(one)} for one in book.changed])
        if registered:
            change.session.execute(update(Person), registered)
    if book.new:
        # in one order for everybody, so that two files that overlap wait for each other instead of dead-locking
        new = sorted(book.new, key=lambda one: one.email_key)
        rows = [{**_columns(one), "registered_at": change.now} for one in new]
        change.session.execute(insert(Person), rows, execution_options={"render_nulls": True})
    made = people.known_by_key(change.session, [one.email_key for one in book.new])
    touched = [one.id for one in book.changed] + [made[one.email_key].person_id for one in book.new]
    if touched:
        change.note(after={"new": len(book.new), "changed": len(book.changed)})
        change.note_items([Item(Result.CHANGED, person_id) for person_id in touched])


def _columns(one: _Known) -> dict[str, object]:
    return {
        "email_key": one.email_key,
        "email": one.email,
        "name": one.name,
        "external_id": one.external_id,
        "search_text": people.search_text(one.name, one.email_key, one.email),
    }
