"""Every chart of seat usage is a valid picture of its small frame, says in words what it shows, and can be taken away."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest

from lc_core import language
from lc_core.insight import chart_files, charts, contract_charts, drawing, forecast_charts, people_charts, usage_charts
from lc_core.insight.chart_book import CHARTS, HIDDEN
from lc_core.insight.headings import HEADINGS
from lc_core.insight.usage_charts import Grain
from lc_core.vocabulary import SeatStatus
from tests.test_queries import contrast
from tests.usage_answers import AS_OF, DAY, END, JAN, ROWS, A, B, answer, drawn, full


def test_every_chart_has_an_answer_to_be_tried_with() -> None:
    assert ROWS.keys() == CHARTS.keys()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_valid_and_uses_only_fields_of_its_frame_and_none_that_tooltips_treat_specially(name: str) -> None:
    specification = CHARTS[name].draw()
    fields = set(re.findall(r'"(?:field|x2)": "(?:\w+\()?(\w+)', json.dumps(specification))) - {"layer"}

    alt.Chart.from_dict(chart_files.whole(CHARTS[name], answer(name), AS_OF))
    assert fields <= set(drawn(name).columns) - {"image", "title"}
    assert not {"data", "datasets", "config", "$schema"} & set(specification)


@pytest.mark.parametrize("name", CHARTS)
def test_a_click_answers_an_id_where_it_chooses_something(name: str) -> None:
    chart, specification = CHARTS[name], json.dumps(CHARTS[name].draw())

    assert ('"fields": ["picked"]' in specification) == (bool(chart.pick) and not chart.by_row)
    assert (
        not chart.pick
        or {"contract": "contract_id", "activity": "activity_id", "stopped": "position"}[chart.pick]
        in chart.of(answer(name)).columns
    )


PHONE = 300


def as_a_phone_draws(specification: Any, frame: pl.DataFrame) -> Any:
    """With the words of a legend as large as Streamlit writes them."""
    whole = chart_files.plain(specification, frame)
    whole |= {"width": PHONE, "autosize": {"type": "fit-x", "contains": "padding"}, "config": {"padding": 0}}
    whole["config"]["legend"] = {"labelFontSize": 14}
    return json.loads(json.dumps(whole).replace("windowSize()[0]", str(PHONE)))


def legend_ends(drawing_of: str) -> dict[str, float]:
    """How far right each word of a drawing goes, at seven pixels a letter."""
    found: dict[str, float] = {}

    def look(element: ET.Element, x: float) -> None:
        moved = re.search(r"translate\(([-\d.]+)", element.get("transform", ""))
        x += float(moved[1]) if moved else 0
        if element.text:
            found[element.text] = x + 7 * len(element.text)
        for part in element:
            look(part, x)

    look(ET.fromstring(drawing_of), 0)
    return found


@pytest.mark.parametrize("over", [0, 3])
def test_the_words_beneath_a_bar_of_seats_are_whole_on_a_narrow_page(over: int) -> None:
    seats = {status.value: 3 for status in SeatStatus} | {"expired_unused": over, "over_invited": 0}
    card = charts.seats_as_drawn(seats)
    card = {name: part for name, part in card.items() if name not in {"data", "datasets"}}
    usual, small = (
        chart_files.drawn_as("svg", as_a_phone_draws(bar, charts.seat_segments(seats)))
        for bar in (charts.how_full_is_each_contract(), card)
    )
    labels = {status.label for status in SeatStatus}
    called = {"Used", "Expired unused"} if over else labels - {"Expired unused"}

    assert (card["height"], card["layer"][0]["encoding"]["color"]["legend"]["columns"]) == (charts.HEIGHT, 0)
    assert {word for word in legend_ends(usual) if word in labels} == labels
    assert {word for word in legend_ends(small) if word in labels} == called
    for bar in (usual, small):
        assert max(legend_ends(bar).values()) <= PHONE


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_built_once(name: str) -> None:
    first, second = CHARTS[name].draw(), CHARTS[name].draw()

    assert first is second


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_is_drawn_of_nothing(name: str) -> None:
    chart, nothing = CHARTS[name], answer(name, [])

    assert chart.nothing(chart.of(nothing))
    assert chart.frame(chart.of(nothing)).schema == drawn(name).schema
    assert chart.why_empty.endswith(".")


@pytest.mark.parametrize("name", CHARTS)
def test_a_table_has_a_heading_for_each_column_and_no_column_for_machines(name: str) -> None:
    table = CHARTS[name].table(answer(name))

    assert set(table.columns) <= set(HEADINGS) - HIDDEN
    assert table.height == CHARTS[name].of(answer(name)).height


def test_words_of_the_trade_are_said_as_people_say_them() -> None:
    assert CHARTS["run-out"].table(answer("run-out"))["verdict"].to_list() == ["Runs out", "Full"]
    assert CHARTS["seats"].table(answer("seats"))["status"].to_list() == ["Active", "Future"]
    assert CHARTS["activities"].table(answer("activities"))["status"].to_list() == ["Completed", "Enrolled", "Failed"]
    assert CHARTS["idle"].table(answer("idle"))["kind"].to_list()[0] == "Invited, no answer"


def test_contracts_of_one_title_are_told_apart_by_their_codes() -> None:
    rows = [(*A, 10, 2, 5, 3), (2, "B", "Alpha", 10, 0, 1, 1)]

    assert [row.split("\n")[0] for row in drawn("over-invited", rows)["row"]] == ["Alpha (A)", "Alpha (B)"]


def test_a_title_is_one_line_of_a_bearable_length() -> None:
    rows = [(1, "A", "Alpha\r\n" * 40, 10, 2, 5, 3)]

    title, words = drawn("over-invited", rows)["row"].item().split("\n")

    assert title.startswith("Alpha Alpha")
    assert len(title) == drawing.LONGEST_LABEL
    assert words == "3 seats too many asked for, 2 seats free"


def test_the_fullest_and_the_emptiest_are_drawn_where_there_are_many() -> None:
    many = [full(n, f"C{n}", f"Contract {n}", "active", 100, n) for n in range(1, 31)]

    chosen = contract_charts.at_either_end(answer("fullest", many))

    assert chosen["used"].to_list() == [30, 29, 28, 27, 26, 5, 4, 3, 2, 1]


def test_a_range_without_an_end_goes_to_the_contracts_end_or_a_year() -> None:
    endless = (*B, 10, 4, 6, 0.5, 0.0, 1.0, date(2026, 6, 27), date(2026, 6, 21), None, None, "runs_out")

    rows = forecast_charts.run_out_rows(answer("run-out", [ROWS["run-out"][0], endless]))

    assert rows["until"].to_list() == [END.date(), date(2026, 6, 21) + timedelta(days=365)]
    assert rows["ends_at"].to_list() == [END, None]


@pytest.mark.parametrize(
    ("grain", "days", "used"),
    [
        (Grain.DAY, [date(2026, 1, 1), date(2026, 1, 6), date(2026, 2, 3)], [1, 2, 3]),
        (
            Grain.WEEK,
            [date(2026, 1, 4), *(date(2026, 1, 11) + timedelta(days=7 * n) for n in range(4)), date(2026, 2, 3)],
            [1, 2, 2, 2, 2, 3],
        ),
        (Grain.MONTH, [date(2026, 1, 31), date(2026, 2, 3)], [2, 3]),
    ],
)
def test_a_grain_tells_the_seats_at_the_end_of_each_stretch(grain: Grain, days: list[date], used: list[int]) -> None:
    changes = [(date(2026, 1, 1), 1, 9), (date(2026, 1, 6), 2, 9), (date(2026, 2, 3), 3, 9)]

    curve = usage_charts.at_grain(answer("over-time", changes), grain)

    assert curve["day"].to_list() == days
    assert curve["used"].to_list() == used


def test_the_numbers_of_a_cohort_can_be_read_on_their_cells() -> None:
    ends = [[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in (drawing.PALE, drawing.DEEP)]
    for hundredth in range(101):
        share = hundredth / 100
        mixed = [round(low + (high - low) * share) for low, high in zip(*ends, strict=True)]
        cell = "#" + "".join(f"{part:02x}" for part in mixed)
        ink = drawing.INK_ON_DEEP if share >= drawing.DEEP_FROM else drawing.INK_ON_PALE

        assert contrast(cell, ink) >= 4.5, share


@pytest.mark.parametrize("ink", [(drawing.DARK_INK, "#ffffff"), (drawing.LIGHT_INK, "#12181f")])
def test_words_beside_a_chart_can_be_read_on_the_page(ink: tuple[str, str]) -> None:
    assert contrast(*ink) >= 7


@pytest.mark.parametrize("colour", [*people_charts.STATUS_COLOURS, drawing.RED, *contract_charts.BANDS.values()])
def test_what_is_drawn_stands_out_from_the_light_and_the_dark_page(colour: str) -> None:
    assert all(contrast(colour, page) >= 3 for page in ("#ffffff", "#12181f"))


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = tmp_path / "de" / "LC_MESSAGES" / "lc.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Used"\nmsgstr "Belegt"\n'
    )
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language.use("de")
    yield
    language.use("en")


def test_numbers_and_months_are_written_as_the_language_does(german: None) -> None:
    svg = chart_files.svg(CHARTS["by-month"], answer("by-month", [(*A, date(2026, 5, 1), 1, 10, 0.1)]), AS_OF).decode()
    seats = chart_files.svg(
        CHARTS["over-time"], answer("over-time", [(JAN, 1, 40_000), (DAY, 9, 40_000)]), AS_OF
    ).decode()

    assert "Mai 26" in svg
    assert "40.000" in seats
    assert "40,000" not in seats


def test_a_picture_and_a_table_can_be_taken_away() -> None:
    for name in ("ending", "run-out", "how-long", "cohorts", "by-month"):
        asked = (CHARTS[name], answer(name), AS_OF)

        assert chart_files.png(*asked).startswith(b"\x89PNG\r\n\x1a\n"), name
        assert chart_files.svg(*asked).startswith(b"<svg "), name
        assert chart_files.csv(*asked).startswith(b"\xef\xbb\xbf"), name


def test_a_picture_tells_its_question_and_how_fresh_it_is() -> None:
    svg = chart_files.svg(CHARTS["ending"], answer("ending"), AS_OF).decode()

    assert "Which contracts end soon" in svg
    assert "Data as of Jun 15, 2026" in svg
    assert "Alpha" in svg


def test_no_cell_of_a_table_runs_in_a_spreadsheet() -> None:
    file = chart_files.csv(CHARTS["over-invited"], answer("over-invited", [(1, "=A", "@Alpha", 10, 2, 5, 3)]), AS_OF)

    (row,) = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))

    assert row == {"code": "'=A", "contract": "'@Alpha", "seats": "10", "free": "2", "demand": "5", "over_invited": "3"}


def test_what_a_picture_needs_is_asked_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[Any] = []
    monkeypatch.setattr("socket.socket.connect", lambda *asked: reached.append(asked))

    hostile = chart_files.svg(
        CHARTS["over-invited"], answer("over-invited", [(1, "A", "![x](http://127.0.0.1:9/p.png)", 10, 2, 5, 3)]), AS_OF
    ).decode()

    assert reached == []
    assert "<image" not in hostile
