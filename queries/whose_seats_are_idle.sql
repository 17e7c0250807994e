-- Whose seats are idle?
--
-- One row per person in an active contract whose seat is idle in this way for 14 days or longer (days of UTC), the longest
-- first: since when, and the seats they ask for or hold.
-- silent: live, unredeemed, not expired, since it was first sent; accepted: live, redeemed, never enrolled, since then;
-- not_started: holds seats, nothing started, since the first enrollment.
-- Must agree with which_seats_are_idle.
-- scope(contract_id)  what the asker may see
-- $kind               text: silent, accepted, not_started
-- $now                timestamptz: the instant from which days are counted
with theirs as (
    select contracts.contract_id, contracts.code, contracts.title as contract, contracts.contract_type, contracts.per_user_limit
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    where
        contracts.archived_at is null
        and contracts.starts_at <= $now
        and (contracts.ends_at is null or contracts.ends_at > $now)
),

-- live invitations without an enrollment that have waited for 14 days or longer
waiting as (
    select
        theirs.contract_id,
        theirs.contract_type,
        theirs.per_user_limit,
        invitations.invitation_id,
        invitations.person_id,
        case when invitations.redeemed_at is null then 'silent' else 'accepted' end as kind,
        case when invitations.redeemed_at is null then invitations.first_sent_at else invitations.redeemed_at end as since
    from invitations
    inner join theirs on theirs.contract_id = invitations.contract_id
    where
        invitations.revoked_at is null
        and invitations.deallocated_at is null
        and invitations.first_enrolled_at is null
        and $kind = case when invitations.redeemed_at is null then 'silent' else 'accepted' end
        and (invitations.redeemed_at is not null or invitations.expires_at is null or invitations.expires_at > $now)
        and date_diff(
            'day',
            cast(case when invitations.redeemed_at is null then invitations.first_sent_at else invitations.redeemed_at end as date),
            cast(cast($now as timestamptz) as date)
        ) >= 14
),

-- voucher: what each of them covers of what the contract still has
covered as (
    select waiting.invitation_id, count(*) as activities
    from waiting
    inner join invitation_activities
        on invitation_activities.contract_id = waiting.contract_id
        and invitation_activities.invitation_id = waiting.invitation_id
    inner join contract_activities
        on contract_activities.contract_id = invitation_activities.contract_id
        and contract_activities.activity_id = invitation_activities.activity_id
    where waiting.contract_type = 'voucher' and contract_activities.removed_at is null
    group by waiting.invitation_id
),

idle as (
    select
        waiting.contract_id,
        waiting.person_id,
        waiting.kind,
        waiting.since,
        case
            when waiting.contract_type <> 'voucher' then 1
            when waiting.per_user_limit = 0 then coalesce(covered.activities, 0)
            else least(coalesce(covered.activities, 0), waiting.per_user_limit)
        end as seats
    from waiting
    left join covered on covered.invitation_id = waiting.invitation_id
    union all
    select
        people_by_contract.contract_id,
        people_by_contract.person_id,
        'not_started' as kind,
        people_by_contract.enrolled_at as since,
        people_by_contract.seats
    from people_by_contract
    inner join theirs on theirs.contract_id = people_by_contract.contract_id
    where
        $kind = 'not_started'
        and people_by_contract.seats > 0
        and not people_by_contract.started
        and date_diff('day', cast(people_by_contract.enrolled_at as date), cast(cast($now as timestamptz) as date)) >= 14
)

select
    theirs.contract_id,
    theirs.code,
    theirs.contract,
    idle.person_id,
    idle.since,
    idle.seats
from idle
inner join theirs on theirs.contract_id = idle.contract_id
where idle.kind = $kind
order by idle.since asc nulls last, theirs.contract_id asc nulls last, idle.person_id asc nulls last
