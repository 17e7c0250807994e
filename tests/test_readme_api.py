"""The README's examples of the HTTP API are run as they stand, over a served port."""

import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from lc_core import activities
from lc_core.records.db import Database
from lc_core.vocabulary import ActivityKind, ContractType, Role
from tests.calling import a_token, app_of
from tests.commands import README
from tests.worlds import OPERATOR, a_contract, an_activity, contract_now, email, invitations_of, invite, somebody

SECTION = README.partition("## The HTTP API\n")[2].partition("\n## ")[0]
PATIENCE = 20


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", SECTION, flags=re.DOTALL)
    return found


@dataclass(frozen=True)
class Served:
    url: str
    token: str
    contract_id: int


@pytest.fixture
def served(db: Database) -> Iterator[Served]:
    """The API on a port of this machine, with the contract that the README speaks of."""
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, code="NORTH-CARE")
    activities.add_to_contract(db, OPERATOR, contract_id, [an_activity(db)])
    activities.create(db, OPERATOR, "CARE-02", "Infection control", ActivityKind.ONLINE)
    invite(db, contract_id, "one", "two")
    token = a_token(db, somebody(db, "ann", Role.SUPER_ADMIN))
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app_of(db), log_level="critical", lifespan="off"))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [port]})
        serving.start()
        until = time.monotonic() + PATIENCE
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        yield Served(f"http://127.0.0.1:{port.getsockname()[1]}", token, contract_id)
        server.should_exit = True
        serving.join(PATIENCE)


def test_the_curl_commands_are_answered(db, served):
    commands = re.split(r"\n(?=curl )", block("sh"))
    env = {"PATH": os.environ["PATH"], "LC_URL": served.url, "LC_TOKEN": served.token}
    told = [
        json.loads(subprocess.run(["bash", "-c", one], env=env, capture_output=True, check=True).stdout)
        for one in commands
    ]

    assert told[0]["contracts"][0]["code"] == contract_now(db, served.contract_id).code == "NORTH-CARE"
    assert [one["email"] for one in told[1]["invitations"]] == [email("one"), email("two")]
    assert told[2]["totals"] == {"invited": 1}
    assert told[3]["files"][0]["read"] == 0
    assert told[4] == {"code": "SHOP-2001", "new": True, "changed": False}


def test_the_python_client_reads_all_pages_and_writes_once(db, served):
    known: dict[str, Any] = {}
    exec(block("python"), known)
    client = known["Contracts"](served.url, served.token)
    pages = list(client.pages("contracts/NORTH-CARE/invitations", limit="1", status="not_registered"))
    said = {"addresses": [email("three")]}
    answers = [client.send("POST", "contracts/NORTH-CARE/invitations", said, key="k") for _ in range(2)]
    with pytest.raises(known["httpx"].HTTPStatusError) as no:
        client.send("POST", "contracts/NONE/invitations", said)
    client._http.close()

    assert [one["email"] for page in pages for one in page["invitations"]] == [email("one"), email("two")]
    assert answers[0] == answers[1]
    assert len(invitations_of(db, served.contract_id, "three")) == 1
    assert no.value.response.json()["reason"] == "not_found"
