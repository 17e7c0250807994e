"""What is watched from outside: the metrics as Prometheus reads them, and whether the installation is ready."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from lc_core import outgoing
from lc_core.insight.copy import Insight
from lc_core.outgoing import LetterFilter, LettersChosen
from lc_core.records import beats
from lc_core.records.db import Database
from lc_core.rights import TokenScope
from lc_core.settings import settings
from lc_core.vocabulary import ContractType, Role
from lc_core.web import health, metrics
from lc_core.web.api import routes
from lc_core.web.metrics import Counted
from tests.calling import a_token, reason_of
from tests.worlds import OPERATOR, a_contract, an_admin, an_enrolled, contract_now, email, invite, somebody

HERE, ELSEWHERE = ("127.0.0.1", 50_000), ("192.0.2.7", 50_000)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an installation, of its own."""
    monkeypatch.setenv("LC_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield tmp_path / "data"
    settings.cache_clear()


def client_of(db: Database, client: tuple[str, int] = HERE, token: str = "") -> TestClient:
    all_routes = [*metrics.routes(lambda: db), *routes.routes(lambda: db), *health.routes(lambda: db)]
    app = Starlette(routes=all_routes, middleware=[Middleware(Counted)])
    return TestClient(app, client=client, headers={"authorization": f"Bearer {token}"} if token else {})


def read(text: str) -> dict[tuple[str, ...], float]:
    """The samples by name and the values of their labels, which are told in the order of their names."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def scraped(client: TestClient) -> dict[tuple[str, ...], float]:
    answered = client.get("/metrics")
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].startswith("text/plain; version=")
    return read(answered.text)


# --- metrics ---------------------------------------------------------------------------------------------------------


def test_letters_seats_workers_and_the_copy_are_told(db, clock, data_dir):
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=7)
    a_contract(db, seats=5, valid_from=clock().date() + timedelta(days=9))
    an_enrolled(db, contract_id, "enrolled")
    invite(db, contract_id, "waiting", "gone")
    outgoing.cancel(db, OPERATOR, LettersChosen(matching=LetterFilter(search=email("gone"))))
    beats.note(db, "letters")
    beats.note(db, "refresh", "no room")
    insight = Insight(db, settings().copy_dir)
    insight.refresh()
    clock.forward(timedelta(seconds=90))

    told = scraped(client_of(db))

    assert (told["lc_seats", "active"], told["lc_seats_used", "active"]) == (7, 1)
    assert (told["lc_seats", "future"], told["lc_contracts", "future"]) == (5, 1)
    assert told["lc_contracts", "archived"] == 0
    assert (told["lc_letters", "cancelled"], told["lc_letters", "failed"]) == (1, 0)
    assert told["lc_letters", "queued"] == 2
    assert told["lc_job_age_seconds", "letters"] == told["lc_copy_age_seconds",] == 90
    assert (told["lc_job_failing", "letters"], told["lc_job_failing", "refresh"]) == (0, 1)
    assert told["lc_copy_rows",] > 0
    assert told["lc_database_up",] == 1
    assert told["process_resident_memory_bytes",] > 0


def test_requests_are_counted_by_route_and_status_and_never_by_address(db, data_dir):
    client = client_of(db, token=a_token(db, somebody(db, "root", Role.SUPER_ADMIN)))
    code = contract_now(db, a_contract(db)).code
    route = "/api/v1/contracts/{code}"
    before = scraped(client)
    for path in (code, code, "none"):
        client.get(f"/api/v1/contracts/{path}")
    client.post(f"/api/v1/contracts/{code}")
    client.get("/secret/address")
    client.request("ODD", "/healthz")
    after = scraped(client)

    def more(*labels: str) -> float:
        return after[labels] - before.get(labels, 0)

    assert more("lc_http_requests_total", "GET", route, "200") == 2
    assert more("lc_http_requests_total", "GET", route, "404") == 1
    assert more("lc_http_requests_total", "POST", route, "405") == 1
    assert more("lc_http_requests_total", "GET", "pages", "404") == 1
    assert more("lc_http_requests_total", "other", "/healthz", "405") == 1
    assert more("lc_http_seconds_count", route) == 4
    assert not [one for one in after if code in one or "/secret/address" in one]


def test_a_request_that_breaks_is_counted_as_one(db, data_dir):
    def broken() -> Database:
        raise RuntimeError

    app = Starlette(routes=health.routes(broken), middleware=[Middleware(Counted)])
    counted = ("lc_http_requests_total", "GET", "/readyz", "500")
    before = scraped(client_of(db)).get(counted, 0)

    assert TestClient(app, raise_server_exceptions=False).get("/readyz").status_code == 500
    assert scraped(client_of(db))[counted] == before + 1


def test_an_installation_without_anything_is_told_too(db, data_dir):
    told = scraped(client_of(db))

    assert told["lc_seats", "active"] == 0
    assert ("lc_copy_age_seconds",) not in told


def test_a_database_that_is_away_is_told(data_dir):
    db = Database.open("postgresql+psycopg://nobody@127.0.0.1:1/none")

    told = scraped(client_of(db))

    assert told["lc_database_up",] == 0
    assert ("lc_seats", "active") not in told
    answered = client_of(db, ELSEWHERE, "lc_any").get("/metrics")
    assert (answered.status_code, reason_of(answered)) == (503, "database_away")
    db.close()


@pytest.mark.parametrize("headers", [{"x-forwarded-for": "192.0.2.7"}, {"forwarded": "for=192.0.2.7"}])
def test_whoever_asks_through_a_proxy_is_not_on_this_machine(db, data_dir, headers):
    answered = client_of(db).get("/metrics", headers=headers)

    assert (answered.status_code, reason_of(answered)) == (401, "token_missing")


def test_from_elsewhere_it_takes_a_token_that_is_for_it(db, data_dir):
    root = somebody(db, "root", Role.SUPER_ADMIN)
    reading = a_token(db, root, TokenScope.READ)
    admin = a_token(db, an_admin(db, "ada", a_contract(db)))

    assert scraped(client_of(db, ELSEWHERE, a_token(db, root, TokenScope.METRICS)))
    for token, status, reason in (
        ("", 401, "token_missing"),
        ("lc_x", 401, "token_unknown"),
        (reading, 403, "scope_missing"),
        (admin, 403, "scope_missing"),
    ):
        answered = client_of(db, ELSEWHERE, token).get("/metrics")
        assert (answered.status_code, reason_of(answered)) == (status, reason)


# --- ready -----------------------------------------------------------------------------------------------------------


def test_an_installation_is_ready_with_its_database_its_tables_and_its_copy(db, data_dir):
    before = client_of(db).get("/readyz")
    Insight(db, settings().copy_dir).refresh()
    after = client_of(db).get("/readyz")

    assert (before.status_code, after.status_code) == (200, 200)
    assert before.json() == after.json() == {"database": True, "migrations": True, "copy": True}


def test_without_a_copy_and_without_a_place_to_make_one_it_is_not_ready(db, data_dir):
    data_dir.write_text("a file where the folder should be")
    answered = client_of(db).get("/readyz")

    assert answered.status_code == 503
    assert answered.json() == {"database": True, "migrations": True, "copy": False}


def test_without_a_database_it_is_alive_and_not_ready(data_dir):
    client = client_of(Database.open("postgresql+psycopg://nobody@127.0.0.1:1/none"))

    assert client.get("/healthz").json() == {"ok": True}
    answered = client.get("/readyz")
    assert answered.status_code == 503
    assert answered.json() == {"database": False, "migrations": False, "copy": True}
