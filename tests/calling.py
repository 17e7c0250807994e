"""The HTTP API as programs call it: a client for its routes, and tokens to call them with."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lc_core import tokens
from lc_core.records.api_models import ApiToken
from lc_core.records.db import Actor, Database
from lc_core.rights import TokenScope
from lc_core.web.api import routes
from tests.worlds import OPERATOR

V1 = "/api/v1"


def app_of(db: Database) -> Starlette:
    return Starlette(routes=routes.routes(lambda: db))


def client_of(db: Database, token: str = "", **more: Any) -> TestClient:
    """A client that sends this token, if any, and asks addresses below /api/v1."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return TestClient(app_of(db), base_url=f"http://localhost{V1}", headers=headers, follow_redirects=False, **more)


def a_token(db: Database, whose: Actor, *scopes: TokenScope) -> str:
    """A token for somebody, with these scopes, or with all that their role allows."""
    text = tokens.mint()
    tokens.make(db, OPERATOR, whose.person_id or 0, tokens.digest_of(text), scopes=scopes)
    return text


def a_token_for_all(db: Database, whose: Actor, scopes: Collection[TokenScope] = tuple(TokenScope)) -> str:
    """A token with scopes that the role has no use for, or not any more."""
    text, now = tokens.mint(), db.clock()
    said = {"scopes": " ".join(scopes), "name": "", "made_at": now, "expires_at": now.replace(year=now.year + 1)}
    with db.bookkeeping() as session:
        session.execute(insert(ApiToken).values(person_id=whose.person_id, digest=tokens.digest_of(text), **said))
    return text


def reason_of(answered: Any) -> str:
    """Why not, of an answer that is a problem."""
    assert answered.headers["content-type"] == "application/problem+json", answered.text
    told = answered.json()
    assert told["status"] == answered.status_code
    assert told["detail"]
    assert "{" not in told["detail"]
    return told["reason"]
