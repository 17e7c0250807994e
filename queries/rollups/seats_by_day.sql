-- Seats taken and returned, per contract and day (UTC).
--
-- `in_period` leaves out what happened after the contract's end. Fed by the seat ledger alone.
-- touched(contract_id)  the contracts that are told anew
select
    seat_ledger.contract_id,
    cast(seat_ledger.effective_at as date) as day,
    cast(sum(case when seat_ledger.delta > 0 then 1 else 0 end) as bigint) as taken,
    cast(sum(case when seat_ledger.delta < 0 then 1 else 0 end) as bigint) as returned,
    cast(
        sum(
            case
                when contracts.ends_at is null or seat_ledger.effective_at < contracts.ends_at then seat_ledger.delta
                else 0
            end
        ) as bigint
    ) as in_period
from seat_ledger
inner join touched on touched.contract_id = seat_ledger.contract_id
inner join contracts on contracts.contract_id = seat_ledger.contract_id
group by seat_ledger.contract_id, cast(seat_ledger.effective_at as date)
order by contract_id asc nulls last, day asc nulls last
