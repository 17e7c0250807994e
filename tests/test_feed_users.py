"""The feed of users: who has an account, by external id or else by address (R-INT-2, R-LRN-5)."""

from itertools import permutations
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select, update

from lc_core import people
from lc_core.errors import Refused
from lc_core.intake import feed_files, feed_users, feeds
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.models import Person
from lc_core.vocabulary import InvitationStatus
from tests import feeding, worlds
from tests.clock import Clock
from tests.feeding import USERS, bring, counts
from tests.worlds import OPERATOR

THREE = [USERS, "1,ann@example.org,Ann", "2,bob@example.org,Bob", "3,cat@example.org,Cat"]


def persons(db: Database) -> dict[str | None, Person]:
    with db.read() as session:
        return {person.email_key: person for person in session.scalars(select(Person))}


def by_id(db: Database) -> dict[str | None, str | None]:
    return {person.external_id: key for key, person in persons(db).items()}


def test_users_are_registered_when_they_are_first_seen(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = worlds.a_contract(db)
    (invitation_id,) = worlds.invite(db, contract_id, "ann")
    assert worlds.status_of(db, invitation_id) is InvitationStatus.NOT_REGISTERED
    report = bring(db, tmp_path, users=THREE)

    assert counts(report.files[0]) == (2, 1, 0, {})
    assert worlds.status_of(db, invitation_id) is InvitationStatus.OUTSTANDING
    assert {person.registered_at for person in persons(db).values()} == {clock.now}
    told = worlds.last_event(db)
    assert told.after == {"new": 2, "changed": 1}
    assert {person_id for _, person_id, _ in told.items} == {person.id for person in persons(db).values()}


def test_who_is_fed_is_found_by_name_and_address(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, users=THREE)
    bring(db, tmp_path, users=[USERS, "1,ann.new@example.org,Ann Other"])

    assert [shown.email for _, shown in people.find(db, OPERATOR, "other")] == ["ann.new@example.org"]
    assert [shown.name for _, shown in people.find(db, OPERATOR, "ann.new@")] == ["Ann Other"]
    assert people.find(db, OPERATOR, "ann@example.org") == []


def test_name_and_address_follow_the_external_id(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, users=THREE)
    ann = persons(db)["ann@example.org"]
    rows = ["1,Ann.New@Example.org,Ann Other", "2,bob@example.org,", "3,cat.new@example.org,"]
    report = bring(db, tmp_path, users=[USERS, *rows])

    assert counts(report.files[0]) == (0, 2, 1, {})
    now = persons(db)["ann.new@example.org"]
    assert (now.id, now.email, now.name, now.registered_at) == (
        ann.id,
        "Ann.New@Example.org",
        "Ann Other",
        ann.registered_at,
    )
    assert [persons(db)[f"{name}@example.org"].name for name in ("bob", "cat.new")] == ["Bob", "Cat"]


def test_without_external_id_the_address_is_the_key(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, users=THREE)
    report = bring(db, tmp_path, users=["email,name", "ANN@example.org,Ann Other", "dan@example.org,Dan"])

    assert counts(report.files[0]) == (1, 1, 0, {})
    assert by_id(db)["1"] == "ann@example.org"
    assert persons(db)["ann@example.org"].name == "Ann Other"


def test_a_known_address_takes_the_external_id_that_comes_with_it(db: Database, tmp_path: Path) -> None:
    worlds.a_learner(db, "ann")
    report = bring(db, tmp_path, users=[USERS, "1,ann@example.org,Ann"])

    assert counts(report.files[0]) == (0, 1, 0, {})
    assert by_id(db) == {"1": "ann@example.org"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4,not an address,Dan", Reason.INVALID_EMAIL),
        ("4,,Dan", Reason.MISSING_EMAIL),
        ("4,dan\u200b.x@example.org,Dan", Reason.CONTROL_CHARS),
        ("4,=dan@example.org,Dan", Reason.FORMULA),
        (f"4,dan@example.org,{'D' * 201}", Reason.TOO_LONG_TEXT),
        (f"{'4' * 201},dan@example.org,Dan", Reason.TOO_LONG_TEXT),
        ("1,dan@example.org,Dan", Reason.DUPLICATE_KEY),
        (",ann@example.org,Ann", Reason.DUPLICATE_KEY),
        ("4,ann@example.org,Ann", Reason.ADDRESS_OF_ANOTHER),
    ],
)
def test_a_user_that_cannot_be_taken_is_rejected(db: Database, tmp_path: Path, row: str, reason: Reason) -> None:
    report = bring(db, tmp_path, users=[*THREE, row])

    assert counts(report.files[0]) == (3, 0, 0, {reason: 1})
    assert report.rejects[0].line == 5


def test_the_address_of_another_person_is_not_taken_from_them(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, users=THREE)
    rows = [USERS, "1,bob@example.org,Ann", "9,cat@example.org,Nobody", "3,cat@example.org,Cat Other"]
    report = bring(db, tmp_path, users=rows)

    assert counts(report.files[0]) == (0, 1, 0, {Reason.ADDRESS_OF_ANOTHER: 2})
    assert by_id(db) == {"1": "ann@example.org", "2": "bob@example.org", "3": "cat@example.org"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_address_that_is_given_up_may_be_taken_whatever_the_order_of_the_rows(
    db: Database, tmp_path: Path, order: tuple[int, ...]
) -> None:
    bring(db, tmp_path, users=THREE)
    chain = ["1,bob@example.org,Ann", "2,cat@example.org,Bob", "3,new@example.org,Cat"]
    folder = feeding.folder_with(tmp_path, users=[USERS, *(chain[n] for n in order)])
    report = feeds.import_folder(db, OPERATOR, folder)

    assert counts(report.files[0]) == (0, 3, 0, {})
    assert by_id(db) == {"1": "bob@example.org", "2": "cat@example.org", "3": "new@example.org"}
    with worlds.unchanged(db):
        assert counts(feeds.import_folder(db, OPERATOR, folder).files[0]) == (0, 0, 3, {})


def test_two_who_swap_addresses_both_keep_theirs(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, users=THREE)
    swap = [USERS, "1,bob@example.org,Ann", "2,ann@example.org,Bob"]

    for _ in range(2):
        with worlds.unchanged(db):
            report = bring(db, tmp_path, users=swap)
        assert counts(report.files[0]) == (0, 0, 0, {Reason.ADDRESS_OF_ANOTHER: 2})


def test_a_person_whose_data_were_erased_is_not_brought_back(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, users=THREE)
    with db.bookkeeping() as session:
        gone = update(Person).where(Person.external_id == "1")
        session.execute(gone.values(email_key=None, email=None, name="", search_text="", erased_at=db.clock()))

    with worlds.unchanged(db):
        report = bring(db, tmp_path, users=[USERS, "1,ann@example.org,Ann"])
    assert counts(report.files[0]) == (0, 0, 0, {Reason.PERSON_ERASED: 1})


def test_names_of_all_lengths_fit_what_is_searched(db: Database, tmp_path: Path) -> None:
    address = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.org"
    report = bring(db, tmp_path, users=[USERS, f"1,{address},{'N' * 200}"])

    assert counts(report.files[0]) == (1, 0, 0, {})
    assert len(persons(db)[address].search_text) <= people.LONGEST_SEARCH


def test_a_parquet_file_that_is_broken_anywhere_is_refused_or_read(tmp_path: Path) -> None:
    path = tmp_path / "users.parquet"
    pl.DataFrame({"email": ["ann@example.org"] * 3, "external_id": [1, 2, 3]}).write_parquet(path)
    whole, told = path.read_bytes(), set()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x7F]) + whole[place + 1 :])
        try:
            told.add(f"{len(feed_files.read(path, feed_users.SHAPE).rows)} rows")
        except Refused as refused:
            told.add(refused.reason.value)

    assert {"3 rows", "unreadable_file"} <= told


def test_a_parquet_file_with_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "users.parquet"
    pl.DataFrame({"email": ["ann@example.org"], "born": [10**8]}, schema_overrides={"born": pl.Date}).write_parquet(
        path
    )

    with pytest.raises(Refused, match="unreadable_file"):
        feed_files.read(path, feed_users.SHAPE)
