"""The one list of what the API offers: from it come its routes, its document and the tests' matrix."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel

from lc_core.records.db import Actor, Database
from lc_core.rights import TokenScope
from lc_core.vocabulary import Action
from lc_core.web.api.answers import Answer
from lc_core.web.api.bodies import Body

A = TypeVar("A", bound=Answer)
PREFIX = "/api/v1"


@dataclass(frozen=True)
class Call:
    """One call, understood: on which records, for whom, and what is asked. `path`: what stands in the address (as sent)."""

    db: Database
    actor: Actor
    path: dict[str, str]
    query: Any
    body: Any
    address: str


@dataclass(frozen=True)
class Operation:
    """One method at one address.

    `does` asks the trade and answers what is kept for a repeat: JSON without anything personal. `tells` makes the answer
    of that and of what was sent. `action`: what the role must be able to do somewhere.
    """

    answer: type[Answer]
    name: str
    description: str
    method: str
    path: str
    scope: TokenScope
    action: Action
    query: type[BaseModel] | None
    body: type[Body] | None
    does: Callable[[Call], Any]
    tells: Callable[[Call, Any], Answer]

    @property
    def writes(self) -> bool:
        return self.body is not None


OPERATIONS: list[Operation] = []


def reads(
    path: str, scope: TokenScope, query: type[BaseModel] | None = None
) -> Callable[[Callable[[Call], A]], Callable[[Call], A]]:
    """Offer a noun: the function answers `GET path`."""

    def offered(noun: Callable[[Call], A]) -> Callable[[Call], A]:
        told = _told_of(noun)
        OPERATIONS.append(Operation(*told, "GET", path, scope, scope.action, query, None, noun, _as_it_is))
        return noun

    return offered


def writes(
    method: str,
    path: str,
    scope: TokenScope,
    body: type[Body],
    does: Callable[[Call], Any],
    *,
    action: Action | None = None,
) -> Callable[[Callable[[Call, Any], A]], Callable[[Call, Any], A]]:
    """Offer a verb: `does` calls it, and the function tells what became of it."""

    def offered(tells: Callable[[Call, Any], A]) -> Callable[[Call, Any], A]:
        needed = action or scope.action
        OPERATIONS.append(Operation(*_told_of(tells), method, path, scope, needed, None, body, does, tells))
        return tells

    return offered


def _as_it_is(_call: Call, answer: Answer) -> Answer:
    return answer


def _told_of(function: Callable[..., Answer]) -> tuple[type[Answer], str, str]:
    """What it answers, its name, and its docstring, which is the operation's description."""
    return get_type_hints(function)["return"], function.__name__, inspect.getdoc(function) or ""
