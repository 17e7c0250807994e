"""One chart for each question, as a Vega-Lite specification that is built once and drawn with a small frame of its own.

Frames hold words and numbers of ours, never what somebody typed; no field is called `image` or `title`, which Vega's
tooltips treat in their own way.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import altair as alt
import polars as pl

from lc_core import language
from lc_core.language import _, ngettext
from lc_core.vocabulary import SeatStatus

Row = Mapping[str, Any]
Specification = dict[str, Any]

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
SHARE_OF_A_DIGIT = 0.02
"""How much of the bar one digit needs where the bar is narrow."""


def how_full_is_each_contract() -> Specification:
    """The seats of one contract by status, as one stacked bar; its frame: `seat_segments`."""
    return _seats_bar(tuple(status.label for status in SeatStatus), _("Seats"), _("Status"))


def seat_segments(row: Row) -> pl.DataFrame:
    """The bar's frame from one row of the answer: a segment for each status that has seats, in their order."""
    parts: list[tuple[str, int, int, int, int, float, str]] = []
    start, seats = 0, row["seats"]
    for order, status in enumerate(SeatStatus):
        count = row[status.value]
        if count > 0:
            shown = _number(count)
            fits = count / seats >= SHARE_OF_A_DIGIT * (len(shown) + 1)
            parts.append((status.label, count, order, start, start + count, start + count / 2, shown if fits else ""))
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
def _seats_bar(words: tuple[str, ...], seats: str, status: str) -> Specification:
    """`words`: the statuses in the language spoken; a chart of its own for each language."""
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=list(words), range=list(COLOURS.values())),
        legend=alt.Legend(orient="bottom", title=None, symbolType="square", columns=0),
        sort=list(words),
    )
    base = alt.Chart(pl.DataFrame(schema=SEGMENTS))
    bar = base.mark_bar(height=HEIGHT, x2Offset=-2).encode(
        x=alt.X("start:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
        x2="end:Q",
        color=colour,
        order="order:Q",
        tooltip=[alt.Tooltip("status:N", title=status), alt.Tooltip("seats:Q", title=seats)],
    )
    numbers = base.mark_text(color=LABEL, fontWeight="bold").encode(x="middle:Q", text="label:N")
    drawn = (bar + numbers).properties(height=HEIGHT, width="container")
    return {
        name: part for name, part in drawn.to_dict().items() if name not in {"$schema", "config", "datasets", "data"}
    }
