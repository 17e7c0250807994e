-- When do seats run out?
--
-- One row per active contract, the soonest run-out first (R-ANA-4). Pace: net seats a day over the last 28 days (UTC), today
-- included; slowest and fastest: the same over the 7 days in a row among them with the least and the most. The day on
-- which the free seats are used up at a pace is told only where it comes before the contract's end (a contract without an
-- end is looked at for a hundred years).
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the instant from which days are counted
with days_back as (
    select 0 as back
    union all
    select 1 as back
    union all
    select 2 as back
    union all
    select 3 as back
    union all
    select 4 as back
    union all
    select 5 as back
    union all
    select 6 as back
),

weeks_back as (
    select back * 7 as back from days_back where back < 4
),

today as (
    select cast(cast($now as timestamptz) as date) as day
),

lately as (
    select cast(today.day - (weeks_back.back + days_back.back) as date) as day, weeks_back.back + days_back.back as back
    from days_back
    cross join weeks_back
    cross join today
),

taken as (
    select seats_by_day.contract_id, cast(sum(seats_by_day.taken - seats_by_day.returned) as bigint) as used
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    group by seats_by_day.contract_id
),

theirs as (
    select
        contracts.contract_id,
        contracts.code,
        contracts.title as contract,
        contracts.seats,
        coalesce(taken.used, 0) as used,
        contracts.seats - coalesce(taken.used, 0) as free,
        contracts.ends_at,
        coalesce(cast(contracts.ends_at as date), cast(today.day + 36525 as date)) as horizon
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    cross join today
    left join taken on taken.contract_id = contracts.contract_id
    where
        contracts.archived_at is null
        and contracts.starts_at <= $now
        and (contracts.ends_at is null or contracts.ends_at > $now)
),

daily as (
    select
        theirs.contract_id,
        lately.back,
        coalesce(seats_by_day.taken - seats_by_day.returned, 0) as net
    from theirs
    cross join lately
    left join seats_by_day
        on seats_by_day.contract_id = theirs.contract_id and seats_by_day.day = lately.day
),

weekly as (
    select
        contract_id,
        back,
        net,
        sum(net) over (partition by contract_id order by back desc rows between 6 preceding and current row) as net_of_week
    from daily
),

paced as (
    select
        contract_id,
        sum(net) as net_lately,
        min(case when back <= 21 then net_of_week end) as least_week,
        max(case when back <= 21 then net_of_week end) as most_week
    from weekly
    group by contract_id
),

-- how many whole days from today until the free seats are used up at each pace; null: never
lasting as (
    select
        theirs.contract_id,
        case when paced.net_lately > 0 then ceil(cast(theirs.free * 28 as double) / paced.net_lately) end as at_pace,
        case when paced.most_week > 0 then ceil(cast(theirs.free * 7 as double) / paced.most_week) end as at_fastest,
        case when paced.least_week > 0 then ceil(cast(theirs.free * 7 as double) / paced.least_week) end as at_slowest,
        date_diff('day', today.day, theirs.horizon) as days_left
    from theirs
    cross join today
    inner join paced on paced.contract_id = theirs.contract_id
    where theirs.free > 0
),

-- the same as days; null: not before the end
meeting as (
    select
        lasting.contract_id,
        case when lasting.at_pace < lasting.days_left
            then cast(today.day + cast(least(lasting.at_pace, lasting.days_left) as integer) as date) end as run_out_on,
        case when lasting.at_fastest < lasting.days_left
            then cast(today.day + cast(least(lasting.at_fastest, lasting.days_left) as integer) as date) end as earliest,
        case when lasting.at_slowest < lasting.days_left
            then cast(today.day + cast(least(lasting.at_slowest, lasting.days_left) as integer) as date) end as latest
    from lasting
    cross join today
)

select
    theirs.contract_id,
    theirs.code,
    theirs.contract,
    theirs.seats,
    theirs.used,
    theirs.free,
    cast(paced.net_lately as double) / 28 as pace,
    cast(paced.least_week as double) / 7 as slowest,
    cast(paced.most_week as double) / 7 as fastest,
    meeting.run_out_on,
    meeting.earliest,
    meeting.latest,
    theirs.ends_at,
    case
        when theirs.free <= 0 then 'full'
        when paced.net_lately <= 0 then 'no_pace'
        when meeting.run_out_on is null then 'not_before_end'
        else 'runs_out'
    end as verdict
from theirs
inner join paced on paced.contract_id = theirs.contract_id
left join meeting on meeting.contract_id = theirs.contract_id
order by
    case when theirs.free <= 0 then 0 else 1 end asc nulls last,
    meeting.run_out_on asc nulls last,
    meeting.earliest asc nulls last,
    theirs.contract_id asc nulls last
