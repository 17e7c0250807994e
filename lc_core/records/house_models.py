"""The tables of the house itself: roles, letters, operations and the audit log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lc_core.reasons import Reason
from lc_core.records.models import Person, Record
from lc_core.records.types import Id, word
from lc_core.vocabulary import AlertKind, Event, LetterKind, LetterState, Privilege, Result, Role


class RoleHeld(Record):
    """A role that holds everywhere; contract admins are named on their contracts instead."""

    __tablename__ = "roles_held"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(word(Role), primary_key=True)


class PrivilegeHeld(Record):
    __tablename__ = "privileges_held"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    privilege: Mapped[Privilege] = mapped_column(word(Privilege), primary_key=True)


class IdentityHeld(Record):
    """Who somebody is to the sign-in service. `sessions_valid_after` goes by that service's clock: older ones are over."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("person_id", "issuer"),)
    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    since: Mapped[datetime]
    sessions_valid_after: Mapped[datetime | None]


class Letter(Record):
    """The outbox: a letter is written in the transaction of what it tells (R-ADD-7) and holds no address.

    `about`: what else it tells of, by kind (an alert: its threshold). `server_words`: the mail server's last answer, in
    which the address is masked. `attempts` also tells the claims of a letter apart: only the newest one marks it.
    """

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("invitation_id", "kind", "send_number"),
        CheckConstraint("(state = 'sent') = (sent_at is not null)", name="sent_has_its_time"),
        CheckConstraint("(state = 'claimed') = (lease_until is not null)", name="claimed_has_its_lease"),
        CheckConstraint("cancelled_for is null or state = 'cancelled'", name="cancelled_says_why"),
        Index("ix_letters_due", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[LetterKind] = mapped_column(word(LetterKind, grows=True))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"))
    about: Mapped[str] = mapped_column(String(100), default="", server_default="")
    send_number: Mapped[int] = mapped_column(default=1)
    state: Mapped[LetterState] = mapped_column(word(LetterState))
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    lease_until: Mapped[datetime | None]
    server_words: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    cancelled_for: Mapped[Reason | None] = mapped_column(word(Reason, grows=True))
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    person: Mapped[Person] = relationship(lazy="raise")


class AlertRaised(Record):
    """A threshold that a contract has reached; `basis`: what it was measured by, so that each is told once (R-ANA-6)."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("contract_id", "kind", "threshold", "basis"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    kind: Mapped[AlertKind] = mapped_column(word(AlertKind, grows=True))
    threshold: Mapped[int]
    basis: Mapped[str] = mapped_column(String(40))
    raised_at: Mapped[datetime]


class Digest(Record):
    """Who wants the weekly digest, or did (R-ANA-7). `wanted_since` is empty while they do not.

    `monday`: the newest one whose digest was written, or that had come when it was turned on. A day and not an instant:
    no change of clocks or zones makes a second one of it. `stop_token`: what the link in every letter stops it with, kept
    while the digest is off, so that old letters go on to work. It opens nothing else.
    """

    __tablename__ = "digests"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    wanted_since: Mapped[datetime | None]
    monday: Mapped[date]
    stop_token: Mapped[str] = mapped_column(String(64), unique=True)


class Beat(Record):
    """When a worker last did one of its jobs, and since when it fails; `words`: what is wrong."""

    __tablename__ = "beats"
    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(String(1000), default="", server_default="")


class ChangedRow(Record):
    """A row of a copied table that was written or removed, noted by triggers: in what order on SQLite, by whom on PostgreSQL."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_xid", "xid").ddl_if(dialect="postgresql"),  # on SQLite, with one writer, all are 0
        {"sqlite_autoincrement": True},  # a number is never used again, whatever was trimmed
    )
    seq: Mapped[int] = mapped_column(Id, primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int] = mapped_column(Id)
    contract_id: Mapped[int | None] = mapped_column(Id)


class Bookmark(Record):
    """How far somebody has read the changes: all before `position` is behind them."""

    __tablename__ = "bookmarks"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class InvitationImport(Record):
    """A long list of people to invite that is worked off in parts: how far it is (R-ADD-6). It holds no address."""

    __tablename__ = "invitation_imports"
    __table_args__ = (
        CheckConstraint("done >= 0 and done <= rows", name="done_are_of_the_rows"),
        Index("ix_invitation_imports_contract", "contract_id", "digest"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(100), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    done: Mapped[int]
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PreparedInvitation(Record):
    """Somebody who will be invited when a renewed contract begins (R-CON-17): the worker invites them and takes the row away."""

    __tablename__ = "prepared_invitations"
    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class CodeAttempt(Record):
    """An invitation code was entered and not accepted (R-LRN-3). Kept for a quarter of an hour."""

    __tablename__ = "code_attempts"
    __table_args__ = (Index("ix_code_attempts_at", "at"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    network: Mapped[str] = mapped_column(String(64), default="", server_default="")
    at: Mapped[datetime]


class Operation(Record):
    """An operation key and what was answered to it, so that a repeat is answered the same; remembered for a while."""

    __tablename__ = "operations"
    __table_args__ = (Index("ix_operations_at", "at"),)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class AuditEvent(Record):
    """One change: append-only, chained by hash per contract (chain 0: what belongs to no contract) (R-AUD-1)."""

    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("chain", "position"),
        Index("ix_audit_events_at", "at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chain: Mapped[int] = mapped_column(Id)
    position: Mapped[int]
    event: Mapped[Event] = mapped_column(word(Event, grows=True))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    subject: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(String(1000))
    items_digest: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditItem(Record):
    """What a bulk change did to one invitation or person."""

    __tablename__ = "audit_items"
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_events.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    invitation_id: Mapped[int | None] = mapped_column(Id)
    result: Mapped[Result] = mapped_column(word(Result, grows=True))


class AuditHead(Record):
    """Where each chain ends: the anchor that `check` proves the events against."""

    __tablename__ = "audit_heads"
    chain: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    position: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
