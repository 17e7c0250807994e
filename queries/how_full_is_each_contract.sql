-- How full is each contract?
--
-- One row per contract the asker may see, archived ones included: its seats by status (R-SEAT-10), counted in seats, so
-- that used + reserved + pending + uncommitted + expired_unused = seats; over_invited stands apart.
-- Must agree with seat_rules.seats_by_status, seat_rules.demand, rules.invitation_status and rules.contract_status.
-- scope(contract_id)  what the asker may see
-- $now                timestamptz: the instant at which statuses are computed
with seats_taken as (
    select seats_by_day.contract_id, cast(sum(seats_by_day.taken - seats_by_day.returned) as bigint) as used
    from seats_by_day
    inner join scope on scope.contract_id = seats_by_day.contract_id
    group by seats_by_day.contract_id
),

theirs as (
    select
        contracts.contract_id,
        contracts.code,
        contracts.title,
        contracts.group_name,
        contracts.contract_type,
        contracts.valid_from,
        contracts.valid_to,
        contracts.starts_at,
        contracts.ends_at,
        contracts.created_at,
        contracts.archived_at,
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

-- of redeemed and of unredeemed invitations: what the seats are reserved for, and what they wait for; closed contracts
-- have no demand, and what has expired asks for nothing
demanded as (
    select
        demand_by_expiry.contract_id,
        cast(sum(case when demand_by_expiry.redeemed then demand_by_expiry.demand else 0 end) as bigint) as reserving,
        cast(sum(case when demand_by_expiry.redeemed then 0 else demand_by_expiry.demand end) as bigint) as waiting
    from demand_by_expiry
    inner join theirs on theirs.contract_id = demand_by_expiry.contract_id
    where
        theirs.status in ('active', 'future')
        and (demand_by_expiry.expires_at is null or demand_by_expiry.expires_at > $now)
    group by demand_by_expiry.contract_id
),

counted as (
    select
        theirs.contract_id,
        coalesce(demanded.reserving, 0) as reserving,
        coalesce(demanded.waiting, 0) as waiting
    from theirs
    left join demanded on demanded.contract_id = theirs.contract_id
)

-- reserved is clipped to what is free first, then pending
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
    case when theirs.status in ('expired', 'archived') then theirs.free else 0 end as expired_unused,
    theirs.group_name,
    theirs.created_at,
    theirs.archived_at
from theirs
inner join counted on counted.contract_id = theirs.contract_id
order by lower(theirs.code) asc nulls last, theirs.contract_id asc nulls last
