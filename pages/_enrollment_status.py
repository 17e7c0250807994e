"""How the statuses of enrollments look: a word and a sign, never a colour alone."""

from typing import Any

import streamlit as st

from lc_core import language
from lc_core.activity_lists import ActivitySeen
from lc_core.insight import charts, view_exports
from lc_core.language import _
from lc_core.vocabulary import EnrollmentStatus

LOOKS = {
    None: ("○", "gray"),
    EnrollmentStatus.WAITLISTED: ("◌", "violet"),
    EnrollmentStatus.PENDING_APPROVAL: ("◔", "violet"),
    EnrollmentStatus.ENROLLED: ("●", "blue"),
    EnrollmentStatus.IN_PROGRESS: ("◑", "orange"),
    EnrollmentStatus.COMPLETED: ("✓", "green"),
    EnrollmentStatus.FAILED: ("×", "red"),
    EnrollmentStatus.NO_SHOW: ("∅", "red"),
    EnrollmentStatus.WITHDRAWN: ("–", "gray"),
}
"""A sign and a colour for each status: never the colour alone."""
NOT_ENROLLED = view_exports.NOT_ENROLLED
"""How the page's address calls those who are invited and not enrolled."""


def word(status: EnrollmentStatus | None) -> str:
    return status.label if status else _(charts.NOT_ENROLLED)


def shown(status: EnrollmentStatus | None) -> str:
    return f"{LOOKS[status][0]} {word(status)}"


def column() -> Any:
    """The statuses of a table as coloured words."""
    colours = [colour for _sign, colour in LOOKS.values()]
    return st.column_config.MultiselectColumn(options=[shown(status) for status in LOOKS], color=colours)


def bar(activity: ActivitySeen) -> None:
    """How the people of an activity stand, as a bar with its numbers, and the same in words."""
    words = in_words(activity)
    drawn = charts.enrollment_segments(activity.not_enrolled, activity.by_status)
    if not drawn.is_empty():
        st.vega_lite_chart(drawn, charts.enrollment_bar(), alt=words)
    st.caption(words)


def in_words(activity: ActivitySeen) -> str:
    """How many stand how, in one line."""
    counts = [(status, activity.by_status.get(status, 0)) for status in EnrollmentStatus]
    everybody = [*counts, (None, activity.not_enrolled)]
    return " · ".join(f"{shown(status)} {language.number(count)}" for status, count in everybody if count)
