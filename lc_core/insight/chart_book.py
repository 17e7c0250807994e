"""Every chart of seat usage: the question it answers, how it is drawn and told, and what is said where there is nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from lc_core.insight import (
    charts,
    contract_charts,
    forecast_charts,
    people_charts,
    telling,
    usage_charts,
)
from lc_core.insight.drawing import Specification
from lc_core.insight.questions import QUESTIONS, Question
from lc_core.insight.states import Idle, Movement, Step, Verdict
from lc_core.language import N_
from lc_core.vocabulary import EnrollmentStatus
from lc_core.words import Word

Shape = Callable[[pl.DataFrame], pl.DataFrame]
CONTRACT, ACTIVITY, STEP, IDLE = "contract", "activity", "stopped", "idle"
"""What can be chosen in a chart or beside it, by the name the page's address has for it."""
WORDS: dict[str, type[Word]] = {
    "verdict": Verdict,
    "step": Step,
    "kind": Idle,
    "what": Movement,
    "status": EnrollmentStatus,
}
"""Columns that hold words of the trade."""
HIDDEN = frozenset({"contract_id", "activity_id", "person_id", "position"})
"""Columns that only machines read."""


def as_it_is(answer: pl.DataFrame) -> pl.DataFrame:
    return answer


@dataclass(frozen=True)
class Chart:
    """One chart.

    `of`: what of the answer it is about, which is also its table; `frame`: what is drawn of that; `tell`: the same in
    words; `nothing`: whether there is nothing to show, and `why_empty` why. `pick`: what a click chooses,
    in the picture and in the table, or (`by_row`) in the table alone. `lately`: of which
    time it tells where no period is chosen.
    """

    question: Question
    draw: Callable[[], Specification]
    frame: Shape
    tell: Callable[[pl.DataFrame], str]
    why_empty: str
    of: Shape = as_it_is
    nothing: Callable[[pl.DataFrame], bool] = pl.DataFrame.is_empty
    pick: str = ""
    by_row: bool = False
    lately: str = ""
    asks: str = ""
    defines: str = ""

    @property
    def words(self) -> str:
        """The question, still to be said through gettext."""
        return self.asks or self.question.words

    @property
    def definition(self) -> str:
        return self.defines or self.question.definition

    def table(self, answer: pl.DataFrame) -> pl.DataFrame:
        """What is written beside the chart, and in its file: rows as in `of`, words in the language spoken."""
        told = self.of(answer)
        said = [
            pl.col(name).replace({word.value: word.label for word in WORDS[name]})
            for name in told.columns
            if name in WORDS
        ]
        return told.select([name for name in told.columns if name not in HIDDEN]).with_columns(said)


NOBODY_INVITED = N_(
    "Nobody was first invited to these contracts in this time. Choose a longer period, or other contracts."
)
CHARTS: dict[str, Chart] = {
    "seats": Chart(
        QUESTIONS["how_full_is_each_contract"],
        charts.how_full_is_each_contract,
        lambda contracts: charts.seat_segments(contract_charts.seats_together(contracts)),
        lambda contracts: charts.describe(contract_charts.seats_together(contracts)),
        N_("These contracts have no seats yet."),
        of=contract_charts.by_status,
        nothing=lambda contracts: not contracts["seats"].sum(),
        pick=CONTRACT,
        by_row=True,
        asks=N_("How many seats are there, and what becomes of them?"),
    ),
    "changes": Chart(
        QUESTIONS["what_changed"],
        charts.what_changed,
        usage_charts.movements,
        telling.changes,
        N_("Nothing happened in this period, nor just before it."),
        lately=N_("Last 28 days"),
        nothing=lambda answer: not (answer["now"].sum() or answer["before"].sum()),
    ),
    "fullest": Chart(
        QUESTIONS["how_full_is_each_contract"],
        contract_charts.fullest_and_emptiest,
        contract_charts.fullness_bars,
        telling.fullest,
        N_("None of these contracts is active now. Choose others above."),
        of=contract_charts.at_either_end,
        pick=CONTRACT,
        asks=N_("Which contracts are fullest, and which are emptiest?"),
        defines=N_("Seats used of all seats, of active contracts: the five fullest and the five emptiest."),
    ),
    "ending": Chart(
        QUESTIONS["which_contracts_end_soon"],
        charts.which_contracts_end_soon,
        contract_charts.ending_bars,
        telling.ending,
        N_("None of these contracts ends within 120 days."),
        pick=CONTRACT,
    ),
    "over-invited": Chart(
        QUESTIONS["which_contracts_are_over_invited"],
        charts.which_contracts_are_over_invited,
        contract_charts.over_invited_bars,
        telling.over_invited,
        N_("No contract is over-invited: each has a seat for everybody who is invited."),
        pick=CONTRACT,
    ),
    "over-time": Chart(
        QUESTIONS["how_are_seats_used_over_time"],
        charts.how_are_seats_used_over_time,
        usage_charts.used_days,
        telling.seats_over_time,
        N_("None of these contracts had begun in this time. Choose a longer period, or other contracts."),
    ),
    "run-out": Chart(
        QUESTIONS["when_do_seats_run_out"],
        charts.when_do_seats_run_out,
        forecast_charts.run_out_rows,
        telling.run_out,
        N_("None of these contracts is active now, so none uses up its seats."),
        pick=CONTRACT,
    ),
    "by-month": Chart(
        QUESTIONS["how_used_is_each_contract_by_month"],
        charts.how_used_is_each_contract_by_month,
        usage_charts.heatmap_cells,
        telling.by_month,
        N_("None of these contracts was valid in this time. Choose a longer period, or other contracts."),
        nothing=lambda answer: answer["utilisation"].null_count() == answer.height,
        pick=CONTRACT,
    ),
    "funnel": Chart(
        QUESTIONS["where_do_people_stop"],
        charts.where_do_people_stop,
        people_charts.funnel_bars,
        telling.funnel,
        NOBODY_INVITED,
        nothing=lambda answer: not answer["people"].sum(),
        pick=STEP,
    ),
    "stopped": Chart(
        QUESTIONS["who_stopped_there"],
        charts.who_stopped_there,
        people_charts.people_bars,
        telling.people_there,
        N_("Nobody stopped at this step."),
        pick=CONTRACT,
    ),
    "how-long": Chart(
        QUESTIONS["how_long_until_people_enroll"],
        charts.how_long_until_people_enroll,
        people_charts.days_by_month,
        telling.how_long,
        N_("No invitation was first sent in this time. Choose a longer period, or other contracts."),
        nothing=lambda answer: not answer["sent"].sum(),
    ),
    "cohorts": Chart(
        QUESTIONS["how_do_cohorts_get_on"],
        charts.how_do_cohorts_get_on,
        people_charts.cohort_cells,
        telling.cohorts,
        NOBODY_INVITED,
    ),
    "code": Chart(
        QUESTIONS["who_used_the_code"],
        charts.who_used_the_code,
        people_charts.code_bars,
        telling.code,
        N_("Nobody came into these contracts in this time. Choose a longer period, or other contracts."),
        of=people_charts.by_code,
        nothing=lambda answer: not answer["invited"].sum(),
        pick=CONTRACT,
    ),
    "activities": Chart(
        QUESTIONS["what_happens_in_each_activity"],
        charts.what_happens_in_each_activity,
        people_charts.activity_bars,
        telling.activities,
        N_("Nobody enrolled through these contracts in this time. Choose a longer period, or other contracts."),
        pick=ACTIVITY,
    ),
    "offered": Chart(
        QUESTIONS["which_activities_are_offered"],
        charts.which_activities_are_offered,
        people_charts.offered_bars,
        telling.offered,
        N_("These contracts offer no activity yet. An administrator adds them on the contract's page."),
        pick=ACTIVITY,
    ),
    "idle": Chart(
        QUESTIONS["which_seats_are_idle"],
        charts.which_seats_are_idle,
        contract_charts.idle_bars,
        telling.idle,
        N_("No seat is idle: whoever was invited two weeks ago or earlier has answered, enrolled and begun."),
        pick=CONTRACT,
    ),
    "whose": Chart(
        QUESTIONS["whose_seats_are_idle"],
        charts.whose_seats_are_idle,
        people_charts.people_bars,
        telling.people_there,
        N_("Nobody's seats are idle in this way."),
        pick=CONTRACT,
    ),
    "renewals": Chart(
        QUESTIONS["when_are_renewals_due"],
        charts.when_are_renewals_due,
        forecast_charts.renewal_rows,
        telling.renewals,
        N_("None of these contracts ended in the last 90 days or ends within a year."),
        of=forecast_charts.due,
        pick=CONTRACT,
    ),
}
