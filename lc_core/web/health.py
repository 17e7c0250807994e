"""Is the process alive (`/healthz`), and can it do its work (`/readyz`)?"""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lc_core.insight import published
from lc_core.records.db import Database
from lc_core.settings import open_database, settings


def routes(database: Callable[[], Database] = open_database) -> list[Route]:
    """The two routes; `database` opens the records they ask."""

    async def healthz(_request: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> JSONResponse:
        ready = await run_in_threadpool(_ready, database)
        return JSONResponse(
            ready, status_code=200 if all(ready.values()) else 503, headers={"Cache-Control": "no-store"}
        )

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _ready(database: Callable[[], Database]) -> dict[str, bool]:
    """Whether the records answer, their tables are those this version expects, and there are figures or can be some."""
    db = database()
    try:
        return db.readiness() | {"copy": published.can_be_asked(settings().copy_dir)}
    finally:
        db.close()
