"""The audit log and the seat ledger, taken away as files that no spreadsheet runs."""

from typing import Any

import polars as pl

from lc_core import audit_lists, contract_lists, ledger_lists
from lc_core.audit_lists import Wanted
from lc_core.insight import cells
from lc_core.records.db import Actor, Database

_INSTANT = pl.Datetime("us", "UTC")
LOG: dict[str, Any] = {
    "at": _INSTANT,
    "event": pl.String,
    "who": pl.String,
    "contract": pl.String,
    "about": pl.String,
    "people_touched": pl.Int64,
    "chain": pl.Int64,
    "position": pl.Int64,
}
LEDGER: dict[str, Any] = {
    "contract": pl.String,
    "effective_at": _INSTANT,
    "recorded_at": _INSTANT,
    "person": pl.String,
    "email": pl.String,
    "activity": pl.String,
    "seats": pl.Int64,
    "why": pl.String,
    "by": pl.String,
    "seats_used_after": pl.Int64,
    "returned_at": _INSTANT,
    "returned_why": pl.String,
}


def audit_log(db: Database, actor: Actor, wanted: Wanted) -> bytes:
    """The changes that match, as CSV; columns: LOG."""
    rows = [
        (one.at, one.event.value, one.who, one.contract, one.about, one.items, one.chain, one.position)
        for one in audit_lists.every(db, actor, wanted)
    ]
    return cells.csv(pl.DataFrame(rows, schema=LOG, orient="row"))


def seat_ledger(db: Database, actor: Actor, contract_id: int, search: str = "") -> bytes:
    """A contract's moves that match, as CSV; columns: LEDGER."""
    code = contract_lists.one(db, actor, contract_id).code
    rows = [
        (
            code,
            one.effective_at,
            one.recorded_at,
            one.person,
            one.email,
            one.activity,
            one.delta,
            one.why.value,
            one.by,
            one.total,
            one.returned_at,
            one.returned_why.value if one.returned_why else None,
        )
        for one in ledger_lists.every(db, actor, contract_id, search)
    ]
    return cells.csv(pl.DataFrame(rows, schema=LEDGER, orient="row"))
