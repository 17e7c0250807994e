"""Questions of seat usage asked of the records themselves, on SQLite, over all contracts: what the roll-ups are compared with.

As somebody would write it who knows the tables. Each tells the columns of KEYS, in their order.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from lc_core.records.types import UtcDateTime

OVER_TIME = """
with theirs as (
    select id, seats, starts_at, ends_at, date(starts_at) as first_day from contracts where archived_at is null
),
moves as (
    select seat_ledger.contract_id, max(date(seat_ledger.effective_at), theirs.first_day) as day, seat_ledger.delta
    from seat_ledger
    inner join theirs on theirs.id = seat_ledger.contract_id
    where theirs.ends_at is null or seat_ledger.effective_at < theirs.ends_at
),
left_behind as (select contract_id, sum(delta) as used from moves group by contract_id),
steps as (
    select day, delta as used, 0 as capacity from moves
    union all
    select first_day, 0, seats from theirs
    union all
    select date(theirs.ends_at), -coalesce(left_behind.used, 0), -theirs.seats
    from theirs left join left_behind on left_behind.contract_id = theirs.id
    where theirs.ends_at is not null
    union all
    select date(:now), 0, 0
),
daily as (select day, sum(used) as used, sum(capacity) as capacity from steps where day <= date(:now) group by day)
select day, sum(used) over (order by day) as used, sum(capacity) over (order by day) as capacity
from daily
order by day
"""
STEPS = """
select 'invited' as step, count(distinct person_id) as people from invitations
union all
select 'accepted', count(distinct person_id) from invitations where redeemed_at is not null
union all
select 'enrolled', count(distinct person_id) from enrollments
union all
select 'started', count(distinct person_id) from enrollments where started
union all
select 'completed', count(distinct person_id) from enrollments where status = 'completed'
"""
IN_ACTIVITIES = """
select activity_id, status, count(*) as enrollments from enrollments group by activity_id, status
"""
COHORTS = """
with invited as (
    select contract_id, person_id, min(invited_at) as at, max(redeemed_at is not null) as accepted
    from invitations
    group by contract_id, person_id
),
enrolled as (
    select contract_id, person_id, max(started) as started, max(status = 'completed') as completed
    from enrollments
    group by contract_id, person_id
)
select
    strftime('%Y-%m-01', invited.at) as month,
    count(*) as invited,
    sum(invited.accepted) as accepted,
    count(enrolled.person_id) as enrolled,
    coalesce(sum(enrolled.started), 0) as started,
    coalesce(sum(enrolled.completed), 0) as completed
from invited
left join enrolled on enrolled.contract_id = invited.contract_id and enrolled.person_id = invited.person_id
group by strftime('%Y-%m-01', invited.at)
"""
CHANGED = """
select 'seats_taken' as what, count(*) as now from seat_ledger where effective_at >= date(:now, '-27 days') and delta > 0
union all
select 'seats_returned', count(*) from seat_ledger where effective_at >= date(:now, '-27 days') and delta < 0
union all
select 'invited', count(*) from invitations where invited_at >= date(:now, '-27 days')
union all
select 'accepted', count(*) from invitations where redeemed_at >= date(:now, '-27 days')
union all
select 'enrolled', count(*) from enrollments where enrolled_at >= date(:now, '-27 days')
union all
select 'completed', count(*) from enrollments where completed_at >= date(:now, '-27 days')
"""
KEYS = {
    "how_are_seats_used_over_time": ("day", "used", "capacity"),
    "where_do_people_stop": ("step", "people"),
    "what_happens_in_each_activity": ("activity_id", "status", "enrollments"),
    "how_do_cohorts_get_on": ("month", "invited", "accepted", "enrolled", "started", "completed"),
    "what_changed": ("what", "now"),
}
"""The columns that every way to ask a question must agree on."""
SQL = dict(zip(KEYS, (OVER_TIME, STEPS, IN_ACTIVITIES, COHORTS, CHANGED), strict=True))


def by_sql(session: Session, question: str, now: datetime) -> list[dict[str, Any]]:
    """The answer over all contracts."""
    asked = text(SQL[question])
    if ":now" in SQL[question]:
        asked = asked.bindparams(bindparam("now", now, type_=UtcDateTime()))
    return [dict(row) for row in session.execute(asked).mappings()]
