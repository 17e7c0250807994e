-- How used is each contract, month by month?
--
-- One row per contract and month (UTC) of its validity up to now, within the period: seats used at the month's end, or now,
-- as a share of the seats it has today (R-ANA-1). Must agree with the sums of the seat ledger.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the last instant that is told
-- $from, $to          timestamptz: the period, without its end; months of which a part lies in it are told
with digits as (
    select 0 as digit
    union all
    select 1 as digit
    union all
    select 2 as digit
    union all
    select 3 as digit
    union all
    select 4 as digit
    union all
    select 5 as digit
    union all
    select 6 as digit
    union all
    select 7 as digit
    union all
    select 8 as digit
    union all
    select 9 as digit
),

told as (
    select
        date_trunc('month', cast(cast($from as timestamptz) as date)) as first_month,
        date_trunc(
            'month', least(cast(cast($now as timestamptz) as date), cast(cast($to as timestamptz) as date) - 1)
        ) as last_month,
        least(cast(cast($now as timestamptz) as date), cast(cast($to as timestamptz) as date) - 1) as last_day
),

-- a thousand months back from the last
calendar as (
    select cast(told.last_month - to_months(ones.digit + 10 * tens.digit + 100 * hundreds.digit) as date) as month
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join told
),

theirs as (
    select
        contracts.contract_id,
        contracts.code,
        contracts.title as contract,
        contracts.seats,
        cast(greatest(date_trunc('month', contracts.valid_from), told.first_month) as date) as first_month,
        cast(
            least(date_trunc('month', coalesce(contracts.valid_to, told.last_day)), told.last_month) as date
        ) as last_month
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    cross join told
    where
        contracts.starts_at <= $now
        and date_trunc('month', contracts.valid_from) <= told.last_month
        and date_trunc('month', coalesce(contracts.valid_to, told.last_day)) >= told.first_month
        and told.first_month <= told.last_month
),

months as (
    select theirs.contract_id, calendar.month
    from theirs
    inner join calendar on calendar.month >= theirs.first_month and calendar.month <= theirs.last_month
),

-- what was taken before the first month that is told is carried into it
moves as (
    select
        theirs.contract_id,
        greatest(cast(date_trunc('month', seats_by_day.day) as date), theirs.first_month) as month,
        seats_by_day.taken - seats_by_day.returned as net
    from seats_by_day
    inner join theirs on theirs.contract_id = seats_by_day.contract_id
    cross join told
    where cast(date_trunc('month', seats_by_day.day) as date) <= theirs.last_month and seats_by_day.day <= told.last_day
),

monthly as (
    select contract_id, month, sum(net) as net
    from (
        select contract_id, month, net from moves
        union all
        select contract_id, month, 0 as net from months
    ) as both_kinds
    group by contract_id, month
),

used_then as (
    select
        contract_id,
        month,
        cast(
            sum(net) over (
                partition by contract_id order by month rows between unbounded preceding and current row
            ) as bigint
        ) as used
    from monthly
)

select
    theirs.contract_id,
    theirs.code,
    theirs.contract,
    used_then.month,
    used_then.used,
    theirs.seats,
    case when theirs.seats > 0 then cast(used_then.used as double) / theirs.seats end as utilisation
from used_then
inner join theirs on theirs.contract_id = used_then.contract_id
order by lower(theirs.code) asc nulls last, theirs.contract_id asc nulls last, used_then.month asc nulls last
