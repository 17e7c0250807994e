"""Purchases: an order makes a contract, and the buyer its contract admin (R-INT-1)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from lc_core import access, activities, addresses, contracts, people, purchase_rules, rules
from lc_core.addresses import Address
from lc_core.contracts import MOST, Draft, code_key
from lc_core.errors import NotFound, Refused, refuse_if
from lc_core.mail import outbox
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, alone, portions
from lc_core.records.models import Activity, Contract, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.records.purchase_models import Purchase
from lc_core.vocabulary import Action, ContractType, Event, LetterKind

LONGEST = {"order_id": MOST["code"], "activity": MOST["code"], "buyer_name": people.LONGEST_NAME}
TEXTS = ("title", "code", "external_id", "source")


@dataclass(frozen=True)
class Order:
    """What a shop says of a purchase. `activity`: its code. `valid_days` 0: without end.

    What is None, or an empty text, is not said: then the contract has no end, is a voucher, its code is made from the
    order id, its title is the activity's. An order that comes again leaves that as it is.
    """

    order_id: str
    buyer_email: str
    buyer_name: str
    activity: str
    seats: int
    purchased_at: datetime
    valid_days: int | None = None
    title: str = ""
    code: str = ""
    type: ContractType | None = None
    external_id: str = ""
    source: str = ""


@dataclass(frozen=True)
class Purchased:
    """What an order came to: its contract; whether that is new; and if not, whether the order said something else now."""

    contract_id: int
    code: str
    new: bool
    changed: bool = False


@dataclass(frozen=True)
class _Known:
    """An order that came before, with what it is compared by."""

    purchase: Purchase
    contract_type: ContractType | None
    buyer_key: str | None
    activity_key: str


@repeatable
def make(db: Database, actor: Actor, order: Order, *, key: OperationKey | None = None) -> Purchased:
    """Make a contract of an order. An order id that is known makes none: what it says otherwise is changed.

    Refused with `purchase_rules`' reasons, and with those of contracts and addresses.
    """
    order, buyer = settled(order), _buyer(order)
    with db.change(actor, Event.PURCHASED, key=key) as change:
        access.require(change.session, actor, Action.MANAGE_CONTRACTS)
        alone(change.session, f"purchase {order.order_id}")  # or two would both find that nobody knows the order
        known = _known(change.session, [order.order_id]).get(order.order_id)
        made = _buy(change, order, buyer, db.zone) if known is None else _tell_again(change, known, order, buyer)
        return change.answer(made)


def says_nothing_new(session: Session, orders: Collection[Order]) -> set[str]:
    """The ids of those (settled) orders that came before and say the same."""
    told = {order.order_id: order for order in orders}
    return {
        order_id
        for order_id, known in _known(session, list(told)).items()
        if _why_not(known, told[order_id], _buyer(told[order_id])) is None
        and not _otherwise(known.purchase, told[order_id])
    }


def settled(order: Order) -> Order:
    """The order with its texts trimmed, and refused where one of them cannot be kept."""
    texts = ("order_id", "activity", "buyer_name", *TEXTS)
    order = replace(order, **{name: getattr(order, name).strip() for name in texts})
    refuse_if(None if order.order_id else Reason.ORDER_MISSING)
    for name in texts:
        most = LONGEST.get(name) or MOST[name]
        refuse_if(rules.why_not_text(getattr(order, name), most), most=most)
    refuse_if(purchase_rules.why_not_amounts(order.seats, order.valid_days or 0))
    return order


def _buyer(order: Order) -> Address:
    found = addresses.parse(order.buyer_email)
    if isinstance(found, Reason):
        raise Refused(found)
    return found


def _known(session: Session, order_ids: list[str]) -> dict[str, _Known]:
    found: dict[str, _Known] = {}
    columns = select(Purchase, Contract.contract_type, Person.email_key, Activity.code_key)
    joined = columns.join(Person, Person.id == Purchase.buyer_id).join(Activity, Activity.id == Purchase.activity_id)
    joined = joined.outerjoin(Contract, Contract.id == Purchase.contract_id)
    for portion in portions(order_ids):
        for row in session.execute(joined.where(Purchase.order_id.in_(portion))):
            found[row[0].order_id] = _Known(*row)
    return found


def _buy(change: Change, order: Order, buyer: Address, zone: ZoneInfo) -> Purchased:
    """The contract of an order that is new here: its activity, its admin, and the letter to them."""
    activity = change.session.scalar(select(Activity).where(Activity.code_key == code_key(order.activity)))
    code = order.code or order.order_id
    taken = change.session.scalar(select(Contract.id).where(Contract.code_key == code_key(code)))
    refuse_if(purchase_rules.why_not_purchase(activity_known=activity is not None, code_taken=taken is not None))
    if activity is None:
        raise NotFound
    contract = contracts.create_within(change, _draft(order, code, activity.title, zone), zone)
    activities.add_within(change, contract, [activity.id])
    person_id = _make_buyer(change, buyer, order.buyer_name)
    contracts.name_admins(change, contract, [person_id])
    outbox.tell(change, LetterKind.PURCHASE, [person_id])
    ids = {"contract_id": contract.id, "buyer_id": person_id, "activity_id": activity.id}
    told = _told(order) | {"order_id": order.order_id, "valid_days": order.valid_days or 0, "told_at": change.now}
    change.session.execute(insert(Purchase).values(**ids, **told))
    change.note(after={"order": order.order_id})
    return Purchased(contract.id, contract.code, new=True)


def _draft(order: Order, code: str, title: str, zone: ZoneInfo) -> Draft:
    return Draft(
        code=code,
        title=order.title or title,
        contract_type=order.type or ContractType.VOUCHER,
        seats=order.seats,
        external_id=order.external_id,
        source=order.source,
        **_period(order.purchased_at, order.valid_days or 0, zone),
    )


def _period(purchased_at: datetime, valid_days: int, zone: ZoneInfo) -> dict[str, Any]:
    """From the day of the purchase, for so many days, that day among them."""
    try:
        first = purchased_at.astimezone(zone).date()
    except OverflowError:  # the calendar's first and last hours, in zones where it has ended or not begun
        raise Refused(Reason.INVALID_DATE, column="purchased_at") from None
    return {"valid_from": first, "valid_to": purchase_rules.last_day(first, valid_days)}


def _make_buyer(change: Change, buyer: Address, name: str) -> int:
    """Who bought, made known if they are not; their name is taken where none is known."""
    person = change.session.get_one(Person, people.make_known(change, [buyer])[buyer.key].person_id)
    if name and not person.name:
        person.name, person.search_text = name, people.search_text(name, person.email_key, person.email)
    return person.id


def _tell_again(change: Change, known: _Known, order: Order, buyer: Address) -> Purchased:
    """Change what the order says otherwise than before, and nothing that people have changed since."""
    purchase = known.purchase
    refuse_if(_why_not(known, order, buyer))
    contract = access.contract_to_change(change, purchase.contract_id or 0, Action.MANAGE_CONTRACTS)
    otherwise = _otherwise(purchase, order)
    if not otherwise:
        return Purchased(contract.id, contract.code, new=False)
    for name, value in otherwise.items():
        setattr(purchase, name, value)
    said: dict[str, Any] = {name: otherwise[name] for name in ("seats", *TEXTS) if name in otherwise}
    if otherwise.keys() & {"purchased_at", "valid_days"}:
        said |= _period(purchase.purchased_at, purchase.valid_days, ZoneInfo(contract.timezone))
    contracts.edit_within(change, contract, replace(contracts.as_draft(change.session, contract), **said))
    purchase.told_at = change.now
    change.note(contract=contract.id, after={"order": order.order_id})
    return Purchased(contract.id, contract.code, new=False, changed=True)


def _why_not(known: _Known, order: Order, buyer: Address) -> Reason | None:
    return purchase_rules.why_not_tell_again(
        deleted=known.contract_type is None,
        erased=known.buyer_key is None,
        same_buyer=known.buyer_key == buyer.key,
        same_activity=known.activity_key == code_key(order.activity),
        same_type=order.type in {None, known.contract_type},
    )


def _told(order: Order) -> dict[str, Any]:
    """What is remembered of an order's words."""
    return {name: getattr(order, name) for name in ("seats", "purchased_at", "valid_days", *TEXTS)}


def _otherwise(purchase: Purchase, order: Order) -> dict[str, Any]:
    """What an order says otherwise than before; None and an empty text say nothing."""
    return {
        name: value
        for name, value in _told(order).items()
        if value not in {None, getattr(purchase, name)} and (value or name not in TEXTS)
    }
