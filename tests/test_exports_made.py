"""The page on exports: what is made is what is shown, and what there is to know of it; how other pages lead here."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lc_core.exports import address, made
from lc_core.exports.address import Offers
from lc_core.exports.chosen import Chosen
from lc_core.exports.datasets import DATASETS
from lc_core.exports.wanted import Format
from pages import _export_file, _export_words
from pages._export_choice import key
from tests import apps
from tests.asked import SOME
from tests.export_worlds import ROLES, SEES_NAMES, opened, rows_of, shown, visit, world
from tests.test_exports_address import choices
from tests.usage_worlds import World, words

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
    ready = app.session_state[_export_file.MADE]
    file = pl.read_parquet(ready.written.path)

    assert not app.warning
    assert ready.chosen == chosen
    assert (rows, ready.written.rows) == (str(file.height), file.height)
    assert told.equals(file.head(50))
    if who not in SEES_NAMES:
        assert "example.org" not in file.write_csv()


def test_a_file_is_made_again_when_the_choice_is_another(world: World) -> None:
    app = opened(world)
    app.button(key="export-make").click().run()
    first = app.session_state[_export_file.MADE].written.path
    offered = [one.proto.label for one in app.get("download_button")]
    app.segmented_control(key=key("format")).set_value("xlsx").run()
    other = [one.proto.label for one in app.get("download_button")]
    app.button(key="export-make").click().run()

    assert "The file is ready: 2 rows" in words(app)
    assert (offered, other) == (["Download"], [])
    assert not first.exists()
    assert app.session_state[_export_file.MADE].written.path.suffix == ".xlsx"


def test_a_file_that_cannot_be_written_is_told(world: World, tmp_path: Path) -> None:
    (tmp_path / "exports").write_text("in the way")
    app = opened(world)
    app.button(key="export-make").click().run()

    assert [str(one.value) for one in app.error] == ["The file cannot be written: File exists."]
    assert not app.get("download_button")


def test_what_is_given_up_half_way_leaves_nothing(world: World, tmp_path: Path) -> None:
    def give_up(done: int, _of: int) -> None:
        if done:
            raise KeyboardInterrupt

    insight = world.insight()
    with pytest.raises(KeyboardInterrupt):
        made.make(insight, world.actor("analyst"), Chosen("enrollments"), tmp_path / "files", give_up)
    insight.close()

    assert list((tmp_path / "files").iterdir()) == []


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


def test_many_rows_are_better_made_beside_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    few = words(opened(world))
    monkeypatch.setattr(_export_file, "MANY", 2)

    assert "So many rows take a while" not in few
    assert "So many rows take a while" in words(opened(world))


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
