"""The worker: what is done without anybody asking. Several may run; each job is safe to be done by all of them at once."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event as Flag
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from lc_core import alerts, digests, outgoing, reminding, renewing
from lc_core.exports.kept import Kept
from lc_core.exports.reporting import WORKER, Reports
from lc_core.insight import weeks
from lc_core.insight.copy import Insight
from lc_core.intake import drop_folder
from lc_core.mail.delivery import Round, deliver
from lc_core.mail.letters import Writer
from lc_core.mail.smtp import MailServer
from lc_core.records import beats
from lc_core.records.db import Database, DatabaseError, utc_now
from lc_core.records.once import forget_keys
from lc_core.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds that a mail server which is down is left alone: twice as long each time."""
BEATS_EACH = 30.0
"""Seconds between two notes that a job is still done, as long as nothing else is to be told of it."""
JUMP = timedelta(seconds=2)
"""How much later than its pause a job may be due before the clock counts as set back."""
log = logging.getLogger("lc.worker")


@dataclass
class Worker:
    """One worker process: its records, its mail server, and when it is to stop."""

    db: Database
    insight: Insight
    settings: Settings
    stop: Flag = field(default_factory=Flag)

    def __post_init__(self) -> None:
        url = self.settings.smtp_url.get_secret_value()
        sender = self.settings.mail_bounces or self.settings.mail_from
        connections = self.settings.mail_connections if url else 0
        self.servers = [MailServer(url, sender) for _connection in range(connections)]
        self._noted: dict[str, tuple[float, str]] = {}
        self._pause = 0.0
        self._not_before = 0.0

    @property
    def jobs(self) -> dict[str, tuple[timedelta, Callable[[], dict[str, Any]]]]:
        """Each job with its pause between two times; it answers what it did."""
        return {
            "reminders": (timedelta(minutes=5), lambda: {"written": reminding.remind(self.db, WORKER)}),
            "alerts": (timedelta(minutes=15), lambda: {"raised": alerts.raise_due(self.db, WORKER)}),
            "digests": (timedelta(minutes=5), lambda: {"written": digests.write_due(self.db, WORKER)}),
            "renewals": (timedelta(minutes=5), self.send_prepared),
            "feeds": (timedelta(seconds=10), self.take_feeds),
            outgoing.MAIL: (timedelta(seconds=2), self.deliver),
            "copy": (timedelta(minutes=1), self.refresh),
            "reports": (timedelta(minutes=1), self.make_reports),
            "keys": (timedelta(hours=1), lambda: {"forgotten": forget_keys(self.db, self.stop.is_set)}),
        }

    def once(self) -> list[dict[str, Any]]:
        """Do each job once; answers what each did, and what is wrong."""
        return [{"job": name, **self.do(name)} for name in self.jobs]

    def run(self) -> None:
        """Do the jobs, each at its times, until told to stop."""
        scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, (pause, _do) in self.jobs.items():
            scheduler.add_job(self.do, "interval", args=[name], id=name, seconds=pause.total_seconds())
        scheduler.start()
        self._wake(scheduler, late=timedelta(days=-1))
        while not self.stop.wait(1):
            self._wake(scheduler, late=JUMP)
        scheduler.shutdown()
        for server in self.servers:
            server.close()

    def _wake(self, scheduler: BackgroundScheduler, *, late: timedelta) -> None:
        """Do at once what is due later than its pause allows: the clock was set back, or the worker just began."""
        for job in scheduler.get_jobs():
            if job.next_run_time > utc_now() + self.jobs[job.id][0] + late:
                job.modify(next_run_time=utc_now())

    def do(self, name: str) -> dict[str, Any]:
        """One job, once. Whatever goes wrong is told, and the next time comes."""
        try:
            done = self.jobs[name][1]()
        except Exception as wrong:  # a database that restarts, a letter that cannot be written: none ends the worker
            log.warning("%s: %s", name, wrong, exc_info=log.isEnabledFor(logging.DEBUG))
            done = {"wrong": str(wrong) or type(wrong).__name__}
        else:
            if any(done.values()):
                log.info("%s: %s", name, ", ".join(f"{what} {n}" for what, n in done.items() if n))
        self._note(name, str(done.get("wrong", "")))
        return done

    def _note(self, name: str, words: str) -> None:
        """Let it be known that the job is done; not more often than somebody could want to know."""
        now = time.monotonic()
        last, said = self._noted.get(name, (now - BEATS_EACH, ""))
        if words == said and now - last < BEATS_EACH:
            return
        try:
            beats.note(self.db, name, words)
        except DatabaseError as wrong:
            log.warning("%s: %s", name, wrong)
        else:
            self._noted[name] = now, words

    def deliver(self) -> dict[str, Any]:
        """Send the letters that are due."""
        if not self.servers:
            return {"wrong": outgoing.NO_SERVER}
        if time.monotonic() < self._not_before:
            return {"wrong": self._noted.get(outgoing.MAIL, (0.0, ""))[1]}  # as it was when it was looked at last
        told_of = partial(weeks.week_of, self.insight)
        files = Kept(self.settings.exports_dir)
        writer = Writer(self.settings.base_url, self.settings.mail_from, self.db.zone, told_of, files.token)
        limit = self.settings.mail_per_minute
        rounds = [Round(self.db, server, writer, per_minute=limit, stopped=self.stop.is_set) for server in self.servers]
        done = deliver(rounds)
        if done.down:
            self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
            self._not_before = time.monotonic() + self._pause * random.uniform(0.5, 1)  # noqa: S311 (keeps no secret)
        else:
            self._pause = 0.0
        told = vars(done).copy()
        return told | {"wrong": told.pop("down")}

    def take_feeds(self) -> dict[str, Any]:
        """Take the feeds that were laid into the folder for them, where there is one (R-INT-2)."""
        folder = self.settings.feed_folder
        return vars(drop_folder.look(self.db, drop_folder.FEED_FOLDER, Path(folder))) if folder else {}

    def send_prepared(self) -> dict[str, Any]:
        """Invite whom renewals have prepared, where the new period has begun (R-CON-17)."""
        return {"invited": sum(one.invited for one in renewing.send_prepared(self.db, WORKER))}

    def refresh(self) -> dict[str, Any]:
        """Bring the analytic copy up to date."""
        self.insight.refresh()
        return {}

    def make_reports(self) -> dict[str, Any]:
        """Make the exports that are due or were asked for (R-EXP-5, R-EXP-6, R-EXP-8)."""
        return Reports.of(self.insight, self.settings, stopped=self.stop.is_set).work()
