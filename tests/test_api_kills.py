"""A process is killed in the middle of a call of the API: what was written is whole, and the repeat is answered or does it."""

import os
import signal
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from lc_core.records.db import Database
from tests.calling import V1, app_of
from tests.clock import Clock
from tests.races.together import PROCESSES
from tests.test_api_repeats import Place, Sent, client, place, send
from tests.worlds import everything, unchanged

__all__ = ["client", "place"]
PATIENCE = 60


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def call_and_die(url: str, moment: str, token: str, sent: Sent) -> None:
    """Make the call, and be killed: while it is written, before it is committed, or before it is answered."""
    db = Database.open(url, clock=Clock())
    seen = {"commit": 0, "audited": 0}

    def committing(_connection: Any) -> None:
        seen["commit"] += 1
        if moment == "before the commit" and seen["commit"] == 2:  # the first counts the token's call
            die()

    def executing(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen["audited"] += statement.lower().startswith("insert into audit_events")
        if moment == "half-way" and seen["audited"] == 2:  # one contract is written, the other one not yet
            die()

    async def dying(scope: Scope, receive: Receive, send: Send) -> None:
        async def answering(message: Message) -> None:
            if moment == "before the answer":
                die()
            await send(message)

        await app_of(db)(scope, receive, answering)

    event.listen(db.engine, "commit", committing)
    event.listen(db.engine, "before_cursor_execute", executing)
    client = TestClient(dying, base_url=f"http://localhost{V1}", headers={"authorization": f"Bearer {token}"})
    send(client, sent)


def news_in(told: dict[str, Any]) -> int:
    """How much was new, as the answer tells it."""
    if "files" in told:
        return told["files"][0]["new"]
    return told["totals"]["invited"] if "totals" in told else int(told["new"])


def killed(db_url: str, moment: str, place: Place, name: str) -> None:
    process = PROCESSES.Process(target=call_and_die, args=(db_url, moment, place.token, place.calls[name]))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("name", ["invite", "put_enrollments", "purchase"])
def test_killed_before_the_answer_it_is_answered_what_was_done(db, db_url, place, client, name):
    before = everything(db)
    killed(db_url, "before the answer", place, name)
    assert everything(db) != before
    with unchanged(db):
        answered = send(client, place.calls[name])

    assert answered.status_code < 300
    assert news_in(answered.json()) == {"invite": 1, "put_enrollments": 2, "purchase": 1}[name]


@pytest.mark.parametrize(
    ("name", "moment"),
    [("invite", "before the commit"), ("put_enrollments", "before the commit"), ("put_enrollments", "half-way")],
)
def test_killed_before_that_nothing_was_done_and_the_repeat_does_it(db, db_url, place, client, name, moment):
    with unchanged(db):
        killed(db_url, moment, place, name)
    answered = send(client, place.calls[name])

    assert answered.status_code < 300
    assert news_in(answered.json()) == {"invite": 1, "put_enrollments": 2}[name]
