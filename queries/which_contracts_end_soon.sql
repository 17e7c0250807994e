-- Which contracts end soon, and with how many seats unused?
--
-- One row per active contract that ends within 120 days, the soonest first.
-- Must agree with rules.contract_status on which contracts are active.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the instant from which days are counted
with used_now as (
    select seats_by_day.contract_id, cast(sum(seats_by_day.taken - seats_by_day.returned) as bigint) as used
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    group by seats_by_day.contract_id
)

select
    contracts.contract_id,
    contracts.code,
    contracts.title as contract,
    contracts.ends_at,
    date_diff('day', cast(cast($now as timestamptz) as date), cast(contracts.ends_at as date)) as days_left,
    contracts.seats,
    coalesce(used_now.used, 0) as used,
    contracts.seats - coalesce(used_now.used, 0) as unused
from contracts
inner join scope on scope.contract_id = contracts.contract_id
left join used_now on used_now.contract_id = contracts.contract_id
where
    contracts.archived_at is null
    and contracts.starts_at <= $now
    and contracts.ends_at > $now
    and date_diff('day', cast(cast($now as timestamptz) as date), cast(contracts.ends_at as date)) <= 120
order by contracts.ends_at asc nulls last, contracts.contract_id asc nulls last
