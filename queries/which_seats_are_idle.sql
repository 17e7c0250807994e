-- Which seats are idle?
--
-- One row per active contract and kind of idleness that occurs in it, for 14 days or longer (days of UTC): how many people,
-- the seats they ask for or hold, and the days since the longest of them.
-- silent: live, unredeemed, not expired, since it was first sent; accepted: live, redeemed, never enrolled, since then;
-- not_started: holds seats, nothing started, since the first enrollment.
-- Must agree with whose_seats_are_idle, rules.invitation_status, and seat_rules.demand of who never enrolled.
-- scope(contract_id)  what the asker may see
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
        people_by_contract.seats > 0
        and not people_by_contract.started
        and date_diff('day', cast(people_by_contract.enrolled_at as date), cast(cast($now as timestamptz) as date)) >= 14
)

select
    theirs.contract_id,
    theirs.code,
    theirs.contract,
    idle.kind,
    count(*) as people,
    cast(sum(idle.seats) as bigint) as seats,
    max(date_diff('day', cast(idle.since as date), cast(cast($now as timestamptz) as date))) as longest_days
from idle
inner join theirs on theirs.contract_id = idle.contract_id
group by theirs.contract_id, theirs.code, theirs.contract, idle.kind
order by lower(theirs.code) asc nulls last, theirs.contract_id asc nulls last, idle.kind asc nulls last
