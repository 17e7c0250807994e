-- Who stopped there?
--
-- One row per person and contract to which they were first invited in the period, who came to the step in it and not to the
-- next (at the last: who completed an activity), the longest there first. Must agree with where_do_people_stop.
-- scope(contract_id)  what the asker may see
-- $step               text: invited, accepted, enrolled, started, completed
-- $from, $to          timestamptz: the period, without its end
with came as (
    select
        people_by_contract.contract_id,
        people_by_contract.person_id,
        people_by_contract.invited_at,
        people_by_contract.accepted_at,
        people_by_contract.enrolled_at,
        case
            when people_by_contract.completed then 'completed'
            when people_by_contract.started then 'started'
            when people_by_contract.enrolled_at is not null then 'enrolled'
            when people_by_contract.accepted_at is not null then 'accepted'
            else 'invited'
        end as step
    from people_by_contract
    inner join scope on scope.contract_id = people_by_contract.contract_id
    where people_by_contract.invited_at >= $from and people_by_contract.invited_at < $to
),

stopped as (
    select contract_id, person_id, invited_at, accepted_at, enrolled_at
    from came
    where step = $step
),

-- only the last two steps ask the enrollments themselves
since_then as (
    select
        enrollments.contract_id,
        enrollments.person_id,
        min(
            case
                when $step = 'completed' and enrollments.status = 'completed'
                    then coalesce(enrollments.completed_at, enrollments.progress_at, enrollments.enrolled_at)
                when $step = 'started' and enrollments.started
                    then coalesce(enrollments.progress_at, enrollments.enrolled_at)
            end
        ) as since
    from enrollments
    inner join stopped
        on stopped.contract_id = enrollments.contract_id and stopped.person_id = enrollments.person_id
    where $step in ('started', 'completed')
    group by enrollments.contract_id, enrollments.person_id
)

select
    contracts.contract_id,
    contracts.code,
    contracts.title as contract,
    stopped.person_id,
    case $step
        when 'invited' then stopped.invited_at
        when 'accepted' then stopped.accepted_at
        when 'enrolled' then stopped.enrolled_at
        else since_then.since
    end as since
from stopped
inner join contracts on contracts.contract_id = stopped.contract_id
left join since_then
    on since_then.contract_id = stopped.contract_id and since_then.person_id = stopped.person_id
order by since asc nulls last, contracts.contract_id asc nulls last, stopped.person_id asc nulls last
