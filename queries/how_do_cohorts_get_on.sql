-- How do cohorts get on?
--
-- One row per month (UTC): of the people first invited to a contract in it, how many came to each step by now. Somebody in
-- two contracts counts twice.
-- scope(contract_id)  what the asker may see
-- $from, $to          timestamptz: the period of the first invitations, without its end
select
    cast(date_trunc('month', people_by_contract.invited_at) as date) as month,
    count(*) as invited,
    count(people_by_contract.accepted_at) as accepted,
    count(people_by_contract.enrolled_at) as enrolled,
    count(case when people_by_contract.started then 1 end) as started,
    count(case when people_by_contract.completed then 1 end) as completed
from people_by_contract
inner join scope on scope.contract_id = people_by_contract.contract_id
where people_by_contract.invited_at >= $from and people_by_contract.invited_at < $to
group by cast(date_trunc('month', people_by_contract.invited_at) as date)
order by month asc nulls last
