"""Whatever people typed, no page fetches anything from outside because of it (safety: output)."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from lc_core import activities, contracts, enrollments, inviting, people, roles
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import ActivityKind, ContractType, Role
from tests.browser.conftest import serving
from tests.browser.steps import enter_as, select_row, walk

OPERATOR = Actor.operator("test")


class Beacon(HTTPServer):
    """A server that remembers who came."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        super().__init__(("127.0.0.1", 0), Answer)

    def image(self, name: str) -> str:
        """Markdown and HTML that would fetch a picture."""
        address = f"http://127.0.0.1:{self.server_port}/{name}.png"
        return f"![x]({address}) <img src='{address}'> :material/home: [a]({address}) $\\href{{{address}}}{{x}}$"


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    server = Beacon()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _hostile(home: Path, beacon: Beacon) -> dict[str, int]:
    """An installation in which every text that people type is hostile."""
    db = Database.open(f"sqlite:///{home / 'lc.sqlite'}")
    db.migrate()
    today = db.clock().date()
    activity = activities.create(db, OPERATOR, "A", beacon.image("activity"), ActivityKind.ONLINE)
    period = (today - timedelta(days=9), today + timedelta(days=9))
    text = beacon.image
    draft = contracts.Draft(
        text("code")[:190], text("title"), ContractType.VOUCHER, 5, *period, group="g", description=text("description")
    )
    contract = contracts.create(db, OPERATOR, draft)
    activities.add_to_contract(db, OPERATOR, contract, [activity])
    contracts.name_admin(db, OPERATOR, contract, "ada@example.org")
    people.register(db, OPERATOR, "ada@example.org", text("ada")[:190])
    roles.grant(db, OPERATOR, "mia@example.org", Role.MANAGER)
    ann = people.register(db, OPERATOR, "ann@example.org", text("ann")[:190])
    inviting.invite(db, OPERATOR, contract, ["ann@example.org"], activities=[activity])
    enrollments.enroll(db, Actor.person(ann), contract, activity)
    db.close()
    return {"contract": contract, "activity": activity}


@pytest.mark.parametrize("role", ["Contract admin", "Manager"])
def test_hostile_texts_fetch_nothing_on_any_page(browser: Browser, beacon: Beacon, tmp_path: Path, role: str) -> None:
    ids = _hostile(tmp_path, beacon)
    with serving(tmp_path) as base_url, browser.new_context(base_url=base_url) as context:
        page = context.new_page()
        page.goto(f"/contracts?search={beacon.image('query').replace('#', '')}")
        enter_as(page, role)
        for name in (
            "home",
            "my_learning",
            "contracts",
            "invitations",
            "add_invitations",
            "activities",
            "enrollments",
            "seat_usage",
            "exports",
        ):
            asked = f"contract={ids['contract']}&activity={ids['activity']}&column={quote(beacon.image('column'))}"
            walk(page, "/" if name == "home" else f"/{name}?{asked}")
            if name == "invitations" and role == "Contract admin":
                select_row(page, 0)
            for chart in page.locator("[data-testid=stVegaLiteChart] canvas").all():
                chart.hover()
            page.wait_for_timeout(300)
            not_theirs = name == "add_invitations" and role == "Manager"
            assert page.get_by_text("There is no such thing here").is_visible() == not_theirs

    assert beacon.hits == []


def test_the_beacon_hears_a_picture_that_is_not_escaped(browser: Browser, beacon: Beacon, tmp_path: Path) -> None:
    script = tmp_path / "page.html"
    script.write_text(f"<img src='http://127.0.0.1:{beacon.server_port}/seen.png'>", encoding="utf-8")
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(script.as_uri())
        page.wait_for_timeout(500)

    assert beacon.hits == ["/seen.png"]
