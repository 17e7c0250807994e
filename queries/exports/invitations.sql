-- Which invitations are exported?
--
-- One row per invitation, by contract, instant and number. Must agree with rules.invitation_status; an activity limits
-- it to the invitations that cover it, as the list of invitations does.
-- scope(contract_id)  what the asker may see and wants
-- chosen(status)      the statuses that are wanted
-- $first, $last       bigint: the first and last contract of a portion
-- $activity           bigint: the one that is wanted; null: all
-- $from, $to          timestamptz: invited at or after, and before
-- $now                timestamptz: the instant at which statuses are computed
with told as (
    select
        invitations.invitation_id,
        invitations.contract_id,
        invitations.person_id,
        invitations.source,
        invitations.send_count as times_sent,
        invitations.invited_at,
        invitations.first_sent_at,
        invitations.last_sent_at,
        invitations.expires_at,
        invitations.redeemed_at,
        invitations.first_enrolled_at,
        invitations.revoked_at,
        invitations.deallocated_at,
        contracts.contract_type,
        case
            when invitations.deallocated_at is not null then 'deallocated'
            when invitations.revoked_at is not null then 'revoked'
            when invitations.first_enrolled_at is not null then 'enrolled'
            when invitations.redeemed_at is not null then 'accepted'
            when invitations.expires_at is not null and $now >= invitations.expires_at then 'expired'
            when invitations.registered_at is null then 'not_registered'
            else 'outstanding'
        end as status
    from invitations
    inner join scope on scope.contract_id = invitations.contract_id
    inner join contracts on contracts.contract_id = invitations.contract_id
    where
        invitations.contract_id between $first and $last
        and invitations.invited_at >= $from
        and invitations.invited_at < $to
),

offering as (
    select contract_id from contract_activities where activity_id = $activity and removed_at is null
),

covering as (
    select invitation_id from invitation_activities where activity_id = $activity
)

select
    told.contract_id,
    told.person_id,
    told.status,
    told.source,
    told.times_sent,
    told.invited_at,
    told.first_sent_at,
    told.last_sent_at,
    told.expires_at,
    told.redeemed_at,
    told.first_enrolled_at,
    told.revoked_at,
    told.deallocated_at
from told
inner join chosen on chosen.status = told.status
left join offering on offering.contract_id = told.contract_id
left join covering on covering.invitation_id = told.invitation_id
where
    cast($activity as bigint) is null
    or (
        offering.contract_id is not null
        and (told.contract_type <> 'voucher' or covering.invitation_id is not null)
    )
order by told.contract_id asc nulls last, told.invited_at asc nulls last, told.invitation_id asc nulls last
