"""Noes as programs read them: `application/problem+json` (RFC 9457), with the reason and its sentence."""

from http import HTTPStatus

from pydantic import BaseModel, Field
from starlette.responses import Response

from lc_core.errors import Refused
from lc_core.reasons import Reason

MEDIA_TYPE = "application/problem+json"
REALM = 'Bearer realm="learning-contracts"'
SOON = 5
"""Seconds after which it is worth asking again where the database was away."""
_BY_STATUS = {
    400: (Reason.MALFORMED_JSON,),
    401: (
        Reason.TOKEN_MISSING,
        Reason.TOKEN_UNKNOWN,
        Reason.TOKEN_EXPIRED,
        Reason.TOKEN_REVOKED,
        Reason.TOKEN_OF_NOBODY,
    ),
    403: (Reason.SCOPE_MISSING, Reason.ROLE_CANNOT),
    404: (Reason.NOT_FOUND, Reason.NO_SUCH_ROUTE),
    405: (Reason.WRONG_METHOD,),
    413: (Reason.BODY_TOO_LARGE,),
    415: (Reason.BODY_NOT_JSON,),
    422: (
        Reason.WRONG_REQUEST,
        Reason.ACTIVITY_UNKNOWN,
        Reason.CONTROL_CHARS,
        Reason.TOO_LONG_TEXT,
        Reason.MISSING_EMAIL,
        Reason.MULTIPLE_ADDRESSES,
        Reason.FORMULA,
        Reason.TOO_LONG,
        Reason.INVALID_EMAIL,
        Reason.MISSING_VALUE,
        Reason.INVALID_DATE,
        Reason.ORDER_MISSING,
        Reason.NUMBER_TOO_LARGE,
    ),
    429: (Reason.TOO_MANY_CALLS,),
    500: (Reason.UNEXPECTED,),
    503: (Reason.DATABASE_AWAY,),
}
STATUS = {reason: status for status, reasons in _BY_STATUS.items() for reason in reasons}
"""Every other reason is 409: the request is a good one, and how things stand is against it."""


class Wrong(BaseModel):
    """One place of a request that is not as it must be."""

    place: str = Field(description="Where: the names and numbers that lead there, with dots between them.")
    detail: str


class Problem(BaseModel):
    """Why not."""

    type: str = Field(description="The reason as a URN.")
    title: str = Field(description="What the status means.")
    status: int
    detail: str = Field(description="The reason's sentence, for people.")
    reason: str = Field(description="The reason's word, for programs.")
    errors: list[Wrong] = Field(default=[], description="Where the request is wrong, if it is.")


class WrongRequest(Refused):
    """What was sent does not say what is needed; `errors`: where."""

    def __init__(self, errors: list[Wrong]) -> None:
        super().__init__(Reason.WRONG_REQUEST)
        self.errors = errors


def status_of(reason: Reason) -> int:
    return STATUS.get(reason, 409)


def answer(refused: Refused) -> Response:
    """The no as an answer over HTTP. Nothing that was sent is in its headers."""
    status = status_of(refused.reason)
    problem = Problem(
        type=f"urn:learning-contracts:reason:{refused.reason.value}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=refused.sentence,
        reason=refused.reason.value,
        errors=refused.errors if isinstance(refused, WrongRequest) else [],
    )
    headers = {"Cache-Control": "no-store", **_headers(refused, status)}
    return Response(problem.model_dump_json(), status, headers, MEDIA_TYPE)


def _headers(refused: Refused, status: int) -> dict[str, str]:
    match status:
        case 401:
            invalid = "" if refused.reason is Reason.TOKEN_MISSING else ', error="invalid_token"'
            return {"WWW-Authenticate": REALM + invalid}
        case 405:
            return {"Allow": str(refused.facts["methods"])}
        case 429:
            return {"Retry-After": str(refused.facts["seconds"])}
        case 503:
            return {"Retry-After": str(SOON)}
    return {}
