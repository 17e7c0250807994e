"""What became of the rows of an import: file by file, and each rejected row with its line and its reason."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from lc_core.errors import Fact, Refused
from lc_core.intake.feed_files import Row, Sheet
from lc_core.language import _
from lc_core.reasons import Reason


@dataclass(frozen=True)
class Reject:
    """One row that was not taken. `row`: its cells by column, as they stand in the file."""

    file: str
    line: int
    reason: Reason
    row: dict[str, str]
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """Why, for people."""
        return self.reason.label.format(**self.facts)


@dataclass
class FileReport:
    """One file: its rows, and how many of them were new, changed something, changed nothing, were rejected and why."""

    file: str
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, row: Row, reason: Reason, **facts: Fact) -> None:
        self.rejected[reason] += 1
        self.rejects.append(Reject(self.file, row.line, reason, row.cells, facts))

    @contextmanager
    def rejecting(self, row: Row) -> Iterator[None]:
        """Take the row's refusal into the report, and go on with the next row."""
        try:
            yield
        except Refused as refused:
            self.reject(row, refused.reason, **refused.facts)


@dataclass
class Report:
    """A whole import. `unregistered`: addresses that nobody knew, and that are people without an account from now on."""

    files: list[FileReport] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unregistered: list[str] = field(default_factory=list)

    @property
    def rejects(self) -> list[Reject]:
        """All rejected rows, by file and line."""
        return [reject for file in self.files for reject in sorted(file.rejects, key=lambda one: one.line)]

    def begin(self, sheet: Sheet) -> FileReport:
        """A file's part of the report, its unreadable rows rejected already."""
        file = FileReport(sheet.file, read=len(sheet.rows) + len(sheet.bad))
        for row, reason in sheet.bad:
            file.reject(row, reason)
        if sheet.ignored:
            said = _("{file}: columns that mean nothing here were ignored: {columns}.")
            self.notices.append(said.format(file=sheet.file, columns=", ".join(sheet.ignored)))
        self.files.append(file)
        return file

    def rejects_as_csv(self) -> str:
        """All rejected rows, each with its file, line and reason."""
        text = StringIO(newline="")
        rows = csv.writer(text)
        rows.writerow(["file", "line", "reason", "row"])
        for one in self.rejects:
            # as JSON: it keeps the names of the columns, and its brace keeps a spreadsheet from running what follows
            rows.writerow([one.file, one.line, one.reason.value, json.dumps(one.row, ensure_ascii=False)])
        return text.getvalue()

    def as_json(self) -> dict[str, Any]:
        """The report as scripts read it."""
        return {
            "files": [
                {
                    "file": file.file,
                    "read": file.read,
                    "new": file.new,
                    "changed": file.changed,
                    "unchanged": file.unchanged,
                    "rejected": {reason.value: count for reason, count in sorted(file.rejected.items())},
                }
                for file in self.files
            ],
            "rejects": [
                {"file": one.file, "line": one.line, "reason": one.reason.value, "row": one.row} for one in self.rejects
            ],
            "notices": self.notices,
            "unregistered": self.unregistered,
        }
