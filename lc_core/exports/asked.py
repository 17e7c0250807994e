"""Files that somebody asks for and keeps under no name: asked for, and found again until they expire (R-EXP-8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update

from lc_core import access, report_rules
from lc_core.errors import refuse_if
from lc_core.exports import own, runs
from lc_core.exports.chosen import Chosen
from lc_core.exports.runs import UNDER_WAY, Run
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, alone
from lc_core.records.export_models import ExportRun
from lc_core.records.operations import OperationKey, repeatable
from lc_core.report_rules import RunState
from lc_core.vocabulary import Event

MOST_AT_ONCE = 5
"""Files that wait or are at work for one person."""
MOST_KEPT = 20
"""Files of one person; the oldest makes room for one more."""


@dataclass(frozen=True)
class Asked:
    """A file that its owner asked for: how its making stands, and of what it is.

    `chosen`: None where that cannot be exported any more. `why_not`: why a file that is there is not handed out.
    """

    run: Run
    chosen: Chosen | None
    why_not: Reason | None


def mine(db: Database, actor: Actor) -> list[Asked]:
    """The actor's files that have not expired, and those that are being made or could not be, the newest first."""
    with db.read() as session:
        owner, now = access.learner_of(session, actor), db.clock()
        there = or_(ExportRun.state != RunState.DONE, ExportRun.expires_at > now)
        rows = select(ExportRun).where(_of(owner.id), there).order_by(ExportRun.id.desc()).limit(MOST_KEPT)
        rights = own.rights_hash(session, actor)
        return [_told(row, runs.told(row, now), rights) for row in session.scalars(rows)]


def _told(row: ExportRun, run: Run, rights: str) -> Asked:
    why_not = report_rules.why_not_open(same_rights=row.rights_hash == rights) if run.file else None
    return Asked(replace(run, file="") if why_not else run, Chosen.readable(row.chosen), why_not)


def why_not_ask_for(files: Sequence[Asked]) -> Reason | None:
    """The reason against `ask_for`, for whoever offers it. `files`: all of `mine`."""
    return report_rules.why_not_ask_for(sum(runs.is_under_way(one.run) for one in files), MOST_AT_ONCE)


@repeatable
def ask_for(db: Database, actor: Actor, chosen: Chosen, *, key: OperationKey | None = None) -> int:
    """Let a file be made of what is chosen; answers the id of its run. Whoever takes that first makes it: a page or a worker."""
    with db.change(actor, Event.EXPORT_FILE_ASKED_FOR, key=key) as change:
        owner = access.acting_learner(change)
        own.require_contracts(change.session, actor)
        alone(change.session, f"export files {owner.id}")
        busy = select(func.count()).where(_of(owner.id), ExportRun.state.in_(UNDER_WAY))
        refuse_if(report_rules.why_not_ask_for(change.session.scalar(busy) or 0, MOST_AT_ONCE))
        _make_room(change, owner.id)
        new = ExportRun(
            person_id=owner.id,
            due_at=change.now,
            day=change.now.astimezone(ZoneInfo(chosen.zone)).date(),
            chosen=chosen.to_json(),
            folder="",
            by_letter=False,
            stem=chosen.dataset,
            state=RunState.WAITING,
            try_at=change.now,
        )
        change.session.add(new)
        change.session.flush()
        change.note(run=new.id, after={"dataset": chosen.dataset, "format": chosen.format.value})
        return change.answer(new.id)


def _make_room(change: Change, owner_id: int) -> None:
    """Files that are one too many expire now."""
    older = select(ExportRun.id).where(_of(owner_id)).order_by(ExportRun.id.desc()).offset(MOST_KEPT - 1)
    there = (ExportRun.state == RunState.DONE) & (ExportRun.expires_at > change.now)
    change.session.execute(update(ExportRun).where(ExportRun.id.in_(older), there).values(expires_at=change.now))


def _of(owner_id: int) -> ColumnElement[bool]:
    return (ExportRun.person_id == owner_id) & ExportRun.saved_export_id.is_(None)


def file_name(db: Database, chosen: Chosen) -> str:
    """How a file is called that is asked for now."""
    return f"{chosen.dataset}-{db.clock().astimezone(ZoneInfo(chosen.zone)):%Y-%m-%d}{chosen.format.ending}"
