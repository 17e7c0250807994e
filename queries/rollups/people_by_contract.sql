-- How far each person has come in each contract: one row for everybody who was ever invited to it or enrolled through it.
--
-- Instants are those of the first time. `seats`: how many the person holds now, by the ledger.
-- touched(contract_id)  the contracts that are told anew
with invited as (
    select
        invitations.contract_id,
        invitations.person_id,
        min(invitations.invited_at) as invited_at,
        min(invitations.first_sent_at) as first_sent_at,
        min(invitations.redeemed_at) as accepted_at,
        max(case when invitations.source = 'code' then 1 else 0 end) = 1 as by_code
    from invitations
    inner join touched on touched.contract_id = invitations.contract_id
    group by invitations.contract_id, invitations.person_id
),

enrolled as (
    select
        enrollments.contract_id,
        enrollments.person_id,
        min(enrollments.enrolled_at) as enrolled_at,
        max(case when enrollments.started then 1 else 0 end) = 1 as started,
        max(case when enrollments.status = 'completed' then 1 else 0 end) = 1 as completed,
        count(*) as enrollments
    from enrollments
    inner join touched on touched.contract_id = enrollments.contract_id
    group by enrollments.contract_id, enrollments.person_id
),

holding as (
    select seat_ledger.contract_id, seat_ledger.person_id, cast(sum(seat_ledger.delta) as bigint) as seats
    from seat_ledger
    inner join touched on touched.contract_id = seat_ledger.contract_id
    group by seat_ledger.contract_id, seat_ledger.person_id
)

select
    invited.contract_id,
    invited.person_id,
    invited.invited_at,
    invited.first_sent_at,
    invited.accepted_at,
    invited.by_code,
    enrolled.enrolled_at,
    coalesce(enrolled.started, false) as started,
    coalesce(enrolled.completed, false) as completed,
    coalesce(enrolled.enrollments, 0) as enrollments,
    coalesce(holding.seats, 0) as seats
from invited
left join enrolled
    on enrolled.contract_id = invited.contract_id and enrolled.person_id = invited.person_id
left join holding
    on holding.contract_id = invited.contract_id and holding.person_id = invited.person_id
order by contract_id asc nulls last, invited_at asc nulls last, person_id asc nulls last
