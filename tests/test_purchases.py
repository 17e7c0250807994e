"""A purchase makes a contract, and the buyer its contract admin; the same order makes one contract for ever (R-INT-1)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lc_core import activities, contracts, people, purchase_rules, purchases
from lc_core.purchases import Order
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Person
from lc_core.records.purchase_models import Purchase
from lc_core.vocabulary import ActivityKind, ContractType, Event, LetterKind, Role
from tests import worlds
from tests.worlds import OPERATOR, email, not_found, refused

BOUGHT_AT = datetime(2026, 6, 14, 15, 30, tzinfo=UTC)
ORDER = Order("S-100", email("ada"), "Ada", "FA", 12, BOUGHT_AT, 365, external_id="sku-7", source="Shop")


@pytest.fixture
def shop(db):
    """A catalogue with something to buy."""
    activities.create(db, OPERATOR, "FA", "First aid", ActivityKind.ONLINE)
    return db


def buy(db, order=ORDER, **otherwise):
    return purchases.make(db, OPERATOR, replace(order, **otherwise))


def told_of(db, contract_id):
    with db.read() as session:
        return contracts.as_draft(session, session.get_one(Contract, contract_id))


# --- bought ----------------------------------------------------------------------------------------------------------


def test_a_purchase_makes_a_contract_as_it_was_bought(shop):
    made = buy(shop)

    assert (made.code, made.new, made.changed) == ("S-100", True, False)
    assert told_of(shop, made.contract_id) == worlds.draft(
        code="S-100",
        title="First aid",
        contract_type=ContractType.VOUCHER,
        seats=12,
        valid_from=date(2026, 6, 14),
        valid_to=date(2027, 6, 13),
        external_id="sku-7",
        source="Shop",
        timezone="UTC",
        invitation_ttl_days=None,
    )
    assert len(worlds.offered(shop, made.contract_id)) == 1


def test_a_purchase_is_remembered_in_one_event_without_the_buyers_name(shop):
    made = buy(shop)
    (told,) = worlds.events_of(shop, made.contract_id)

    assert (told.event, told.actor_name) == (Event.PURCHASED, OPERATOR.name)
    assert told.subject == {"contract": made.contract_id}
    assert (told.after["order"], told.after["seats"], len(told.after["admins"])) == ("S-100", 12, 1)
    assert "Ada" not in str(told)
    assert "ada@" not in str(told)


def test_the_buyer_is_contract_admin_with_the_menu_and_gets_a_letter(shop):
    made = buy(shop)
    ada = worlds.person_of(shop, "ada")
    me = people.me(shop, Actor.person(ada.id))

    assert me is not None
    assert me.rights.own == {made.contract_id}
    assert (ada.name, ada.registered_at) == ("Ada", None)
    with shop.read() as session:
        letters = session.execute(select(Letter.kind, Letter.person_id, Letter.contract_id)).all()
    assert [tuple(one) for one in letters] == [(LetterKind.PURCHASE, ada.id, made.contract_id)]


def test_a_buyer_who_is_known_keeps_their_name(shop):
    people.register(shop, OPERATOR, email("ada"), "Ada Lovelace")
    buy(shop)

    assert worlds.person_of(shop, "ada").name == "Ada Lovelace"
    assert worlds.count_of(shop, Person) == 1


def test_a_buyer_whose_name_nobody_knew_is_called_by_it_and_found(shop):
    contract_id = worlds.a_contract(shop)
    worlds.invite(shop, contract_id, "ada")
    buy(shop)

    assert worlds.person_of(shop, "ada").name == "Ada"
    assert people.find(shop, OPERATOR, "ADA")


def test_code_title_and_type_are_as_the_order_says(shop):
    made = buy(shop, code=" C-9 ", title="For the fleet", type=ContractType.SUBSCRIPTION)
    told = told_of(shop, made.contract_id)

    assert (made.code, told.code, told.title) == ("C-9", "C-9", "For the fleet")
    assert told.contract_type is ContractType.SUBSCRIPTION


def test_two_purchases_make_two_contracts(shop):
    first, second = buy(shop), buy(shop, order_id="S-101")

    assert first.contract_id != second.contract_id
    assert worlds.count_of(shop, Contract) == 2
    assert worlds.count_of(shop, Letter) == 2


@pytest.mark.parametrize(
    ("days", "last"),
    [
        (0, None),
        (1, date(2026, 2, 27)),
        (2, date(2026, 2, 28)),
        (3, date(2026, 3, 1)),
        (36_500, date(2126, 2, 2)),
        (2_912_385, date(9999, 12, 30)),
        (2_912_386, None),
    ],
)
def test_a_purchase_lasts_so_many_days_from_its_own_and_0_is_without_end(days, last):
    assert purchase_rules.last_day(date(2026, 2, 27), days) == last


def test_a_contract_begins_on_the_day_that_the_purchase_was_on_where_the_organisation_is(db_url, clock):
    db = Database.open(db_url, clock=clock, timezone="Pacific/Auckland")
    activities.create(db, OPERATOR, "FA", "First aid", ActivityKind.ONLINE)
    told = told_of(db, buy(db, valid_days=1).contract_id)
    db.close()

    assert (told.valid_from, told.valid_to) == (date(2026, 6, 15), date(2026, 6, 15))


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"order_id": "  "}, Reason.ORDER_MISSING),
        ({"order_id": "o" * 201}, Reason.TOO_LONG_TEXT),
        ({"order_id": "o\x00"}, Reason.CONTROL_CHARS),
        ({"buyer_email": "nobody"}, Reason.INVALID_EMAIL),
        ({"buyer_email": ""}, Reason.MISSING_EMAIL),
        ({"buyer_name": "n" * 201}, Reason.TOO_LONG_TEXT),
        ({"activity": "unknown"}, Reason.ACTIVITY_UNKNOWN),
        ({"activity": ""}, Reason.ACTIVITY_UNKNOWN),
        ({"activity": "\ud800"}, Reason.CONTROL_CHARS),
        ({"seats": 0}, Reason.NOTHING_BOUGHT),
        ({"seats": 0, "type": ContractType.UNLIMITED}, Reason.NOTHING_BOUGHT),
        ({"seats": 3_000_000_000}, Reason.NUMBER_TOO_LARGE),
        ({"valid_days": -1}, Reason.DAYS_NEGATIVE),
        ({"valid_days": 36_501}, Reason.NUMBER_TOO_LARGE),
        ({"code": "taken"}, Reason.CODE_TAKEN),
        ({"order_id": "Taken"}, Reason.CODE_TAKEN),
        ({"title": "t" * 401}, Reason.TOO_LONG_TEXT),
        ({"code": "ß" * 101}, Reason.TOO_LONG_TEXT),
    ],
)
def test_what_cannot_be_bought_is_refused_with_its_reason(shop, otherwise, reason):
    worlds.a_contract(shop, code="TAKEN")

    with refused(shop, reason):
        buy(shop, **otherwise)


def test_a_purchase_on_the_calendars_last_day_is_refused_where_that_day_does_not_come(db_url, clock):
    db = Database.open(db_url, clock=clock, timezone="Pacific/Auckland")
    activities.create(db, OPERATOR, "FA", "First aid", ActivityKind.ONLINE)

    with refused(db, Reason.INVALID_DATE, column="purchased_at"):
        buy(db, purchased_at=datetime.max.replace(tzinfo=UTC))
    db.close()


def test_only_those_who_manage_contracts_make_purchases(shop):
    made = buy(shop)
    admin = worlds.an_admin(shop, "ann", made.contract_id)
    for who in (admin, worlds.somebody(shop, "max", Role.MANAGER), worlds.a_learner(shop, "lee")):
        with not_found(shop):
            purchases.make(shop, who, replace(ORDER, order_id="S-101"))
        with not_found(shop):
            purchases.make(shop, who, ORDER)


@pytest.mark.tampers
def test_the_schema_knows_an_order_once(shop):
    buy(shop)
    with shop.read() as session:
        row = dict(session.execute(select(Purchase.__table__)).mappings().one())

    with pytest.raises(IntegrityError), shop.bookkeeping() as session:
        session.execute(Purchase.__table__.insert().values(**{**row, "id": None, "contract_id": None}))
