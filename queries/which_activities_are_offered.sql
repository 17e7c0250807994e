-- Which activities are offered?
--
-- One row per contract and activity that it has now, by title.
-- scope(contract_id)  what the asker may see
select
    contract_activities.contract_id,
    contract_activities.activity_id,
    activities.code,
    activities.title as activity
from contract_activities
inner join scope on scope.contract_id = contract_activities.contract_id
inner join activities on activities.activity_id = contract_activities.activity_id
where contract_activities.removed_at is null
order by
    activities.title asc nulls last,
    contract_activities.activity_id asc nulls last,
    contract_activities.contract_id asc nulls last
