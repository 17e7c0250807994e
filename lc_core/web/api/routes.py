"""The addresses of the API, made of the registry."""

from collections.abc import Callable
from functools import cache
from json import dumps

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.settings import open_database
from lc_core.web.api import contracts, feeds, invitations, openapi, problems  # noqa: F401 (they fill the registry)
from lc_core.web.api.registry import OPERATIONS, PREFIX, Operation
from lc_core.web.api.resources import Desk, Resource

DOCUMENT = f"{PREFIX}/openapi.json"


class Anything(PathConvertor):
    """The rest of an address, whatever stands in it: a line break too, at which Starlette's own stops."""

    regex = r"[\s\S]*"


register_url_convertor("anything", Anything())


def routes(database: Callable[[], Database] = open_database) -> list[Route]:
    """All addresses, the more particular ones first; `database` opens the records, at the first call."""
    desk = Desk(database)
    found = [
        Route(PREFIX + path.replace("{code}", "{code:anything}"), Resource(PREFIX + path, operations, desk))
        for path, operations in sorted(by_path().items(), key=lambda one: -len(one[0]))
    ]
    elsewhere = [Route(PREFIX + rest, Elsewhere()) for rest in ("", "/{rest:anything}")]
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
