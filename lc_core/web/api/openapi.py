"""The document of the API (OpenAPI 3.1), made of the registry: there is no second list of what it offers."""

import re
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lc_core.web.api import problems
from lc_core.web.api.problems import Problem
from lc_core.web.api.reading import KEY, KEY_HEADER
from lc_core.web.api.registry import OPERATIONS, PREFIX, Operation

REFERENCE = "#/components/schemas/{model}"
_WAYS_OUT = {
    400: "The body is no JSON.",
    401: "No token, or one that opens nothing.",
    403: "Neither the token nor the role is for this.",
    404: "There is no such contract, or not for this person.",
    409: "How things stand is against it, or the idempotency key was used for something else.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The request does not say what is needed; `errors` tells where.",
    429: "Too many calls with this token.",
    503: "The database does not answer. Sent again with the same idempotency key, a call is done once.",
}
_HEADERS = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
    503: {"Retry-After": {"required": True, "schema": {"type": "integer"}}},
}
_GOOD = {200: "Done.", 201: "Made.", 207: "What became of each."}


def document() -> dict[str, Any]:
    """The whole document."""
    models = _models()
    _, schemas = models_json_schema([(model, mode) for model, mode in models], ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, schemas["$defs"])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Learning Contracts", "version": version("learning-contracts")},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "Made with `lc token`."}},
        },
    }


def _models() -> list[tuple[type[BaseModel], Any]]:
    sent: dict[type[BaseModel], None] = {}
    told: dict[type[BaseModel], None] = {Problem: None}
    for operation in OPERATIONS:
        sent |= {model: None for model in (operation.body, operation.query) if model is not None}
        told[operation.answer] = None
    return [*((model, "validation") for model in sent), *((model, "serialization") for model in told)]


def _described(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    first, _, rest = operation.description.partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": first,
        "description": f"{rest.strip()}\n\nNeeds the scope `{operation.scope.value}`.".strip(),
        "parameters": [*_in_path(operation), *_in_query(operation, schemas), *_in_headers(operation)],
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content("application/json", operation.body)}
    return described


def _in_path(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]


def _in_query(operation: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the question; its own schema is not needed beside them."""
    if operation.query is None:
        return []
    fields = schemas[operation.query.__name__]["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key not in {"description", "title"}},
        }
        for name, schema in fields.items()
    ]


def _in_headers(operation: Operation) -> list[dict[str, Any]]:
    if not operation.writes:
        return []
    said = "The same key and body is answered what it was answered before; with another body it is refused (409)."
    schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": f"^{KEY.pattern}$"}
    return [{"name": KEY_HEADER, "in": "header", "required": False, "description": said, "schema": schema}]


def _responses(operation: Operation) -> dict[str, Any]:
    good = {
        str(status): {"description": _GOOD[status], "content": _content("application/json", operation.answer)}
        for status in operation.answer.statuses
    }
    return good | {
        str(status): {
            "description": _WAYS_OUT[status],
            "content": _content(problems.MEDIA_TYPE, Problem),
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }
        for status in ways_out(operation)
    }


def ways_out(operation: Operation) -> list[int]:
    """The statuses with which a call may be answered no."""
    found = {401, 403, 429, 503}
    if "{" in operation.path or operation.writes:
        found.add(404)
    if operation.query is not None or operation.writes:
        found.add(422)
    if operation.writes:
        found |= {400, 409, 413, 415}
    return sorted(found)


def _content(media_type: str, model: type[BaseModel]) -> dict[str, Any]:
    return {media_type: {"schema": {"$ref": REFERENCE.format(model=model.__name__)}}}
