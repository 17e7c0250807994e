-- What happens in each activity?
--
-- One row per activity and enrollment status that occurs in it: enrollments through the contracts that are seen.
-- scope(contract_id)  what the asker may see
select
    activities.activity_id,
    activities.code,
    activities.title as activity,
    enrollments.status,
    count(*) as enrollments
from enrollments
inner join scope on scope.contract_id = enrollments.contract_id
inner join activities on activities.activity_id = enrollments.activity_id
group by activities.activity_id, activities.code, activities.title, enrollments.status
order by activities.title asc nulls last, activities.activity_id asc nulls last, enrollments.status asc nulls last
