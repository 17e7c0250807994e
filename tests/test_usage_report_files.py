"""The usage report as a file: printed by Chromium or not at all, made at a click or by a command, with the rights of its asker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lc_core.exports import pdf
from lc_core.exports.usage_report import FORMATS, usage_report
from lc_core.insight.copy import Insight
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType
from pages import _usage_report
from tests import apps, usage_worlds, worlds
from tests.processes import until
from tests.test_cli import Lc, answered, done, lc, said_no
from tests.test_usage_report import Page
from tests.usage_worlds import World
from tests.worlds import OPERATOR, not_found, refused

__all__ = ["lc"]
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def world(db: Database, tmp_path: Path) -> World:
    return usage_worlds.played(db, tmp_path)


@pytest.fixture
def insight(world: World) -> Iterator[Insight]:
    made = world.insight()
    yield made
    made.close()


# --- as a PDF ---------------------------------------------------------------------------------------------------------


def chromium(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A program called chromium which does this, and the only one there is."""
    program = folder / "bin" / "chromium"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def is_running(pid: int) -> bool:
    """Whether the process still does anything: one that nobody asked for its end is listed for a while."""
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_without_a_chromium_the_page_is_left(world: World, insight: Insight, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    report = usage_report(insight, OPERATOR, world.alpha)

    assert FORMATS[".html"](report).startswith(b"<!doctype html>")
    assert pdf.why_not() is Reason.CHROMIUM_MISSING
    with refused(world.db, Reason.CHROMIUM_MISSING):
        report.pdf()


def test_a_chromium_that_hangs_is_ended_with_all_it_started(monkeypatch, tmp_path: Path, db: Database):
    chromium(tmp_path, monkeypatch, f"sleep 300 & echo $! > {tmp_path}/child; wait")

    with refused(db, Reason.PDF_NOT_MADE):
        pdf.printed("<p>", patience=3)
    child = int((tmp_path / "child").read_text())
    until(lambda: not is_running(child), "the child's end")


def test_a_chromium_sees_the_page_and_nothing_of_our_settings(monkeypatch, tmp_path: Path, db: Database):
    monkeypatch.setenv("LC_SMTP_URL", "smtp://secret")
    chromium(tmp_path, monkeypatch, f'env > {tmp_path}/env; cat page.html > page.pdf; echo "$@" > {tmp_path}/words')
    made = pdf.printed("<p>Ä")

    assert made.decode() == "<p>Ä"
    assert "LC_" not in (tmp_path / "env").read_text()
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in (tmp_path / "words").read_text()


def test_a_chromium_that_prints_nothing_is_told(monkeypatch, tmp_path: Path, db: Database):
    chromium(tmp_path, monkeypatch, "exit 1")

    with refused(db, Reason.PDF_NOT_MADE):
        pdf.printed("<p>")


# --- on the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, db_url: str, tmp_path: Path) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield usage_worlds.played(db, tmp_path)


def offered(world: World, who: str, **query: int | str) -> list[str]:
    app = world.open(who, **query)
    assert not app.exception
    return [button.proto.label for button in app.get("download_button") if button.proto.label in {"HTML", "PDF"}]


def test_one_contract_is_offered_as_a_report(open_page: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    chromium(tmp_path, monkeypatch, "exit 1")
    all_of_them = offered(open_page, "manager")
    one = offered(open_page, "manager", contract=open_page.beta)
    own = offered(open_page, "ada")
    monkeypatch.setenv("PATH", str(tmp_path))
    without = offered(open_page, "ada")

    assert (all_of_them, one, own, without) == ([], ["HTML", "PDF"], ["HTML", "PDF"], ["HTML"])


def test_a_report_holds_what_its_asker_may_see_then(world: World, insight: Insight):
    asked = {"insight": insight, "ending": ".html"}
    own = _usage_report.made(world.db, world.actor("ada"), contract_id=world.alpha, **asked).decode()

    assert Page(own).figures["Code"] == "ALPHA"
    with not_found(world.db):
        _usage_report.made(world.db, world.actor("ada"), contract_id=world.beta, **asked)


# --- on the command line ----------------------------------------------------------------------------------------------


def test_lc_usage_report_writes_the_page(db: Database, lc: Lc, tmp_path: Path):
    contract_id = worlds.a_contract(db, ContractType.SUBSCRIPTION, code="Nine", seats=9, valid_to=None)
    worlds.an_enrolled(db, contract_id, "ann")
    told = answered(lc("usage-report", "nine", "--to", tmp_path / "report.html", "--json"))
    (row,) = answered(lc("seats", "--json"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert (told["contract"], told["bytes"]) == ("Nine", len(page.encode()))
    for word in ("seats", "used", "reserved", "pending", "uncommitted"):
        assert Page(page).figures[word.capitalize()] == str(row[word]), word
    assert "report.html. Data as of" in done(lc("usage-report", "NINE", "--to", tmp_path / "report.html"))


def test_lc_usage_report_says_why_not(db: Database, lc: Lc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    worlds.a_contract(db, code="Nine")
    worlds.an_admin(db, "another", worlds.a_contract(db))
    foreign = lc("usage-report", "nine", "--to", tmp_path / "x.html", "--actor", worlds.email("another"))
    nowhere = lc("usage-report", "nine", "--to", tmp_path / "none" / "x.html")
    strange = lc("usage-report", "nine", "--to", tmp_path / "x.doc")
    monkeypatch.setenv("PATH", str(tmp_path))
    no_chromium = lc("usage-report", "nine", "--to", tmp_path / "x.pdf")

    said_no(foreign, Reason.NOT_FOUND)
    assert "cannot be written" in said_no(nowhere)
    assert strange.exit_code == 2
    said_no(no_chromium, Reason.CHROMIUM_MISSING)
    assert [path.name for path in tmp_path.glob("x.*")] == []
