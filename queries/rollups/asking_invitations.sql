-- What each live invitation asks for, in seats (R-SEAT-10): whether it is redeemed, since when it waits, until when.
--
-- `redeemed` ones never expire and are what seats are reserved for; the others wait. `since`: when it was first sent, or
-- redeemed. Whether the contract is open, and which have expired, is for the question to say.
-- touched(contract_id)  the contracts that are told anew
with asking as (
    select
        invitations.invitation_id,
        invitations.contract_id,
        invitations.person_id,
        coalesce(invitations.redeemed_at, invitations.first_sent_at) as since,
        contracts.contract_type,
        contracts.per_user_limit,
        invitations.first_enrolled_at is not null as enrolled,
        invitations.first_enrolled_at is not null or invitations.redeemed_at is not null as redeemed,
        case
            when invitations.first_enrolled_at is null and invitations.redeemed_at is null then invitations.expires_at
        end as expires_at
    from invitations
    inner join touched on touched.contract_id = invitations.contract_id
    inner join contracts on contracts.contract_id = invitations.contract_id
    where invitations.revoked_at is null and invitations.deallocated_at is null
),

-- voucher: activities that an invitation covers, that the contract still has, and that the person never enrolled in
pairs_left as (
    select asking.invitation_id, count(*) as activities
    from asking
    inner join invitation_activities
        on invitation_activities.contract_id = asking.contract_id
        and invitation_activities.invitation_id = asking.invitation_id
    inner join contract_activities
        on contract_activities.contract_id = invitation_activities.contract_id
        and contract_activities.activity_id = invitation_activities.activity_id
    left join enrollments
        on enrollments.contract_id = asking.contract_id
        and enrollments.person_id = asking.person_id
        and enrollments.activity_id = invitation_activities.activity_id
    where
        asking.contract_type = 'voucher'
        and contract_activities.removed_at is null
        and enrollments.enrollment_id is null
    group by asking.invitation_id
),

-- voucher with a limit: activities of the contract in which a person is or was enrolled
ever_enrolled as (
    select enrollments.contract_id, enrollments.person_id, count(*) as activities
    from enrollments
    inner join touched on touched.contract_id = enrollments.contract_id
    inner join contracts on contracts.contract_id = enrollments.contract_id
    where contracts.contract_type = 'voucher' and contracts.per_user_limit > 0
    group by enrollments.contract_id, enrollments.person_id
)

select
    asking.contract_id,
    asking.invitation_id,
    asking.person_id,
    asking.redeemed,
    asking.enrolled,
    asking.since,
    asking.expires_at,
    cast(
        case
            when asking.contract_type = 'voucher' and asking.per_user_limit = 0 then coalesce(pairs_left.activities, 0)
            when asking.contract_type = 'voucher' then least(
                coalesce(pairs_left.activities, 0),
                greatest(asking.per_user_limit - coalesce(ever_enrolled.activities, 0), 0)
            )
            when not asking.redeemed then 1
            when asking.contract_type = 'subscription' and not asking.enrolled then 1
            else 0
        end as bigint
    ) as demand
from asking
left join pairs_left on pairs_left.invitation_id = asking.invitation_id
left join ever_enrolled
    on ever_enrolled.contract_id = asking.contract_id and ever_enrolled.person_id = asking.person_id
order by asking.contract_id asc nulls last, asking.invitation_id asc nulls last
