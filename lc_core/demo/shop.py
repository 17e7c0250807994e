"""The demo's shop: with each sale it hands over all that it ever sold, which changes nothing but what is new (R-INT-1)."""

from dataclasses import dataclass, field

from lc_core.demo import cast, lms
from lc_core.demo.script import Sale
from lc_core.records.db import Actor, Database

HEAD = ("order_id", "buyer_email", "buyer_name", "activity", "seats", "purchased_at", "valid_days", "title", "source")


@dataclass
class Shop:
    """What was sold, by order."""

    sold: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def sells(self, db: Database, actor: Actor, sale: Sale) -> None:
        """Somebody buys."""
        part, buyer = sale.part, cast.BUYERS[sale.part.admin]
        (activity,) = part.topics
        bought = (sale.at_first or part.seats, db.clock().isoformat(), part.days, part.title, "Shop")
        self.sold[part.code] = (part.code, buyer.email, buyer.name, activity, *bought)
        self._deliver(db, actor)

    def sells_more(self, db: Database, actor: Actor, sale: Sale) -> None:
        """More seats of the same order."""
        told = self.sold[sale.part.code]
        at = HEAD.index("seats")
        self.sold[sale.part.code] = (*told[:at], sale.part.seats, *told[at + 1 :])
        self._deliver(db, actor)

    def _deliver(self, db: Database, actor: Actor) -> None:
        lms.hand_over(db, actor, "purchases", HEAD, list(self.sold.values()))
