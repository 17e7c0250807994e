"""The data sets that can be exported: their columns with type and meaning, what limits them, and the order of their rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from lc_core.insight.columns import Columns
from lc_core.insight.tables import INSTANT
from lc_core.language import N_
from lc_core.vocabulary import ContractStatus, EnrollmentStatus, InvitationStatus, SeatReason
from lc_core.words import Word

QUERIES = Path(__file__).parents[2] / "queries" / "exports"
LOCAL = pl.Datetime("us")
"""What a clock on the wall shows: an instant in the chosen time zone, without the zone."""
LOCALLY = "_local"
KINDS: Mapping[Any, str] = {
    pl.String: "text",
    pl.Int64: "integer",
    pl.Float64: "number",
    pl.Boolean: "true or false",
    pl.Date: "date",
    INSTANT: "timestamp (UTC)",
    LOCAL: "timestamp (local)",
}


class Filter(StrEnum):
    """What an export can be limited by. The first four come down to some contracts."""

    CONTRACT = "contract"
    GROUP = "group"
    TYPE = "type"
    CONTRACT_STATUS = "contract_status"
    ACTIVITY = "activity"
    STATUS = "status"
    PERIOD = "period"


OF_CONTRACTS = frozenset({Filter.CONTRACT, Filter.GROUP, Filter.TYPE, Filter.CONTRACT_STATUS})


@dataclass(frozen=True)
class Column:
    """One line of the dictionary. `meaning` is to be said through gettext."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    meaning: str

    @property
    def kind(self) -> str:
        """The type, as the dictionary names it."""
        return KINDS[self.dtype]


@dataclass(frozen=True)
class Dataset:
    """`words`, `about` and `order` are to be said through gettext.

    `statuses`: the words by which `Wanted.statuses` limits it; `instant`: the column that a period limits, or none.
    `beside`: the questions whose answers its SQL reads, each as a table of its name.
    """

    name: str
    words: str
    about: str
    columns: tuple[Column, ...]
    order: str
    statuses: type[Word] | None = None
    instant: str = ""
    takes_activity: bool = False
    beside: tuple[str, ...] = ()
    by_name: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def filters(self) -> frozenset[Filter]:
        """What it can be limited by."""
        more = {Filter.ACTIVITY: self.takes_activity, Filter.STATUS: self.statuses, Filter.PERIOD: self.instant}
        return OF_CONTRACTS | {limit for limit, taken in more.items() if taken}

    @property
    def schema(self) -> Columns:
        return {column.name: column.dtype for column in self.columns}


def _instant(name: str, meaning: str) -> tuple[Column, Column]:
    """An instant twice: in UTC, and on the clocks of the chosen zone."""
    local = Column(name + LOCALLY, LOCAL, N_("The same instant by the clocks of the chosen time zone."))
    return Column(name, INSTANT, meaning), local


_CONTRACT = (
    Column("contract_code", pl.String, N_("The contract's code.")),
    Column("contract_title", pl.String, N_("The contract's title.")),
    Column("contract_type", pl.String, N_("Voucher, subscription or unlimited: what one seat is for.")),
    Column("contract_group", pl.String, N_("The contract's group; empty: it is in none.")),
)
_ACTIVITY = (
    Column("activity_code", pl.String, N_("The activity's code.")),
    Column("activity_title", pl.String, N_("The activity's title.")),
)
_PERSON = (
    Column("person", pl.String, N_("The person's name; a pseudonym for those who may not see people.")),
    Column("email", pl.String, N_("The person's address; empty for those who may not see people.")),
)
_EACH_STATUS = {
    EnrollmentStatus.WAITLISTED: N_("Enrollments on the waiting list."),
    EnrollmentStatus.PENDING_APPROVAL: N_("Enrollments that wait for an approval."),
    EnrollmentStatus.ENROLLED: N_("Enrollments in which nothing is started."),
    EnrollmentStatus.IN_PROGRESS: N_("Enrollments in progress."),
    EnrollmentStatus.COMPLETED: N_("Completed enrollments."),
    EnrollmentStatus.FAILED: N_("Failed enrollments."),
    EnrollmentStatus.NO_SHOW: N_("Enrollments of people who did not come."),
    EnrollmentStatus.WITHDRAWN: N_("Withdrawn enrollments."),
}

_ENROLLMENTS = Dataset(
    "enrollments",
    N_("Enrollments"),
    N_("One row for each person enrolled in an activity through a contract, with the status it has now."),
    (
        *_CONTRACT,
        *_ACTIVITY,
        *_PERSON,
        Column("status", pl.String, N_("How the enrollment stands.")),
        *_instant("enrolled_at", N_("When the person enrolled (UTC).")),
        *_instant("progress_at", N_("When something was last done (UTC); empty: nothing yet, or not known.")),
        *_instant("completed_at", N_("When it was completed (UTC).")),
        *_instant("withdrawn_at", N_("When it was withdrawn (UTC); may be unknown.")),
    ),
    N_("By contract, in the order in which they were made; then by when the person enrolled."),
    statuses=EnrollmentStatus,
    instant="enrolled_at",
    takes_activity=True,
)
_INVITATIONS = Dataset(
    "invitations",
    N_("Invitations"),
    N_("One row for each invitation, revoked and de-allocated ones included, with the status it has at this moment."),
    (
        *_CONTRACT,
        *_PERSON,
        Column("status", pl.String, N_("How the invitation stands, by the clock at the moment of the export.")),
        Column("source", pl.String, N_("Invited, imported, or the person used the contract's code.")),
        Column("times_sent", pl.Int64, N_("How many times it was sent.")),
        *_instant("invited_at", N_("When it was made (UTC).")),
        *_instant("first_sent_at", N_("When it was first sent (UTC).")),
        *_instant("last_sent_at", N_("When it was last sent (UTC).")),
        *_instant("expires_at", N_("When it expires if nobody answers (UTC); empty: never.")),
        *_instant("redeemed_at", N_("When it was accepted (UTC).")),
        *_instant("first_enrolled_at", N_("When the person first enrolled through it (UTC).")),
        *_instant("revoked_at", N_("When it was revoked (UTC).")),
        *_instant("deallocated_at", N_("When its seat was de-allocated (UTC).")),
    ),
    N_("By contract, in the order in which they were made; then by when the invitation was made."),
    statuses=InvitationStatus,
    instant="invited_at",
    takes_activity=True,
)
_CONTRACTS = Dataset(
    "contracts",
    N_("Contracts"),
    N_(
        "One row for each contract, archived ones included. Used + reserved + pending + uncommitted + expired unused = "
        "seats; over-invited stands apart."
    ),
    (
        *_CONTRACT,
        Column("status", pl.String, N_("Future, active or expired, by the clock; or archived.")),
        Column("seats", pl.Int64, N_("All seats of the contract.")),
        Column("used", pl.Int64, N_("Seats taken and not returned.")),
        Column("reserved", pl.Int64, N_("Seats for those who accepted and have not enrolled yet.")),
        Column("pending", pl.Int64, N_("Seats for those who are invited and have not accepted yet.")),
        Column("uncommitted", pl.Int64, N_("Seats that nobody has and nobody was invited to.")),
        Column("over_invited", pl.Int64, N_("Seats asked for beyond those that are free.")),
        Column("expired_unused", pl.Int64, N_("Seats that were never used and cannot be any more.")),
        Column("utilisation", pl.Float64, N_("Seats used divided by seats; empty for a contract of 0 seats.")),
        Column("valid_from", pl.Date, N_("The first day, in the contract's time zone.")),
        Column("valid_to", pl.Date, N_("The last day, in the contract's time zone; empty: it has no end.")),
        Column("timezone", pl.String, N_("The contract's time zone.")),
        *_instant("starts_at", N_("The instant at which it begins (UTC).")),
        *_instant("ends_at", N_("The instant at which it ends (UTC); empty: it has no end.")),
        Column("per_user_limit", pl.Int64, N_("How many activities a person may take; 0: any number.")),
        Column("require_invitation_code", pl.Boolean, N_("Whether new invitations ask for the code.")),
        Column("seat_release", pl.String, N_("When a withdrawal returns its seat.")),
        *_instant("archived_at", N_("When it was archived (UTC); empty: it is not.")),
        *_instant("created_at", N_("When it was made (UTC).")),
    ),
    N_("By contract, in the order in which they were made."),
    statuses=ContractStatus,
    beside=("how_full_is_each_contract",),
)
_LEDGER = Dataset(
    "ledger",
    N_("Seat ledger"),
    N_("One row for each seat that was taken or came back. The sum of `delta` is the seats used."),
    (
        *_CONTRACT,
        Column("activity_code", pl.String, N_("The activity's code; empty: the seat is for every activity.")),
        Column("activity_title", pl.String, N_("The activity's title; empty: the seat is for every activity.")),
        *_PERSON,
        Column("move", pl.Int64, N_("The row's number in the ledger.")),
        Column("delta", pl.Int64, N_("1: a seat was taken; -1: it came back.")),
        Column("why", pl.String, N_("Why it was taken or came back.")),
        Column("used_after", pl.Int64, N_("Seats of the contract that were used after it.")),
        *_instant("effective_at", N_("When it happened (UTC).")),
        *_instant("recorded_at", N_("When it was written down (UTC).")),
    ),
    N_("By contract, in the order in which they were made; then by when it happened."),
    statuses=SeatReason,
    instant="effective_at",
    takes_activity=True,
)
_ACTIVITIES = Dataset(
    "activities",
    N_("Activities"),
    N_(
        "One row for each activity of a contract, with its enrollments through the contract by the status they have now. "
        "An activity that the contract has no more is told where somebody enrolled in it."
    ),
    (
        *_CONTRACT,
        *_ACTIVITY,
        Column("activity_kind", pl.String, N_("What kind of activity it is.")),
        Column("offered", pl.Boolean, N_("Whether the contract has it now.")),
        Column("enrollments", pl.Int64, N_("All enrollments, withdrawn ones included.")),
        *(Column(status.value, pl.Int64, meaning) for status, meaning in _EACH_STATUS.items()),
    ),
    N_("By contract, in the order in which they were made; then by the activity's number."),
    instant="enrolled_at",
    takes_activity=True,
)
DATASETS: dict[str, Dataset] = {
    dataset.name: dataset for dataset in (_ENROLLMENTS, _INVITATIONS, _CONTRACTS, _LEDGER, _ACTIVITIES)
}
