"""What was sent, read within limits: the token, the body, the question in the address, the idempotency key."""

import re
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.types import Scope

from lc_core.errors import Refused, refuse_if
from lc_core.reasons import Reason
from lc_core.records.operations import OperationKey
from lc_core.web.api.bodies import MOST_BYTES, MOST_VALUES
from lc_core.web.api.problems import Wrong, WrongRequest
from lc_core.web.api.registry import Call, Operation

M = TypeVar("M", bound=BaseModel)
KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")
MOST_ERRORS = 20
"""How many places of a wrong request are told."""


def address_of(scope: Scope) -> str:
    """The address as it was sent, spelled in one way: a slash that is a part of a code stays `%2F` and divides nothing."""
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    return "/".join(quote(unquote(part), safe="") for part in raw.decode("latin-1").split("/"))


def token_of(request: Request) -> str:
    """The bearer token. It comes in its header and nowhere else: no cookie and no address holds one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    refuse_if(None if scheme.lower() == "bearer" and token.strip() else Reason.TOKEN_MISSING)
    return token.strip()


async def body_of(request: Request, most: int = MOST_BYTES) -> bytes:
    """The bytes of a JSON body; refused before they are all here where they are too many, or something else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    refuse_if(None if (kind, packed) == ("application/json", "identity") else Reason.BODY_NOT_JSON)
    read = bytearray()
    async for part in request.stream():
        read += part
        refuse_if(Reason.BODY_TOO_LARGE if len(read) > most else None, most=most, parts=MOST_VALUES)
    refuse_if(Reason.BODY_TOO_LARGE if read.count(b",") > MOST_VALUES else None, most=most, parts=MOST_VALUES)
    return bytes(read)


def body(model: type[M], raw: bytes) -> M:
    """The body as declared. Depth and digits of numbers are bounded by the parser."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Refused(Reason.MALFORMED_JSON, why=str(first.get("ctx", {}).get("error", ""))) from None
        raise _wrong(wrong) from None


def query(model: type[M], request: Request) -> M:
    """The question in the address; a name that is said twice is a list."""
    said: dict[str, Any] = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        field = model.model_fields.get(name)
        lists = field is not None and field.get_default(call_default_factory=True) == []
        said[name] = values if lists or len(values) > 1 else values[0]
    try:
        return model.model_validate(said)
    except ValidationError as wrong:
        raise _wrong(wrong) from None


def key_of(request: Request) -> str | None:
    """The idempotency key as the client wrote it, if it did."""
    said = request.headers.get(KEY_HEADER)
    if said is not None and not KEY.fullmatch(said):
        detail = Reason.WRONG_REQUEST.label
        raise WrongRequest([Wrong(place=KEY_HEADER, detail=detail)])
    return said


def operation_key(said: str | None, token_id: int, operation: Operation, call: Call) -> OperationKey | None:
    """The client's key as the records know it: one token's own, and bound to all that was sent with it."""
    if said is None:
        return None
    sent = f"{operation.method} {call.address}\n{call.body.model_dump_json(exclude_unset=True)}"
    return OperationKey(f"api:{token_id}:{_hash(said)}", _hash(sent))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _wrong(wrong: ValidationError) -> WrongRequest:
    errors = wrong.errors(include_url=False, include_input=False, include_context=False)[:MOST_ERRORS]
    return WrongRequest(
        [Wrong(place=".".join(str(one) for one in error["loc"]), detail=error["msg"]) for error in errors]
    )
