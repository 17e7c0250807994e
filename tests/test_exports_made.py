"""The page on exports: what is made is what is shown, and what there is to know of it; how other pages lead here."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.scriptrunner import StopException

from lc_core import contracts, report_rules
from lc_core.exports import address, asked, reading
from lc_core.exports.address import Offers
from lc_core.exports.datasets import DATASETS
from lc_core.exports.reporting import Reports
from lc_core.exports.wanted import Format
from lc_core.records import beats
from lc_core.report_rules import RunState
from lc_core.settings import settings
from pages import _export_runs, _export_words
from pages._export_choice import key
from tests import apps
from tests.asked import SOME
from tests.export_worlds import ROLES, SEES_NAMES, files_of, links, opened, read, rows_of, shown, visit, world
from tests.test_exports_address import choices
from tests.usage_worlds import World, words
from tests.worlds import OPERATOR

__all__ = ["world"]


# --- what is made ----------------------------------------------------------------------------------------------------


@SOME
@given(data=st.data(), who=st.sampled_from(ROLES))
def test_what_is_made_is_what_is_shown(world: World, data: st.DataObject, who: str) -> None:  # R-ANA-5, I6
    offers = Offers({world.alpha: "", world.beta: ""}, {world.first_aid: ""}, ["", "North"])
    if who == "ada":
        offers = Offers({world.alpha: ""}, {world.first_aid: ""}, ["North"])
    chosen = data.draw(choices(offers, [Format.PARQUET]))
    app = opened(world, who, **address.parameters(chosen))
    told, rows = shown(app, chosen), rows_of(app)
    app.button(key="export-make").click().run()
    ready = files_of(world, who)[0]
    file = read(ready)

    assert not app.warning
    assert ready.chosen == chosen
    assert (rows, ready.run.rows) == (str(file.height), file.height)
    assert told.equals(file.head(50))
    if who not in SEES_NAMES:
        assert "example.org" not in file.write_csv()


def test_a_file_belongs_to_its_choice_and_is_found_again_in_another_visit(world: World) -> None:
    app = opened(world)
    app.button(key="export-make").click().run()
    first = links(app)
    app.segmented_control(key=key("format")).set_value("xlsx").run()
    other = links(app)
    app.button(key="export-make").click().run()
    elsewhere, recent = opened(world), opened(world, part="recent")
    theirs = opened(world, "manager", part="recent")

    assert "The file is ready: 2 rows" in words(app)
    assert first == links(elsewhere)
    assert first[0].startswith("/exports/files/")
    assert other == []
    assert links(recent) == [*links(app), *first]
    assert "Enrollments · XLSX" in words(recent)
    assert "2 rows" in words(recent)
    assert "There is no file of yours" in str(theirs.info[0].value)
    recent.button(key=f"open-{files_of(world)[0].run.id}").click().run()
    assert recent.segmented_control(key=key("format")).value == "xlsx"


def test_a_file_that_cannot_be_written_is_told_and_tried_again(world: World, tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    app = opened(world)
    app.button(key="export-make").click().run()

    assert "Will be tried again" in words(app)
    assert "The file could not be made." in words(app)
    assert links(app) == []


def test_a_page_that_is_left_while_it_makes_a_file_makes_it_when_somebody_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaves(*_said: object) -> None:
        raise StopException

    app = opened(world)
    with monkeypatch.context() as patch:
        patch.setattr(_export_runs, "far", leaves)
        app.button(key="export-make").click().run()
    (left,) = files_of(world)
    opened(world, part="recent")
    (made,) = files_of(world)

    assert (left.run.state, left.run.attempts) == (RunState.WAITING, 0)
    assert (made.run.id, made.run.state, made.run.attempts) == (left.run.id, RunState.DONE, 1)


def test_many_rows_are_left_to_a_worker_that_is_there_and_the_page_shows_how_far_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = words(opened(world))
    monkeypatch.setattr(report_rules, "MANY_ROWS", 2)
    alone = words(opened(world))
    beats.note(world.db, "reports")
    app = opened(world, format="parquet")
    app.button(key="export-make").click().run()
    (waits,) = files_of(world)
    waiting = words(app)
    insight = world.insight()
    Reports.of(insight, settings()).work()
    insight.close()
    app.run()

    assert "So many rows" not in few
    assert "Stay here until the file is there" in alone
    assert waits.run.state is RunState.WAITING
    assert "It goes on by itself" in waiting
    assert "Waiting" in waiting
    assert "The file is ready: 2 rows" in words(app)
    assert links(app)


def test_no_more_is_asked_for_than_is_made_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    beats.note(world.db, "reports")
    monkeypatch.setattr(asked, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(report_rules, "MANY_ROWS", 0)
    app = opened(world)
    app.button(key="export-make").click().run()

    assert app.button(key="export-make").disabled
    assert "Several files are being made" in app.button(key="export-make").help
    assert len(files_of(world)) == 1


def test_what_is_shown_is_read_anew_only_when_it_may_be_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    minute = world.db.clock()
    look, standing = reading.look, reading.standing

    def counted(*said: Any) -> Any:
        reads.append("read")
        return look(*said)

    monkeypatch.setattr(reading, "look", counted)
    monkeypatch.setattr(reading, "standing", lambda *said: replace(standing(*said), minute=minute))
    app = opened(world)
    app.run()
    app.segmented_control(key=key("format")).set_value("parquet").run()
    same = len(reads)
    app.segmented_control(key=key("data")).set_value("contracts").run()
    chosen_anew = len(reads)
    contracts.rename(world.db, OPERATOR, world.alpha, "Omega")
    app.run()
    changed, said = len(reads), words(app)
    minute += timedelta(minutes=1)
    app.run()

    assert (same, chosen_anew, changed, len(reads)) == (1, 2, 3, 4)
    assert "Omega" in said


# --- what is to be known ---------------------------------------------------------------------------------------------


def test_the_dictionary_has_every_column_of_every_data_set(world: World) -> None:
    app = opened(world, part="dictionary")
    tables = [list(table.value["Column"]) for table in app.dataframe]
    file = _export_words.as_file().decode("utf-8-sig")

    assert tables == [list(of.by_name) for of in DATASETS.values()]
    assert [one.proto.label for one in app.get("download_button")] == ["Download the dictionary as CSV"]
    for of in DATASETS.values():
        for column in of.columns:
            assert f'"{of.name}","{column.name}","{column.kind}"' in file


def test_the_page_says_what_kind_of_file_it_is(world: World) -> None:
    app = opened(world)
    said = {"csv": words(app)}
    app.toggle(key=key("excel")).set_value(v=True).run()
    said["excel"] = words(app)
    for kind in ("xlsx", "parquet", "arrow"):
        app.segmented_control(key=key("format")).set_value(kind).run()
        said[kind] = words(app)

    assert ["behind an apostrophe" in said[kind] for kind in said] == [True, True, False, False, False]
    assert ["For Excel in your language" in said[kind] for kind in said] == [False, True, False, False, False]
    assert "none becomes a formula" in said["xlsx"]
    assert "each column keeps its type" in said["parquet"]
    assert "as they were typed" in said["arrow"]


def test_the_address_to_share_and_the_lines_for_other_programs_are_there_to_be_copied(world: World) -> None:
    app = visit(world, "analyst")
    app.session_state["export-recipes"] = True
    apps.at(app, "exports", column="person", format="parquet")
    told = [str(code.value) for code in app.code]

    assert told[0] == "http://localhost:8501/exports?data=enrollments&format=parquet&column=person&zone=UTC"
    assert any("pl.read_parquet(" in code for code in told)
    assert not any("read_csv" in code for code in told)


# --- from elsewhere --------------------------------------------------------------------------------------------------


def test_other_pages_lead_here_with_what_they_are_limited_to(world: World) -> None:
    usage = world.open(type="voucher", contract=world.alpha, period="28")
    center = apps.at(visit(world, "ada"), "contracts")
    linked = [link.proto for link in usage.get("page_link") if link.proto.label == "Export these rows"]
    today = world.db.clock().date()

    (link,) = linked
    assert link.page == "exports"
    assert set(link.query_string.split("&")) == {
        "type=voucher",
        f"contract={world.alpha}",
        "period=dates",
        f"from={today - timedelta(days=27)}",
        f"until={today}",
        "zone=UTC",
    }
    assert "Export" in center.get("menu_button")[0].proto.options
