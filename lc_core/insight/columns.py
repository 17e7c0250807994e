"""The columns of each answer: their names, their types, and in the registry what they mean."""

from collections.abc import Mapping

import polars as pl

from lc_core.insight.tables import INSTANT

Columns = Mapping[str, pl.DataType | type[pl.DataType]]

CONTRACT: Columns = {"contract_id": pl.Int64, "code": pl.String, "contract": pl.String}
HOW_FULL: Columns = {
    "contract_id": pl.Int64,
    "code": pl.String,
    "title": pl.String,
    "contract_type": pl.String,
    "status": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "starts_at": INSTANT,
    "ends_at": INSTANT,
    "seats": pl.Int64,
    "used": pl.Int64,
    "reserved": pl.Int64,
    "pending": pl.Int64,
    "uncommitted": pl.Int64,
    "over_invited": pl.Int64,
    "expired_unused": pl.Int64,
    "group_name": pl.String,
    "created_at": INSTANT,
    "archived_at": INSTANT,
}
OVER_TIME: Columns = {"day": pl.Date, "used": pl.Int64, "capacity": pl.Int64}
RUN_OUT: Columns = {
    **CONTRACT,
    "seats": pl.Int64,
    "used": pl.Int64,
    "free": pl.Int64,
    "pace": pl.Float64,
    "slowest": pl.Float64,
    "fastest": pl.Float64,
    "run_out_on": pl.Date,
    "earliest": pl.Date,
    "latest": pl.Date,
    "ends_at": INSTANT,
    "verdict": pl.String,
}
BY_MONTH: Columns = {
    **CONTRACT,
    "month": pl.Date,
    "used": pl.Int64,
    "seats": pl.Int64,
    "utilisation": pl.Float64,
}
STEPS: Columns = {"position": pl.Int32, "step": pl.String, "people": pl.Int64, "seats": pl.Int64}
STOPPED: Columns = {**CONTRACT, "person_id": pl.Int64, "since": INSTANT}
HOW_LONG: Columns = {
    "month": pl.Date,
    "sent": pl.Int64,
    "accepted": pl.Int64,
    "accept_median_days": pl.Float64,
    "accept_p90_days": pl.Float64,
    "enrolled": pl.Int64,
    "enroll_median_days": pl.Float64,
    "enroll_p90_days": pl.Float64,
}
IN_ACTIVITIES: Columns = {
    "activity_id": pl.Int64,
    "code": pl.String,
    "activity": pl.String,
    "status": pl.String,
    "enrollments": pl.Int64,
}
END_SOON: Columns = {
    **CONTRACT,
    "ends_at": INSTANT,
    "days_left": pl.Int64,
    "seats": pl.Int64,
    "used": pl.Int64,
    "unused": pl.Int64,
}
IDLE: Columns = {
    **CONTRACT,
    "kind": pl.String,
    "people": pl.Int64,
    "seats": pl.Int64,
    "longest_days": pl.Int64,
}
WHOSE_IDLE: Columns = {**CONTRACT, "person_id": pl.Int64, "since": INSTANT, "seats": pl.Int64}
OVER_INVITED: Columns = {
    **CONTRACT,
    "seats": pl.Int64,
    "free": pl.Int64,
    "demand": pl.Int64,
    "over_invited": pl.Int64,
}
RENEWALS: Columns = {
    "month": pl.Date,
    **CONTRACT,
    "ends_at": INSTANT,
    "seats": pl.Int64,
    "used": pl.Int64,
    "renewed": pl.Boolean,
}
COHORTS: Columns = {
    "month": pl.Date,
    "invited": pl.Int64,
    "accepted": pl.Int64,
    "enrolled": pl.Int64,
    "started": pl.Int64,
    "completed": pl.Int64,
}
USED_CODE: Columns = {**CONTRACT, "by_code": pl.Int64, "invited": pl.Int64, "enrolled": pl.Int64}
CHANGED: Columns = {"position": pl.Int32, "what": pl.String, "now": pl.Int64, "before": pl.Int64}
OFFERED: Columns = {"contract_id": pl.Int64, "activity_id": pl.Int64, "code": pl.String, "activity": pl.String}
