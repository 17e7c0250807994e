"""Operation keys: a repeat of what was done is answered with what was answered then, and does nothing."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, ParamSpec, TypeVar, get_type_hints
from uuid import uuid4

from pydantic import TypeAdapter
from pydantic_core import to_json

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class OperationKey:
    """Minted when a form is drawn or sent along by a client; `fingerprint` tells what it was used for."""

    text: str
    fingerprint: str = ""

    @classmethod
    def new(cls) -> "OperationKey":
        return cls(uuid4().hex)


class Repeated(Exception):
    """The key was used before, for the same thing: here is what was answered."""

    def __init__(self, answer: str | None) -> None:
        super().__init__(answer)
        self.answer = answer


def repeatable(verb: Callable[P, R]) -> Callable[P, R]:
    """Make a verb that takes `key=` answer a repeated key with the stored answer.

    The key is bound to the verb and its arguments; the same key with others is refused by the door.
    """
    signature = inspect.signature(verb)
    answer_type = functools.cache(lambda: TypeAdapter[R](get_type_hints(verb)["return"]))

    @functools.wraps(verb)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        key = kwargs.get("key")
        if not isinstance(key, OperationKey):
            return verb(*args, **kwargs)
        kwargs["key"] = replace(key, fingerprint=_fingerprint(verb, signature.bind(*args, **kwargs).arguments))
        try:
            return verb(*args, **kwargs)
        except Repeated as repeated:
            return answer_type().validate_json(repeated.answer or "null")

    return answered


def _fingerprint(verb: Callable[..., Any], arguments: dict[str, Any]) -> str:
    said = {name: value for name, value in arguments.items() if name not in {"db", "key"}}
    return sha256(to_json([verb.__qualname__, said], fallback=str)).hexdigest()
