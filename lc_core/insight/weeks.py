"""The week of somebody's contracts, as the weekly digest tells it: what they may see now, and nothing else (R-ANA-7)."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lc_core import access, alert_rules
from lc_core.errors import Refused
from lc_core.insight import answers
from lc_core.insight.copy import Insight
from lc_core.mail.digest import MOST_NAMED, Look, Week
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.models import Contract, Invitation, SeatMove
from lc_core.vocabulary import ContractStatus

SEVEN_DAYS = timedelta(days=7)


def week_of(insight: Insight, person_id: int) -> Week:
    """The week that ends now. Refused where the analytic copy cannot be asked."""
    reader, now = Actor.person(person_id), insight.db.clock()
    try:
        full = answers.how_full_is_each_contract(insight, reader).frame
    except duckdb.Error as broken:
        raise Refused(Reason.COPY_UNAVAILABLE) from broken
    running = full.filter(pl.col("status") == ContractStatus.ACTIVE.value)
    wanting = sorted(_wanting(running, now), key=_urgency)
    with insight.db.read() as session:
        theirs = select(Contract.id).where(access.visible(session, reader))
        taken = SeatMove.contract_id.in_(theirs), SeatMove.delta > 0
        accepted = Invitation.contract_id.in_(theirs), _within(Invitation.redeemed_at, now)
        named = wanting[:MOST_NAMED]
        titles = _titles(session, [row["contract_id"] for row in named])
        return Week(
            contracts=running.height,
            seats=int(running["seats"].sum()),
            used=int(running["used"].sum()),
            taken=_count(session, *taken, _within(SeatMove.effective_at, now)),
            taken_before=_count(session, *taken, _within(SeatMove.effective_at, now - SEVEN_DAYS)),
            accepted=_count(session, *accepted),
            looks=[_look(row, titles[row["contract_id"]]) for row in named if row["contract_id"] in titles],
            more=len(wanting) - len(named),
        )


def _wanting(running: pl.DataFrame, now: datetime) -> Iterator[dict[str, Any]]:
    """Contracts that want a look, each with the days that are left where it ends soon."""
    for row in running.iter_rows(named=True):
        full = max(alert_rules.SEATS_USED) in alert_rules.seats_used(row["used"], row["seats"])
        soon = alert_rules.DIGEST_LOOKS_AHEAD in alert_rules.ends_soon(now, row["ends_at"])
        if full or soon or row["over_invited"]:
            yield {**row, "days": -(-(row["ends_at"] - now) // alert_rules.A_DAY) if soon else None}


def _urgency(row: dict[str, Any]) -> tuple[Any, ...]:
    """The soonest end first, then what does not end soon."""
    return row["days"] is None, row["days"] or 0, row["title"].casefold(), row["contract_id"]


def _look(row: dict[str, Any], title: str) -> Look:
    known = {name: row[name] for name in ("contract_id", "seats", "used", "over_invited", "days")}
    return Look(**known, title=title, last_day=row["valid_to"])


def _within(instant: Any, now: datetime) -> ColumnElement[bool]:
    """Whether it was in the seven days that end at `now`."""
    condition: ColumnElement[bool] = (instant > now - SEVEN_DAYS) & (instant <= now)
    return condition


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _titles(session: Session, contract_ids: Collection[int]) -> dict[int, str]:
    """As they are in the records now, which the copy may be a little behind (R-CON-2)."""
    rows = session.execute(select(Contract.id, Contract.title).where(Contract.id.in_(contract_ids)))
    return {contract_id: title for contract_id, title in rows}
