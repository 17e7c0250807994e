"""Every page as every role sees it, from the shell; what is not theirs shows nothing (R-AUTH-1, R-AUTH-2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import (
    activities,
    activity_lists,
    contracts,
    enrollments,
    invitation_lists,
    inviting,
    people,
    roles,
)
from lc_core.errors import NotFound
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract
from lc_core.vocabulary import ActivityKind, ContractType, OverInvitation, Privilege, Role
from pages import _places
from tests import apps

OPERATOR = Actor.operator("test")
HOSTILE = "![x](http://127.0.0.1:9/p.png) :material/home: <b>*bold*</b> $x$ [a](http://b) `c`"
PLACES = ("contracts", "invitations", "add_invitations", "activities", "enrollments", "seat_usage")


@dataclass
class World:
    """One contract of Ada's with Ann enrolled and Bob invited, one contract of Otto's, and somebody of every role."""

    db: Database
    own: int
    other: int
    activity: int
    people: dict[str, int]

    def open(self, page: str, person: str | None, **query: int | str) -> AppTest:
        """The page as that person sees it."""
        app = apps.shell()
        if person is not None:
            app.session_state["person_id"] = self.people[person]
        return apps.at(app, page, **query)


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield _played(db)


def _played(db: Database) -> World:
    activity = activities.create(db, OPERATOR, "PY", f"Python {HOSTILE}", ActivityKind.ONLINE)
    own = _contract(db, "OWN", f"Own {HOSTILE}", activity)
    other = _contract(db, "OTHER", "Somebody else's secret", activity)
    who = {name: people.register(db, OPERATOR, f"{name}@example.org", name.title()) for name in ("ann", "learner")}
    who["ada"] = contracts.name_admin(db, OPERATOR, own, "ada@example.org")
    who["otto"] = contracts.name_admin(db, OPERATOR, other, "otto@example.org")
    for role in (Role.SUPER_ADMIN, Role.ADMINISTRATOR, Role.MANAGER, Role.ANALYST):
        who[role.value] = people.register(db, OPERATOR, f"{role.value}@example.org", role.label)
        given = [Privilege.CONTRACTS] if role is Role.ADMINISTRATOR else []
        roles.grant(db, OPERATOR, f"{role.value}@example.org", role, privileges=given)
    inviting.invite(db, OPERATOR, own, ["ann@example.org", "bob@example.org"], activities=[activity])
    enrollments.enroll(db, Actor.person(who["ann"]), own, activity)
    return World(db, own, other, activity, who)


def _contract(db: Database, code: str, title: str, activity: int) -> int:
    today = db.clock().date()
    period = (today - timedelta(days=30), today + timedelta(days=60))
    contract = contracts.create(db, OPERATOR, contracts.Draft(code, title, ContractType.VOUCHER, 10, *period))
    activities.add_to_contract(db, OPERATOR, contract, [activity])
    return contract


def words(app: AppTest) -> str:
    """All that the page says, tables included."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.text, app.error, app.info, app.success, app.code)
    said = [element.value for kind in kinds for element in kind]
    tables = [table.value.to_csv() for table in app.dataframe]
    links = [link.proto.label for link in app.get("page_link")]
    return "\n".join([*map(str, said), *(button.label for button in app.button), *tables, *links])


SEES = {"super_admin", "administrator", "manager", "analyst", "ada"}
RUNS = SEES - {"manager", "analyst"}
EVERYONE = ["super_admin", "administrator", "manager", "analyst", "ada", "otto", "learner", None]


@pytest.mark.parametrize("person", EVERYONE)
def test_each_page_shows_a_contract_to_those_who_may_see_it_and_to_nobody_else(
    world: World, person: str | None
) -> None:
    for page in PLACES:
        query = {} if page == "contracts" else {"contract": world.own, "activity": world.activity}
        app = world.open(page, person, **query)

        assert not app.exception, page
        allowed = RUNS if page == "add_invitations" else SEES
        assert ("Own" in words(app)) == (person in allowed), page


def test_a_contract_of_somebody_else_answers_like_one_that_does_not_exist(world: World) -> None:
    for page in ("invitations", "add_invitations", "activities", "enrollments"):
        foreign = world.open(page, "ada", contract=world.other, activity=world.activity)
        unknown = world.open(page, "ada", contract=987_654, activity=world.activity)

        assert not foreign.exception, page
        assert words(foreign) == words(unknown), page
        assert NotFound().sentence in words(foreign), page


def test_nonsense_in_the_address_finds_nothing(world: World) -> None:
    for nonsense in ("", "x", "-1", "1e9", "٣", "9" * 40):
        app = world.open("invitations", "ada")
        app.query_params["contract"] = nonsense
        app.run()

        assert not app.exception, nonsense
        assert NotFound().sentence in words(app), nonsense


def test_managers_and_analysts_see_pseudonyms_and_no_buttons_that_change_anything(world: World) -> None:
    for person in ("manager", "analyst"):
        app = world.open("invitations", person, contract=world.own)

        assert "ann@example.org" not in words(app)
        assert "P-" in words(app)
        assert not [button for button in app.button if button.key in {"regenerate", "rename-contract", "invite"}]


def _select(app: AppTest, position: int) -> AppTest:
    """Select a row of the table as the browser does: by position, under the table's key."""
    key = app.dataframe[-1].proto.id[app.dataframe[-1].proto.id.index("rows-") :]
    app.session_state[key] = {"selection": {"rows": [position], "columns": [], "cells": []}}
    return app.run()


def _position(app: AppTest, email: str) -> int:
    return [str(value) for value in app.dataframe[-1].value["E-mail"]].index(email)


def test_an_admin_revokes_an_invitation_and_the_list_shows_it(world: World) -> None:
    app = world.open("invitations", "ada", contract=world.own)
    app = _select(app, _position(app, "bob@example.org"))

    app.button(key="do-revoke").click().run()
    asked = words(app)
    app.button(key="yes").click().run()

    assert not app.exception
    assert "bob@example.org" in asked
    status = invitation_lists.listing(world.db, OPERATOR, world.own, invitation_lists.Filter()).by_status
    assert {word.value: count for word, count in status.items() if count} == {"enrolled": 1, "revoked": 1}
    assert "Revoked" in words(app)


def test_what_cannot_be_done_is_greyed_and_says_why(world: World) -> None:
    app = world.open("invitations", "ada", contract=world.own)
    app = _select(app, _position(app, "ann@example.org"))

    revoke = app.button(key="do-revoke")

    assert revoke.disabled
    assert "enrolled" in revoke.help


def test_an_admin_invites_by_typing_and_sees_what_becomes_of_each_line_first(world: World) -> None:
    app = world.open("add_invitations", "ada", contract=world.own, way="type")
    app.text_area(key=f"typed-{world.own}").set_value("carl@example.org\nbob@example.org\nnobody").run()
    before = words(app)

    app.button(key="invite").click().run()

    assert not app.exception
    for word in ("Will be invited", "Already invited", "This is not an e-mail address."):
        assert word in before, word
    found = invitation_lists.listing(world.db, OPERATOR, world.own, invitation_lists.Filter(search="carl"))
    assert [row.email for row in found.rows] == ["carl@example.org"]
    assert app.text_area(key=f"typed-{world.own}").value == ""
    assert "3 lines done." in words(app)
    assert "3 lines done." in words(app.run())  # till there is another list


def test_what_was_typed_survives_a_refusal(world: World) -> None:  # screens: Add invitations
    app = world.open("add_invitations", "ada", contract=world.own, way="type")
    app.text_area(key=f"typed-{world.own}").set_value("carl@example.org").run()
    contracts.archive(world.db, OPERATOR, world.own)
    app.button(key="invite").click().run()
    refused = [error.value for error in app.error]
    contracts.restore(world.db, OPERATOR, world.own)
    app.run()

    assert len(refused) == 1
    assert app.text_area(key=f"typed-{world.own}").value == "carl@example.org"


def test_an_admin_invites_from_a_file(world: World) -> None:  # R-ADD-1, R-ADD-5
    app = world.open("add_invitations", "ada", contract=world.own)
    app.file_uploader[0].upload("people.csv", b"Name;E-mail\nCarl;carl@example.org\nX;x\n").run()
    notices = [info.value for info in app.info]
    app.button(key="invite").click().run()

    assert not app.exception
    assert any("Name" in notice for notice in notices)
    found = invitation_lists.listing(world.db, OPERATOR, world.own, invitation_lists.Filter(search="carl"))
    assert [row.email for row in found.rows] == ["carl@example.org"]


def test_a_file_that_is_no_list_is_refused_with_advice(world: World) -> None:  # safety: Uploads
    app = world.open("add_invitations", "ada", contract=world.own)
    app.file_uploader[0].upload("people.csv", b"%PDF-1.7 ...").run()

    assert [error.value for error in app.error] != []
    assert not [button for button in app.button if button.key == "invite"]


def test_an_admin_picks_people_who_exist(world: World) -> None:  # R-ADD-1
    people.register(world.db, OPERATOR, "dora@example.org", "Dora")
    app = world.open("add_invitations", "super_admin", contract=world.own, way="pick")
    app.text_input(key="pick").set_value("dora").run()
    app.toggle(key="all-0").set_value(True).run()
    app.button(key="invite").click().run()

    assert not app.exception
    found = invitation_lists.listing(world.db, OPERATOR, world.own, invitation_lists.Filter(search="dora"))
    assert [row.email for row in found.rows] == ["dora@example.org"]
    assert "Nobody to pick" in words(app)


def test_a_contract_that_blocks_offers_to_invite_as_many_as_fit(world: World) -> None:  # R-INV-11
    today = world.db.clock().date()
    period = (today - timedelta(days=1), today + timedelta(days=9))
    draft = contracts.Draft("B", "B", ContractType.SUBSCRIPTION, 2, *period, over_invitation=OverInvitation.BLOCK)
    contract = contracts.create(world.db, OPERATOR, draft)
    activities.add_to_contract(world.db, OPERATOR, contract, [world.activity])
    app = world.open("add_invitations", "super_admin", contract=contract, way="type")
    listed = "\n".join(f"new-{n}@example.org" for n in range(4))
    app.text_area(key=f"typed-{contract}").set_value(listed).run()
    assert not [button for button in app.button if button.key == "invite"]

    app.button(key="invite-first").click().run()

    assert not app.exception
    found = invitation_lists.listing(world.db, OPERATOR, contract, invitation_lists.Filter())
    assert sorted(row.email for row in found.rows) == ["new-0@example.org", "new-1@example.org"]


def test_an_admin_renames_the_contract(world: World) -> None:
    app = world.open("invitations", "ada", contract=world.own)
    app.button(key="rename-contract").click().run()
    app.text_input(key=f"title-of-{world.own}").set_value("Another title").run()

    app.button(key="rename-yes").click().run()

    assert not app.exception
    assert app.title[0].value == "Another title"


def test_an_admin_regenerates_the_code(world: World) -> None:
    app = world.open("invitations", "ada", contract=world.own)
    before = app.code[0].value
    app.button(key="regenerate").click().run()

    app.button(key="regenerate-yes").click().run()

    assert not app.exception
    assert app.code[0].value != before


def test_whoever_is_named_is_offered_the_center_at_the_next_click(world: World) -> None:
    app = world.open("home", "learner")
    before = words(app)

    contracts.name_admin(world.db, OPERATOR, world.own, "learner@example.org")
    app.run()

    assert "Learning Contract Center" not in before
    assert "Learning Contract Center" in words(app)


def test_a_new_title_shows_on_every_page(world: World) -> None:
    contracts.rename(world.db, OPERATOR, world.own, "Quite another title")

    for page in PLACES:
        query = {} if page == "contracts" else {"contract": world.own, "activity": world.activity}
        assert "Quite another title" in words(world.open(page, "ada", **query)).replace("\u2060", ""), page


@pytest.mark.parametrize("take_away", ["role", "account"])
def test_a_right_taken_away_is_gone_at_the_next_click_of_an_open_session(world: World, take_away: str) -> None:
    app = world.open("contracts", "ada")
    seen_before = "Own" in words(app)
    if take_away == "role":
        contracts.remove_admin(world.db, OPERATOR, world.own, world.people["ada"])
    else:
        with world.db.bookkeeping() as session:
            session.get_one(people.Person, world.people["ada"]).deactivated_at = world.db.clock()

    app.run()

    assert seen_before
    assert "Own" not in words(app)


def test_a_card_offers_what_else_can_be_done_with_the_contract(world: World) -> None:
    app = world.open("contracts", "ada")
    (menu,) = [one.proto for one in app.get("menu_button")]

    assert list(menu.options) == ["View Learning Activities", "Rename", "Export", "Usage report"]


def test_the_enrollments_of_a_contract_are_taken_away_from_its_activities(world: World) -> None:
    app = world.open("activities", "ada", contract=world.own)

    assert [one.proto.label for one in app.get("download_button")] == ["Export enrollments"]


def test_a_page_is_known_by_one_object_that_no_visitor_is_handed(world: World) -> None:
    world.open("contracts", "ada")
    home = _places.BY_NAME["home"]
    known = home.known_by("Home")

    assert home.known_by("Home") is known
    assert home.page() is not known
    assert home.page()._script_hash == known._script_hash


def test_each_status_is_counted_whatever_statuses_are_shown(world: World) -> None:
    app = world.open("invitations", "ada", contract=world.own)
    before = [option.content for option in app.get("button_group")[-1].proto.options]
    app.session_state["is"] = ["enrolled"]
    app.run()

    after = [option.content for option in app.get("button_group")[-1].proto.options]
    assert after == before
    assert list(app.dataframe[-1].value["E-mail"]) == ["ann@example.org"]


def test_a_role_that_is_revoked_is_gone_at_the_next_click_of_an_open_session(world: World) -> None:
    app = world.open("contracts", "manager")
    seen_before = "Own" in words(app)
    roles.revoke_role(world.db, OPERATOR, "manager@example.org", Role.MANAGER)

    app.run()

    assert seen_before
    assert "Own" not in words(app)


def test_the_enrollment_page_lists_the_enrolled_and_the_invited(world: World) -> None:
    app = world.open("enrollments", "ada", contract=world.own, activity=world.activity)

    listed = activity_lists.people_of(world.db, OPERATOR, world.own, world.activity)
    assert [row.email for row in listed.rows] == list(app.dataframe[0].value["E-mail"])
    assert "Not enrolled" in words(app)


def test_what_people_typed_reaches_no_markdown_unescaped(world: World) -> None:
    for page in PLACES:
        query = {} if page == "contracts" else {"contract": world.own, "activity": world.activity}
        app = world.open(page, "ada", **query)
        elements = [*app.markdown, *app.caption, *app.title, *app.subheader]
        said = [str(element.value) for element in elements] + [link.proto.label for link in app.get("page_link")]

        assert said
        assert not [text for text in said if "![x](" in text or "<b>" in text or ":material/home:" in text]


def test_signed_out_every_address_asks_who_you_are(world: World) -> None:
    app = world.open("contracts", None)

    assert not app.exception
    assert "Who do you want to be?" in [heading.value for heading in app.subheader]


def test_a_person_enters_by_their_button(world: World) -> None:
    app = world.open("contracts", None)

    app.button(key=f"person-{world.people['ada']}").click().run()

    assert not app.exception
    assert app.session_state["person_id"] == world.people["ada"]


# --- learners --------------------------------------------------------------------------------------------------------


def test_a_learner_enters_a_code_and_enrolls(world: World) -> None:  # R-LRN-1, R-LRN-4
    app = world.open("my_learning", "learner")
    assert "Own" not in words(app)
    with world.db.read() as session:
        code = session.get_one(Contract, world.own).invitation_code

    app.text_input(key="invitation-code").set_value(code.lower()).run()
    app.button(key="redeem").click().run()
    assert "takes a seat" in words(app)
    app.button(key=f"enroll-{world.own}-{world.activity}").click().run()

    assert not app.exception
    assert "You are enrolled." in words(app)
    assert app.dataframe[-1].value["Status"].to_list() == [["● Enrolled"]]
    assert not [button for button in app.button if button.key.startswith("enroll-")]


def test_a_link_brings_the_code_along_and_redeems_nothing(world: World) -> None:  # safety: a GET never redeems
    with world.db.read() as session:
        code = session.get_one(Contract, world.own).invitation_code
    app = world.open("my_learning", "learner", code=code)

    assert app.text_input(key="invitation-code").value == code
    assert "Own" not in words(app)


def test_a_wrong_code_is_answered_in_plain_words_and_stays_in_its_field(world: World) -> None:  # R-LRN-3
    app = world.open("my_learning", "learner")
    app.text_input(key="invitation-code").set_value("ABCDE").run()
    app.button(key="redeem").click().run()

    assert [error.value.replace("\\", "").replace("\u2060", "") for error in app.error] == [
        Reason.CODE_NOT_ACCEPTED.label
    ]
    assert app.text_input(key="invitation-code").value == "ABCDE"


def test_an_unlimited_contract_is_accepted_first(world: World) -> None:  # R-SEAT-3
    today = world.db.clock().date()
    period = (today - timedelta(days=1), today + timedelta(days=9))
    contract = contracts.create(
        world.db, OPERATOR, contracts.Draft("U", "Everything", ContractType.UNLIMITED, 1, *period)
    )
    activities.add_to_contract(world.db, OPERATOR, contract, [world.activity])
    inviting.invite(world.db, OPERATOR, contract, ["learner@example.org"])
    app = world.open("my_learning", "learner")
    enroll = f"enroll-{contract}-{world.activity}"
    assert app.button(key=enroll).disabled

    app.button(key=f"accept-{contract}").click().run()

    assert not app.exception
    assert not app.button(key=enroll).disabled
    assert "takes no further seat" in words(app)
