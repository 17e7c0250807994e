"""The feeds: a folder of files that the LMS hands over, taken in one go; taken again, it changes nothing (R-INT-2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lc_core import access
from lc_core.intake import feed_activities, feed_contracts, feed_enrollments, feed_files, feed_users
from lc_core.intake.feed_files import Shape, Sheet
from lc_core.intake.feed_report import Report
from lc_core.records.db import Actor, Database
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
    Feed(feed_enrollments.SHAPE, Action.MANAGE_CONTRACTS, feed_enrollments.take),
)
"""In the order in which they are taken: what comes later builds on what came before."""


def import_folder(db: Database, actor: Actor, folder: Path, *, progress: Progress | None = None) -> Report:
    """Take the feeds of a folder: `activities`, `users`, `contracts`, `enrollments`, each as .csv or .parquet.

    Nothing is written where one of the files cannot be read, or where the actor may not bring all of them (NotFound):
    activities, contracts and enrollments are for those who manage contracts, users for those who manage the place. Bad
    rows are rejected one by one, with their reason.
    """
    files = feed_files.find(folder, [feed.shape for feed in FEEDS])
    wanted = [feed for feed in FEEDS if feed.shape.name in files]
    with db.read() as session:
        for action in {feed.action for feed in wanted}:
            access.require(session, actor, action)
    sheets = [(feed, feed_files.read(files[feed.shape.name], feed.shape)) for feed in wanted]
    return take(db, actor, sheets, progress=progress)


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
