-- When are renewals due?
--
-- One row per contract, not archived, that ended in the last 90 days or ends in the next 365 (days of UTC), the soonest first.
-- month: of its last day, in its own time zone. renewed: there is a contract that renews it (R-CON-17), seen or not.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the instant from which days are counted
with taken as (
    select seats_by_day.contract_id, cast(sum(seats_by_day.taken - seats_by_day.returned) as bigint) as used
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    group by seats_by_day.contract_id
),

-- a contract has one successor; that there is one is all that is told of it
successors as (
    select contracts.renews_id as contract_id
    from contracts
    inner join scope on scope.contract_id = contracts.renews_id
)

select
    cast(date_trunc('month', contracts.valid_to) as date) as month,
    contracts.contract_id,
    contracts.code,
    contracts.title as contract,
    contracts.ends_at,
    contracts.seats,
    coalesce(taken.used, 0) as used,
    successors.contract_id is not null as renewed
from contracts
inner join scope on scope.contract_id = contracts.contract_id
left join taken on taken.contract_id = contracts.contract_id
left join successors on successors.contract_id = contracts.contract_id
where
    contracts.archived_at is null
    and contracts.ends_at is not null
    and date_diff('day', cast(cast($now as timestamptz) as date), cast(contracts.ends_at as date)) between -90 and 365
order by contracts.ends_at asc nulls last, contracts.contract_id asc nulls last
