"""When saved exports are made by themselves, and where their files go (R-EXP-5, R-EXP-7)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from lc_core import report_rules
from lc_core.errors import refuse_if
from lc_core.exports import own
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, alone
from lc_core.records.export_models import ExportSchedule
from lc_core.records.operations import OperationKey, repeatable
from lc_core.report_rules import Schedule, is_zone, stem_of
from lc_core.vocabulary import Event


@repeatable
def schedule(
    db: Database,
    actor: Actor,
    saved_id: int,
    wanted: Schedule,
    *,
    allowed: Sequence[str] = (),
    key: OperationKey | None = None,
) -> None:
    """Let it be made by itself, from now on, instead of as it was before. `allowed`: the folders of the settings."""
    with db.change(actor, Event.EXPORT_SCHEDULED, key=key) as change:
        saved = own.to_change(change, saved_id)
        own.require_contracts(change.session, actor)
        refuse_if(report_rules.why_not_schedule(wanted, allowed))
        row = change.session.get(ExportSchedule, saved.id)
        before = _about(told(row)) if row is not None else None
        row = row or ExportSchedule(saved_export_id=saved.id)
        row.often, row.at, row.zone = wanted.often, wanted.at, wanted.zone
        row.weekday, row.day, row.folder = wanted.weekday, wanted.day, wanted.folder
        row.since, row.stopped_at = change.now, None
        _called(change, row, stem_of(saved.name))
        change.session.add(row)
        change.note(saved_export=saved.id, before=before, after=_about(wanted))


@repeatable
def stop(db: Database, actor: Actor, saved_id: int, *, key: OperationKey | None = None) -> None:
    """Let it not be made by itself any more; what came due before still is."""
    with db.change(actor, Event.EXPORT_SCHEDULE_STOPPED, key=key) as change:
        saved = own.to_change(change, saved_id)
        row = change.session.get(ExportSchedule, saved.id)
        refuse_if(report_rules.why_not_stop(scheduled=row is not None and row.stopped_at is None))
        if row is not None:
            row.stopped_at = change.now
            change.note(saved_export=saved.id, before=_about(told(row)))


def rename_files(change: Change, saved_id: int, name: str) -> None:
    """The saved export has another name, and so have the files that it puts into a folder."""
    row = change.session.get(ExportSchedule, saved_id)
    if row is not None:
        _called(change, row, stem_of(name))


def _called(change: Change, row: ExportSchedule, stem: str) -> None:
    """The name of the files, if no other saved export has it in this folder: one would overwrite the other's."""
    alone(change.session, "names of files in folders")
    same = select(ExportSchedule.saved_export_id).where(
        ExportSchedule.folder == row.folder,
        ExportSchedule.stem_key == stem.casefold(),
        ExportSchedule.saved_export_id != row.saved_export_id,
    )
    with change.session.no_autoflush:
        taken = bool(row.folder) and change.session.scalar(same) is not None
    refuse_if(Reason.FOLDER_NAME_TAKEN if taken else None)
    row.stem, row.stem_key = stem, stem.casefold()


def told(row: ExportSchedule) -> Schedule:
    """The schedule of a row."""
    return Schedule(row.often, row.at, row.zone, row.weekday, row.day, row.folder)


def next_due(row: ExportSchedule, now: datetime) -> datetime | None:
    """When it is due next, by a row; None where it is stopped, or its zone is known no more."""
    if row.stopped_at is not None or not is_zone(row.zone):
        return None
    return report_rules.next_due(told(row), max(now, row.since)).at


def _about(schedule: Schedule) -> dict[str, str | int | bool]:
    """What the log holds: not the folder's name, which may be anything."""
    return {
        "often": schedule.often.value,
        "at": f"{schedule.at:%H:%M}",
        "zone": schedule.zone,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "to_folder": bool(schedule.folder),
    }
