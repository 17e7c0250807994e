"""How each call is answered: who asks, may they, what do they say, is it a repeat, and what became of it."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lc_core import tokens
from lc_core.errors import Refused
from lc_core.reasons import Reason
from lc_core.records.db import Database, DatabaseError
from lc_core.records.once import once
from lc_core.settings import settings
from lc_core.tokens import Caller
from lc_core.web.api import problems, reading
from lc_core.web.api.registry import Call, Operation

T = TypeVar("T")
AT_ONCE = 8
"""How many calls a process works on at the same time: fewer than its pool has connections to the database."""
log = logging.getLogger(__name__)


class Desk:
    """What all resources of a process share: the records, opened at the first call, and the threads that ask them."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._opened: Database | None = None
        self._door = Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, "api")

    @property
    def db(self) -> Database:
        with self._door:
            if self._opened is None:
                self._opened = self._database()
            return self._opened

    async def aside(self, ask: Callable[[], T]) -> T:
        """Ask the records without keeping others waiting."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)

    def enter(self, token: str) -> Caller:
        return tokens.enter(self.db, token, per_minute=settings().api_per_minute)


@dataclass
class Resource:
    """All that can be done at one address, by method. Whatever goes wrong is a problem in JSON, without a trace of how."""

    path: str
    operations: Mapping[str, Operation]
    desk: Desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["lc_route"] = self.path
        try:
            response = await self._answer(Request(scope, receive))
        except Refused as refused:
            response = problems.answer(refused)
        except DatabaseError as broken:
            log.warning("the API cannot ask the database: %s", type(broken.orig).__name__)
            response = problems.answer(Refused(Reason.DATABASE_AWAY))
        except ClientDisconnect:
            return
        except Exception:
            log.exception("a call of the API broke: %s", self.path)
            response = problems.answer(Refused(Reason.UNEXPECTED))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        operation = self.operations.get(method)
        if operation is None:
            raise Refused(Reason.WRONG_METHOD, methods=", ".join(sorted(self.operations)))
        token = reading.token_of(request)
        caller = await self.desk.aside(lambda: self._admitted(operation, token))
        raw = await reading.body_of(request) if operation.body is not None else b""
        return await self.desk.aside(lambda: self._performed(operation, caller, request, raw))

    def _admitted(self, operation: Operation, token: str) -> Caller:
        caller = self.desk.enter(token)
        tokens.require(self.desk.db, caller, operation.scope, operation.action)
        return caller

    def _performed(self, operation: Operation, caller: Caller, request: Request, raw: bytes) -> Response:
        call = Call(
            db=self.desk.db,
            actor=caller.actor,
            path=request.path_params,
            query=reading.query(operation.query, request) if operation.query else None,
            body=reading.body(operation.body, raw) if operation.body else None,
            address=reading.address_of(request.scope),
        )
        if operation.writes:
            key = reading.operation_key(reading.key_of(request), caller.token_id, operation, call)
            kept = once(call.db, key, lambda stage: operation.does(_on(call, stage)))
        else:
            kept = operation.does(call)
        answer = operation.tells(call, kept)
        told = answer.model_dump_json()
        return Response(told, answer.status_code, {"Cache-Control": "no-store"}, "application/json")


def _on(call: Call, stage: Database) -> Call:
    return Call(stage, call.actor, call.path, call.query, call.body, call.address)
