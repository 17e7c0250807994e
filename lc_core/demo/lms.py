"""The demo's LMS: it knows who enrolled in what and how far they are, and hands that over as feeds (R-INT-2)."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from lc_core.demo.cast import Cast
from lc_core.intake import feeds
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import EnrollmentStatus

HEAD = ("contract", "activity", "email", "enrolled_at", "status", "completed_at", "withdrawn_at")
ENDS = (
    [EnrollmentStatus.COMPLETED] * 62
    + [EnrollmentStatus.FAILED] * 6
    + [EnrollmentStatus.NO_SHOW] * 4
    + [EnrollmentStatus.WITHDRAWN] * 10
    + [EnrollmentStatus.IN_PROGRESS] * 18
)
"""How enrollments end, of a hundred."""


@dataclass
class Course:
    """One person in one activity: when they enrolled, began and came to an end, and to which."""

    contract: str
    activity: str
    who: Cast
    enrolled_at: datetime
    begins_at: datetime
    ends_at: datetime
    end: EnrollmentStatus

    def row(self, now: datetime) -> tuple[str, ...]:
        """What the LMS says of it now."""
        over = now >= self.ends_at
        status = (
            self.end if over else EnrollmentStatus.IN_PROGRESS if now >= self.begins_at else EnrollmentStatus.ENROLLED
        )
        completed = self.ends_at.isoformat() if status is EnrollmentStatus.COMPLETED else ""
        withdrawn = self.ends_at.isoformat() if status is EnrollmentStatus.WITHDRAWN else ""
        at = self.enrolled_at.isoformat()
        return (self.contract, self.activity, self.who.email, at, status.value, completed, withdrawn)


@dataclass
class School:
    """What the LMS holds, and what of it was handed over already."""

    courses: list[Course] = field(default_factory=list)
    told: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def registers(self, db: Database, actor: Actor, who: Iterable[Cast]) -> None:
        """Hand over people who made their accounts."""
        hand_over(db, actor, "users", ("email", "name"), sorted((one.email, one.name) for one in who))

    def enrolls(self, random: Random, contract: str, activity: str, who: Cast, when: datetime) -> None:
        """Somebody enrolls; how it will go is decided now."""
        begins = when + timedelta(days=random.uniform(0, 20))
        ends = begins + timedelta(days=random.uniform(5, 70))
        self.courses.append(Course(contract, activity, who, when, begins, ends, random.choice(ENDS)))

    def deliver(self, db: Database, actor: Actor) -> None:
        """Hand over what is new since the last time: people first, then enrollments."""
        now = db.clock()
        rows = {number: course.row(now) for number, course in enumerate(self.courses) if course.enrolled_at <= now}
        new = {number: row for number, row in rows.items() if self.told.get(number) != row}
        self.told |= new
        self.registers(db, actor, {self.courses[number].who for number in new})
        hand_over(db, actor, "enrollments", HEAD, list(new.values()))


def hand_over(db: Database, actor: Actor, feed: str, head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    """Bring one file of a feed."""
    with TemporaryDirectory() as folder:
        with (Path(folder) / f"{feed}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])
        feeds.import_folder(db, actor, Path(folder))
