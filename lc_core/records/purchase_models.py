"""The table of purchases: which order made which contract, and what the order said (R-INT-1)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lc_core.records.models import Record
from lc_core.records.types import Id


class Purchase(Record):
    """An order, as it was told last; `title` and `code` are empty where it gave none.

    What it said is kept beside the contract, which people change: so an order that comes again and says the same changes
    nothing, and one that says something else changes that alone. `contract_id` is empty when the contract was deleted.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        CheckConstraint("seats >= 1", name="one_seat_at_least"),
        CheckConstraint("valid_days >= 0", name="days_not_negative"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    order_id: Mapped[str] = mapped_column(String(200), unique=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id", ondelete="SET NULL"), unique=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    seats: Mapped[int]
    purchased_at: Mapped[datetime]
    valid_days: Mapped[int]
    title: Mapped[str] = mapped_column(String(400))
    code: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(200))
    told_at: Mapped[datetime]
