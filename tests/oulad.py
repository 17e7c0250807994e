"""Totals of the OULAD data set, counted twice: from its raw files with nothing but `csv`, and from what an import made of them.

`python tests/oulad.py DIR`, where DIR/raw holds the data set's files and DIR/feeds what was made of them for this product.
Both databases are tried, each twice, since a second import changes nothing. Exit 1 on any difference.
"""

# ruff: noqa: T201 - it is run by hand, and says what it compared

import csv
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from sqlalchemy import func, select

from lc_core.intake import feeds
from lc_core.intake.feed_report import Report
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, Contract, Enrollment, Invitation, Person, SeatMove
from tests import databases, oulad_questions

Facts = dict[str, object]
ENDS = {"Pass": "completed", "Distinction": "completed", "Fail": "failed", "Withdrawn": "withdrawn"}
BEGINS = {"B": 2, "J": 10}
"""The month in which a presentation begins, by the letter at its end."""


# --- counted from the raw files --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Registration:
    """One student in one presentation of one module."""

    module: str
    presentation: str
    student: str
    enrolled: date | None
    withdrawn: date | None
    status: str


@dataclass
class Course:
    """One module as a contract: what a seat is for, how many there are, and who found one, in the order of time."""

    module: str
    per_person: bool
    seats: int
    taken: list[date] = field(default_factory=list)
    inside: list[Registration] = field(default_factory=list)
    without_seat: int = 0

    def enroll(self, registrations: list[Registration]) -> None:
        """The order of the feeds: by day, then presentation, then address."""
        held: set[tuple[str, str]] = set()
        dated = [
            (one.enrolled, one.presentation, f"student{one.student}@", one) for one in registrations if one.enrolled
        ]
        for day, presentation, _, one in sorted(dated, key=lambda row: row[:3]):
            unit = (one.student, "" if self.per_person else presentation)
            if unit not in held and len(held) == self.seats:
                self.without_seat += 1
                continue
            if unit not in held:
                held.add(unit)
                self.taken.append(day)
            self.inside.append(one)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def registrations_of(raw: Path) -> Iterator[Registration]:
    keys = ("code_module", "code_presentation", "id_student")
    results = {tuple(row[key] for key in keys): row["final_result"] for row in rows_of(raw / "studentInfo.csv")}
    for row in rows_of(raw / "studentRegistration.csv"):
        module, presentation, student = (row[key] for key in keys)
        begins = date(int(presentation[:4]), BEGINS[presentation[4]], 1)
        status = ENDS[results[module, presentation, student]]
        left = row["date_unregistration"] if status == "withdrawn" else ""
        yield Registration(
            module, presentation, student, _day(begins, row["date_registration"]), _day(begins, left), status
        )


def _day(begins: date, offset: str) -> date | None:
    return begins + timedelta(days=int(float(offset))) if offset else None


def counted(folder: Path) -> Facts:
    """What the raw files come to. Types and seats of the contracts are choices of the feeds, and read there."""
    registrations = list(registrations_of(folder / "raw"))
    courses = [
        Course(row["code"], row["type"] != "voucher", int(row["seats"]))
        for row in rows_of(folder / "feeds" / "contracts.csv")
    ]
    for course in courses:
        course.enroll([one for one in registrations if one.module == course.module])
    inside = [one for course in courses for one in course.inside]
    students = {one.student for one in registrations}
    return {
        "activities": len(rows_of(folder / "raw" / "courses.csv")),
        "students registered": len(students),
        "contracts": len({one.module for one in registrations}),
        "enrollment rows read": len(registrations),
        "rejected, missing_date": sum(one.enrolled is None for one in registrations),
        "rejected, no_seat": sum(course.without_seat for course in courses),
        "enrollments": len(inside),
        "invitations": len({(one.module, one.student) for one in inside}),
        "withdrawn, date unknown": sum(one.status == "withdrawn" and one.withdrawn is None for one in inside),
        "last withdrawal": max(one.withdrawn for one in inside if one.withdrawn),
        **{f"{status} in {module}": n for (module, status), n in Counter((o.module, o.status) for o in inside).items()},
        **{f"{o} enrolled": n for o, n in Counter(f"{one.module}-{one.presentation}" for one in inside).items()},
        **{f"seats used, {course.module}": len(course.taken) for course in courses},
        **{f"seats by month, {course.module}": by_month(course.taken) for course in courses},
        **oulad_questions.expected(courses, oulad_questions.validities(rows_of(folder / "feeds" / "contracts.csv"))),
    }


def by_month(days: list[date]) -> list[tuple[str, int]]:
    """How many seats were used at the end of each month in which one was taken."""
    taken = sorted(Counter(f"{day:%Y-%m}" for day in days).items())
    return list(zip((month for month, _ in taken), accumulate(n for _, n in taken), strict=True))


# --- counted in the records ------------------------------------------------------------------------------------------


def imported(db: Database, report: Report) -> Facts:
    """The same facts, as the import's report and the records tell them."""
    rejected = report.files[3].rejected
    with db.read() as session:

        def count(model: type[Activity | Contract | Enrollment | Invitation | Person], *conditions: object) -> int:
            return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]

        last = session.scalar(select(func.max(Enrollment.withdrawn_at)))
        contracts = list(session.scalars(select(Contract).order_by(Contract.code)))
        facts: Facts = {
            "activities": count(Activity),
            "students registered": count(Person, Person.registered_at.is_not(None)),
            "contracts": len(contracts),
            "enrollment rows read": report.files[3].read,
            **{f"rejected, {reason.value}": n for reason, n in rejected.items()},
            "enrollments": count(Enrollment),
            "invitations": count(Invitation, Invitation.first_enrolled_at.is_not(None)),
            "withdrawn, date unknown": count(
                Enrollment, Enrollment.status == "withdrawn", Enrollment.withdrawn_at.is_(None)
            ),
            "last withdrawal": last.date() if last else None,
        }
        by_status = select(Contract.code, Enrollment.status, func.count()).join(
            Enrollment, Enrollment.contract_id == Contract.id
        )
        for code, status, n in session.execute(by_status.group_by(Contract.code, Enrollment.status)):
            facts[f"{status.value} in {code}"] = n
        by_activity = select(Activity.code, func.count()).join(Enrollment, Enrollment.activity_id == Activity.id)
        facts |= {f"{code} enrolled": n for code, n in session.execute(by_activity.group_by(Activity.code))}
        for contract in contracts:
            taken = select(SeatMove.effective_at).where(SeatMove.contract_id == contract.id, SeatMove.delta == 1)
            facts[f"seats used, {contract.code}"] = contract.seats_used
            facts[f"seats by month, {contract.code}"] = by_month([at.date() for at in session.scalars(taken)])
    return facts


# --- both beside each other ------------------------------------------------------------------------------------------


def differences(kind: str, url: str, folder: Path, expected: Facts) -> Iterator[str]:
    """Import twice into a fresh database, say what was compared, and answer what differs."""
    db = Database.open(url)
    try:
        for again in (False, True):
            begun = time.perf_counter()
            report = feeds.import_folder(db, Actor.operator("oulad"), folder / "feeds")
            print(f"{kind}: {'second' if again else 'first'} import took {time.perf_counter() - begun:.1f} s")
            if again and any(file.new or file.changed for file in report.files):
                yield f"{kind}: the second import changed something: {report.as_json()['files']}"
            found = imported(db, report) | questions(url, expected)
            for what in sorted(expected.keys() | found.keys()):
                if expected.get(what, 0) != found.get(what, 0):
                    yield f"{kind}: {what}: {expected.get(what, 0)} in the raw files, {found.get(what, 0)} here"
            print(f"{kind}: compared {len(expected)} totals")
    finally:
        db.close()


def questions(url: str, expected: Facts) -> Facts:
    """The facts that `lc ask` tells, from a copy of its own."""
    days = {day for day, _used in expected["asked: use over time"]}  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        return oulad_questions.asked(url, Path(folder), days)


def main(folder: Path) -> int:
    expected = counted(folder)
    for what, value in expected.items():
        if isinstance(value, int):
            print(f"{what:>28}  {value:>7,}")
    home = databases.open_home()
    found: list[str] = []
    try:
        for kind, fresh in (("SQLite", databases.sqlite_copy), ("PostgreSQL", databases.postgres_copy)):
            with fresh(home) as url:
                found += differences(kind, url, folder, expected)
    finally:
        databases.close_home(home)
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(found)} differences, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1], "raw").is_dir():
        print("usage: python tests/oulad.py DIR, with DIR/raw and DIR/feeds", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(Path(sys.argv[1])))
