"""What each chart of seat usage shows is said in words that are right for none, for one and for many."""

from typing import Any

import pytest

from lc_core.insight import drawing
from tests.usage_answers import JAN, ROWS, drawn, told


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            "changes",
            None,
            "Seats taken: 6, before it 4 (+50%); Seats returned: 0, before it 0; Invited: 1, before it 2 (-50%).",
        ),
        ("seats", None, "10 of 20 seats used; Uncommitted: 10."),
        ("seats", ROWS["seats"][:1], "9 of 10 seats used; Uncommitted: 1."),
        ("fullest", None, "The fullest is Alpha with 90% of its seats used, the emptiest Beta with 10%."),
        ("fullest", ROWS["fullest"][:1], "90% of the seats of Alpha are used."),
        (
            "ending",
            None,
            (
                "Within 30 days: 1 contract, 2 seats unused; Within 60 days: 1 contract, 2 seats unused; "
                "Within 90 days: 2 contracts, 3 seats unused; Within 120 days: 2 contracts, 3 seats unused."
            ),
        ),
        ("over-invited", None, "2 contracts are over-invited, by 4 seats in all."),
        ("over-invited", ROWS["over-invited"][1:], "1 contract is over-invited, by 1 seat."),
        (
            "over-time",
            None,
            "On Jun 15, 2026 4 of 20 seats were used (20%). On Jan 1, 2026 it was 1 of 10. The most was 5, on Feb 1, 2026.",
        ),
        ("over-time", ROWS["over-time"][:1], "On Jan 1, 2026 1 of 10 seats were used (10%)."),
        (
            "run-out",
            None,
            (
                "Of 2 active contracts 1 runs out of seats before the end at the pace of the last 28 days, 1 is full already. "
                "The first is Alpha, on Jun 27, 2026."
            ),
        ),
        (
            "run-out",
            ROWS["run-out"][1:],
            "Of 1 active contract 0 run out of seats before the end at the pace of the last 28 days, 1 is full already.",
        ),
        (
            "by-month",
            None,
            "In Feb 2026 Alpha was the fullest with 90% of its seats used, and the emptiest was Beta with 50%.",
        ),
        ("by-month", ROWS["by-month"][:1], "In Jan 2026 10% of the seats of Alpha were used."),
        (
            "funnel",
            None,
            (
                "100 people invited. Accepted: 60 (60%); Enrolled: 50 (50%); Started: 40 (40%); Completed: 10 (10%). "
                "Most stop at Invited: 40 people."
            ),
        ),
        (
            "funnel",
            [(place, step, 1, 1) for place, step, *_ in ROWS["funnel"]],
            "1 person invited. Accepted: 1 (100%); Enrolled: 1 (100%); Started: 1 (100%); Completed: 1 (100%).",
        ),
        ("stopped", None, "2 people in 2 contracts."),
        ("stopped", ROWS["stopped"][:1], "1 person in 1 contract."),
        (
            "how-long",
            None,
            (
                "3 invitations were sent. 2 were accepted, half of them within 1 day, nine in ten within 2.5 days. "
                "1 led to an enrollment, half of them within 4 days, nine in ten within 4 days."
            ),
        ),
        ("how-long", [(None, 1, 0, None, None, 0, None, None)], "1 invitation was sent."),
        (
            "cohorts",
            None,
            (
                "Of 4 people first invited in Feb 2026, 25% enrolled and 25% completed an activity by now. "
                "The most completed of those of Jan 2026: 50%."
            ),
        ),
        (
            "cohorts",
            ROWS["cohorts"][:1],
            "Of 10 people first invited in Jan 2026, 60% enrolled and 50% completed an activity by now.",
        ),
        ("code", None, "2 of 11 people (18%) came by the code without an invitation; 1 of them enrolled."),
        ("activities", None, "5 enrollments in 2 activities. Completed: 60%. Most are in First aid."),
        ("activities", ROWS["activities"][2:], "1 enrollment in 1 activity. Completed: 0%."),
        ("offered", None, "2 activities are offered in 2 contracts."),
        ("offered", ROWS["offered"][2:], "1 activity is offered in 1 contract."),
        (
            "idle",
            None,
            "6 seats are idle in 2 contracts. Invited, no answer: 3; Accepted, never enrolled: 2; Enrolled, nothing started: 1.",
        ),
        (
            "idle",
            ROWS["idle"][2:],
            "1 seat is idle in 1 contract. Invited, no answer: 0; Accepted, never enrolled: 0; Enrolled, nothing started: 1.",
        ),
        (
            "renewals",
            None,
            "2 contracts are due, 1 renewed. The first not renewed yet is Alpha, its last day Jun 30, 2026.",
        ),
        ("renewals", ROWS["renewals"][1:], "1 contract is due, 1 renewed."),
    ],
)
def test_what_a_chart_shows_is_said_in_words(name: str, rows: list[tuple[Any, ...]] | None, said: str) -> None:
    assert told(name, rows) == said


def test_only_the_first_rows_are_drawn_and_it_is_said_so() -> None:
    many = [(n, f"C{n}", "Alike", 10, 2, 5, n) for n in range(20, 0, -1)]

    assert drawn("over-invited", many).height == drawing.MOST_ROWS
    assert told("over-invited", many).endswith("The first 15 of 20 are drawn; the table has all.")
    assert drawn("over-invited", many)["row"].n_unique() == drawing.MOST_ROWS


def test_the_heatmap_shows_the_largest_contracts_and_says_so() -> None:
    many = [(n, f"C{n}", f"Contract {n}", JAN, 1, 100 + n, 0.01) for n in range(1, 51)]

    cells = drawn("by-month", many)

    assert cells["picked"].to_list() == list(range(50, 10, -1))
    assert "The 40 largest of 50 contracts are drawn" in told("by-month", many)
