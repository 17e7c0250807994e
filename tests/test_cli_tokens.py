"""`lc token`: made and shown once, listed, revoked; and on whose behalf."""

import json

import pytest

from lc_core import tokens
from lc_core.rights import TokenScope
from lc_core.vocabulary import Role
from tests.test_cli import db, lc
from tests.worlds import somebody

__all__ = ["db", "lc"]


@pytest.fixture(autouse=True)
def people(db):
    somebody(db, "root", Role.SUPER_ADMIN)
    somebody(db, "max", Role.MANAGER)


def test_a_token_is_made_and_shown_once(lc, db):
    shown = lc("token", "make", "root@example.org", "--scope", "read", "--scope", "invite", "--days", "30")
    told = json.loads(lc("token", "make", "root@example.org", "--name", "LMS", "--json").stdout)
    text = shown.stdout.strip()

    assert tokens.enter(db, text, per_minute=9).scopes == {TokenScope.READ, TokenScope.INVITE}
    assert tokens.enter(db, told["token"], per_minute=9).token_id == told["id"] == 2
    assert "Token 1 for read, invite, until " in shown.stderr
    assert told["scopes"] == [scope.value for scope in TokenScope]
    for listed in (lc("token", "list").stdout, lc("token", "list", "--json").stdout):
        assert "LMS" in listed
        assert text not in listed
        assert told["token"] not in listed


def test_a_revoked_token_is_told_as_such(lc):
    lc("token", "make", "max@example.org")
    assert lc("token", "revoke", 1).exit_code == 0

    (listed,) = json.loads(lc("token", "list", "max@example.org", "--json").stdout)
    assert listed["why_not"] == "token_revoked"
    assert "The API token was revoked." in lc("token", "list").stdout
    again = lc("token", "revoke", 1)
    assert (again.exit_code, again.stderr.strip()) == (1, "The API token was revoked.")


def test_on_behalf_of_somebody_their_own_tokens_are_theirs_and_no_others(lc):
    own = lc("token", "make", "max@example.org", "--actor", "max@example.org")
    lc("token", "make", "root@example.org")

    assert own.exit_code == 0
    assert len(json.loads(lc("token", "list", "max@example.org", "--actor", "max@example.org", "--json").stdout)) == 1
    for words in (
        ("make", "root@example.org"),
        ("list",),
        ("list", "root@example.org"),
        ("revoke", 2),
        ("revoke", 99),
    ):
        refused = lc("token", *words, "--actor", "max@example.org")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "There is no such thing here" in refused.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("make", "max@example.org", "--scope", "invite"), 1, "role has no use"),
        (("make", "max@example.org", "--days", "731"), 1, "from 1 day to 730 days"),
        (("make", "nobody@example.org"), 1, "Nobody with this address"),
        (("make", "max@example.org", "--scope", "everything"), 2, ""),
        (("revoke", "one"), 2, ""),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_its_sentence(lc, words, code, said):
    refused = lc("token", *words)

    assert (refused.exit_code, refused.stdout) == (code, "")
    assert said in refused.stderr
