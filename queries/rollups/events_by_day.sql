-- What happened in a contract, per day (UTC): to its invitations (invited, accepted, first_enrolled, revoked, deallocated)
-- and to its enrollments (enrolled, completed, withdrawn).
--
-- touched(contract_id)  the contracts that are told anew
with happened as (
    select contract_id, 'invited' as what, invited_at as at from invitations
    union all
    select contract_id, 'accepted' as what, redeemed_at as at from invitations
    union all
    select contract_id, 'first_enrolled' as what, first_enrolled_at as at from invitations
    union all
    select contract_id, 'revoked' as what, revoked_at as at from invitations
    union all
    select contract_id, 'deallocated' as what, deallocated_at as at from invitations
    union all
    select contract_id, 'enrolled' as what, enrolled_at as at from enrollments
    union all
    select contract_id, 'completed' as what, completed_at as at from enrollments
    union all
    select contract_id, 'withdrawn' as what, withdrawn_at as at from enrollments
)

select
    happened.contract_id,
    cast(happened.at as date) as day,
    happened.what,
    count(*) as events
from happened
inner join touched on touched.contract_id = happened.contract_id
where happened.at is not null
group by happened.contract_id, cast(happened.at as date), happened.what
order by contract_id asc nulls last, day asc nulls last, what asc nulls last
