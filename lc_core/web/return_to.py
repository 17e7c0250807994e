"""A link into the product survives the sign-in, which always comes back to the first page."""

import re
from collections.abc import Collection
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lc_core.web.cookies import SIGNED_IN

REMEMBERED = "lc_next"
TEN_MINUTES = 600
LONGEST = 2_000
"""Characters of an address that is remembered; a browser keeps about 4,000 with all that belongs to a cookie."""


class ReturnTo:
    """Remembers which page was asked for by somebody who is not signed in, and goes there once they are."""

    def __init__(self, app: ASGIApp, *, pages: Collection[str]) -> None:
        """`pages`: the names of the product's own pages; nothing else is ever gone to."""
        self.app = app
        names = "|".join(re.escape(page) for page in sorted(pages))
        self._ours = re.compile(rf"/(?:{names})?(?:\?[!-~]*)?")  # printable ASCII, as browsers send addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not _is_document(Request(scope)):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        asked = f"{scope['path']}?{scope['query_string'].decode('latin-1')}".removesuffix("?")
        signed_in = SIGNED_IN in request.cookies
        remembered = unquote(request.cookies.get(REMEMBERED, ""))
        if signed_in and asked == "/" and remembered:
            answer = RedirectResponse(remembered if self._is_ours(remembered) else "/", status_code=302)
            answer.delete_cookie(REMEMBERED, httponly=True, samesite="lax")
            await answer(scope, receive, send)
        elif not signed_in and asked != "/" and self._is_ours(asked):
            await self.app(scope, receive, _remembering(asked, send))
        else:
            await self.app(scope, receive, send)

    def _is_ours(self, address: str) -> bool:
        return len(address) <= LONGEST and self._ours.fullmatch(address) is not None


def _is_document(request: Request) -> bool:
    """Whether somebody opens a page; older browsers and plain http do not say what a request is for."""
    purpose = request.headers.get("sec-fetch-dest")
    return purpose == "document" if purpose else "text/html" in request.headers.get("accept", "")


def _remembering(asked: str, send: Send) -> Send:
    cookie = f"{REMEMBERED}={quote(asked, safe='')}; Path=/; HttpOnly; SameSite=Lax; Max-Age={TEN_MINUTES}"

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), (b"set-cookie", cookie.encode())]
        await send(message)

    return send_with_cookie
