"""The seat ledger is told in the order in which it happened: who held which seat, from when to when, and why it came back."""

from datetime import timedelta

import pytest

from lc_core import enrollments, invitations, ledger_lists, people
from lc_core.insight import log_exports
from lc_core.vocabulary import ContractType, Privilege, Role, SeatReason, SeatRelease
from tests.feeding import bring
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_admin,
    an_enrolled,
    email,
    not_found,
    offered,
    only,
    somebody,
)


def test_a_seat_that_came_back_tells_when_it_was_taken_and_why_it_returned(db, clock):  # R-SEAT-6
    contract_id, taken = a_contract(db, seat_release=SeatRelease.ALWAYS, offers=1), clock.now
    _, enrollment = an_enrolled(db, contract_id, "ann")
    clock.forward(timedelta(days=3))
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    back, took = ledger_lists.moves(db, OPERATOR, contract_id).rows

    assert (took.person, took.email, took.activity, took.by) == ("Ann", email("ann"), "First aid", "Ann")
    assert (took.effective_at, took.delta, took.why, took.total) == (taken, 1, SeatReason.ENROLLED, 1)
    assert (took.returned_at, took.returned_why) == (clock.now, SeatReason.WITHDRAWN)
    assert (back.delta, back.total, back.by, back.returned_at) == (-1, 0, "", None)
    (held,) = ledger_lists.holdings(db, OPERATOR, contract_id).rows
    assert held == took


def test_a_seat_taken_again_is_held_again(db, clock):
    contract_id = a_contract(db, ContractType.UNLIMITED, offers=1)
    _, first = a_redeemed(db, contract_id, "ann")
    clock.forward(timedelta(days=1))
    invitations.deallocate(db, OPERATOR, contract_id, only(first))
    clock.forward(timedelta(days=1))
    a_redeemed(db, contract_id, "ann")
    now, before = ledger_lists.holdings(db, OPERATOR, contract_id).rows

    assert (now.activity, now.returned_at, now.total) == ("", None, 1)
    assert (before.returned_at, before.returned_why) == (clock.now - timedelta(days=1), SeatReason.DEALLOCATED)


def test_the_running_total_follows_what_happened_and_not_when_it_was_written(db, clock, tmp_path):  # R-SEAT-6
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, code="S", offers=0)
    bring(db, tmp_path, activities=["code,title,kind", "PY,Python,online"])
    bring(
        db, tmp_path, contracts=["code,title,type,seats,valid_from,activities", "S,Safety,subscription,9,2026-01-01,PY"]
    )
    header = "contract,activity,email,enrolled_at,status"
    bring(db, tmp_path, enrollments=[header, "S,PY,late@example.org,2026-05-01,enrolled"])
    clock.forward(timedelta(days=1))
    bring(db, tmp_path, enrollments=[header, "S,PY,early@example.org,2026-02-01,enrolled"])

    rows = ledger_lists.moves(db, OPERATOR, contract_id).rows
    assert [(row.email, row.total) for row in rows] == [("late@example.org", 2), ("early@example.org", 1)]
    assert rows[1].recorded_at == clock.now
    (only_late,) = ledger_lists.moves(db, OPERATOR, contract_id, "late").rows
    assert only_late.total == 2


def test_a_long_ledger_comes_in_pages(db):
    contract_id = a_contract(db, ContractType.UNLIMITED, seats=99)
    for n in range(52):
        a_redeemed(db, contract_id, f"p{n}")
    first, second, far = (ledger_lists.moves(db, OPERATOR, contract_id, page=page) for page in (1, 2, 10**12))

    assert (len(first.rows), len(second.rows), far.rows, first.matching) == (50, 2, [], 52)
    assert [row.total for row in (*first.rows, *second.rows)] == list(range(52, 0, -1))


def test_people_are_masked_for_those_who_may_not_see_them(db):  # roles table
    contract_id = a_contract(db)
    ann, _ = an_enrolled(db, contract_id, "ann")
    masked = people.pseudonym(ann.person_id)
    for asker, sees in (
        (somebody(db, "max", Role.MANAGER), False),
        (somebody(db, "mia", Role.MANAGER, Privilege.PERSONAL_DATA), True),
        (an_admin(db, "ada", contract_id), True),
    ):
        (row,) = ledger_lists.moves(db, asker, contract_id).rows
        assert (row.person, row.email, row.by) == (("Ann", email("ann"), "Ann") if sees else (masked, "", masked))
        assert bool(ledger_lists.moves(db, asker, contract_id, "ann").rows) is sees
        assert bool(ledger_lists.moves(db, asker, contract_id, masked).rows) is not sees
        told = log_exports.seat_ledger(db, asker, contract_id).decode()
        assert (email("ann") in told) is sees


@pytest.mark.parametrize(
    "ask", [ledger_lists.moves, ledger_lists.holdings, ledger_lists.every, log_exports.seat_ledger]
)
def test_a_ledger_is_for_those_who_see_the_contract(db, ask):  # R-AUTH-1, R-AUTH-2
    contract_id, other = a_contract(db), a_contract(db)
    ada, ann = an_admin(db, "ada", contract_id), a_learner(db, "ann")
    for asker, wanted in ((ada, other), (ada, NOBODY), (ann, contract_id), (OPERATOR, NOBODY)):
        with not_found(db):
            ask(db, asker, wanted)


def test_what_one_contract_holds_is_not_told_of_another(db):
    contract_id, other = a_contract(db), a_contract(db)
    an_enrolled(db, contract_id, "ann")
    an_enrolled(db, other, "bob", offered(db, other)[0])

    assert [row.person for row in ledger_lists.every(db, OPERATOR, contract_id)] == ["Ann"]
    assert ledger_lists.moves(db, OPERATOR, contract_id, "%").rows == []
