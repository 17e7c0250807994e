"""What each answer tells the browser not to do: run foreign scripts, guess at types, show the product inside another page."""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

A_YEAR = 365 * 24 * 60 * 60
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


class SafeHeaders:
    """Sets the same headers on every answer; `https`: whether browsers shall never come without it again."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": content_security_policy(index_page()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }
        if https:
            self.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_safely if scope["type"] == "http" else send)


def content_security_policy(page: str) -> str:
    """Everything comes from here; of the scripts written into the page itself, only those that are in it now.

    Styles may be inline because Streamlit writes its own so; pictures may be `data:` and `blob:` because charts are.
    """
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in INLINE_SCRIPT.findall(page))
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {scripts}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def index_page() -> str:
    """The page that Streamlit serves at every address."""
    streamlit = find_spec("streamlit")
    if streamlit is None or streamlit.origin is None:
        raise RuntimeError("Streamlit is not installed")
    return (Path(streamlit.origin).parent / "static" / "index.html").read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
