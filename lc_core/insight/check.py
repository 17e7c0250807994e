"""The check of the invariants: on any installation by `lc check`, and after every test."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import rules
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.insight.invariants import INVARIANTS, Invariant
from lc_core.insight.published import revision_of
from lc_core.insight.tables import TABLES
from lc_core.language import _
from lc_core.records import audit
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent
from lc_core.records.models import Contract, PastCode, Record, SeatMove

MOST_PROBLEMS = 100
"""How many problems of one kind are told."""
LOOKS = 5
"""How often the copy is compared anew where somebody changes the records in between."""


@dataclass(frozen=True)
class Check:
    """One invariant: how many things were looked at, and a sentence for each that is wrong (the first hundred)."""

    name: str
    counted: int
    ok: bool
    problems: list[str]


@dataclass(frozen=True)
class Report:
    """All invariants of an installation."""

    ok: bool
    checks: list[Check]

    @property
    def problems(self) -> list[str]:
        return [f"{check.name}: {problem}" for check in self.checks for problem in check.problems]


@dataclass
class _Counted:
    """How many rows each table has, counted once."""

    session: Session
    found: dict[type[Record], int] = field(default_factory=dict)

    def rows(self, of: type[Record]) -> int:
        if of not in self.found:
            self.found[of] = self.session.scalar(select(func.count()).select_from(of)) or 0
        return self.found[of]


def run(db: Database, insight: Insight | None = None) -> Report:
    """Look at everything once; with `insight`, at what the analytic copy says too."""
    with db.read() as session:
        counted, now = _Counted(session), db.clock()
        checks = [_invariant(counted, one, now) for one in INVARIANTS]
        checks.append(_check("only_the_newest_code_works", counted.rows(PastCode), _codes_that_came_back(session)))
        checks.append(_check("periods_are_those_of_their_days", counted.rows(Contract), _wrong_periods(session)))
        checks.append(_check("audit_chains", counted.rows(AuditEvent), audit.verify(session)))
    if insight is not None:
        checks += _copy(insight)
    return Report(all(check.ok for check in checks), checks)


def _check(name: str, counted: int, problems: list[str]) -> Check:
    return Check(name, counted, not problems, problems[:MOST_PROBLEMS])


def _invariant(counted: _Counted, one: Invariant, now: datetime) -> Check:
    rows = counted.session.execute(one.broken.limit(MOST_PROBLEMS), {"now": now}).mappings()
    return _check(one.name, counted.rows(one.of), [_(one.problem).format(**row) for row in rows])


def _codes_that_came_back(session: Session) -> list[str]:
    """I4: a code that was replaced never is a contract's current one again."""
    past = set(session.scalars(select(PastCode.code_hash)))
    if not past:
        return []
    current = session.execute(select(Contract.code, Contract.invitation_code))
    return [
        _("contract {contract}: its invitation code was in use before").format(contract=code)
        for code, invitation_code in current
        if sha256(invitation_code.encode()).hexdigest() in past
    ]


def _wrong_periods(session: Session) -> list[str]:
    """R-CON-6, I8: the two instants of a contract are those of its days in its zone."""
    columns = (Contract.code, Contract.valid_from, Contract.valid_to, Contract.timezone)
    rows = session.execute(select(*columns, Contract.starts_at, Contract.ends_at))
    return [
        _("contract {contract}: its period is not that of its days in its time zone").format(contract=code)
        for code, valid_from, valid_to, zone, starts_at, ends_at in rows
        if (starts_at, ends_at) != rules.period(valid_from, valid_to, ZoneInfo(zone))
    ]


def _copy(insight: Insight) -> list[Check]:
    """I6: the copy holds every row of the records, and what it says of each contract is what their ledger says.

    Compared at a moment when copy and records are equally far; where somebody changes them all the time, nothing is counted.
    """
    for _look in range(LOOKS):
        copy = insight.refresh()
        told = answers.how_full_is_each_contract(insight, Actor.operator("check")).frame
        with insight.db.read() as session:
            if revision_of(session) == copy.revision:
                copied = sum(copy.counts[table.name] for table in TABLES)
                return [
                    _check("copy_holds_every_row", copied, _other_rows_in_the_copy(session, copy.counts)),
                    _check("copy_agrees_with_the_ledger", told.height, _otherwise_in_the_copy(session, told)),
                ]
    return [_check(name, 0, []) for name in ("copy_holds_every_row", "copy_agrees_with_the_ledger")]


def _other_rows_in_the_copy(session: Session, counts: dict[str, int]) -> list[str]:
    every = {table.name: table.rows.with_only_columns(func.count(), maintain_column_froms=True) for table in TABLES}
    found = {name: session.scalar(rows) or 0 for name, rows in every.items()}
    return [
        _("{table}: {rows} rows in the records, {copied} in the copy").format(table=name, rows=n, copied=counts[name])
        for name, n in found.items()
        if n != counts[name]
    ]


def _otherwise_in_the_copy(session: Session, told: pl.DataFrame) -> list[str]:
    used = func.coalesce(func.sum(SeatMove.delta), 0)
    rows = select(Contract.id, used).outerjoin(SeatMove, SeatMove.contract_id == Contract.id).group_by(Contract.id)
    ledger = {contract_id: int(n) for contract_id, n in session.execute(rows)}
    copied = dict(told.select("contract_id", "used").iter_rows())
    return [
        _("contract {contract}: the ledger comes to {ledger} seats, the copy to {copied}").format(
            contract=contract_id, ledger=ledger.get(contract_id, "-"), copied=copied.get(contract_id, "-")
        )
        for contract_id in sorted(ledger.keys() | copied.keys())
        if ledger.get(contract_id) != copied.get(contract_id)
    ]
