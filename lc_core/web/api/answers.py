"""What programs are told: the answers, each described here and nowhere else. Instants are in UTC."""

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from lc_core.reasons import Reason
from lc_core.vocabulary import (
    ActivityKind,
    ContractStatus,
    ContractType,
    InvitationStatus,
    LetterState,
    Result,
    Source,
)


class Answer(BaseModel):
    """A good answer. `statuses`: those it may be sent with."""

    statuses: ClassVar[tuple[int, ...]] = (200,)

    @property
    def status_code(self) -> int:
        return self.statuses[0]


class Contract(BaseModel):
    """One contract."""

    code: str
    title: str
    type: ContractType
    status: ContractStatus
    seats: int
    seats_used: int
    per_user_limit: int = Field(description="How many activities one person may take; 0: any number.")
    valid_from: date
    valid_to: date | None
    timezone: str = Field(description="In which the days of the period begin and end.")
    require_invitation_code: bool
    description: str
    group: str
    external_id: str
    source: str


class ContractPage(Answer):
    """Some contracts, oldest first."""

    contracts: list[Contract]
    next: str | None = Field(description="Where the list goes on, if it does.")


class Activity(BaseModel):
    code: str
    title: str
    kind: ActivityKind


class Seats(BaseModel):
    """Used, reserved, pending, uncommitted and expired_unused are together all seats; over_invited stands apart."""

    seats: int
    used: int
    reserved: int
    pending: int
    uncommitted: int
    over_invited: int
    expired_unused: int


class OneContract(Answer):
    """One contract, what it offers, and how full it is."""

    contract: Contract
    activities: list[Activity]
    seats: Seats


class Invitation(BaseModel):
    """One invitation. For those who may not see people, `person` is a pseudonym and `email` empty."""

    id: int
    person: str
    email: str
    status: InvitationStatus
    source: Source
    invited_at: datetime
    last_sent_at: datetime | None
    send_count: int
    expires_at: datetime | None
    redeemed_at: datetime | None
    mail: LetterState | None
    mail_words: str = Field(description="What the mail server said to a letter that it did not take.")
    activities: int = Field(description="How many activities it covers.")
    enrolled: int = Field(description="In how many of them the person enrolled.")


class InvitationPage(Answer):
    """Some invitations of a contract, oldest first."""

    invitations: list[Invitation]
    next: str | None = Field(description="Where the list goes on, if it does.")


class Outcome(BaseModel):
    """What became of one entry of the request, in the request's order."""

    id: int | None = Field(default=None, description="The invitation, where it was chosen among those there are.")
    address: str | None = Field(default=None, description="The address, as it was sent.")
    result: Result
    reason: Reason | None = Field(description="Why not, where it was refused.")
    detail: str = Field(description="The result, or the reason's sentence, for people.")


class Outcomes(Answer):
    """An outcome for each person: one that cannot be done never stops the rest (R-INV-13)."""

    statuses = (207,)
    outcomes: list[Outcome]
    totals: dict[str, int] = Field(description="How many had which result.")


class FileReport(BaseModel):
    """What became of the rows of one feed."""

    file: str
    read: int
    new: int
    changed: int
    unchanged: int
    rejected: dict[str, int] = Field(description="How many for which reason.")


class Reject(BaseModel):
    """One row that was not taken. `line`: its place among the rows, from 1."""

    file: str
    line: int
    reason: Reason
    detail: str
    row: dict[str, str | int | bool | list[str] | None] = Field(description="The row, as it was sent.")


class Report(Answer):
    """What became of a batch, as `lc import` tells it."""

    files: list[FileReport]
    rejects: list[Reject]
    notices: list[str]
    unregistered: list[str] = Field(description="Addresses that nobody knew: people without an account from now on.")


class Purchase(Answer):
    """What an order came to; an order that is known answers 200, and says whether it changed anything."""

    statuses = (200, 201)
    code: str = Field(description="The contract's code.")
    new: bool
    changed: bool

    @property
    def status_code(self) -> int:
        return 201 if self.new else 200
