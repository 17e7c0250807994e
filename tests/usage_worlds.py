"""Two contracts and those who look at their seats, for the tests of the page on seat usage."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from streamlit.testing.v1 import AppTest

from lc_core import activities, contracts, enrollments
from lc_core.insight.copy import Insight
from lc_core.insight.limits import Asked
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import ActivityKind, ContractType, Privilege, Role
from pages._usage_sections import SECTIONS
from tests import apps, worlds
from tests.worlds import OPERATOR, an_admin, draft, somebody

ALPHA, BETA = "Alpha ![x](http://127.0.0.1:9/p.png)", "Beta secret"
WHOLE = Asked(contracts=None, activity_id=None, period=None, number=2)


@dataclass
class World:
    """Alpha: a voucher in the group North for First aid, Ann enrolled, three invited. Beta: subscription for SQL, Ben enrolled."""

    db: Database
    folder: Path
    alpha: int
    beta: int
    first_aid: int
    people: dict[str, int]

    def open(self, who: str = "manager", **query: int | str) -> AppTest:
        """The page as that person sees it."""
        app = apps.shell()
        app.session_state["person_id"] = self.people[who]
        return apps.at(app, "seat_usage", **query)

    def actor(self, who: str) -> Actor:
        return Actor.person(self.people[who])

    def insight(self) -> Insight:
        return Insight(self.db, self.folder / "another-copy")


def played(db: Database, folder: Path) -> World:
    today = db.clock().date()
    usual = {"valid_from": today - timedelta(days=40), "valid_to": today + timedelta(days=20), "seats": 2}
    first_aid = activities.create(db, OPERATOR, "FA", "First aid for Alpha", ActivityKind.ONLINE)
    sql = activities.create(db, OPERATOR, "SQL", "SQL for all", ActivityKind.ONLINE)
    alpha = contracts.create(db, OPERATOR, draft(code="ALPHA", title=ALPHA, group="North", **usual))
    beta = contracts.create(
        db, OPERATOR, draft(code="BETA", title=BETA, contract_type=ContractType.SUBSCRIPTION, **usual)
    )
    activities.add_to_contract(db, OPERATOR, alpha, [first_aid])
    activities.add_to_contract(db, OPERATOR, beta, [sql])
    ann, _ = worlds.a_redeemed(db, alpha, "ann")
    enrollments.enroll(db, ann, alpha, first_aid)
    worlds.invite(db, alpha, "al", "ada-invited", "too-many")
    ben, _ = worlds.a_redeemed(db, beta, "ben")
    enrollments.enroll(db, ben, beta, sql)
    who = {
        "manager": somebody(db, "manager", Role.MANAGER),
        "analyst": somebody(db, "analyst", Role.ANALYST),
        "privileged": somebody(db, "privileged", Role.ANALYST, Privilege.PERSONAL_DATA),
        "ada": an_admin(db, "ada", alpha),
    }
    return World(db, folder, alpha, beta, first_aid, {name: actor.person_id or 0 for name, actor in who.items()})


def words(app: AppTest) -> str:
    """All that the page says but for what can be chosen: texts, buttons, tables, and every picture with its frame."""
    kinds = (app.title, app.markdown, app.caption, app.info, app.error)
    said = [str(element.value) for kind in kinds for element in kind]
    numbers = [f"{metric.label}: {metric.value}" for metric in app.metric]
    tables = [table.value.to_csv() for table in app.dataframe]
    drawn = [picture.proto.SerializeToString().decode("utf-8", "replace") for picture in app.get("vega_lite_chart")]
    told = [*said, *numbers, *(button.label for button in app.button), *tables, *drawn]
    return "\n".join(told).replace("\u2060", "").replace("\\", "")


def everywhere(world: World, who: str = "manager", **query: int | str) -> dict[str, str]:
    """What all parts of the page say."""
    said = {}
    for part in SECTIONS:
        app = world.open(who, part=part, **{"stopped": "enrolled", **query})
        assert not app.exception, part
        said[part] = words(app)
    return said
