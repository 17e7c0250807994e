"""The feed of purchases, by order id: each that is new makes a contract (R-INT-1, R-INT-2)."""

from zoneinfo import ZoneInfo

from lc_core import access, people, purchases
from lc_core.addresses import Address
from lc_core.contracts import MOST
from lc_core.errors import Refused, refuse_if
from lc_core.intake import feed_cells as cells
from lc_core.intake.feed_files import Row, Shape, Sheet
from lc_core.intake.feed_report import FileReport, Report
from lc_core.purchases import LONGEST, TEXTS, Order
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import Action, ContractType

SHAPE = Shape(
    "purchases",
    ("order_id", "buyer_email", "activity", "seats", "purchased_at"),
    ("valid_days", "buyer_name", "title", "code", "type", "external_id", "source"),
)


def take(db: Database, actor: Actor, sheet: Sheet, report: Report) -> None:
    """Take the purchases, each in a change of its own, in the order of the file.

    An order that comes again changes what it says otherwise than before; an empty cell says nothing, but for
    `valid_days`, where it says: no end. A column that the file lacks says nothing.
    """
    file = report.begin(sheet)
    told = _read(sheet, file, db.zone)
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        old = purchases.says_nothing_new(session, [order for _row, order, _buyer in told.values()])
        known = people.known_by_key(session, [buyer.key for _row, _order, buyer in told.values()])
    file.unchanged = len(old)
    for row, order, buyer in (one for order_id, one in told.items() if order_id not in old):
        with file.rejecting(row):
            made = purchases.make(db, actor, order)
            file.new += made.new
            file.changed += made.changed
            file.unchanged += not (made.new or made.changed)
            if made.new and buyer.key not in known:
                report.unregistered.append(buyer.display)


def _read(sheet: Sheet, file: FileReport, zone: ZoneInfo) -> dict[str, tuple[Row, Order, Address]]:
    """The good rows by their order id; of several alike the first counts."""
    told: dict[str, tuple[Row, Order, Address]] = {}
    for row in sheet.rows:
        with file.rejecting(row):
            order = _understood(row, zone)
            buyer = cells.address(order.buyer_email)
            refuse_if(Reason.DUPLICATE_KEY if order.order_id in told else None)
            told[order.order_id] = row, order, buyer
    return told


def _understood(row: Row, zone: ZoneInfo) -> Order:
    purchased_at = cells.instant(row, "purchased_at", zone)
    if purchased_at is None:
        raise Refused(Reason.MISSING_VALUE, column="purchased_at")
    order = Order(
        order_id=cells.needed(row, "order_id", LONGEST["order_id"]),
        buyer_email=row.cells["buyer_email"],
        buyer_name=cells.text(row, "buyer_name", LONGEST["buyer_name"]),
        activity=cells.needed(row, "activity", LONGEST["activity"]),
        seats=cells.number(row, "seats"),
        purchased_at=purchased_at,
        valid_days=_valid_days(row),
        type=_type(row),
        **{name: cells.text(row, name, MOST[name]) for name in TEXTS},
    )
    return purchases.settled(order)


def _valid_days(row: Row) -> int | None:
    if "valid_days" not in row.cells:
        return None
    return cells.number(row, "valid_days") if row.cells["valid_days"].strip() else 0


def _type(row: Row) -> ContractType | None:
    if not row.cells.get("type", "").strip():
        return None
    return cells.word(row, "type", ContractType, Reason.UNKNOWN_TYPE)
