-- Enrollments per contract, activity, month in which they were made (its first day, UTC), and the status they have now.
--
-- touched(contract_id)  the contracts that are told anew
select
    enrollments.contract_id,
    enrollments.activity_id,
    cast(date_trunc('month', enrollments.enrolled_at) as date) as month,
    enrollments.status,
    count(*) as enrollments
from enrollments
inner join touched on touched.contract_id = enrollments.contract_id
group by
    enrollments.contract_id,
    enrollments.activity_id,
    cast(date_trunc('month', enrollments.enrolled_at) as date),
    enrollments.status
order by contract_id asc nulls last, activity_id asc nulls last, month asc nulls last, status asc nulls last
