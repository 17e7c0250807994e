"""Operation keys: a repeat of what was done is answered with what was answered then, and does nothing."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import sha256
from json import dumps
from typing import Any, ParamSpec, TypeVar, get_type_hints
from uuid import uuid4

from pydantic import TypeAdapter

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_KEY = 100


@dataclass(frozen=True)
class OperationKey:
    """Minted when a form is drawn or sent along by a client; `fingerprint` tells what it was used for."""

    text: str
    fingerprint: str = ""

    @classmethod
    def new(cls) -> "OperationKey":
        return cls(uuid4().hex)

    @property
    def stored(self) -> str:
        """What the records keep of the text, which a client may have made of anything, an address among it."""
        plain = (
            len(self.text) <= LONGEST_KEY and self.text.isascii() and self.text.isprintable() and "@" not in self.text
        )
        return self.text if plain else sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


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
        said = signature.bind(*args, **kwargs)
        said.apply_defaults()
        kwargs["key"] = replace(key, fingerprint=_fingerprint(verb, said.arguments))
        try:
            return verb(*args, **kwargs)
        except Repeated as repeated:
            return answer_type().validate_json(repeated.answer or "null")

    return answered


def _fingerprint(verb: Callable[..., Any], arguments: dict[str, Any]) -> str:
    said = {name: _plain(value) for name, value in arguments.items() if name not in {"db", "key"}}
    return sha256(dumps([verb.__module__, verb.__qualname__, said], default=str).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value as JSON has it; sets in one order, which Python gives them anew in every process."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, set | frozenset):
        return sorted((_plain(one) for one in value), key=dumps)
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
