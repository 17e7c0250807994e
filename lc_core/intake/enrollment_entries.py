"""The enrollments of one contract on their way in: as a row tells them, as the records have them, as they shall be."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lc_core.addresses import Address
from lc_core.intake.feed_files import Row
from lc_core.vocabulary import EnrollmentStatus

Unit = tuple[str, int]
"""Whose seat it is (R-SEAT-1..3): an e-mail key, since some of the people are not made yet, and an activity or 0."""


@dataclass(frozen=True)
class Told:
    """One row, understood."""

    row: Row
    address: Address
    activity_id: int
    status: EnrollmentStatus
    lms_status: str
    enrolled_at: datetime
    completed_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Stored:
    """An enrollment as the records have it."""

    id: int
    person_id: int
    activity_id: int
    status: EnrollmentStatus
    lms_status: str
    enrolled_at: datetime
    completed_at: datetime | None
    withdrawn_at: datetime | None
    started: bool
    invitation_id: int
    progress_at: datetime | None

    @property
    def withdrawn(self) -> bool:
        return self.status is EnrollmentStatus.WITHDRAWN


@dataclass(frozen=True)
class Entry:
    """One enrollment to be written. `stored` None: a new one; `opens`: it is new or open again, and needs an invitation."""

    told: Told
    stored: Stored | None
    fields: dict[str, Any]
    opens: bool

    @property
    def key(self) -> tuple[str, int]:
        return self.told.address.key, self.told.activity_id

    @property
    def withdraws(self) -> bool:
        """Whether it was open and is withdrawn now."""
        here = self.stored is not None and not self.stored.withdrawn
        return here and self.told.status is EnrollmentStatus.WITHDRAWN


@dataclass
class Book:
    """What the records know of the people of the file and this contract."""

    persons: dict[str, int]
    stored: dict[tuple[str, int], Stored]
    offered: frozenset[int]
    taken: dict[str, set[int]] = field(default_factory=dict)
