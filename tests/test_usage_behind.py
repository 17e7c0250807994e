"""Behind the numbers of seat usage: people by name or by pseudonym, tables, and files that hold just what is shown."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lc_core.insight.chart_book import CHARTS
from lc_core.insight.limits import Asked
from lc_core.insight.states import Idle, Step
from pages import _usage_chart, _usage_people
from tests import apps
from tests.usage_worlds import WHOLE, World, played, words
from tests.worlds import email


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield played(db, tmp_path)


@pytest.mark.parametrize(
    ("who", "named"), [("ada", True), ("privileged", True), ("manager", False), ("analyst", False)]
)
def test_people_behind_a_number_have_names_or_pseudonyms_as_rights_say(world: World, who: str, *, named: bool) -> None:
    app = world.open(who, part="people", stopped="enrolled", contract=world.alpha)
    insight = world.insight()
    file = _usage_people.everybody(
        world.db, world.actor(who), insight=insight, chart="stopped", asked=WHOLE, word=Step.ENROLLED
    ).decode("utf-8-sig")
    insight.close()

    for said in (app.dataframe[0].value.to_csv(), file):
        assert (email("ann") in said) == named, said
        assert bool(re.search(r"P-[2-9A-Z]{4}", said)) != named, said
    assert ("ben" in file.lower()) == (who == "privileged")


def test_people_are_listed_a_page_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_usage_people, "PAGE_SIZE", 2)
    app = world.open("ada", part="people", stopped="invited")
    first = app.dataframe[0].value["person"].to_list()
    app.session_state["page"] = 2
    app.run()
    second = app.dataframe[0].value["person"].to_list()

    assert (len(first), len(second)) == (2, 1)
    assert not set(first) & set(second)
    assert "Download 3 as CSV" in [button.proto.label for button in app.get("download_button")]


def test_another_step_begins_at_its_first_page(world: World) -> None:
    app = world.open("ada", part="people", stopped="invited")
    app.session_state["page"] = 7
    app.segmented_control(key="stopped").set_value("enrolled").run()

    assert app.session_state["page"] == 1
    assert len(app.dataframe[0].value) == 1


def test_idle_seats_are_told_and_whose_they_are(world: World) -> None:
    insight = world.insight()
    file = _usage_people.everybody(
        world.db, world.actor("ada"), insight=insight, chart="whose", asked=WHOLE, word=Idle.SILENT
    ).decode("utf-8-sig")
    insight.close()

    assert "No seat is idle" in words(world.open(part="win-back"))
    assert file.splitlines() == ['"person","code","contract","since","seats"']


@pytest.mark.parametrize("name", ["seats", "over-invited", "ending", "changes"])
def test_a_file_is_the_table_that_is_shown(world: World, name: str) -> None:
    app = apps.shell()
    app.session_state["person_id"] = world.people["manager"]
    app.session_state[f"more-{name}"] = True
    table = apps.at(app, "seat_usage").dataframe[0].value
    insight = world.insight()
    taken = {
        kind: _usage_chart.made(
            world.db,
            world.actor("manager"),
            insight=insight,
            chart=CHARTS[name],
            asked=WHOLE,
            about=None,
            kind=kind,
        )
        for kind in _usage_chart.FILES
    }
    insight.close()

    rows = list(csv.DictReader(io.StringIO(taken["csv"].decode("utf-8-sig"))))
    assert [list(row) for row in rows] == [list(table.columns)] * len(table)
    assert [row.get("contract", row.get("what")) for row in rows] == table[
        "what" if name == "changes" else "contract"
    ].to_list()
    assert taken["png"].startswith(b"\x89PNG")
    assert taken["svg"].startswith(b"<svg")
    assert [button.proto.label for button in app.get("download_button")] == ["CSV", "PNG", "SVG"]


def test_a_file_holds_only_what_its_asker_may_see_then(world: World) -> None:
    insight = world.insight()
    asked: Any = {"chart": CHARTS["ending"], "about": None, "kind": "csv"}
    foreign = Asked(contracts=frozenset({world.beta}), activity_id=None, period=None, number=1)
    own = _usage_chart.made(world.db, world.actor("ada"), insight=insight, asked=WHOLE, **asked).decode("utf-8-sig")
    theirs = _usage_chart.made(world.db, world.actor("ada"), insight=insight, asked=foreign, **asked)
    insight.close()

    assert "ALPHA" in own
    assert "BETA" not in own
    assert len(theirs.decode("utf-8-sig").splitlines()) == 1


def test_nothing_is_made_before_it_is_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(_usage_chart, "FILES", dict.fromkeys(_usage_chart.FILES, lambda *_asked: made.append("file")))
    app = apps.shell()
    app.session_state["person_id"] = world.people["manager"]
    app.session_state["more-ending"] = True
    apps.at(app, "seat_usage")

    assert len(app.get("download_button")) == 3
    assert made == []


@pytest.mark.parametrize(
    ("pick", "number", "chosen"), [("contract", 7, "7"), ("activity", 3, "3"), ("stopped", 2, "accepted")]
)
def test_a_click_in_a_picture_and_a_selected_row_choose_alike(
    monkeypatch: pytest.MonkeyPatch, pick: str, number: int, chosen: str
) -> None:
    state: dict[str, Any] = {
        "picture": {"selection": {"picked": [{"picked": number}]}},
        "rows": {"selection": {"rows": [1]}},
    }
    monkeypatch.setattr("streamlit.session_state", state)
    _usage_chart._clicked("picture", pick)
    clicked = state.pop(pick)
    _usage_chart._selected("rows", pick, [number + 1, number])

    assert clicked == state[pick] == chosen


def test_what_is_no_longer_drawn_chooses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {"picture": {"selection": {}}, "rows": {"selection": {"rows": [5]}}}
    monkeypatch.setattr("streamlit.session_state", state)
    _usage_chart._clicked("picture", "contract")
    _usage_chart._selected("rows", "contract", [1])

    assert "contract" not in state
