"""A worker process for the tests: it makes saved exports until it is killed or none waits. Told: database, folder, lease in s.

The folder holds its copy and its files, and is the one into which files may be put.
"""

import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from lc_core.exports.kept import Kept
from lc_core.exports.reporting import Reports
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from lc_core.records.export_models import ExportRun
from lc_core.report_rules import RunState

OVER = [RunState.DONE, RunState.FAILED]


def work(database_url: str, folder: str, lease: str) -> None:
    db, home = Database.open(database_url), Path(folder)
    insight = Insight(db, home / "copy")
    reports = Reports(
        insight,
        Kept(home / "exports"),
        (f"file://{home}/there",),
        timedelta(days=7),
        lease=timedelta(seconds=float(lease)),
    )
    while waits(db):
        reports.work()
        time.sleep(0.05)
    insight.close()
    db.close()


def waits(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).where(ExportRun.state.not_in(OVER))) or 0


if __name__ == "__main__":
    work(*sys.argv[1:])
