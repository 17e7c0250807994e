"""The makings of exports as their owner sees them: asked for now, the history, and the file behind a link (R-EXP-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import access, report_rules
from lc_core.errors import NotFound, refuse_if
from lc_core.exports import own
from lc_core.exports.chosen import Chosen
from lc_core.exports.wanted import Format
from lc_core.place_rules import why_not_write_to
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.export_models import ExportRun, SavedExport
from lc_core.records.house_models import Beat
from lc_core.records.models import Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.report_rules import RunState
from lc_core.vocabulary import Event

UNDER_WAY = (RunState.WAITING, RunState.RUNNING, RunState.AGAIN)
MOST_TOLD = 20
QUIET = timedelta(minutes=5)
"""After how long without any worker's beat nobody makes anything; a worker that lives beats every half minute."""


@dataclass(frozen=True)
class Run:
    """One making of an export. `folder` and `by_letter`: where its file goes; neither: its owner asked for it.

    `try_at`: when it is tried again, where it is; `written`: how many of its `rows` are, while it is being made;
    `file`: what `Kept` finds its file by until `expires_at`.
    """

    id: int
    due_at: datetime
    state: RunState
    folder: str
    by_letter: bool
    attempts: int
    try_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    written: int | None
    rows: int | None
    bytes: int | None
    as_of: datetime | None
    failed_for: Reason | None
    file: str
    expires_at: datetime | None


@dataclass(frozen=True)
class FileSent:
    """A file that a link opens: what `Kept` finds it by, how it is called, and its format."""

    file: str
    name: str
    format: Format


@repeatable
def run_now(db: Database, actor: Actor, saved_id: int, *, key: OperationKey | None = None) -> int:
    """Let the worker make it now. It goes nowhere: the history has its file. Answers the run's id."""
    with db.change(actor, Event.EXPORT_ASKED_FOR, key=key) as change:
        saved = own.to_change(change, saved_id)
        own.require_contracts(change.session, actor)
        busy = select(ExportRun.id).where(ExportRun.saved_export_id == saved.id, ExportRun.state.in_(UNDER_WAY))
        refuse_if(report_rules.why_not_run_now(under_way=change.session.scalar(busy.limit(1)) is not None))
        new = change.insert_new(ExportRun).values(
            person_id=saved.person_id,
            saved_export_id=saved.id,
            due_at=change.now,
            day=change.now.astimezone(_zone(saved)).date(),
            chosen=saved.chosen,
            folder="",
            by_letter=False,
            stem=report_rules.stem_of(saved.name),
            state=RunState.WAITING,
            try_at=change.now,
        )
        made: int | None = change.session.scalar(new.returning(ExportRun.id))
        refuse_if(report_rules.why_not_run_now(under_way=made is None))  # a due time came at this very instant
        change.note(saved_export=saved.id, run=made)
        return change.answer(made or 0)


def _zone(saved: SavedExport) -> ZoneInfo:
    try:
        return ZoneInfo(Chosen.from_json(saved.chosen).zone)
    except ValueError:
        return ZoneInfo("UTC")


def why_not_run(last: Run | None) -> Reason | None:
    """The reason against `run_now`, for whoever offers it. `last`: the newest run."""
    return report_rules.why_not_run_now(under_way=last is not None and is_under_way(last))


def is_under_way(run: Run) -> bool:
    """Whether it waits or is at work."""
    return run.state in UNDER_WAY


def history(db: Database, actor: Actor, saved_id: int, most: int = MOST_TOLD) -> list[Run]:
    """The runs of one's saved export, the newest first."""
    with db.read() as session:
        saved = own.to_see(session, actor, saved_id)
        rows = select(ExportRun).where(ExportRun.saved_export_id == saved.id)
        newest = session.scalars(rows.order_by(ExportRun.id.desc()).limit(most))
        return [told(row, db.clock()) for row in newest]


def is_attended(db: Database, actor: Actor) -> bool:
    """Whether a worker was seen lately: without one nothing is made."""
    with db.read() as session:
        access.learner_of(session, actor)
        seen = session.scalar(select(func.max(Beat.at)))
        return seen is not None and db.clock() - seen < QUIET


def last_of(session: Session, saved_ids: Sequence[int], now: datetime) -> dict[int | None, Run]:
    """The newest run of each."""
    newest = (
        select(func.max(ExportRun.id))
        .where(ExportRun.saved_export_id.in_(saved_ids))
        .group_by(ExportRun.saved_export_id)
    )
    found = session.scalars(select(ExportRun).where(ExportRun.id.in_(newest)))
    return {row.saved_export_id: told(row, now) for row in found}


def told(row: ExportRun, now: datetime) -> Run:
    """A run as its owner sees it."""
    there = row.state is RunState.DONE and row.expires_at is not None and row.expires_at > now
    return Run(
        id=row.id,
        due_at=row.due_at,
        state=row.state,
        folder=row.folder,
        by_letter=row.by_letter,
        attempts=row.attempts,
        try_at=row.try_at if row.state is RunState.AGAIN else None,
        started_at=row.started_at,
        finished_at=row.finished_at,
        written=row.written if row.state is RunState.RUNNING else None,
        rows=row.rows,
        bytes=row.bytes,
        as_of=row.as_of,
        failed_for=row.failed_for,
        file=(row.token_hash or "") if there else "",
        expires_at=row.expires_at,
    )


def hash_of(token: str) -> str:
    """What the records keep of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def sent_by(db: Database, token: str) -> FileSent:
    """The file that a link opens for whoever has it; NotFound for all links that open none.

    Files expire, and whose owner may not come in any more opens none either; nor does one without a name, whose owner
    is not what they were when it was made.
    """
    with db.read() as session:
        wanted = (
            select(ExportRun, Person)
            .join(Person, Person.id == ExportRun.person_id)
            .where(ExportRun.token_hash == hash_of(token), ExportRun.expires_at > db.clock())
        )
        found = session.execute(wanted).first()
        if found is None:
            raise NotFound
        run, owner = found
        if why_not_write_to(erased=owner.erased_at is not None, deactivated=owner.deactivated_at is not None):
            raise NotFound
        if run.saved_export_id is None:
            same = run.rights_hash == own.rights_hash(session, Actor.person(owner.id))
            if report_rules.why_not_open(same_rights=same):
                raise NotFound
        chosen = Chosen.from_json(run.chosen)
        return FileSent(hash_of(token), f"{run.file_name}{chosen.format.ending}", chosen.format)
