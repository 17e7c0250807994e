"""What `lc ask` says of the OULAD data set, and what must come out, counted from its raw files with nothing but Python."""

import csv
import io
import os
import subprocess
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from sqlalchemy import Select, select

from lc_core.records.db import Database
from lc_core.records.models import Person
from tests import apps

if TYPE_CHECKING:
    from tests.oulad import Course, Facts, Registration

ROOT = Path(__file__).parents[1]
SINCE, UNTIL = date(2014, 1, 10), date(2014, 3, 20)
"""A period that cuts months."""
Row = dict[str, str]


@dataclass(frozen=True)
class Validity:
    """From the first day of a contract to its last."""

    first: date
    last: date


def validities(contracts: list[Row]) -> dict[str, Validity]:
    return {
        row["code"]: Validity(date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"]))
        for row in contracts
    }


# --- counted from the raw files --------------------------------------------------------------------------------------


def expected(courses: "Sequence[Course]", valid: dict[str, Validity]) -> "Facts":
    """The facts, by the same names as `asked` has them."""
    inside = [one for course in courses for one in course.inside]
    first = {}
    for one in sorted(inside, key=lambda one: one.enrolled or date.max):
        first.setdefault((one.module, one.student), one.enrolled)
    students = {one.student for one in inside}
    completed = {(one.module, one.student) for one in inside if one.status == "completed"}
    lately = [one for one in inside if one.enrolled and SINCE <= one.enrolled <= UNTIL]
    return {
        **{f"asked: used, {course.module}": len(course.taken) for course in courses},
        "asked: steps": [len(students)] * 3 + [len({student for _module, student in completed})],
        "asked: activities": sorted(_statuses(inside)),
        "asked: activities in a period": sorted(_statuses(lately)),
        "asked: cohorts": _cohorts(first, completed),
        "asked: use over time": list(_over_time(courses, valid)),
        "asked: seats taken in a period": [
            sum(SINCE <= day <= UNTIL for course in courses for day in course.taken),
            sum(SINCE - (UNTIL - SINCE) <= day + timedelta(1) <= SINCE for course in courses for day in course.taken),
        ],
        "asked: enrolled in a period": len(lately),
        "asked: used at the end of 2013": [
            (course.module, bisect_right(sorted(course.taken), date(2013, 12, 31))) for course in courses
        ],
        "exported: enrollments": sorted(_statuses(inside)),
        "exported: seats": sorted((course.module, len(course.taken)) for course in courses),
        "on the page": [f"{sum(course.seats for course in courses):,}", f"{sum(len(c.taken) for c in courses):,}"],
    }


def _statuses(these: "list[Registration]") -> Iterator[tuple[str, str, int]]:
    counted = Counter((f"{one.module}-{one.presentation}", one.status) for one in these)
    return ((activity, status, n) for (activity, status), n in counted.items())


def _cohorts(
    first: dict[tuple[str, str], date | None], completed: set[tuple[str, str]]
) -> list[tuple[str, int, int, int]]:
    """Month of the first enrollment in a module: how many people, how many of them enrolled, how many completed."""
    months = {who: f"{day:%Y-%m-01}" for who, day in first.items() if day}
    people, done = Counter(months.values()), Counter(month for who, month in months.items() if who in completed)
    return [(month, n, n, done[month]) for month, n in sorted(people.items())]


def _over_time(courses: "Sequence[Course]", valid: dict[str, Validity]) -> Iterator[tuple[str, int]]:
    """Seats used on each day on which one was taken, in the modules whose contract was valid that day."""
    days = {day for course in courses for day in course.taken if valid[course.module].first <= day}
    for day in sorted(days):
        open_then = [one for one in courses if valid[one.module].first <= day <= valid[one.module].last]
        yield str(day), sum(bisect_right(sorted(one.taken), day) for one in open_then)


# --- asked -----------------------------------------------------------------------------------------------------------


def asked(url: str, folder: Path, days: set[str]) -> "Facts":
    """The facts, as the CSV files of `lc ask` tell them. `days`: on which seats were taken."""

    def ask(*words: str) -> list[Row]:
        told = _lc(url, folder, "ask", *words, "--csv")
        return list(csv.DictReader(io.StringIO(told.decode("utf-8-sig"))))

    period = ("--from", str(SINCE), "--to", str(UNTIL))
    steps = {row["step"]: int(row["people"]) for row in ask("where_do_people_stop")}
    changed = {row["what"]: row for row in ask("what_changed", *period)}
    months = ask("how_used_is_each_contract_by_month")
    return {
        **{f"asked: used, {row['code']}": int(row["used"]) for row in ask("how_full_is_each_contract")},
        "asked: steps": [steps[step] for step in ("invited", "accepted", "enrolled", "completed")],
        "asked: activities": sorted(_told(ask("what_happens_in_each_activity"))),
        "asked: activities in a period": sorted(_told(ask("what_happens_in_each_activity", *period))),
        "asked: cohorts": [
            (row["month"], *(int(row[step]) for step in ("invited", "enrolled", "completed")))
            for row in ask("how_do_cohorts_get_on")
        ],
        "asked: use over time": [
            (row["day"], int(row["used"])) for row in ask("how_are_seats_used_over_time") if row["day"] in days
        ],
        "asked: seats taken in a period": [int(changed["seats_taken"][when]) for when in ("now", "before")],
        "asked: enrolled in a period": int(changed["enrolled"]["now"]),
        "asked: used at the end of 2013": [
            (row["code"], int(row["used"])) for row in months if row["month"] == "2013-12-01"
        ],
        **_exported(url, folder),
        "on the page": _on_the_page(url, folder),
    }


def _lc(url: str, folder: Path, *words: str) -> bytes:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    ours = {"LC_DATABASE_URL": url, "LC_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "lc_core.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=kept | ours, check=True, stdout=subprocess.PIPE).stdout


def _exported(url: str, folder: Path) -> "Facts":
    """Enrollments as CSV, counted line by line; the ledger as Parquet, summed."""
    _lc(url, folder, "export", "enrollments", "--to", str(folder / "all.csv"))
    _lc(url, folder, "export", "ledger", "--to", str(folder / "ledger.parquet"))
    with (folder / "all.csv").open(newline="", encoding="utf-8") as file:
        counted = Counter((row["activity_code"], row["status"]) for row in csv.DictReader(file))
    ledger = pl.read_parquet(folder / "ledger.parquet").group_by("contract_code").agg(pl.col("delta").sum())
    return {
        "exported: enrollments": sorted((activity, status, n) for (activity, status), n in counted.items()),
        "exported: seats": sorted(ledger.rows()),
    }


def _on_the_page(url: str, folder: Path) -> list[str]:
    """Seats bought and used, as the page on seat usage shows them to a manager."""
    manager = select(Person.id).where(Person.email == "manager@example.org")
    with pytest.MonkeyPatch.context() as patch, apps.installed(patch, url, folder) as db:
        if _first(db, manager) is None:
            _lc(url, folder, "grant", "manager@example.org", "manager")
        app = apps.shell().run()
        app.button(key=f"person-{_first(db, manager)}").click().run()
        shown = {metric.label: metric.value for metric in apps.at(app, "seat_usage").metric}
    return [shown["Seats bought"], shown["Used"]]


def _told(rows: list[Row]) -> Iterator[tuple[str, str, int]]:
    return ((row["code"], row["status"], int(row["enrollments"])) for row in rows)


def _first(db: Database, wanted: Select[int]) -> int | None:
    with db.read() as session:
        return session.scalar(wanted)
