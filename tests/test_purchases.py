"""A purchase makes a contract, and the buyer its contract admin; the same order makes one contract for ever (R-INT-1)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lc_core import activities, contracts, people, privacy, purchase_rules, purchases
from lc_core.purchases import Order
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Person
from lc_core.records.operations import OperationKey
from lc_core.records.purchase_models import Purchase
from lc_core.vocabulary import ActivityKind, ContractType, Event, LetterKind, Role
from tests import worlds
from tests.worlds import OPERATOR, email, last_event, not_found, refused, unchanged

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


# --- the same order again --------------------------------------------------------------------------------------------


def test_the_same_order_twice_makes_one_contract(shop):
    made = buy(shop)

    with unchanged(shop):
        again = buy(shop, buyer_email=" ADA@example.org", buyer_name="Somebody", activity="fa ")
    assert (again.contract_id, again.code, again.new, again.changed) == (made.contract_id, "S-100", False, False)


def test_the_same_order_changes_nothing_that_people_changed_since(shop):
    made = buy(shop)
    contracts.rename(shop, OPERATOR, made.contract_id, "Ours")
    now = told_of(shop, made.contract_id)
    contracts.edit(shop, OPERATOR, made.contract_id, replace(now, seats=99, valid_to=None), version=2)

    with unchanged(shop):
        buy(shop)


def test_an_order_that_says_something_else_changes_that_alone(shop, clock):
    made = buy(shop)
    contracts.rename(shop, OPERATOR, made.contract_id, "Ours")
    longer = replace(told_of(shop, made.contract_id), valid_to=date(2030, 12, 31))
    contracts.edit(shop, OPERATOR, made.contract_id, longer, version=2)
    clock.forward(timedelta(days=1))
    again = buy(shop, seats=20)
    told = last_event(shop, made.contract_id)

    assert (again.new, again.changed) == (False, True)
    assert (told.event, told.before, told.after) == (Event.PURCHASED, {"seats": 12}, {"seats": 20, "order": "S-100"})
    now = told_of(shop, made.contract_id)
    assert (now.title, now.seats, now.valid_to) == ("Ours", 20, date(2030, 12, 31))
    with unchanged(shop):
        assert not buy(shop, seats=20).changed
    assert worlds.count_of(shop, Letter) == 1


def test_an_order_may_say_another_period_title_code_and_origin(shop):
    made = buy(shop)
    buy(shop, valid_days=0, title="Fleet", code="C-9", external_id="sku-8", source="Web")
    now = told_of(shop, made.contract_id)

    assert (now.valid_from, now.valid_to) == (date(2026, 6, 14), None)
    assert (now.title, now.code, now.external_id, now.source) == ("Fleet", "C-9", "sku-8", "Web")
    with unchanged(shop):
        buy(shop, valid_days=0, title="", code="", external_id="", source="")


def test_an_order_of_fewer_seats_than_are_used_is_refused(shop):
    made = buy(shop)
    for name in ("bob", "carl"):
        worlds.an_enrolled(shop, made.contract_id, name)

    with refused(shop, Reason.SEATS_BELOW_USED, used=2, seats=1):
        buy(shop, seats=1)


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        ({"buyer_email": email("eve")}, Reason.ORDER_OF_ANOTHER),
        ({"activity": "OTHER"}, Reason.ORDER_OF_OTHER_ACTIVITY),
        ({"type": ContractType.UNLIMITED}, Reason.TYPE_IS_FIXED),
        ({"code": "TAKEN"}, Reason.CODE_TAKEN),
        ({"seats": 0}, Reason.NOTHING_BOUGHT),
    ],
)
def test_whose_an_order_is_and_what_was_bought_stays(shop, otherwise, reason):
    activities.create(shop, OPERATOR, "OTHER", "Other", ActivityKind.ONLINE)
    worlds.a_contract(shop, code="taken")
    buy(shop)

    with refused(shop, reason):
        buy(shop, **otherwise)


def test_an_order_whose_contract_was_deleted_makes_no_other(shop):
    contracts.delete_unused(shop, OPERATOR, buy(shop).contract_id)

    with refused(shop, Reason.ORDER_DELETED):
        buy(shop)


def test_an_order_does_not_bring_back_a_buyer_who_was_erased(shop):
    buy(shop)
    privacy.erase(shop, OPERATOR, worlds.person_of(shop, "ada").id)

    with refused(shop, Reason.PERSON_ERASED):
        buy(shop)


def test_a_repeated_key_answers_as_before(shop):
    key = OperationKey.new()
    made = purchases.make(shop, OPERATOR, ORDER, key=key)

    with unchanged(shop):
        assert purchases.make(shop, OPERATOR, ORDER, key=key) == made
    with refused(shop, Reason.KEY_USED_OTHERWISE):
        purchases.make(shop, OPERATOR, replace(ORDER, seats=13), key=key)


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
