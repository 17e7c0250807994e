"""A remembered answer is never another one than a fresh one: not after a change, not for somebody else, not by the clock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lc_core import contracts, roles
from lc_core.insight import answers
from lc_core.insight.answers import Answer
from lc_core.insight.copy import Insight
from lc_core.insight.remembered import Asked, Kept, Remembered
from lc_core.records.db import Database
from lc_core.records.models import Contract, Invitation
from lc_core.vocabulary import Role
from tests import make, worlds
from tests.asked import insight
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

__all__ = ["insight"]
QUESTIONS: dict[str, Callable[..., Answer]] = {
    path.stem: getattr(answers, path.stem) for path in sorted(answers.QUERIES.glob("*.sql"))
}
SOME = settings(
    max_examples=max(settings.default.max_examples // 25, 4) if settings.default else 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def afresh(insight: Insight) -> Iterator[Callable[[str], pl.DataFrame]]:
    """The answers of somebody who remembers nothing, from the same copy."""
    other = Insight(insight.db, insight.folder)

    def ask(question: str) -> pl.DataFrame:
        other.remembered = Remembered()
        return QUESTIONS[question](other, OPERATOR).frame

    yield ask
    other.close()


def instants(db: Database, contract_id: int) -> list[datetime]:
    """When something may change by itself: the contract's begin and end, its invitations' ends, midnights."""
    with db.read() as session:
        contract = session.get_one(Contract, contract_id)
        found = {contract.starts_at, contract.ends_at}
        found |= {one.expires_at for one in session.query(Invitation).filter_by(contract_id=contract_id)}
    known = sorted(instant for instant in found if instant is not None)
    midnight = known[-1].replace(hour=0, minute=0, second=0, microsecond=0)
    return sorted({*known, midnight, midnight - timedelta(days=120)})


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the copy is the same, wherever the records are
@SOME
@given(played=st.tuples(make.lives(), st.sampled_from([-1, 0, 1])), chance=st.randoms(use_true_random=False))
def test_what_is_remembered_is_what_a_fresh_look_says_however_the_clock_moves(
    db: Database,
    clock: Clock,
    insight: Insight,
    afresh: Callable[[str], pl.DataFrame],
    played: tuple[Life, int],
    chance: Random,
) -> None:
    life, beside = played
    contract_id = make.live(db, clock, life)
    some = sorted(chance.sample(known := instants(db, contract_id), min(3, len(known))))
    moments = [clock.now, *(instant + timedelta(microseconds=beside) for instant in some)]
    others = []
    for now in [*moments, moments[0]]:  # the last is a clock that was set back
        clock.set(now)
        others += [
            (now, name) for name, ask in QUESTIONS.items() if not ask(insight, OPERATOR).frame.equals(afresh(name))
        ]

    assert others == []


@pytest.mark.parametrize("boundary", ["starts_at", "expires_at", "ends_at"])
def test_an_answer_is_given_up_at_the_instant_that_changes_it(
    db: Database, clock: Clock, insight: Insight, boundary: str
) -> None:
    contract_id = worlds.a_contract(db, timezone="Asia/Kathmandu", invitation_ttl_days=3)  # whose days begin at 18:15
    clock.forward(timedelta(hours=1, minutes=7))
    worlds.invite(db, contract_id, "ann")
    with db.read() as session:
        of_contract = session.get_one(Contract, contract_id)
        (invitation,) = session.query(Invitation).filter_by(contract_id=contract_id)
        instant = getattr(invitation if boundary == "expires_at" else of_contract, boundary)
    told = []
    for now in (instant - timedelta(microseconds=1), instant):
        clock.set(now)
        told.append(answers.how_full_is_each_contract(insight, OPERATOR).frame.select("status", "pending").row(0))

    assert told[0] != told[1]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the copy is the same, wherever the records are
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_question_is_not_asked_twice(db: Database, clock: Clock, insight: Insight, question: str) -> None:
    worlds.a_contract(db)
    ask = QUESTIONS[question]
    first = ask(insight, OPERATOR).frame
    clock.forward(timedelta(seconds=1))

    assert ask(insight, OPERATOR).frame is first


def test_a_change_is_seen_at_the_next_question(db: Database, insight: Insight) -> None:
    contract_id = worlds.a_contract(db)
    before = answers.how_full_is_each_contract(insight, OPERATOR).frame
    contracts.rename(db, OPERATOR, contract_id, "Another title")

    after = answers.how_full_is_each_contract(insight, OPERATOR).frame

    assert before["title"].to_list() != ["Another title"]
    assert after["title"].to_list() == ["Another title"]


def test_what_somebody_else_may_see_is_another_answer(db: Database, insight: Insight) -> None:
    first, second = worlds.a_contract(db), worlds.a_contract(db)
    ada, manager = worlds.an_admin(db, "ada", first), worlds.somebody(db, "max", Role.MANAGER)
    seen = [answers.how_full_is_each_contract(insight, one).frame for one in (manager, ada, manager, make.nobody(db))]

    assert [set(frame["contract_id"]) for frame in seen] == [{first, second}, {first}, {first, second}, set()]


def test_a_right_taken_away_takes_the_remembered_answer_with_it(db: Database, insight: Insight) -> None:
    contract_id = worlds.a_contract(db)
    manager = worlds.somebody(db, "max", Role.MANAGER)
    before = answers.how_full_is_each_contract(insight, manager).frame
    worlds.somebody(db, "other", Role.MANAGER)
    roles.revoke_role(db, OPERATOR, worlds.email("max"), Role.MANAGER)
    answers.how_full_is_each_contract(insight, OPERATOR)  # everything of this copy is remembered

    after = answers.how_full_is_each_contract(insight, manager).frame

    assert (before["contract_id"].to_list(), after["contract_id"].to_list()) == ([contract_id], [])


def test_what_is_wanted_of_it_is_another_answer(db: Database, insight: Insight) -> None:
    first, second = worlds.a_contract(db), worlds.a_contract(db)
    asked: list[list[int] | None] = [[first], [second], [], None]
    seen = [answers.how_full_is_each_contract(insight, OPERATOR, only).frame for only in asked]

    assert [frame["contract_id"].to_list() for frame in seen] == [[first], [second], [], sorted([first, second])]


def asked(n: int, file: str = "a") -> Asked:
    return Asked(file, "how_full", frozenset({n}), None)


def kept(n: int) -> Kept:
    return Kept(pl.DataFrame({"n": [n]}), NOON, NOON + timedelta(hours=1))


def test_an_answer_is_true_from_when_it_was_given_up_to_the_next_change() -> None:
    remembered = Remembered()
    remembered.keep(asked(1), kept(1))
    step = timedelta(microseconds=1)
    moments = [NOON - step, NOON, NOON + timedelta(hours=1) - step, NOON + timedelta(hours=1)]

    assert [remembered.answer(asked(1), now) is not None for now in moments] == [False, True, True, False]


def test_only_so_many_are_kept_and_the_one_used_longest_ago_goes_first() -> None:
    remembered = Remembered(most=2)
    for n in (1, 2):
        remembered.keep(asked(n), kept(n))
    remembered.answer(asked(1), NOON)
    remembered.keep(asked(3), kept(3))

    assert [remembered.answer(asked(n), NOON) is not None for n in (1, 2, 3)] == [True, False, True]


def test_answers_of_an_older_copy_are_forgotten() -> None:
    remembered = Remembered()
    remembered.keep(asked(1), kept(1))
    remembered.keep(asked(2, "b"), kept(2))

    assert len(remembered) == 1


def test_many_threads_are_told_the_answers_to_their_own_questions() -> None:
    remembered = Remembered(most=5)

    def told(n: int) -> bool:
        remembered.keep(asked(n % 20), kept(n % 20))
        found = remembered.answer(asked(n % 20), NOON)
        return found is None or found["n"].to_list() == [n % 20]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(told, range(2000)))
    assert len(remembered) <= 5
