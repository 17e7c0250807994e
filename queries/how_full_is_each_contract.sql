-- How full is each contract?
--
-- One row per contract the asker may see, archived ones included: its seats by status (R-SEAT-10), counted in seats, so
-- that used + reserved + pending + uncommitted + expired_unused = seats; over_invited stands apart.
-- Must agree with seat_rules.seats_by_status, seat_rules.demand, rules.invitation_status and rules.contract_status.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the instant at which statuses are computed
with seats_taken as (
    select seat_ledger.contract_id, cast(sum(seat_ledger.delta) as bigint) as used
    from seat_ledger
    inner join scope on scope.contract_id = seat_ledger.contract_id
    group by seat_ledger.contract_id
),

theirs as (
    select
        contracts.contract_id,
        contracts.code,
        contracts.title,
        contracts.contract_type,
        contracts.per_user_limit,
        contracts.valid_from,
        contracts.valid_to,
        contracts.starts_at,
        contracts.ends_at,
        contracts.seats,
        coalesce(seats_taken.used, 0) as used,
        contracts.seats - coalesce(seats_taken.used, 0) as free,
        case
            when contracts.archived_at is not null then 'archived'
            when $now < contracts.starts_at then 'future'
            when contracts.ends_at is not null and $now >= contracts.ends_at then 'expired'
            else 'active'
        end as status
    from contracts
    inner join scope on scope.contract_id = contracts.contract_id
    left join seats_taken on seats_taken.contract_id = contracts.contract_id
),

-- invitations that may still ask for seats: live, not expired, of contracts that are not closed
asking as (
    select
        invitations.invitation_id,
        invitations.contract_id,
        invitations.person_id,
        theirs.contract_type,
        theirs.per_user_limit,
        case
            when invitations.first_enrolled_at is not null then 'enrolled'
            when invitations.redeemed_at is not null then 'accepted'
            else 'unredeemed'
        end as progress
    from invitations
    inner join theirs on theirs.contract_id = invitations.contract_id
    where
        theirs.status in ('active', 'future')
        and invitations.revoked_at is null
        and invitations.deallocated_at is null
        and (
            invitations.first_enrolled_at is not null
            or invitations.redeemed_at is not null
            or invitations.expires_at is null
            or invitations.expires_at > $now
        )
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
    inner join theirs on theirs.contract_id = enrollments.contract_id
    where theirs.contract_type = 'voucher' and theirs.per_user_limit > 0
    group by enrollments.contract_id, enrollments.person_id
),

demanded as (
    select
        asking.contract_id,
        asking.progress,
        case
            when asking.contract_type = 'voucher' and asking.per_user_limit = 0 then coalesce(pairs_left.activities, 0)
            when asking.contract_type = 'voucher' then least(
                coalesce(pairs_left.activities, 0),
                greatest(asking.per_user_limit - coalesce(ever_enrolled.activities, 0), 0)
            )
            when asking.progress = 'unredeemed' then 1
            when asking.contract_type = 'subscription' and asking.progress = 'accepted' then 1
            else 0
        end as demand
    from asking
    left join pairs_left on pairs_left.invitation_id = asking.invitation_id
    left join ever_enrolled
        on ever_enrolled.contract_id = asking.contract_id and ever_enrolled.person_id = asking.person_id
),

-- of redeemed and of unredeemed invitations: what the seats are reserved for, and what they wait for
demand_of_each as (
    select
        contract_id,
        cast(sum(case when progress = 'unredeemed' then 0 else demand end) as bigint) as reserving,
        cast(sum(case when progress = 'unredeemed' then demand else 0 end) as bigint) as waiting
    from demanded
    group by contract_id
),

counted as (
    select
        theirs.contract_id,
        coalesce(demand_of_each.reserving, 0) as reserving,
        coalesce(demand_of_each.waiting, 0) as waiting
    from theirs
    left join demand_of_each on demand_of_each.contract_id = theirs.contract_id
)

-- reserved is clipped to what is free first, then pending; closed contracts have no demand
select
    theirs.contract_id,
    theirs.code,
    theirs.title,
    theirs.contract_type,
    theirs.status,
    theirs.valid_from,
    theirs.valid_to,
    theirs.starts_at,
    theirs.ends_at,
    theirs.seats,
    theirs.used,
    least(counted.reserving, theirs.free) as reserved,
    least(counted.waiting, theirs.free - least(counted.reserving, theirs.free)) as pending,
    case
        when theirs.status in ('expired', 'archived') then 0
        else greatest(theirs.free - counted.reserving - counted.waiting, 0)
    end as uncommitted,
    greatest(counted.reserving + counted.waiting - theirs.free, 0) as over_invited,
    case when theirs.status in ('expired', 'archived') then theirs.free else 0 end as expired_unused
from theirs
inner join counted on counted.contract_id = theirs.contract_id
order by lower(theirs.code) asc nulls last, theirs.contract_id asc nulls last
