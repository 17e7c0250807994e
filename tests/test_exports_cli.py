"""`lc export` writes what it is told or says why not; `lc bench export` measures the same rows."""

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import update

from lc_core.bench import export as bench
from lc_core.bench.measuring import Work
from lc_core.exports.chosen import Chosen
from lc_core.exports.datasets import DATASETS, KINDS
from lc_core.exports.wanted import Format
from lc_core.records.db import Database
from lc_core.records.export_models import ExportRun, SavedExport
from lc_core.vocabulary import ContractType, Role
from tests import worlds
from tests.saving import a_saved, an_analyst
from tests.test_cli import Lc, answered, done, lc
from tests.test_exports import code_of
from tests.worlds import contract_now

__all__ = ["lc"]


@pytest.fixture
def exported(lc: Lc, tmp_path: Path) -> Callable[..., pl.DataFrame]:
    """What a file holds that `lc export` wrote."""

    def run(dataset: str, *words: object) -> pl.DataFrame:
        path = tmp_path / "told.parquet"
        report = answered(lc("export", dataset, "--to", path, "--json", *words))
        frame = pl.read_parquet(path)
        assert (report["path"], report["rows"]) == (str(path), frame.height)
        assert report["bytes"] == path.stat().st_size
        return frame

    return run


def test_lc_export_writes_what_it_is_told(db: Database, exported: Callable[..., pl.DataFrame]):
    one, other = worlds.a_contract(db, valid_to=None), worlds.a_contract(db, ContractType.UNLIMITED, valid_to=None)
    worlds.an_enrolled(db, one, "ann")
    worlds.an_enrolled(db, other, "bob")
    codes = [contract_now(db, contract_id).code for contract_id in (one, other)]
    title = code_of(db, worlds.offered(db, one)[0])

    assert exported("enrollments")["person"].to_list() == ["Ann", "Bob"]
    assert exported("enrollments", "--columns", "email, person").columns == ["email", "person"]
    assert exported("enrollments", "--contract", codes[0].lower())["contract_code"].to_list() == codes[:1]
    assert exported("enrollments", "--type", "unlimited")["contract_code"].to_list() == codes[1:]
    assert exported("enrollments", "--contract-status", "expired").is_empty()
    assert exported("enrollments", "--status", "enrolled", "--activity", title)["person"].to_list() == ["Ann"]
    assert exported("invitations", "--status", "accepted", "--status", "expired").is_empty()
    assert exported("enrollments", "--until", "2020-01-01").is_empty()
    assert exported("ledger", "--from", "2020-01-01")["delta"].to_list() == [1, 1]
    assert exported("contracts", "--group", "None such").is_empty()
    worlds.somebody(db, "analyst", Role.ANALYST)
    assert exported("enrollments", "--actor", worlds.email("analyst"))["email"].to_list() == [None, None]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["people", "--to", "a.csv"], 2),
        (["ledger"], 2),
        (["ledger", "--to", "a.pdf"], 2),
        (["ledger", "--to", "a.csv", "--columns", "nothing"], 2),
        (["ledger", "--to", "a.csv", "--status", "nothing"], 2),
        (["ledger", "--to", "a.csv", "--zone", "Mars/Olympus"], 2),
        (["ledger", "--to", "a.csv", "--from", "2026-01-02", "--until", "2026-01-01"], 2),
        (["contracts", "--to", "a.csv", "--from", "2026-01-02"], 2),
        (["contracts", "--to", "a.csv", "--activity", "x"], 1),
        (["ledger", "--to", "a.csv", "--contract", "none"], 1),
        (["ledger", "--to", "nowhere/a.csv"], 1),
        (["ledger", "--to", "a.csv", "--actor", "learner@example.org"], 1),
    ],
)
def test_lc_export_says_in_a_sentence_why_not(
    db: Database, lc: Lc, tmp_path: Path, monkeypatch, words: list[str], code: int
):
    worlds.a_learner(db, "learner")
    monkeypatch.chdir(tmp_path)

    told = lc("export", *words)

    assert told.exit_code == code
    assert told.stdout == ""
    assert re.fullmatch(r"[^{}]+\.\n", told.stderr)
    assert [one.name for one in tmp_path.iterdir() if one.name != "data"] == []


@pytest.mark.parametrize("name", DATASETS)
def test_lc_export_tells_its_dictionary(lc: Lc, name: str):
    told, shown = answered(lc("export", name, "--describe", "--json")), done(lc("export", name, "--describe"))

    assert [one["column"] for one in told["columns"]] == [one.name for one in DATASETS[name].columns]
    assert told["filters"] == sorted(DATASETS[name].filters)
    for one in told["columns"]:
        assert one["column"] in shown
        assert one["type"] in KINDS.values()


# --- what was saved --------------------------------------------------------------------------------------------------


def test_lc_report_makes_a_saved_export_now(db: Database, lc: Lc, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ana = an_analyst(db)
    a_saved(db, ana, "Every Monday", Chosen("contracts", Format.PARQUET, columns=("contract_title",)))
    told = answered(lc("report", "every monday", "--actor", worlds.email("ana"), "--json"))
    as_csv = done(lc("report", "Every Monday", "--to", tmp_path / "one.csv", "--actor", worlds.email("ana")))

    assert re.fullmatch(r"Every-Monday-\d{4}-\d\d-\d\d\.parquet", told["path"])
    assert pl.read_parquet(told["path"]).to_dict(as_series=False) == {"contract_title": ["Safety"]}
    assert (tmp_path / "one.csv").read_text() == '"contract_title"\n"Safety"\n'
    assert as_csv.startswith("1 rows, ")
    assert worlds.count_of(db, ExportRun) == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["Mine"], 2),
        (["Every Monday", "--actor", "ana@example.org"], 1),
        (["Mine", "--to", "one.txt", "--actor", "ana@example.org"], 2),
        (["Mine", "--actor", "bea@example.org"], 1),
        (["Mine", "--actor", "nobody@example.org"], 1),
        (["Gone", "--actor", "ana@example.org"], 1),
    ],
)
def test_lc_report_says_in_a_sentence_why_not(
    db: Database, lc: Lc, tmp_path: Path, monkeypatch, words: list[str], code: int
):
    monkeypatch.chdir(tmp_path)
    ana = an_analyst(db)
    worlds.somebody(db, "bea", Role.ANALYST)
    a_saved(db, ana, "Mine")
    gone = a_saved(db, ana, "Gone")
    with db.bookkeeping() as session:
        session.execute(update(SavedExport).where(SavedExport.id == gone).values(chosen='{"dataset": "gone"}'))
    told = lc("report", *words)

    assert (told.exit_code, told.stdout) == (code, "")
    assert re.fullmatch(r"[^{}]+\.\n", told.stderr)
    assert [one.name for one in tmp_path.iterdir() if one.name != "data"] == []


# --- the bench -------------------------------------------------------------------------------------------------------


def test_each_format_is_measured_beside_its_library_with_the_same_in_the_file():
    told = list(bench.run(Work(400, runs=1)))

    assert [re.sub(r"\d+ MiB", "MiB", one.what) for one in told] == [
        *(f"400 rows, {kind} (MiB held)" for kind in ("csv", "parquet", "arrow")),
        "80 rows, xlsx (MiB held)",
    ]
    assert all(one.ratio for one in told)
