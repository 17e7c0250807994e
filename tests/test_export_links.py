"""The link to the file of a saved export over HTTP: it needs no cookie, and what opens nothing is answered alike."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lc_core import accounts
from lc_core.exports import runs, saved
from lc_core.exports.chosen import Chosen
from lc_core.exports.wanted import Format
from lc_core.records.db import Actor, Database
from lc_core.settings import settings
from lc_core.web import export_files, serving
from tests.saving import a_saved, an_analyst, reports
from tests.test_middleware import DEMO, OIDC
from tests.worlds import OPERATOR, unchanged

__all__ = ["reports"]


@pytest.fixture(params=[OIDC], ids=["oidc"])
def client(
    request: pytest.FixtureRequest, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The route behind the product's own middleware, for somebody who is not signed in."""
    for name, value in request.param.items():
        monkeypatch.setenv(f"LC_{name}", value)
    settings.cache_clear()
    url = db.engine.url.render_as_string(hide_password=False)
    routes = export_files.routes(lambda: Database.open(url, clock=db.clock), lambda: tmp_path / "exports")
    app = Starlette(routes=routes, middleware=serving.middleware())
    yield TestClient(app, base_url=request.param["BASE_URL"], follow_redirects=False, client=("127.0.0.1", 50_000))
    settings.cache_clear()


@pytest.fixture
def made(db: Database, reports: Callable[..., object]) -> Callable[..., Path]:
    """A file that was made of a saved export of this name."""

    def one(ana: Actor, name: str = "Every morning", kind: Format = Format.CSV) -> Path:
        runs.run_now(db, ana, a_saved(db, ana, name, Chosen("contracts", kind)))
        worker = reports()
        before = {path for path, _file in worker.kept.every()}
        assert worker.work()["made"] == 1
        (path,) = {path for path, _file in worker.kept.every()} - before
        return path

    return one


@pytest.mark.parametrize("client", [DEMO, OIDC], ids=["demo", "oidc"], indirect=True)
def test_whoever_has_the_link_gets_the_file(db, client, made):
    path = made(an_analyst(db))
    with unchanged(db):
        answered = client.get(f"/exports/files/{path.name}")

    assert (answered.status_code, answered.content) == (200, path.read_bytes())
    assert answered.headers["content-type"].startswith("text/csv")
    assert answered.headers["cache-control"] == "no-store"
    assert answered.headers["content-disposition"] == 'attachment; filename="Every-morning-2026-06-15.csv"'
    assert "set-cookie" not in answered.headers
    assert client.head(f"/exports/files/{path.name}").status_code == 200
    assert client.post(f"/exports/files/{path.name}").status_code in {403, 405}


NAMES = ('a"; filename="evil.exe', "../../etc/passwd", "Ü\u202etxt.exe", "x\r\nSet-Cookie: a=b")


def test_the_file_has_a_safe_name_and_is_told_as_what_it_is(db, client, made):
    ana = an_analyst(db)
    for name, kind in zip(NAMES, Format, strict=True):
        answered = client.get(f"/exports/files/{made(ana, name, kind).name}")
        called = unquote(answered.headers["content-disposition"]).removeprefix("attachment; ")

        assert answered.headers["content-type"].startswith(export_files.KINDS[kind])
        found = re.fullmatch(r"filename(=\"|\*=utf-8'')([\w.-]+)\"?", called)
        assert found is not None
        assert found[2].endswith(f"2026-06-15{kind.ending}")


def test_what_opens_nothing_is_answered_alike(db, client, made, clock):
    ana, bea = an_analyst(db), an_analyst(db, "bea")
    removed, closed, deleted, expired = made(ana, "a"), made(bea), made(ana, "b"), made(ana, "c")
    removed.unlink()
    accounts.deactivate(db, OPERATOR, bea.person_id)
    saved.delete(db, ana, saved.by_name(db, ana, "b").id)
    gone = [removed.name, closed.name, deleted.name, "0" * 64, "x" * 5000, "%00", "%C3%A9", "..%2f..%2fetc%2fpasswd"]
    answers = [client.get(f"/exports/files/{token}") for token in gone]
    assert client.get(f"/exports/files/{expired.name}").status_code == 200
    clock.forward(timedelta(days=7))
    answers.append(client.get(f"/exports/files/{expired.name}"))

    told = {
        (one.status_code, one.text, one.headers.get("cache-control")) for one in answers if "passwd" not in str(one.url)
    }
    assert told == {(404, "There is no such thing here, or you may not see it.", "no-store")}
    assert all(one.status_code == 404 for one in answers)
