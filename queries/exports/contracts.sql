-- Which contracts are exported?
--
-- One row per contract, by number.
-- scope(contract_id)         what the asker may see and wants
-- chosen(status)             the statuses that are wanted
-- how_full_is_each_contract  the answer to that question, of the same contracts
-- $first, $last              bigint: the first and last contract of a portion
select
    contracts.contract_id,
    told.status,
    told.seats,
    told.used,
    told.reserved,
    told.pending,
    told.uncommitted,
    told.over_invited,
    told.expired_unused,
    case when told.seats > 0 then cast(told.used as double) / told.seats end as utilisation,
    contracts.valid_from,
    contracts.valid_to,
    contracts.timezone,
    contracts.starts_at,
    contracts.ends_at,
    contracts.per_user_limit,
    contracts.require_invitation_code,
    contracts.seat_release,
    contracts.archived_at,
    contracts.created_at
from contracts
inner join scope on scope.contract_id = contracts.contract_id
inner join how_full_is_each_contract as told on told.contract_id = contracts.contract_id
inner join chosen on chosen.status = told.status
where contracts.contract_id between $first and $last
order by contracts.contract_id asc nulls last
