"""The people behind a number: who stands in an answer as a number, by name or by pseudonym, as the rights of who looks say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access, people
from lc_core.insight.asking import Answer
from lc_core.insight.columns import Columns
from lc_core.insight.copy import Insight
from lc_core.people import Shown
from lc_core.records.db import Actor, portions
from lc_core.records.models import Contract, Person
from lc_core.rights import may
from lc_core.vocabulary import Action

MOST = 50
"""How many are shown at once."""
NAMED: Columns = {"person": pl.String, "email": pl.String}
"""What `named` puts in the place of a person's number."""


@dataclass(frozen=True)
class PersonBehind:
    """One person in one contract. `person`: a name, or a pseudonym; `email`: None for those who may not see it.

    `since`: as the answer says; `seats`: what they ask for or hold, where the answer tells it.
    """

    contract_id: int
    code: str
    contract: str
    person_id: int
    person: str
    email: str | None
    since: datetime | None
    seats: int | None


def behind(insight: Insight, actor: Actor, answer: Answer, *, most: int = MOST, offset: int = 0) -> list[PersonBehind]:
    """The people of some rows of an answer, in its order; of contracts that the actor may see now, and no others."""
    rows = answer.frame.slice(offset, most).to_dicts()
    with insight.db.read() as session:
        theirs = _contracts(session, actor, [row["contract_id"] for row in rows])
        shown = _shown(session, actor, rows)
    return [
        PersonBehind(
            *(row["contract_id"], *theirs[row["contract_id"]]),
            person_id=row["person_id"],
            person=who.name,
            email=who.email or None,
            since=row["since"],
            seats=row.get("seats"),
        )
        for row, who in zip(rows, shown, strict=True)
        if row["contract_id"] in theirs
    ]


def named(insight: Insight, actor: Actor, answer: Answer) -> pl.DataFrame:
    """The whole answer as it is given away: names and addresses, or pseudonyms, in the place of people's numbers."""
    found = behind(insight, actor, answer, most=answer.frame.height)
    columns = [column for name in answer.frame.columns for column in (NAMED if name == "person_id" else [name])]
    types: Columns = {**answer.frame.schema, **NAMED}
    rows = [tuple(getattr(one, column) for column in columns) for one in found]
    return pl.DataFrame(rows, schema={column: types[column] for column in columns}, orient="row")


def _contracts(session: Session, actor: Actor, wanted: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Code and title of those of the contracts that the actor may see, as they are now."""
    allowed = select(Contract.id, Contract.code, Contract.title).where(access.visible(session, actor))
    return {
        contract_id: (code, title)
        for some in portions(sorted(set(wanted)))
        for contract_id, code, title in session.execute(allowed.where(Contract.id.in_(some)))
    }


def _shown(session: Session, actor: Actor, rows: Sequence[dict[str, Any]]) -> list[Shown]:
    """How each row's person is shown to the actor: it depends on the contract too."""
    rights = access.rights_of(session, actor)
    found = {
        person.id: person
        for some in portions(sorted({row["person_id"] for row in rows}))
        for person in session.scalars(select(Person).where(Person.id.in_(some)))
    }
    return [
        people.shown(
            found[row["person_id"]], named=may(rights, Action.VIEW_PEOPLE, own=row["contract_id"] in rights.own)
        )
        for row in rows
    ]
