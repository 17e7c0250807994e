"""Renewing a contract into a new one (R-CON-17)."""

from datetime import UTC, date, datetime

import pytest

from lc_core import (
    contract_lists,
    contracts,
    managed_contracts,
    renewing,
    rules,
)
from lc_core.reasons import Reason
from lc_core.renewing import Renewal
from lc_core.vocabulary import ContractType, Event, Role, SeatRelease
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    an_activity,
    an_admin,
    contract_now,
    last_event,
    not_found,
    offered,
    refused,
    somebody,
)

NEXT_YEAR = datetime(2027, 1, 1, 9, tzinfo=UTC)


def a_renewal(**said):
    usual = {"code": "next", "valid_from": date(2027, 1, 1), "valid_to": date(2027, 12, 31), "seats": 5}
    return Renewal(**{**usual, **said})


def test_a_renewal_is_the_old_contract_with_a_code_dates_and_seats_of_its_own(db):
    said = {
        "seat_release": SeatRelease.ALWAYS,
        "per_user_limit": 3,
        "greeting": "Hello",
        "group": "North",
        "source": "shop",
    }
    old = a_contract(db, ContractType.SUBSCRIPTION, title="Safety", **said)
    ada = an_admin(db, "ada", old)

    new = renewing.renew(db, OPERATOR, old, a_renewal())

    before, after = (managed_contracts.one(db, OPERATOR, one).draft for one in (old, new))
    own = {"code": "next", "valid_from": date(2027, 1, 1), "valid_to": date(2027, 12, 31), "seats": 5, "source": ""}
    assert vars(after) == {**vars(before), **own}
    assert offered(db, new) == offered(db, old)
    assert [one.person_id for one in contract_lists.admins(db, OPERATOR, new)] == [ada.person_id]
    assert contract_now(db, new).invitation_code != contract_now(db, old).invitation_code


def test_a_renewal_is_remembered_and_both_contracts_show_it(db):
    old = a_contract(db, title="Safety")

    new = renewing.renew(db, OPERATOR, old, a_renewal(title=" Safety, second year "))

    event = last_event(db, new)
    assert (event.event, event.subject) == (Event.CONTRACT_RENEWED, {"contract": new, "renews": old})
    assert event.after["prepared"] == 0
    assert renewing.links(db, OPERATOR, old).renewed_by == renewing.Linked(new, "next", "Safety, second year")
    assert renewing.links(db, OPERATOR, new).renews == renewing.Linked(old, contract_now(db, old).code, "Safety")


def test_an_admin_of_one_contract_only_is_not_told_of_the_other(db):
    old = a_contract(db)
    new = renewing.renew(db, OPERATOR, old, a_renewal())
    ada = an_admin(db, "ada", old)

    assert renewing.links(db, ada, old).renewed_by is None
    assert renewing.links(db, OPERATOR, old).renewed_by.id == new


def test_a_contract_is_renewed_once_until_its_successor_is_gone(db):
    old = a_contract(db)
    new = renewing.renew(db, OPERATOR, old, a_renewal())
    with refused(db, Reason.ALREADY_RENEWED):
        renewing.renew(db, OPERATOR, old, a_renewal(code="another"))
    assert renewing.preview(db, OPERATOR, old).why_not is Reason.ALREADY_RENEWED

    contracts.delete_unused(db, OPERATOR, new)

    assert renewing.preview(db, OPERATOR, old).why_not is None
    assert renewing.renew(db, OPERATOR, old, a_renewal(code="another")) > new


def test_deleting_the_old_contract_leaves_the_new_one_unlinked(db):
    old = a_contract(db)
    new = renewing.renew(db, OPERATOR, old, a_renewal())

    contracts.delete_unused(db, OPERATOR, old)

    assert contract_now(db, new).renews_id is None
    assert renewing.links(db, OPERATOR, new).renews is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"code": " TAKEN "}, Reason.CODE_TAKEN),
        ({"code": ""}, Reason.CODE_MISSING),
        ({"seats": -1}, Reason.SEATS_NEGATIVE),
        ({"valid_to": date(2026, 12, 31)}, Reason.PERIOD_ENDS_BEFORE_START),
    ],
)
def test_a_renewal_is_refused_for_what_a_new_contract_is_refused_for(db, said, reason):
    old = a_contract(db, code="Taken")

    with refused(db, reason):
        renewing.renew(db, OPERATOR, old, a_renewal(**said))


def test_only_those_who_manage_contracts_renew_them(db):
    old = a_contract(db)

    for who in (an_admin(db, "ada", old), somebody(db, "manager", Role.MANAGER)):
        with not_found(db):
            renewing.renew(db, who, old, a_renewal())
        with not_found(db):
            renewing.send_prepared(db, who)


def test_archived_and_ended_contracts_are_renewed_too(db, clock):
    old = a_contract(db)
    contracts.archive(db, OPERATOR, old)
    clock.set(NEXT_YEAR)

    assert renewing.renew(db, OPERATOR, old, a_renewal())


def test_a_contract_that_does_not_exist_is_not_renewed(db):
    with not_found(db):
        renewing.renew(db, OPERATOR, NOBODY, a_renewal())


# --- the period that follows -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "following"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2027, 1, 1), date(2027, 12, 31), (date(2028, 1, 1), date(2028, 12, 31))),
        (date(2026, 9, 1), date(2027, 2, 28), (date(2027, 3, 1), date(2027, 8, 31))),
        (date(2026, 1, 5), date(2026, 1, 14), (date(2026, 1, 15), date(2026, 1, 24))),
        (date(2026, 1, 31), date(2026, 3, 30), (date(2026, 3, 31), date(2026, 5, 30))),
        (date(2026, 1, 1), None, (date(2026, 6, 15), None)),
        (date(2026, 1, 1), date(9998, 12, 31), (date(2026, 6, 15), None)),
    ],
)
def test_the_period_that_follows_lasts_as_long(first, last, following):
    assert rules.next_period(first, last, date(2026, 6, 15)) == following


def test_a_renewal_is_suggested_for_the_period_that_follows_with_as_many_seats(db):
    old = a_contract(db, title="Safety", seats=7)
    an_activity(db)

    assert renewing.preview(db, OPERATOR, old).suggested == a_renewal(code="", seats=7, title="Safety")
