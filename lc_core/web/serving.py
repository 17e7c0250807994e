"""How the product starts: what it needs is there, and everything slow is loaded before the first visitor comes."""

import asyncio
import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from lc_core.settings import settings
from lc_core.web.cookies import Cookies
from lc_core.web.headers import SafeHeaders
from lc_core.web.metrics import Counted
from lc_core.web.middleware import OnlyThisMachine, OwnOrigin
from lc_core.web.return_to import ReturnTo

PAGES = Path(__file__).parents[2] / "pages"
AN_HOUR = 60 * 60
SLOW_TO_IMPORT = (
    "altair",
    "polars",
    "duckdb",
    "pyarrow",
    "pandas",
    "lc_core.insight.answers",
    "lc_core.insight.charts",
    "lc_core.insight.chart_book",
)
PAUSE = 10.0
"""Seconds between two times of putting aside what stays."""
FULL_LOOK = 60
"""Each how manieth time everything that was put aside is looked through: a tenth of a second in ten minutes."""


def secrets() -> dict[str, Any] | None:
    """What Streamlit must know to sign people in; the process ends with a sentence where a setting is missing."""
    ours = settings()
    if why_not := ours.why_not_serve():
        raise SystemExit(why_not)
    if ours.auth == "demo":
        return None
    return {
        "auth": {
            "redirect_uri": f"{ours.base_url.rstrip('/')}/oauth2callback",
            "cookie_secret": ours.cookie_secret.get_secret_value(),
            "client_id": ours.oidc_client_id,
            "client_secret": ours.oidc_client_secret.get_secret_value(),
            "server_metadata_url": f"{ours.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        }
    }


def middleware() -> list[Middleware]:
    """What each request passes, outermost first."""
    ours = settings()
    passed = [
        Middleware(Counted),
        Middleware(SafeHeaders, https=ours.is_https),
        Middleware(TrustedHostMiddleware, allowed_hosts=ours.hosts, www_redirect=False),
        Middleware(OwnOrigin, hosts=ours.hosts),
        Middleware(Cookies, secure=ours.is_https, longest=ours.session_hours * AN_HOUR),
    ]
    if ours.auth == "demo":
        return [*passed, Middleware(OnlyThisMachine)]
    return [*passed, Middleware(ReturnTo, pages=[page.stem for page in PAGES.glob("[!_]*.py")])]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Load what is slow; then, while the product serves, keep what stays out of the garbage collector's way."""
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)
    put_aside()
    keeping = asyncio.create_task(_keep_putting_aside())
    yield
    keeping.cancel()


def put_aside() -> None:
    """Take all there is now out of the garbage collector's way, which looks through everything after each run of a page."""
    gc.collect()
    gc.freeze()


async def _keep_putting_aside() -> None:
    """The first visits make what stays, and each session does. Whatever of it has become garbage is found now and then."""
    for time in count(1):
        await asyncio.sleep(PAUSE)
        if time % FULL_LOOK == 0:
            gc.unfreeze()
        put_aside()
