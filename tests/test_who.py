"""The pages behind a sign-in service: who is let in, as whom, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from lc_core import activities, codes, contracts, inviting, people, roles, sign_ins
from lc_core.records.db import Actor, Database, utc_now
from lc_core.records.models import Person
from lc_core.vocabulary import ActivityKind, ContractType, Role
from tests import apps

OPERATOR = Actor.operator("test")
HOURS = 12
SETTINGS = {
    "AUTH": "oidc",
    "BASE_URL": "http://localhost:8501",
    "COOKIE_SECRET": "x" * 32,
    "OIDC_ISSUER": "http://localhost:9",
    "OIDC_CLIENT_ID": "us",
    "OIDC_CLIENT_SECRET": "hunter2",
    "OIDC_NAME": "Example",
    "SESSION_HOURS": str(HOURS),
}


def claims(name: str = "ann", *, ago: timedelta = timedelta(0), **other: Any) -> dict[str, Any]:
    """What Streamlit knows of somebody who signed in a while ago."""
    usual = {
        "is_logged_in": True,
        "iss": "http://localhost:9",
        "sub": name,
        "iat": int((utc_now() - ago).timestamp()),
        "email": f"{name}@example.org",
        "email_verified": True,
        "name": name.title(),
    }
    return usual | other


NOBODY = {"is_logged_in": False}


@dataclass
class World:
    """One contract, to which Bob is invited; nobody ever signed in."""

    db: Database
    contract: int

    def open(self, user: dict[str, Any], page: str = "home", **query: int | str) -> AppTest:
        """A window of somebody who signed in, or of nobody."""
        app = apps.shell()
        app.user = user
        return apps.at(app, page, **query)


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path, **SETTINGS) as db:
        today = db.clock().date()
        period = (today - timedelta(days=1), today + timedelta(days=9))
        activity = activities.create(db, OPERATOR, "PY", "Python", ActivityKind.ONLINE)
        contract = contracts.create(db, OPERATOR, contracts.Draft("OWN", "Own", ContractType.VOUCHER, 10, *period))
        activities.add_to_contract(db, OPERATOR, contract, [activity])
        inviting.invite(db, OPERATOR, contract, ["bob@example.org"], activities=[activity])
        yield World(db, contract)


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.title]


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


DOOR = (["Learning Contracts"], ["Sign in with Example"])


def seen(app: AppTest) -> tuple[list[str], list[str]]:
    assert not app.exception
    return headings(app), buttons(app)


def test_signed_out_there_is_one_button_at_every_address(world):
    for page in ("home", "contracts", "invitations"):
        app = world.open(NOBODY, page, contract=world.contract)

        assert seen(app) == DOOR
        assert not any("Demo" in caption.value for caption in app.caption)


def test_who_signs_in_is_welcome_under_their_own_name(world):
    app = world.open(claims("ann"))

    assert headings(app) == ["Welcome, Ann"]
    assert buttons(app) == ["Sign out"]
    assert not any("Demo" in caption.value for caption in app.caption)


def test_a_session_enters_once(world):
    app = world.open(claims("ann"))
    person = app.session_state["person_id"]
    with world.db.bookkeeping() as session:
        session.execute(update(Person).where(Person.id == person).values(name=""))

    app.run()

    assert app.session_state["person_id"] == person
    assert people.me(world.db, Actor.person(person)).name == "ann@example.org"


def test_rights_come_from_here_and_not_from_the_claims(world):  # streamlit: the roles are the application's own
    roles.grant(world.db, OPERATOR, "ann@example.org", Role.SUPER_ADMIN)
    forged = claims("eve", roles=["super_admin"], person_id=1)

    granted = world.open(claims("ann"), "invitations", contract=world.contract)
    claimed = world.open(forged, "invitations", contract=world.contract)

    assert headings(granted) == ["Own"]
    assert headings(claimed) == ["Welcome, Eve"]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"email_verified": False}, "has not verified your e-mail address"),
        ({"email": None}, "told no usable e-mail address"),
        ({"iat": None}, "did not say who you are"),
    ],
)
def test_a_refusal_is_told_in_words_and_one_can_sign_out_there(world, other, words):
    app = world.open(claims("ann", **other), "contracts")

    assert words in app.error[0].value.replace("\\", "").replace("\u2060", "")
    assert seen(app) == (["Learning Contracts"], ["Sign out and use another account"])
    app.button(key="sign-out").click().run()
    assert seen(app) == DOOR
    assert app.user == NOBODY


def test_a_session_that_is_too_old_is_signed_out(world):
    young = world.open(claims("ann", ago=timedelta(hours=HOURS, minutes=-1)))
    old = world.open(claims("bob", ago=timedelta(hours=HOURS)))

    assert headings(young) == ["Welcome, Ann"]
    assert seen(old) == DOOR
    assert old.user == NOBODY
    with world.db.read() as session:
        assert people.by_email(session, "bob@example.org").registered_at is None


def test_who_is_deactivated_is_signed_out_at_the_next_click(world):
    app = world.open(claims("ann"))
    before = headings(app)
    with world.db.bookkeeping() as session:
        session.execute(update(Person).where(Person.email_key == "ann@example.org").values(deactivated_at=utc_now()))

    app.run()

    assert before == ["Welcome, Ann"]
    assert seen(app) == DOOR
    assert app.user == NOBODY


def test_signing_out_ends_other_windows_before_their_next_click_does_anything(world):
    roles.grant(world.db, OPERATOR, "ann@example.org", Role.SUPER_ADMIN)
    mine = claims("ann")
    here, there = (world.open(mine, "invitations", contract=world.contract) for _ in range(2))
    there.button(key="regenerate").click().run()
    asked = "regenerate-yes" in [button.key for button in there.button]

    here.button(key="sign-out").click().run()
    there.button(key="regenerate-yes").click().run()

    assert asked
    assert seen(here) == seen(there) == DOOR
    assert codes.history(world.db, OPERATOR, world.contract) == []
    assert headings(world.open(claims("ann", ago=timedelta(seconds=-1)))) == ["Welcome, Ann"]


def test_whose_sign_in_is_unlinked_is_out_at_the_next_click(world):
    app = world.open(claims("ann"))
    before = headings(app)
    sign_ins.unlink(world.db, OPERATOR, app.session_state["person_id"], "http://localhost:9", "ann")

    app.run()

    assert before == ["Welcome, Ann"]
    assert seen(app) == DOOR
