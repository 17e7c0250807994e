"""Who may knock: the demo, in which anyone may sign in as anyone, answers only this machine."""

from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.", "::1", "::ffff:127.")


class OnlyThisMachine:
    """Refuses whoever is not on the loopback; what comes through a proxy counts as from outside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _from_here(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            words = b"The demo answers only the machine it runs on. Set LC_AUTH=oidc to serve others."
            head = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": head})
            await send({"type": "http.response.body", "body": words})


def _from_here(scope: Scope) -> bool:
    client = scope.get("client")
    forwarded = any(name in {b"x-forwarded-for", b"forwarded", b"x-real-ip"} for name, _ in scope.get("headers", []))
    return client is not None and str(client[0]).startswith(LOOPBACK) and not forwarded
