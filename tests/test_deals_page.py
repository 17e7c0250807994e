"""Deals on the pages: *Deal seats* in FutureLearn's words, what de-allocating says first, and where deals are found."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import contracts, people, wording
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType, Doing
from tests import apps
from tests.clock import Clock
from tests.worlds import OPERATOR, a_contract, a_redeemed, invitations_of, invite

_VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
DAY = timedelta(days=1)

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


Opened = Callable[..., AppTest]


@pytest.fixture
def opened(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, int, int, Opened]]:
    """A deal of 3 seats (1 accepted, 1 pending, 1 expired), a subscription, and pages as their admin sees them."""
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        db.clock = Clock(datetime.now(UTC) - 28 * DAY)
        today = db.clock().date()
        period = {"valid_from": today, "valid_to": today + 300 * DAY}
        deal = a_contract(db, UNLIMITED, seats=3, **period)
        other = a_contract(db, SUBSCRIPTION, seats=3, **period)
        invite(db, deal, "late")
        db.clock.forward(26 * DAY)
        invite(db, deal, "soon")
        invite(db, other, "soon")
        a_redeemed(db, deal, "ann")
        db.clock.set(datetime.now(UTC))
        for contract_id in (deal, other):
            contracts.name_admin(db, OPERATOR, contract_id, "ada@example.org")
        admin = people.register(db, OPERATOR, "ada@example.org", "Ada")

        def page(name: str, **query: int | str) -> AppTest:
            app = apps.shell()
            app.session_state["person_id"] = admin
            return apps.at(app, name, **query)

        yield db, deal, other, page


def test_the_page_of_a_deal_shows_its_seats_in_futurelearns_words(opened):  # screens: Deal seats
    _db, deal, _other, page = opened
    app = page("invitations", contract=deal)
    table = app.dataframe[-1].value.set_index("Name")

    assert not app.exception
    assert "Deal seats" in [one.value for one in app.subheader]
    assert [(one.label, one.value) for one in app.metric] == [
        ("Seats in this deal", "3"),
        ("Allocated", "1"),
        ("Available", "2"),
        ("Pending invitations", "1"),
    ]
    (statuses,) = [one.proto.options for one in app.get("button_group") if one.proto.label == "Status"]
    words = [option.content for option in statuses]
    assert words == ["Pending (1)", "Expired (1)", "Accepted (1)", "Revoked (0)", "De-allocated (0)"]
    assert table.loc["soon@example.org", "Expires"].startswith("expires in 26 days (")
    assert table.loc["late@example.org", "Expires"].startswith("just expired (")
    assert table.loc["Ann", "Expires"] == "–"
    assert list(table[" "].fillna("")) == ["", "Resend", "Resend"]


def test_other_contracts_keep_their_words(opened):
    _db, _deal, other, page = opened
    app = page("invitations", contract=other)

    assert not app.exception
    assert [one.value for one in app.subheader] == []
    assert not app.metric
    assert "Expires" not in app.dataframe[-1].value.columns
    assert not [one for one in app.toggle if one.key == "soon"]


def test_those_that_expire_soon_are_shown_by_a_switch_that_the_address_keeps(opened):
    db, deal, _other, page = opened
    invite(db, deal, "later")
    db.clock.set(datetime.now(UTC) - 25 * DAY)
    invite(db, deal, "next")
    app = page("invitations", contract=deal, soon="true")

    assert list(app.dataframe[-1].value["Name"]) == ["next@example.org"]


def test_taking_seats_back_says_first_what_it_does(opened):  # R-SEAT-8
    db, deal, _other, page = opened
    app = page("invitations", contract=deal)
    app.toggle(key="all-0").set_value(True).run()
    app.button(key="do-deallocate").click().run()
    asked = [one.value for one in app.caption]
    reasons = list(app.dataframe[-1].value["Outcome"])
    app.button(key="yes").click().run()

    assert wording.what_follows(Doing.DEALLOCATE) in asked
    for part in ("free again at once", "access", "withdrawn", "stays in the records"):
        assert part in wording.what_follows(Doing.DEALLOCATE)
    assert reasons.count("De-allocate") == 1
    assert [one.value for one in app.metric] == ["3", "0", "3", "1"]
    assert [one.deallocated_at is not None for one in invitations_of(db, deal, "ann")] == [True]


def test_deals_are_found_in_the_center(opened):
    _db, deal, other, page = opened
    app = page("contracts")
    everything = {one.key for one in app.button}
    app.button(key="deals").click().run()

    assert app.button(key="deals").label == "Deals (1)"
    assert {f"open-{deal}", f"open-{other}"} <= everything
    assert [one.key for one in app.button if str(one.key).startswith("open-")] == [f"open-{deal}"]
    assert app.query_params["type"] == "unlimited"
    assert any("1 of 3 seats allocated, 2 available." in one.value for one in app.markdown)


def test_where_there_is_no_deal_none_are_offered(opened):
    db, deal, _other, page = opened
    admin = people.register(db, OPERATOR, "ada@example.org", "Ada")
    contracts.remove_admin(db, OPERATOR, deal, admin)

    assert not [one for one in page("contracts").button if one.key == "deals"]
