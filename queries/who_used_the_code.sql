-- Who used the code?
--
-- One row per contract to which anybody first came in the period, the most by its code first: how many came by the code
-- without an invitation (R-INV-9), how many in all, and how many of those by the code enrolled.
-- scope(contract_id)  what the asker may see
-- $from, $to          timestamptz: the period, without its end
with came as (
    select
        people_by_contract.contract_id,
        count(case when people_by_contract.by_code then 1 end) as by_code,
        count(*) as invited,
        count(case when people_by_contract.by_code then people_by_contract.enrolled_at end) as enrolled
    from people_by_contract
    inner join scope on scope.contract_id = people_by_contract.contract_id
    where people_by_contract.invited_at >= $from and people_by_contract.invited_at < $to
    group by people_by_contract.contract_id
)

select
    contracts.contract_id,
    contracts.code,
    contracts.title as contract,
    came.by_code,
    came.invited,
    came.enrolled
from came
inner join contracts on contracts.contract_id = came.contract_id
order by came.by_code desc nulls last, lower(contracts.code) asc nulls last, contracts.contract_id asc nulls last
