-- Where do people stop on their way from the invitation to the end?
--
-- One row per step, in order: how many different people got that far (R-ANA-2). Each step is a part of the one before it.
-- scope(contract_id)  what the asker may see
with invited as (
    select
        invitations.person_id,
        max(case when invitations.redeemed_at is not null then 1 else 0 end) as accepted
    from invitations
    inner join scope on scope.contract_id = invitations.contract_id
    group by invitations.person_id
),

enrolled as (
    select
        enrollments.person_id,
        max(case when enrollments.started then 1 else 0 end) as started,
        max(case when enrollments.status = 'completed' then 1 else 0 end) as completed
    from enrollments
    inner join scope on scope.contract_id = enrollments.contract_id
    group by enrollments.person_id
),

counted as (
    select
        (select count(*) from invited) as invited,
        (select count(*) from invited where accepted = 1) as accepted,
        (select count(*) from enrolled) as enrolled,
        (select count(*) from enrolled where started = 1) as started,
        (select count(*) from enrolled where completed = 1) as completed
)

select 1 as position, 'invited' as step, invited as people from counted
union all
select 2 as position, 'accepted' as step, accepted as people from counted
union all
select 3 as position, 'enrolled' as step, enrolled as people from counted
union all
select 4 as position, 'started' as step, started as people from counted
union all
select 5 as position, 'completed' as step, completed as people from counted
order by position asc nulls last
