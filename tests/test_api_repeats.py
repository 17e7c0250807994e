"""Idempotency keys: a repeat is answered what was answered before, and written once (after a kill: `test_api_kills.py`)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from lc_core import activities, contracts_told
from lc_core.records.db import Database
from lc_core.records.house_models import Operation
from lc_core.vocabulary import ContractType, Role
from lc_core.web.api.registry import OPERATIONS
from tests.calling import a_token, client_of, reason_of
from tests.clock import Clock
from tests.worlds import (
    OPERATOR,
    a_contract,
    contract_now,
    email,
    invitations_of,
    invite,
    somebody,
    unchanged,
)

AT_ONCE = 6
KEY = "Idempotency-Key"


@dataclass(frozen=True)
class Sent:
    """One call that writes, and the same with another body."""

    method: str
    path: str
    said: dict[str, Any]
    other: dict[str, Any]


@dataclass(frozen=True)
class Place:
    contract_id: int
    token: str
    calls: dict[str, Sent]


@pytest.fixture
def place(db: Database) -> Place:
    """Two contracts, somebody who may do everything, and a call of each operation that writes."""
    one, two = (a_contract(db, ContractType.SUBSCRIPTION, seats=500) for _ in range(2))
    invite(db, one, "waiting", "leaving")
    token = a_token(db, somebody(db, "root", Role.SUPER_ADMIN))
    codes = [contract_now(db, contract_id).code for contract_id in (one, two)]
    activities = [contracts_told.one(db, OPERATOR, contract_id).activities[0].code for contract_id in (one, two)]
    row = {"email": email("fed"), "enrolled_at": "2026-02-01", "status": "enrolled"}
    rows = [{**row, "contract": code, "activity": told} for code, told in zip(codes, activities, strict=True)]
    bad = {**rows[0], "email": email("bad"), "activity": "no such"}
    invited = f"contracts/{codes[0]}/invitations"
    order = {"order_id": "O-1", "buyer_email": email("buyer"), "activity": activities[0], "purchased_at": "2026-06-01"}
    users = [{"email": email("user"), "name": "A user"}, {"email": "odd"}]
    kinds = [{"code": "NEW", "title": "New", "kind": "online"}]
    fed = {"code": "FED", "title": "Fed", "type": "voucher", "seats": 3, "valid_from": "2026-01-01"}
    fed |= {"admins": [email("ada"), email("odd")]}
    calls = {
        "invite": Sent("POST", invited, {"addresses": [email("new"), "odd"]}, {"addresses": [email("new"), "other"]}),
        "resend": Sent("POST", f"{invited}/resend", {"addresses": [email("waiting")]}, {"ids": [1]}),
        "revoke": Sent("POST", f"{invited}/revoke", {"addresses": [email("leaving")]}, {"ids": [1]}),
        "put_users": Sent("PUT", "users", {"rows": users}, {"rows": users[:1]}),
        "put_activities": Sent("PUT", "activities", {"rows": kinds}, {"rows": []}),
        "put_contracts": Sent("PUT", "contracts", {"rows": [fed, {**fed, "seats": 0}]}, {"rows": [fed]}),
        "put_enrollments": Sent("PUT", "enrollments", {"rows": [*rows, bad]}, {"rows": rows}),
        "purchase": Sent("POST", "purchases", {**order, "seats": 3}, {**order, "seats": 4}),
    }
    return Place(one, token, calls)


@pytest.fixture
def client(db: Database, place: Place) -> Iterator[TestClient]:
    with client_of(db, place.token) as made:
        yield made


def send(client: TestClient, sent: Sent, key: str = "k", *, other: bool = False) -> Any:
    said = sent.other if other else sent.said
    return client.request(sent.method, sent.path, json=said, headers={KEY: key})


WRITING = [one.name for one in OPERATIONS if one.writes]


@pytest.mark.parametrize("name", WRITING)
def test_a_repeat_is_answered_the_same_and_does_nothing(db, place, client, name):
    first = send(client, place.calls[name])
    assert first.status_code < 300, first.text
    with unchanged(db):
        again = send(client, place.calls[name])

    assert (again.status_code, again.json()) == (first.status_code, first.json())


@pytest.mark.parametrize("name", WRITING)
def test_the_same_key_with_another_body_is_refused(db, place, client, name):
    send(client, place.calls[name])
    with unchanged(db):
        answered = send(client, place.calls[name], other=True)

    assert (answered.status_code, reason_of(answered)) == (409, "key_used_otherwise")


def test_the_same_key_at_another_address_is_refused(db, place, client):
    send(client, place.calls["revoke"])
    sent = place.calls["resend"]
    with unchanged(db):
        answered = send(client, Sent(sent.method, sent.path, place.calls["revoke"].said, {}))

    assert (answered.status_code, reason_of(answered)) == (409, "key_used_otherwise")


@pytest.mark.parametrize("name", WRITING)
def test_without_a_key_it_is_done_anew(db, place, client, name):
    sent = place.calls[name]
    answered = [client.request(sent.method, sent.path, json=sent.said) for _ in range(2)]

    assert [one.status_code for one in answered] in ([200, 200], [207, 207], [201, 200])
    assert answered[0].json() != answered[1].json() or name == "resend"


def test_another_tokens_key_is_another_key(db, place, client):
    send(client, place.calls["purchase"])
    with client_of(db, a_token(db, somebody(db, "bea", Role.SUPER_ADMIN))) as other:
        answered = send(other, place.calls["purchase"], other=True)

    assert answered.json() == {"code": "O-1", "new": False, "changed": True}


def test_the_order_of_names_and_white_space_do_not_matter(db, place, client):
    first = client.put("users", json={"rows": [{"email": email("a"), "name": "A"}]}, headers={KEY: "k"})
    raw = f'{{ "rows" : [ {{"name":"A", "email" :"{email("a")}"}} ] }}'
    again = client.put("users", content=raw, headers={KEY: "k", "content-type": "application/json; charset=utf-8"})

    assert first.json() == again.json()
    assert again.json()["files"][0]["new"] == 1


def test_what_was_answered_is_answered_again_whatever_has_happened_since(db, place, client):
    first = send(client, place.calls["revoke"])
    invite(db, place.contract_id, "leaving")
    again = send(client, place.calls["revoke"])

    assert again.json() == first.json()
    assert len(invitations_of(db, place.contract_id, "leaving")) == 2
    assert [one.revoked_at is None for one in invitations_of(db, place.contract_id, "leaving")] == [False, True]


def test_a_call_that_was_refused_has_used_no_key(db, place, client):
    sent = place.calls["invite"]
    wrong = client.post(sent.path, json={"addresses": [email("a")], "activities": ["none"]}, headers={KEY: "k"})

    assert wrong.status_code == 422
    assert send(client, sent).status_code == 207


def test_nothing_personal_is_kept_with_a_key(db, place, client):
    for name in WRITING:
        send(client, place.calls[name], key=f"ann@example.org {name}")
    with db.read() as session:
        kept = [f"{one.key} {one.answer}" for one in session.query(Operation)]

    assert len([one for one in kept if one.startswith("api:")]) == len(WRITING)
    assert not [one for one in kept if "@" in one or "odd" in one]


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "tab\there", "\xe9"])
def test_a_key_that_is_none_is_told(db, place, client, key):
    with unchanged(db):
        sent = place.calls["invite"]
        raw = [(KEY.encode(), key.encode("latin-1")), (b"authorization", f"Bearer {place.token}".encode())]
        answered = client.request(sent.method, sent.path, json=sent.said, headers=raw)

    assert (answered.status_code, reason_of(answered)) == (422, "wrong_request")
    assert answered.json()["errors"][0]["place"] == KEY


# --- at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["invite", "put_enrollments", "purchase"])
def test_of_many_at_once_one_writes_and_all_are_answered_the_same(db, db_url, place, name):
    """Over two doors, each with its own connections, as two processes have them."""
    others = [Database.open(db_url, clock=Clock()) for _ in range(2)]
    clients = [client_of(one, place.token) for one in others]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answered = list(threads.map(lambda n: send(clients[n % 2], place.calls[name]), range(AT_ONCE)))
    for one in others:
        one.close()

    assert len({(one.status_code, one.text) for one in answered}) == 1, [one.text for one in answered]
    assert answered[0].status_code < 300
    assert [len(invitations_of(db, place.contract_id, who)) for who in ("new", "fed")] in ([1, 0], [0, 1], [0, 0])


@pytest.mark.soak
def test_batches_that_overlap_in_every_order_never_stand_in_each_others_way(db, db_url, place):
    others = [Database.open(db_url, clock=Clock()) for _ in range(4)]
    clients = [client_of(one, place.token) for one in others]
    rows = place.calls["put_enrollments"].other["rows"]
    many = [{**row, "email": email(f"p{n}")} for n in range(20) for row in rows]

    def put(n: int) -> int:
        mixed = many if n % 2 else many[::-1]
        return clients[n % 4].put("enrollments", json={"rows": mixed}, headers={KEY: f"k{n}"}).status_code

    with ThreadPoolExecutor(8) as threads:
        answered = list(threads.map(put, range(40)))
    for one in others:
        one.close()

    assert set(answered) == {200}


@pytest.mark.soak
def test_batches_whose_people_cross_wait_for_each_other_and_all_are_taken(db, db_url, place):
    """Neither order of contracts helps against that: one of two gives way, and is done again."""
    others = [Database.open(db_url, clock=Clock()) for _ in range(4)]
    clients = [client_of(one, place.token) for one in others]
    first, second = place.calls["put_enrollments"].other["rows"]
    codes = [first, second, *({**first, "contract": contract_now(db, more).code} for more in more_of(db, first, 2))]

    def put(n: int) -> int:
        one, two = (codes[0], codes[1]) if n % 2 else (codes[2], codes[3])
        names = [email(f"p{n // 2}"), email(f"q{n // 2}")]
        rows = [{**row, "email": name} for row, name in zip((one, two), names if n % 2 else names[::-1], strict=True)]
        return clients[n % 4].put("enrollments", json={"rows": rows}, headers={KEY: f"k{n}"}).status_code

    with ThreadPoolExecutor(8) as threads:
        answered = list(threads.map(put, range(200)))
    for one in others:
        one.close()

    assert set(answered) == {200}


def more_of(db: Database, row: dict[str, Any], count: int) -> list[int]:
    """Further contracts with the activity of a row."""
    with db.read() as session:
        (activity,) = activities.ids_by_code(session, [row["activity"]]).values()
    made = [a_contract(db, ContractType.SUBSCRIPTION, seats=500, offers=0) for _ in range(count)]
    for contract_id in made:
        activities.add_to_contract(db, OPERATOR, contract_id, [activity])
    return made
