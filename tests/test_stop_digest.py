"""The link of the weekly digest over HTTP: looking changes nothing, posting stops it, and neither tells whose it is."""

import re
from collections.abc import Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lc_core import digests
from lc_core.records.db import Database
from lc_core.settings import settings
from lc_core.web import serving, stop_digest
from tests.digesting import a_reader, token_of
from tests.test_middleware import DEMO, OIDC
from tests.worlds import unchanged

Serve = Callable[..., TestClient]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(params=[DEMO, OIDC], ids=["demo", "oidc"])
def client(request: pytest.FixtureRequest, db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The route behind the product's own middleware, for somebody who is not signed in."""
    for name, value in request.param.items():
        monkeypatch.setenv(f"LC_{name}", value)
    settings.cache_clear()
    url = db.engine.url.render_as_string(hide_password=False)
    routes = stop_digest.routes(lambda: Database.open(url, clock=db.clock))
    app = Starlette(routes=routes, middleware=serving.middleware())
    yield TestClient(app, base_url=request.param["BASE_URL"], follow_redirects=False, client=("127.0.0.1", 50_000))
    settings.cache_clear()


def test_looking_asks_and_changes_nothing(db, client):
    ada = a_reader(db)
    with unchanged(db):
        for method in ("GET", "HEAD"):
            answered = client.request(method, f"/stop-digest/{token_of(db, ada)}")

            assert answered.status_code == 200
    assert digests.wanted(db, ada)
    assert (
        '<form method="post"><button type="submit">Stop the weekly digest</button>'
        in client.get(f"/stop-digest/{token_of(db, ada)}").text
    )


def test_posting_stops_it_without_cookies_however_often(db, client):  # RFC 8058
    ada = a_reader(db)
    address = f"/stop-digest/{token_of(db, ada)}"
    first = client.post(address, data=ONE_CLICK)
    with unchanged(db):
        again = client.post(address, files={"List-Unsubscribe": (None, "One-Click")})

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.text == again.text
    assert "The weekly digest is stopped" in first.text
    assert not digests.wanted(db, ada)
    assert "set-cookie" not in first.headers


def test_the_button_of_the_page_posts_to_the_same_address(db, client):
    ada = a_reader(db)

    assert client.post(f"/stop-digest/{token_of(db, ada)}").status_code == 200
    assert not digests.wanted(db, ada)


@pytest.mark.parametrize("token", ["nothing", "%00", "%C3%A9", "%ED%A0%80", "x" * 5000, "%3Cscript%3E"])
def test_a_wrong_link_is_told_one_sentence_and_nothing_of_anybody(db, client, token):
    ada = a_reader(db)
    with unchanged(db):
        answered = client.post(f"/stop-digest/{token}", data=ONE_CLICK)

    assert answered.status_code == 404
    assert "This link stops nothing here." in answered.text
    assert "<script" not in answered.text
    assert digests.wanted(db, ada)


def test_looking_is_answered_alike_whether_the_link_is_somebodys_or_not(db, client):
    ada = a_reader(db)
    pages = [client.get(f"/stop-digest/{token}") for token in (token_of(db, ada), "nothing", "\u00e9")]
    stopped = client.post(f"/stop-digest/{token_of(db, ada)}")

    assert len({page.text for page in pages}) == len({page.status_code for page in pages}) == 1
    for page in (*pages, stopped):
        assert not re.search(rf"ada|example\.org/|\b{ada.person_id}\b@", page.text, re.IGNORECASE)


def test_no_answer_is_kept_and_each_carries_the_headers_of_the_product(db, client):
    token = token_of(db, a_reader(db))
    for answered in (client.get("/stop-digest/x"), client.post("/stop-digest/x"), client.post(f"/stop-digest/{token}")):
        assert answered.headers["cache-control"] == "no-store"
        assert "form-action 'self'" in answered.headers["content-security-policy"]
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert answered.headers["referrer-policy"] == "same-origin"
        assert not re.search(r"<script|src=|javascript:|https?://", answered.text)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(db, client, method):
    ada = a_reader(db)

    assert client.request(method, f"/stop-digest/{token_of(db, ada)}").status_code == 405
    assert digests.wanted(db, ada)
