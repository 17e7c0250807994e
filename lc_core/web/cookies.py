"""Cookies: over https only where the product is, and that of the sign-in no longer than a session lasts."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SIGNED_IN = "_streamlit_user"
"""The cookie in which Streamlit keeps who signed in; its further parts begin alike."""
_LIFE = re.compile(rb"(?<=; max-age=)\d+", re.IGNORECASE)


class Cookies:
    """Rewrites the cookies that Streamlit sets: it makes none of them Secure, and keeps its own for 30 days."""

    def __init__(self, app: ASGIApp, *, secure: bool, longest: int) -> None:
        """`longest`: seconds that the cookie of the sign-in lives."""
        self.app = app
        self.secure = secure
        self.longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_ours(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", [])
                message["headers"] = [
                    (name, self._ours(value) if name.lower() == b"set-cookie" else value) for name, value in headers
                ]
            await send(message)

        await self.app(scope, receive, send_ours if scope["type"] == "http" else send)

    def _ours(self, cookie: bytes) -> bytes:
        if cookie.startswith(SIGNED_IN.encode()):
            cookie = _LIFE.sub(lambda life: str(min(int(life[0]), self.longest)).encode(), cookie)
        return cookie + b"; Secure" if self.secure and not cookie.lower().endswith(b"; secure") else cookie
