-- Which activities of contracts are exported?
--
-- One row per contract and activity, by number; one that the contract has no more, where somebody enrolled in it.
-- scope(contract_id)  what the asker may see and wants
-- $first, $last       bigint: the first and last contract of a portion
-- $activity           bigint: the one that is wanted; null: all
-- $from, $to          timestamptz: enrollments made at or after, and before, are counted
with counted as (
    select
        enrollments.contract_id,
        enrollments.activity_id,
        enrollments.status,
        sum(case when enrollments.enrolled_at >= $from and enrollments.enrolled_at < $to then 1 else 0 end) as number
    from enrollments
    where enrollments.contract_id between $first and $last
    group by enrollments.contract_id, enrollments.activity_id, enrollments.status
),

told as (
    select
        contract_activities.contract_id,
        contract_activities.activity_id,
        contract_activities.removed_at is null as offered,
        counted.status,
        counted.number
    from contract_activities
    inner join scope on scope.contract_id = contract_activities.contract_id
    left join counted
        on counted.contract_id = contract_activities.contract_id
        and counted.activity_id = contract_activities.activity_id
    where
        contract_activities.contract_id between $first and $last
        and (cast($activity as bigint) is null or contract_activities.activity_id = $activity)
        and (contract_activities.removed_at is null or counted.status is not null)
)

select
    contract_id,
    activity_id,
    offered,
    cast(coalesce(sum(number), 0) as bigint) as enrollments,
    cast(coalesce(sum(case when status = 'waitlisted' then number end), 0) as bigint) as waitlisted,
    cast(coalesce(sum(case when status = 'pending_approval' then number end), 0) as bigint) as pending_approval,
    cast(coalesce(sum(case when status = 'enrolled' then number end), 0) as bigint) as enrolled,
    cast(coalesce(sum(case when status = 'in_progress' then number end), 0) as bigint) as in_progress,
    cast(coalesce(sum(case when status = 'completed' then number end), 0) as bigint) as completed,
    cast(coalesce(sum(case when status = 'failed' then number end), 0) as bigint) as failed,
    cast(coalesce(sum(case when status = 'no_show' then number end), 0) as bigint) as no_show,
    cast(coalesce(sum(case when status = 'withdrawn' then number end), 0) as bigint) as withdrawn
from told
group by contract_id, activity_id, offered
order by contract_id asc nulls last, activity_id asc nulls last
