"""Deals against FutureLearn's own counting, read a second time from its guide: whatever people do, both must agree.

`Deal` is that reading, in the guide's words and with none of the product's rules. The machine does each step in both and
compares what was done, the status of every invitation, the seats allocated and available, when each invitation expires,
and who is in a course.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from lc_core import (
    activity_lists,
    enrollments,
    invitation_lists,
    invitations,
    inviting,
    redeeming,
    rules,
    seat_rules,
    seats,
    sending,
    wording,
)
from lc_core.errors import Refused
from lc_core.invitation_lists import Filter
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.seat_rules import DealSeats
from lc_core.vocabulary import ContractType
from tests.clock import Clock
from tests.worlds import OPERATOR, a_contract, a_learner, email, offered, only

FOUR_WEEKS, TICK = timedelta(weeks=4), timedelta(microseconds=1)
_deals = count(1)


# --- the guide, read a second time -----------------------------------------------------------------------------------


@dataclass
class Invite:
    """One line of the *Deal seats* page."""

    learner: int
    sent: datetime
    accepted: bool = False
    taken_back: str = ""
    course: str = ""

    def status(self, now: datetime) -> str:
        if self.taken_back:
            return self.taken_back
        if self.accepted:
            return "Accepted"
        return "Expired" if now - self.sent >= timedelta(weeks=4) else "Pending"


@dataclass
class Deal:
    """So many seats, and everybody who was sent an invite."""

    seats: int
    now: datetime
    invites: list[Invite] = field(default_factory=list)

    def statuses(self) -> list[str]:
        return [one.status(self.now) for one in self.invites]

    @property
    def allocated(self) -> int:
        """Invited and accepted."""
        return self.statuses().count("Accepted")

    @property
    def available(self) -> int:
        """A seat whose invite is pending is available, as is one that nobody was invited to."""
        return self.seats - self.allocated

    def current(self, learner: int) -> Invite | None:
        return next((one for one in self.invites if one.learner == learner and not one.taken_back), None)

    def invite(self, learners: list[int]) -> list[str]:
        return [self._invite(learner) for learner in learners]

    def _invite(self, learner: int) -> str:
        """Whose invite expired is sent it again; whoever has one that counts needs no other."""
        current = self.current(learner)
        if current is None:
            known = any(one.learner == learner for one in self.invites)
            self.invites.append(Invite(learner, self.now))
            return "invited_again" if known else "invited"
        if current.status(self.now) != "Expired":
            return "already_invited"
        current.sent = self.now
        return "sent_again"

    def accept(self, learner: int) -> str:
        """Whoever comes beyond the last seat is told so, and stays pending."""
        current = self.current(learner)
        if current is None or current.status(self.now) != "Pending":
            return "no"
        if not self.available:
            return "no_seat"
        current.accepted = True
        return "yes"

    def study(self, learner: int) -> str:
        """Whoever accepted has access to everything; whose seat was taken back has not."""
        current = self.current(learner)
        if current is None or not current.accepted or current.course:
            return "no"
        current.course = "enrolled"
        return "yes"

    def may(self, action: str) -> Callable[[Invite], bool]:
        """On which lines an action can be done."""
        wanted = {"resend": {"Pending", "Expired"}, "revoke": {"Pending", "Expired"}, "deallocate": {"Accepted"}}
        if action == "reinvite":
            return lambda one: bool(one.taken_back) and self.current(one.learner) is None
        return lambda one: one.status(self.now) in wanted[action]

    def act(self, action: str, lines: list[int]) -> list[bool]:
        """Do it to these lines; whether it was done to each."""
        return [self._act(action, self.invites[line]) for line in lines]

    def _act(self, action: str, one: Invite) -> bool:
        if not self.may(action)(one):
            return False
        if action == "resend":
            one.sent = self.now
        elif action == "revoke":
            one.taken_back = "Revoked"
        elif action == "deallocate":
            one.taken_back = "De-allocated"
            one.course = "withdrawn" if one.course else ""
        else:
            self.invites.append(Invite(one.learner, self.now))
        return True


# --- both, step by step ----------------------------------------------------------------------------------------------

STEPS = (
    *("invite", "accept", "accept", "accept", "study", "resend", "revoke", "deallocate", "deallocate", "reinvite"),
    *("a week", "to the edge", "just before the edge"),
)
several = st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True)


class DealMachine(RuleBasedStateMachine):
    """One deal in the guide's words and in the records. The clock runs on from deal to deal."""

    def __init__(self, db: Database, clock: Clock) -> None:
        super().__init__()
        self.db, self.clock = db, clock

    @initialize(number=st.sampled_from([3, 2, 1, 0]), first=several)
    def begin(self, number: int, first: list[int]) -> None:
        self.name = f"deal{next(_deals)}"
        self.contract_id = a_contract(
            self.db, ContractType.UNLIMITED, offers=1, seats=number, valid_to=None, require_invitation_code=False
        )
        self.course = offered(self.db, self.contract_id)[0]
        self.deal = Deal(number, self.clock())
        self.invite(first)

    @rule(step=st.sampled_from(STEPS), who=several, able=st.booleans())
    def step(self, step: str, who: list[int], *, able: bool) -> None:
        """One rule for all steps, because Hypothesis likes to leave rules out. `able`: of those who can, if there are."""
        match step:
            case "invite":
                self.invite(who)
            case "accept":
                self.tries(redeeming.accept, self.deal.accept, self.one_of("Pending" if able else "", who[0]))
            case "study":  # a course takes no seat: the invariant sees them as they were
                enroll = partial(enrollments.enroll, activity_id=self.course)
                self.tries(enroll, self.deal.study, self.one_of("Accepted" if able else "", who[0]))
            case "a week" | "to the edge" | "just before the edge":
                self.time_passes(step)
            case _:
                self.act(step, who, able=able)

    def invite(self, who: list[int]) -> None:
        told = inviting.invite(self.db, OPERATOR, self.contract_id, [email(self.called(one)) for one in who])

        assert [outcome.result.value for outcome in told] == self.deal.invite(who)

    def tries(self, verb: Callable[..., Any], expect: Callable[[int], str], learner: int) -> None:
        """What somebody does for themselves."""
        told = "yes"
        try:
            verb(self.db, a_learner(self.db, self.called(learner)), self.contract_id)
        except Refused as refused:
            told = "no_seat" if refused.reason is Reason.NO_SEAT else "no"

        assert told == expect(learner)

    def act(self, action: str, who: list[int], *, able: bool) -> None:
        """On one, on several: who cannot does not stop the rest."""
        can = [line for line, one in enumerate(self.deal.invites) if self.deal.may(action)(one) or not able] or [0]
        lines = sorted({can[number % len(can)] for number in who})
        verb = getattr(invitations, action)
        done = verb(self.db, OPERATOR, self.contract_id, only(*[self.ids[line] for line in lines]))

        assert [one.reason is None for one in done] == self.deal.act(action, lines)

    def time_passes(self, step: str) -> None:
        edges = [one.sent + FOUR_WEEKS - TICK * (step == "just before the edge") for one in self.deal.invites]
        ahead = [edge for edge in edges if edge > self.clock()]
        week = self.clock() + timedelta(weeks=1)
        self.deal.now = self.clock.set(min(ahead) if ahead and step != "a week" else week)

    @invariant()
    def the_page_says_what_the_guide_says(self) -> None:
        listing = invitation_lists.listing(self.db, OPERATOR, self.contract_id, Filter(), order="oldest")
        deal, rows, self.ids = self.deal, listing.rows, [row.id for row in listing.rows]
        words = deal.statuses()
        assert [wording.shown_as(ContractType.UNLIMITED, row.status).label for row in rows] == words
        for action in ("resend", "revoke", "deallocate", "reinvite"):
            able = [getattr(row, f"why_not_{action}") is None for row in rows]
            assert able == [deal.may(action)(one) for one in deal.invites]
        assert [row.expires_at for row in rows] == [one.sent + FOUR_WEEKS for one in deal.invites]
        counted = seat_rules.deal_seats(seats.by_status(self.db, OPERATOR, self.contract_id))
        assert counted == DealSeats(deal.seats, deal.allocated, deal.available, words.count("Pending"), 0)
        for word, alike in wording.shown_statuses(ContractType.UNLIMITED).items():
            assert sum(listing.by_status[one] for one in alike) == words.count(word.label)
        (course,) = activity_lists.of_contract(self.db, OPERATOR, self.contract_id)
        assert course.enrolled == [one.course for one in deal.invites].count("enrolled")

    def called(self, learner: int) -> str:
        return f"{self.name}-{learner}"

    def one_of(self, status: str, number: int) -> int:
        """Somebody whose invitation stands so, if there is one."""
        theirs = [one.learner for one in self.deal.invites if one.status(self.deal.now) == status]
        return theirs[number % len(theirs)] if theirs else number


# --- runs ------------------------------------------------------------------------------------------------------------


def explore(db: Database, clock: Clock, examples: int = 14) -> None:
    """Play some deals, each a new contract with new people. Not shrunk: the steps that failed are told as they were."""
    played = settings(
        max_examples=examples,
        stateful_step_count=30,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    play: Any = partial(DealMachine, db, clock)
    run_state_machine_as_test(play, settings=played)


def test_a_deal_is_counted_as_futurelearn_counts_it(db, clock):  # R-SEAT-3, R-SEAT-8, R-INV-2..4
    explore(db, clock)


@pytest.mark.soak
def test_it_is_for_long(db, clock):
    explore(db, clock, 200)


# --- the machine is sharp --------------------------------------------------------------------------------------------


MOVE, REVOKE, COUNT = seats.move_all, rules.why_not_revoke, seat_rules.deal_seats
PLANTED: dict[str, tuple[Any, str, Any]] = {
    "a moment late": (rules, "expires_at", lambda sent, days: sent + timedelta(days=days) + TICK),
    "pending is not available": (seat_rules, "deal_seats", lambda one: replace(COUNT(one), available=one.uncommitted)),
    "no seat comes back": (seats, "move_all", lambda *told: any(one.delta < 0 for one in told[2]) or MOVE(*told)),
    "accepting takes none": (seats, "take", lambda *_: False),
    "access stays": (enrollments, "withdraw_open", lambda *_: None),
    "nothing is sent again": (rules, "why_not_resend", lambda *_: Reason.INVITATION_EXPIRED),
    "accepted is revoked": (rules, "why_not_revoke", lambda status, _: REVOKE(status, ContractType.VOUCHER)),
    "no new clock": (sending, "send_again", lambda *_: None),
}


@pytest.mark.tampers
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_bug_is_found(db, clock, monkeypatch, planted):
    monkeypatch.setattr(*planted)

    with pytest.raises((AssertionError, IntegrityError)):
        explore(db, clock)
