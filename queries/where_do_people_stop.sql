-- Where do people stop on their way from the invitation to the end?
--
-- One row per step, in order: how many different people got that far (R-ANA-2) in contracts to which they were first invited
-- in the period, and the seats they hold now in those. Each step is a part of the one before it.
-- scope(contract_id)  what the asker may see
-- $from, $to          timestamptz: the period, without its end
with came as (
    select
        people_by_contract.person_id,
        people_by_contract.seats,
        case
            when people_by_contract.completed then 5
            when people_by_contract.started then 4
            when people_by_contract.enrolled_at is not null then 3
            when people_by_contract.accepted_at is not null then 2
            else 1
        end as step
    from people_by_contract
    inner join scope on scope.contract_id = people_by_contract.contract_id
    where people_by_contract.invited_at >= $from and people_by_contract.invited_at < $to
),

furthest as (
    select person_id, max(step) as step
    from came
    group by person_id
),

steps as (
    select 1 as position, 'invited' as step
    union all
    select 2 as position, 'accepted' as step
    union all
    select 3 as position, 'enrolled' as step
    union all
    select 4 as position, 'started' as step
    union all
    select 5 as position, 'completed' as step
),

people as (
    select step, count(*) as people
    from furthest
    group by step
),

seats as (
    select step, sum(seats) as seats
    from came
    group by step
)

select
    steps.position,
    steps.step,
    cast(coalesce((select sum(people.people) from people where people.step >= steps.position), 0) as bigint) as people,
    cast(coalesce((select sum(seats.seats) from seats where seats.step >= steps.position), 0) as bigint) as seats
from steps
order by steps.position asc nulls last
