"""What hostile, careless and unlucky programs send: each is told no in the same form, and nothing is written."""

import json
import logging
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lc_core.records.db import Database
from lc_core.settings import settings
from lc_core.vocabulary import ContractType, Role
from lc_core.web.api import routes
from lc_core.web.api.bodies import MOST_BYTES, MOST_ROWS, MOST_VALUES
from lc_core.web.api.problems import STATUS
from lc_core.web.api.registry import OPERATIONS
from tests.calling import V1, a_token, client_of, reason_of
from tests.worlds import a_contract, contract_now, email, invite, somebody, unchanged

JSON = {"content-type": "application/json"}


@pytest.fixture
def token(db):
    return a_token(db, somebody(db, "root", Role.SUPER_ADMIN))


@pytest.fixture
def client(db, token):
    with client_of(db, token) as made:
        yield made


@pytest.fixture
def nobody():
    """A client without a token; whatever it asks, no database is opened for it."""
    with client_of(None) as made:
        yield made


def put(client, raw, **headers):
    return client.put("users", content=raw, headers={**JSON, **headers})


NO_JSON = (
    b"",
    b"{",
    b"nonsense",
    b"\xff\xfe{\x00}\x00",
    b'\xef\xbb\xbf{"rows": []}',
    b'{"rows": []} more',
    b'{"rows": [{"email": "\xff"}]}',
    b'{"rows": [{"email": "\\ud800"}]}',
    b'{"rows": [{"email": "a\nb"}]}',
    b'{"rows": NaN}',
    b"[" * 100_000,
    b'{"rows":' * 50_000,
    b'{"rows": [' + b"9" * 100_000 + b"]}",
)


def test_what_is_no_json_is_told_so(db, client):  # depth bombs and numbers without end among it
    with unchanged(db):
        for raw in NO_JSON:
            answered = put(client, raw)

            assert (answered.status_code, reason_of(answered)) in {(400, "malformed_json"), (422, "wrong_request")}
            assert len(answered.content) < 2_000


WRONG_BODIES = (
    ([], ""),
    (None, ""),
    ({}, "rows"),
    ({"rows": {}}, "rows"),
    ({"rows": [1]}, "rows.0"),
    ({"rows": [{"email": 1}]}, "rows.0.email"),
    ({"rows": [{"email": "a"}, {"name": "b"}]}, "rows.1.email"),
    ({"rows": [{"email": "a", "nmae": "b"}]}, "rows.0.nmae"),
    ({"rows": [{"email": "a"}], "more": 1}, "more"),
    ({"rows": [{"email": "a"}] * (MOST_ROWS + 1)}, "rows"),
)


def test_a_wrong_body_is_told_with_the_place(db, client):
    with unchanged(db):
        for said, place in WRONG_BODIES:
            answered = put(client, json.dumps(said))

            assert (answered.status_code, reason_of(answered)) == (422, "wrong_request")
            assert [one["place"] for one in answered.json()["errors"]] == [place]


def test_of_many_wrong_places_the_first_ones_are_told(client):
    told = put(client, json.dumps({"rows": [{}] * 5_000})).json()["errors"]

    assert [one["place"] for one in told[:2]] == ["rows.0.email", "rows.1.email"]
    assert len(told) == 20


def test_an_id_is_a_number_that_an_id_can_be(db, client):
    code = contract_now(db, a_contract(db)).code
    with unchanged(db):
        for number in (0, -1, 2**63, 10**400, 1.5, True, "1", None):
            raw = json.dumps({"ids": [number]})
            answered = client.post(f"contracts/{code}/invitations/revoke", content=raw, headers=JSON)

            assert (answered.status_code, reason_of(answered)) == (422, "wrong_request")


def test_the_largest_ids_and_strange_texts_are_told_for_themselves(db, client):
    code = contract_now(db, a_contract(db)).code
    said = {
        "ids": [2**63 - 1],
        "addresses": ["a\x00b", "a@\u202eb", "x" * 100_000, "=1+1", "<script>", "'; drop table"],
    }
    with unchanged(db):
        answered = client.post(f"contracts/{code}/invitations/revoke", json=said)

    assert answered.status_code == 207
    assert {one["result"] for one in answered.json()["outcomes"]} == {"refused"}
    assert answered.json()["outcomes"][1]["address"] == "a\x00b"


def test_a_body_that_is_too_large_is_refused_while_it_comes(db, token):
    def endless():
        for _ in range(200):
            yield b" " * 100_000

    with unchanged(db), client_of(db, token) as client:
        answered = client.put("users", content=endless(), headers=JSON)

    assert (answered.status_code, reason_of(answered)) == (413, "body_too_large")
    assert str(MOST_BYTES) in answered.json()["detail"]


def test_a_body_of_too_many_small_things_is_refused_unread(db, client):
    for many in (b'{"rows": [' + b"[]," * MOST_VALUES + b"[],[]]}", b"{" + b'"k":1,' * (MOST_VALUES + 1) + b'"k":1}'):
        with unchanged(db):
            answered = put(client, many)

        assert (answered.status_code, reason_of(answered)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": ""},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json-patch+json"},
        {"content-encoding": "gzip"},
    ],
)
def test_what_is_sent_as_something_else_is_refused(db, client, headers):
    with unchanged(db):
        answered = put(client, b'{"rows": []}', **headers)

    assert (answered.status_code, reason_of(answered)) == (415, "body_not_json")


# --- addresses -------------------------------------------------------------------------------------------------------


WRONG_QUESTIONS = (
    ("limit=0", "limit"),
    ("limit=501", "limit"),
    ("limit=ten", "limit"),
    ("limit=1&limit=2", "limit"),
    ("after=-1", "after"),
    ("after=x", "after"),
    ("after=" + "9" * 19, "after"),
    ("after=1&after=2", "after"),
    ("stauts=revoked", "stauts"),
    ("status=gone", "status.0"),
    ("status=revoked&status=odd", "status.1"),
    ("%00=1", "\x00"),
)


def test_a_wrong_question_is_told_with_the_place(db, client):
    code = contract_now(db, a_contract(db)).code
    for asked, place in WRONG_QUESTIONS:
        answered = client.get(f"contracts/{code}/invitations?{asked}")

        assert (answered.status_code, reason_of(answered)) == (422, "wrong_request")
        assert [one["place"] for one in answered.json()["errors"]] == [place]


@pytest.mark.parametrize("path", ["", "/", "/contract", "/tokens", "/users/1", "/openapi.json/x", "/%00", "/a%0Ab"])
def test_what_is_not_there_is_a_problem_too(nobody, path):
    answered = nobody.get(f"http://localhost{V1}{path}")

    assert (answered.status_code, reason_of(answered)) == (404, "no_such_route")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD", "HEAD"])
@pytest.mark.parametrize("path", sorted({one.path for one in OPERATIONS} | {"/openapi.json"}))
def test_each_address_takes_its_methods_and_names_them(nobody, path, method):
    allowed = {one.method for one in OPERATIONS if one.path == path} or {"GET"}
    from_elsewhere = {"origin": "https://evil.example"}
    answered = nobody.request(method, path.replace("{code}", "x").lstrip("/"), headers=from_elsewhere)

    assert (answered.status_code != 405) == (method in allowed or (method == "HEAD" and "GET" in allowed))
    if answered.status_code == 405:
        assert set(answered.headers["allow"].split(", ")) == allowed
        assert method == "HEAD" or reason_of(answered) == "wrong_method"
    assert not [name for name in answered.headers if name.startswith("access-control")]


def test_an_address_names_one_contract_whatever_stands_in_it(db, client):
    for code in ("%2e%2e", "a%0d%0aset-cookie:%20a=b", "x" * 5_000, "%f0%9f%92%a9", "'--", "%25"):
        answered = client.get(f"contracts/{code}")

        assert (answered.status_code, reason_of(answered)) in {(404, "not_found"), (404, "no_such_route")}
        assert "set-cookie" not in answered.headers


# --- who asks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", "Basic YTpi", "lc_x", "Bearer\tlc_x"])
def test_without_a_bearer_token_nobody_is_let_in(nobody, said):
    answered = nobody.get("contracts", headers={"authorization": said})

    assert (answered.status_code, reason_of(answered)) == (401, "token_missing")
    assert answered.headers["www-authenticate"] == 'Bearer realm="learning-contracts"'


def test_a_token_comes_in_its_header_and_nowhere_else(db, token):
    with client_of(db, cookies={"_streamlit_user": token, "token": token}) as client:
        for asked in ("contracts", f"contracts?token={token}", f"contracts?access_token={token}"):
            assert client.get(asked).status_code == 401


def test_a_token_that_opens_nothing_is_told_why_and_what_it_is_is_told_nobody(db, clock, caplog):
    caplog.set_level(logging.DEBUG)
    token = a_token(db, somebody(db, "ann", Role.MANAGER))
    clock.forward(timedelta(days=365))
    with client_of(db, token) as client:
        answered = client.get("contracts")

    assert (answered.status_code, reason_of(answered)) == (401, "token_expired")
    assert answered.headers["www-authenticate"].endswith('error="invalid_token"')
    assert token not in answered.text + str(answered.headers) + caplog.text.replace(f"Bearer {token}", "")


def test_whoever_calls_too_often_waits(db, clock, monkeypatch, token):
    monkeypatch.setenv("LC_API_PER_MINUTE", "2")
    settings.cache_clear()
    clock.forward(timedelta(seconds=30))
    try:
        with client_of(db, token) as client:
            answered = [client.get("contracts") for _ in range(3)]
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert [one.status_code for one in answered] == [200, 200, 429]
    assert (reason_of(answered[-1]), answered[-1].headers["retry-after"]) == ("too_many_calls", "30")


# --- what goes wrong here --------------------------------------------------------------------------------------------


def test_a_database_that_does_not_answer_is_a_problem_that_passes(monkeypatch):
    db = Database.open("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with client_of(db, "lc_any") as client:
        answered = client.get("contracts")

    assert (answered.status_code, reason_of(answered)) == (503, "database_away")
    assert answered.headers["retry-after"] == "5"
    assert "127.0.0.1" not in answered.text
    db.close()


def test_what_nobody_expected_is_told_without_how(db, token, caplog):
    def broken() -> Database:
        raise RuntimeError("secret of the house")

    client = TestClient(Starlette(routes=routes.routes(broken)), headers={"authorization": f"Bearer {token}"})
    answered = client.get(f"{V1}/contracts")

    assert (answered.status_code, reason_of(answered)) == (500, "unexpected")
    assert "secret" not in answered.text
    assert "Traceback" not in answered.text
    assert "secret of the house" in caplog.text


def test_no_answer_is_kept_by_anybody_in_between(db, client):
    invite(db, a_contract(db, ContractType.SUBSCRIPTION), "a")
    for asked in ("contracts", "contracts/none", "contracts?limit=0"):
        assert client.get(asked).headers["cache-control"] == "no-store"
    assert put(client, json.dumps({"rows": [{"email": email("a")}]})).headers["cache-control"] == "no-store"


def test_each_status_of_a_problem_is_one_of_http():
    assert set(STATUS.values()) == {400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503}
