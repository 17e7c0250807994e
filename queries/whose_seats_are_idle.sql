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
    select contracts.contract_id, contracts.code, contracts.title as contract, contracts.contract_type
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    where
        contracts.archived_at is null
        and contracts.starts_at <= $now
        and (contracts.ends_at is null or contracts.ends_at > $now)
),

idle as (
    select
        theirs.contract_id,
        asking_invitations.person_id,
        case when asking_invitations.redeemed then 'accepted' else 'silent' end as kind,
        asking_invitations.since,
        case when theirs.contract_type = 'unlimited' then 1 else asking_invitations.demand end as seats
    from asking_invitations
    inner join theirs on theirs.contract_id = asking_invitations.contract_id
    where
        not asking_invitations.enrolled
        and $kind = case when asking_invitations.redeemed then 'accepted' else 'silent' end
        and (asking_invitations.redeemed or asking_invitations.expires_at is null or asking_invitations.expires_at > $now)
        and date_diff('day', cast(asking_invitations.since as date), cast(cast($now as timestamptz) as date)) >= 14
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
