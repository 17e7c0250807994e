"""Questions of seat usage asked of frames of pandas, about some contracts: what the roll-ups are compared with."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from lc_core.bench.center_frames import Frames

Contracts = Collection[int]
Rows = list[dict[str, Any]]
STATES = ("started", "completed")


def _theirs(frames: Frames, table: str, contracts: Contracts) -> Any:
    frame = frames.table(table)
    return frame[frame["contract_id"].isin(contracts)]


def over_time(frames: Frames, contracts: Contracts, now: datetime) -> Rows:
    """Seats used and there are, by day."""
    import pandas as pd  # noqa: PLC0415 (slow to import, and needed here only)

    theirs = _theirs(frames, "contracts", contracts)
    theirs = theirs[theirs["archived_at"].isna()].set_index("contract_id")
    moves = _theirs(frames, "seat_ledger", theirs.index).join(theirs[["starts_at", "ends_at"]], on="contract_id")
    moves = moves[moves["ends_at"].isna() | (moves["effective_at"] < moves["ends_at"])]
    days = moves["effective_at"].where(moves["effective_at"] > moves["starts_at"], moves["starts_at"]).dt.date
    ending, today = theirs[theirs["ends_at"].notna()], now.date()
    left = moves.groupby("contract_id")["delta"].sum().reindex(ending.index, fill_value=0)
    steps = pd.concat(
        [
            pd.DataFrame({"day": days, "used": moves["delta"], "capacity": 0}),
            pd.DataFrame({"day": theirs["starts_at"].dt.date, "used": 0, "capacity": theirs["seats"]}),
            pd.DataFrame({"day": ending["ends_at"].dt.date, "used": -left, "capacity": -ending["seats"]}),
            pd.DataFrame({"day": [today], "used": 0, "capacity": 0}),
        ]
    )
    daily = steps[steps["day"] <= today].groupby("day")[["used", "capacity"]].sum().sort_index().cumsum()
    rows: Rows = daily.reset_index().to_dict("records")
    return rows


def steps(frames: Frames, contracts: Contracts, _now: datetime) -> Rows:
    """How many different people came to each step."""
    invited = _theirs(frames, "invitations", contracts)
    enrolled = _theirs(frames, "enrollments", contracts)
    people = {
        "invited": invited,
        "accepted": invited[invited["redeemed_at"].notna()],
        "enrolled": enrolled,
        "started": enrolled[enrolled["started"]],
        "completed": enrolled[enrolled["status"] == "completed"],
    }
    return [{"step": step, "people": frame["person_id"].nunique()} for step, frame in people.items()]


def in_activities(frames: Frames, contracts: Contracts, _now: datetime) -> Rows:
    """Enrollments by activity and status."""
    counted = _theirs(frames, "enrollments", contracts).groupby(["activity_id", "status"]).size()
    rows: Rows = counted.rename("enrollments").reset_index().to_dict("records")
    return rows


def cohorts(frames: Frames, contracts: Contracts, _now: datetime) -> Rows:
    """How far those came who were first invited in a month."""
    who = ["contract_id", "person_id"]
    invited = _theirs(frames, "invitations", contracts)
    first = invited.groupby(who).agg(at=("invited_at", "min"), accepted=("redeemed_at", "count"))
    enrolled = _theirs(frames, "enrollments", contracts)
    enrolled = enrolled.assign(completed=enrolled["status"] == "completed")
    far = first.join(enrolled.groupby(who)[list(STATES)].max())
    far = far.assign(
        month=far["at"].dt.tz_localize(None).dt.to_period("M").dt.start_time.dt.date,
        invited=1,
        accepted=(far["accepted"] > 0).astype("int64"),
        enrolled=far["started"].notna().astype("int64"),
        **{name: far[name].eq(other=True).astype("int64") for name in STATES},
    )
    rows: Rows = (
        far.groupby("month")[["invited", "accepted", "enrolled", *STATES]].sum().reset_index().to_dict("records")
    )
    return rows


def changed(frames: Frames, contracts: Contracts, now: datetime) -> Rows:
    """What happened in the last 28 days, today included."""
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=27)
    ledger = _theirs(frames, "seat_ledger", contracts)
    lately = ledger.loc[ledger["effective_at"] >= since, "delta"]
    invited = _theirs(frames, "invitations", contracts)
    enrolled = _theirs(frames, "enrollments", contracts)
    times = {
        "seats_taken": lately > 0,
        "seats_returned": lately < 0,
        "invited": invited["invited_at"] >= since,
        "accepted": invited["redeemed_at"] >= since,
        "enrolled": enrolled["enrolled_at"] >= since,
        "completed": enrolled["completed_at"] >= since,
    }
    return [{"what": what, "now": int(happened.sum())} for what, happened in times.items()]


FRAMES: dict[str, Callable[[Frames, Contracts, datetime], Rows]] = {
    "how_are_seats_used_over_time": over_time,
    "where_do_people_stop": steps,
    "what_happens_in_each_activity": in_activities,
    "how_do_cohorts_get_on": cohorts,
    "what_changed": changed,
}
