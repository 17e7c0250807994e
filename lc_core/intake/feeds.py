"""The feeds: a folder of files that the LMS hands over, taken in one go; taken again, it changes nothing (R-INT-2)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lc_core import access
from lc_core.intake import feed_activities, feed_contracts, feed_enrollments, feed_files, feed_purchases, feed_users
from lc_core.intake.feed_files import Shape, Sheet
from lc_core.intake.feed_report import Report
from lc_core.records.db import Actor, Database
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Action

Progress = Callable[[str, int, int], None]
"""Told before each file and at the end: the file, how many rows are done, how many there are."""


@dataclass(frozen=True)
class Feed:
    """One kind of file: its columns, what one must be allowed to bring it, and who takes it."""

    shape: Shape
    action: Action
    take: Callable[[Database, Actor, Sheet, Report], None]


FEEDS = (
    Feed(feed_activities.SHAPE, Action.MANAGE_CONTRACTS, feed_activities.take),
    Feed(feed_users.SHAPE, Action.MANAGE_PLACE, feed_users.take),
    Feed(feed_contracts.SHAPE, Action.MANAGE_CONTRACTS, feed_contracts.take),
    Feed(feed_purchases.SHAPE, Action.MANAGE_CONTRACTS, feed_purchases.take),
    Feed(feed_enrollments.SHAPE, Action.MANAGE_CONTRACTS, feed_enrollments.take),
)
"""In the order in which they are taken: what comes later builds on what came before."""


def import_folder(db: Database, actor: Actor, folder: Path, *, progress: Progress | None = None) -> Report:
    """Take the feeds of a folder: `activities`, `users`, `contracts`, `purchases`, `enrollments`; .csv or .parquet.

    Nothing is written where one of the files cannot be read, or where the actor may not bring all of them (NotFound):
    users are for those who manage the place, the others for those who manage contracts. Bad rows are rejected one by
    one, with their reason.
    """
    return take(db, actor, _read(db, actor, folder), progress=progress)


def import_files(
    db: Database,
    actor: Actor,
    files: Mapping[str, bytes],
    *,
    key: OperationKey | None = None,  # noqa: ARG001 (every click has one; brought again, files change nothing anyway)
) -> Report:
    """Take feeds that were uploaded, by their names, as `import_folder` does; they are not kept."""
    with _in_a_folder(files) as folder:
        return import_folder(db, actor, folder)


def rehearse(db: Database, actor: Actor, files: Mapping[str, bytes]) -> Report:
    """What `import_files` would come to now. Nothing of it stays; others can write when it is over."""
    with _in_a_folder(files) as folder:
        sheets = _read(db, actor, folder)
    with db.rehearsal() as stage:
        return take(stage, actor, sheets)


@contextmanager
def _in_a_folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """The files where feeds are looked for, for so long."""
    with TemporaryDirectory(prefix="lc-import-") as folder:
        for name, data in files.items():
            (Path(folder) / Path(name).name).write_bytes(data)
        yield Path(folder)


def _read(db: Database, actor: Actor, folder: Path) -> list[tuple[Feed, Sheet]]:
    """The feeds of a folder that may be brought by whoever asks."""
    files = feed_files.find(folder, [feed.shape for feed in FEEDS])
    wanted = [feed for feed in FEEDS if feed.shape.name in files]
    with db.read() as session:
        for action in {feed.action for feed in wanted}:
            access.require(session, actor, action)
    return [(feed, feed_files.read(files[feed.shape.name], feed.shape)) for feed in wanted]


def take(
    db: Database, actor: Actor, sheets: Sequence[tuple[Feed, Sheet]], *, progress: Progress | None = None
) -> Report:
    """Take sheets that were read already."""
    report = Report()
    done, rows = 0, sum(len(sheet.rows) for _, sheet in sheets)
    for feed, sheet in sheets:
        if progress is not None:
            progress(sheet.file, done, rows)
        feed.take(db, actor, sheet, report)
        done += len(sheet.rows)
    if progress is not None:
        progress("", done, rows)
    report.unregistered = sorted(set(report.unregistered))
    return report
