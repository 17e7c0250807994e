"""An installation with a contract to manage, for the tests of its pages."""

from dataclasses import dataclass, replace
from datetime import timedelta

from streamlit.testing.v1 import AppTest

from lc_core import (
    activities,
    contracts,
    enrollments,
    inviting,
    managed_contracts,
    people,
    roles,
)
from lc_core.contracts import Draft
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import ActivityKind, ContractType, Privilege, Role
from tests import apps

OPERATOR = Actor.operator("test")
HOSTILE = "![x](http://127.0.0.1:9/p.png) :material/home: <b>*bold*</b> [a](http://b) `c`"
ROLES = {
    "super_admin": Role.SUPER_ADMIN,
    "administrator": Role.ADMINISTRATOR,
    "plain_administrator": Role.ADMINISTRATOR,
    "manager": Role.MANAGER,
    "analyst": Role.ANALYST,
}


@dataclass
class World:
    """A voucher contract with Ann enrolled and Bob invited, an activity it does not have, and somebody of every role."""

    db: Database
    contract: int
    activity: int
    other_activity: int
    people: dict[str, int]

    def open(self, page: str, person: str | None = "super_admin", **query: int | str) -> AppTest:
        app = apps.shell()
        if person is not None:
            app.session_state["person_id"] = self.people[person]
        return apps.at(app, page, **query)

    def draft(self) -> Draft:
        return managed_contracts.one(self.db, OPERATOR, self.contract).draft

    def change(self, **said: object) -> None:
        """What another administrator does meanwhile."""
        now = managed_contracts.one(self.db, OPERATOR, self.contract)
        contracts.edit(self.db, OPERATOR, self.contract, replace(now.draft, **said), version=now.version)


def played(db: Database) -> World:
    activity = activities.create(db, OPERATOR, "PY", f"Python {HOSTILE}", ActivityKind.ONLINE)
    other = activities.create(db, OPERATOR, "R", "Statistics", ActivityKind.CLASSROOM)
    today = db.clock().date()
    period = (today - timedelta(days=30), today + timedelta(days=60))
    contract = contracts.create(db, OPERATOR, Draft("OWN", f"Own {HOSTILE}", ContractType.VOUCHER, 10, *period))
    activities.add_to_contract(db, OPERATOR, contract, [activity])
    who = {name: people.register(db, OPERATOR, f"{name}@example.org", name.title()) for name in ("ann", "learner")}
    who["ada"] = contracts.name_admin(db, OPERATOR, contract, "ada@example.org")
    for name, role in ROLES.items():
        who[name] = people.register(db, OPERATOR, f"{name}@example.org", role.label)
        given = [Privilege.CONTRACTS] if name == "administrator" else []
        roles.grant(db, OPERATOR, f"{name}@example.org", role, privileges=given)
    inviting.invite(db, OPERATOR, contract, ["ann@example.org", "bob@example.org"], activities=[activity])
    enrollments.enroll(db, Actor.person(who["ann"]), contract, activity)
    return World(db, contract, activity, other, who)


def words(app: AppTest) -> str:
    """All that the page says."""
    kinds = (
        app.title,
        app.subheader,
        app.markdown,
        app.caption,
        app.text,
        app.error,
        app.info,
        app.success,
        app.warning,
    )
    said = [element.value for kind in (*kinds, app.code) for element in kind]
    tables = [table.value.to_csv() for table in app.dataframe]
    links = [link.proto.label for link in app.get("page_link")]
    return "\n".join([*map(str, said), *(button.label for button in app.button), *tables, *links])


def said(markdown: str) -> str:
    """What people read of it."""
    return markdown.replace("\\", "").replace("\u2060", "")


def field(app: AppTest, name: str, contract: int) -> object:
    """A widget of the form, by the field that it is for."""
    return app.get_by_key(f"{name}-of-contract-{contract}")


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app
