-- What changed?
--
-- Six rows, in order: how often something happened in the period, and in as many days just before it. Seats by the ledger;
-- invitations that were made and accepted, enrollments that were made and completed, by their days (UTC).
-- scope(contract_id)  what the asker may see
-- $from, $to          timestamptz: the period, without its end; both begin a day
with rows_told as (
    select 1 as position, 'seats_taken' as what
    union all
    select 2 as position, 'seats_returned' as what
    union all
    select 3 as position, 'invited' as what
    union all
    select 4 as position, 'accepted' as what
    union all
    select 5 as position, 'enrolled' as what
    union all
    select 6 as position, 'completed' as what
),

period as (
    select
        cast(cast($from as timestamptz) as date) as first_day,
        cast(cast($to as timestamptz) as date) as day_after,
        date_diff('day', cast(cast($from as timestamptz) as date), cast(cast($to as timestamptz) as date)) as days
),

happened as (
    select seats_by_day.day, 'seats_taken' as what, seats_by_day.taken as times
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    union all
    select seats_by_day.day, 'seats_returned' as what, seats_by_day.returned as times
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    union all
    select events_by_day.day, events_by_day.what, events_by_day.events as times
    from events_by_day
    inner join scope on scope.contract_id = events_by_day.contract_id
),

counted as (
    select
        happened.what,
        sum(case when happened.day >= period.first_day then happened.times else 0 end) as now_times,
        sum(case when happened.day < period.first_day then happened.times else 0 end) as before_times
    from happened
    cross join period
    where
        happened.day < period.day_after
        and date_diff('day', happened.day, period.first_day) <= period.days
    group by happened.what
)

select
    rows_told.position,
    rows_told.what,
    cast(coalesce(counted.now_times, 0) as bigint) as now,
    cast(coalesce(counted.before_times, 0) as bigint) as before
from rows_told
left join counted on counted.what = rows_told.what
order by rows_told.position asc nulls last
