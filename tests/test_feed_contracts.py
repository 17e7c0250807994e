"""The feed of contracts: made and changed by code; admins and activities are added and never removed (R-INT-2)."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lc_core import activities, contracts
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.models import Contract, ContractActivity, ContractAdmin, Group
from lc_core.vocabulary import ContractType, Event, OverInvitation, SeatRelease
from tests import feeding, worlds
from tests.feeding import ACTIVITIES, CONTRACTS, bring, contract_called, counts
from tests.worlds import OPERATOR

CATALOGUE = [ACTIVITIES, "A,First aid,online", "B,Boats,classroom"]
ALL = f"{CONTRACTS},per_user_limit,require_invitation_code,description,group,external_id,source,admins,activities"
FULL = 'C,Safety,subscription,10,2026-01-01,2026-12-31,2,yes,"All, at sea",Fleet,X-1,Shop,ann@example.org; bob@example.org,A;b'


def admins_of(db: Database, contract_id: int) -> int:
    return worlds.count_of(db, ContractAdmin, ContractAdmin.contract_id == contract_id)


def test_a_contract_is_made_with_all_that_its_row_says(db: Database, tmp_path: Path) -> None:
    report = bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL])
    contract = contract_called(db, "C")
    with db.read() as session:
        said = contracts.as_draft(session, contract)

    assert counts(report.files[1]) == (1, 0, 0, {})
    assert said == worlds.draft(
        code="C",
        title="Safety",
        contract_type=ContractType.SUBSCRIPTION,
        per_user_limit=2,
        require_invitation_code=True,
        description="All, at sea",
        group="Fleet",
        external_id="X-1",
        source="Shop",
        timezone="UTC",
        invitation_ttl_days=None,
    )
    assert len(worlds.offered(db, contract.id)) == 2
    assert admins_of(db, contract.id) == 2
    assert report.unregistered == ["ann@example.org", "bob@example.org"]


def test_a_row_that_says_nothing_new_changes_nothing(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL])

    with worlds.unchanged(db):
        again = bring(db, tmp_path, contracts=[ALL, FULL.replace("C,", "c,", 1)])
    assert counts(again.files[0]) == (0, 0, 1, {})


def test_only_what_differs_is_changed_and_remembered(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL, FULL.replace("C,", "D,", 1)])
    report = bring(db, tmp_path, contracts=[ALL, FULL, FULL.replace("C,", "D,", 1).replace(",10,", ",12,")])
    told = worlds.last_event(db, contract_called(db, "D").id)

    assert counts(report.files[0]) == (0, 1, 1, {})
    assert (told.event, told.before, told.after) == (Event.CONTRACT_FED, {"seats": 10}, {"seats": 12})
    assert len(worlds.events_of(db, contract_called(db, "C").id)) == 1


def test_what_the_file_has_no_column_for_stays_and_an_empty_cell_says_none(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL])
    bring(db, tmp_path, contracts=[CONTRACTS, "C,Safety,subscription,11,2026-01-01,2026-12-31"])
    kept = contract_called(db, "C")
    bring(db, tmp_path, contracts=[ALL, "C,Safety,subscription,11,2026-01-01,,,,,,,,,"])
    emptied = contract_called(db, "C")

    assert (kept.seats, kept.per_user_limit, kept.description, kept.require_invitation_code) == (
        11,
        2,
        "All, at sea",
        True,
    )
    assert (emptied.valid_to, emptied.per_user_limit, emptied.description) == (None, 0, "")
    assert (emptied.require_invitation_code, emptied.group_id) == (False, None)


def test_what_administrators_chose_is_not_the_feeds_to_change(db: Database, tmp_path: Path) -> None:
    chosen: dict[str, Any] = {
        "over_invitation": OverInvitation.BLOCK,
        "seat_release": SeatRelease.ALWAYS,
        "invitation_ttl_days": 9,
    }
    contract_id = feeding.a_contract(db, **chosen)
    bring(db, tmp_path, contracts=[CONTRACTS, "C,Other,voucher,11,2026-01-01,2026-12-31"])
    now = worlds.contract_now(db, contract_id)

    assert now.title == "Other"
    assert {name: getattr(now, name) for name in chosen} == chosen


def test_admins_and_activities_are_added_and_never_removed(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL])
    contract_id = contract_called(db, "C").id
    fewer = FULL.replace("ann@example.org; bob@example.org", "dan@example.org").replace("A;b", "A")
    report = bring(db, tmp_path, contracts=[ALL, fewer])

    assert counts(report.files[0]) == (0, 1, 0, {})
    assert admins_of(db, contract_id) == 3
    assert len(worlds.offered(db, contract_id)) == 2
    assert report.unregistered == ["dan@example.org"]


def test_an_activity_that_was_removed_comes_back_with_the_feed(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL])
    contract_id = contract_called(db, "C").id
    activities.remove_from_contract(db, OPERATOR, contract_id, worlds.offered(db, contract_id)[0])

    assert counts(bring(db, tmp_path, contracts=[ALL, FULL]).files[0]) == (0, 1, 0, {})
    assert worlds.count_of(db, ContractActivity, ContractActivity.removed_at.is_(None)) == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Safety,voucher,10,2026-01-01,,,,,,,,,", Reason.MISSING_VALUE),
        ("D,,voucher,10,2026-01-01,,,,,,,,,", Reason.MISSING_VALUE),
        ("D,Safety,,10,2026-01-01,,,,,,,,,", Reason.MISSING_VALUE),
        ("D,Safety,voucher,,2026-01-01,,,,,,,,,", Reason.MISSING_VALUE),
        ("D,Safety,voucher,10,,,,,,,,,,", Reason.MISSING_VALUE),
        ("D,Safety,coupon,10,2026-01-01,,,,,,,,,", Reason.UNKNOWN_TYPE),
        ("D,Safety,voucher,ten,2026-01-01,,,,,,,,,", Reason.INVALID_NUMBER),
        ("D,Safety,voucher,1.5,2026-01-01,,,,,,,,,", Reason.INVALID_NUMBER),
        ("D,Safety,voucher,1_0,2026-01-01,,,,,,,,,", Reason.INVALID_NUMBER),
        ("D,Safety,voucher,-1,2026-01-01,,,,,,,,,", Reason.SEATS_NEGATIVE),
        ("D,Safety,voucher,3000000000,2026-01-01,,,,,,,,,", Reason.NUMBER_TOO_LARGE),
        ("D,Safety,voucher,10,2026-02-30,,,,,,,,,", Reason.INVALID_DATE),
        ("D,Safety,voucher,10,20260101,,,,,,,,,", Reason.INVALID_DATE),
        ("D,Safety,voucher,10,2026-01-01T00:00:00Z,,,,,,,,,", Reason.INVALID_DATE),
        ("D,Safety,voucher,10,2026-01-01,01.12.2026,,,,,,,,", Reason.INVALID_DATE),
        ("D,Safety,voucher,10,2026-01-02,2026-01-01,,,,,,,,", Reason.PERIOD_ENDS_BEFORE_START),
        ("D,Safety,voucher,10,2026-01-01,,-1,,,,,,,", Reason.LIMIT_NEGATIVE),
        ("D,Safety,voucher,10,2026-01-01,,some,,,,,,,", Reason.INVALID_NUMBER),
        ("D,Safety,voucher,10,2026-01-01,,,maybe,,,,,,", Reason.INVALID_YES_NO),
        (f"D,Safety,voucher,10,2026-01-01,,,,,{'g' * 201},,,,", Reason.TOO_LONG_TEXT),
        ("D,Safety,voucher,10,2026-01-01,,,,,,,,nobody,", Reason.INVALID_EMAIL),
        ("D,Safety,voucher,10,2026-01-01,,,,,,,,,A;Z", Reason.ACTIVITY_UNKNOWN),
        (" c ,Safety,subscription,10,2026-01-01,,,,,,,,,", Reason.DUPLICATE_KEY),
    ],
)
def test_a_contract_that_cannot_be_taken_is_rejected(db: Database, tmp_path: Path, row: str, reason: Reason) -> None:
    report = bring(db, tmp_path, activities=CATALOGUE, contracts=[ALL, FULL, row])

    assert counts(report.files[1]) == (1, 0, 0, {reason: 1})
    assert report.rejects[0].line == 3
    assert "{" not in report.rejects[0].sentence
    assert worlds.count_of(db, Contract) == 1


def test_the_type_of_a_contract_stays(db: Database, tmp_path: Path) -> None:
    feeding.a_contract(db, ContractType.VOUCHER)

    with worlds.unchanged(db):
        report = bring(db, tmp_path, contracts=[CONTRACTS, "C,Safety,unlimited,10,2026-01-01,2026-12-31"])
    assert counts(report.files[0]) == (0, 0, 0, {Reason.TYPE_IS_FIXED: 1})


def test_seats_are_not_set_below_those_used(db: Database, tmp_path: Path) -> None:
    contract_id = feeding.a_contract(db)
    for name in ("ann", "bob"):
        worlds.an_enrolled(db, contract_id, name)
    rows = [CONTRACTS, "C,Other,voucher,1,2026-01-01,2026-12-31"]

    with worlds.unchanged(db):
        report = bring(db, tmp_path, contracts=rows)
    assert counts(report.files[0]) == (0, 0, 0, {Reason.SEATS_BELOW_USED: 1})
    assert report.rejects[0].sentence == "2 seats are used, so the contract cannot have 1."


def test_a_rejected_contract_leaves_no_people_and_no_group(db: Database, tmp_path: Path) -> None:
    feeding.a_contract(db, ContractType.VOUCHER)
    row = "C,Safety,unlimited,10,2026-01-01,,,,,Fleet,,,ann@example.org,"

    with worlds.unchanged(db):
        report = bring(db, tmp_path, contracts=[ALL, row])
    assert report.unregistered == []


@pytest.mark.parametrize("said", ["yes", "YES", "True", "1"])
def test_yes_has_three_spellings(db: Database, tmp_path: Path, said: str) -> None:
    bring(db, tmp_path, contracts=[f"{CONTRACTS},require_invitation_code", f"C,S,voucher,1,2026-01-01,,{said}"])

    assert contract_called(db, "C").require_invitation_code


def test_the_calendars_first_and_last_days_are_days_east_of_greenwich_too(db_url: str, tmp_path: Path) -> None:
    db = Database.open(db_url, timezone="Asia/Tokyo")
    report = bring(db, tmp_path, contracts=[CONTRACTS, "C,S,voucher,1,0001-01-01,9999-12-31"])
    said = contract_called(db, "C")
    db.close()

    assert counts(report.files[0]) == (1, 0, 0, {})
    assert (said.valid_from, said.valid_to) == (date.min, None)


def test_groups_are_one_list_for_all_contracts(db: Database, tmp_path: Path) -> None:
    rows = [f"{c},S,voucher,1,2026-01-01,,Fleet" for c in "CDE"]
    bring(db, tmp_path, contracts=[f"{CONTRACTS},group", *rows])

    with db.read() as session:
        assert session.scalars(select(Group.name)).all() == ["Fleet"]
    assert contract_called(db, "C").valid_from == date(2026, 1, 1)
