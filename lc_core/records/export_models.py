"""The tables of exports: what is saved, when it is made by itself, and each time that one was made."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lc_core.reasons import Reason
from lc_core.records.models import Record
from lc_core.records.types import Id, word
from lc_core.report_rules import LONGEST_NAME, Often, RunState

LONGEST_FOLDER = 1000
LONGEST_FILE_NAME = 200


class SavedExport(Record):
    """A choice under a name, its owner's alone (R-EXP-4). `chosen`: as `exports.chosen.Chosen` writes it."""

    __tablename__ = "saved_exports"
    __table_args__ = (UniqueConstraint("person_id", "name_key"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    name_key: Mapped[str] = mapped_column(Text)
    chosen: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}


class ExportSchedule(Record):
    """When a saved export is made by itself (R-EXP-5). `since`: due times before it are not its own.

    `folder` empty: a letter is sent. `stem`: how its files are called there, before the day; no two say the same in one
    folder, however letters are written.
    """

    __tablename__ = "export_schedules"
    __table_args__ = (
        CheckConstraint("weekday between 0 and 6 and day between 1 and 31", name="days_there_are"),
        Index(
            "ix_export_schedules_files",
            "folder",
            "stem_key",
            unique=True,
            sqlite_where=text("folder <> ''"),
            postgresql_where=text("folder <> ''"),
        ),
    )
    saved_export_id: Mapped[int] = mapped_column(
        ForeignKey("saved_exports.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    often: Mapped[Often] = mapped_column(word(Often))
    at: Mapped[time] = mapped_column(Time)
    zone: Mapped[str] = mapped_column(String(100))
    weekday: Mapped[int]
    day: Mapped[int]
    folder: Mapped[str] = mapped_column(String(LONGEST_FOLDER))
    stem: Mapped[str] = mapped_column(String(LONGEST_FILE_NAME))
    stem_key: Mapped[str] = mapped_column(String(2 * LONGEST_FILE_NAME))
    since: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class ExportRun(Record):
    """One making of an export: for a due time, which is made once, or because its owner asked (R-EXP-6, R-EXP-8).

    Without a saved export it was asked for under no name. `chosen`, `folder`, `by_letter` and `stem` are as they were
    when it came due. `attempts` also tells claims apart: only the newest one marks the run. `written`: how many of its
    `rows` are written, while it is being made. `token_hash`: of what opens the file, which is known by the file's name
    alone. `rights_hash`: of what the owner of a file without a name could see when it was made.
    """

    __tablename__ = "export_runs"
    __table_args__ = (
        UniqueConstraint("saved_export_id", "due_at"),
        CheckConstraint("(state = 'running') = (lease_until is not null)", name="running_has_its_lease"),
        CheckConstraint("(state in ('done', 'failed')) = (finished_at is not null)", name="over_has_its_time"),
        CheckConstraint("(state = 'done') = (token_hash is not null)", name="done_has_its_file"),
        CheckConstraint("failed_for is not null or state not in ('failed', 'again')", name="failed_says_why"),
        Index("ix_export_runs_state", "state", "try_at"),
        Index("ix_export_runs_person_id", "person_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    saved_export_id: Mapped[int | None] = mapped_column(ForeignKey("saved_exports.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    day: Mapped[date]
    chosen: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(String(LONGEST_FOLDER))
    by_letter: Mapped[bool]
    stem: Mapped[str] = mapped_column(String(LONGEST_FILE_NAME))
    state: Mapped[RunState] = mapped_column(word(RunState))
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    try_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    written: Mapped[int | None]
    rows: Mapped[int | None]
    bytes: Mapped[int | None] = mapped_column(Id)
    as_of: Mapped[datetime | None]
    failed_for: Mapped[Reason | None] = mapped_column(word(Reason, grows=True))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    rights_hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]

    @property
    def file_name(self) -> str:
        """What its file is called wherever it goes, but for its ending."""
        return f"{self.stem}-{self.day:%Y-%m-%d}"
