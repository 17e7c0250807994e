"""How the statuses of enrollments look: a word and a sign, never a colour alone."""

from typing import Any

import streamlit as st

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
NOT_ENROLLED = "not_enrolled"
"""How the page's address calls those who are invited and not enrolled."""


def word(status: EnrollmentStatus | None) -> str:
    return status.label if status else _("Not enrolled")


def shown(status: EnrollmentStatus | None) -> str:
    return f"{LOOKS[status][0]} {word(status)}"


def column() -> Any:
    """The statuses of a table as coloured words."""
    colours = [colour for _sign, colour in LOOKS.values()]
    return st.column_config.MultiselectColumn(options=[shown(status) for status in LOOKS], color=colours)


def in_words(by_status: dict[EnrollmentStatus, int]) -> str:
    """How many stand how, in one line."""
    return " · ".join(f"{shown(status)} {by_status[status]}" for status in EnrollmentStatus if by_status.get(status))
