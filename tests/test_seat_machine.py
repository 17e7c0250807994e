"""Seats against a second, independent reading of the rules: whatever people do, in whatever order, both must agree.

`Rulebook` is that reading, in plain Python and with none of the product's rules. The machine draws a contract and then
step after step, does each in both, and compares: what was answered or refused and why, the statuses of all invitations
with what may be done to each, enrollments, units that hold a seat, and the seats by status.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from lc_core import (
    activities,
    codes,
    contracts,
    enrollments,
    invitation_lists,
    invitations,
    inviting,
    learner_rules,
    people,
    redeeming,
    rules,
    seat_rules,
    seats,
)
from lc_core.contracts import Draft
from lc_core.errors import Refused
from lc_core.insight import check
from lc_core.invitation_lists import Chosen, Filter
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Enrollment, Invitation, Person, Record, SeatHeld, SeatMove
from lc_core.vocabulary import (
    ActivityKind,
    ContractType,
    EnrollmentStatus,
    InvitationStatus,
    OverInvitation,
    SeatRelease,
)
from tests.clock import Clock

OPERATOR = Actor.operator("tests")
PEOPLE, ACTIVITIES = 5, 3
MOMENT = timedelta(microseconds=1)
OPEN = {"waitlisted", "pending_approval", "enrolled", "in_progress"}


# --- the rules, read a second time -----------------------------------------------------------------------------------


class No(Exception):
    """The rulebook refuses; the argument is the reason's word."""


@dataclass
class Terms:
    """What a contract says, in plain words."""

    kind: str
    seats: int
    limit: int = 0
    release: str = "never"
    needs_code: bool = False
    blocks: bool = False
    life: int | None = None
    first_day: date = date(2026, 1, 1)
    last_day: date | None = None


@dataclass
class Offer:
    """An invitation."""

    person: int
    needs_code: bool
    covers: set[int]
    expires: datetime | None = None
    sendings: int = 0
    redeemed: bool = False
    enrolled: bool = False
    ended: str = ""


@dataclass
class Study:
    """An enrollment. `offer`: the number of the invitation it was made through."""

    status: str
    offer: int
    started: bool = False


@dataclass
class Rulebook:
    """One contract and all that happens to it. People and activities are numbers; `held` are the units that hold a seat."""

    terms: Terms
    now: datetime
    registered: set[int]
    activities: set[int]
    archived: bool = False
    offers: list[Offer] = field(default_factory=list)
    studies: dict[tuple[int, int], Study] = field(default_factory=dict)
    held: set[tuple[int, int]] = field(default_factory=set)

    # what can be said at any time

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.terms.first_day, time(), UTC)

    @property
    def ends(self) -> datetime | None:
        last = self.terms.last_day
        return None if last is None else datetime.combine(last, time(), UTC) + timedelta(days=1)

    def over(self) -> bool:
        return self.archived or (self.ends is not None and self.now >= self.ends)

    def why_closed(self) -> str:
        """R-CON-8, R-CON-12."""
        if self.archived:
            return "contract_archived"
        if self.now < self.starts:
            return "contract_not_started"
        return "contract_ended" if self.over() else ""

    def status(self, offer: Offer) -> str:
        """R-INV-1."""
        if offer.ended:
            return offer.ended
        if offer.enrolled:
            return "enrolled"
        if offer.redeemed:
            return "accepted"
        if offer.expires is not None and offer.expires <= self.now:
            return "expired"
        return "outstanding" if offer.person in self.registered else "not_registered"

    def live(self, person: int) -> Offer | None:
        return next((offer for offer in self.offers if offer.person == person and not offer.ended), None)

    def latest(self, person: int) -> Offer | None:
        theirs = [offer for offer in self.offers if offer.person == person]
        return self.live(person) or (theirs[-1] if theirs else None)

    def covered(self, offer: Offer) -> set[int]:
        """R-CON-15, R-CON-16."""
        return self.activities & offer.covers if self.terms.kind == "voucher" else self.activities

    def taken_by(self, person: int) -> int:
        return sum(who == person for who, _ in self.studies)

    def unit(self, person: int, activity: int) -> tuple[int, int]:
        """R-SEAT-1..3; activity -1: a seat for all of them."""
        return (person, activity if self.terms.kind == "voucher" else -1)

    # demand and the picture (R-SEAT-10)

    def asks(self, offer: Offer) -> int:
        status = self.status(offer)
        if status in {"revoked", "deallocated", "expired"}:
            return 0
        if self.terms.kind == "voucher":
            pairs = sum((offer.person, activity) not in self.studies for activity in self.covered(offer))
            room = self.terms.limit - self.taken_by(offer.person) if self.terms.limit else pairs
            return min(pairs, max(room, 0))
        if status == "accepted":
            return 1 if self.terms.kind == "subscription" else 0
        return 0 if status == "enrolled" else 1

    def demand(self) -> int:
        return sum(self.asks(offer) for offer in self.offers)

    def picture(self) -> dict[str, int]:
        free = self.terms.seats - len(self.held)
        wishes = {True: 0, False: 0}
        for offer in self.offers:
            wishes[offer.redeemed] += self.asks(offer)
        over = self.over()
        reserved = 0 if over else min(wishes[True], free)
        pending = 0 if over else min(wishes[False], free - reserved)
        return {
            "seats": self.terms.seats,
            "used": len(self.held),
            "reserved": reserved,
            "pending": pending,
            "uncommitted": 0 if over else free - reserved - pending,
            "over_invited": 0 if over else max(wishes[True] + wishes[False] - free, 0),
            "expired_unused": free if over else 0,
        }

    def not_too_many(self, before: int) -> None:
        """R-INV-11: what a step adds to the demand must be free, where the contract blocks."""
        wanted, free = self.growth(before)
        if self.terms.blocks and wanted > free:
            raise No("too_many_invited")

    def growth(self, before: int) -> tuple[int, int]:
        """How many seats more are asked for than before, and how many were free of both use and demand."""
        return self.demand() - before, max(self.terms.seats - len(self.held) - before, 0)

    # what contract admins do

    def must_be_open(self) -> None:
        if self.why_closed():
            raise No(self.why_closed())

    def invite(self, who: list[int], chosen: set[int]) -> list[str]:
        """R-INV-6, R-INV-7, R-ADD-1."""
        chosen = self.choice(chosen)
        before = self.demand()
        told = [self.invite_one(person, chosen) for person in who]
        self.not_too_many(before)
        return told

    def choice(self, chosen: set[int]) -> set[int]:
        self.must_be_open()
        if not self.activities:
            raise No("no_activities")
        if self.terms.kind != "voucher":
            return set()
        if not chosen and len(self.activities) == 1:
            return set(self.activities)
        if not chosen:
            raise No("no_activity_chosen")
        if not chosen <= self.activities:
            raise No("activity_not_in_contract")
        return chosen

    def invite_one(self, person: int, chosen: set[int]) -> str:
        live = self.live(person)
        if live is None:
            again = any(offer.person == person for offer in self.offers)
            self.send(person, chosen)
            return "invited_again" if again else "invited"
        new = chosen - live.covers
        live.covers |= new
        if self.status(live) == "expired":
            self.send_again(live)
            return "sent_again"
        return "activities_added" if new else "already_invited"

    def send(self, person: int, covers: set[int]) -> None:
        self.offers.append(Offer(person, self.terms.needs_code, set(covers)))
        self.send_again(self.offers[-1])

    def send_again(self, offer: Offer) -> None:
        """R-INV-3."""
        offer.sendings += 1
        offer.expires = None if self.terms.life is None else self.now + timedelta(days=self.terms.life)

    def why_not_resend(self, offer: Offer) -> str:
        """R-INV-4."""
        return self.why_closed() or self.why_not_unredeemed(offer)

    def why_not_unredeemed(self, offer: Offer) -> str:
        why = {
            "revoked": "is_revoked",
            "deallocated": "is_deallocated",
            "accepted": "is_redeemed",
            "enrolled": "is_enrolled",
        }
        return why.get(self.status(offer), "")

    def why_not_revoke(self, offer: Offer) -> str:
        """R-INV-5, R-SEAT-8."""
        redeemed = self.status(offer) in {"accepted", "enrolled"}
        if self.terms.kind == "unlimited" and redeemed:
            return "seat_must_be_deallocated"
        return "" if self.status(offer) == "accepted" else self.why_not_unredeemed(offer)

    def why_not_reinvite(self, offer: Offer) -> str:
        """R-INV-6."""
        if self.why_closed():
            return self.why_closed()
        if not offer.ended:
            return "not_revoked"
        return "already_invited" if self.live(offer.person) else ""

    def why_not_add(self, offer: Offer, chosen: set[int]) -> str:
        """R-INV-10."""
        if self.why_closed():
            return self.why_closed()
        if self.terms.kind != "voucher":
            return "activities_come_with_type"
        if offer.ended:
            return self.why_not_unredeemed(offer)
        return "" if chosen - offer.covers else "activities_already_covered"

    def why_not_deallocate(self, offer: Offer) -> str:
        """R-SEAT-8."""
        if self.terms.kind != "unlimited":
            return "only_unlimited"
        if offer.ended:
            return self.why_not_unredeemed(offer)
        return "" if offer.redeemed else "not_accepted"

    def each(
        self, numbers: list[int], why_not: Callable[[Offer], str], act: Callable[[Offer], object], result: str
    ) -> list[tuple[int, str, str]]:
        """Do it to those it may be done to; what became of each (R-INV-13)."""
        told = []
        for number in numbers:
            why = why_not(self.offers[number])
            told.append((number, "refused" if why else result, why))
            if not why:
                act(self.offers[number])
        return told

    def resend(self, numbers: list[int]) -> list[tuple[int, str, str]]:
        before = self.demand()
        told = self.each(numbers, self.why_not_resend, self.send_again, "sent_again")
        self.not_too_many(before)
        return told

    def revoke(self, numbers: list[int]) -> list[tuple[int, str, str]]:
        return self.each(numbers, self.why_not_revoke, lambda offer: setattr(offer, "ended", "revoked"), "revoked")

    def reinvite(self, numbers: list[int]) -> list[tuple[int, str, str]]:
        self.must_be_open()
        if not self.activities:
            raise No("no_activities")
        before = self.demand()
        told = self.each(
            numbers,
            self.why_not_reinvite,
            lambda offer: self.send(offer.person, offer.covers & self.activities),
            "invited_again",
        )
        self.not_too_many(before)
        return told

    def add_to_offers(self, numbers: list[int], chosen: set[int]) -> list[tuple[int, str, str]]:
        if self.terms.kind == "voucher" and not chosen:
            raise No("no_activity_chosen")
        if self.terms.kind == "voucher" and not chosen <= self.activities:
            raise No("activity_not_in_contract")
        before = self.demand()
        told = self.each(
            numbers,
            lambda offer: self.why_not_add(offer, chosen),
            lambda offer: offer.covers.update(chosen),
            "activities_added",
        )
        self.not_too_many(before)
        return told

    def deallocate(self, numbers: list[int]) -> list[tuple[int, str, str]]:
        return self.each(numbers, self.why_not_deallocate, self.take_seat_back, "deallocated")

    def take_seat_back(self, offer: Offer) -> None:
        offer.ended = "deallocated"
        self.held.remove(self.unit(offer.person, -1))
        for (person, _), study in self.studies.items():
            if person == offer.person and study.status in OPEN:
                study.status = "withdrawn"

    # what learners do

    def take_seat(self, person: int, activity: int) -> None:
        """R-SEAT-5."""
        unit = self.unit(person, activity)
        if unit not in self.held and len(self.held) >= self.terms.seats:
            raise No("no_seat")
        self.held.add(unit)

    def redeemed(self, offer: Offer) -> None:
        offer.redeemed = True
        if self.terms.kind == "unlimited":
            self.take_seat(offer.person, -1)

    def accept(self, person: int) -> None:
        """R-LRN-1, R-LRN-2."""
        offer = self.latest(person)
        if offer is None:
            raise No("not_found")
        self.must_be_open()
        if self.status(offer) == "expired":
            raise No("invitation_expired")
        if self.why_not_unredeemed(offer):
            raise No(self.why_not_unredeemed(offer))
        if offer.needs_code:
            raise No("code_required")
        self.redeemed(offer)

    def redeem(self, person: int, *, right: bool) -> None:
        """R-INV-9, R-LRN-3."""
        offer = self.latest(person)
        if right and offer is not None and self.status(offer) in {"accepted", "enrolled"}:
            return
        if not right or self.why_closed():
            raise No("code_not_accepted")
        if offer is None:
            offer = Offer(person, self.terms.needs_code, set(self.activities))
            self.offers.append(offer)
        if self.status(offer) not in {"outstanding", "not_registered"}:
            raise No("code_not_accepted")
        self.redeemed(offer)

    def enroll(self, person: int, activity: int) -> None:
        """R-LRN-4."""
        offer = self.latest(person)
        if offer is None:
            raise No("not_found")
        self.must_be_open()
        self.may_enroll(offer, activity)
        if not offer.redeemed:
            self.redeemed(offer)
        self.take_seat(person, activity)
        offer.enrolled = True
        before = self.studies.get((person, activity))
        started = before is not None and before.started
        self.studies[person, activity] = Study("enrolled", self.offers.index(offer), started)

    def may_enroll(self, offer: Offer, activity: int) -> None:
        if self.status(offer) == "expired":
            raise No("invitation_expired")
        if offer.ended:
            raise No("not_invited")
        if not offer.redeemed and offer.needs_code:
            raise No("code_required")
        if not offer.redeemed and self.terms.kind == "unlimited":
            raise No("accept_first")
        if activity not in self.covered(offer):
            raise No("activity_not_covered")
        before = self.studies.get((offer.person, activity))
        if before is not None and before.status != "withdrawn":
            raise No("already_enrolled")
        if before is None and self.terms.limit and self.taken_by(offer.person) >= self.terms.limit:
            raise No("per_user_limit")

    # what the learning system tells

    def change_status(self, pair: tuple[int, int], status: str) -> None:
        """R-ENR-1, R-SEAT-8."""
        study = self.studies[pair]
        if status == "withdrawn":
            raise No("withdraw_instead")
        if study.status == "withdrawn":
            raise No("already_withdrawn")
        if study.status == status:
            raise No("status_unchanged")
        if status in OPEN and self.unit(*pair) not in self.held:
            raise No("is_deallocated")
        study.status = status
        study.started = study.started or status in {"in_progress", "completed", "failed"}

    def withdraw(self, pair: tuple[int, int]) -> bool:
        """R-SEAT-7."""
        study = self.studies[pair]
        if study.status == "withdrawn":
            raise No("already_withdrawn")
        study.status = "withdrawn"
        sharing = [study]
        if self.terms.kind == "subscription":
            sharing = [theirs for (person, _), theirs in self.studies.items() if person == pair[0]]
        if self.terms.kind == "unlimited" or any(theirs.status != "withdrawn" for theirs in sharing):
            return False
        begun = any(theirs.started for theirs in sharing)
        comes_back = self.terms.release == "always" or (self.terms.release == "if_not_started" and not begun)
        if comes_back:
            self.held.remove(self.unit(*pair))
        return comes_back

    # what administrators do

    def add_activity(self, activity: int) -> bool:
        """R-CON-14: whether it is new."""
        new = activity not in self.activities
        self.activities.add(activity)
        return new

    def remove_activity(self, activity: int) -> tuple[int, int, int]:
        """R-CON-16: how many unredeemed invitations lose it, how many have none left, how many people stay enrolled."""
        if activity not in self.activities:
            raise No("activity_not_in_contract")
        waiting = [offer for offer in self.offers if not offer.ended and not offer.redeemed]
        losing = [offer for offer in waiting if activity in self.covered(offer)]
        bare = [offer for offer in losing if self.terms.kind == "voucher" and self.covered(offer) == {activity}]
        stay = [study for (_, what), study in self.studies.items() if what == activity and study.status != "withdrawn"]
        self.activities.remove(activity)
        for offer in waiting:
            offer.covers.discard(activity)
        return len(losing), len(bare), len(stay)

    def edit(self, terms: Terms) -> None:
        """R-CON-11."""
        if terms.seats < len(self.held):
            raise No("seats_below_used")
        self.terms = terms

    def archive(self) -> None:
        if self.archived:
            raise No("contract_archived")
        self.archived = True

    def restore(self) -> None:
        if not self.archived:
            raise No("not_archived")
        self.archived = False


# --- both, step by step ----------------------------------------------------------------------------------------------

SUBSETS = [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}]
GROUPS = [[0], [1], [2], [3], [4], [0, 1], [2, 3], [1, 2, 4], [0, 1, 2], [4, 3, 2, 1, 0]]
who = st.integers(0, PEOPLE - 1)
what = st.integers(0, ACTIVITIES - 1)
chosen_ones = st.sampled_from([*SUBSETS, set()])
groups = st.sampled_from(GROUPS)
mostly = st.sampled_from([True, True, True, False])
some_seats = st.integers(0, 5)
limits = st.sampled_from([0, 0, 1, 2])
lives = st.sampled_from([None, 2, 2, 28])
releases = st.sampled_from(["never", "if_not_started", "always"])
last_days = st.sampled_from([None, date(2026, 6, 30), date(2026, 12, 31)])
which = st.sets(st.integers(0, 6), min_size=1, max_size=3) | st.sampled_from(
    [frozenset(), *({status} for status in InvitationStatus), frozenset({"accepted", "enrolled", "revoked"})]
)
changes = st.one_of(
    st.fixed_dictionaries({"seats": some_seats}),
    st.fixed_dictionaries({"limit": limits}),
    st.fixed_dictionaries({"release": releases}),
    st.fixed_dictionaries({"life": lives, "last_day": last_days}),
    st.fixed_dictionaries({"needs_code": st.booleans(), "blocks": st.booleans()}),
)


class SeatMachine(RuleBasedStateMachine):
    """One contract in the rulebook and in the records."""

    def __init__(self, db: Database, kind: str, release: str) -> None:
        super().__init__()
        self.kind, self.release = kind, release
        self.clock = Clock()
        self.db = db
        self.db.clock = self.clock
        self.old_code = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
        self.closed_for = 0
        self.changed = True
        online = ActivityKind.ONLINE
        self.activity_ids = [activities.create(db, OPERATOR, f"A-{n}", "Title", online) for n in range(ACTIVITIES)]
        self.person_ids = {person: self.registers(person) for person in range(PEOPLE - 1)}

    @initialize(
        numbers=st.tuples(st.integers(1, 5), limits, lives),
        demands=st.tuples(st.sampled_from([False, False, True]), st.booleans()),
        days=st.tuples(st.sampled_from([date(2026, 1, 1)] * 5 + [date(2026, 6, 17)]), last_days),
        invited=st.sampled_from([[0, 1, 2], [1, 2, 3], [4, 3, 2, 1], [0]]),
        chosen=st.sampled_from([{0, 1}, {0, 1}, {0}, {1}]),
        learners=st.integers(0, 3),
        luck=st.integers(0, 999),
    )
    def a_contract(self, *, numbers, demands, days, invited, chosen, learners, luck):
        assume(luck)  # the simplest example, which always comes first, would do the same thing forty times
        (seat_count, limit, life), (needs_code, blocks), (first_day, last_day) = numbers, demands, days
        terms = Terms(self.kind, seat_count, limit, self.release, needs_code, blocks, life, first_day, last_day)
        offered = set(range(ACTIVITIES - 1))
        self.book = Rulebook(terms, self.clock(), set(self.person_ids), set(offered))
        self.contract_id = contracts.create(self.db, OPERATOR, self.draft(terms))
        activities.add_to_contract(self.db, OPERATOR, self.contract_id, self.ids(offered))
        self.invite(invited, chosen, sane=True)
        for person in range(learners):
            self.do_all_it_takes_to_enroll(person, min(chosen), by_code=True)

    # contract admins

    @rule(invited=groups, chosen=chosen_ones, sane=mostly)
    def invite(self, invited, chosen, sane):
        if sane:
            chosen = chosen & self.book.activities or set(self.book.activities)
        entries = [f"P{person}@example.org" for person in invited]

        def act() -> list[str]:
            done = inviting.invite(self.db, OPERATOR, self.contract_id, entries, activities=self.ids(chosen))
            return [outcome.result.value for outcome in done]

        self.foresee(invited, chosen, entries)
        self.both(lambda book: book.invite(invited, chosen), act)

    def foresee(self, invited: list[int], chosen: set[int], entries: list[str]) -> None:
        """The preview says what inviting will do and what it asks of the seats, and refuses nothing for that (R-ADD-5)."""

        def expect(book: Rulebook) -> tuple[list[str], int, int]:
            book.terms = replace(book.terms, blocks=False)
            before = book.demand()
            told = book.invite(invited, chosen)
            return told, *book.growth(before)

        def act() -> tuple[list[str], int, int]:
            plan = inviting.preview(self.db, OPERATOR, self.contract_id, entries, activities=self.ids(chosen))
            return [outcome.result.value for outcome in plan.outcomes], plan.wanted, plan.free

        self.same(expect, act)

    @precondition(lambda self: self.book.offers)
    @rule(picked=which)
    def resend(self, picked):
        self.on_offers(picked, Rulebook.resend, invitations.resend)

    @precondition(lambda self: self.book.offers)
    @rule(picked=which)
    def revoke(self, picked):
        self.on_offers(picked, Rulebook.revoke, invitations.revoke)

    @precondition(lambda self: any(offer.ended for offer in self.book.offers))
    @rule(picked=which)
    def reinvite(self, picked):
        self.on_offers(picked, Rulebook.reinvite, invitations.reinvite)

    @precondition(lambda self: self.book.terms.kind == "unlimited" or len(self.book.offers) == 1)
    @rule(picked=which)
    def deallocate(self, picked):
        self.on_offers(picked, Rulebook.deallocate, invitations.deallocate)

    @precondition(lambda self: self.book.terms.kind == "voucher" or len(self.book.offers) == 1)
    @rule(picked=which, chosen=chosen_ones)
    def add_to_offers(self, picked, chosen):
        def add(db: Database, actor: Actor, contract_id: int, these: Chosen) -> list[invitations.Done]:
            return invitations.add_activities(db, actor, contract_id, these, self.ids(chosen))

        self.on_offers(picked, lambda book, numbers: book.add_to_offers(numbers, chosen), add)

    def on_offers(self, picked: Any, expect: Callable[..., Any], verb: Callable[..., list[invitations.Done]]) -> None:
        """`picked`: numbers of invitations, or statuses: all that match."""
        if picked and isinstance(next(iter(picked)), int):
            numbers = sorted({number % len(self.book.offers) for number in picked}) if self.book.offers else []
            these = Chosen(ids=frozenset(self.offer_ids()[number] for number in numbers))
        else:
            offers = enumerate(self.book.offers)
            numbers = [number for number, offer in offers if not picked or self.book.status(offer) in picked]
            these = Chosen(matching=Filter(statuses=frozenset(picked)))
        ids = self.offer_ids()

        def act() -> list[tuple[int, str, str]]:
            done = verb(self.db, OPERATOR, self.contract_id, these)
            return [(ids.index(one.invitation_id), one.result.value, one.reason or "") for one in done]

        self.both(lambda book: expect(book, numbers), act)

    # learners

    @precondition(lambda self: len(self.book.registered) < PEOPLE)
    @rule(person=who)
    def register(self, person):
        self.person_ids[person] = self.registers(person)
        self.book.registered.add(person)
        self.changed = True

    @rule(person=who)
    def accept(self, person):
        if actor := self.learner(person):
            self.both(lambda book: book.accept(person), lambda: redeeming.accept(self.db, actor, self.contract_id))

    @rule(person=who, right=mostly)
    def redeem(self, person, right):
        if actor := self.learner(person):
            entered = codes.grouped(self.contract().invitation_code).lower() if right else self.old_code
            self.both(
                lambda book: book.redeem(person, right=right),
                lambda: None if redeeming.redeem(self.db, actor, entered) == self.contract_id else "another",
            )

    @rule(person=who, activity=what)
    def enroll(self, person, activity):
        if actor := self.learner(person):
            wanted = self.activity_ids[activity]
            self.both(
                lambda book: book.enroll(person, activity),
                lambda: enrollments.enroll(self.db, actor, self.contract_id, wanted) and None,
            )

    @rule(person=who, activity=what, by_code=st.booleans())
    def do_all_it_takes_to_enroll(self, person, activity, by_code):
        if by_code:
            self.redeem(person, right=True)
        else:
            self.accept(person)
        self.enroll(person, activity)

    # the learning system

    @precondition(lambda self: self.book.studies)
    @rule(number=st.integers(0, 9), status=st.sampled_from(list(EnrollmentStatus)))
    def change_status(self, number, status):
        pair, enrollment_id = self.study(number)
        self.both(
            lambda book: book.change_status(pair, status.value),
            lambda: enrollments.change_status(self.db, OPERATOR, self.contract_id, enrollment_id, status),
        )

    @precondition(lambda self: self.book.studies)
    @rule(number=st.integers(0, 9))
    def withdraw(self, number):
        pair, enrollment_id = self.study(number)
        self.both(
            lambda book: book.withdraw(pair),
            lambda: enrollments.withdraw(self.db, OPERATOR, self.contract_id, enrollment_id),
        )

    @precondition(lambda self: self.book.studies)
    @rule(number=st.integers(0, 9), begun=st.booleans(), again=st.booleans())
    def come_and_go(self, number, begun, again):
        (person, activity), _ = self.study(number)
        if begun:
            self.change_status(number, EnrollmentStatus.IN_PROGRESS)
        self.withdraw(number)
        if again:
            self.enroll(person, activity)

    # administrators

    @rule(activity=what, sane=mostly)
    def add_or_remove_an_activity(self, activity, sane):
        activity_id = self.activity_ids[activity]

        def add() -> bool:
            return activities.add_to_contract(self.db, OPERATOR, self.contract_id, [activity_id]) == [activity_id]

        def remove() -> tuple[int, int, int]:
            gone = activities.remove_from_contract(self.db, OPERATOR, self.contract_id, activity_id)
            return gone.unredeemed, gone.left_with_none, gone.enrolled

        if sane == (activity in self.book.activities):
            self.both(lambda book: book.remove_activity(activity), remove)
        else:
            self.both(lambda book: book.add_activity(activity), add)

    @rule(changed=changes)
    def edit(self, changed):
        terms = replace(self.book.terms, **changed)
        version = self.contract().version
        self.both(
            lambda book: book.edit(terms),
            lambda: contracts.edit(self.db, OPERATOR, self.contract_id, self.draft(terms), version=version),
        )

    @rule(how=st.sampled_from(["new code", "new code", "archive", "restore"]))
    def administer(self, how):
        if how == "new code":
            self.old_code = self.contract().invitation_code
            codes.regenerate(self.db, OPERATOR, self.contract_id)
        elif how == "archive":
            self.both(Rulebook.archive, lambda: contracts.archive(self.db, OPERATOR, self.contract_id))
        else:
            self.both(Rulebook.restore, lambda: contracts.restore(self.db, OPERATOR, self.contract_id))

    @rule(step=st.sampled_from(["a day", "to the edge", "to the edge", "just before the edge"]))
    def time_passes(self, step):
        edges = [self.book.starts, self.book.ends, *(offer.expires for offer in self.book.offers)]
        ahead = [edge for edge in edges if edge is not None and edge > self.clock() + MOMENT]
        if step == "a day" or not ahead:
            self.clock.forward(timedelta(days=1))
        else:
            self.clock.set(min(ahead) - (timedelta() if step == "to the edge" else MOMENT))
        self.book.now = self.clock()
        self.changed = True

    def reopen(self) -> None:
        """Nothing much can happen on a closed contract: three steps are enough."""
        self.closed_for = self.closed_for + 1 if self.book.why_closed() else 0
        if self.closed_for <= 3:
            return
        if self.book.archived:
            self.administer("restore")
        elif self.book.over():
            self.edit({"last_day": None})
        else:
            self.book.now = self.clock.set(self.book.starts)

    # what must be so after each step

    @invariant()
    def records_and_rulebook_agree(self):
        """A refused step changed nothing: if it did, the next one tells."""
        if not self.changed:
            return
        self.changed = False
        assert self.offers_seen() == [self.offer_expected(offer) for offer in self.book.offers]
        assert self.studies_seen() == self.book.studies
        assert self.held_seen() == self.book.held
        assert vars(seats.by_status(self.db, OPERATOR, self.contract_id)) == self.book.picture()
        assert check.run(self.db).problems == []

    def offers_seen(self) -> list[dict[str, object]]:
        """The list of invitations, and of each what may be done to it."""
        numbers = {person_id: person for person, person_id in self.person_ids.items()}
        rows = [
            row
            for page in range(1, len(self.book.offers) // invitation_lists.PAGE_SIZE + 2)
            for row in self.listed(page)
        ]
        return [
            {
                "person": numbers[row.person_id],
                "status": row.status.value,
                "sent": row.send_count,
                "expires": row.expires_at,
                "covers": row.activities,
                "taken": row.enrolled,
                "resend": row.why_not_resend or "",
                "revoke": row.why_not_revoke or "",
                "reinvite": row.why_not_reinvite or "",
                "add": row.why_not_add_activities or "",
                "deallocate": row.why_not_deallocate or "",
            }
            for row in rows
        ]

    def offer_expected(self, offer: Offer) -> dict[str, object]:
        return {
            "person": offer.person,
            "status": self.book.status(offer),
            "sent": offer.sendings,
            "expires": offer.expires,
            "covers": len(self.book.covered(offer)),
            "taken": self.book.taken_by(offer.person),
            "resend": self.book.why_not_resend(offer),
            "revoke": self.book.why_not_revoke(offer),
            "reinvite": self.book.why_not_reinvite(offer),
            "add": self.book.why_not_add(offer, self.book.activities),
            "deallocate": self.book.why_not_deallocate(offer),
        }

    def studies_seen(self) -> dict[tuple[int, int], Study]:
        offer_numbers = {invitation_id: number for number, invitation_id in enumerate(self.offer_ids())}
        with self.db.read() as session:
            return {
                self.pair(row.person_id, row.activity_id): Study(
                    row.status.value, offer_numbers[row.invitation_id], row.started
                )
                for row in session.scalars(select(Enrollment))
            }

    def held_seen(self) -> set[tuple[int, int]]:
        with self.db.read() as session:
            return {self.pair(row.person_id, row.activity_id) for row in session.scalars(select(SeatHeld))}

    def pair(self, person_id: int, activity_id: int) -> tuple[int, int]:
        persons = {known: person for person, known in self.person_ids.items()}
        return persons[person_id], self.activity_ids.index(activity_id) if activity_id else -1

    # helpers

    def both(self, expect: Callable[[Rulebook], Any], act: Callable[[], Any]) -> None:
        """Do a step in the rulebook and in the records."""
        before = self.book
        self.book = self.same(expect, act)
        self.changed = self.changed or self.book is not before
        self.know_people()
        self.reopen()

    def same(self, expect: Callable[[Rulebook], Any], act: Callable[[], Any]) -> Rulebook:
        """The same answer, or the same refusal; the rulebook as it is then (a refusal changes nothing)."""
        book = deepcopy(self.book)
        try:
            wanted = expect(book)
        except No as no:
            wanted, book = str(no), self.book
        try:
            told = act()
        except Refused as refused:
            told = refused.reason.value
        assert told == wanted
        return book

    def know_people(self) -> None:
        unknown = {f"p{person}@example.org": person for person in range(PEOPLE) if person not in self.person_ids}
        if unknown:
            with self.db.read() as session:
                rows = session.execute(select(Person.email_key, Person.id).where(Person.email_key.in_(unknown)))
                self.person_ids |= {unknown[key]: person_id for key, person_id in rows if key}

    def registers(self, person: int) -> int:
        return people.register(self.db, OPERATOR, f"p{person}@example.org", "")

    def learner(self, person: int) -> Actor | None:
        return Actor.person(self.person_ids[person]) if person in self.book.registered else None

    def ids(self, numbers: set[int]) -> list[int]:
        return [self.activity_ids[number] for number in sorted(numbers)]

    def draft(self, terms: Terms) -> Draft:
        return Draft(
            code="C-1",
            title="Title",
            contract_type=ContractType.of(terms.kind),
            seats=terms.seats,
            valid_from=terms.first_day,
            valid_to=terms.last_day,
            per_user_limit=terms.limit,
            require_invitation_code=terms.needs_code,
            over_invitation=OverInvitation.BLOCK if terms.blocks else OverInvitation.WARN,
            seat_release=SeatRelease.of(terms.release),
            invitation_ttl_days=terms.life,
        )

    def contract(self) -> Contract:
        with self.db.read() as session:
            return session.get_one(Contract, self.contract_id)

    def offer_ids(self) -> list[int]:
        with self.db.read() as session:
            return list(session.scalars(select(Invitation.id).order_by(Invitation.id)))

    def listed(self, page: int) -> list[invitation_lists.InvitationSeen]:
        everybody = Filter()
        return invitation_lists.listing(self.db, OPERATOR, self.contract_id, everybody, order="oldest", page=page).rows

    def study(self, number: int) -> tuple[tuple[int, int], int]:
        pairs = sorted(self.book.studies)
        open_ = [pair for pair in pairs if self.book.studies[pair].status != "withdrawn"]
        pairs = open_ if open_ and number < 9 else pairs
        pair = pairs[number % len(pairs)]
        person_id, activity_id = self.person_ids[pair[0]], self.activity_ids[pair[1]]
        theirs = (Enrollment.person_id == person_id, Enrollment.activity_id == activity_id)
        with self.db.read() as session:
            return pair, session.scalars(select(Enrollment.id).where(*theirs)).one()


# --- runs ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def emptied(db: Database) -> Callable[[], Database]:
    """The same database, empty again at every call: what its engine has learned stays."""
    if db.engine.dialect.name == "sqlite":
        path = Path(make_url(db.engine.url).database or "")
        db.engine.dispose()
        empty = path.read_bytes()

    def emptied_again() -> Database:
        if db.engine.dialect.name == "sqlite":
            db.engine.dispose()
            for beside in ("-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
            path.write_bytes(empty)
        else:
            with db.bookkeeping() as session:
                session.execute(text("set local session_replication_role = replica"))  # or append-only tables refuse
                for table in reversed(Record.metadata.sorted_tables):
                    session.execute(table.delete())
        return db

    return emptied_again


CASES = [
    *product(["voucher", "subscription"], ["always", "if_not_started", "never"]),
    ("unlimited", "always"),
    ("unlimited", "never"),
]
"""Types of contracts, and when a withdrawal returns their seats: each is explored by itself."""


def explore(emptied: Callable[[], Database], cases: Sequence[tuple[str, str]], examples: int = 3) -> None:
    """Play some examples of each case. Not shrunk: an example takes most of a second, so that it would take long."""
    played = settings(
        max_examples=examples,
        stateful_step_count=40,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    for number, case in enumerate(cases):
        play: Any = partial(lambda kind, release: SeatMachine(emptied(), kind, release), *case)
        run_state_machine_as_test(seed(number)(play) if played.derandomize else play, settings=played)


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_whatever_is_done_the_records_and_the_rulebook_agree(emptied):
    explore(emptied, CASES)


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_on_postgresql_they_agree_too(emptied):
    explore(emptied, CASES[::2], examples=2)


@pytest.mark.soak
def test_they_agree_for_long(emptied):
    explore(emptied, CASES * 5, examples=6)


# --- the machine is sharp --------------------------------------------------------------------------------------------


def seat_comes_back_with_any_enrollment(release, contract_type, *, started, other_open_enrollments):
    return RIGHT["seat_comes_back"](release, contract_type, started=started, other_open_enrollments=0)


def seat_comes_back_though_started(release, contract_type, *, started, other_open_enrollments):
    others = other_open_enrollments
    return RIGHT["seat_comes_back"](release, contract_type, started=False, other_open_enrollments=others)


def seat_never_comes_back(*_, **__):
    return False


def demand_without_the_limit(contract_type, status, *, not_yet_enrolled, enrolled, per_user_limit):
    return RIGHT["demand"](
        contract_type, status, not_yet_enrolled=not_yet_enrolled, enrolled=enrolled, per_user_limit=0
    )


def demand_of_expired_too(contract_type, status, **numbers):
    expired = status is InvitationStatus.EXPIRED
    return RIGHT["demand"](contract_type, InvitationStatus.OUTSTANDING if expired else status, **numbers)


def demand_of_redeemed_pairs_forgotten(contract_type, status, **numbers):
    return 0 if status is InvitationStatus.ENROLLED else RIGHT["demand"](contract_type, status, **numbers)


def revoke_enrolled_too(status, contract_type):
    return None if status is InvitationStatus.ENROLLED else RIGHT["why_not_revoke"](status, contract_type)


def revoke_no_accepted(status, contract_type):
    why = RIGHT["why_not_revoke"](status, contract_type)
    return why or (Reason.IS_REDEEMED if status is InvitationStatus.ACCEPTED else None)


def revoke_unlimited_accepted(status, _):
    return RIGHT["why_not_revoke"](status, ContractType.VOUCHER)


def enroll_again_never(wish):
    withdrawn = wish.enrolled is EnrollmentStatus.WITHDRAWN
    return RIGHT["why_not_take"](replace(wish, enrolled=EnrollmentStatus.ENROLLED if withdrawn else wish.enrolled))


def enroll_again_counts_as_new(wish):
    withdrawn = wish.enrolled is EnrollmentStatus.WITHDRAWN
    return RIGHT["why_not_take"](replace(wish, enrolled=None if withdrawn else wish.enrolled))


def enroll_again_takes_no_seat(change, contract, unit, why):
    theirs = (SeatMove.contract_id == contract.id, SeatMove.person_id == unit.person_id)
    here = SeatMove.activity_id == (unit.activity_id or None)
    held_once = change.session.scalar(select(SeatMove.id).where(*theirs, here).limit(1)) is not None
    return False if held_once else RIGHT["take"](change, contract, unit, why)


def expires_a_moment_late(sent_at, ttl_days):
    moment = RIGHT["expires_at"](sent_at, ttl_days)
    return None if moment is None else moment + MOMENT


RIGHT: dict[str, Any] = {
    function.__name__: function
    for function in (
        seat_rules.seat_comes_back,
        seat_rules.demand,
        rules.why_not_revoke,
        learner_rules.why_not_take,
        rules.expires_at,
        seats.take,
    )
}
ALWAYS, NOT_STARTED = "always", "if_not_started"
PLANTED = [
    (seat_rules, "seat_comes_back", seat_comes_back_with_any_enrollment, ("subscription", ALWAYS)),
    (seat_rules, "seat_comes_back", seat_comes_back_though_started, ("voucher", NOT_STARTED)),
    (seat_rules, "seat_comes_back", seat_never_comes_back, ("voucher", ALWAYS)),
    (seat_rules, "demand", demand_without_the_limit, ("voucher", ALWAYS)),
    (seat_rules, "demand", demand_of_expired_too, ("subscription", ALWAYS)),
    (seat_rules, "demand", demand_of_redeemed_pairs_forgotten, ("voucher", ALWAYS)),
    (rules, "why_not_revoke", revoke_enrolled_too, ("voucher", ALWAYS)),
    (rules, "why_not_revoke", revoke_no_accepted, ("subscription", ALWAYS)),
    (rules, "why_not_revoke", revoke_unlimited_accepted, ("unlimited", ALWAYS)),
    (learner_rules, "why_not_take", enroll_again_never, ("voucher", ALWAYS)),
    (learner_rules, "why_not_take", enroll_again_counts_as_new, ("voucher", ALWAYS)),
    (seats, "take", enroll_again_takes_no_seat, ("subscription", ALWAYS)),
    (rules, "expires_at", expires_a_moment_late, ("voucher", ALWAYS)),
]
"""Where each wrong rule goes, and the case of contract in which it must show."""


@pytest.mark.tampers
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("planted", PLANTED, ids=[wrong.__name__ for _, _, wrong, _ in PLANTED])
def test_a_planted_bug_is_found(emptied, monkeypatch, planted):
    room, name, wrong, case = planted
    monkeypatch.setattr(room, name, wrong)

    with pytest.raises((AssertionError, IntegrityError)):
        explore(emptied, [case] * 5)
