"""How full each contract is, asked of frames of pandas: what the Center's data are compared with."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from lc_core.insight.copy import Insight
from lc_core.insight.tables import INSTANT, TABLES, stored

NAMES = ("contracts", "invitations", "invitation_activities", "contract_activities", "enrollments", "seat_ledger")
STORED = "%Y-%m-%d %H:%M:%S.%f"
"""How SQLite stores instants."""


class Frames:
    """The same tables as frames of pandas. They are made when they are asked for first."""

    def __init__(self, made: Callable[[str], Any]) -> None:
        self.table = cache(made)

    @classmethod
    def in_memory(cls, insight: Insight) -> "Frames":
        """Whole and ready, as an analyst would hold them, who does not mind that meanwhile the records went on."""
        frames = cls(lambda name: insight.ask(_whole(name))[0])
        for name in NAMES:
            frames.table(name)
        return frames

    @classmethod
    def of_records(cls, session: Session, contracts: Collection[int]) -> "Frames":
        """The rows of these contracts as the records hold them now, each table read by pandas."""
        return cls(lambda name: _read(session, name, contracts))

    def how_full(self, contracts: tuple[int, ...], now: datetime) -> list[dict[str, Any]]:
        """A row for each of these contracts."""
        theirs, asking = self._theirs(contracts, now), None
        asking = self._asking(theirs, now)
        demand = self._demand(theirs, asking)
        sums = demand.groupby(["contract_id", "redeemed"])["demand"].sum().unstack(fill_value=0)
        sums = sums.reindex(index=theirs["contract_id"], columns=[False, True], fill_value=0)
        reserving, waiting = sums[True].to_numpy(), sums[False].to_numpy()
        free, closed = theirs["free"].to_numpy(), theirs["status"].isin(["expired", "archived"]).to_numpy()
        reserved = reserving.clip(max=free)
        full = theirs.assign(
            reserved=reserved,
            pending=waiting.clip(max=free - reserved),
            uncommitted=(free - reserving - waiting).clip(min=0) * ~closed,
            over_invited=(reserving + waiting - free).clip(min=0),
            expired_unused=free * closed,
        )
        rows: list[dict[str, Any]] = full.sort_values("code", key=lambda code: code.str.lower()).to_dict("records")
        return rows

    def _theirs(self, contracts: tuple[int, ...], now: datetime) -> Any:
        every, ledger = self.table("contracts"), self.table("seat_ledger")
        theirs = every[every["contract_id"].isin(contracts)]
        used = ledger[ledger["contract_id"].isin(contracts)].groupby("contract_id")["delta"].sum()
        status = theirs["code"].mask(theirs["code"].notna(), "active")
        status = status.mask(theirs["ends_at"] <= now, "expired").mask(theirs["starts_at"] > now, "future")
        status = status.mask(theirs["archived_at"].notna(), "archived")
        theirs = theirs.assign(status=status, used=theirs["contract_id"].map(used).fillna(0).astype("int64"))
        return theirs.assign(free=theirs["seats"] - theirs["used"])

    def _asking(self, theirs: Any, now: datetime) -> Any:
        open_ = theirs[theirs["status"].isin(["active", "future"])]
        every = self.table("invitations")
        live = every[
            every["contract_id"].isin(open_["contract_id"])
            & every["revoked_at"].isna()
            & every["deallocated_at"].isna()
        ]
        late = live["expires_at"].notna() & (live["expires_at"] <= now)
        asking = live[live["redeemed_at"].notna() | ~late]
        asking = asking.merge(open_[["contract_id", "contract_type", "per_user_limit"]], on="contract_id")
        return asking.assign(redeemed=asking["redeemed_at"].notna())

    def _demand(self, theirs: Any, asking: Any) -> Any:
        """How many seats each invitation asks for."""
        persons = asking[asking["contract_type"] != "voucher"]
        accepted = (persons["contract_type"] == "subscription") & persons["first_enrolled_at"].isna()
        persons = persons.assign(demand=(~persons["redeemed"] | accepted).astype("int64"))
        vouchers = self._vouchers(theirs, asking[asking["contract_type"] == "voucher"])
        import pandas as pd  # noqa: PLC0415 (slow to import, and needed here only)

        columns = ["contract_id", "redeemed", "demand"]
        return pd.concat([persons[columns], vouchers[columns]])

    def _vouchers(self, theirs: Any, asking: Any) -> Any:
        enrolled = self.table("enrollments")
        enrolled = enrolled[enrolled["contract_id"].isin(theirs["contract_id"])]
        offers = self.table("contract_activities")
        offers = offers.loc[offers["removed_at"].isna(), ["contract_id", "activity_id"]]
        covered = self.table("invitation_activities")[["invitation_id", "activity_id"]]
        pairs = asking[["invitation_id", "contract_id", "person_id"]].merge(covered, on="invitation_id")
        pairs = pairs.merge(offers, on=["contract_id", "activity_id"])
        taken = enrolled[["contract_id", "person_id", "activity_id"]].assign(taken=True)
        pairs = pairs.merge(taken, on=["contract_id", "person_id", "activity_id"], how="left")
        left = pairs[pairs["taken"].isna()].groupby("invitation_id").size()
        ever = enrolled.groupby(["contract_id", "person_id"]).size().rename("ever").reset_index()
        asking = asking.merge(ever, on=["contract_id", "person_id"], how="left")
        left = asking["invitation_id"].map(left).fillna(0)
        may = (asking["per_user_limit"] - asking["ever"].fillna(0)).clip(lower=0)
        limited = left.where(asking["per_user_limit"] == 0, left.clip(upper=may))
        return asking.assign(demand=limited.astype("int64"))


def _read(session: Session, name: str, contracts: Collection[int]) -> Any:
    import pandas as pd  # noqa: PLC0415 (slow to import, and needed here only)

    table = next(table for table in TABLES if table.name == name)
    theirs = table.rows.selected_columns["contract_id"].in_(contracts)
    frame = pd.read_sql(stored(session, table).where(theirs), session.connection())
    instants = [name for name, dtype in table.schema.items() if dtype == INSTANT]
    return frame.assign(**{one: pd.to_datetime(frame[one], format=STORED, utc=True) for one in instants})


def _whole(table: str) -> Callable[[Any], Any]:
    return lambda cursor: cursor.sql(f"from {table}").pl().to_pandas()
