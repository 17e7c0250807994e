"""An answer to the question of every chart of seat usage, small enough to be reckoned in the head."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from lc_core.insight.chart_book import CHARTS

AS_OF = datetime(2026, 6, 15, 9, tzinfo=UTC)
END = datetime(2026, 7, 1, tzinfo=UTC)
JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
A, B = (1, "A", "Alpha"), (2, "B", "Beta")
DAY = date(2026, 6, 15)


def full(contract_id: int, code: str, title: str, status: str, seats: int, used: int) -> tuple[Any, ...]:
    when = (JAN, None, AS_OF, None)
    return (
        contract_id,
        code,
        title,
        "voucher",
        status,
        *when,
        seats,
        used,
        0,
        0,
        seats - used,
        0,
        0,
        None,
        AS_OF,
        None,
    )


ROWS: dict[str, list[tuple[Any, ...]]] = {
    "seats": [full(*A, "active", 10, 9), full(*B, "future", 10, 1)],
    "changes": [(1, "seats_taken", 6, 4), (2, "seats_returned", 0, 0), (3, "invited", 1, 2)],
    "fullest": [full(*A, "active", 10, 9), full(*B, "active", 10, 1), full(3, "C", "Old", "expired", 9, 9)],
    "ending": [(*A, END, 16, 10, 8, 2), (*B, END, 61, 10, 9, 1)],
    "over-invited": [(*A, 10, 2, 5, 3), (*B, 10, 0, 1, 1)],
    "over-time": [(JAN, 1, 10), (FEB, 5, 10), (DAY, 4, 20)],
    "run-out": [
        (*A, 10, 4, 6, 0.5, 0.2, 1.0, date(2026, 6, 27), date(2026, 6, 21), None, END, "runs_out"),
        (*B, 10, 10, 0, 0.0, 0.0, 0.0, None, None, None, None, "full"),
    ],
    "by-month": [(*A, JAN, 1, 10, 0.1), (*A, FEB, 9, 10, 0.9), (*B, FEB, 5, 10, 0.5)],
    "funnel": [
        (1, "invited", 100, 9),
        (2, "accepted", 60, 9),
        (3, "enrolled", 50, 9),
        (4, "started", 40, 5),
        (5, "completed", 10, 5),
    ],
    "stopped": [(*A, 7, AS_OF), (*A, 8, AS_OF), (*B, 7, AS_OF)],
    "how-long": [(JAN, 3, 2, 1.0, 2.5, 1, 4.0, 4.0), (None, 3, 2, 1.0, 2.5, 1, 4.0, 4.0)],
    "cohorts": [(JAN, 10, 8, 6, 5, 5), (FEB, 4, 2, 1, 1, 1)],
    "code": [(*A, 2, 8, 1), (*B, 0, 3, 0)],
    "activities": [
        (1, "X", "First aid", "completed", 3),
        (1, "X", "First aid", "enrolled", 1),
        (2, "Y", "SQL", "failed", 1),
    ],
    "offered": [(1, 1, "X", "First aid"), (2, 1, "X", "First aid"), (1, 2, "Y", "SQL")],
    "idle": [(*A, "silent", 3, 3, 20), (*A, "accepted", 1, 2, 15), (*B, "not_started", 1, 1, 14)],
    "whose": [(*A, 7, AS_OF, 1), (*B, 8, AS_OF, 2)],
    "renewals": [(date(2026, 6, 1), *A, END, 10, 5, False), (date(2026, 6, 1), *B, END, 10, 5, True)],
}
"""An answer to each chart's question."""


def answer(name: str, rows: list[tuple[Any, ...]] | None = None) -> pl.DataFrame:
    return pl.DataFrame(ROWS[name] if rows is None else rows, schema=dict(CHARTS[name].question.columns), orient="row")


def told(name: str, rows: list[tuple[Any, ...]] | None = None) -> str:
    chart = CHARTS[name]
    return chart.tell(chart.of(answer(name, rows)))


def drawn(name: str, rows: list[tuple[Any, ...]] | None = None) -> pl.DataFrame:
    chart = CHARTS[name]
    return chart.frame(chart.of(answer(name, rows)))
