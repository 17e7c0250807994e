"""Who may knock: pages of other places may not, and the demo, in which anyone may be anyone, answers only this machine."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class OnlyThisMachine:
    """Refuses whoever is not on the loopback; what comes through a proxy counts as from outside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or from_here(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            words = b"The demo answers only the machine it runs on. Set LC_AUTH=oidc to serve others."
            head = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": head})
            await send({"type": "http.response.body", "body": words})


class OwnOrigin:
    """Refuses websockets that a page of another host opens. Programs name no origin, and carry nobody's cookies."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str]) -> None:
        """`hosts`: names, `*.example.org` for all below a domain, or `*`."""
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin") if scope["type"] == "websocket" else None
        if origin is None or self._is_ours(origin):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("Invalid origin header", status_code=400)(scope, receive, send)

    def _is_ours(self, origin: str) -> bool:
        try:
            host = urlsplit(origin).hostname or ""
        except ValueError:
            return False
        host = f"[{host}]" if ":" in host else host
        return any(host == name or (name.startswith("*") and host.endswith(name[1:])) for name in self.hosts)


def from_here(scope: Scope) -> bool:
    """Whether whoever asks is on this machine, and no proxy says that it asks for somebody else."""
    client = scope.get("client")
    forwarded = any(name in {b"x-forwarded-for", b"forwarded", b"x-real-ip"} for name, _ in scope.get("headers", []))
    return client is not None and _is_loopback(str(client[0])) and not forwarded


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
