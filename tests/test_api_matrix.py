"""Role x operation x whose contract, over HTTP: every operation of the registry, and what each role is answered.

What is not theirs is answered as what does not exist (404). Only what a role can do nowhere is told as such (403).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lc_core import contracts_told
from lc_core.records.db import Database
from lc_core.rights import TokenScope
from lc_core.vocabulary import ContractType, Privilege, Role
from lc_core.web.api import routes  # noqa: F401 (fills the registry)
from lc_core.web.api.registry import OPERATIONS
from tests import databases
from tests.calling import a_token_for_all, client_of, reason_of
from tests.clock import Clock
from tests.conftest import check_invariants
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_activity,
    an_admin,
    contract_now,
    deactivate,
    email,
    invite,
    somebody,
)

SUPER = {"super admin"}
ADMINISTRATORS = SUPER | {"administrator with contracts"}
READERS = {"manager", "analyst"}
NOBODY_AT_ALL = {"learner", "administrator"}
ADMINS = {"contract admin of own", "contract admin of another"}
ROLES = ADMINISTRATORS | READERS | NOBODY_AT_ALL | ADMINS
PLACES = ("own", "other", "deleted", "unknown", "%00", "%ED%A0%80", "a%2Fb")


@dataclass(frozen=True)
class Row:
    """Who is let through on the own and on the other contract, who nowhere; `status`: of a good answer."""

    own: set[str]
    other: set[str]
    never: set[str]
    status: int = 200
    said: Callable[["World"], dict[str, Any]] | None = None


def viewing(**more: Any) -> Row:
    own, other = {"contract admin of own"}, {"contract admin of another"}
    everywhere = ADMINISTRATORS | READERS
    return Row(everywhere | own, everywhere | other, NOBODY_AT_ALL, **more)


def running(**more: Any) -> Row:
    own, other = {"contract admin of own"}, {"contract admin of another"}
    return Row(ADMINISTRATORS | own, ADMINISTRATORS | other, NOBODY_AT_ALL | READERS, status=207, **more)


def bringing(who: set[str], **more: Any) -> Row:
    return Row(who, who, ROLES - who, **more)


BUYING = {"buyer_email": email("buyer"), "seats": 3, "purchased_at": "2026-06-01"}
FED = {"code": "FED", "title": "Fed", "type": "voucher", "seats": 3, "valid_from": "2026-06-01"}
TABLE = {
    "list_contracts": Row(ROLES - NOBODY_AT_ALL, set(), NOBODY_AT_ALL),
    "one_contract": viewing(),
    "list_invitations": viewing(),
    "invite": running(said=lambda _: {"addresses": [email("new")]}),
    "resend": running(said=lambda _: {"addresses": [email("waiting")]}),
    "revoke": running(said=lambda _: {"ids": [10**6]}),
    "put_users": bringing(SUPER, said=lambda _: {"rows": [{"email": email("fed")}]}),
    "put_activities": bringing(
        ADMINISTRATORS, said=lambda _: {"rows": [{"code": "FED", "title": "Fed", "kind": "online"}]}
    ),
    "put_contracts": bringing(ADMINISTRATORS, said=lambda _: {"rows": [FED]}),
    "put_enrollments": bringing(ADMINISTRATORS, said=lambda _: {"rows": []}),
    "purchase": bringing(ADMINISTRATORS, said=lambda at: {**BUYING, "order_id": "O-1", "activity": at.activity}),
}


@dataclass(frozen=True)
class World:
    client: TestClient
    tokens: dict[str, str]
    codes: dict[str, str]
    activity: str


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, run_home: Path) -> Iterator[World]:
    fresh = databases.sqlite_copy(run_home) if request.param == "sqlite" else databases.postgres_copy(run_home)
    with fresh as url:
        db = Database.open(url, clock=Clock())
        with client_of(db) as client:
            yield build(db, client)
        check_invariants(db)
        db.close()


def build(db: Database, client: TestClient) -> World:
    own, other = (a_contract(db, ContractType.SUBSCRIPTION, seats=100) for _ in range(2))
    actors = {
        "learner": a_learner(db, "learner"),
        "contract admin of own": an_admin(db, "own", own),
        "contract admin of another": an_admin(db, "another", other),
        "manager": somebody(db, "manager", Role.MANAGER),
        "analyst": somebody(db, "analyst", Role.ANALYST, Privilege.PERSONAL_DATA),
        "administrator": somebody(db, "administrator", Role.ADMINISTRATOR),
        "administrator with contracts": somebody(db, "allowed", Role.ADMINISTRATOR, Privilege.CONTRACTS),
        "super admin": somebody(db, "super", Role.SUPER_ADMIN),
        "deactivated": somebody(db, "gone", Role.SUPER_ADMIN),
    }
    deactivate(db, actors["deactivated"])
    an_activity(db)
    for contract in (own, other):
        invite(db, contract, "waiting", "learner", "gone")
    codes = {place: place for place in PLACES}
    codes |= {"own": contract_now(db, own).code, "other": contract_now(db, other).code, "deleted": "gone by now"}
    tokens = {role: a_token_for_all(db, actor) for role, actor in actors.items()}
    for scope in TokenScope:
        others = [one for one in TokenScope if one is not scope]
        tokens[f"all but {scope}"] = a_token_for_all(db, actors["super admin"], others)
    activity = contracts_told.one(db, OPERATOR, own).activities[0].code
    return World(client, tokens, codes, activity)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def call(world: World, name: str, role: str, place: str, **headers: str) -> Any:
    (operation,) = [one for one in OPERATIONS if one.name == name]
    said = TABLE[name].said
    path = operation.path.replace("{code}", world.codes[place])
    headers = {**bearer(world.tokens.get(role, role)), **headers}
    return world.client.request(operation.method, path, headers=headers, json=said(world) if said else None)


def test_every_operation_has_a_row():  # safety: Authorisation
    assert set(TABLE) == {one.name for one in OPERATIONS}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_is_answered_what(world, name):  # R-AUTH-1, R-AUTH-2, roles table
    row = TABLE[name]
    bound = "{code}" in next(one.path for one in OPERATIONS if one.name == name)
    for place in PLACES if bound else ("own",):
        allowed = {"own": row.own, "other": row.other}.get(place, set())
        for role in sorted(ROLES):
            answered = call(world, name, role, place)

            expected = 403 if role in row.never else row.status if role in allowed else 404
            good = {200, 201} if name == "purchase" and expected == 200 else {expected}
            assert answered.status_code in good, (role, place, answered.text)
            if expected in {403, 404}:
                assert reason_of(answered) in {403: {"role_cannot"}, 404: {"not_found", "no_such_route"}}[expected]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_may_not_act_any_more_is_not_let_in(world, name):
    answered = call(world, name, "deactivated", "own")

    assert (answered.status_code, reason_of(answered)) == (401, "token_of_nobody")


@pytest.mark.parametrize("name", sorted(TABLE))
def test_without_a_token_that_is_known_nothing_is_told(world, name):
    for token, reason in (("", "token_missing"), ("lc_nobodys", "token_unknown")):
        answered = call(world, name, token, "own", cookie="_streamlit_user=super")

        assert (answered.status_code, reason_of(answered)) == (401, reason)
        assert answered.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_token_does_what_it_is_for_and_nothing_else(world, name):
    (operation,) = [one for one in OPERATIONS if one.name == name]
    answered = call(world, name, f"all but {operation.scope}", "own")

    assert (answered.status_code, reason_of(answered)) == (403, "scope_missing")
    assert operation.scope.value in answered.json()["detail"]
