"""What the HTTP API costs: many enrollments changed by one PUT, beside the feed of the same rows as a file."""

import asyncio
import csv
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.types import Message

from lc_core import activities, contracts, people, roles, tokens
from lc_core.bench import places
from lc_core.bench.measuring import Bench, Measured, Work, beside, same, seconds_of
from lc_core.bench.world_contracts import NOW
from lc_core.contracts import Draft
from lc_core.intake import feeds
from lc_core.language import N_, _
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import ActivityKind, ContractType, EnrollmentStatus, Role
from lc_core.web.api import routes
from lc_core.web.api.bodies import MOST_ROWS
from lc_core.web.api.registry import PREFIX

LMS = Actor.operator("bench")
CONTRACTS = 5
TO_AND_FRO = (EnrollmentStatus.ENROLLED, EnrollmentStatus.WAITLISTED)


def run(work: Work) -> Iterator[Measured]:
    """The same on each database that can be had."""
    size = min(work.size, MOST_ROWS)
    for kind in places.kinds():
        with places.place(kind) as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
            work.told(_("{kind}: making {n} enrollments").format(kind=kind, n=size))
            lms = Lms(db, place.folder, size)
            work.told(_("{kind}: measuring").format(kind=kind))
            baseline = {"the feed of the same rows": lms.by_file}
            yield from beside(f"put {size} changed enrollments {kind}", lms.by_call, baseline, work.runs)


class Lms:
    """A learning management system whose enrollments change status again and again, all of them each time."""

    def __init__(self, db: Database, folder: Path, size: int) -> None:
        self.db, self.folder, self.size = db, folder, size
        self._app = Starlette(routes=routes.routes(lambda: db))
        self._token = _a_token(db)
        self._statuses = cycle(TO_AND_FRO)
        codes = [_a_contract(db, number, size) for number in range(CONTRACTS)]
        self._rows = [
            {
                "contract": codes[number % CONTRACTS],
                "activity": "bench",
                "email": f"learner-{number}@example.org",
                "enrolled_at": "2026-02-01",
            }
            for number in range(size)
        ]
        feeds.import_folder(db, LMS, self._written())

    def by_file(self) -> float:
        """Seconds of the feed."""
        folder = self._written()
        return seconds_of(lambda: self._all_changed(feeds.import_folder(self.db, LMS, folder).as_json()))()

    def by_call(self) -> float:
        """Seconds of the call, from its first byte to its last."""
        body = json.dumps({"rows": self._changed()}).encode()
        return seconds_of(lambda: self._all_changed(self._put("/enrollments", body)))()

    def _changed(self) -> list[dict[str, str]]:
        status = next(self._statuses)
        return [{**row, "status": status.value} for row in self._rows]

    def _written(self) -> Path:
        rows = self._changed()
        with (self.folder / "enrollments.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return self.folder

    def _all_changed(self, report: dict[str, Any]) -> None:
        same(_("Changed rows"), report["files"][0]["changed"], self.size)

    def _put(self, path: str, body: bytes) -> dict[str, Any]:
        answered = asyncio.run(self._answer(path, body))
        report: dict[str, Any] = json.loads(answered)
        return report

    async def _answer(self, path: str, body: bytes) -> bytes:
        """What the application says, asked as a server asks it."""
        said = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        scope = {
            "type": "http",
            "method": "PUT",
            "path": PREFIX + path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in said.items()],
        }
        told = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            told.extend(message.get("body", b""))

        await self._app(scope, receive, send)
        return bytes(told)


def _a_token(db: Database) -> str:
    text, email = tokens.mint(), "lms@example.org"
    person_id = people.register(db, LMS, email, "LMS")
    roles.grant(db, LMS, email, Role.SUPER_ADMIN)
    tokens.make(db, LMS, person_id, tokens.digest_of(text))
    return text


def _a_contract(db: Database, number: int, seats: int) -> str:
    draft = Draft(f"bench-{number}", "Bench", ContractType.SUBSCRIPTION, seats, date(2026, 1, 1), date(2027, 1, 1))
    contract_id = contracts.create(db, LMS, draft)
    with db.read() as session:
        known = activities.ids_by_code(session, ["bench"]) if number else {}
    offered = known.get("bench") or activities.create(db, LMS, "bench", "Bench", ActivityKind.ONLINE)
    activities.add_to_contract(db, LMS, contract_id, [offered])
    return draft.code


BENCH = Bench("api", N_("Enrollments changed by one PUT of the HTTP API."), MOST_ROWS, N_("enrollments"), run)
