"""Contracts lived through at random, for tests that two ways of counting agree. What tests need one by one is in worlds.py."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import strategies as st
from sqlalchemy import select

from lc_core import activities, contracts, enrollments, invitations, inviting, redeeming
from lc_core.errors import Refused
from lc_core.invitation_lists import Chosen, Filter
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Enrollment
from lc_core.vocabulary import ContractType, EnrollmentStatus, OverInvitation, SeatRelease
from tests import worlds
from tests.clock import Clock
from tests.worlds import OPERATOR

NEVER_BEFORE = datetime(2026, 6, 15, 9, tzinfo=UTC)
_lives = count(1)


@dataclass(frozen=True)
class Life:
    """What happens to one contract: how it is made, how far each of four people is, steps (a verb, of whom, in which
    activity), and when it is looked at."""

    contract_type: ContractType
    seats: int
    per_user_limit: int
    ttl_days: int | None
    release: SeatRelease
    begins: list[str]
    steps: list[tuple[str, int, int]]
    ends: str


@dataclass(frozen=True)
class Scene:
    """A life under way."""

    db: Database
    clock: Clock
    contract_id: int
    offers: list[int]
    names: list[str]


def live(db: Database, clock: Clock, life: Life) -> int:
    """Play a life through the verbs; what is refused changes nothing. Answers the contract's id, the clock where it ends."""
    number = next(_lives)
    clock.set(NEVER_BEFORE)
    contract_id = worlds.a_contract(
        db,
        life.contract_type,
        offers=3,
        seats=life.seats,
        per_user_limit=life.per_user_limit,
        invitation_ttl_days=life.ttl_days,
        seat_release=life.release,
        over_invitation=OverInvitation.WARN,
    )
    names = [f"somebody{number}-{n}" for n in range(4)]
    scene = Scene(db, clock, contract_id, worlds.offered(db, contract_id), names)
    opening = [(verb, who, 0) for who, how in enumerate(life.begins) for verb in BEGINS[how]]
    for verb, who, what in [*opening, *life.steps]:
        with suppress(Refused):
            VERBS[verb](scene, names[who], scene.offers[what])
    ENDS[life.ends](scene)
    return contract_id


def _invite(scene: Scene, name: str, activity: int) -> None:
    inviting.invite(scene.db, OPERATOR, scene.contract_id, [worlds.email(name)], activities=[activity])


def _invite_to_all(scene: Scene, name: str, _activity: int) -> None:
    inviting.invite(scene.db, OPERATOR, scene.contract_id, [worlds.email(name)], activities=scene.offers)


def _register(scene: Scene, name: str, _activity: int) -> None:
    worlds.a_learner(scene.db, name)


def _accept(scene: Scene, name: str, _activity: int) -> None:
    redeeming.accept(scene.db, worlds.a_learner(scene.db, name), scene.contract_id)


def _use_code(scene: Scene, name: str, _activity: int) -> None:
    redeeming.redeem(scene.db, worlds.a_learner(scene.db, name), worlds.code_of(scene.db, scene.contract_id))


def _enroll(scene: Scene, name: str, activity: int) -> None:
    enrollments.enroll(scene.db, worlds.a_learner(scene.db, name), scene.contract_id, activity)


def _withdraw(scene: Scene, name: str, activity: int) -> None:
    for enrollment_id in _enrollments(scene, name, activity):
        enrollments.withdraw(scene.db, OPERATOR, scene.contract_id, enrollment_id)


def _start(scene: Scene, name: str, activity: int) -> None:
    for enrollment_id in _enrollments(scene, name, activity):
        status = EnrollmentStatus.IN_PROGRESS
        enrollments.change_status(scene.db, OPERATOR, scene.contract_id, enrollment_id, status)


def _revoke(scene: Scene, name: str, _activity: int) -> None:
    invitations.revoke(scene.db, OPERATOR, scene.contract_id, _theirs(scene, name))


def _resend(scene: Scene, name: str, _activity: int) -> None:
    invitations.resend(scene.db, OPERATOR, scene.contract_id, _theirs(scene, name))


def _reinvite(scene: Scene, name: str, _activity: int) -> None:
    invitations.reinvite(scene.db, OPERATOR, scene.contract_id, _theirs(scene, name))


def _deallocate(scene: Scene, name: str, _activity: int) -> None:
    invitations.deallocate(scene.db, OPERATOR, scene.contract_id, _theirs(scene, name))


def _add_activity(scene: Scene, name: str, activity: int) -> None:
    invitations.add_activities(scene.db, OPERATOR, scene.contract_id, _theirs(scene, name), [activity])


def _offer_no_more(scene: Scene, _name: str, activity: int) -> None:
    activities.remove_from_contract(scene.db, OPERATOR, scene.contract_id, activity)


def _offer_again(scene: Scene, _name: str, activity: int) -> None:
    activities.add_to_contract(scene.db, OPERATOR, scene.contract_id, [activity])


def _fewer_seats(scene: Scene, _name: str, _activity: int) -> None:
    with scene.db.read() as session:
        contract = session.get_one(Contract, scene.contract_id)
        draft, version = contracts.as_draft(session, contract), contract.version
    fewer = replace(draft, seats=max(contract.seats_used, 1))
    contracts.edit(scene.db, OPERATOR, scene.contract_id, fewer, version=version)


def _wait(scene: Scene, _name: str, _activity: int) -> None:
    scene.clock.forward(timedelta(days=14))


def _theirs(scene: Scene, name: str) -> Chosen:
    return Chosen(matching=Filter(search=name))


def _enrollments(scene: Scene, name: str, activity: int) -> list[int]:
    person = worlds.a_learner(scene.db, name)
    theirs = select(Enrollment.id).where(
        Enrollment.contract_id == scene.contract_id,
        Enrollment.person_id == person.person_id,
        Enrollment.activity_id == activity,
    )
    with scene.db.read() as session:
        return list(session.scalars(theirs))


VERBS: dict[str, Callable[[Scene, str, int], None]] = {
    "invite": _invite,
    "invite to all": _invite_to_all,
    "register": _register,
    "accept": _accept,
    "use the code": _use_code,
    "enroll": _enroll,
    "withdraw": _withdraw,
    "start": _start,
    "revoke": _revoke,
    "resend": _resend,
    "re-invite": _reinvite,
    "de-allocate": _deallocate,
    "add an activity": _add_activity,
    "offer it no more": _offer_no_more,
    "offer it again": _offer_again,
    "fewer seats": _fewer_seats,
    "wait": _wait,
}
BEGINS = {
    "stranger": [],
    "invited": ["invite to all"],
    "half invited": ["invite"],
    "accepted": ["invite to all", "use the code"],
    "enrolled": ["invite to all", "use the code", "enroll"],
}
ENDS: dict[str, Callable[[Scene], None]] = {
    "active": lambda _scene: None,
    "archived": lambda scene: contracts.archive(scene.db, OPERATOR, scene.contract_id),
    "expired": lambda scene: _look_at(scene, worlds.LAST_DAY.year + 1),
    "future": lambda scene: _look_at(scene, worlds.FIRST_DAY.year - 1),
}


def _look_at(scene: Scene, year: int) -> None:
    scene.clock.set(datetime(year, 6, 1, tzinfo=UTC))


def lives() -> st.SearchStrategy[Life]:
    steps = st.tuples(st.sampled_from([*VERBS]), st.integers(0, 3), st.integers(0, 2))
    return st.builds(
        Life,
        contract_type=st.sampled_from([*ContractType, ContractType.VOUCHER]),
        seats=st.integers(0, 9),
        per_user_limit=st.integers(0, 2),
        ttl_days=st.sampled_from([None, 14, 28]),
        release=st.sampled_from(SeatRelease),
        begins=st.lists(st.sampled_from([*BEGINS]), min_size=4, max_size=4),
        steps=st.lists(steps, min_size=3, max_size=15),
        ends=st.sampled_from(["active", "active", "active", "archived", "expired", "future"]),
    )


def nobody(db: Database) -> Actor:
    """Somebody with an account and no right at all."""
    return worlds.a_learner(db, f"nobody{next(_lives)}")
