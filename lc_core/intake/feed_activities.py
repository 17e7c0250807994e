"""The feed of activities: the catalogue, by code (R-INT-2)."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from lc_core import access, rules
from lc_core.contracts import MOST, code_key
from lc_core.errors import refuse_if
from lc_core.intake import feed_cells as cells
from lc_core.intake.feed_files import Row, Shape, Sheet
from lc_core.intake.feed_report import FileReport, Report
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Activity
from lc_core.records.once import anew_if_taken
from lc_core.vocabulary import Action, ActivityKind, Event

SHAPE = Shape("activities", ("code", "title", "kind"))


@dataclass(frozen=True)
class _Told:
    """One row, understood."""

    code: str
    title: str
    kind: ActivityKind


def take(db: Database, actor: Actor, sheet: Sheet, report: Report) -> None:
    """Add the activities that are new, and change title and kind of those that are known; none is ever removed."""
    file = report.begin(sheet)
    told = _read(sheet, file)
    with db.change(actor, Event.ACTIVITIES_FED) as change:
        access.require(change.session, actor, Action.MANAGE_CONTRACTS)
        file.new, file.changed = anew_if_taken(change.session, lambda: _taken(change, told))
    file.unchanged = len(told) - file.new - file.changed


def _read(sheet: Sheet, file: FileReport) -> dict[str, _Told]:
    """The good rows by their code's compared form; of several alike the first counts."""
    told: dict[str, _Told] = {}
    for row in sheet.rows:
        with file.rejecting(row):
            one = _understood(row)
            refuse_if(Reason.DUPLICATE_KEY if code_key(one.code) in told else None)
            told[code_key(one.code)] = one
    return told


def _understood(row: Row) -> _Told:
    code = cells.needed(row, "code", MOST["code"])
    refuse_if(rules.why_not_text(code_key(code), MOST["code"]), most=MOST["code"])
    return _Told(
        code,
        cells.needed(row, "title", MOST["title"]),
        cells.word(row, "kind", ActivityKind, Reason.UNKNOWN_TYPE),
    )


def _taken(change: Change, told: dict[str, _Told]) -> tuple[int, int]:
    """Decide and write. Answers how many were new and how many changed."""
    known = _known(change.session, told)
    new = {key: one for key, one in told.items() if key not in known}
    changed = {key: one for key, one in told.items() if key in known and _differs(known[key], one)}
    _write(change, new, changed, known)
    return len(new), len(changed)


def _known(session: Session, keys: Collection[str]) -> dict[str, tuple[int, _Told]]:
    found: dict[str, tuple[int, _Told]] = {}
    for portion in portions(list(keys)):
        rows = select(Activity.code_key, Activity.id, Activity.code, Activity.title, Activity.kind)
        for key, activity_id, code, title, kind in session.execute(rows.where(Activity.code_key.in_(portion))):
            found[key] = activity_id, _Told(code, title, kind)
    return found


def _differs(known: tuple[int, _Told], told: _Told) -> bool:
    return (known[1].title, known[1].kind) != (told.title, told.kind)


def _write(
    change: Change, new: dict[str, _Told], changed: dict[str, _Told], known: dict[str, tuple[int, _Told]]
) -> None:
    if new:
        rows = [{"code_key": key, **asdict(one)} for key, one in new.items()]
        change.session.execute(insert(Activity), rows)
        change.note(after={one.code: {"title": one.title, "kind": one.kind.value} for one in new.values()})
    if changed:
        fields = [{"id": known[key][0], "title": one.title, "kind": one.kind} for key, one in changed.items()]
        change.session.execute(update(Activity), fields)
        before = [known[key][1] for key in changed]
        change.note(
            before={one.code: {"title": one.title, "kind": one.kind.value} for one in before},
            after={
                was.code: {"title": one.title, "kind": one.kind.value}
                for was, one in zip(before, changed.values(), strict=True)
            },
        )
