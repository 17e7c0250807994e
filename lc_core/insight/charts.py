"""The seats of a contract by status as one bar; and every other chart, by the name of the question it answers.

The other charts lie in rooms of their own: `usage_charts` (time that has passed), `contract_charts` (a bar for each
contract), `forecast_charts` (days to come), `people_charts` (people and enrollments).
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache, lru_cache

import altair as alt
import polars as pl
import pyarrow as pa

from lc_core import language
from lc_core.insight.contract_charts import (
    which_contracts_are_over_invited,
    which_contracts_end_soon,
    which_seats_are_idle,
)
from lc_core.insight.drawing import COLOURS, ON_A_PAGE, Row, Specification, drawn, legend
from lc_core.insight.forecast_charts import when_are_renewals_due, when_do_seats_run_out
from lc_core.insight.people_charts import (
    STATUS_COLOURS,
    how_do_cohorts_get_on,
    how_long_until_people_enroll,
    what_happens_in_each_activity,
    where_do_people_stop,
    which_activities_are_offered,
    who_stopped_there,
    who_used_the_code,
    whose_seats_are_idle,
)
from lc_core.insight.usage_charts import (
    how_are_seats_used_over_time,
    how_used_is_each_contract_by_month,
    what_changed,
)
from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import EnrollmentStatus, SeatStatus

__all__ = [
    "COLOURS",
    "Row",
    "Specification",
    "how_are_seats_used_over_time",
    "how_do_cohorts_get_on",
    "how_long_until_people_enroll",
    "how_used_is_each_contract_by_month",
    "what_changed",
    "what_happens_in_each_activity",
    "when_are_renewals_due",
    "when_do_seats_run_out",
    "where_do_people_stop",
    "which_activities_are_offered",
    "which_contracts_are_over_invited",
    "which_contracts_end_soon",
    "which_seats_are_idle",
    "who_stopped_there",
    "who_used_the_code",
    "whose_seats_are_idle",
]

Words = Mapping[SeatStatus, str]
Counts = tuple[tuple[str, int], ...]

SEGMENTS = {
    "status": pl.String,
    "seats": pl.Int64,
    "order": pl.Int64,
    "start": pl.Int64,
    "end": pl.Int64,
    "middle": pl.Float64,
    "label": pl.String,
}
UNUSED = tuple(SeatStatus)[1:]
LABEL = "#ffffff"
HEIGHT = 28
NOT_ENROLLED = N_("Not enrolled")
NOT_ENROLLED_COLOUR = "#3d7a8c"
SEATS = "seats"
REMEMBERED = 1024
"""How many bars are kept ready to be drawn."""
ONE_LINE = (("labelFontSize", 11, 12), ("columnPadding", 6, 10), ("symbolSize", 70, 100))
"""What makes a legend smaller on a narrow page, there and elsewhere, in pixels."""
SHARE_OF_A_DIGIT = 0.02
"""How much of the bar one digit needs where the bar is narrow."""


def how_full_is_each_contract(words: Words | None = None) -> Specification:
    """The seats of one contract by status, as one stacked bar; its frame: `seat_segments`.

    `words`: the statuses that a contract has, by what it calls them, where it has words of its own.
    """
    called = words or {status: status.label for status in SeatStatus}
    return _one_bar(tuple(called.values()), tuple(COLOURS[status] for status in called), _("Seats"), _("Status"))


def enrollment_bar() -> Specification:
    """The people of one activity by status, as one stacked bar; its frame: `enrollment_segments`."""
    labels = (*(status.label for status in EnrollmentStatus), _(NOT_ENROLLED))
    drawn_once = _one_bar(labels, (*STATUS_COLOURS, NOT_ENROLLED_COLOUR), _("People"), _("Status"))
    return {**drawn_once, **ON_A_PAGE}


def seat_segments(row: Row, words: Words | None = None) -> pl.DataFrame:
    """The bar's frame from one row of the answer: a segment for each status that has seats, in their order."""
    return _segments(_seats(row, words))


def seats_as_drawn(row: Row, words: Words | None = None) -> Specification:
    """The bar of `how_full_is_each_contract` with `seat_segments` in it."""
    sent = _as_sent(_seats(row, words))
    return {**_in_one_line(_called(row, words)), "data": {"name": SEATS}, "datasets": {SEATS: sent}}


def _called(row: Row, words: Words | None) -> tuple[tuple[SeatStatus, str], ...]:
    """What the bar's legend calls: no seat has expired before the contract is over, and then none is free any more."""
    over = bool(row.get(SeatStatus.EXPIRED_UNUSED.value))
    kept = {SeatStatus.USED, SeatStatus.EXPIRED_UNUSED} if over else {*SeatStatus} - {SeatStatus.EXPIRED_UNUSED}
    known = words or {status: status.label for status in SeatStatus}
    return tuple((status, word) for status, word in known.items() if status in kept)


@cache
def _in_one_line(called: tuple[tuple[SeatStatus, str], ...]) -> Specification:
    """The bar of the height that the page keeps for it, so that nothing moves when it is drawn: its legend is one line."""
    whole = deepcopy(how_full_is_each_contract(dict(called)))
    narrow = {name: {"expr": f"windowSize()[0] < 600 ? {few} : {many}"} for name, few, many in ONE_LINE}
    whole["layer"][0]["encoding"]["color"]["legend"] |= {"columns": 0, **narrow}
    return {**whole, **ON_A_PAGE, "height": HEIGHT}


def enrollment_segments(invited_only: int, by_status: Mapping[EnrollmentStatus, int]) -> pl.DataFrame:
    """The frame of `enrollment_bar`: a segment for each status that has people, and those invited who are not enrolled."""
    counts = [(status.label, by_status.get(status, 0)) for status in EnrollmentStatus]
    return _segments((*counts, (_(NOT_ENROLLED), invited_only)))


def _seats(row: Row, words: Words | None = None) -> Counts:
    return tuple((words[status] if words else status.label, row[status.value]) for status in words or SeatStatus)


@lru_cache(REMEMBERED)
def _as_sent(counts: Counts) -> bytes:
    """The segments as they go to the browser. Kept, because most bars are as they were, and making one costs the most."""
    table = _segments(counts).to_arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    sent: bytes = sink.getvalue().to_pybytes()
    return sent


def _segments(counts: Counts) -> pl.DataFrame:
    """One after the other, those of none left out; a number is written where it fits."""
    whole = sum(count for _label, count in counts)
    parts: list[tuple[str, int, int, int, int, float, str]] = []
    start = 0
    for order, (label, count) in enumerate(counts):
        if count > 0:
            shown = _number(count)
            fits = count / whole >= SHARE_OF_A_DIGIT * (len(shown) + 1)
            parts.append((label, count, order, start, start + count, start + count / 2, shown if fits else ""))
        start += count
    return pl.DataFrame(parts, schema=SEGMENTS, orient="row")


def describe(row: Row) -> str:
    """What the bar shows, in words: for those who do not see it, and beside it."""
    used = _("{used} of {seats} seats used").format(used=_number(row["used"]), seats=_number(row["seats"]))
    rest = [f"{status.label}: {_number(row[status.value])}" for status in UNUSED if row[status.value]]
    sentences = ["; ".join([used, *rest]), *_excess(row["over_invited"])]
    return " ".join(f"{sentence}." for sentence in sentences)


def _excess(over: int) -> list[str]:
    if not over:
        return []
    return [ngettext("Over-invited by {n} seat", "Over-invited by {n} seats", over).format(n=_number(over))]


def _number(n: int) -> str:
    return language.number(n)


@cache
def _one_bar(words: tuple[str, ...], colours: tuple[str, ...], seats: str, status: str) -> Specification:
    """`words`: the statuses in the language spoken; a chart of its own for each language."""
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=list(words), range=list(colours)),
        legend=legend(words),
        sort=list(words),
    )
    # one row, as high as the bar: so the legend beneath may take as many lines as a narrow page needs
    row = alt.YDatum("", type="nominal", axis=None, scale=alt.Scale(padding=0))
    base = alt.Chart(pl.DataFrame(schema=SEGMENTS)).encode(y=row)
    bar = base.mark_bar(height=HEIGHT, x2Offset=-1).encode(
        x=alt.X("start:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
        x2="end:Q",
        color=colour,
        order="order:Q",
        tooltip=[alt.Tooltip("status:N", title=status), alt.Tooltip("seats:Q", title=seats)],
    )
    numbers = base.mark_text(color=LABEL, fontWeight="bold").encode(x="middle:Q", text="label:N")
    return drawn(bar + numbers, height=alt.Step(HEIGHT))
