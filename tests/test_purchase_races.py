"""The same order, told by several at once, makes one contract, and everybody is told which (R-INT-1)."""

from dataclasses import replace

import pytest

from lc_core import activities, purchases
from lc_core.reasons import Reason
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, ContractAdmin
from lc_core.records.operations import OperationKey
from lc_core.records.purchase_models import Purchase
from lc_core.vocabulary import ActivityKind
from tests.races.program import Call, Safety
from tests.races.together import race
from tests.test_purchases import ORDER
from tests.test_races import ROUNDS, UNTIL_ALL_HAVE_LOOKED, errors_in, one
from tests.worlds import OPERATOR, count_of

MANY = 6


@pytest.fixture
def shop(db):
    activities.create(db, OPERATOR, ORDER.activity, "First aid", ActivityKind.ONLINE)
    return db


def tell(order, **key):
    return [Call(purchases.make, (OPERATOR, order), key)]


def test_without_the_lock_an_order_told_at_once_is_refused_to_some_though_it_was_made(shop, db_url):
    lost = []
    for number in range(ROUNDS):
        runners = [tell(replace(ORDER, order_id=f"S-{number}"))] * 2
        told = one(race(db_url, runners, without={Safety.PURCHASE_LOCK}, linger=UNTIL_ALL_HAVE_LOOKED))
        lost = [reply for reply in told if reply.reason is Reason.CODE_TAKEN or reply.error]
        if lost:
            break

    assert lost


@pytest.mark.parametrize("linger", [0.0, 0.1])
def test_an_order_told_by_many_at_once_makes_one_contract(shop, db_url, linger):
    told = race(db_url, [tell(ORDER)] * MANY, processes=3, linger=linger)
    answers = [reply.answer for reply in one(told)]

    assert errors_in(told) == []
    assert {answer.contract_id for answer in answers} == {answers[0].contract_id}
    assert sorted(answer.new for answer in answers) == [False] * (MANY - 1) + [True]
    assert [count_of(shop, model) for model in (Contract, Purchase, ContractAdmin)] == [1, 1, 1]
    assert count_of(shop, Letter) == 1


def test_two_orders_of_a_new_buyer_at_once_make_one_person_and_two_contracts(shop, db_url):
    told = race(db_url, [tell(ORDER), tell(replace(ORDER, order_id="S-101"))], linger=0.1)

    assert errors_in(told) == []
    assert [reply.answer.new for reply in one(told)] == [True, True]
    assert [count_of(shop, model) for model in (Contract, Purchase, ContractAdmin)] == [2, 2, 2]


def test_an_order_that_two_tell_otherwise_at_once_says_what_was_told_last(shop, db_url):
    made = purchases.make(shop, OPERATOR, ORDER)
    told = race(db_url, [tell(replace(ORDER, seats=seats)) for seats in (20, 30)], linger=0.1)

    assert errors_in(told) == []
    assert [reply.answer.changed for reply in one(told)] == [True, True]
    with shop.read() as session:
        contract = session.get_one(Contract, made.contract_id)
        assert contract.seats in {20, 30}
        assert session.get_one(Purchase, 1).seats == contract.seats


def test_one_key_used_by_many_at_once_is_answered_alike(shop, db_url):
    key = OperationKey.new()
    told = race(db_url, [tell(ORDER, key=key)] * 3, linger=0.1)

    assert errors_in(told) == []
    assert {reply.answer.new for reply in one(told)} == {True}
    assert count_of(shop, Contract) == 1
