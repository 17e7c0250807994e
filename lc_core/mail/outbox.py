"""The outbox: letters that wait to be sent (R-ADD-7). A letter holds ids; names, title and code are read when it is sent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from lc_core.records.audit import NO_CONTRACT
from lc_core.records.db import Change
from lc_core.records.house_models import Letter
from lc_core.records.models import table_of
from lc_core.vocabulary import LetterKind, LetterState


@dataclass(frozen=True)
class Sending:
    """One invitation's n-th sending (from 1), or its n-th reminder."""

    invitation_id: int
    person_id: int
    send_number: int


def enqueue(change: Change, sendings: Sequence[Sending], kind: LetterKind = LetterKind.INVITATION) -> None:
    """Write one letter for each sending of an invitation."""
    _write(change, kind, [vars(sending) for sending in sendings])


def tell(change: Change, kind: LetterKind, person_ids: Collection[int], about: str = "") -> None:
    """Write one letter to each of these people, on the contract of the change if it has one. `about`: see Letter."""
    _write(change, kind, [{"person_id": person_id, "about": about, "send_number": 1} for person_id in person_ids])


def _write(change: Change, kind: LetterKind, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    common = {
        "kind": kind,
        "contract_id": None if change.chain == NO_CONTRACT else change.chain,
        "state": LetterState.QUEUED,
        "due_at": change.now,
        "queued_at": change.now,
    }
    change.session.execute(insert(table_of(Letter)), [{**row, **common} for row in rows])
