-- How long until people accept and enroll?
--
-- One row per month (UTC) in which invitations were first sent, within the period, and one with month null for all of them:
-- how many were sent, accepted and enrolled through, and the days from the first sending until then (R-ANA-3). What was
-- accepted or enrolled before the letter went (history that was imported) took no time.
-- Median and p90 are continuous quantiles, in the last step alone: quantile_cont is what other engines call otherwise.
-- scope(contract_id)  what the asker may see
-- $from, $to          timestamptz: the period, without its end
with sent as (
    select
        cast(date_trunc('month', invitations.first_sent_at) as date) as month,
        case when invitations.redeemed_at is not null
            then greatest(date_diff('microsecond', invitations.first_sent_at, invitations.redeemed_at), 0)
        end as to_accept,
        case when invitations.first_enrolled_at is not null
            then greatest(date_diff('microsecond', invitations.first_sent_at, invitations.first_enrolled_at), 0)
        end as to_enroll
    from invitations
    inner join scope on scope.contract_id = invitations.contract_id
    where invitations.first_sent_at >= $from and invitations.first_sent_at < $to
),

-- by month, and all together
told as (
    select month, to_accept, to_enroll from sent
    union all
    select cast(null as date) as month, to_accept, to_enroll from sent
)

select
    month,
    count(*) as sent,
    count(to_accept) as accepted,
    cast(quantile_cont(to_accept, 0.5) as double) / 86400000000 as accept_median_days,
    cast(quantile_cont(to_accept, 0.9) as double) / 86400000000 as accept_p90_days,
    count(to_enroll) as enrolled,
    cast(quantile_cont(to_enroll, 0.5) as double) / 86400000000 as enroll_median_days,
    cast(quantile_cont(to_enroll, 0.9) as double) / 86400000000 as enroll_p90_days
from told
group by month
order by month asc nulls last
