"""What inviting many costs: the whole of it, beside bare rows written into the same tables by SQLAlchemy Core."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import count

from sqlalchemy import Connection, func, insert, select

from lc_core import activities, contracts
from lc_core.bench import places
from lc_core.bench.measuring import Bench, Measured, Work, beside, same, seconds_of
from lc_core.bench.world_contracts import NOW
from lc_core.bulk_inviting import invite_all
from lc_core.contracts import Draft
from lc_core.invite_list import totals
from lc_core.language import N_, _
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Invitation, Person, Record, table_of
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ActivityKind, ContractType, LetterKind, LetterState, Result, Source

INVITER = Actor.operator("bench")
USUAL = (1_000, 10_000, 100_000)
INVITED_BEFORE, BEFORE_EACH = 100_000, 100
"""How many invitations the contract has; so many for each that is invited, where that is less."""
MANY, RUNS_OF_MANY = 50_000, 2
"""So many at a time are not invited more often than that."""


def run(work: Work) -> Iterator[Measured]:
    """The same on each database that can be had; the usual size stands for the smaller ones too."""
    sizes = USUAL if work.size == USUAL[-1] else (work.size,)
    for kind in places.kinds():
        with places.place(kind) as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
            before = min(INVITED_BEFORE, work.size * BEFORE_EACH)
            work.told(_("{kind}: making {n} invitations").format(kind=kind, n=before))
            guests = Guests(db, before)
            for size in sizes:
                work.told(_("{kind}: inviting {n}").format(kind=kind, n=size))
                yield from _invite(guests, size, kind, work.runs)


def _invite(guests: "Guests", size: int, kind: str, runs: int) -> Iterator[Measured]:
    def ours() -> float:
        given = guests.new(size)
        return guests.counted(lambda: guests.invite(given), size)

    def bare() -> float:
        rows = Rows(guests.contract_id, guests.new(size))
        return guests.counted(lambda: guests.write(rows), size)

    runs = min(runs, RUNS_OF_MANY) if size >= MANY else runs
    yield from beside(f"invite {size} {kind}", ours, {"core executemany, same tables": bare}, runs)


class Guests:
    """A contract with many invitations, and new people without end."""

    def __init__(self, db: Database, invited_before: int) -> None:
        self.db = db
        self._numbers = count(1)
        draft = Draft("guests", "Guests", ContractType.SUBSCRIPTION, 10_000_000, date(2026, 1, 1), date(2027, 1, 1))
        self.contract_id = contracts.create(db, INVITER, draft)
        offered = activities.create(db, INVITER, "guests", "Guests", ActivityKind.ONLINE)
        activities.add_to_contract(db, INVITER, self.contract_id, [offered])
        self.invite(self.new(invited_before))

    def new(self, size: int) -> list[str]:
        """Addresses that nobody has had."""
        return [f"guest-{next(self._numbers)}@example.org" for _guest in range(size)]

    def invite(self, given: Sequence[str]) -> None:
        """As the product does it, with history and what became of each."""
        done = invite_all(self.db, INVITER, self.contract_id, given, key=OperationKey.new())
        same(_("Invited"), totals(done), {Result.INVITED: len(given)})

    def write(self, rows: "Rows") -> None:
        """Only the rows."""
        with self.db.bookkeeping() as session:
            rows.write(session.connection())

    def counted(self, thing: Callable[[], object], size: int) -> float:
        """The seconds of a thing that makes so many people, invitations and letters."""
        before = self._rows()
        seconds = seconds_of(thing)()
        same(_("New rows"), [after - earlier for earlier, after in zip(before, self._rows(), strict=True)], [size] * 3)
        return seconds

    def _rows(self) -> list[int]:
        tables: tuple[type[Record], ...] = (Person, Invitation, Letter)
        with self.db.read() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


class Rows:
    """The rows of new people, their invitations and letters: as written by hand, if nothing else were wanted."""

    def __init__(self, contract_id: int, addresses: Sequence[str]) -> None:
        self._contract_id = contract_id
        self._people = [{"email_key": one, "email": one, "name": "", "search_text": one} for one in addresses]
        invitation = {
            "contract_id": contract_id,
            "source": Source.ADMIN,
            "require_code": False,
            "invited_at": NOW,
            "first_sent_at": NOW,
            "last_sent_at": NOW,
            "send_count": 1,
            "expires_at": None,
        }
        letter = {
            "kind": LetterKind.INVITATION,
            "state": LetterState.QUEUED,
            "send_number": 1,
            "due_at": NOW,
            "queued_at": NOW,
        }
        self._invitations = [dict(invitation) for _one in addresses]
        self._letters = [dict(letter) for _one in addresses]

    def write(self, connection: Connection) -> None:
        """Three statements, and the two questions that tell the ids."""
        person, invitation = table_of(Person), table_of(Invitation)
        last_person = connection.scalar(select(func.max(person.c.id))) or 0
        connection.execute(insert(person), self._people)
        ids = list(connection.scalars(select(person.c.id).where(person.c.id > last_person)))
        for row, person_id in zip(self._invitations, ids, strict=True):
            row["person_id"] = person_id
        last = connection.scalar(select(func.max(invitation.c.id))) or 0
        connection.execute(insert(invitation), self._invitations)
        made = connection.execute(select(invitation.c.id, invitation.c.person_id).where(invitation.c.id > last))
        for row, (invitation_id, person_id) in zip(self._letters, made, strict=True):
            row |= {"invitation_id": invitation_id, "person_id": person_id}
        connection.execute(insert(table_of(Letter)), self._letters)


BENCH = Bench(
    "invite",
    N_("Inviting new people into a contract that has 100,000 invitations, beside their bare rows."),
    USUAL[-1],
    N_("people"),
    run,
)
