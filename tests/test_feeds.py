"""Feeds as files: what is read, who may bring them, and what activities, users and contracts become (R-INT-2)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import event, select

from lc_core import activities
from lc_core.errors import Refused
from lc_core.intake import feeds
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.models import Activity, Person
from lc_core.vocabulary import ActivityKind, Event, Privilege, Role
from tests import feeding, worlds
from tests.clock import Clock
from tests.feeding import ACTIVITIES, CONTRACTS, ENROLLMENTS, USERS, bring, counts, folder_with
from tests.worlds import OPERATOR

FIRST_AID = [ACTIVITIES, "A,First aid,online"]
SAFETY = [f"{CONTRACTS},admins,activities", "C,Safety,voucher,10,2026-01-01,2026-12-31,lead@example.org,A"]
ANN = [USERS, "1,ann@example.org,Ann"]
HER_COURSE = [ENROLLMENTS, "C,A,ann@example.org,2026-02-01,enrolled,,"]


def all_persons(db: Database) -> dict[str, Person]:
    with db.read() as session:
        return {person.email_key or "": person for person in session.scalars(select(Person))}


def test_a_folder_of_feeds_makes_a_place_of_its_own(db: Database, tmp_path: Path) -> None:
    report = bring(db, tmp_path, enrollments=HER_COURSE, contracts=SAFETY, users=ANN, activities=FIRST_AID)

    assert [file.file for file in report.files] == ["activities.csv", "users.csv", "contracts.csv", "enrollments.csv"]
    assert [counts(file) for file in report.files] == [(1, 0, 0, {})] * 4
    assert report.unregistered == ["lead@example.org"]
    assert worlds.used(db, feeding.contract_called(db, "C").id) == 1


def test_what_comes_again_changes_nothing_and_is_no_event(db: Database, clock: Clock, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, enrollments=HER_COURSE, contracts=SAFETY, users=ANN, activities=FIRST_AID)
    feeds.import_folder(db, OPERATOR, folder)
    clock.set(datetime(2027, 2, 1, tzinfo=UTC))

    with worlds.unchanged(db):
        again = feeds.import_folder(db, OPERATOR, folder)
    assert [counts(file) for file in again.files] == [(0, 0, 1, {})] * 4
    assert again.unregistered == []


def test_each_file_is_remembered_and_each_contract_for_itself(db: Database, tmp_path: Path) -> None:
    bring(db, tmp_path, enrollments=HER_COURSE, contracts=SAFETY, users=ANN, activities=FIRST_AID)
    contract_id = feeding.contract_called(db, "C").id

    assert [one.event for one in worlds.events_of(db)] == [Event.ACTIVITIES_FED, Event.USERS_FED]
    assert [one.event for one in worlds.events_of(db, contract_id)] == [Event.CONTRACT_FED, Event.ENROLLMENTS_FED]
    assert worlds.last_event(db, contract_id).actor_name == OPERATOR.name


def test_parquet_brings_what_csv_brings(db: Database, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, activities=FIRST_AID, users=ANN)
    typed = {
        "code": ["C"],
        "title": ["Safety"],
        "type": ["voucher"],
        "seats": [10.0],
        "valid_from": [date(2026, 1, 1)],
        "valid_to": [None],
        "require_invitation_code": [True],
        "activities": [["A"]],
    }
    pl.DataFrame(typed).write_parquet(folder / "contracts.parquet")
    told = {"contract": "C", "activity": "A", "email": "ann@example.org", "status": "completed"}
    at = datetime(2026, 2, 1, 8, tzinfo=UTC)
    rows = [{**told, "enrolled_at": at, "completed_at": at, "withdrawn_at": None}, {**told, "email": None}]
    pl.DataFrame(rows).write_parquet(folder / "enrollments.parquet")
    report = feeds.import_folder(db, OPERATOR, folder)

    assert counts(report.files[2]) == (1, 0, 0, {})
    assert counts(report.files[3]) == (1, 0, 0, {Reason.MISSING_EMAIL: 1})
    assert [one.line for one in report.rejects] == [3]
    contract = feeding.contract_called(db, "C")
    assert (contract.seats, contract.valid_to, contract.require_invitation_code) == (10, None, True)
    assert feeding.enrolled(db, "ann", "A").completed_at == at


def test_a_byte_order_mark_and_another_order_of_columns_change_nothing(db: Database, tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    (folder / "activities.csv").write_bytes(b'\xef\xbb\xbf"Kind",title, CODE \r\nonline,"First aid, at sea",A\r\n')
    report = feeds.import_folder(db, OPERATOR, folder)

    assert counts(report.files[0]) == (1, 0, 0, {})
    with db.read() as session:
        assert session.scalars(select(Activity.title)).all() == ["First aid, at sea"]


def test_columns_that_mean_nothing_are_ignored_and_said(db: Database, tmp_path: Path) -> None:
    report = bring(db, tmp_path, activities=[f"{ACTIVITIES},colour,mood", "A,First aid,online,red,good"])

    assert counts(report.files[0]) == (1, 0, 0, {})
    assert report.notices == ["activities.csv: columns that mean nothing here were ignored: colour, mood."]


def test_a_rejected_row_is_told_with_the_line_on_which_it_begins(db: Database, tmp_path: Path) -> None:
    lines = [ACTIVITIES, 'A,"First', "", 'aid",online', "", "B,Boats,yacht", ",Nothing,online"]
    report = bring(db, tmp_path, activities=lines)

    assert counts(report.files[0]) == (1, 0, 0, {Reason.UNKNOWN_TYPE: 1, Reason.MISSING_VALUE: 1})
    assert [(one.file, one.line, one.reason) for one in report.rejects] == [
        ("activities.csv", 6, Reason.UNKNOWN_TYPE),
        ("activities.csv", 7, Reason.MISSING_VALUE),
    ]
    assert report.rejects[0].row == {"code": "B", "title": "Boats", "kind": "yacht"}
    assert report.rejects[1].sentence == "A value that is needed is missing: code."
    assert report.as_json()["rejects"][0] == {
        "file": "activities.csv",
        "line": 6,
        "reason": "unknown_type",
        "row": {"code": "B", "title": "Boats", "kind": "yacht"},
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"A,First aid", Reason.ROW_SHAPE),
        (b"A,First aid,online,more", Reason.ROW_SHAPE),
        (b"A,F\xfcrst aid,online", Reason.ENCODING),
        (b"A,First\x00aid,online", Reason.CONTROL_CHARS),
        (b"A,,online", Reason.MISSING_VALUE),
        (b"A,First aid,", Reason.MISSING_VALUE),
        (b"A" * 201 + b",First aid,online", Reason.TOO_LONG_TEXT),
        (b"A," + b"t" * 401 + b",online", Reason.TOO_LONG_TEXT),
        (b" b ,Again,online", Reason.DUPLICATE_KEY),
    ],
)
def test_a_bad_row_is_rejected_and_the_rest_is_taken(db: Database, tmp_path: Path, line: bytes, reason: Reason) -> None:
    folder = folder_with(tmp_path)
    (folder / "activities.csv").write_bytes(b"code,title,kind\nB,Boats,classroom\n" + line + b"\n")
    report = feeds.import_folder(db, OPERATOR, folder)

    assert counts(report.files[0]) == (1, 0, 0, {reason: 1})
    assert report.rejects[0].sentence
    assert "\udcfc" not in str(report.as_json())


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, Reason.NO_FEEDS),
        ({"people.csv": b"email\nann@example.org\n"}, Reason.NO_FEEDS),
        ({"users.csv": b"name\nAnn\n"}, Reason.MISSING_COLUMN),
        ({"users.csv": b""}, Reason.MISSING_COLUMN),
        ({"users.csv": b"email;name\nann@example.org;Ann\n"}, Reason.MISSING_COLUMN),
        ({"users.csv": b"email,name,email\na@example.org,Ann,b@example.org\n"}, Reason.UNREADABLE_FILE),
        ({"users.csv": b'email,name\nann@example.org,"Ann\n'}, Reason.UNREADABLE_FILE),
        ({"users.parquet": b"PAR1 and no more"}, Reason.UNREADABLE_FILE),
        ({"users.csv": b"email\n", "users.parquet": b""}, Reason.FEED_TWICE),
    ],
)
def test_one_file_that_cannot_be_read_stops_the_whole_import(
    db: Database, tmp_path: Path, files: dict[str, bytes], reason: Reason
) -> None:
    folder = (
        folder_with(tmp_path, activities=FIRST_AID) if files and "people.csv" not in files else folder_with(tmp_path)
    )
    for name, content in files.items():
        (folder / name).write_bytes(content)

    with worlds.refused(db, reason):
        feeds.import_folder(db, OPERATOR, folder)


def test_a_folder_that_is_not_there_holds_no_feeds(db: Database, tmp_path: Path) -> None:
    with worlds.refused(db, Reason.NO_FEEDS):
        feeds.import_folder(db, OPERATOR, tmp_path / "nowhere")


def test_an_unterminated_quote_is_told_with_its_line(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        bring(db, tmp_path, activities=[*FIRST_AID, 'B,"Boats,online', "C,Cars,online"])

    assert "activities.csv, line 3" in caught.value.sentence


@pytest.mark.parametrize(
    ("role", "privileges", "may_bring"),
    [
        (Role.SUPER_ADMIN, (), {"activities", "users", "contracts", "enrollments"}),
        (Role.ADMINISTRATOR, (Privilege.CONTRACTS,), {"activities", "contracts", "enrollments"}),
        (Role.ADMINISTRATOR, (), set()),
        (Role.MANAGER, (), set()),
        (Role.ANALYST, (), set()),
    ],
)
def test_who_may_bring_which_feed(
    db: Database, tmp_path: Path, role: Role, privileges: tuple[Privilege, ...], may_bring: set[str]
) -> None:
    bring(db, tmp_path, activities=FIRST_AID, contracts=SAFETY)
    actor = worlds.somebody(db, "bringer", role, *privileges)
    files = {"activities": FIRST_AID, "users": ANN, "contracts": SAFETY, "enrollments": HER_COURSE}

    for name, lines in files.items():
        if name in may_bring:
            assert not bring(db, tmp_path, actor, **{name: lines}).rejects
        else:
            with worlds.not_found(db):
                bring(db, tmp_path, actor, **{name: lines})


def test_who_may_not_bring_one_file_of_a_folder_brings_none(db: Database, tmp_path: Path) -> None:
    administrator = worlds.somebody(db, "administrator", Role.ADMINISTRATOR, Privilege.CONTRACTS)

    with worlds.not_found(db):
        bring(db, tmp_path, administrator, activities=FIRST_AID, users=ANN)


def test_the_number_of_statements_does_not_grow_with_the_rows(db: Database, tmp_path: Path) -> None:
    bring(
        db, tmp_path, activities=FIRST_AID, contracts=[CONTRACTS + ",activities", "C,Safety,voucher,900,2026-01-01,,A"]
    )
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: said.append(call[2]))

    def statements(people_told: Sequence[str], *statuses: str) -> int:
        said.clear()
        told = [(name, statuses[n % len(statuses)]) for n, name in enumerate(people_told)]
        users = [USERS, *(f"{name if status == 'enrolled' else ''},{name}@example.org,{name}" for name, status in told)]
        rows = [
            feeding.row(name, "A", "2026-02-01", status, completed="2026-03-01" if status == "completed" else "")
            for name, status in told
        ]
        bring(db, tmp_path, users=users, enrollments=[ENROLLMENTS, *rows])
        return len(said)

    few, many = [f"few{n}" for n in range(3)], [f"many{n}" for n in range(300)]
    assert statements(many, "enrolled", "completed") == statements(few, "enrolled", "completed")
    assert statements(many, "failed", "completed") == statements(few, "failed", "completed")


def test_progress_is_told_file_by_file(db: Database, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = folder_with(tmp_path, activities=FIRST_AID, users=ANN)
    feeds.import_folder(db, OPERATOR, folder, progress=lambda *now: seen.append(now))

    assert seen == [("activities.csv", 0, 2), ("users.csv", 1, 2), ("", 2, 2)]


# --- activities ------------------------------------------------------------------------------------------------------


def test_an_activity_is_known_by_its_code_and_takes_title_and_kind(db: Database, tmp_path: Path) -> None:
    activities.create(db, OPERATOR, "A-1", "First aid", ActivityKind.ONLINE)
    report = bring(db, tmp_path, activities=[ACTIVITIES, "a-1 ,First aid at sea,Classroom", "B,Boats,online"])

    assert counts(report.files[0]) == (1, 1, 0, {})
    with db.read() as session:
        rows = session.execute(select(Activity.code, Activity.title, Activity.kind).order_by(Activity.code)).all()
    assert [tuple(one) for one in rows] == [
        ("A-1", "First aid at sea", ActivityKind.CLASSROOM),
        ("B", "Boats", ActivityKind.ONLINE),
    ]
    told = worlds.last_event(db)
    assert told.before == {"A-1": {"title": "First aid", "kind": "online"}}
    assert set(told.after) == {"A-1", "B"}


# --- uploaded and rehearsed ------------------------------------------------------------------------------------------

UPLOADED = {
    "users.csv": b"email,name\nann@example.org,Ann\nbad,Bad\n",
    "activities.csv": b"code,title,kind\nA,A,online\n",
}


def test_a_rehearsal_tells_what_an_import_would_come_to_and_writes_nothing(db: Database) -> None:
    with worlds.unchanged(db):
        foreseen = feeds.rehearse(db, OPERATOR, UPLOADED)
    came = feeds.import_files(db, OPERATOR, UPLOADED)

    assert foreseen.as_json() == came.as_json()
    assert [(file.file, file.new, len(file.rejects)) for file in came.files] == [
        ("activities.csv", 1, 0),
        ("users.csv", 1, 1),
    ]
    with worlds.unchanged(db):
        feeds.import_files(db, OPERATOR, UPLOADED)


def test_whoever_may_not_bring_files_may_not_rehearse_them(db: Database) -> None:
    asker = worlds.somebody(db, "max", Role.ADMINISTRATOR, Privilege.CONTRACTS)
    for ask in (feeds.rehearse, feeds.import_files):
        with worlds.not_found(db):
            ask(db, asker, UPLOADED)
        with worlds.refused(db, Reason.NO_FEEDS):
            ask(db, OPERATOR, {"people.csv": b"email\n"})
