"""The page on seat usage: its filters hold for all charts and live in the address, and nobody sees more than they may."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto

from lc_core import contracts, language
from lc_core.insight.chart_book import CHARTS
from lc_core.vocabulary import Role
from tests import apps
from tests.usage_worlds import World, everywhere, played, words
from tests.worlds import OPERATOR, somebody


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield played(db, tmp_path)


def test_everybody_who_sees_contracts_finds_every_chart_in_one_of_the_parts(world: World) -> None:
    shown = everywhere(world, idle="silent")

    assert "Seats bought: 4" in shown["overview"]
    for part, said in shown.items():
        assert "Alpha" in said, part
        assert "Data as of" in said, part
    assert sum(said.count("#### ") for said in shown.values()) == len(CHARTS)


def test_only_the_part_that_is_chosen_is_drawn(world: World) -> None:
    app = world.open()
    overview = words(app)
    app.segmented_control(key="part").set_value("time").run()

    assert "What changed?" in overview
    assert "What changed?" not in words(app)
    assert "When do seats run out?" in words(app)
    assert app.query_params["part"] == "time"


@pytest.mark.parametrize("name", ["type", "status", "group", "contract", "activity"])
def test_a_filter_limits_all_charts_and_is_kept_in_the_address(world: World, name: str) -> None:
    if name == "status":
        contracts.archive(world.db, OPERATOR, world.beta)
    chosen = {
        "type": "voucher",
        "status": "active",
        "group": "North",
        "contract": str(world.alpha),
        "activity": str(world.first_aid),
    }[name]
    app = world.open()
    before = words(app)
    app.selectbox(key=name).set_value(chosen).run()
    limited = everywhere(world, **{name: chosen})

    assert "2 contracts ·" in before
    assert app.query_params[name] == chosen
    assert "1 contract ·" in words(app)
    assert "Seats bought: 2" in limited["overview"]
    for part, said in limited.items():
        assert "Alpha" in said, part
        assert "Beta" not in said, part
        assert "SQL" not in said, part


def test_a_period_limits_what_it_applies_to_and_the_others_say_that_they_are_of_now(world: World) -> None:
    app = world.open(part="people", period="own")
    today = world.db.clock().date()
    app.date_input(key="days").set_value((today - timedelta(days=30), today - timedelta(days=20))).run()
    long_ago = words(app)
    now = words(world.open(part="people", period="28"))
    ever, lately = words(world.open()), words(world.open(period="90"))

    assert "Nobody was first invited to these contracts in this time." in long_ago
    assert "5 people invited." in now
    assert app.query_params["period"] == "own"
    assert "As of now" not in ever
    assert "Last 28 days" in ever
    assert "Last 28 days" not in lately
    assert "As of now" in lately


def test_figures_are_compared_with_the_day_before_a_period_that_comes_up_to_today(world: World) -> None:
    today = world.db.clock().date()
    lately, nothing_before, ever = world.open(period="28"), world.open(period="90"), world.open()
    over = world.open(period="own")
    over.date_input(key="days").set_value((today - timedelta(days=30), today - timedelta(days=1))).run()

    changes = {one.label: (one.proto.delta, one.proto.delta_description) for one in lately.metric if one.proto.delta}
    assert changes == {
        "Seats bought": ("0", "was 4"),
        "Used": ("+2", "was 0"),
        "Utilisation": ("+50 pts", "was 0%"),
        "Expired unused": ("0", "was 0"),
    }
    assert {one.proto.color for one in lately.metric} == {MetricProto.GRAY}
    assert f"The changes are against {language.date(today - timedelta(days=28))}" in words(lately)
    for app in (nothing_before, ever, over):
        assert {one.proto.delta for one in app.metric} == {""}
        assert "The changes are against" not in words(app)


def test_own_dates_survive_in_the_address(world: World) -> None:
    today = world.db.clock().date()
    app = apps.shell()
    app.session_state["person_id"] = world.people["manager"]
    app.run()
    app.query_params["period"], app.query_params["part"] = "own", "people"
    app.query_params["days"] = [str(today - timedelta(days=1)), str(today)]
    app.switch_page(str(apps.PAGES / "seat_usage.py")).run()

    assert "5 people invited." in words(app)
    assert [str(day) for day in app.date_input(key="days").value] == [str(today - timedelta(days=1)), str(today)]


def test_a_grain_is_kept_in_the_address(world: World) -> None:
    app = world.open(part="time")
    app.segmented_control(key="grain").set_value("month").run()

    assert app.query_params["grain"] == "month"
    assert world.open(part="time", grain="month").segmented_control(key="grain").value == "month"


def test_each_filter_is_taken_away_at_a_click_and_all_of_them_at_another(world: World) -> None:
    app = world.open(type="voucher", contract=world.alpha, period="28")
    app.button(key="without-contract").click().run()
    without = {name: app.query_params.get(name) for name in ("type", "contract", "period")}
    app.button(key="clear").click().run()

    assert without == {"type": "voucher", "contract": None, "period": "28"}
    assert "2 contracts · All time" in words(app)
    assert not {"type", "contract", "period"} & set(app.query_params)
    assert [button.key for button in app.button if str(button.key).startswith(("without", "clear"))] == []


def test_filters_that_leave_nothing_say_so(world: World) -> None:
    app = world.open(type="subscription", contract=world.alpha)

    assert "No contract matches these filters." in words(app)
    assert not app.get("vega_lite_chart")


def test_whose_contracts_are_few_sees_no_others_whatever_the_address_says(world: World) -> None:
    for query in ({}, {"contract": world.beta}, {"contract": "x"}, {"type": "subscription"}, {"group": "South"}):
        for part, said in everywhere(world, "ada", idle="silent", **query).items():
            assert "Beta" not in said, (query, part)
            assert "SQL" not in said, (query, part)
            assert "ben" not in said, (query, part)
    app = world.open("ada")
    choices = [option for box in app.selectbox for option in box.options]
    assert not [option for option in choices if "Beta" in option or "SQL" in option]


def test_one_contract_is_a_click_away_from_its_pages(world: World) -> None:
    app = world.open(contract=world.alpha)

    links = {link.proto.label for link in app.get("page_link")}
    assert {"Invitations", "Learning activities", "Seat ledger"} <= links


def test_a_place_without_contracts_says_why_there_is_nothing(
    db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        app = apps.shell()
        app.session_state["person_id"] = somebody(db, "manager", Role.MANAGER).person_id
        apps.at(app, "seat_usage")

        assert not app.exception
        assert "There is no contract yet." in words(app)
