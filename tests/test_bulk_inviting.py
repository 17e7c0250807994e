"""Long lists: invited part by part, gone on with after a stop, and nobody invited twice (R-ADD-6)."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from lc_core import activities, contracts, invite_imports, inviting
from lc_core.bulk_inviting import invite_all
from lc_core.invite_list import Entry, totals
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import InvitationImport, Letter
from lc_core.records.models import Invitation
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ActivityKind, ContractType, OverInvitation, Result
from tests.races.program import Call
from tests.races.together import race
from tests.worlds import (
    OPERATOR,
    a_contract,
    count_of,
    covered_by,
    email,
    invite,
    live_of,
    offered,
    refused,
    unchanged,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
ROUNDS = 20


class Stopped(Exception):
    """The process ends here."""


def stop_after(done: int):
    def progress(rows: int, _all: int) -> None:
        if rows >= done:
            raise Stopped

    return progress


def a_list(count: int) -> list[str]:
    return [email(f"person-{n:03}") for n in range(count)]


def imports(db: Database) -> list[tuple[int, int, bool]]:
    with db.read() as session:
        rows = session.scalars(select(InvitationImport).order_by(InvitationImport.id))
        return [(one.rows, one.done, one.finished_at is not None) for one in rows]


# --- in parts --------------------------------------------------------------------------------------------------------


def test_a_long_list_has_the_outcomes_of_a_short_one(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    invite(db, contract_id, "person-003", "person-044")
    entries = [*a_list(45), "no address", email("person-001"), *a_list(50)[45:]]
    foreseen = inviting.preview(db, OPERATOR, contract_id, entries).outcomes

    done = invite_all(db, OPERATOR, contract_id, entries, at_once=10)
    assert done == foreseen
    assert totals(done) == {
        Result.INVITED: 48,
        Result.ALREADY_INVITED: 2,
        Result.DUPLICATE: 1,
        Result.INVALID: 1,
    }
    assert [one.line for one in done] == list(range(1, 53))
    assert count_of(db, Invitation) == count_of(db, Letter) == 50
    assert imports(db) == [(50, 50, True)]


def test_a_short_list_needs_no_import(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    invite_all(db, OPERATOR, contract_id, a_list(10), at_once=10)

    assert imports(db) == []


def test_progress_is_told_after_each_part(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    told: list[tuple[int, int]] = []
    invite_all(db, OPERATOR, contract_id, a_list(25), at_once=10, progress=lambda *done: told.append(done))

    assert told == [(10, 25), (20, 25), (25, 25)]


# --- once ------------------------------------------------------------------------------------------------------------


def test_a_list_confirmed_again_is_answered_the_same(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    key = OperationKey.new()
    first = invite_all(db, OPERATOR, contract_id, a_list(25), at_once=10, key=key)

    with unchanged(db):
        assert invite_all(db, OPERATOR, contract_id, a_list(25), at_once=10, key=key) == first


@pytest.mark.parametrize("same_key", [True, False])
def test_a_list_that_stopped_goes_on_and_answers_as_if_it_had_not(db, same_key):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    key = OperationKey.new()
    with pytest.raises(Stopped):
        invite_all(db, OPERATOR, contract_id, a_list(45), at_once=10, key=key, progress=stop_after(20))
    assert imports(db) == [(45, 20, False)]

    again = key if same_key else OperationKey.new()
    done = invite_all(db, OPERATOR, contract_id, a_list(45), at_once=10, key=again)
    assert totals(done) == {Result.INVITED: 45}
    assert count_of(db, Letter) == 45
    assert imports(db) == [(45, 45, True)]


@pytest.mark.parametrize("change", ["later", "another list", "another choice"])
def test_another_list_or_a_later_day_begins_anew(db, clock, change):
    contract_id = a_contract(db, seats=500)
    first, second = offered(db, contract_id)
    with pytest.raises(Stopped):
        invite_all(db, OPERATOR, contract_id, a_list(45), activities=[first], at_once=10, progress=stop_after(20))
    clock.forward(invite_imports.GOES_ON + timedelta(seconds=1) if change == "later" else timedelta(0))

    entries = a_list(46) if change == "another list" else a_list(45)
    chosen = [first, second] if change == "another choice" else [first]
    done = totals(invite_all(db, OPERATOR, contract_id, entries, activities=chosen, at_once=10))
    found = Result.ACTIVITIES_ADDED if change == "another choice" else Result.ALREADY_INVITED
    assert done == {found: 20, Result.INVITED: len(entries) - 20}
    assert len(imports(db)) == 2


# --- refused ---------------------------------------------------------------------------------------------------------


def test_a_contract_that_blocks_refuses_a_long_list_before_its_first_part(db):  # R-INV-11
    contract_id = a_contract(db, SUBSCRIPTION, seats=20, over_invitation=OverInvitation.BLOCK)
    with refused(db, Reason.TOO_MANY_INVITED, wanted=25, free=20, over=5):
        invite_all(db, OPERATOR, contract_id, a_list(25), at_once=10)

    plan = inviting.preview(db, OPERATOR, contract_id, a_list(25))
    assert (plan.blocks, plan.over, plan.fits) == (True, 5, 20)
    assert totals(invite_all(db, OPERATOR, contract_id, a_list(25)[: plan.fits], at_once=10)) == {Result.INVITED: 20}


def test_what_is_refused_as_a_whole_leaves_no_import(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    contracts.archive(db, OPERATOR, contract_id)

    with refused(db, Reason.CONTRACT_ARCHIVED):
        invite_all(db, OPERATOR, contract_id, a_list(25), at_once=10)


def test_a_contract_that_closes_meanwhile_is_told_for_the_rest(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)

    def close(done: int, _all: int) -> None:
        if done == 10:
            contracts.archive(db, OPERATOR, contract_id)

    done = invite_all(db, OPERATOR, contract_id, a_list(25), at_once=10, progress=close)
    assert totals(done) == {Result.INVITED: 10, Result.REFUSED: 15}
    assert {one.reason for one in done if one.result is Result.REFUSED} == {Reason.CONTRACT_ARCHIVED}
    assert imports(db) == [(25, 10, True)]


# --- activities of a row ---------------------------------------------------------------------------------------------


def test_a_row_chooses_its_own_activities(db):  # R-ADD-3
    contract_id = a_contract(db, offers=0)
    first, second = (activities.create(db, OPERATOR, code, code, ActivityKind.ONLINE) for code in ("FA-1", "FA-2"))
    activities.add_to_contract(db, OPERATOR, contract_id, [first, second])
    entries = [
        Entry(2, email("own"), (" fa-1 ",)),
        Entry(3, email("unknown"), ("FA-1", "NOPE")),
        Entry(4, email("usual")),
    ]

    done = inviting.invite(db, OPERATOR, contract_id, entries, activities=[second])
    assert [(one.line, one.result, one.reason) for one in done] == [
        (2, Result.INVITED, None),
        (3, Result.REFUSED, Reason.ACTIVITY_NOT_IN_CONTRACT),
        (4, Result.INVITED, None),
    ]
    assert covered_by(db, live_of(db, contract_id, "own").id) == {first}
    assert covered_by(db, live_of(db, contract_id, "usual").id) == {second}


def test_rows_that_all_choose_need_no_choice_for_the_list(db):
    contract_id = a_contract(db, offers=0)
    both = [activities.create(db, OPERATOR, code, code, ActivityKind.ONLINE) for code in ("FB-1", "FB-2")]
    activities.add_to_contract(db, OPERATOR, contract_id, both)

    (done,) = inviting.invite(db, OPERATOR, contract_id, [Entry(1, email("own"), ("FB-2",))])
    assert done.result is Result.INVITED


@pytest.mark.parametrize("contract_type", [SUBSCRIPTION, UNLIMITED])
def test_only_vouchers_choose(db, contract_type):  # R-CON-15
    contract_id = a_contract(db, contract_type)

    (done,) = inviting.invite(db, OPERATOR, contract_id, [Entry(1, email("ann"), ("NOPE",))])
    assert done.result is Result.INVITED


# --- how it goes -----------------------------------------------------------------------------------------------------


def test_an_import_without_a_sign_of_life_has_stopped(db, clock):
    contract_id = a_contract(db, SUBSCRIPTION, seats=500)
    with pytest.raises(Stopped):
        invite_all(db, OPERATOR, contract_id, a_list(45), at_once=10, progress=stop_after(20))

    def seen() -> list[tuple[int, int, bool]]:
        return [(one.rows, one.done, one.stopped) for one in invite_imports.lately(db, OPERATOR, contract_id)]

    assert seen() == [(45, 20, False)]
    clock.forward(invite_imports.QUIET + timedelta(seconds=1))
    assert seen() == [(45, 20, True)]
    invite_all(db, OPERATOR, contract_id, a_list(45), at_once=10)
    assert seen() == [(45, 45, False)]
    clock.forward(invite_imports.SHOWN)
    assert seen() == []


def test_statements_grow_with_the_parts_and_not_with_the_rows(db):
    contract_id = a_contract(db, SUBSCRIPTION, seats=5000)

    def statements(count: int, at_once: int) -> int:
        sent: list[str] = []

        def listen(_connection, _cursor, statement, *_rest) -> None:
            sent.append(statement)

        event.listen(db.engine, "before_cursor_execute", listen)
        entries = [email(f"{count}-{at_once}-{n}") for n in range(count)]
        invite_all(db, OPERATOR, contract_id, entries, at_once=at_once, key=OperationKey.new())
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(sent)

    assert statements(20, 1000) == statements(500, 1000)
    two, four, six = (statements(parts * 100, 100) for parts in (2, 4, 6))
    assert four - two == six - four


# --- two at once -----------------------------------------------------------------------------------------------------


def test_two_overlapping_lists_at_once_promise_what_is_written(db, db_url):
    for number in range(ROUNDS):
        contract_id = a_contract(db, SUBSCRIPTION, seats=500)
        before = count_of(db, Letter)
        lists = [[email(f"{number}-{n}") for n in part] for part in (range(60), range(20, 80))]
        told = race(
            db_url,
            [[Call(invite_all, (OPERATOR, contract_id, entries), {"at_once": 15})] for entries in lists],
        )

        answers = [outcome for each in told for reply in each for outcome in reply.answer]
        assert totals(answers) == {Result.INVITED: 80, Result.ALREADY_INVITED: 40}
        assert count_of(db, Invitation, Invitation.contract_id == contract_id) == 80
        assert count_of(db, Letter) - before == 80
