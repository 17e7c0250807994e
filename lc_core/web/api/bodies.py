"""What programs send: the bodies and the questions in addresses. Each is described here and nowhere else."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lc_core.vocabulary import ContractType, InvitationStatus

MOST_ROWS = 10_000
"""What one call may bring: it is one transaction, in which nobody else writes on SQLite."""
MOST_CONTRACTS = 2_000
"""Each has its own audit chain: new ones take four times as long as other rows."""
MOST_BYTES = 10 * 1024**2
MOST_VALUES = 200_000
"""Commas in a body: rows have seven cells at most, and a million wrong values cost a gigabyte to be told one by one."""
MOST_AT_ONCE = 500
LARGEST_ID = 2**63 - 1
LARGEST_NUMBER = 2**31 - 1
NO_NUL = r"^[^\x00]*$"

Text = Annotated[str, Field(pattern=NO_NUL)]
"""A text that both databases can keep."""
Cell = str | None
"""A cell of a feed; null and the empty text say: none."""
Entry = Annotated[str, Field(pattern=r"^[^;]*$")]
"""One of several in a cell of a feed, in which `;` stands between them."""


class Body(BaseModel):
    """A JSON object in which nothing is guessed: types are as they are declared, and unknown names are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Paged(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")
    after: str = Field(default="", pattern=r"^[0-9]{0,18}$", description="What `next` of the page before holds.")
    limit: int = Field(default=100, ge=1, le=MOST_AT_ONCE, description="How many at most.")

    @property
    def last(self) -> int:
        """The id of the last one that the asker has; 0: none yet."""
        return int(self.after or 0)


def _said(words: list[str]) -> list[str]:
    """Without what was left empty: `?status=&after=` asks for nothing in particular."""
    return [word for word in words if word]


class InvitationsPaged(Paged):
    """Which invitations of a contract, and which part of them."""

    status: Annotated[
        list[InvitationStatus], BeforeValidator(_said, json_schema_input_type=list[InvitationStatus | Literal[""]])
    ] = Field(default=[], description="Only these; none said, or an empty one: all.")


# --- invitations -----------------------------------------------------------------------------------------------------


class Inviting(Body):
    """Whom to invite, as R-ADD: each entry is one address."""

    addresses: list[str] = Field(min_length=1, max_length=MOST_ROWS)
    activities: list[Text] = Field(
        default=[],
        max_length=MOST_AT_ONCE,
        description="Codes of the activities that a voucher invitation covers; none said: all of the contract.",
    )


class Choosing(Body):
    """Which invitations, by their ids or by the addresses of the people."""

    ids: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] = Field(default=[], max_length=MOST_ROWS)
    addresses: list[str] = Field(default=[], max_length=MOST_ROWS)


class Revoking(Choosing):
    """Which invitations to revoke, and whether those who were written to before are told."""

    tell: bool = False


# --- feeds -----------------------------------------------------------------------------------------------------------


class UserRow(Body):
    """Who has an account; found by external_id, else by address."""

    email: str
    name: Cell = None
    external_id: Cell = None


class ActivityRow(Body):
    """One activity of the catalogue, found by code."""

    code: str
    title: str
    kind: str = Field(description="online, classroom or certification")


class ContractRow(Body):
    """One contract, found by code; a code that is not known makes one. What a row does not name stays as it is.

    The type of a contract stays. Admins and activities are added and never removed.
    """

    code: str
    title: str
    type: str = Field(description="voucher, subscription or unlimited")
    seats: int = Field(ge=0, le=LARGEST_NUMBER)
    valid_from: str = Field(description="`YYYY-MM-DD`")
    valid_to: Cell = Field(default=None, description="`YYYY-MM-DD`, the last day; none: without end.")
    per_user_limit: int | None = Field(
        default=None, ge=0, le=LARGEST_NUMBER, description="How many activities one person may take; 0: any number."
    )
    require_invitation_code: bool | None = None
    description: Cell = None
    group: Cell = Field(default=None, description="By its name; made where there is none.")
    external_id: Cell = None
    source: Cell = None
    admins: list[Entry] = Field(default=[], max_length=MOST_AT_ONCE, description="Addresses.")
    activities: list[Entry] = Field(default=[], max_length=MOST_AT_ONCE, description="Codes of the catalogue.")


class EnrollmentRow(Body):
    """One enrollment as the LMS tells it. What a row does not name stays as it is.

    Dates: `YYYY-MM-DD` (the start of that day in LC_TIMEZONE) or ISO 8601 with an offset.
    """

    contract: str
    activity: str
    email: str
    enrolled_at: str
    status: str
    completed_at: Cell = None
    withdrawn_at: Cell = None


class Users(Body):
    rows: list[UserRow] = Field(max_length=MOST_ROWS)


class Activities(Body):
    rows: list[ActivityRow] = Field(max_length=MOST_ROWS)


class Contracts(Body):
    rows: list[ContractRow] = Field(max_length=MOST_CONTRACTS)


class Enrollments(Body):
    rows: list[EnrollmentRow] = Field(max_length=MOST_ROWS)


# --- purchases -------------------------------------------------------------------------------------------------------


class Buying(Body):
    """An order of the shop (R-INT-1). What one that comes again does not say stays as it is."""

    order_id: Text = Field(min_length=1, max_length=200)
    buyer_email: str
    buyer_name: Text = Field(default="", max_length=200)
    activity: Text = Field(min_length=1, max_length=200, description="The activity's code.")
    seats: int = Field(ge=1, le=LARGEST_NUMBER)
    purchased_at: str = Field(description="`YYYY-MM-DD` or ISO 8601 with an offset.")
    valid_days: int = Field(default=0, ge=0, le=LARGEST_NUMBER, description="0: without end.")
    title: Text = Field(default="", max_length=400, description="None said: the activity's.")
    code: Text = Field(default="", max_length=200, description="None said: made from the order id.")
    type: ContractType = ContractType.VOUCHER
    external_id: Text = Field(default="", max_length=200)
    source: Text = Field(default="", max_length=200)
