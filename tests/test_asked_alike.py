"""The page on seat usage and `lc ask` choose contracts in one place: with the same filters they tell the same (R-ANA-5)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lc_core import activities, contracts, enrollments
from lc_core.cli import app
from lc_core.vocabulary import EnrollmentStatus
from tests import apps, worlds
from tests.usage_worlds import World, played
from tests.worlds import OPERATOR, draft, email

SEATS = ("code", "seats", "used", "reserved", "pending", "uncommitted", "over_invited", "expired_unused")
ENROLLMENTS = ("code", "status", "enrollments")


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Beside Alpha and Beta a contract that is archived, and that offered First aid while somebody enrolled in it."""
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        world = played(db, tmp_path)
        gamma = contracts.create(db, OPERATOR, draft(code="GAMMA", group="South", valid_from=db.clock().date()))
        activities.add_to_contract(db, OPERATOR, gamma, [world.first_aid])
        gus, _ = worlds.a_redeemed(db, gamma, "gus")
        enrollments.enroll(db, gus, gamma, world.first_aid)
        activities.remove_from_contract(db, OPERATOR, gamma, world.first_aid)
        contracts.archive(db, OPERATOR, gamma)
        yield world


def asked(question: str, *words: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["ask", question, "--json", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def shown(world: World, part: str, name: str, query: dict[str, str]) -> list[dict[str, Any]]:
    """The table of a chart."""
    page = apps.shell()
    page.session_state["person_id"] = world.people["manager"]
    page.session_state[f"more-{name}"] = True
    apps.at(page, "seat_usage", part=part, **query)
    rows: list[dict[str, Any]] = page.dataframe[0].value.to_dict("records") if page.dataframe else []
    return rows


def cells(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    labels = {status.value: status.label for status in EnrollmentStatus}
    return [tuple(labels.get(row[name], row[name]) for name in columns) for row in rows]


def test_with_the_same_filters_lc_ask_tells_what_the_page_shows(world: World) -> None:
    alpha, first_aid = str(world.alpha), str(world.first_aid)
    filters: list[tuple[dict[str, str], tuple[str, ...], set[str], dict[str, int]]] = [
        ({}, (), {"ALPHA", "BETA", "GAMMA"}, {"FA": 2, "SQL": 1}),
        ({"type": "subscription"}, ("--type", "subscription"), {"BETA"}, {"SQL": 1}),
        ({"status": "archived"}, ("--contract-status", "archived"), {"GAMMA"}, {"FA": 1}),
        ({"group": "North"}, ("--group", "North"), {"ALPHA"}, {"FA": 1}),
        ({"contract": alpha}, ("--contract", "alpha"), {"ALPHA"}, {"FA": 1}),
        ({"activity": first_aid}, ("--activity", "fa"), {"ALPHA"}, {"FA": 2}),
        ({"activity": first_aid, "group": "South"}, ("--activity", "FA", "--group", "South"), set(), {"FA": 1}),
    ]
    for query, words, codes, enrolled in filters:
        full = asked("how_full_is_each_contract", *words)
        happened = asked("what_happens_in_each_activity", *words)

        assert {row["code"] for row in full} == codes, words
        assert {row["code"]: row["enrollments"] for row in happened} == enrolled, words
        assert cells(shown(world, "overview", "seats", query), SEATS) == cells(full, SEATS), words
        if codes:
            assert cells(shown(world, "activities", "activities", query), ENROLLMENTS) == cells(happened, ENROLLMENTS)


def test_several_of_a_kind_are_any_of_them_and_no_filter_shows_what_is_not_ones_own(world: World) -> None:
    types = "--type", "voucher", "--type", "subscription"
    both = asked("how_full_is_each_contract", *types, "--group", "North", "--group", "", "--contract-status", "active")
    as_ada = "--actor", email("ada")
    foreign = [("--type", "subscription"), ("--group", "South"), ("--contract-status", "archived")]
    unseen = CliRunner().invoke(app, ["ask", "which_activities_are_offered", "--activity", "SQL", *as_ada])

    assert [row["code"] for row in both] == ["ALPHA", "BETA"]
    assert [asked("how_full_is_each_contract", *words, *as_ada) for words in foreign] == [[], [], []]
    assert [row["code"] for row in asked("how_full_is_each_contract", *types, *as_ada)] == ["ALPHA"]
    assert [row["enrollments"] for row in asked("what_happens_in_each_activity", "--activity", "FA", *as_ada)] == [1]
    assert unseen.exit_code == 1
