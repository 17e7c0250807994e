"""Exports kept under a name, each its owner's alone: what they choose, how they are called (R-EXP-4)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lc_core import access, report_rules, rules
from lc_core.contracts import code_key
from lc_core.errors import NotFound, refuse_if
from lc_core.exports import own, runs, schedules
from lc_core.exports.chosen import Chosen
from lc_core.exports.runs import Run
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, alone
from lc_core.records.export_models import ExportSchedule, SavedExport
from lc_core.records.operations import OperationKey, repeatable
from lc_core.report_rules import LONGEST_NAME, Schedule
from lc_core.vocabulary import Event

MOST_SAVED = 100
"""Saved exports of one person."""


@dataclass(frozen=True)
class Saved:
    """A saved export as its owner sees it. `chosen`: None where it cannot be exported any more.

    `schedule`: the one that is or was last set; `stopped`: it is set no more; `next_due`: None without a running one.
    """

    id: int
    name: str
    version: int
    chosen: Chosen | None
    schedule: Schedule | None
    stopped: bool
    next_due: datetime | None
    last: Run | None


def mine(db: Database, actor: Actor) -> list[Saved]:
    """The actor's saved exports, by name."""
    with db.read() as session:
        owner = access.learner_of(session, actor)
        found = _seen(session, SavedExport.person_id == owner.id, db.clock())
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def by_name(db: Database, actor: Actor, name: str) -> Saved:
    """The actor's saved export of this name, in any case."""
    with db.read() as session:
        owner = access.learner_of(session, actor)
        named = (SavedExport.person_id == owner.id) & (SavedExport.name_key == code_key(name))
        found = _seen(session, named, db.clock())
    if not found:
        raise NotFound
    return found[0]


def _seen(session: Session, which: ColumnElement[bool], now: datetime) -> list[Saved]:
    rows = select(SavedExport, ExportSchedule).outerjoin(
        ExportSchedule, ExportSchedule.saved_export_id == SavedExport.id
    )
    found = session.execute(rows.where(which)).all()
    last = runs.last_of(session, [saved.id for saved, _schedule in found], now)
    return [_told(saved, row, last.get(saved.id), now) for saved, row in found]


def _told(saved: SavedExport, row: ExportSchedule | None, last: Run | None, now: datetime) -> Saved:
    schedule = schedules.told(row) if row is not None else None
    stopped = row is not None and row.stopped_at is not None
    return Saved(
        id=saved.id,
        name=saved.name,
        version=saved.version,
        chosen=Chosen.readable(saved.chosen),
        schedule=schedule,
        stopped=stopped,
        next_due=schedules.next_due(row, now) if row is not None else None,
        last=last,
    )


@repeatable
def save(db: Database, actor: Actor, name: str, chosen: Chosen, *, key: OperationKey | None = None) -> int:
    """Keep a choice under a name. Answers its id."""
    with db.change(actor, Event.EXPORT_SAVED, key=key) as change:
        owner = access.acting_learner(change)
        own.require_contracts(change.session, actor)
        alone(change.session, f"saved exports {owner.id}")
        wanted = _name(change, name, owner.id)
        counted = select(func.count()).where(SavedExport.person_id == owner.id)
        refuse_if(report_rules.why_not_save(change.session.scalar(counted) or 0, MOST_SAVED), most=MOST_SAVED)
        new = SavedExport(
            person_id=owner.id,
            name=wanted,
            name_key=code_key(wanted),
            chosen=chosen.to_json(),
            saved_at=change.now,
        )
        change.session.add(new)
        change.session.flush()
        change.note(saved_export=new.id, after=_about(chosen))
        return change.answer(new.id)


@repeatable
def rename(db: Database, actor: Actor, saved_id: int, name: str, *, key: OperationKey | None = None) -> None:
    """Give it another name. Files that a schedule puts into a folder have it from the next due time on."""
    with db.change(actor, Event.EXPORT_RENAMED, key=key) as change:
        alone(change.session, f"saved exports {actor.person_id}")
        saved = own.to_change(change, saved_id)
        wanted = _name(change, name, saved.person_id, but=saved.id)
        if wanted != saved.name:
            schedules.rename_files(change, saved.id, wanted)
            saved.name, saved.name_key = wanted, code_key(wanted)
            change.note(saved_export=saved.id, after={"changed": ["name"]})


@repeatable
def change(
    db: Database, actor: Actor, saved_id: int, chosen: Chosen, *, version: int, key: OperationKey | None = None
) -> None:
    """Let it choose something else. `version`: the one that was looked at; a change in between is refused."""
    with db.change(actor, Event.EXPORT_CHANGED, key=key) as under_way:
        saved = own.to_change(under_way, saved_id)
        refuse_if(Reason.CHANGED_MEANWHILE if saved.version != version else None)
        if saved.chosen != chosen.to_json():
            saved.chosen = chosen.to_json()
            under_way.note(saved_export=saved.id, after=_about(chosen))


@repeatable
def delete(db: Database, actor: Actor, saved_id: int, *, key: OperationKey | None = None) -> None:
    """Take it away with its schedule, its history and its files; what lies in folders stays there."""
    with db.change(actor, Event.EXPORT_DELETED, key=key) as change:
        saved = own.to_change(change, saved_id)
        change.note(saved_export=saved.id)
        change.session.delete(saved)


def _name(change: Change, name: str, owner_id: int, but: int | None = None) -> str:
    """The name as it is kept, if it may be; the log does not hold it, for it may hold anything."""
    wanted = " ".join(name.split())
    refuse_if(rules.why_not_text(wanted, LONGEST_NAME), most=LONGEST_NAME)
    same = select(SavedExport.id).where(SavedExport.person_id == owner_id, SavedExport.name_key == code_key(wanted))
    taken = change.session.scalar(same.where(SavedExport.id != but) if but is not None else same) is not None
    refuse_if(report_rules.why_not_name(wanted, taken=taken))
    return wanted


def _about(chosen: Chosen) -> dict[str, str]:
    return {"dataset": chosen.dataset, "format": chosen.format.value}
