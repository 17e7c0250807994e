-- How are seats used over time, against what there is?
--
-- One row per day of the period on which something changed, and its last day or today: seats used and seats there are in
-- the contracts valid that day. What happened before the period is carried into its first day.
-- A contract enters on its first day with what was taken before it, and leaves on the day after its last.
-- Must agree on today with how_full_is_each_contract of the contracts that are active.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the last instant that is told
-- $from, $to          timestamptz: the period, without its end; from the first day of year 1 there is no such limit
with theirs as (
    select
        contracts.contract_id,
        contracts.seats,
        contracts.ends_at,
        cast(contracts.starts_at as date) as first_day
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    where contracts.archived_at is null
),

-- what is told, from and up to (with) which day
told as (
    select
        cast(cast($from as timestamptz) as date) as first_day,
        least(cast(cast($now as timestamptz) as date), cast(cast($to as timestamptz) as date) - 1) as last_day
),

moves as (
    select
        theirs.contract_id,
        greatest(seats_by_day.day, theirs.first_day) as day,
        seats_by_day.in_period as used
    from seats_by_day
    inner join theirs on theirs.contract_id = seats_by_day.contract_id
    where theirs.ends_at is null or seats_by_day.day <= cast(theirs.ends_at as date)
),

left_behind as (
    select contract_id, cast(sum(used) as bigint) as used
    from moves
    group by contract_id
),

steps as (
    select day, used, 0 as capacity from moves
    union all
    select first_day as day, 0 as used, seats as capacity from theirs
    union all
    select cast(theirs.ends_at as date) as day, -coalesce(left_behind.used, 0) as used, -theirs.seats as capacity
    from theirs
    left join left_behind on left_behind.contract_id = theirs.contract_id
    where theirs.ends_at is not null
    union all
    select first_day as day, 0 as used, 0 as capacity from told where first_day > cast('0001-01-01' as date)
    union all
    select last_day as day, 0 as used, 0 as capacity from told
),

daily as (
    select
        greatest(steps.day, told.first_day) as day,
        sum(steps.used) as used,
        sum(steps.capacity) as capacity
    from steps
    cross join told
    where steps.day <= told.last_day and told.first_day <= told.last_day
    group by greatest(steps.day, told.first_day)
)

select
    day,
    cast(sum(used) over (order by day rows between unbounded preceding and current row) as bigint) as used,
    cast(sum(capacity) over (order by day rows between unbounded preceding and current row) as bigint) as capacity
from daily
order by day asc nulls last
