"""One loader for each question in queries/: who asks decides what is seen, and a frame of another shape is refused.

`only` limits a question to some contracts, `period` to some days (UTC); a question about this moment has no period.
"""

from datetime import date, timedelta

from lc_core.insight import columns
from lc_core.insight.asking import QUERIES, Answer, Only, Period, UnexpectedShape, put
from lc_core.insight.copy import Insight
from lc_core.insight.states import Idle, Step
from lc_core.records.db import Actor

__all__ = ["QUERIES", "Answer", "Only", "Period", "UnexpectedShape"]
LATELY = timedelta(days=28)
"""What `what_changed` looks at where no period is given."""


def how_full_is_each_contract(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each contract the actor may see, archived ones included, by code: its seats by status, in seats (R-SEAT-10)."""
    return put(insight, actor, "how_full_is_each_contract", columns.HOW_FULL, only=only, period=period)


def how_are_seats_used_over_time(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each day on which something changed, and the last or today: seats used and there are, in contracts valid that day.

    A period's first day tells what was carried into it.
    """
    return put(insight, actor, "how_are_seats_used_over_time", columns.OVER_TIME, only=only, period=period)


def when_do_seats_run_out(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """A row for each active contract, the soonest first: its pace in seats a day, and when that uses up its seats (R-ANA-4)."""
    return put(insight, actor, "when_do_seats_run_out", columns.RUN_OUT, only=only, period=period)


def how_used_is_each_contract_by_month(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each contract and month of its validity: seats used at the month's end, or now (R-ANA-1)."""
    return put(insight, actor, "how_used_is_each_contract_by_month", columns.BY_MONTH, only=only, period=period)


def where_do_people_stop(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """Five rows: how many different people, first invited in the period, came to each step; the seats they hold (R-ANA-2)."""
    return put(insight, actor, "where_do_people_stop", columns.STEPS, only=only, period=period)


def who_stopped_there(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None, *, step: Step = Step.INVITED
) -> Answer:
    """A row for each person in a contract who came to the step and not to the next, the longest there first."""
    return put(insight, actor, "who_stopped_there", columns.STOPPED, only=only, period=period, step=step.value)


def how_long_until_people_enroll(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each month in which invitations were first sent, and one for all (month null): days to accept, to enroll.

    R-ANA-3.
    """
    return put(insight, actor, "how_long_until_people_enroll", columns.HOW_LONG, only=only, period=period)


def what_happens_in_each_activity(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each activity and status that occurs in it, by title: how many enrollments made in the period (R-ENR-1)."""
    return put(insight, actor, "what_happens_in_each_activity", columns.IN_ACTIVITIES, only=only, period=period)


def which_contracts_end_soon(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """A row for each active contract that ends within 120 days, the soonest first, with its unused seats."""
    return put(insight, actor, "which_contracts_end_soon", columns.END_SOON, only=only, period=period)


def which_seats_are_idle(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """A row for each active contract and kind of idleness: people, seats that could be won back, days of the longest."""
    return put(insight, actor, "which_seats_are_idle", columns.IDLE, only=only, period=period)


def whose_seats_are_idle(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None, *, kind: Idle = Idle.SILENT
) -> Answer:
    """A row for each person in an active contract whose seat is idle in this way, the longest first."""
    return put(insight, actor, "whose_seats_are_idle", columns.WHOSE_IDLE, only=only, period=period, kind=kind.value)


def which_contracts_are_over_invited(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each contract whose invitations ask for more seats than are free, the most first (R-SEAT-10)."""
    return put(insight, actor, "which_contracts_are_over_invited", columns.OVER_INVITED, only=only, period=period)


def when_are_renewals_due(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """A row for each contract that ended in the last 90 days or ends in the next 365, the soonest first (R-CON-17)."""
    return put(insight, actor, "when_are_renewals_due", columns.RENEWALS, only=only, period=period)


def how_do_cohorts_get_on(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """A row for each month: of the people first invited in it, how many came to each step; in two contracts counts twice."""
    return put(insight, actor, "how_do_cohorts_get_on", columns.COHORTS, only=only, period=period)


def who_used_the_code(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """A row for each contract with people first invited in the period: how many of them came by the code alone (R-INV-9)."""
    return put(insight, actor, "who_used_the_code", columns.USED_CODE, only=only, period=period)


def what_changed(insight: Insight, actor: Actor, only: Only = None, period: Period | None = None) -> Answer:
    """Six rows: what happened in the period, and in as many days just before it.

    No period: the last 28 days, today included. A period without an end goes up to today.
    """
    today = insight.db.clock().date()
    within = period or Period(today - LATELY + timedelta(days=1), today)
    if within.last == date.max:
        within = Period(within.first, max(within.first, today))
    return put(insight, actor, "what_changed", columns.CHANGED, only=only, period=within)


def which_activities_are_offered(
    insight: Insight, actor: Actor, only: Only = None, period: Period | None = None
) -> Answer:
    """A row for each activity that a contract has now, by title."""
    return put(insight, actor, "which_activities_are_offered", columns.OFFERED, only=only, period=period)
