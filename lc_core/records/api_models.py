"""The tables of the HTTP API: its tokens, and how often each is used."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lc_core.records.models import Record
from lc_core.records.types import Id


class ApiToken(Record):
    """A key with which a program acts for a person. `digest`: its SHA-256, which is all that is kept of it.

    `scopes`: what it is for, in words separated by spaces. `name`: what its maker calls it.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("expires_at > made_at", name="ends_after_it_begins"),
        {"sqlite_autoincrement": True},  # the keys of a token's operations hold its id: it never means another one
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class TokenUse(Record):
    """The calls of a token in the last minute in which it was used."""

    __tablename__ = "token_uses"
    token_id: Mapped[int] = mapped_column(
        ForeignKey("api_tokens.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    minute: Mapped[datetime]
    calls: Mapped[int]
