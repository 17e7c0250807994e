"""Names and addresses, which the copy does not hold: looked up in the records for each portion, as the asker's rights say."""

from collections.abc import Iterable, Iterator, Sequence

import polars as pl
from sqlalchemy import BigInteger, bindparam, select

from lc_core import access, people
from lc_core.insight.people_behind import NAMED
from lc_core.people import Shown
from lc_core.records.db import Actor, Database, portions
from lc_core.records.models import Person
from lc_core.rights import may
from lc_core.vocabulary import Action

FOUND = select(Person.id, Person.name, Person.email, Person.erased_at.is_(None)).where(
    Person.id.in_(bindparam("ids", type_=BigInteger(), expanding=True, literal_execute=True))
)
_BY = {"person_id": pl.Int64, "sees_people": pl.Boolean}


class People:
    """The people of an export as somebody may see them; the rights are those of when it begins."""

    def __init__(self, db: Database, actor: Actor) -> None:
        self._db = db
        with db.read() as session:
            self._rights = access.rights_of(session, actor)

    @staticmethod
    def wanted_in(columns: Iterable[str]) -> bool:
        """Whether these columns tell who people are."""
        return not NAMED.keys().isdisjoint(columns)

    def seen_in(self, contracts: pl.DataFrame) -> pl.DataFrame:
        """The contracts, and whether their people may be seen."""
        seen = [
            may(self._rights, Action.VIEW_PEOPLE, own=contract_id in self._rights.own)
            for contract_id in contracts["contract_id"]
        ]
        return contracts.with_columns(pl.Series("sees_people", seen, dtype=pl.Boolean))

    def named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with their people: by name and address, or by pseudonym."""
        them = rows.select(*_BY).unique()
        named, masked = (them.filter(pl.col("sees_people") == seen)["person_id"].to_list() for seen in (True, False))
        found = [
            *((person_id, True, one.name, one.email or None) for person_id, one in self._looked_up(named)),
            *((person_id, False, people.pseudonym(person_id), None) for person_id in masked),
        ]
        shown = pl.DataFrame(found, schema={**_BY, **NAMED}, orient="row")
        return rows.join(shown, on=list(_BY), how="left", maintain_order="left")

    def _looked_up(self, person_ids: Sequence[int]) -> Iterator[tuple[int, Shown]]:
        with self._db.read() as session:
            connection = session.connection()  # twice as fast as the mapper, for a quarter of a million people and more
            for some in portions(person_ids):
                for person_id, name, email, named in connection.execute(FOUND, {"ids": some}):
                    yield person_id, people.told_of(person_id, name, email, named=named)
