"""The API tokens on a person's page: what is shown of them, and that a click ends one."""

from datetime import timedelta

import pytest

from lc_core import tokens
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.rights import TokenScope
from lc_core.vocabulary import Role
from tests import apps
from tests.worlds import OPERATOR, a_contract, an_admin, somebody

HOSTILE = "![x](http://127.0.0.1:9/p.png) *LMS*"


@pytest.fixture
def records(db_url, tmp_path, monkeypatch):
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        yield db


def page_of(db: Database, whose: int, who: int):
    app = apps.shell()
    app.session_state["person_id"] = who
    return apps.at(app, "person", person=whose)


def test_the_tokens_of_a_person_are_seen_and_revoked_by_a_super_administrator(records):
    root = somebody(records, "root", Role.SUPER_ADMIN).person_id
    ada = an_admin(records, "ada", a_contract(records)).person_id
    text = tokens.mint()
    token = tokens.make(records, OPERATOR, ada, tokens.digest_of(text), scopes=[TokenScope.READ], name=HOSTILE, days=30)
    gone = tokens.make(records, OPERATOR, ada, "another digest")
    tokens.revoke(records, OPERATOR, gone)
    app = page_of(records, ada, root)
    shown = [one.value for one in app.text]

    assert f"{HOSTILE}: read contracts and invitations" in shown
    assert [one.key for one in app.button if str(one.key).startswith("revoke-token-")] == [f"revoke-token-{token}"]
    assert any("last used: never" in one.value for one in app.caption)
    app.button(key=f"revoke-token-{token}").click().run()
    assert "The token is revoked." in [one.value for one in app.success]
    assert not [one for one in app.subheader if one.value == "API tokens"]
    (seen, _) = sorted(tokens.listing(records, OPERATOR, ada), key=lambda one: one.id)
    assert (seen.id, seen.why_not) == (token, Reason.TOKEN_REVOKED)
    assert seen.expires_at - seen.made_at == timedelta(days=30)


def test_whoever_manages_no_people_sees_no_tokens(records):
    ada = an_admin(records, "ada", a_contract(records)).person_id
    tokens.make(records, OPERATOR, ada, "digest", name="Mine")

    assert "Mine" not in str(page_of(records, ada, ada))
