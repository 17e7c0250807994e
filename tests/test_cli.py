"""The command line: what it prints, what it answers to scripts, and how it says no."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner, Result

from lc_core import inviting, language
from lc_core.cli import app, installation
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.models import Contract
from lc_core.settings import settings
from lc_core.vocabulary import ContractType
from tests import databases, feeding, worlds
from tests.feeding import ENROLLMENTS, a_contract, folder_with
from tests.worlds import OPERATOR

Lc = Callable[..., Result]


@pytest.fixture
def lc(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lc]:
    """The command line on a fresh database, as a script calls it."""
    for name, value in {"DATABASE_URL": db_url, "DATA_DIR": str(tmp_path / "data")}.items():
        monkeypatch.setenv(f"LC_{name}", value)
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    settings.cache_clear()
    language.use("en")


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    """The same database, to look into; it goes by the real clock, as the commands do."""
    with databases.opened(db_url) as database:
        yield database


@pytest.fixture
def an_open_contract(db: Database) -> int:
    """The contract `C` with two seats, open today and for long."""
    return a_contract(db, ContractType.SUBSCRIPTION, seats=2, valid_to=None)


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def answered(result: Result) -> Any:
    return json.loads(done(result))


def said_no(result: Result, reason: Reason | None = None) -> str:
    """One sentence on the error stream and nothing else."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    if reason is not None:
        assert result.stderr.strip() == reason.label
    return result.stderr.strip()


def test_init_makes_the_database_and_makes_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lc: Lc) -> None:
    monkeypatch.setenv("LC_DATABASE_URL", f"sqlite:///{tmp_path}/new/lc.sqlite")
    settings.cache_clear()
    missing = lc("people")
    for _ in range(2):
        done(lc("init"))

    assert "lc init" in said_no(missing)
    assert answered(lc("people", "--json")) == []


@pytest.mark.parametrize(
    "words", [("seats", "--colour"), ("import", "nowhere"), ("grant", "ann@example.org", "king"), ("dance",)]
)
def test_wrong_use_ends_with_2(lc: Lc, words: tuple[str, ...]) -> None:
    result = lc(*words)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_seats_tells_each_contract_by_status(lc: Lc, db: Database, an_open_contract: int) -> None:
    inviting.invite(db, OPERATOR, an_open_contract, [worlds.email(name) for name in ("ann", "bob", "cat")])
    (row,) = answered(lc("seats", "--json"))

    assert row == {
        "code": "C",
        "title": "Safety at work",
        "type": "subscription",
        "status": "active",
        "seats": 2,
        "used": 0,
        "reserved": 0,
        "pending": 2,
        "uncommitted": 0,
        "over_invited": 1,
        "expired_unused": 0,
    }
    assert "Safety at work" in done(lc("seats"))


def test_seats_of_one_contract_are_found_by_its_code_in_any_case(lc: Lc, db: Database, an_open_contract: int) -> None:
    a_contract(db, code="D", offers="")

    assert [row["code"] for row in answered(lc("seats", "c", "--json"))] == ["C"]
    said_no(lc("seats", "nothing"), Reason.NOT_FOUND)


def test_an_actor_sees_and_does_what_is_theirs(lc: Lc, db: Database, an_open_contract: int) -> None:
    a_contract(db, code="D", offers="")
    worlds.an_admin(db, "ann", an_open_contract)
    worlds.a_learner(db, "bob")

    assert [row["code"] for row in answered(lc("seats", "--actor", "ann@example.org", "--json"))] == ["C"]
    assert answered(lc("seats", "--actor", "bob@example.org", "--json")) == []
    said_no(lc("grant", "bob@example.org", "manager", "--actor", "ann@example.org"), Reason.NOT_FOUND)
    said_no(lc("people", "--actor", "nobody@example.org"), Reason.UNKNOWN_PERSON)


def test_import_reports_each_file_and_each_rejected_row(lc: Lc, tmp_path: Path, an_open_contract: int) -> None:
    rows = [
        feeding.row("ann", "A", "2026-02-01"),
        "C,Z,ann@example.org,2026-02-01,enrolled,,",
        feeding.row("bob", "A", ""),
    ]
    folder = folder_with(tmp_path, enrollments=[ENROLLMENTS, *rows])
    rejected = {"unknown_activity": 1, "missing_date": 1}
    file = {"file": "enrollments.csv", "read": 3, "new": 1, "changed": 0, "unchanged": 0, "rejected": rejected}
    told = answered(lc("import", folder, "--json"))

    assert told["files"] == [file]
    assert [(one["file"], one["line"], one["reason"], one["row"]["email"]) for one in told["rejects"]] == [
        ("enrollments.csv", 3, "unknown_activity", "ann@example.org"),
        ("enrollments.csv", 4, "missing_date", "bob@example.org"),
    ]
    assert answered(lc("import", folder, "--json"))["files"] == [{**file, "new": 0, "unchanged": 1}]


def test_import_says_the_same_to_people(lc: Lc, tmp_path: Path, an_open_contract: int) -> None:
    folder = folder_with(tmp_path, enrollments=[f"{ENROLLMENTS},mood", f"{feeding.row('ann', 'A', '')},good"])
    said = done(lc("import", folder))

    assert "enrollments.csv, line 2: The date of enrollment is missing." in said
    assert "mood" in said


def test_import_writes_the_rejected_rows_where_it_is_told(lc: Lc, tmp_path: Path, an_open_contract: int) -> None:
    folder = folder_with(tmp_path, enrollments=[ENROLLMENTS, "=cmd(),A,ann@example.org,2026-02-01,enrolled,,"])
    done(lc("import", folder, "--rejects", tmp_path / "rejects.csv"))
    with (tmp_path / "rejects.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))

    assert rows[0] == ["file", "line", "reason", "row"]
    assert rows[1][:3] == ["enrollments.csv", "2", "unknown_contract"]
    assert json.loads(rows[1][3])["contract"] == "=cmd()"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_import_is_strict_if_it_is_told_to_be(lc: Lc, db: Database, tmp_path: Path, an_open_contract: int) -> None:
    folder = folder_with(
        tmp_path, enrollments=[ENROLLMENTS, feeding.row("ann", "A", "2026-02-01"), feeding.row("bob", "A", "")]
    )
    strict = lc("import", folder, "--strict", "--json")

    assert strict.exit_code == 1
    assert json.loads(strict.stdout)["files"][0]["new"] == 1
    assert worlds.used(db, an_open_contract) == 1


def test_import_says_why_it_takes_nothing(lc: Lc, tmp_path: Path) -> None:
    assert "activities.csv, users.csv" in said_no(lc("import", folder_with(tmp_path)))
    assert "email (users.csv)" in said_no(lc("import", folder_with(tmp_path, users=["name", "Ann"])))


def test_invite_says_what_became_of_each_line(lc: Lc, db: Database, tmp_path: Path, an_open_contract: int) -> None:
    listed = tmp_path / "people.txt"
    listed.write_text("ann@example.org\n\nnot an address\nANN@example.org\n", encoding="utf-8")
    planned = answered(lc("invite", "c", listed, "--dry-run", "--json"))
    nobody_yet = worlds.invitations_of(db, an_open_contract)
    told = answered(lc("invite", "c", listed, "--json"))

    assert nobody_yet == []
    assert [row["outcome"] for row in told["rows"]] == ["invited", "invalid", "duplicate_in_file"]
    assert [row["reason"] for row in told["rows"]] == ["", "invalid_email", "duplicate_in_file"]
    assert [row["line"] for row in told["rows"]] == [1, 3, 4]
    assert told["totals"] == {"invited": 1, "duplicate_in_file": 1, "invalid": 1}
    assert planned["rows"] == told["rows"]
    assert (planned["dry_run"], told["dry_run"]) == (True, False)
    assert len(worlds.letters_of(db, an_open_contract)) == 1
    assert "not an address" in done(lc("invite", "c", listed))


def test_invite_covers_the_activities_that_are_named(lc: Lc, db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.VOUCHER, valid_to=None)
    (tmp_path / "one.txt").write_text("ann@example.org\n", encoding="utf-8")
    (tmp_path / "two.txt").write_text("bob@example.org\n", encoding="utf-8")
    done(lc("invite", "C", tmp_path / "one.txt", "--activities", "b"))
    done(lc("invite", "C", tmp_path / "two.txt", "--activities", "A;b"))
    covered = [worlds.covered_by(db, worlds.live_of(db, contract_id, name).id) for name in ("ann", "bob")]

    (tmp_path / "own.csv").write_text("email;activities\neve@example.org;b\nmax@example.org;z\n", encoding="utf-8")
    own = answered(lc("invite", "C", tmp_path / "own.csv", "--json"))

    assert [(row["outcome"], row["reason"]) for row in own["rows"]] == [
        ("invited", ""),
        ("refused", Reason.ACTIVITY_NOT_IN_CONTRACT.value),
    ]
    assert worlds.covered_by(db, worlds.live_of(db, contract_id, "eve").id) == {worlds.offered(db, contract_id)[1]}
    assert covered == [{worlds.offered(db, contract_id)[1]}, set(worlds.offered(db, contract_id))]
    said_no(lc("invite", "C", tmp_path / "one.txt", "--activities", "Z"), Reason.ACTIVITY_UNKNOWN)
    said_no(lc("invite", "Z", tmp_path / "one.txt"), Reason.NOT_FOUND)


def test_roles_are_granted_told_and_taken_away(lc: Lc, db: Database, an_open_contract: int) -> None:
    done(lc("grant", "boss@example.org", "super_admin"))
    done(lc("grant", "ann@example.org", "administrator", "--privilege", "contracts"))
    done(lc("grant", "bob@example.org", "contract_admin", "--contract", "c"))
    told = {one["email"]: one for one in answered(lc("people", "--json"))}
    said_no(lc("revoke-role", "boss@example.org", "super_admin"), Reason.LAST_SUPER_ADMIN)
    done(lc("revoke-role", "ann@example.org", "administrator"))
    done(lc("revoke-role", "bob@example.org", "contract_admin", "--contract", "c"))

    assert set(told) == {"boss@example.org", "ann@example.org", "bob@example.org"}
    assert (told["ann@example.org"]["roles"], told["ann@example.org"]["privileges"]) == (
        ["administrator"],
        ["contracts"],
    )
    assert told["bob@example.org"]["contracts"] == ["C"]
    assert [one["email"] for one in answered(lc("people", "--json"))] == ["boss@example.org"]
    assert "boss@example.org" in done(lc("people"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("grant", "ann@example.org", "contract_admin"), Reason.ROLE_NEEDS_CONTRACT),
        (("grant", "ann@example.org", "manager", "--contract", "C"), Reason.ROLE_TAKES_NO_CONTRACT),
        (("grant", "ann@example.org", "contract_admin", "--contract", "Z"), Reason.NOT_FOUND),
        (("grant", "ann", "manager"), Reason.INVALID_EMAIL),
        (("revoke-role", "ann@example.org", "manager"), Reason.UNKNOWN_PERSON),
    ],
)
def test_a_role_that_cannot_be_given_or_taken_is_refused(
    lc: Lc, an_open_contract: int, words: tuple[str, ...], reason: Reason
) -> None:
    said_no(lc(*words), reason)


def test_check_proves_the_invariants_and_says_what_it_counted(lc: Lc, db: Database, an_open_contract: int) -> None:
    told = answered(lc("check", "--json"))

    assert told["ok"]
    assert {"name": "audit_chains", "counted": 4, "ok": True, "problems": []} in told["checks"]
    assert "copy_agrees_with_the_ledger" in done(lc("check"))


def test_check_fails_where_an_invariant_does_not_hold(lc: Lc, db: Database, an_open_contract: int) -> None:
    with db.bookkeeping() as session:
        session.execute(update(Contract).values(seats_used=1))
    told = lc("check", "--json")
    said = lc("check")

    assert (told.exit_code, said.exit_code) == (1, 1)
    assert not json.loads(told.stdout)["ok"]
    assert "contract C: 1 seats are counted as used" in said.stdout


def test_settings_tells_where_each_comes_from_and_no_secret(lc: Lc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_DATABASE_URL", "postgresql+psycopg://lc:hunter2@db/lc")
    monkeypatch.setenv("LC_SMTP_URL", "smtp://lc:hunter3@mail:25")
    settings.cache_clear()
    told = {one["name"]: one for one in answered(lc("settings", "--json"))}
    said = done(lc("settings"))

    assert (told["LC_DATABASE_URL"]["from"], told["LC_LOCALE"]["from"]) == ("environment", "default")
    assert told["LC_DATABASE_URL"]["value"] == "postgresql+psycopg://lc:***@db/lc"
    assert "hunter" not in json.dumps(told) + said
    assert "LC_SMTP_URL" in said


def test_a_wrong_setting_is_one_sentence(lc: Lc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_AUTH", "anyone")
    settings.cache_clear()
    for command in ("people", "run"):
        result = lc(command)

        assert result.exit_code == 2
        assert "Traceback" not in result.stderr


def test_a_database_that_does_not_answer_is_one_sentence(lc: Lc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    settings.cache_clear()

    said_no(lc("people"))


def test_run_serves_the_demo_to_this_machine_only(lc: Lc, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[list[str]] = []

    def instead(_program: str, words: list[str]) -> None:
        served.append(words)

    monkeypatch.setattr(os, "execv", instead)
    lc("run", "--port", "9000")
    for name in ("BASE_URL", "OIDC_ISSUER"):
        monkeypatch.setenv(f"LC_{name}", "https://example.org")
    for name in ("COOKIE_SECRET", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        monkeypatch.setenv(f"LC_{name}", "x" * 32)
    monkeypatch.setenv("LC_AUTH", "oidc")
    monkeypatch.setenv("STREAMLIT_SERVER_COOKIE_SECRET", "")
    monkeypatch.delenv("STREAMLIT_SERVER_COOKIE_SECRET")
    settings.cache_clear()
    lc("run")
    monkeypatch.delenv("LC_OIDC_ISSUER")
    settings.cache_clear()
    stopped = lc("run")

    assert (stopped.exit_code, stopped.stderr, len(served)) == (2, "LC_AUTH=oidc needs LC_OIDC_ISSUER.\n", 2)
    assert os.environ["STREAMLIT_SERVER_COOKIE_SECRET"] == "x" * 32
    assert served[0][1:4] == ["-m", "streamlit", "run"]
    assert Path(served[0][4]) == installation.ROOT / "app.py"
    assert served[0][5:] == ["--server.port", "9000", "--server.address", "localhost"]
    assert "--server.address" not in served[1]


def test_the_command_line_is_a_module_too() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "lc_core.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    wanted = ("init", "demo", "run", "import", "seats", "check", "grant", "revoke-role", "people", "invite", "settings")

    assert [name for name in wanted if name not in shown] == []
