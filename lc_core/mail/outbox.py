"""The outbox: letters that wait to be sent (R-ADD-7). A letter holds ids; names, title and code are read when it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert

from lc_core.records.db import Change
from lc_core.records.house_models import Letter
from lc_core.records.models import table_of
from lc_core.vocabulary import LetterKind, LetterState


@dataclass(frozen=True)
class Sending:
    """One invitation's n-th sending (from 1)."""

    invitation_id: int
    person_id: int
    send_number: int


def enqueue(change: Change, sendings: Sequence[Sending]) -> None:
    """Write one letter for each sending of an invitation."""
    if not sendings:
        return
    common = {
        "kind": LetterKind.INVITATION,
        "contract_id": change.chain,
        "state": LetterState.QUEUED,
        "due_at": change.now,
        "queued_at": change.now,
    }
    change.session.execute(insert(table_of(Letter)), [{**vars(sending), **common} for sending in sendings])
