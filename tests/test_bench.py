"""The benches: what they report, that they compare like with like, and that they leave the installation alone."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from lc_core import language
from lc_core.bench import invite, load, measuring, places, world
from lc_core.bench.answers import BARE, KEYS
from lc_core.bench.invite import Guests, Rows
from lc_core.bench.measuring import CannotMeasure, Work
from lc_core.bench.registry import BENCHES
from lc_core.cli import app
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.insight.questions import QUESTIONS
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Invitation
from lc_core.settings import settings

Lc = Callable[..., Result]


@pytest.fixture
def lc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lc]:
    """The command line of an installation that was never made."""
    monkeypatch.setenv("LC_DATABASE_URL", f"sqlite:///{tmp_path}/installed/lc.sqlite")
    monkeypatch.setenv("LC_DATA_DIR", str(tmp_path / "installed"))
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    settings.cache_clear()
    language.use("en")


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    """What the smallest dashboard tells."""
    measured = CliRunner().invoke(app, ["bench", "dashboard", "--size", "2000", "--runs", "2", "--json"])
    assert measured.exit_code == 0, measured.output
    report: dict[str, Any] = json.loads(measured.stdout)
    return report


def test_a_bench_reports_in_the_declared_shape(small):
    assert list(small) == ["bench", "size", "results", "peak_mib"]
    assert (small["bench"], small["size"]) == ("dashboard", 2000)
    assert small["peak_mib"] > 0
    for result in small["results"]:
        assert list(result) == ["what", "median_s", "baseline", "baseline_s", "ratio", "runs"]
        assert result["median_s"] > 0
        if result["baseline"] is not None:
            assert result["runs"] == 2
            assert result["ratio"] == pytest.approx(result["median_s"] / result["baseline_s"])


def test_the_dashboard_is_compared_on_each_database(small):
    """It would have ended with a sentence if the compared ways had not given the same numbers."""
    told = {
        (result["what"].split(",")[0], result["what"].split()[-1], result["baseline"]) for result in small["results"]
    }

    for kind in ("sqlite", "postgresql"):
        assert ("center of 30 contracts", kind, "the same from the records by SQL") in told
        assert ("center of 30 contracts", kind, "pandas frames in memory") in told
        assert ("first page of 200 invitations and their counts", kind, "the bare queries, Core") in told
        assert ("copy built whole", kind, None) in told


def test_a_bench_can_be_read_by_people_and_touches_nothing_of_the_installation(lc, tmp_path, monkeypatch):
    monkeypatch.setattr(places, "kinds", lambda: ["sqlite"])
    told = lc("bench", "dashboard", "--size", "400", "--runs", "1")

    assert told.exit_code == 0
    assert "center of 30 contracts, sqlite" in told.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("bench", "speed"), ("bench",), ("bench", "dashboard", "--size", "0")])
def test_an_unknown_bench_is_wrong_use(lc, words):
    told = lc(*words)

    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr != ""


def test_the_list_tells_every_bench(lc):
    listed = json.loads(lc("bench", "--list", "--json").stdout)
    shown = lc("bench", "--list").stdout

    assert [one["bench"] for one in listed] == list(BENCHES)
    for one in listed:
        assert one["bench"] in shown
        assert one["about"].endswith(".")
        assert one["size"] == BENCHES[one["bench"]].size


def test_inviting_is_measured_beside_the_bare_rows_on_each_database(monkeypatch):
    monkeypatch.setattr(invite, "BEFORE_EACH", 10)
    measured = CliRunner().invoke(app, ["bench", "invite", "--size", "200", "--runs", "2", "--json"])
    report = json.loads(measured.stdout)

    assert list(report) == ["bench", "size", "results", "peak_mib"]
    assert (report["bench"], report["size"]) == ("invite", 200)
    assert [result["what"] for result in report["results"]] == [f"invite 200 {kind}" for kind in places.kinds()]
    for result in report["results"]:
        assert (result["baseline"], result["runs"]) == ("core executemany, same tables", 2)
        assert result["ratio"] == pytest.approx(result["median_s"] / result["baseline_s"])


def test_a_batch_over_http_is_measured_beside_the_feed_of_the_same_rows(monkeypatch):
    monkeypatch.setattr(places, "kinds", lambda: ["sqlite"])
    (told,) = BENCHES["api"].run(Work(60, runs=2))

    assert (told.what, told.baseline) == ("put 60 changed enrollments sqlite", "the feed of the same rows")
    assert told.runs == 2


def test_the_usual_size_stands_for_the_smaller_ones(monkeypatch):
    monkeypatch.setattr(places, "kinds", lambda: ["sqlite"])
    monkeypatch.setattr(invite, "USUAL", (10, 20, 30))
    told = list(invite.run(Work(30, runs=1)))

    assert [one.what for one in told] == ["invite 10 sqlite", "invite 20 sqlite", "invite 30 sqlite"]


def test_both_ways_of_inviting_make_the_same_people_invitations_and_letters(db: Database):
    guests = Guests(db, 30)
    guests.counted(lambda: guests.invite(guests.new(20)), 20)
    guests.counted(lambda: guests.write(Rows(guests.contract_id, guests.new(20))), 20)

    with db.read() as session:
        letters = select(func.count()).where(Letter.invitation_id == Invitation.id).scalar_subquery()
        kept = {column.name for column in Invitation.__table__.columns} - {"id", "person_id"}
        rows = session.execute(select(*(getattr(Invitation, name) for name in sorted(kept)), letters)).all()
    assert len(rows) == 70
    assert len(set(rows)) == 1


def test_a_way_of_inviting_that_leaves_rows_out_is_not_measured(db: Database):
    guests = Guests(db, 30)

    with pytest.raises(CannotMeasure):
        guests.counted(lambda: guests.invite(guests.new(19)), 20)


def test_every_question_is_measured_at_two_sizes_and_answers_as_the_other_ways_do():
    measured = CliRunner().invoke(app, ["bench", "answers", "--size", "4000", "--runs", "1", "--json"])
    beside = defaultdict(set)
    for result in json.loads(measured.stdout)["results"]:
        beside[result["what"].partition(",")[0]].add(result["baseline"])

    assert set(QUESTIONS) <= set(beside)
    for name in QUESTIONS:
        assert {BARE, "with 400"} <= beside[name]
    for name in KEYS:
        assert {"pandas frames in memory", "SQL on SQLite"} <= beside[name]


def test_bringing_the_copy_up_to_date_is_measured_beside_building_it_whole():
    measured = CliRunner().invoke(app, ["bench", "refresh", "--size", "2000", "--runs", "2", "--json"])
    told = [(result["baseline"], result["runs"]) for result in json.loads(measured.stdout)["results"]]

    assert [name for name, _runs in told] == ["built whole", "while nothing happens", None] * len(places.kinds())
    assert {runs for name, runs in told if name == "built whole"} == {2}


@pytest.mark.soak
def test_many_visitors_are_measured_in_both_servers(monkeypatch):
    monkeypatch.setattr(load, "SECONDS", 20.0)
    measured = CliRunner().invoke(app, ["bench", "load", "--size", "4", "--json"])
    (told,) = json.loads(measured.stdout)["results"]

    assert told["baseline"] == "the same pages as Streamlit serves them"
    assert told["ratio"] == pytest.approx(told["median_s"] / told["baseline_s"])


@pytest.mark.soak
def test_the_pages_are_measured_through_the_served_product():
    measured = CliRunner().invoke(app, ["bench", "page", "--size", "1", "--runs", "1", "--json"])
    told = {result["what"] for result in json.loads(measured.stdout)["results"]}

    for kind in places.kinds():
        assert {f"contracts, CPU per rerun, {kind}", f"invitations, CPU per rerun, {kind}"} <= told


def test_samples_are_taken_in_turn():
    taken: list[str] = []

    def sample(name: str, seconds: float) -> measuring.Sample:
        return lambda: taken.append(name) or seconds

    told = list(measuring.beside("x", sample("ours", 3.0), {"a": sample("a", 2.0), "b": sample("b", 6.0)}, 2))

    assert taken == ["ours", "a", "b"] * 3
    assert [(one.baseline, one.ratio, one.runs) for one in told] == [("a", 1.5, 2), ("b", 0.5, 2)]


def test_other_numbers_are_not_compared():
    measuring.same("x", [1, 2], [1, 2])

    with pytest.raises(CannotMeasure, match="x: "):
        measuring.same("x", [1, 2], [1, 3])


def test_the_world_of_a_bench_keeps_the_invariants_and_is_the_same_each_time(db: Database, tmp_path: Path):
    """That every invariant holds is asked by the fixture, afterwards."""
    made = world.build(db, 2000)
    insight = Insight(db, tmp_path / "copy")
    full = answers.how_full_is_each_contract(insight, made.admin).frame

    assert sorted(full["contract_id"]) == sorted(made.own)
    assert insight.copy().counts["enrollments"] == 2000
    assert {"voucher", "subscription", "unlimited"} == set(full["contract_type"])
    assert {"active", "expired"} <= set(full["status"])
    assert [full[name].sum() for name in ("seats", "used", "reserved", "pending")] == SUMS


SUMS = [939, 516, 131, 125]
"""Of the admin's contracts, in seats."""
