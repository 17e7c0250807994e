"""The tables of contracts, invitations, seats and enrollments, with their invariants as constraints."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from lc_core import rules
from lc_core.records.types import Id, UtcDateTime, word
from lc_core.vocabulary import (
    ActivityKind,
    ContractStatus,
    ContractType,
    EnrollmentStatus,
    InvitationStatus,
    OverInvitation,
    SeatReason,
    SeatRelease,
    Source,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
LIVE = text("revoked_at is null and deallocated_at is null")


class Record(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime(), date: Date()}


def table_of(model: type[Record]) -> Table:
    """The table itself: many rows are written to it in two thirds of the time that the mapper takes."""
    return cast("Table", model.__table__)


class Person(Record):
    """Everybody ever invited, enrolled or named. Names and addresses live here and nowhere else."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("(email_key is null) = (erased_at is not null)", name="erased_has_no_address"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    email: Mapped[str | None] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    search_text: Mapped[str] = mapped_column(String(600), default="", server_default="")
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    registered_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Group(Record):
    """The list that administrators keep; informational only (R-CON-3)."""

    __tablename__ = "groups"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class Activity(Record):
    __tablename__ = "activities"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(200))
    code_key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(400))
    kind: Mapped[ActivityKind] = mapped_column(word(ActivityKind))
    deactivated_at: Mapped[datetime | None]


class Contract(Record):
    """A number of seats for a set of activities over a period. `starts_at`/`ends_at` are the period's two instants (R-CON-6)."""

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("seats_used >= 0 and seats_used <= seats", name="seats_used_within_seats"),
        CheckConstraint("per_user_limit >= 0", name="limit_not_negative"),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="period_in_order"),
        CheckConstraint("(valid_to is null) = (ends_at is null)", name="end_known_twice"),
        CheckConstraint("invitation_ttl_days is null or invitation_ttl_days >= 1", name="life_at_least_a_day"),
        CheckConstraint("reminder_days is null or reminder_days >= 1", name="reminder_after_a_day"),
        CheckConstraint("reminders_most >= 1", name="one_reminder_at_least"),
        {"sqlite_autoincrement": True},  # the id of a deleted contract never means another one
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(200))
    code_key: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(400))
    search_text: Mapped[str] = mapped_column(String(600), default="", server_default="")
    description: Mapped[str] = mapped_column(String(10_000), default="", server_default="")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    external_id: Mapped[str] = mapped_column(String(200), default="", server_default="")
    source: Mapped[str] = mapped_column(String(200), default="", server_default="")
    contract_type: Mapped[ContractType] = mapped_column(word(ContractType))
    seats: Mapped[int]
    seats_used: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    per_user_limit: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    timezone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    require_invitation_code: Mapped[bool]
    invitation_code: Mapped[str] = mapped_column(String(64), unique=True)
    invitation_code_made_at: Mapped[datetime]
    over_invitation: Mapped[OverInvitation] = mapped_column(word(OverInvitation), default=OverInvitation.WARN)
    seat_release: Mapped[SeatRelease] = mapped_column(word(SeatRelease), default=SeatRelease.NEVER)
    invitation_ttl_days: Mapped[int | None]
    greeting: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    reminder_days: Mapped[int | None]
    reminders_most: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    archived_at: Mapped[datetime | None]
    # unique: a contract has one successor, or two that press at once would both invite its people (R-CON-17)
    renews_id: Mapped[int | None] = mapped_column(
        ForeignKey("contracts.id", ondelete="SET NULL"), unique=True, index=True
    )
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime]
    __mapper_args__ = {"version_id_col": version}

    def status_at(self, now: datetime) -> ContractStatus:
        return rules.contract_status(now, self.starts_at, self.ends_at, self.archived_at)


class ContractAdmin(Record):
    """Who is named on a contract (R-CON-13)."""

    __tablename__ = "contract_admins"
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class PastCode(Record):
    """Codes that no longer work, as hashes (R-CON-10)."""

    __tablename__ = "past_codes"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime]


class ContractActivity(Record):
    """An activity of a contract; `removed_at` keeps the row for the enrollments that stay (R-CON-16)."""

    __tablename__ = "contract_activities"
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), primary_key=True, index=True)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    activity: Mapped[Activity] = relationship(lazy="raise")


class Invitation(Record):
    """One invitation of one person to one contract; its status is computed (R-INV-1)."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("id", "contract_id"),
        CheckConstraint("revoked_at is null or first_enrolled_at is null", name="revoked_only_without_enrollment"),
        CheckConstraint("first_enrolled_at is null or redeemed_at is not null", name="enrolled_is_redeemed"),
        CheckConstraint("send_count >= 0", name="send_count_not_negative"),
        Index("uq_invitations_live", "contract_id", "person_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_invitations_newest", "contract_id", text("invited_at desc"), text("id desc")),
        Index("ix_invitations_person", "person_id", "contract_id"),
        Index(
            "ix_invitations_status",
            "contract_id",
            "revoked_at",
            "deallocated_at",
            "first_enrolled_at",
            "redeemed_at",
            "expires_at",
            "person_id",
        ),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    source: Mapped[Source] = mapped_column(word(Source))
    require_code: Mapped[bool]
    invited_at: Mapped[datetime]
    first_sent_at: Mapped[datetime | None]
    last_sent_at: Mapped[datetime | None]
    send_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    expires_at: Mapped[datetime | None]
    redeemed_at: Mapped[datetime | None]
    first_enrolled_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    deallocated_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="raise")

    def status_at(self, now: datetime) -> InvitationStatus:
        """Needs `person` loaded: whether they have an account decides between two statuses."""
        return rules.invitation_status(
            now,
            deallocated_at=self.deallocated_at,
            revoked_at=self.revoked_at,
            first_enrolled_at=self.first_enrolled_at,
            redeemed_at=self.redeemed_at,
            expires_at=self.expires_at,
            registered_at=self.person.registered_at,
        )


class InvitationActivity(Record):
    """What a voucher invitation covers; the other types cover all activities of their contract (R-CON-15)."""

    __tablename__ = "invitation_activities"
    __table_args__ = (
        ForeignKeyConstraint(
            ["invitation_id", "contract_id"], ["invitations.id", "invitations.contract_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["contract_id", "activity_id"], ["contract_activities.contract_id", "contract_activities.activity_id"]
        ),
        Index("ix_invitation_activities_activity", "contract_id", "activity_id"),
    )
    invitation_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    activity_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    contract_id: Mapped[int] = mapped_column(Id)


class Enrollment(Record):
    """One person in one activity through one contract."""

    __tablename__ = "enrollments"
    __table_args__ = (
        UniqueConstraint("contract_id", "person_id", "activity_id"),
        ForeignKeyConstraint(["invitation_id", "contract_id"], ["invitations.id", "invitations.contract_id"]),
        ForeignKeyConstraint(
            ["contract_id", "activity_id"], ["contract_activities.contract_id", "contract_activities.activity_id"]
        ),
        CheckConstraint("withdrawn_at is null or status = 'withdrawn'", name="withdrawn_when_withdrawn"),
        Index("ix_enrollments_activity", "contract_id", "activity_id", "status"),
        Index("ix_enrollments_invitation", "invitation_id"),
        Index("ix_enrollments_person", "person_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    invitation_id: Mapped[int] = mapped_column(Id)
    status: Mapped[EnrollmentStatus] = mapped_column(word(EnrollmentStatus))
    lms_status: Mapped[str] = mapped_column(String(100), default="", server_default="")
    enrolled_at: Mapped[datetime]
    progress_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    started: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class SeatHeld(Record):
    """The units that hold a seat now. `activity_id` 0 = a person's seat for all activities (subscription, unlimited)."""

    __tablename__ = "seats_held"
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)


class SeatMove(Record):
    """The seat ledger: append-only, kept so by triggers (R-SEAT-6)."""

    __tablename__ = "seat_ledger"
    __table_args__ = (
        CheckConstraint("delta in (-1, 1)", name="one_seat_a_row"),
        Index("ix_seat_ledger_contract", "contract_id", "effective_at"),
        Index("ix_seat_ledger_person", "person_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id"))
    delta: Mapped[int]
    why: Mapped[SeatReason] = mapped_column(word(SeatReason))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
