"""What the commands share: the records, on whose behalf, how a no is told, how a report is printed."""

import getpass
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from rich import box
from rich.console import Console
from rich.table import Table

from lc_core import contract_lists, people
from lc_core.contract_lists import ContractSeen
from lc_core.errors import Refused
from lc_core.insight.copy import Insight
from lc_core.language import _
from lc_core.records.db import Actor, Database, DatabaseError
from lc_core.settings import open_database, settings

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")]
OnBehalfOf = Annotated[
    str, typer.Option("--actor", metavar="EMAIL", help="On whose behalf; that person's rights apply.")
]
out = Console(width=None if sys.stdout.isatty() else 160)


def stop(sentence: str, code: int = 1) -> NoReturn:
    """Say why not, and leave."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def records() -> Iterator[Database]:
    """The records. A refusal, and a database that does not answer, end the command with their sentence."""
    try:
        db = open_database()
    except (ValidationError, ValueError) as wrong:
        stop(_("A setting is wrong: {why}").format(why=str(wrong).splitlines()[0]), 2)
    try:
        yield db
    except Refused as refused:
        stop(refused.sentence)
    except DatabaseError as broken:
        stop(_("The database says: {words}. Was `lc init` run?").format(words=str(broken.orig).strip().splitlines()[0]))
    finally:
        db.close()


def insight(db: Database) -> Insight:
    """The analytic copy of this installation."""
    return Insight(db, settings().copy_dir)


def acting(db: Database, email: str) -> Actor:
    """The person of that address, or (none given) whoever sits at the machine."""
    if not email:
        return Actor.operator(getpass.getuser())
    with db.read() as session:
        return Actor.person(people.by_email(session, email).id)


def contract_id(db: Database, actor: Actor, code: str) -> int:
    """The contract with this code, in any case, for those who may see it."""
    return contract_lists.id_of(db, actor, code)


def contract(db: Database, actor: Actor, wanted: int) -> ContractSeen:
    """The head of a contract, for those who may see it."""
    return contract_lists.one(db, actor, wanted)


def tell(value: Any) -> None:
    """A report as JSON."""
    print(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """A report for people, numbers to the right."""
    drawn = Table(*columns, box=box.SIMPLE)
    for number, column in enumerate(columns):
        if rows and isinstance(rows[0][column], int):
            drawn.columns[number].justify = "right"
    for row in rows:
        drawn.add_row(*[str(row[column]) for column in columns])
    out.print(drawn)
