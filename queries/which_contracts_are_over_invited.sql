-- Which contracts are over-invited?
--
-- One row per contract whose invitations ask for more seats than are free, the most first (R-SEAT-10, R-INV-11): archived
-- and expired contracts have no demand. Must agree with how_full_is_each_contract.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the instant at which statuses are computed
with taken as (
    select seats_by_day.contract_id, cast(sum(seats_by_day.taken - seats_by_day.returned) as bigint) as used
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    group by seats_by_day.contract_id
),

demanded as (
    select demand_by_expiry.contract_id, cast(sum(demand_by_expiry.demand) as bigint) as demand
    from demand_by_expiry
    inner join scope on scope.contract_id = demand_by_expiry.contract_id
    where demand_by_expiry.expires_at is null or demand_by_expiry.expires_at > $now
    group by demand_by_expiry.contract_id
)

select
    contracts.contract_id,
    contracts.code,
    contracts.title as contract,
    contracts.seats,
    contracts.seats - coalesce(taken.used, 0) as free,
    demanded.demand,
    demanded.demand - (contracts.seats - coalesce(taken.used, 0)) as over_invited
from contracts
inner join scope on scope.contract_id = contracts.contract_id
inner join demanded on demanded.contract_id = contracts.contract_id
left join taken on taken.contract_id = contracts.contract_id
where
    contracts.archived_at is null
    and (contracts.ends_at is null or contracts.ends_at > $now)
    and demanded.demand > contracts.seats - coalesce(taken.used, 0)
order by over_invited desc nulls last, contracts.contract_id asc nulls last
