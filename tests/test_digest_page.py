"""The switch of the weekly digest, as those see it who may have it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import contracts, digests
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import Role
from tests import apps
from tests.worlds import OPERATOR, a_contract, a_learner, an_admin, somebody


@pytest.fixture
def here(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield db


def the_switch() -> None:
    from pages import _digest  # noqa: PLC0415 (this function is run as a script of its own)

    _digest.digest_switch()


def seen_by(who: Actor) -> AppTest:
    app = AppTest.from_function(the_switch, default_timeout=30)
    app.session_state["person_id"] = who.person_id
    return app.run()


def test_one_click_turns_it_on_and_one_click_off(here):
    ada = an_admin(here, "ada", a_contract(here))
    app = seen_by(ada)
    off = app.button(key="digest").label
    app.button(key="digest").click().run()
    wanted = digests.wanted(here, ada)
    on = app.button(key="digest").label
    app.button(key="digest").click().run()

    assert (off, on, app.button(key="digest").label) == ("Send it to me", "Stop it", "Send it to me")
    assert (wanted, digests.wanted(here, ada)) == (True, False)


def test_who_can_neither_have_nor_stop_it_sees_nothing_of_it(here):
    analyst, learner = somebody(here, "ann", Role.ANALYST), a_learner(here, "lea")

    for who in (analyst, learner):
        app = seen_by(who)
        assert len(app.main.children) == 0
        assert not app.exception


def test_who_lost_their_contracts_can_still_stop_it(here):
    ada = an_admin(here, "ada", contract_id := a_contract(here))
    digests.want(here, ada)
    contracts.remove_admin(here, OPERATOR, contract_id, ada.person_id)
    app = seen_by(ada)
    app.button(key="digest").click().run()

    assert not digests.wanted(here, ada)
    assert len(app.button) == 0


def test_a_right_that_is_lost_before_the_click_is_told(here):
    ada = an_admin(here, "ada", contract_id := a_contract(here))
    mia = somebody(here, "mia", Role.MANAGER)
    app = seen_by(ada)
    contracts.remove_admin(here, OPERATOR, contract_id, ada.person_id)
    app.button(key="digest").click().run()

    assert not digests.wanted(here, ada)
    assert [one.value for one in app.error] == ["The weekly digest is for managers and contract admins\\.\u2060"]
    assert len(seen_by(mia).button) == 1
