"""The same order again: it makes no second contract, and changes what it says otherwise (R-INT-1)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lc_core import activities, contracts, privacy, purchases
from lc_core.reasons import Reason
from lc_core.records.house_models import Letter
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ActivityKind, ContractType, Event
from tests import worlds
from tests.test_purchases import ORDER, buy, shop, told_of
from tests.worlds import OPERATOR, email, last_event, refused, unchanged

__all__ = ["shop"]


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


def test_what_an_order_does_not_say_stays_as_it_is(shop):
    made = buy(shop, type=ContractType.SUBSCRIPTION)
    with unchanged(shop):
        assert not buy(shop, valid_days=None, type=None).changed
    buy(shop, valid_days=None, type=None, purchased_at=ORDER.purchased_at + timedelta(days=1))
    now = told_of(shop, made.contract_id)

    assert (now.valid_from, now.valid_to) == (date(2026, 6, 15), date(2027, 6, 14))
    assert now.contract_type is ContractType.SUBSCRIPTION
    assert buy(shop, valid_days=0).changed
    assert told_of(shop, made.contract_id).valid_to is None


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
