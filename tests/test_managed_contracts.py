"""The contracts as those see them who manage them, and what can be added to one (R-CON-3, R-CON-12, R-CON-14)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from lc_core import activities, activities_to_add, contracts, managed_contracts
from lc_core.activities_to_add import MOST
from lc_core.managed_contracts import ORDERS, PAGE_SIZE, GoesWith, Wanted
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.house_models import Letter
from lc_core.records.models import Activity, Contract
from lc_core.vocabulary import ActivityKind, ContractStatus, ContractType, Role
from tests.worlds import (
    OPERATOR,
    a_contract,
    an_activity,
    an_admin,
    an_enrolled,
    contract_now,
    count_of,
    draft,
    invite,
    not_found,
    offered,
    somebody,
)


def listed(db, *, order="title", page=1, **wanted):
    return [row.title for row in managed_contracts.listing(db, OPERATOR, Wanted(**wanted), order=order, page=page).rows]


def made(db, title, **said):
    return contracts.create(db, OPERATOR, draft(title=title, **said))


def one_of_each_status(db):
    """Contracts that are active, future, expired and archived, called so."""
    today = db.clock().date()
    periods = {
        ContractStatus.ACTIVE: (today, today),
        ContractStatus.FUTURE: (today + timedelta(days=1), None),
        ContractStatus.EXPIRED: (date(2020, 1, 1), today - timedelta(days=1)),
        ContractStatus.ARCHIVED: (today, None),
    }
    for status, (first, last) in periods.items():
        contract_id = made(db, status.value, valid_from=first, valid_to=last)
        if status is ContractStatus.ARCHIVED:
            contracts.archive(db, OPERATOR, contract_id)


# --- the list --------------------------------------------------------------------------------------------------------


def test_the_database_tells_the_status_that_the_rules_do(db):  # R-CON-7, R-CON-12
    one_of_each_status(db)
    now = db.clock()

    with db.read() as session:
        told = session.execute(select(Contract, expressions.contract_status(now))).all()
        assert {status for _contract, status in told} == set(ContractStatus)
        assert [contract.status_at(now) for contract, _status in told] == [status for _contract, status in told]


def test_a_row_tells_how_a_contract_stands(db):
    contract_id = a_contract(db, title="Safety", code="S-1", group="North", seats=7)
    an_admin(db, "ada", contract_id)
    an_enrolled(db, contract_id, "ann")

    (row,) = managed_contracts.listing(db, OPERATOR, Wanted()).rows

    assert (row.id, row.code, row.title, row.group) == (contract_id, "S-1", "Safety", "North")
    assert (row.contract_type, row.status) == (ContractType.VOUCHER, ContractStatus.ACTIVE)
    assert (row.seats, row.seats_used, row.admins, row.activities) == (7, 1, 1, 2)


def test_archived_contracts_are_listed_on_request_and_counted_always(db):
    one_of_each_status(db)

    usual = managed_contracts.listing(db, OPERATOR, Wanted())
    archived = managed_contracts.listing(db, OPERATOR, Wanted(statuses=frozenset({ContractStatus.ARCHIVED})))

    assert [row.title for row in usual.rows] == ["active", "expired", "future"]
    assert [row.title for row in archived.rows] == ["archived"]
    assert usual.by_status == archived.by_status == dict.fromkeys(ContractStatus, 1)
    assert (usual.matching, archived.matching) == (3, 1)


@pytest.mark.parametrize("search", ["åLAND", "  land ", "C-ÄB", "50% off_", "\\"])
def test_contracts_are_found_by_title_and_code_in_any_case_and_literally(db, search):
    made(db, "Åland, 50% off_ \\ today", code="c-äb")
    made(db, "Another", code="c-ab")

    assert listed(db, search=search) == ["Åland, 50% off_ \\ today"]


def test_a_contract_is_found_by_its_new_title_at_once(db):  # R-CON-2
    contract_id = made(db, "Old")

    contracts.rename(db, OPERATOR, contract_id, "Renamed")
    assert (listed(db, search="renamed"), listed(db, search="old")) == (["Renamed"], [])
    now = managed_contracts.one(db, OPERATOR, contract_id)
    contracts.edit(
        db, OPERATOR, contract_id, type(now.draft)(**{**vars(now.draft), "title": "Edited"}), version=now.version
    )

    assert (listed(db, search="edited"), listed(db, search="renamed")) == (["Edited"], [])


def test_contracts_are_filtered_by_type_and_group(db):
    made(db, "a", group="North")
    made(db, "b", group="South", contract_type=ContractType.UNLIMITED)
    made(db, "c", contract_type=ContractType.UNLIMITED)

    assert listed(db, group="North") == ["a"]
    assert listed(db, contract_type=ContractType.UNLIMITED) == ["b", "c"]
    assert listed(db, contract_type=ContractType.UNLIMITED, group="South") == ["b"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("title", ["Able", "baker", "Charlie"]),
        ("code", ["Charlie", "baker", "Able"]),
        ("ends", ["baker", "Charlie", "Able"]),
        ("fullest", ["baker", "Able", "Charlie"]),
        ("newest", ["Charlie", "baker", "Able"]),
        ("unheard of", ["Able", "baker", "Charlie"]),
    ],
)
def test_contracts_are_sorted(db, clock, order, expected):
    a_contract(db, title="Able", code="C", valid_to=None)
    clock.forward(timedelta(hours=1))
    an_enrolled(db, a_contract(db, title="baker", code="b", valid_to=date(2026, 8, 1)), "ann")
    clock.forward(timedelta(hours=1))
    a_contract(db, title="Charlie", code="A", valid_to=date(2026, 9, 1), seats=0)

    assert set(ORDERS) >= {order} or order == "unheard of"
    assert listed(db, order=order) == expected


def test_a_page_holds_twenty(db):
    for number in range(PAGE_SIZE + 2):
        made(db, f"{number:02}")

    assert listed(db) == [f"{number:02}" for number in range(PAGE_SIZE)]
    assert listed(db, page=2) == ["20", "21"]
    assert listed(db, page=-1) == listed(db)


# --- one contract ----------------------------------------------------------------------------------------------------


def test_a_contract_is_shown_as_it_is_edited_with_what_may_be_done_with_it(db):
    said = draft(title="Safety", group="North", greeting="Hello", reminder_days=7, external_id="x", source="y")
    contract_id = contracts.create(db, OPERATOR, said)

    seen = managed_contracts.one(db, OPERATOR, contract_id)

    assert {**vars(seen.draft), "timezone": ""} == vars(said) | {"invitation_ttl_days": None}
    assert (seen.version, seen.seats_used) == (contract_now(db, contract_id).version, 0)
    assert (seen.why_not_archive, seen.why_not_restore, seen.why_not_delete) == (None, Reason.NOT_ARCHIVED, None)


def test_what_may_not_be_done_with_a_contract_says_why(db):  # R-CON-12
    contract_id = a_contract(db)
    an_enrolled(db, contract_id, "ann")
    contracts.archive(db, OPERATOR, contract_id)

    seen = managed_contracts.one(db, OPERATOR, contract_id)

    assert seen.why_not_archive is Reason.CONTRACT_ARCHIVED
    assert seen.why_not_restore is None
    assert seen.why_not_delete is Reason.CONTRACT_IN_USE


def test_what_goes_with_a_contract_is_counted_before_it_is_deleted(db):  # R-CON-12
    contract_id, other = a_contract(db, offers=3), a_contract(db)
    an_admin(db, "ada", contract_id, other)
    invite(db, contract_id, "ann", "bob")
    invite(db, other, "ann")

    letters = count_of(db, Letter, Letter.contract_id == contract_id)
    assert letters >= 2
    assert managed_contracts.goes_with(db, OPERATOR, contract_id) == GoesWith(2, letters, 3, 1)


def test_nobody_else_is_shown_any_of_it(db):
    contract_id = a_contract(db)

    for who in (an_admin(db, "ada", contract_id), somebody(db, "manager", Role.MANAGER)):
        for ask in (managed_contracts.one, managed_contracts.goes_with, activities_to_add.from_catalogue):
            with not_found(db):
                ask(db, who, contract_id)
        with not_found(db):
            managed_contracts.listing(db, who, Wanted())


# --- activities to add -----------------------------------------------------------------------------------------------


def test_what_the_contract_does_not_have_can_be_added_and_is_found_in_any_case(db):
    contract_id = a_contract(db, offers=1)
    activities.create(db, OPERATOR, "ÄB", "Éire", ActivityKind.ONLINE)
    an_activity(db, "Another 100%")

    found = activities_to_add.from_catalogue(db, OPERATOR, contract_id)
    assert [one.title for one in found.rows] == ["Another 100%", "Éire"]
    for search in ("éIRE", "äb"):
        assert [one.title for one in activities_to_add.from_catalogue(db, OPERATOR, contract_id, search).rows] == [
            "Éire"
        ]
    assert activities_to_add.from_catalogue(db, OPERATOR, contract_id, "%").matching == 1


def test_an_activity_that_was_removed_can_be_added_again(db):
    contract_id = a_contract(db, offers=1)
    (activity_id,) = offered(db, contract_id)
    activities.remove_from_contract(db, OPERATOR, contract_id, activity_id)

    assert [one.id for one in activities_to_add.from_catalogue(db, OPERATOR, contract_id).rows] == [activity_id]


def test_a_long_catalogue_is_offered_in_part_and_counted_in_whole(db):
    contract_id = a_contract(db, offers=0)
    with db.bookkeeping() as session:
        rows = [{"code": f"{n}", "code_key": f"{n}", "title": f"{n:04}", "kind": "online"} for n in range(MOST + 1)]
        session.execute(insert(Activity), rows)

    found = activities_to_add.from_catalogue(db, OPERATOR, contract_id)

    assert (len(found.rows), found.matching) == (MOST, MOST + 1)


def test_an_import_tells_what_is_new_and_what_is_skipped(db):  # R-CON-14
    here, there, bare = a_contract(db, offers=1), a_contract(db, offers=2, title="Source"), a_contract(db, offers=0)
    activities.add_to_contract(db, OPERATOR, there, offered(db, here))

    would = activities_to_add.import_of(db, OPERATOR, here, there)

    assert [one.id for one in would.there] == offered(db, here)
    assert activities.import_from(db, OPERATOR, here, there) == sorted(one.id for one in would.new)
    sources = activities_to_add.contracts_to_import_from(db, OPERATOR, here)
    assert ([one.id for one in sources.rows], sources.matching) == ([there], 1)
    assert bare not in [one.id for one in sources.rows]
    assert activities_to_add.contracts_to_import_from(db, OPERATOR, here, "no such").rows == []
