"""The questions that can be asked, by name: in words, with the definition that stands beside the number, and what each column is.

The page, the command line and the exports all ask through this list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lc_core.insight import answers, columns, meanings
from lc_core.insight.asking import Answer, Only, Period
from lc_core.insight.columns import Columns
from lc_core.insight.copy import Insight
from lc_core.insight.states import Idle, Step
from lc_core.language import N_
from lc_core.records.db import Actor
from lc_core.words import Word


@dataclass(frozen=True)
class Question:
    """One question. `words`, `definition` and `meaning` are to be said through gettext.

    `of_period`: whether a period limits it; the others tell of this moment. `of`: what it is put about, where it must be
    said (a step, a kind), by the name of the loader's parameter.
    """

    words: str
    definition: str
    ask: Callable[..., Answer]
    columns: Columns
    of_period: bool = False
    of: tuple[str, type[Word]] | None = None
    here: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.ask.__name__

    @property
    def meaning(self) -> dict[str, str]:
        """What each column is, in the order of the columns."""
        return {column: self.here.get(column) or meanings.COMMON[column] for column in self.columns}

    def put(
        self, insight: Insight, actor: Actor, only: Only = None, period: Period | None = None, of: Word | None = None
    ) -> Answer:
        """Ask it. `of`: one of the words of `of`; None: the first of them."""
        if self.of is None or of is None:
            return self.ask(insight, actor, only, period)
        return self.ask(insight, actor, only, period, **{self.of[0]: of})


_ASKED = (
    Question(
        N_("How full is each contract?"),
        N_(
            "Used + reserved (accepted, not yet enrolled) + pending (invited, not yet accepted) + uncommitted = all seats. "
            "What is asked for beyond the free seats stands apart as over-invited."
        ),
        answers.how_full_is_each_contract,
        columns.HOW_FULL,
        here=meanings.HOW_FULL,
    ),
    Question(
        N_("How are seats used over time, against what there is?"),
        N_("Seats taken less seats returned, by day, against the seats of the contracts valid that day."),
        answers.how_are_seats_used_over_time,
        columns.OVER_TIME,
        of_period=True,
        here=meanings.OVER_TIME,
    ),
    Question(
        N_("When do seats run out?"),
        N_(
            "The day on which the free seats are used up at the pace of the last 28 days, today included; the range is the same at "
            "the pace of the slowest and of the fastest 7 days in a row among them. Active contracts; a date is told only "
            "where it comes before the contract's end."
        ),
        answers.when_do_seats_run_out,
        columns.RUN_OUT,
        here=meanings.RUN_OUT,
    ),
    Question(
        N_("How used is each contract, month by month?"),
        N_(
            "Seats used at the end of each month of a contract's validity, or now, divided by the seats it has today. "
            "A contract of 0 seats has no utilisation."
        ),
        answers.how_used_is_each_contract_by_month,
        columns.BY_MONTH,
        of_period=True,
        here=meanings.BY_MONTH,
    ),
    Question(
        N_("Where do people stop on their way from the invitation to the end?"),
        N_(
            "Different people first invited in the period: invited, accepted, enrolled at least once, started at least one "
            "activity, completed at least one. Beside them the seats they hold now in the contracts where they came that far."
        ),
        answers.where_do_people_stop,
        columns.STEPS,
        of_period=True,
        here=meanings.STEPS,
    ),
    Question(
        N_("Who stopped there?"),
        N_(
            "People first invited to a contract in the period who came to this step in it and not to the next; at the last "
            "step, those who completed an activity."
        ),
        answers.who_stopped_there,
        columns.STOPPED,
        of_period=True,
        of=("step", Step),
        here=meanings.STOPPED,
    ),
    Question(
        N_("How long until people accept and enroll?"),
        N_(
            "Days from the first sending of an invitation until it was accepted, and until the first enrollment through it, "
            "by the month of the sending: half of them took no longer than the median, nine in ten no longer than p90."
        ),
        answers.how_long_until_people_enroll,
        columns.HOW_LONG,
        of_period=True,
        here=meanings.HOW_LONG,
    ),
    Question(
        N_("What happens in each activity?"),
        N_("Enrollments made in the period through these contracts, by the status they have now."),
        answers.what_happens_in_each_activity,
        columns.IN_ACTIVITIES,
        of_period=True,
        here=meanings.IN_ACTIVITIES,
    ),
    Question(
        N_("Which contracts end soon, and with how many seats unused?"),
        N_("Active contracts that end within 120 days, the soonest first, with the seats nobody has taken."),
        answers.which_contracts_end_soon,
        columns.END_SOON,
        here=meanings.END_SOON,
    ),
    Question(
        N_("Which seats are idle?"),
        N_(
            "In active contracts, for 14 days or longer: invited without an answer (the invitation is not expired), accepted "
            "but never enrolled, enrolled with a seat but nothing started. Seats: what they ask for or hold."
        ),
        answers.which_seats_are_idle,
        columns.IDLE,
        here=meanings.IDLE,
    ),
    Question(
        N_("Whose seats are idle?"),
        N_("The people whose seats are idle in this way, since when, and how many seats each asks for or holds."),
        answers.whose_seats_are_idle,
        columns.WHOSE_IDLE,
        of=("kind", Idle),
        here=meanings.WHOSE_IDLE,
    ),
    Question(
        N_("Which contracts are over-invited?"),
        N_("Contracts not ended or archived whose invitations ask for more seats than are free, and by how many."),
        answers.which_contracts_are_over_invited,
        columns.OVER_INVITED,
        here=meanings.OVER_INVITED,
    ),
    Question(
        N_("When are renewals due?"),
        N_(
            "Contracts, not archived, that ended in the last 90 days or end in the next 365, by the month of their last day, "
            "and whether another contract renews them."
        ),
        answers.when_are_renewals_due,
        columns.RENEWALS,
        here=meanings.RENEWALS,
    ),
    Question(
        N_("How do cohorts get on?"),
        N_(
            "Of the people first invited to a contract in a month, how many came to each step by now. Somebody in two contracts "
            "counts twice."
        ),
        answers.how_do_cohorts_get_on,
        columns.COHORTS,
        of_period=True,
        here=meanings.COHORTS,
    ),
    Question(
        N_("Who used the code?"),
        N_(
            "Of the people who came into a contract in the period, how many used its code without having been invited, and "
            "how many of those enrolled."
        ),
        answers.who_used_the_code,
        columns.USED_CODE,
        of_period=True,
        here=meanings.USED_CODE,
    ),
    Question(
        N_("What changed?"),
        N_(
            "What happened in the period (if none is chosen: the last 28 days, today included) and in as many days just before it."
        ),
        answers.what_changed,
        columns.CHANGED,
        of_period=True,
        here=meanings.CHANGED,
    ),
    Question(
        N_("Which activities are offered?"),
        N_("The activities that each contract has now."),
        answers.which_activities_are_offered,
        columns.OFFERED,
        here=meanings.OFFERED,
    ),
)
QUESTIONS: dict[str, Question] = {question.name: question for question in _ASKED}
