"""The feed of purchases: a contract for each order, once (R-INT-1, R-INT-2)."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from lc_core.intake import feeds
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Contract, Enrollment
from lc_core.vocabulary import ContractType, Event, LetterKind, Privilege, Role
from tests import worlds
from tests.feeding import ACTIVITIES, ENROLLMENTS, PURCHASES, bring, contract_called, counts, folder_with
from tests.worlds import OPERATOR

CATALOGUE = [ACTIVITIES, "FA,First aid,online", "B,Boats,classroom"]
ALL = f"{PURCHASES},title,code,type,external_id,source"
ORDER = "S-1,ada@example.org,Ada,fa,12,2026-06-14T15:30:00+02:00,365,,,,sku-7,Shop"


def order(number: int, *, seats: int = 12, days: str = "365") -> str:
    return f"S-{number},ada@example.org,Ada,FA,{seats},2026-06-14,{days}"


def test_each_order_becomes_a_contract_as_its_row_says(db: Database, tmp_path: Path) -> None:
    other = 'S-2,bob@example.org,Bob,B,3,2026-06-01,,"Boats, for all",C-9,Subscription,,'
    report = bring(db, tmp_path, activities=CATALOGUE, purchases=[ALL, ORDER, other])
    first, second = contract_called(db, "S-1"), contract_called(db, "C-9")

    assert counts(report.files[1]) == (2, 0, 0, {})
    assert report.unregistered == ["ada@example.org", "bob@example.org"]
    assert (first.title, first.contract_type, first.seats) == ("First aid", ContractType.VOUCHER, 12)
    assert (first.valid_from, first.valid_to, first.external_id) == (date(2026, 6, 14), date(2027, 6, 13), "sku-7")
    assert (second.title, second.contract_type, second.valid_to) == (
        "Boats, for all",
        ContractType.SUBSCRIPTION,
        None,
    )
    assert worlds.last_event(db, first.id).event is Event.PURCHASED
    assert worlds.count_of(db, Letter, Letter.kind == LetterKind.PURCHASE) == 2


def test_purchases_come_after_the_catalogue_and_before_the_enrollments(db: Database, tmp_path: Path) -> None:
    enrolled = [ENROLLMENTS, "S-1,FA,lee@example.org,2026-06-15,enrolled,,"]
    report = bring(db, tmp_path, enrollments=enrolled, purchases=[ALL, ORDER], activities=CATALOGUE)

    assert [file.file for file in report.files] == ["activities.csv", "purchases.csv", "enrollments.csv"]
    assert not report.rejects
    assert worlds.count_of(db, Enrollment) == 1


def test_a_file_that_comes_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    rows = [PURCHASES, *(order(number) for number in range(5))]
    bring(db, tmp_path, activities=CATALOGUE, purchases=rows)

    with worlds.unchanged(db):
        again = bring(db, tmp_path, purchases=rows)
    assert counts(again.files[0]) == (0, 0, 5, {})
    assert again.unregistered == []


def test_only_the_order_that_says_something_else_is_changed(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, purchases=[PURCHASES, order(1), order(2)])
    report = bring(db, tmp_path, purchases=[PURCHASES, order(1, days=""), order(2), order(3)])

    assert counts(report.files[0]) == (1, 1, 1, {})
    assert report.unregistered == []
    assert contract_called(db, "S-1").valid_to is None
    assert worlds.count_of(db, Letter) == 3


def test_what_a_file_has_no_column_for_stays_as_it_is(db: Database, tmp_path: Path) -> None:
    without = "order_id,buyer_email,activity,seats,purchased_at"
    row, other = "S-1,ada@example.org,FA,12,2026-06-14", "S-2,ada@example.org,FA,12,2026-06-14"
    bring(db, tmp_path, activities=CATALOGUE, purchases=[f"{without},valid_days,type", f"{row},365,subscription"])
    with worlds.unchanged(db):
        again = bring(db, tmp_path, purchases=[without, row])
    report = bring(db, tmp_path, purchases=[without, row.replace("12", "13", 1), other])
    first, second = contract_called(db, "S-1"), contract_called(db, "S-2")

    assert [counts(one.files[0]) for one in (again, report)] == [(0, 0, 1, {}), (1, 1, 0, {})]
    assert (first.seats, first.contract_type, first.valid_to) == (13, ContractType.SUBSCRIPTION, date(2027, 6, 13))
    assert (second.contract_type, second.valid_to) == (ContractType.VOUCHER, None)


def test_parquet_brings_what_csv_brings(db: Database, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, activities=CATALOGUE)
    typed = {
        "order_id": [1],
        "buyer_email": ["ada@example.org"],
        "buyer_name": ["Ada"],
        "activity": ["FA"],
        "seats": [12.0],
        "purchased_at": [datetime(2026, 6, 14, 13, 30, tzinfo=UTC)],
        "valid_days": [365],
        "title": [None],
    }
    pl.DataFrame(typed).write_parquet(folder / "purchases.parquet")
    report = feeds.import_folder(db, OPERATOR, folder)
    row = "1,ada@example.org,Ada,FA,12,2026-06-14T13:30:00Z,365"

    assert counts(report.files[1]) == (1, 0, 0, {})
    with worlds.unchanged(db):
        assert counts(bring(db, tmp_path, purchases=[PURCHASES, row]).files[0]) == (0, 0, 1, {})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",ada@example.org,,FA,12,2026-06-14,,,,,,", Reason.MISSING_VALUE),
        ("S-2,,,FA,12,2026-06-14,,,,,,", Reason.MISSING_EMAIL),
        ("S-2,ada@,,FA,12,2026-06-14,,,,,,", Reason.INVALID_EMAIL),
        ("S-2,ada@example.org,,,12,2026-06-14,,,,,,", Reason.MISSING_VALUE),
        ("S-2,ada@example.org,,Z,12,2026-06-14,,,,,,", Reason.ACTIVITY_UNKNOWN),
        ("S-2,ada@example.org,,FA,,2026-06-14,,,,,,", Reason.MISSING_VALUE),
        ("S-2,ada@example.org,,FA,many,2026-06-14,,,,,,", Reason.INVALID_NUMBER),
        ("S-2,ada@example.org,,FA,0,2026-06-14,,,,,,", Reason.NOTHING_BOUGHT),
        ("S-2,ada@example.org,,FA,12,,,,,,,", Reason.MISSING_VALUE),
        ("S-2,ada@example.org,,FA,12,14.06.2026,,,,,,", Reason.INVALID_DATE),
        ("S-2,ada@example.org,,FA,12,2026-06-14T15:30:00,,,,,,", Reason.INVALID_DATE),
        ("S-2,ada@example.org,,FA,12,2026-06-14,year,,,,,", Reason.INVALID_NUMBER),
        ("S-2,ada@example.org,,FA,12,2026-06-14,-1,,,,,", Reason.DAYS_NEGATIVE),
        ("S-2,ada@example.org,,FA,12,2026-06-14,,,,coupon,,", Reason.UNKNOWN_TYPE),
        ("S-2,ada@example.org,,FA,12,2026-06-14,,,s-1,,,", Reason.CODE_TAKEN),
        (f"S-2,ada@example.org,{'n' * 201},FA,12,2026-06-14,,,,,,", Reason.TOO_LONG_TEXT),
        (" S-1 ,ada@example.org,,FA,12,2026-06-14,,,,,,", Reason.DUPLICATE_KEY),
    ],
)
def test_an_order_that_cannot_be_taken_is_rejected(db: Database, tmp_path: Path, row: str, reason: Reason) -> None:
    report = bring(db, tmp_path, activities=CATALOGUE, purchases=[ALL, ORDER, row])

    assert counts(report.files[1]) == (1, 0, 0, {reason: 1})
    assert (report.rejects[0].file, report.rejects[0].line) == ("purchases.csv", 3)
    assert "{" not in report.rejects[0].sentence
    assert worlds.count_of(db, Contract) == 1


def test_an_order_that_now_is_anothers_is_rejected_with_its_sentence(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE, purchases=[ALL, ORDER])

    with worlds.unchanged(db):
        report = bring(db, tmp_path, purchases=[ALL, ORDER.replace("ada@", "eve@")])
    assert counts(report.files[0]) == (0, 0, 0, {Reason.ORDER_OF_ANOTHER: 1})
    assert report.rejects[0].sentence.startswith("This order is known already with another buyer")


def test_purchases_are_for_those_who_manage_contracts(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE)
    allowed = worlds.somebody(db, "max", Role.ADMINISTRATOR, Privilege.CONTRACTS)

    other = worlds.somebody(db, "eve", Role.ADMINISTRATOR)

    with worlds.not_found(db):
        bring(db, tmp_path, other, purchases=[ALL, ORDER])
    assert not bring(db, tmp_path, allowed, purchases=[ALL, ORDER]).rejects


def test_a_rehearsal_of_purchases_writes_nothing(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, activities=CATALOGUE)
    files = {"purchases.csv": f"{ALL}\n{ORDER}\n{ORDER}\n".encode()}

    with worlds.unchanged(db):
        foreseen = feeds.rehearse(db, OPERATOR, files)
    assert foreseen.as_json() == feeds.import_files(db, OPERATOR, files).as_json()
    assert counts(foreseen.files[0]) == (1, 0, 0, {Reason.DUPLICATE_KEY: 1})
