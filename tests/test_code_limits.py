"""Codes may be tried so many times and no more, by whoever tries; what was right counts for nothing (R-LRN-3)."""

import pytest
from sqlalchemy import event

from lc_core import code_limits, enrollments, redeeming
from lc_core.code_limits import IN_TOTAL, PER_ACCOUNT, PER_NETWORK, WINDOW
from lc_core.errors import NotFound, Refused
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import CodeAttempt
from lc_core.vocabulary import ContractType
from tests.races.program import Call
from tests.races.together import race
from tests.worlds import NOBODY, OPERATOR, a_contract, a_learner, code_of, count_of, deactivate, offered

WRONG = "A" * 25


def try_code(db: Database, learner: Actor, code: str = WRONG, network: str = "") -> Reason | None:
    try:
        redeeming.redeem(db, learner, code, network=network)
    except Refused as refused:
        return refused.reason
    return None


def test_an_account_has_so_many_attempts_until_time_has_passed(db, clock):
    contract_id = a_contract(db)
    ann, bob = a_learner(db, "ann"), a_learner(db, "bob")
    tried = [try_code(db, ann) for _ in range(PER_ACCOUNT)]

    assert set(tried) == {Reason.CODE_NOT_ACCEPTED}
    assert try_code(db, ann, code_of(db, contract_id)) is Reason.TOO_MANY_ATTEMPTS
    assert try_code(db, bob, code_of(db, contract_id)) is None  # nobody else is locked out
    clock.forward(WINDOW)
    assert try_code(db, ann, code_of(db, contract_id)) is None
    assert count_of(db, CodeAttempt) == 0


def test_a_network_address_has_so_many_attempts(db):
    learners = [a_learner(db, f"person-{n}") for n in range(PER_NETWORK // (PER_ACCOUNT - 1) + 1)]
    for number in range(PER_NETWORK):
        assert try_code(db, learners[number % len(learners)], network="192.0.2.1") is Reason.CODE_NOT_ACCEPTED

    assert try_code(db, learners[0], network="192.0.2.1") is Reason.TOO_MANY_ATTEMPTS
    assert try_code(db, learners[0], network="192.0.2.2") is Reason.CODE_NOT_ACCEPTED


def test_addresses_that_are_not_known_are_not_one_address(db):
    learners = [a_learner(db, f"person-{n}") for n in range(PER_NETWORK // PER_ACCOUNT + 1)]
    tried = [try_code(db, learner) for learner in learners for _ in range(PER_ACCOUNT)]

    assert set(tried) == {Reason.CODE_NOT_ACCEPTED}


def test_in_total_there_are_so_many_attempts(db, clock):
    ann, bob = a_learner(db, "ann"), a_learner(db, "bob")
    with db.bookkeeping() as session:
        session.add_all(CodeAttempt(person_id=bob.person_id, at=clock()) for _ in range(IN_TOTAL))

    assert try_code(db, ann) is Reason.TOO_MANY_ATTEMPTS


def test_what_was_right_and_what_was_no_seat_counts_for_nothing(db):
    contract_id = a_contract(db, ContractType.UNLIMITED, seats=1)
    ann, bob = a_learner(db, "ann"), a_learner(db, "bob")
    assert try_code(db, ann, code_of(db, contract_id)) is None
    assert enrollments.enroll(db, ann, contract_id, offered(db, contract_id)[0])

    assert {try_code(db, bob, code_of(db, contract_id)) for _ in range(PER_ACCOUNT + 1)} == {Reason.NO_SEAT}
    assert count_of(db, CodeAttempt) == 0


@pytest.mark.parametrize("who", [OPERATOR, Actor.person(NOBODY)])
def test_who_is_nobody_tries_nothing(db, who):
    with pytest.raises(NotFound):
        redeeming.redeem(db, who, WRONG)
    deactivated = a_learner(db, "gone")
    deactivate(db, deactivated)
    with pytest.raises(NotFound):
        redeeming.redeem(db, deactivated, WRONG)

    assert count_of(db, CodeAttempt) == 0


def test_an_unknown_code_asks_as_much_of_the_database_as_a_known_one(db):  # safety: Codes
    contract_id = a_contract(db, ContractType.UNLIMITED)
    ann = a_learner(db, "ann")
    redeeming.redeem(db, ann, code_of(db, contract_id))
    sent: list[str] = []

    def listen(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    def statements(code: str) -> list[str]:
        sent.clear()
        event.listen(db.engine, "before_cursor_execute", listen)
        try_code(db, ann, code)
        event.remove(db.engine, "before_cursor_execute", listen)
        return [one for one in sent if "FROM invitations" in one]

    assert statements(WRONG) == statements(code_of(db, contract_id)) != []


def test_a_thousand_wrong_codes_from_two_processes_find_the_limit(db, db_url):
    ann, bob = a_learner(db, "ann"), a_learner(db, "bob")
    calls = [Call(redeeming.redeem, (ann, WRONG)) for _ in range(500)]
    told = [reply for each in race(db_url, [calls, calls]) for reply in each]

    assert [reply.error for reply in told if reply.error] == []
    reasons = [reply.reason for reply in told]
    assert reasons.count(Reason.CODE_NOT_ACCEPTED) == PER_ACCOUNT
    assert reasons.count(Reason.TOO_MANY_ATTEMPTS) == 1_000 - PER_ACCOUNT
    assert try_code(db, bob) is Reason.CODE_NOT_ACCEPTED  # the one who did not try is not locked out


def test_attempts_are_counted_under_a_lock(db):
    """On PostgreSQL two may count at once; the lock is asked for before anything is counted."""
    ann = a_learner(db, "ann")
    order: list[str] = []

    def listen(_connection, _cursor, statement, *_rest) -> None:
        order.append("lock" if "pg_advisory" in statement else "count" if "count(" in statement.lower() else "")

    event.listen(db.engine, "before_cursor_execute", listen)
    code_limits.forget(db, code_limits.count(db, ann, ""))
    event.remove(db.engine, "before_cursor_execute", listen)

    expected = ["lock", "count"] if db.engine.dialect.name == "postgresql" else ["count"]
    assert [one for one in order if one] == expected
