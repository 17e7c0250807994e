"""`/metrics`: how the product and its installation do, as Prometheus reads it; for this machine, and for tokens made for it."""

from collections.abc import Callable, Iterable
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lc_core import tokens
from lc_core.errors import Refused
from lc_core.insight import system
from lc_core.insight.copy import Insight
from lc_core.insight.system import Figures
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database, DatabaseError
from lc_core.rights import TokenScope
from lc_core.settings import open_database, settings
from lc_core.web.api import problems, reading
from lc_core.web.api.resources import Desk
from lc_core.web.middleware import from_here

PATH = "/metrics"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
OURS = frozenset({"/healthz", "/readyz", PATH})
PROCESS = CollectorRegistry()
"""What this process counts itself; with several processes each tells its own."""
REQUESTS = Counter("lc_http_requests", "Requests answered.", ("route", "method", "status"), registry=PROCESS)
SECONDS = Histogram("lc_http_seconds", "Seconds until the answer began.", ("route",), registry=PROCESS)
ProcessCollector(registry=PROCESS)
PlatformCollector(registry=PROCESS)


class Counted:
    """Counts each request by its route, never by its address: addresses are without number, and hold codes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, answered = perf_counter(), False

        async def send_counted(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                _count(scope, message["status"], began)
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        except Exception:  # further out it is answered with 500
            if not answered:
                _count(scope, 500, began)
            raise


def _count(scope: Scope, status: int, began: float) -> None:
    route, method = _route(scope), scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(route, method, str(status)).inc()
    SECONDS.labels(route).observe(perf_counter() - began)


def _route(scope: Scope) -> str:
    named: str | None = scope.get("lc_route")
    return named or (scope["path"] if scope["path"] in OURS else "pages")


def routes(database: Callable[[], Database] = open_database) -> list[Route]:
    """The one route; `database` opens the records it asks."""
    desk = Desk(database)

    async def metrics(request: Request) -> Response:
        try:
            token = None if from_here(request.scope) else reading.token_of(request)
            told = await desk.aside(lambda: _told(desk, token))
        except Refused as refused:
            return problems.answer(refused)
        return Response(told, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)

    return [Route(PATH, metrics)]


def _told(desk: Desk, token: str | None) -> bytes:
    """`token`: of a request from elsewhere, which must be for this."""
    scraped = CollectorRegistry()
    try:
        actor = Actor.operator("metrics") if token is None else _admitted(desk, token)
        scraped.register(Installation(system.figures(Insight(desk.db, settings().copy_dir), actor)))
    except DatabaseError:
        if token is not None:  # nobody can say whose it is
            raise Refused(Reason.DATABASE_AWAY) from None
        scraped.register(Installation(None))
    return generate_latest(PROCESS) + generate_latest(scraped)


def _admitted(desk: Desk, token: str) -> Actor:
    caller = desk.enter(token)
    tokens.require(desk.db, caller, TokenScope.METRICS, TokenScope.METRICS.action)
    return caller.actor


class Installation(Collector):
    """The figures of one scrape; None where the database does not answer."""

    def __init__(self, figures: Figures | None) -> None:
        self.figures = figures

    def collect(self) -> Iterable[Metric]:
        yield Gauge("lc_database_up", "Whether the database answers.", int(self.figures is not None))
        if self.figures is not None:
            yield from _of_letters_and_seats(self.figures)
            yield from _of_jobs(self.figures)
            yield from _of_the_copy(self.figures)


def _of_letters_and_seats(figures: Figures) -> Iterable[Metric]:
    letters = Gauge("lc_letters", "Letters in the outbox.", labels=("state",))
    for state, count in figures.letters.items():
        letters.add_metric((state.value,), count)
    contracts = Gauge("lc_contracts", "Contracts.", labels=("status",))
    seats = Gauge("lc_seats", "Seats of the contracts.", labels=("status",))
    used = Gauge("lc_seats_used", "Seats that are used.", labels=("status",))
    for status, held in figures.contracts.items():
        contracts.add_metric((status.value,), held.contracts)
        seats.add_metric((status.value,), held.seats)
        used.add_metric((status.value,), held.used)
    return [letters, contracts, seats, used]


def _of_jobs(figures: Figures) -> Iterable[Metric]:
    age = Gauge("lc_job_age_seconds", "Seconds since a worker last did this job.", labels=("job",))
    failing = Gauge("lc_job_failing", "Whether the job failed when it was last done.", labels=("job",))
    for job in figures.jobs:
        age.add_metric((job.name,), (figures.now - job.at).total_seconds())
        failing.add_metric((job.name,), int(job.failing_since is not None))
    return [age, failing]


def _of_the_copy(figures: Figures) -> Iterable[Metric]:
    if figures.copy_as_of is not None:
        age = (figures.now - figures.copy_as_of).total_seconds()
        yield Gauge("lc_copy_age_seconds", "Seconds since what the analytic copy holds.", age)
        yield Gauge("lc_copy_rows", "Rows of the analytic copy.", figures.copy_rows)
