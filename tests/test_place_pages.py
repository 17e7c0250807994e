"""The administrators' pages of people and of the catalogue, as every role sees them, and what their buttons do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import activities, catalogue_lists, contracts, groups, people, people_lists
from lc_core.catalogue_lists import Wanted
from lc_core.errors import NotFound
from lc_core.records.db import Database
from lc_core.vocabulary import AccountStatus, ActivityKind, Privilege, Role
from tests import apps
from tests.worlds import OPERATOR, a_contract, a_learner, an_admin, draft, email, somebody

HOSTILE = "![x](http://127.0.0.1:9/p.png) :material/home: <b>*bold*</b> $x$"
SUPER = {"super"}
ADMINISTRATORS = {"super", "administrator"}
EVERYONE = ["super", "administrator", "unprivileged", "manager", "analyst", "ada", "learner", None]


@dataclass
class World:
    """Somebody of every role, and a learner called Ann."""

    db: Database
    people: dict[str, int]

    def open(self, page: str, who: str | None = "super", **query: int | str) -> AppTest:
        """The page as that person sees it."""
        app = apps.shell()
        if who is not None:
            app.session_state["person_id"] = self.people[who]
        return apps.at(app, page, **query)

    def person(self, name: str) -> AppTest:
        """The page of one person, as a super administrator sees it."""
        return self.open("person", person=self.people[name])

    def seen(self, name: str) -> people_lists.OnePerson:
        return people_lists.one(self.db, OPERATOR, self.people[name])


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        who = {
            "super": somebody(db, "super", Role.SUPER_ADMIN),
            "administrator": somebody(db, "administrator", Role.ADMINISTRATOR, Privilege.CONTRACTS),
            "unprivileged": somebody(db, "unprivileged", Role.ADMINISTRATOR),
            "manager": somebody(db, "manager", Role.MANAGER),
            "analyst": somebody(db, "analyst", Role.ANALYST),
            "ada": an_admin(db, "ada", a_contract(db)),
            "learner": a_learner(db, "learner"),
        }
        ann = people.register(db, OPERATOR, email("ann"), f"Ann {HOSTILE}")
        yield World(db, {name: actor.person_id or 0 for name, actor in who.items()} | {"ann": ann})


def words(app: AppTest) -> str:
    """All that the page says."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.text, app.error, app.info, app.success)
    links = [link.proto.label for link in app.get("page_link")]
    said = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*said, *(button.label for button in app.button), *links]).replace("\u2060", "").replace("\\", "")


@pytest.mark.parametrize("person", EVERYONE)
def test_each_page_is_for_those_whose_it_is_and_shows_nobody_else_anything(world: World, person: str | None) -> None:
    for page, query, secret, allowed in [
        ("people", {}, "Everybody who was ever", SUPER),
        ("person", {"person": world.people["ann"]}, email("ann"), SUPER),
        ("catalogue", {}, "Create an activity", ADMINISTRATORS),
        ("catalogue", {"part": "groups"}, "Name of a new group", ADMINISTRATORS),
    ]:
        app = world.open(page, person, **query)
        shown = words(app) + "".join(field.label for field in app.text_input)
        shown += "".join(one.label for one in app.expander)

        assert not app.exception, page
        assert (secret in shown) == (person in allowed), page


def test_nobody_and_nonsense_are_answered_alike(world: World) -> None:
    for asked in ("987654", "x", "", "9" * 40):
        app = world.open("person", person=asked)

        assert NotFound().sentence in words(app), asked


def test_people_are_searched_and_filtered(world: World) -> None:
    app = world.open("people")
    app.text_input(key="whom").set_value("ann@").run()
    found = words(app)
    app.text_input(key="whom").set_value("").run()
    app.selectbox(key="role").set_value("manager").run()

    assert "Ann" in found
    assert "Manager" not in found
    assert [link.proto.label for link in app.get("page_link") if "Manager" in link.proto.label] == ["**Manager**"]


def test_somebody_is_added(world: World) -> None:
    app = world.open("people")
    app.text_input(key="new-email").set_value("new@example.org")
    app.text_input(key="new-name").set_value("Nora New")
    app.button(key="add-person").click().run()

    assert not app.exception
    assert "The person has an account." in words(app)
    assert people_lists.listing(world.db, OPERATOR, people_lists.Wanted(search="nora")).matching == 1


def test_a_role_is_given_with_its_privilege_and_taken_away(world: World) -> None:
    app = world.person("ann")
    app.selectbox(key="give-role").set_value("analyst").run()
    app.checkbox(key="with-personal_data").check().run()
    app.button(key="give").click().run()
    given = world.seen("ann")
    app.button(key="revoke-personal_data").click().run()
    lessened = world.seen("ann")
    app.button(key="revoke-analyst").click().run()

    assert not app.exception
    assert (given.roles, given.privileges) == ([Role.ANALYST], [Privilege.PERSONAL_DATA])
    assert (lessened.roles, lessened.privileges) == ([Role.ANALYST], [])
    assert world.seen("ann").roles == []


def test_the_last_super_administrator_cannot_be_undone_and_is_told_why(world: World) -> None:
    app = world.person("super")

    for key in ("revoke-super_admin", "deactivate", "erase"):
        assert app.button(key=key).disabled, key
        assert app.button(key=key).help, key


def test_an_account_is_closed_at_the_next_click_of_an_open_session_and_opened_again(world: World) -> None:
    theirs = world.open("home", "manager")
    before = "Seat usage" in words(theirs)
    app = world.person("manager")
    app.button(key="deactivate").click().run()
    app.button(key="deactivate-yes").click().run()
    closed = world.seen("manager").status
    theirs.run()

    assert before
    assert "Seat usage" not in words(theirs)
    assert closed is AccountStatus.DEACTIVATED
    app.button(key="reactivate").click().run()
    assert world.seen("manager").status is AccountStatus.REGISTERED


def test_erasing_takes_the_address_typed(world: World) -> None:
    app = world.person("ann")
    app.button(key="erase").click().run()
    before = app.button(key="erase-yes").disabled
    app.text_input(key="erase-typed").set_value("bob@example.org").run()
    wrong = app.button(key="erase-yes").disabled
    app.text_input(key="erase-typed").set_value(" ANN@example.org ").run()
    app.button(key="erase-yes").click().run()

    assert not app.exception
    assert (before, wrong) == (True, True)
    assert world.seen("ann").status is AccountStatus.ERASED
    assert email("ann") not in words(app)


def test_a_question_left_open_is_not_asked_of_somebody_else(world: World) -> None:
    app = world.person("ann")
    app.button(key="erase").click().run()
    app.query_params["person"] = str(world.people["learner"])
    app.run()

    assert not [button for button in app.button if button.key == "erase-yes"]


def test_an_activity_is_created_edited_and_switched(world: World) -> None:
    app = world.open("catalogue")
    app.text_input(key="new-code").set_value("NEW")
    app.text_input(key="new-title").set_value("New one")
    app.button(key="create-activity").click().run()
    (row,) = catalogue_lists.listing(world.db, OPERATOR, Wanted(search="NEW")).rows
    app.button(key=f"edit-{row.id}").click().run()
    app.text_input(key=f"title-{row.id}").set_value("Newer").run()
    app.button(key="edit-yes").click().run()
    app.button(key=f"deactivate-{row.id}").click().run()
    (changed,) = catalogue_lists.listing(world.db, OPERATOR, Wanted(search="NEW")).rows
    app.button(key=f"reactivate-{row.id}").click().run()

    assert not app.exception
    assert (changed.title, changed.active) == ("Newer", False)
    assert catalogue_lists.listing(world.db, OPERATOR, Wanted(search="NEW")).rows[0].active


def test_the_title_of_an_activity_is_text(world: World) -> None:
    activities.create(world.db, OPERATOR, "H", HOSTILE, ActivityKind.ONLINE)
    app = world.open("catalogue")

    assert not app.exception
    assert not any("![x](" in str(one.value) for one in app.markdown)


def test_a_group_is_created_renamed_and_deleted_unless_in_use(world: World) -> None:
    contracts.create(world.db, OPERATOR, draft(group="Used"))
    app = world.open("catalogue", part="groups")
    app.text_input(key="new-group").set_value("North")
    app.button(key="create-group").click().run()
    ids = {group.name: group.id for group in groups.listing(world.db, OPERATOR)}
    app.button(key=f"rename-{ids['North']}").click().run()
    app.text_input(key=f"name-{ids['North']}").set_value("South").run()
    app.button(key="rename-group-yes").click().run()
    renamed = [group.name for group in groups.listing(world.db, OPERATOR)]
    app.button(key=f"delete-{ids['North']}").click().run()

    assert not app.exception
    assert renamed == ["South", "Used"]
    assert [group.name for group in groups.listing(world.db, OPERATOR)] == ["Used"]
    assert app.button(key=f"delete-{ids['Used']}").disabled
    assert "1 contracts" in app.button(key=f"delete-{ids['Used']}").help
