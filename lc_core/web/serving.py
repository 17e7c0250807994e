"""How the product starts: everything slow is loaded before the first visitor comes."""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.middleware import Middleware

from lc_core.settings import settings
from lc_core.web.middleware import OnlyThisMachine

SLOW_TO_IMPORT = (
    "altair",
    "polars",
    "duckdb",
    "pyarrow",
    "pandas",
    "lc_core.insight.answers",
    "lc_core.insight.charts",
)


def middleware() -> list[Middleware]:
    """What each request passes first."""
    return [Middleware(OnlyThisMachine)] if settings().auth == "demo" else []


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Load what is slow, then take it out of the garbage collector's way, which looks through everything after each run."""
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    yield
