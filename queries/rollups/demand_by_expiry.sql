-- What the live invitations of a contract ask for, in seats (R-SEAT-10), per instant at which they stop asking.
--
-- The sums of asking_invitations, which is filled before.
-- touched(contract_id)  the contracts that are told anew
select
    asking_invitations.contract_id,
    asking_invitations.redeemed,
    asking_invitations.expires_at,
    count(*) as invitations,
    cast(sum(asking_invitations.demand) as bigint) as demand
from asking_invitations
inner join touched on touched.contract_id = asking_invitations.contract_id
group by asking_invitations.contract_id, asking_invitations.redeemed, asking_invitations.expires_at
order by contract_id asc nulls last, redeemed asc nulls last, expires_at asc nulls last
