-- Which moves of seats are exported?
--
-- One row per move, by contract, instant and number. What was used after it is counted over all moves of the contract.
-- scope(contract_id)  what the asker may see and wants
-- chosen(status)      the reasons that are wanted
-- $first, $last       bigint: the first and last contract of a portion
-- $activity           bigint: the one that is wanted; null: all
-- $from, $to          timestamptz: happened at or after, and before
with told as (
    select
        seat_ledger.move_id,
        seat_ledger.contract_id,
        seat_ledger.activity_id,
        seat_ledger.person_id,
        seat_ledger.delta,
        seat_ledger.why,
        seat_ledger.effective_at,
        seat_ledger.recorded_at,
        cast(
            sum(seat_ledger.delta) over (
                partition by seat_ledger.contract_id
                order by seat_ledger.effective_at asc nulls last, seat_ledger.move_id asc nulls last
                rows between unbounded preceding and current row
            ) as bigint
        ) as used_after
    from seat_ledger
    inner join scope on scope.contract_id = seat_ledger.contract_id
    where seat_ledger.contract_id between $first and $last
)

select
    told.contract_id,
    told.activity_id,
    told.person_id,
    told.move_id as move,
    told.delta,
    told.why,
    told.used_after,
    told.effective_at,
    told.recorded_at
from told
inner join chosen on chosen.status = told.why
where
    (cast($activity as bigint) is null or told.activity_id = $activity)
    and told.effective_at >= $from
    and told.effective_at < $to
order by told.contract_id asc nulls last, told.effective_at asc nulls last, told.move_id asc nulls last
