-- What happens in each activity?
--
-- One row per activity and enrollment status that occurs in it: enrollments made in the period through the contracts that
-- are seen. Whole months come from the roll-up; only a month that the period cuts is counted from the enrollments.
-- scope(contract_id)  what the asker may see
-- $from, $to          timestamptz: the period, without its end
with counted as (
    select enrollments_by_month.activity_id, enrollments_by_month.status, enrollments_by_month.enrollments
    from enrollments_by_month
    inner join scope on scope.contract_id = enrollments_by_month.contract_id
    where
        enrollments_by_month.month >= case
            when date_trunc('month', cast($from as timestamptz)) = $from then cast(cast($from as timestamptz) as date)
            else cast(date_trunc('month', cast($from as timestamptz)) + interval '1' month as date)
        end
        and enrollments_by_month.month < cast(date_trunc('month', cast($to as timestamptz)) as date)
    union all
    select enrollments.activity_id, enrollments.status, 1 as enrollments
    from enrollments
    inner join scope on scope.contract_id = enrollments.contract_id
    where
        enrollments.enrolled_at >= $from
        and enrollments.enrolled_at < $to
        and (
            enrollments.enrolled_at < case
                when date_trunc('month', cast($from as timestamptz)) = $from then cast($from as timestamptz)
                else date_trunc('month', cast($from as timestamptz)) + interval '1' month
            end
            or enrollments.enrolled_at >= date_trunc('month', cast($to as timestamptz))
        )
),

totals as (
    select activity_id, status, cast(sum(enrollments) as bigint) as enrollments
    from counted
    group by activity_id, status
)

select
    activities.activity_id,
    activities.code,
    activities.title as activity,
    totals.status,
    totals.enrollments
from totals
inner join activities on activities.activity_id = totals.activity_id
order by activities.title asc nulls last, activities.activity_id asc nulls last, totals.status asc nulls last
