"""Letters as a mail program reads them: written from the records, taken apart again."""

from collections.abc import Sequence
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lc_core.insight import weeks
from lc_core.insight.copy import Insight
from lc_core.mail.letters import Writer, Written
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.vocabulary import LetterKind, LetterState
from tests.worlds import person_of

WRITER = Writer("https://learn.example.org/", "Learning <letters@example.org>", ZoneInfo("Europe/Berlin"))


def a_letter(db: Database, kind: LetterKind, name: str, contract_id: int | None, **said: object) -> int:
    """A letter that waits in the outbox, however it came there."""
    row = {"state": LetterState.QUEUED, "due_at": db.clock(), "queued_at": db.clock(), **said}
    with db.bookkeeping() as session:
        letter = Letter(kind=kind, person_id=person_of(db, name).id, contract_id=contract_id, **row)
        session.add(letter)
        session.flush()
        return letter.id


def written(db: Database, letter_ids: Sequence[int] = ()) -> list[Written]:
    """These letters, or all there are, as they would be sent now."""
    with TemporaryDirectory() as copy, db.read() as session:
        wanted = select(Letter).order_by(Letter.id)
        letters = session.scalars(wanted.where(Letter.id.in_(letter_ids)) if letter_ids else wanted).all()
        writer = replace(WRITER, weeks=partial(weeks.week_of, Insight(db, Path(copy))), tokens=str)
        made = writer.write(session, letters, db.clock())
        return [made[letter.id] for letter in letters if letter.id in made]


def read(letter: Written) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(letter.data)
    assert isinstance(message, EmailMessage)
    return message


def parts(letter: Written) -> tuple[str, str]:
    """The plain text and the HTML."""
    plain, html = read(letter).iter_parts()
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def said(letter: Written) -> str:
    """The subject and the plain text, with the spaces that Babel narrows made ordinary."""
    return f"{read(letter)['Subject']}\n{parts(letter)[0]}".replace("\u202f", " ").replace("\xa0", " ")


def only_letter(db: Database, letter_id: int) -> str:
    (letter,) = written(db, [letter_id])
    return said(letter)
