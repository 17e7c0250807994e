-- How are seats used over time, against what there is?
--
-- One row per day on which something changed, and today: seats used and seats there are in the contracts valid that day.
-- A contract enters on its first day with what was taken before it, and leaves on the day after its last.
-- Must agree on today with how_full_is_each_contract of the contracts that are active.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the last instant that is told
with theirs as (
    select
        contracts.contract_id,
        contracts.seats,
        contracts.starts_at,
        contracts.ends_at,
        cast(contracts.starts_at as date) as first_day
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    where contracts.archived_at is null
),

moves as (
    select
        theirs.contract_id,
        theirs.ends_at,
        greatest(cast(seat_ledger.effective_at as date), theirs.first_day) as day,
        seat_ledger.delta
    from seat_ledger
    inner join theirs on theirs.contract_id = seat_ledger.contract_id
    where theirs.ends_at is null or seat_ledger.effective_at < theirs.ends_at
),

left_behind as (
    select contract_id, cast(sum(delta) as bigint) as used
    from moves
    group by contract_id
),

steps as (
    select day, delta as used, 0 as capacity from moves
    union all
    select first_day as day, 0 as used, seats as capacity from theirs
    union all
    select cast(theirs.ends_at as date) as day, -coalesce(left_behind.used, 0) as used, -theirs.seats as capacity
    from theirs
    left join left_behind on left_behind.contract_id = theirs.contract_id
    where theirs.ends_at is not null
    union all
    select cast(cast($now as timestamptz) as date) as day, 0 as used, 0 as capacity
),

daily as (
    select day, sum(used) as used, sum(capacity) as capacity
    from steps
    where day <= cast(cast($now as timestamptz) as date)
    group by day
)

select
    day,
    cast(sum(used) over (order by day rows between unbounded preceding and current row) as bigint) as used,
    cast(sum(capacity) over (order by day rows between unbounded preceding and current row) as bigint) as capacity
from daily
order by day asc nulls last
