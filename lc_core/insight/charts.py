"""One chart for each question, as a Vega-Lite specification that is built once and drawn with a small frame of its own.

Frames hold words and numbers of ours, never what somebody typed; no field is called `image` or `title`, which Vega's
tooltips treat in their own way.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import altair as alt
import polars as pl
import pyarrow as pa

from lc_core import language
from lc_core.language import N_, _, ngettext
from lc_core.vocabulary import EnrollmentStatus, SeatStatus

Row = Mapping[str, Any]
Words = Mapping[SeatStatus, str]
Specification = dict[str, Any]
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
COLOURS = {
    SeatStatus.USED: "#0b6aa8",
    SeatStatus.RESERVED: "#0e7a57",
    SeatStatus.PENDING: "#a65300",
    SeatStatus.UNCOMMITTED: "#6b7280",
    SeatStatus.EXPIRED_UNUSED: "#8f4a9e",
}
"""Each at least 3:1 on the light and on the dark page, and 4.5:1 under LABEL."""
UNUSED = tuple(SeatStatus)[1:]
LABEL = "#ffffff"
HEIGHT = 28
TALL = 260
STATUS_COLOURS = ["#8f4a9e", "#b57ac2", "#0b6aa8", "#a65300", "#0e7a57", "#b3261e", "#7a4a3a", "#6b7280"]
"""Of the statuses of enrollments, in their order."""
NOT_ENROLLED = N_("Not enrolled")
NOT_ENROLLED_COLOUR = "#3d7a8c"
SEATS = "seats"
REMEMBERED = 1024
"""How many bars are kept ready to be drawn."""
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
    return _one_bar(labels, (*STATUS_COLOURS, NOT_ENROLLED_COLOUR), _("People"), _("Status"))


def seat_segments(row: Row) -> pl.DataFrame:
    """The bar's frame from one row of the answer: a segment for each status that has seats, in their order."""
    return _segments(_seats(row))


def seats_as_drawn(row: Row, words: Words | None = None) -> Specification:
    """The bar of `how_full_is_each_contract` with `seat_segments` in it."""
    sent = _as_sent(_seats(row, words))
    return {**how_full_is_each_contract(words), "data": {"name": SEATS}, "datasets": {SEATS: sent}}


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
        legend=alt.Legend(orient="bottom", title=None, symbolType="square", columns=0),
        sort=list(words),
    )
    base = alt.Chart(pl.DataFrame(schema=SEGMENTS))
    bar = base.mark_bar(height=HEIGHT, x2Offset=-1).encode(
        x=alt.X("start:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
        x2="end:Q",
        color=colour,
        order="order:Q",
        tooltip=[alt.Tooltip("status:N", title=status), alt.Tooltip("seats:Q", title=seats)],
    )
    numbers = base.mark_text(color=LABEL, fontWeight="bold").encode(x="middle:Q", text="label:N")
    return _drawn((bar + numbers).properties(height=HEIGHT, width="container"))


def how_are_seats_used_over_time() -> Specification:
    """Seats used (area) against seats there are (line), by day; its frame: the answer."""
    return _used_over_time(_("Day"), _("Seats used"), _("Seats in all"))


def where_do_people_stop() -> Specification:
    """A bar for each step, in order, with its number; its frame: `funnel_steps`."""
    return _funnel(_("Step"), _("People"))


def what_happens_in_each_activity() -> Specification:
    """A bar for each activity, its enrollments stacked by status; its frame: `activity_bars`."""
    labels = tuple(status.label for status in EnrollmentStatus)
    return _activities(labels, _("Activity"), _("Enrollments"), _("Status"))


def which_contracts_end_soon() -> Specification:
    """A bar of unused seats for each contract, the soonest end first; its frame: the answer."""
    return _ending(_("Contract"), _("Unused seats"), _("Days left"))


STEP_LABELS = {
    "invited": N_("Invited"),
    "accepted": N_("Accepted"),
    "enrolled": N_("Enrolled"),
    "started": N_("Started"),
    "completed": N_("Completed"),
}


def funnel_steps(answer: pl.DataFrame) -> pl.DataFrame:
    """The steps in the language spoken, each with its share of those invited and of the step before it."""
    people = pl.col("people")
    before = people.shift(1)
    return answer.with_columns(
        pl.col("step").replace_strict({step: _(label) for step, label in STEP_LABELS.items()}),
        share=pl.when(people.first() > 0).then(people / people.first()),
        of_step_before=pl.when(before > 0).then(people / before),
    )


def activity_bars(answer: pl.DataFrame) -> pl.DataFrame:
    """The enrollments with their statuses in the language spoken."""
    labels = {status.value: status.label for status in EnrollmentStatus}
    order = {status.value: place for place, status in enumerate(EnrollmentStatus)}
    return answer.with_columns(
        pl.col("status").replace_strict(order, return_dtype=pl.Int64).alias("order"),
        pl.col("status").replace_strict(labels, return_dtype=pl.String),
    )


@cache
def _used_over_time(day: str, used: str, capacity: str) -> Specification:
    base = alt.Chart(pl.DataFrame(schema={"day": pl.Date, "used": pl.Int64, "capacity": pl.Int64}))
    when = alt.X("day:T", title=None)
    tooltip = [
        alt.Tooltip("day:T", title=day),
        alt.Tooltip("used:Q", title=used),
        alt.Tooltip("capacity:Q", title=capacity),
    ]
    area = base.mark_area(interpolate="step-after", opacity=0.85, color=COLOURS[SeatStatus.USED]).encode(
        x=when, y=alt.Y("used:Q", title=used), tooltip=tooltip
    )
    line = base.mark_line(
        interpolate="step-after", color=COLOURS[SeatStatus.UNCOMMITTED], strokeWidth=2, strokeDash=[6, 3]
    ).encode(x=when, y="capacity:Q", tooltip=tooltip)
    return _drawn((area + line).properties(height=TALL, width="container"))


@cache
def _funnel(step: str, people: str) -> Specification:
    base = alt.Chart(pl.DataFrame(schema={"position": pl.Int32, "step": pl.String, "people": pl.Int64}))
    steps = alt.Y("step:N", sort=alt.SortField("position"), title=None)
    bars = base.mark_bar(color=COLOURS[SeatStatus.USED], height=HEIGHT).encode(
        x=alt.X("people:Q", title=people),
        y=steps,
        tooltip=[alt.Tooltip("step:N", title=step), alt.Tooltip("people:Q", title=people)],
    )
    numbers = base.mark_text(align="left", dx=5, color=COLOURS[SeatStatus.UNCOMMITTED]).encode(
        x="people:Q", y=steps, text="people:Q"
    )
    return _drawn((bars + numbers).properties(height=TALL, width="container"))


@cache
def _activities(labels: tuple[str, ...], activity: str, enrollments: str, status: str) -> Specification:
    schema = {"activity": pl.String, "status": pl.String, "order": pl.Int64, "enrollments": pl.Int64}
    bars = (
        alt.Chart(pl.DataFrame(schema=schema))
        .mark_bar()
        .encode(
            x=alt.X("sum(enrollments):Q", title=enrollments),
            y=alt.Y("activity:N", title=None, axis=alt.Axis(labelLimit=240)),
            color=alt.Color(
                "status:N",
                sort=list(labels),
                scale=alt.Scale(domain=list(labels), range=STATUS_COLOURS),
                legend=alt.Legend(orient="bottom", title=None, symbolType="square", columns=4),
            ),
            order="order:Q",
            tooltip=[
                alt.Tooltip("activity:N", title=activity),
                alt.Tooltip("status:N", title=status),
                alt.Tooltip("sum(enrollments):Q", title=enrollments),
            ],
        )
    )
    return _drawn(bars.properties(height=alt.Step(HEIGHT), width="container"))


@cache
def _ending(contract: str, unused: str, days_left: str) -> Specification:
    schema: dict[str, Any] = {
        "contract": pl.String,
        "ends_at": pl.Datetime("us", "UTC"),
        "days_left": pl.Int64,
        "unused": pl.Int64,
    }
    bars = (
        alt.Chart(pl.DataFrame(schema=schema))
        .mark_bar(color=COLOURS[SeatStatus.PENDING])
        .encode(
            x=alt.X("unused:Q", title=unused),
            y=alt.Y("contract:N", sort=alt.SortField("ends_at"), title=None, axis=alt.Axis(labelLimit=240)),
            tooltip=[
                alt.Tooltip("contract:N", title=contract),
                alt.Tooltip("unused:Q", title=unused),
                alt.Tooltip("days_left:Q", title=days_left),
            ],
        )
    )
    return _drawn(bars.properties(height=alt.Step(HEIGHT), width="container"))


def _drawn(chart: alt.LayerChart | alt.Chart) -> Specification:
    """The chart as a specification, without what belongs to the page it is drawn on."""
    left_out = {"$schema", "config", "datasets", "data"}
    return {name: part for name, part in chart.to_dict().items() if name not in left_out}
