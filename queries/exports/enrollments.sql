-- Which enrollments are exported?
--
-- One row per enrollment, by contract, instant and number.
-- scope(contract_id)  what the asker may see and wants
-- chosen(status)      the statuses that are wanted
-- $first, $last       bigint: the first and last contract of a portion
-- $activity           bigint: the one that is wanted; null: all
-- $from, $to          timestamptz: enrolled at or after, and before
select
    enrollments.contract_id,
    enrollments.activity_id,
    enrollments.person_id,
    enrollments.status,
    enrollments.enrolled_at,
    enrollments.progress_at,
    enrollments.completed_at,
    enrollments.withdrawn_at
from enrollments
inner join scope on scope.contract_id = enrollments.contract_id
inner join chosen on chosen.status = enrollments.status
where
    enrollments.contract_id between $first and $last
    and (cast($activity as bigint) is null or enrollments.activity_id = $activity)
    and enrollments.enrolled_at >= $from
    and enrollments.enrolled_at < $to
order by
    enrollments.contract_id asc nulls last,
    enrollments.enrolled_at asc nulls last,
    enrollments.enrollment_id asc nulls last
