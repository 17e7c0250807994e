"""The API against its own document: whatever the document allows or forbids is sent, and every answer must be one it tells of."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from lc_core import contracts_told
from lc_core.records.db import Database
from lc_core.settings import settings
from lc_core.vocabulary import ActivityKind, ContractType, EnrollmentStatus, Role
from lc_core.web.api.registry import OPERATIONS, PREFIX
from tests.calling import a_token, app_of
from tests.worlds import OPERATOR, a_contract, contract_now, email, invite, somebody

REFUSED_BY_THE_TRADE = "422"
"""A text may be as the document says, and no address, no date or no activity all the same."""

MEANT = {
    "path.code": "codes",
    "body.addresses.[*]": "people",
    "body.activities.[*]": "activities",
    "body.activity": "activities",
    "body.buyer_email": "people",
    "body.purchased_at": "days",
    "body.rows.[*].email": "people",
    "body.rows.[*].contract": "codes",
    "body.rows.[*].activity": "activities",
    "body.rows.[*].enrolled_at": "days",
    "body.rows.[*].completed_at": "days",
    "body.rows.[*].status": "statuses",
    "body.rows.[*].kind": "kinds",
    "body.rows.[*].code": "codes",
    "body.rows.[*].type": "types",
    "body.rows.[*].valid_from": "days",
    "body.rows.[*].valid_to": "days",
    "body.rows.[*].admins.[*]": "people",
    "body.rows.[*].activities.[*]": "activities",
}
"""Where words that mean something are sent besides, so that the trade is reached too."""


@pytest.fixture
def token(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The token of a super administrator, who calls more often than anybody may."""
    monkeypatch.setenv("LC_API_PER_MINUTE", "1000000")
    settings.cache_clear()
    yield a_token(db, somebody(db, "root", Role.SUPER_ADMIN))
    settings.cache_clear()


def wrong_with(db: Database, token: str, examples: int, *, seed: int | None = None) -> list[str]:
    """What any check of schemathesis finds against the API, in all its phases, sequences of calls among them."""
    contract = a_contract(db, ContractType.VOUCHER, seats=1000)
    invite(db, contract, "somebody", "another")
    known = {
        "codes": [contract_now(db, contract).code],
        "people": [email("somebody"), email("another"), email("new")],
        "activities": [one.code for one in contracts_told.one(db, OPERATOR, contract).activities],
        "days": ["2026-06-01", "2026-06-02T10:00:00+02:00", "2027-01-01"],
        "statuses": [one.value for one in EnrollmentStatus],
        "kinds": [one.value for one in ActivityKind],
        "types": [one.value for one in ContractType],
    }
    said: dict[str, Any] = {
        "headers": {"Authorization": f"Bearer {token}"},
        "dictionaries": {name: {"values": values} for name, values in known.items()},
        "parameters": {name: {"dictionary": which, "probability": 0.7} for name, which in MEANT.items()},
        "generation": {"max-examples": examples, "deterministic": seed is None, "database": "none", "no-shrink": True},
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", REFUSED_BY_THE_TRADE]}},
        "warnings": False,
    }
    config = SchemathesisConfig.from_dict(said | ({} if seed is None else {"seed": seed}))
    schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", app_of(db), config=config)
    found, asked = [], set()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(f"{event}")
        if isinstance(event, events.ScenarioFinished):
            for case_id, checks in event.recorder.checks.items():
                asked.add(event.recorder.cases[case_id].value.operation.label)
                found += [f"{one.name}: {one.failure_info.failure}" for one in checks if one.failure_info]
    assert asked == {f"{one.method} {one.path}" for one in OPERATIONS}
    return found


def test_no_answer_is_one_that_the_document_does_not_tell_of(db, token):
    assert wrong_with(db, token, 3) == []


@pytest.mark.soak
def test_no_answer_is_one_that_the_document_does_not_tell_of_however_long_one_asks(db, token):
    seed = Random().getrandbits(32)

    assert wrong_with(db, token, 300, seed=seed) == [], f"with the seed {seed}"
