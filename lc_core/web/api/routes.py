"""The addresses of the API, made of the registry."""

from collections.abc import Callable
from functools import cache
from json import dumps
from urllib.parse import unquote

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.settings import open_database
from lc_core.web.api import contracts, feeds, invitations, openapi, problems, reading  # noqa: F401 (they fill the registry)
from lc_core.web.api.registry import OPERATIONS, PREFIX, Operation
from lc_core.web.api.resources import Desk, Resource

DOCUMENT = f"{PREFIX}/openapi.json"


class Anything(PathConvertor):
    """What stands in an address, of which it is a part as it was sent."""

    def convert(self, value: str) -> str:
        return unquote(value)


register_url_convertor("anything", Anything())


class AsSent(Route):
    """A route of the address as it was sent, so that each code can be named, whatever its letters are."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            return Match.NONE, {}
        return super().matches({**scope, "path": reading.address_of(scope)})


def routes(database: Callable[[], Database] = open_database) -> list[Route]:
    """All addresses, the more particular ones first; `database` opens the records, at the first call."""
    desk = Desk(database)
    found = [
        AsSent(PREFIX + path.replace("{code}", "{code:anything}"), Resource(PREFIX + path, operations, desk))
        for path, operations in sorted(by_path().items(), key=lambda one: -len(one[0]))
    ]
    elsewhere = [AsSent(PREFIX + rest, Elsewhere()) for rest in ("", "/{rest:anything}")]
    return [Route(DOCUMENT, Document()), *found, *elsewhere]


def by_path() -> dict[str, dict[str, Operation]]:
    """The operations of each address, by method."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


@cache
def _words() -> str:
    return dumps(openapi.document(), ensure_ascii=False)


class Document:
    """The document, which anybody may read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["lc_route"] = DOCUMENT
        if scope["method"] in {"GET", "HEAD"}:
            response = Response(_words(), media_type="application/json")
        else:
            response = problems.answer(Refused(Reason.WRONG_METHOD, methods="GET"))
        await response(scope, receive, send)


class Elsewhere:
    """Every other address below the API's."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["lc_route"] = f"{PREFIX}/..."
        await problems.answer(Refused(Reason.NO_SUCH_ROUTE))(scope, receive, send)
