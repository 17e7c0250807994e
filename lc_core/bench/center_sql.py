"""How full each contract is, asked of the records themselves: what the Center's data are compared with."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from lc_core.records.types import UtcDateTime

NUMBERS = (
    "contract_id",
    "status",
    "seats",
    "used",
    "reserved",
    "pending",
    "uncommitted",
    "over_invited",
    "expired_unused",
)
"""What all ways to ask it must agree on."""

# As somebody would write it who knows the tables: the counter instead of the ledger, and only what may ask for seats.
SQL = """
with theirs as (
    select
        id, code, title, contract_type, per_user_limit, valid_from, valid_to, starts_at, ends_at, seats,
        seats_used as used,
        seats - seats_used as free,
        case
            when archived_at is not null then 'archived'
            when :now < starts_at then 'future'
            when ends_at is not null and :now >= ends_at then 'expired'
            else 'active'
        end as status
    from contracts
    where id in :contracts
),

asking as (
    select
        invitations.id,
        invitations.contract_id,
        invitations.person_id,
        theirs.contract_type,
        theirs.per_user_limit,
        case when invitations.redeemed_at is null then 0 else 1 end as redeemed
    from theirs
    inner join invitations on invitations.contract_id = theirs.id
    where
        theirs.status in ('active', 'future')
        and invitations.revoked_at is null
        and invitations.deallocated_at is null
        and (invitations.redeemed_at is not null or invitations.expires_at is null or invitations.expires_at > :now)
        and (
            theirs.contract_type = 'voucher'
            or invitations.redeemed_at is null
            or (theirs.contract_type = 'subscription' and invitations.first_enrolled_at is null)
        )
),

pairs_left as (
    select asking.id, count(*) as activities
    from asking
    inner join invitation_activities on invitation_activities.invitation_id = asking.id
    inner join contract_activities
        on contract_activities.contract_id = asking.contract_id
        and contract_activities.activity_id = invitation_activities.activity_id
    left join enrollments
        on enrollments.contract_id = asking.contract_id
        and enrollments.person_id = asking.person_id
        and enrollments.activity_id = invitation_activities.activity_id
    where
        asking.contract_type = 'voucher'
        and contract_activities.removed_at is null
        and enrollments.id is null
    group by asking.id
),

ever_enrolled as (
    select enrollments.contract_id, enrollments.person_id, count(*) as activities
    from enrollments
    where
        enrollments.contract_id in (
            select theirs.id from theirs where theirs.contract_type = 'voucher' and theirs.per_user_limit > 0
        )
    group by enrollments.contract_id, enrollments.person_id
),

demanded as (
    select
        asking.contract_id,
        asking.redeemed,
        case
            when asking.contract_type <> 'voucher' then 1
            when asking.per_user_limit = 0 then coalesce(pairs_left.activities, 0)
            else {least}(
                coalesce(pairs_left.activities, 0),
                {greatest}(asking.per_user_limit - coalesce(ever_enrolled.activities, 0), 0)
            )
        end as demand
    from asking
    left join pairs_left on pairs_left.id = asking.id
    left join ever_enrolled
        on ever_enrolled.contract_id = asking.contract_id and ever_enrolled.person_id = asking.person_id
),

counted as (
    select
        theirs.id,
        coalesce(sum(demanded.demand * demanded.redeemed), 0) as reserving,
        coalesce(sum(demanded.demand * (1 - demanded.redeemed)), 0) as waiting
    from theirs
    left join demanded on demanded.contract_id = theirs.id
    group by theirs.id
)

select
    theirs.id as contract_id,
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
    {least}(counted.reserving, theirs.free) as reserved,
    {least}(counted.waiting, theirs.free - {least}(counted.reserving, theirs.free)) as pending,
    case
        when theirs.status in ('expired', 'archived') then 0
        else {greatest}(theirs.free - counted.reserving - counted.waiting, 0)
    end as uncommitted,
    {greatest}(counted.reserving + counted.waiting - theirs.free, 0) as over_invited,
    case when theirs.status in ('expired', 'archived') then theirs.free else 0 end as expired_unused
from theirs
inner join counted on counted.id = theirs.id
order by lower(theirs.code), theirs.id
"""


def by_sql(session: Session, contracts: tuple[int, ...], now: datetime) -> list[dict[str, Any]]:
    """A row for each of these contracts, from the records."""
    sqlite_here = session.get_bind().dialect.name == "sqlite"
    words = {"least": "min", "greatest": "max"} if sqlite_here else {"least": "least", "greatest": "greatest"}
    asked = text(SQL.format(**words)).bindparams(
        bindparam("now", type_=UtcDateTime()), bindparam("contracts", expanding=True)
    )
    rows = session.execute(asked, {"now": now, "contracts": list(contracts)})
    return [dict(row) for row in rows.mappings()]
