"""What each column of each answer is, in words."""

from lc_core.language import N_

COMMON = {
    "contract_id": N_("The contract's number."),
    "code": N_("The contract's code."),
    "contract": N_("The contract's title."),
    "person_id": N_("The person's number."),
    "ends_at": N_("The instant at which it ends (UTC); empty: it has no end."),
    "seats": N_("All seats of the contract."),
    "used": N_("Seats taken and not returned."),
    "activity_id": N_("The activity's number."),
    "activity": N_("The activity's title."),
}
HOW_FULL = {
    "title": N_("The contract's title."),
    "contract_type": N_("Voucher, subscription or unlimited: what one seat is for."),
    "status": N_("Future, active or expired, by the clock; or archived."),
    "valid_from": N_("The first day, in the contract's time zone."),
    "valid_to": N_("The last day, in the contract's time zone; empty: it has no end."),
    "starts_at": N_("The instant at which it begins (UTC)."),
    "reserved": N_("Seats for those who accepted and have not enrolled yet."),
    "pending": N_("Seats for those who are invited and have not accepted yet."),
    "uncommitted": N_("Seats that nobody has and nobody was invited to."),
    "over_invited": N_("Seats asked for beyond those that are free."),
    "expired_unused": N_("Seats that were never used and cannot be any more."),
    "group_name": N_("The contract's group; empty: it is in none."),
    "created_at": N_("When it was made here (UTC)."),
    "archived_at": N_("When it was archived (UTC); empty: it is not."),
}
OVER_TIME = {
    "day": N_("The day (UTC)."),
    "used": N_("Seats used at the end of the day in the contracts valid that day."),
    "capacity": N_("All seats of the contracts valid that day."),
}
RUN_OUT = {
    "free": N_("Seats that are not used."),
    "pace": N_("Seats taken less returned, a day, in the last 28 days."),
    "slowest": N_("The same in the slowest 7 days in a row among them."),
    "fastest": N_("The same in the fastest 7 days in a row among them."),
    "run_out_on": N_("The day on which the free seats are used up at the pace; empty: not before the end."),
    "earliest": N_("The same at the fastest pace."),
    "latest": N_("The same at the slowest pace."),
    "verdict": N_("Full, runs out, not before the end, or no pace."),
}
BY_MONTH = {
    "month": N_("The month's first day."),
    "used": N_("Seats used at the month's end, or now."),
    "utilisation": N_("Seats used divided by seats; empty for a contract of 0 seats."),
}
STEPS = {
    "position": N_("The step's place in the order."),
    "step": N_("Invited, accepted, enrolled, started or completed."),
    "people": N_("Different people who came that far."),
    "seats": N_("Seats they hold now in the contracts where they came that far."),
}
STOPPED = {"since": N_("When the person came to the step (UTC).")}
HOW_LONG = {
    "month": N_("The first day of the month of the first sending; empty: all months together."),
    "sent": N_("Invitations first sent."),
    "accepted": N_("Those of them that were accepted."),
    "accept_median_days": N_("Days until half of those were accepted."),
    "accept_p90_days": N_("Days until nine in ten of those were accepted."),
    "enrolled": N_("Those of them through which somebody enrolled."),
    "enroll_median_days": N_("Days until half of those had enrolled."),
    "enroll_p90_days": N_("Days until nine in ten of those had enrolled."),
}
IN_ACTIVITIES = {
    "code": N_("The activity's code."),
    "status": N_("The status the enrollments have now."),
    "enrollments": N_("How many enrollments."),
}
END_SOON = {
    "days_left": N_("Days from today to the day of the end (UTC)."),
    "unused": N_("Seats that nobody has taken."),
}
IDLE = {
    "kind": N_("Silent (no answer), accepted (never enrolled) or not started."),
    "people": N_("How many people."),
    "seats": N_("Seats they ask for or hold, which could be won back."),
    "longest_days": N_("Days since the longest of them."),
}
WHOSE_IDLE = {
    "since": N_("When it was first sent, accepted or enrolled (UTC)."),
    "seats": N_("Seats the person asks for or holds."),
}
OVER_INVITED = {
    "free": N_("Seats that are not used."),
    "demand": N_("Seats that accepted and pending invitations ask for."),
    "over_invited": N_("Seats asked for beyond those that are free."),
}
RENEWALS = {
    "month": N_("The first day of the month of its last day."),
    "renewed": N_("Whether another contract renews it."),
}
COHORTS = {
    "month": N_("The first day of the month of the first invitation."),
    "invited": N_("People first invited to a contract in the month."),
    "accepted": N_("Those of them who accepted."),
    "enrolled": N_("Those of them who enrolled at least once."),
    "started": N_("Those of them who started an activity."),
    "completed": N_("Those of them who completed an activity."),
}
USED_CODE = {
    "by_code": N_("People who came by the code without an invitation."),
    "invited": N_("All people who came into the contract in the period."),
    "enrolled": N_("Those by the code who enrolled."),
}
CHANGED = {
    "position": N_("The row's place in the order."),
    "what": N_("What happened: seats taken or returned; invitations made or accepted; enrollments made or completed."),
    "now": N_("How often in the period."),
    "before": N_("How often in as many days just before it."),
}
OFFERED = {"code": N_("The activity's code.")}
