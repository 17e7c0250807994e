"""The pages of the audit log, the seat ledger, imports and the system, as every role sees them, and what they do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import audit_lists, contracts, people_lists
from lc_core.errors import NotFound
from lc_core.people import pseudonym
from lc_core.records import beats
from lc_core.records.db import Database
from lc_core.vocabulary import Event, Privilege, Role
from tests import apps
from tests.test_place_pages import EVERYONE, words
from tests.worlds import OPERATOR, a_contract, a_learner, an_admin, an_enrolled, email, everything, somebody

SUPER = {"super"}
SEES = {"super", "administrator", "manager", "analyst", "ada"}
USERS = b"email,name\nnew@example.org,Nora\n=1+1,Bad\n"


@dataclass
class World:
    """Two contracts, one of Ada's in which Ann is enrolled; somebody of every role."""

    db: Database
    own: int
    other: int
    entry: int
    people: dict[str, int]

    def open(self, page: str, who: str | None = "super", **query: int | str) -> AppTest:
        app = apps.shell()
        if who is not None:
            app.session_state["person_id"] = self.people[who]
        return apps.at(app, page, **query)


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path, SMTP_URL="smtp://u:hunter2@localhost") as db:
        own, other = a_contract(db, title="Own one"), a_contract(db, title="Other one")
        who = {
            "super": somebody(db, "super", Role.SUPER_ADMIN),
            "administrator": somebody(db, "administrator", Role.ADMINISTRATOR, Privilege.CONTRACTS),
            "unprivileged": somebody(db, "unprivileged", Role.ADMINISTRATOR),
            "manager": somebody(db, "manager", Role.MANAGER),
            "analyst": somebody(db, "analyst", Role.ANALYST),
            "ada": an_admin(db, "ada", own),
            "learner": a_learner(db, "learner"),
            "ann": an_enrolled(db, own, "ann")[0],
        }
        contracts.rename(db, OPERATOR, own, "Own two")
        (entry,) = audit_lists.every(db, OPERATOR, audit_lists.Wanted(event=Event.CONTRACT_RENAMED))
        yield World(db, own, other, entry.id, {name: actor.person_id or 0 for name, actor in who.items()})


def all_words(app: AppTest) -> str:
    return words(app) + "".join(table.value.to_csv() for table in app.dataframe)


@pytest.mark.parametrize("person", EVERYONE)
def test_each_page_is_for_those_whose_it_is_and_shows_nobody_else_anything(world: World, person: str | None) -> None:
    for page, query, secret, allowed in [
        ("audit", {}, "Contract renamed", SUPER),
        ("audit_entry", {"entry": world.entry}, "Own one", SUPER),
        ("ledger", {"contract": world.own}, "Enrolled", SEES),
        ("imports", {}, "activities.csv", SUPER),
        ("system", {}, "LC_TIMEZONE", SUPER),
    ]:
        app = world.open(page, person, **query)

        assert not app.exception, page
        assert (secret in all_words(app)) == (person in allowed), page


def test_what_is_not_yours_answers_like_what_does_not_exist(world: World) -> None:
    for page, who, asked in [
        ("ledger", "ada", {"contract": world.other}),
        ("ledger", "ada", {"contract": 987_654}),
        ("ledger", "super", {"contract": "x"}),
        ("audit_entry", "super", {"entry": 987_654}),
        ("audit_entry", "super", {"entry": "1e9"}),
    ]:
        app = world.open(page, who, **asked)

        assert not app.exception
        assert NotFound().sentence in words(app), (page, asked)


def test_the_log_is_filtered_and_its_address_keeps_the_filters(world: World) -> None:
    app = world.open("audit")
    app.text_input(key="by").set_value("ann@").run()
    by_ann = [link.proto.label for link in app.get("page_link")]
    app.text_input(key="by").set_value("").run()
    app.selectbox(key="event").set_value("contract_renamed").run()

    assert not app.exception
    assert by_ann == ["**Invitation code redeemed**", "**Enrolled**"][::-1]
    assert [link.proto.label for link in app.get("page_link")] == ["**Contract renamed**"]
    assert app.query_params["event"] == "contract_renamed"


def test_the_log_is_filtered_by_day(world: World) -> None:
    app = world.open("audit")
    today = world.db.clock().date()
    app.date_input(key="when").set_value((today, today)).run()
    there = len(app.get("page_link"))
    app.date_input(key="when").set_value((today.replace(year=today.year - 1), today.replace(year=today.year - 1))).run()

    assert not app.exception
    assert there > 3
    assert "No change matches." in words(app)


def test_the_log_is_proved_at_a_click(world: World) -> None:
    app = world.open("audit")
    app.button(key="verify").click().run()

    assert not app.exception
    assert "The log is intact up to" in words(app)


def test_an_entry_shows_before_and_after_side_by_side(world: World) -> None:
    app = world.open("audit_entry", entry=world.entry)
    (row,) = app.dataframe[0].value.to_dict("records")

    assert row == {"Field": "title", "Before": "Own one", "After": "Own two"}


def test_a_ledger_masks_people_where_the_role_says_so(world: World) -> None:
    for who, sees in (("ada", True), ("super", True), ("manager", False)):
        app = world.open("ledger", who, contract=world.own)
        held = all_words(app)
        app.session_state["view"] = "moves"
        moved = all_words(app.run())

        assert not app.exception
        for told in (held, moved):
            assert ("Ann" in told) is sees, who
            assert (pseudonym(world.people["ann"]) in told) is not sees, who
        assert "held" in held
        assert "+1" in moved


def test_the_ledger_is_reached_from_the_invitations(world: World) -> None:
    app = world.open("invitations", "ada", contract=world.own)

    assert "Seat ledger" in [link.proto.label for link in app.get("page_link")]


def test_files_are_looked_at_before_they_are_taken(world: World) -> None:  # interfaces: Feeds
    app = world.open("imports")
    before = everything(world.db)
    app.file_uploader[0].upload("users.csv", USERS, "text/csv").run()
    foreseen = all_words(app)
    untouched = everything(world.db) == before
    app.button(key="take").click().run()

    assert not app.exception
    assert untouched
    assert "What would become of it" in foreseen
    assert "=1+1" in foreseen
    assert people_lists.listing(world.db, OPERATOR, people_lists.Wanted(search="nora")).matching == 1
    assert "The files were taken." in words(app)
    assert not [button for button in app.button if button.key == "take"]


def test_a_file_that_is_no_feed_is_refused(world: World) -> None:
    app = world.open("imports")
    app.file_uploader[0].upload("people.csv", USERS, "text/csv").run()

    assert len(app.error) == 1
    assert "users.csv" in app.error[0].value.replace("\\", "").replace("\u2060", "")
    assert not [button for button in app.button if button.key == "take"]


def test_the_system_page_tells_no_secret_and_what_the_workers_did(world: World) -> None:
    before = [warning.value for warning in world.open("system").warning]
    beats.note(world.db, "mail", "Connection refused")
    app = world.open("system")
    shown = all_words(app)
    app.button(key="check").click().run()

    assert not app.exception
    assert [told[:21] for told in before] == ["No worker has run yet"]
    assert "Connection refused" in shown
    assert "fails" in shown
    assert "hunter2" not in shown
    assert "streamlit" in shown
    assert email("ann") not in shown
    assert "Every invariant holds." in words(app)
