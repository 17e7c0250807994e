"""The link that stops the weekly digest (`/stop-digest/<token>`), which works for whoever has the letter, signed in or not."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, Template
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from lc_core import digests, language
from lc_core.errors import Refused
from lc_core.language import _
from lc_core.records.db import Database
from lc_core.settings import open_database


def routes(database: Callable[[], Database] = open_database) -> list[Route]:
    """Two routes at one address: looking asks, and only posting stops. `database` opens the records.

    Mail programs look at links by themselves, so looking changes nothing and is answered alike whatever the token. They
    post when somebody unsubscribes there, without cookies (RFC 8058): the token is all that is asked for.
    """

    async def ask(_request: Request) -> HTMLResponse:
        return _page(
            _("Stop the weekly digest?"),
            _("It will not be sent to you any more. Under Seat usage it can be turned on again."),
            button=_("Stop the weekly digest"),
        )

    async def stop(request: Request) -> HTMLResponse:
        why_not = await run_in_threadpool(_stop, database, request.path_params["token"])
        if why_not:
            return _page(_("Nothing was stopped"), why_not, status=404)
        return _page(
            _("The weekly digest is stopped"),
            _("It is not sent to you any more. Under Seat usage it can be turned on again."),
        )

    path = "/stop-digest/{token}"
    return [Route(path, ask, methods=["GET"]), Route(path, stop, methods=["POST"])]


def _stop(database: Callable[[], Database], token: str) -> str:
    """Stop it; the sentence that says why that cannot be, else nothing."""
    db = database()
    try:
        digests.stop_by_link(db, token)
    except Refused as refused:
        return refused.sentence
    finally:
        db.close()
    return ""


def _page(heading: str, sentence: str, *, button: str = "", status: int = 200) -> HTMLResponse:
    """A small page of its own, which no cache keeps: Streamlit's need a script and a socket."""
    words = {
        "heading": heading,
        "sentence": sentence,
        "button": button,
        "onward": _("Open seat usage"),
        "product": _("Learning Contracts"),
        "lang": language.tag(),
        "direction": language.direction(),
    }
    return HTMLResponse(_layout().render(words), status_code=status, headers={"Cache-Control": "no-store"})


@cache
def _layout() -> Template:
    source = (files("lc_core.web") / "templates" / "notice.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(source)
