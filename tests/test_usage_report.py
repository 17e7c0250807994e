"""The usage report of one contract: it says what the lists say, names no learner, and what people typed does nothing in it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lc_core import activities, contracts, people
from lc_core.exports.usage_report import usage_report
from lc_core.insight import answers, center, forecast_charts, seats_told
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor, Database
from lc_core.settings import settings
from lc_core.vocabulary import ActivityKind, ContractType
from tests import usage_worlds, worlds
from tests.clock import Clock
from tests.worlds import OPERATOR, email, not_found

VOID = {"meta", "br", "line", "path", "rect"}
HOSTILE = [
    "</title></style><script>alert(1)</script>",
    '"><img src=http://127.0.0.1:9/p.png onerror=alert(1)>',
    "![x](http://127.0.0.1:9/p.png) [y](javascript:alert(1))",
    "</text></svg><iframe src=javascript:alert(1)>",
    "url(http://127.0.0.1:9/x) }} {% raw %} {{ 7 * 7 }} \x0b\x01 \ufffe windowSize()[0]",
    "\N{GRINNING FACE}" * 100,
]
Made = Callable[..., "Page"]
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
"""What is told comes from the copy, which is the same wherever the records are."""


class Page(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, its texts, its figures and tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.styles = ""
        self._open: list[str] = []
        self.cells: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
        if tag in {"dt", "dd", "th", "td", "h1", "h2", "caption", "text"}:
            self.cells.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.styles += data
            return
        self.text += data
        if self.cells and set(self._open) & {"dt", "dd", "th", "td", "h1", "h2", "caption", "text"}:
            tag, text = self.cells[-1]
            self.cells[-1] = (tag, text + data)

    def texts(self, tag: str) -> list[str]:
        return [text for name, text in self.cells if name == tag]

    @property
    def figures(self) -> dict[str, str]:
        """Each term with what stands beside it."""
        return {
            text: self.cells[place + 1][1]
            for place, (tag, text) in reversed(list(enumerate(self.cells)))
            if tag == "dt"
        }

    def table(self, caption: str) -> list[list[str]]:
        """The rows of a table, its headings first."""
        tables = re.split(r"<caption>", self.html)
        (found,) = [part for part in tables if part.startswith(caption)]
        rows = re.findall(r"<tr>(.*?)</tr>", found.partition("</table>")[0])
        return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


@pytest.fixture
def insight(db: Database, tmp_path: Path) -> Insight:
    return Insight(db, tmp_path / "copy")


@pytest.fixture
def made(insight: Insight) -> Made:
    def make(contract_id: int, actor: Actor = OPERATOR) -> Page:
        return Page(usage_report(insight, actor, contract_id).html())

    return make


@pytest.fixture
def world(db: Database, tmp_path: Path) -> usage_worlds.World:
    return usage_worlds.played(db, tmp_path)


# --- what it says -----------------------------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_lists(world: usage_worlds.World, insight: Insight, made: Made):
    told, answer = made(world.alpha), answers.how_full_is_each_contract(insight, OPERATOR, [world.alpha]).frame
    row = answer.row(0, named=True)

    assert (row["seats"], row["used"], row["over_invited"]) == (2, 1, 2)
    for word in ("Seats", "Used", "Reserved", "Pending", "Uncommitted", "Expired unused", "Over-invited"):
        assert told.figures[word] == str(row[word.lower().replace(" ", "_").replace("-", "_")]), word
    assert told.figures["Utilisation"] == "50%"
    assert seats_told.described(row, ContractType.VOUCHER) in told.text
    assert told.figures["Period"] == center.period(row, world.db.clock())
    assert told.figures["Code"] == "ALPHA"
    assert told.figures["Group"] == "North"
    assert told.figures["Type"] == "Voucher. Each activity a person enrolls in uses one seat."


def test_each_table_says_what_its_question_answers(world: usage_worlds.World, insight: Insight, made: Made):
    told, about = made(world.alpha), (insight, OPERATOR, [world.alpha])
    funnel = answers.where_do_people_stop(*about).frame
    run_out = answers.when_do_seats_run_out(*about).frame.row(0, named=True)
    how_long = answers.how_long_until_people_enroll(*about).frame

    steps = told.table("How many people came to each step")[1:]
    assert [row[1:3] for row in steps] == [[str(n), str(seats)] for n, seats in funnel[["people", "seats"]].rows()]
    assert steps[0] == ["Invited", "4", "1", "100%", "–", "3"]
    assert steps[1] == ["Accepted", "1", "1", "25%", "25%", "0"]
    assert f"{forecast_charts.run_out_told(run_out)}." in told.text
    assert told.table("Enrollments by the status") == [
        ["Activity", "Enrollments", "Enrolled"],
        ["First aid for Alpha", "1", "1"],
    ]
    assert [row[0] for row in told.table("Invitations by the month")[1:]] == ["Jun 2026", "All months"]
    assert told.table("Invitations by the month")[1][1] == str(how_long["sent"][0])
    assert told.table("Seats at the end")[-1] == ["Jun 15, 2026", "1", "2", "50%"]


def test_an_unlimited_contract_is_told_in_words_of_its_own(db: Database, made: Made):
    deal = worlds.a_contract(db, ContractType.UNLIMITED, seats=3)
    worlds.a_redeemed(db, deal, "ann")
    worlds.invite(db, deal, "ben")

    told = made(deal)
    assert [told.figures[word] for word in ("Seats in this deal", "Allocated", "Available", "Pending invitations")] == [
        *("3", "1", "2", "1")
    ]
    assert "1 of 3 seats allocated, 2 available." in told.text


def test_idle_seats_and_the_end_are_told(db: Database, clock: Clock, made: Made):
    contract_id = worlds.a_contract(db, seats=5, valid_to=db.clock().date() + timedelta(days=40))
    worlds.invite(db, contract_id, "ann", "ben")
    worlds.a_redeemed(db, contract_id, "cem")
    clock.forward(timedelta(days=20))

    told = made(contract_id)
    assert [row[:2] for row in told.table("Seats that can be won back")[1:]] == [
        ["Accepted, never enrolled", "1"],
        ["Invited, no answer", "2"],
    ]
    assert "5 of 5 seats unused, 21 days left." in told.text
    assert told.figures["Renewal"] == "Not renewed yet"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, ["Nobody has been invited yet.", "No invitation has been sent yet.", "Nobody has enrolled yet."]),
        ({"seats": 0}, ["0 of 0 seats used.", "Nothing is told over time"]),
        ({"valid_from": date(2026, 9, 1)}, ["Future", "so it uses up no seats.", "Nothing is told over time"]),
        ({"valid_to": None}, ["no end (never expires)", "No seat is idle"]),
    ],
    ids=["empty", "of no seats", "future", "endless"],
)
def test_what_there_is_nothing_of_is_said(db: Database, made: Made, said: dict[str, Any], told: list[str]):
    page = made(worlds.a_contract(db, **said))

    for sentence in told:
        assert sentence in page.text


def test_a_contract_that_ended_is_told_up_to_its_last_day(db: Database, clock: Clock, made: Made):
    contract_id = worlds.a_contract(db, seats=2, valid_to=date(2026, 7, 31))
    worlds.an_enrolled(db, contract_id, "ann")
    clock.forward(timedelta(days=100))
    ended = made(contract_id)
    contracts.archive(db, OPERATOR, contract_id)
    archived = made(contract_id)

    assert "On Jul 31, 2026 1 of 2 seats were used (50%)." in ended.text
    assert ended.figures["Status"] == "Expired"
    assert "none of its seats can be won back" in ended.text
    assert archived.figures["Status"] == "Archived"
    assert archived.figures["Expired unused"] == "1"


def test_a_contract_that_was_just_made_is_told_too(db: Database, tmp_path: Path):
    insight = Insight(db, tmp_path / "copy", patience=0)
    worlds.a_contract(db, title="First")
    insight.refresh()
    contract_id = worlds.a_contract(db, title="Second")

    assert usage_report(insight, OPERATOR, contract_id).title == "Second"


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_who_may_not_see_the_contract_gets_no_report(world: usage_worlds.World, insight: Insight):
    outsiders = [(world.actor("ada"), world.beta), (Actor.person(world.people["ada"]), 10**6), (OPERATOR, 2**63)]
    for actor, contract_id in outsiders:
        with not_found(world.db):
            usage_report(insight, actor, contract_id)


def test_it_names_who_runs_the_contract_and_no_learner(world: usage_worlds.World, made: Made):
    learners = ["ann", "al", "ada-invited", "too-many"]
    for who, named in {"ada": True, "manager": False, "analyst": False, "privileged": True}.items():
        page = made(world.alpha, world.actor(who))

        assert ("Ada" in page.figures.get("Contract admins", "")) is named, who
        assert "@" not in page.text
        assert "SQL" not in page.text
        assert usage_worlds.BETA not in page.text
        assert not [name for name in learners if re.search(rf"\b{name}\b", page.text, re.IGNORECASE)], who


# --- what people typed ------------------------------------------------------------------------------------------------


def hostile(db: Database, text: str) -> int:
    """A contract all of whose texts are this, with something of everything in it."""
    activity = activities.create(db, OPERATOR, "H", text, ActivityKind.ONLINE)
    contract_id = worlds.a_contract(db, title=text, group=text, valid_to=db.clock().date() + timedelta(days=40))
    activities.add_to_contract(db, OPERATOR, contract_id, [activity])
    worlds.an_enrolled(db, contract_id, "ann", activity)
    contracts.name_admin(db, OPERATOR, contract_id, email("boss"))
    people.register(db, OPERATOR, email("boss"), text)
    return contract_id


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_stays_text(db: Database, made: Made, text: str):
    page = made(hostile(db, text))
    tags = {tag for tag, _attributes in page.elements}
    addresses = [
        value for _tag, one in page.elements for name, value in one.items() if name in {"href", "src", "action"}
    ]
    named = [value for _tag, one in page.elements for name, value in one.items() if name == "id"]

    assert text.replace("\x0b", "").split()[0] in page.texts("h1")[0]
    assert tags.isdisjoint({"script", "iframe", "img", "image", "object", "link", "use", "foreignobject", "form"})
    assert not [name for _tag, one in page.elements for name in one if name.startswith(("on", "xlink", "xmlns"))]
    assert [urlsplit(one).netloc for one in addresses] == [urlsplit(settings().base_url).netloc]
    assert "url(" not in page.styles
    assert all(one["clip-path"].startswith("url(#") for _tag, one in page.elements if "clip-path" in one)
    assert {one["clip-path"][5:-1] for _tag, one in page.elements if "clip-path" in one} <= set(named)
    assert len(named) == len(set(named))
    assert "49" not in page.text.split()
    assert page.html.index("Content-Security-Policy") < page.html.index("<title>")
