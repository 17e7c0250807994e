"""Many at once: whatever they reach for, the records stay true and everybody is told the truth.

Real processes race on a real database. Each limit is also raced without what protects it (`Safety`, taken away in the
racing processes only), to show that the race is there to be lost. What is seen then depends on what is left standing,
and each of those tests says which that is.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import cycle, islice
from typing import Any

import pytest
from sqlalchemy import func, select, text

from lc_core import activities, codes, contracts, enrollments, invitations, inviting, people, redeeming, renewing, roles
from lc_core.contracts import Draft
from lc_core.invitation_lists import Chosen, Filter
from lc_core.reasons import Reason
from lc_core.records import audit
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent, Letter, RoleHeld
from lc_core.records.models import Contract, Enrollment, Invitation, PastCode, Person, SeatHeld, SeatMove
from lc_core.records.operations import OperationKey
from lc_core.renewing import Renewal
from lc_core.vocabulary import (
    ActivityKind,
    ContractType,
    EnrollmentStatus,
    Event,
    InvitationStatus,
    Result,
    Role,
    SeatRelease,
)
from tests.races.program import Call, Safety, Told, once_the_first_has_looked
from tests.races.together import race

OPERATOR = Actor.operator("tests")
LINGER = 0.1
"""Seconds that who holds a lock waits for others before writing, to give them the time to go wrong."""
UNTIL_ALL_HAVE_LOOKED = 20.0
"""Without the lock everybody looks; this is only how long a broken test lasts."""
LATER = Call(once_the_first_has_looked, ())
"""For a runner that comes when the first one has looked and not yet written."""
UNPROTECTED = frozenset({Safety.LOCK, Safety.GUARD, Safety.CHECK})
ROUNDS = 5
"""How often a race without protection is run until it is lost."""


# --- what the tests need, made through the verbs ---------------------------------------------------------------------


def a_contract(db: Database, contract_type: ContractType, seats: int, *, code: str = "C-1", **more: Any) -> int:
    draft = Draft(code, "Safety at work", contract_type, seats, date(2026, 1, 1), **more)
    return contracts.create(db, OPERATOR, draft)


def some_activities(db: Database, contract_id: int, count: int) -> list[int]:
    made = [
        activities.create(db, OPERATOR, f"A-{contract_id}-{n}", f"Activity {n}", ActivityKind.ONLINE)
        for n in range(count)
    ]
    activities.add_to_contract(db, OPERATOR, contract_id, made)
    return made


def some_learners(db: Database, count: int, word: str = "ann") -> list[int]:
    return [people.register(db, OPERATOR, f"{word}{n}@example.org", "") for n in range(count)]


def invite_learners(db: Database, contract_id: int, count: int, chosen: Sequence[int] = (), word: str = "ann") -> None:
    inviting.invite(db, OPERATOR, contract_id, [f"{word}{n}@example.org" for n in range(count)], activities=chosen)


def one(told: list[list[Told]]) -> list[Told]:
    """The last thing each runner was told."""
    return [each[-1] for each in told]


def errors_in(told: list[list[Told]]) -> list[str]:
    return [reply.error for each in told for reply in each if reply.error]


def count_of(db: Database, model: Any, *conditions: Any) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def contract_now(db: Database, contract_id: int) -> Contract:
    with db.read() as session:
        return session.get_one(Contract, contract_id)


def broken_seats(db: Database, contract_id: int) -> list[str]:
    """What is wrong with the seats of a contract: counter, seats held and ledger must be one (I1, R-SEAT-6)."""
    contract = contract_now(db, contract_id)
    held = count_of(db, SeatHeld, SeatHeld.contract_id == contract_id)
    with db.read() as session:
        moved = session.scalar(select(func.sum(SeatMove.delta)).where(SeatMove.contract_id == contract_id)) or 0
    found = {"counter": contract.seats_used, "held": held, "ledger": moved}
    wrong = [] if len(set(found.values())) == 1 else [f"they differ: {found}"]
    return wrong + [f"{name} {n} of {contract.seats}" for name, n in found.items() if n > contract.seats]


def assert_sound(db: Database, *contract_ids: int) -> None:
    assert [problem for contract_id in contract_ids for problem in broken_seats(db, contract_id)] == []
    with db.read() as session:
        assert audit.verify(session) == []


def forget_the_check(db: Database) -> None:
    """On SQLite the racing processes switch checks off for themselves; PostgreSQL cannot do that."""
    if db.engine.dialect.name == "postgresql":
        with db.bookkeeping() as session:
            session.execute(text("alter table contracts drop constraint ck_contracts_seats_used_within_seats"))


# --- the last seats (R-SEAT-5) ---------------------------------------------------------------------------------------


def a_crowd_at_the_last_20_seats(db: Database, code: str) -> tuple[int, list[list[Call]]]:
    """30 seats, 10 of them used; 40 wishes, and 16 runners who each try 8 of them, so that most are tried by three."""
    contract_id = a_contract(db, ContractType.VOUCHER, 30, code=code)
    offered = some_activities(db, contract_id, 3)
    learners = some_learners(db, 20)
    invite_learners(db, contract_id, 20, offered)
    for learner in learners[:10]:
        enrollments.enroll(db, Actor.person(learner), contract_id, offered[2])
    wishes = [(learner, activity) for activity in offered[:2] for learner in learners]
    return contract_id, [
        [
            Call(enrollments.enroll, (Actor.person(learner), contract_id, activity))
            for learner, activity in islice(cycle(wishes), runner * 5, runner * 5 + 8)
        ]
        for runner in range(16)
    ]


def test_of_16_processes_after_the_last_20_seats_each_is_told_the_truth(db, db_url):  # R-SEAT-5, R-LRN-4
    contract_id, runners = a_crowd_at_the_last_20_seats(db, "C-1")

    told = race(db_url, runners)

    wishes = [(call.args[0].person_id, call.args[2]) for calls in runners for call in calls]
    replies = list(zip(wishes, [reply for each in told for reply in each], strict=True))
    won = {wish: reply.answer for wish, reply in replies if reply.answer is not None}
    with db.read() as session:
        rows = {row.id: row for row in session.scalars(select(Enrollment).where(Enrollment.contract_id == contract_id))}
        held = set(session.execute(select(SeatHeld.person_id, SeatHeld.activity_id)))
    assert errors_in(told) == []
    assert sum(reply.answer is not None for _, reply in replies) == len(won) == 20
    assert {wish: (rows[answer].person_id, rows[answer].activity_id) for wish, answer in won.items()} == {
        wish: wish for wish in won
    }
    assert set(won) < held
    assert len(rows) == len(held) == contract_now(db, contract_id).seats_used == 30
    assert {reply.reason for _, reply in replies} <= {None, Reason.NO_SEAT, Reason.ALREADY_ENROLLED}
    assert {wish for wish, reply in replies if reply.reason is Reason.ALREADY_ENROLLED} <= set(won)
    assert {wish for wish, reply in replies if reply.reason is Reason.NO_SEAT}.isdisjoint(won)
    assert_sound(db, contract_id)


@pytest.mark.tampers
def test_without_lock_guard_and_check_the_same_crowd_is_sold_more_seats_than_there_are(db, db_url):
    """Look, then write, is what naive code does; the verbs, the tables and the crowd are those of the test before."""
    forget_the_check(db)
    sold = 0
    for attempt in range(ROUNDS):
        contract_id, runners = a_crowd_at_the_last_20_seats(db, f"C-{attempt}")
        race(db_url, runners, without=UNPROTECTED, linger=0.5)
        sold = count_of(db, SeatHeld, SeatHeld.contract_id == contract_id)
        if sold > 30:
            break

    assert sold > 30


def eight_at_two_seats(db: Database, code: str = "C-1") -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.VOUCHER, 2, code=code)
    offered = some_activities(db, contract_id, 1)
    learners = some_learners(db, 8)
    invite_learners(db, contract_id, 8, offered)
    return contract_id, [
        [Call(enrollments.enroll, (Actor.person(learner), contract_id, offered[0]))] for learner in learners
    ]


@pytest.mark.parametrize("kept", [Safety.LOCK, Safety.GUARD, Safety.CHECK])
def test_each_of_lock_guard_and_check_alone_keeps_the_last_seats(db, db_url, kept):
    """Only the lock also gives everybody an answer: the guard refuses truly, the check by an error."""
    contract_id, runners = eight_at_two_seats(db)
    if kept is not Safety.CHECK:
        forget_the_check(db)

    linger = LINGER if kept is Safety.LOCK else UNTIL_ALL_HAVE_LOOKED
    told = race(db_url, runners, without=UNPROTECTED - {kept}, linger=linger)

    assert sum(reply.answer is not None for reply in one(told)) == 2
    assert Counter(reply.reason for reply in one(told) if reply.reason) == (
        {} if kept is Safety.CHECK else {Reason.NO_SEAT: 6}
    )
    assert len(errors_in(told)) == (6 if kept is Safety.CHECK else 0)
    assert_sound(db, contract_id)


def fifty_with_the_code(db: Database, code: str = "C-1") -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.UNLIMITED, 1, code=code, require_invitation_code=True)
    some_activities(db, contract_id, 1)
    learners = some_learners(db, 50)
    invite_learners(db, contract_id, 25)  # the other half was never invited: using the code is their invitation
    entered = codes.grouped(contract_now(db, contract_id).invitation_code)
    return contract_id, [[Call(redeeming.redeem, (Actor.person(learner), entered))] for learner in learners]


def test_of_50_who_redeem_a_one_seat_code_one_wins_and_49_are_told_that_no_seat_is_left(db, db_url):  # R-SEAT-3
    contract_id, runners = fifty_with_the_code(db)

    told = race(db_url, runners, processes=10)

    assert Counter(reply.answer for reply in one(told) if reply.answer) == {contract_id: 1}
    assert Counter(reply.reason for reply in one(told) if reply.reason) == {Reason.NO_SEAT: 49}
    assert count_of(db, Invitation, Invitation.redeemed_at.is_not(None)) == 1
    assert count_of(db, Invitation) in {25, 26}
    assert_sound(db, contract_id)


@pytest.mark.tampers
def test_without_lock_guard_and_check_a_one_seat_code_is_redeemed_by_several(db, db_url):
    """With any one of the three only one wins: the lock, the guard and the check are each shown above."""
    forget_the_check(db)
    contract_id, runners = fifty_with_the_code(db)

    told = race(db_url, runners, processes=10, without=UNPROTECTED, linger=UNTIL_ALL_HAVE_LOOKED)

    assert sum(reply.answer == contract_id for reply in one(told)) > 1


# --- one person in two windows ---------------------------------------------------------------------------------------


def two_wishes_where_one_is_allowed(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.VOUCHER, 5, per_user_limit=1)
    offered = some_activities(db, contract_id, 2)
    [learner] = some_learners(db, 1)
    invite_learners(db, contract_id, 1, offered)
    redeeming.accept(db, Actor.person(learner), contract_id)
    return contract_id, [
        [Call(enrollments.enroll, (Actor.person(learner), contract_id, activity))] for activity in offered
    ]


def test_the_per_user_limit_holds_in_two_windows_at_once(db, db_url):  # R-CON-5
    contract_id, runners = two_wishes_where_one_is_allowed(db)

    told = race(db_url, runners, linger=LINGER)

    assert sorted(reply.reason or "enrolled" for reply in one(told)) == ["enrolled", Reason.PER_USER_LIMIT]
    assert_sound(db, contract_id)


def test_without_the_lock_the_per_user_limit_is_exceeded(db, db_url):
    """Nothing else knows the limit: no constraint, no guard."""
    _, runners = two_wishes_where_one_is_allowed(db)

    told = race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert sum(reply.answer is not None for reply in one(told)) == 2


def one_code_in_two_windows(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, 5)
    some_activities(db, contract_id, 1)
    [learner] = some_learners(db, 1)
    entered = contract_now(db, contract_id).invitation_code
    return contract_id, [[Call(redeeming.redeem, (Actor.person(learner), entered))]] * 2


def test_who_enters_the_code_in_two_windows_at_once_has_one_invitation(db, db_url):  # R-INV-7, R-INV-9
    contract_id, runners = one_code_in_two_windows(db)

    told = race(db_url, runners, linger=LINGER)

    assert [reply.answer for reply in one(told)] == [contract_id, contract_id]
    assert count_of(db, Invitation) == 1
    assert_sound(db, contract_id)


def test_without_the_lock_the_second_window_meets_an_error(db, db_url):
    """The unique key of live invitations still protects the records, but answers nobody."""
    _, runners = one_code_in_two_windows(db)

    told = race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert count_of(db, Invitation) == 1
    assert ["IntegrityError" in error for error in errors_in(told)] == [True]


# --- seats that come back --------------------------------------------------------------------------------------------


def one_withdrawal_twice(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.VOUCHER, 5, seat_release=SeatRelease.ALWAYS)
    offered = some_activities(db, contract_id, 1)
    learners = some_learners(db, 2)
    invite_learners(db, contract_id, 2, offered)
    made = [enrollments.enroll(db, Actor.person(learner), contract_id, offered[0]) for learner in learners]
    return contract_id, [[Call(enrollments.withdraw, (OPERATOR, contract_id, made[0]))]] * 2


def test_a_withdrawal_that_is_made_twice_at_once_returns_one_seat(db, db_url):  # R-SEAT-7
    contract_id, runners = one_withdrawal_twice(db)

    told = race(db_url, runners, linger=LINGER)

    assert sorted(reply.reason or "withdrawn" for reply in one(told)) == [Reason.ALREADY_WITHDRAWN, "withdrawn"]
    assert contract_now(db, contract_id).seats_used == 1
    assert_sound(db, contract_id)


def test_without_the_lock_a_withdrawal_is_made_and_remembered_twice(db, db_url):
    """The enrollment is written before its seat is looked at: its row makes the second wait, and the ledger stays true.

    But both are told that they withdrew it and that theirs brought the seat back, and so says the audit log.
    """
    contract_id, runners = one_withdrawal_twice(db)

    told = race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert [reply.answer for reply in one(told)] == [True, True]
    assert count_of(db, AuditEvent, AuditEvent.event == Event.ENROLLMENT_WITHDRAWN) == 2
    assert_sound(db, contract_id)


def accepted_and_revoked(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.UNLIMITED, 5)
    some_activities(db, contract_id, 1)
    [learner] = some_learners(db, 1)
    invite_learners(db, contract_id, 1)
    return contract_id, [
        [Call(redeeming.accept, (Actor.person(learner), contract_id))],
        [Call(invitations.revoke, (OPERATOR, contract_id, Chosen(matching=Filter())))],
    ]


def test_an_invitation_is_accepted_or_revoked_but_never_both(db, db_url):  # R-INV-5, R-SEAT-8
    contract_id, runners = accepted_and_revoked(db)

    accepted, revoked = one(race(db_url, runners, linger=LINGER))

    [done] = revoked.answer
    outcome = (accepted.reason, done.result, done.reason, contract_now(db, contract_id).seats_used)
    assert outcome in {
        (None, Result.REFUSED, Reason.SEAT_MUST_BE_DEALLOCATED, 1),
        (Reason.IS_REVOKED, Result.REVOKED, None, 0),
    }
    assert_sound(db, contract_id)


@pytest.mark.tampers
def test_without_the_lock_a_revoked_invitation_may_hold_a_seat(db, db_url):
    """Redeeming is a conditional update and safe by itself; revoking relies on the lock, and comes second here."""
    _, [accepts, revokes] = accepted_and_revoked(db)

    race(db_url, [accepts, revokes], without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert count_of(db, Invitation, Invitation.revoked_at.is_not(None), Invitation.redeemed_at.is_not(None)) == 1


def enrolling_while_the_seat_goes(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.UNLIMITED, 5)
    offered = some_activities(db, contract_id, 1)
    [learner] = some_learners(db, 1)
    invite_learners(db, contract_id, 1)
    redeeming.accept(db, Actor.person(learner), contract_id)
    return contract_id, [
        [Call(invitations.deallocate, (OPERATOR, contract_id, Chosen(matching=Filter())))],
        [Call(enrollments.enroll, (Actor.person(learner), contract_id, offered[0]))],
    ]


def open_enrollments(db: Database, contract_id: int) -> int:
    here = (Enrollment.contract_id == contract_id, Enrollment.status != EnrollmentStatus.WITHDRAWN)
    return count_of(db, Enrollment, *here)


def test_who_enrolls_while_the_seat_goes_keeps_no_open_enrollment(db, db_url):  # R-SEAT-8
    contract_id, runners = enrolling_while_the_seat_goes(db)

    taken_back, enrolled = one(race(db_url, runners, linger=LINGER))

    assert enrolled.reason in {None, Reason.NOT_INVITED}
    assert [done.result for done in taken_back.answer] == [Result.DEALLOCATED]
    assert open_enrollments(db, contract_id) == contract_now(db, contract_id).seats_used == 0
    assert_sound(db, contract_id)


@pytest.mark.tampers
def test_without_the_lock_an_open_enrollment_outlives_its_seat(db, db_url):
    """Nothing else ties an enrollment to the seat of an unlimited contract."""
    contract_id, runners = enrolling_while_the_seat_goes(db)

    race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert open_enrollments(db, contract_id) == 1


# --- inviting (R-INV-7, R-ADD-7) -------------------------------------------------------------------------------------


def addresses(first: int, last: int) -> list[str]:
    return [f"Ann{n:03}@example.org" for n in range(first, last)]


def two_overlapping_lists(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, 500)
    some_activities(db, contract_id, 1)
    lists = [addresses(0, 300), addresses(150, 450)[::-1]]
    return contract_id, [[Call(inviting.invite, (OPERATOR, contract_id, entries))] for entries in lists]


def test_two_overlapping_lists_of_300_at_once_invite_everybody_once(db, db_url):  # R-INV-7, R-ADD-7
    contract_id, runners = two_overlapping_lists(db)

    told = race(db_url, runners, linger=LINGER)

    results = Counter(outcome.result for reply in one(told) for outcome in reply.answer)
    assert results == {Result.INVITED: 450, Result.ALREADY_INVITED: 150}
    assert count_of(db, Person) == count_of(db, Invitation) == count_of(db, Letter) == 450
    assert count_of(db, Letter, Letter.send_number == 1) == 450
    with db.read() as session:
        assert len(set(session.scalars(select(Invitation.person_id)))) == 450
        assert len(set(session.scalars(select(Letter.invitation_id)))) == 450
    assert_sound(db, contract_id)


def test_without_the_lock_one_of_two_overlapping_lists_is_lost(db, db_url):
    """The unique key of live invitations lets nobody be invited twice, but the whole second list falls with its error."""
    _, runners = two_overlapping_lists(db)

    told = race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert count_of(db, Invitation) == count_of(db, Letter) == 300
    assert ["IntegrityError" in error for error in errors_in(told)] == [True]


def the_same_list_up_and_down(db: Database) -> tuple[list[int], list[list[Call]]]:
    """Two contracts, so that the lock on a contract does not keep the two apart: they meet at the people."""
    made = [a_contract(db, ContractType.SUBSCRIPTION, 500, code=f"C-{n}") for n in range(2)]
    for contract_id in made:
        some_activities(db, contract_id, 1)
    entries = addresses(0, 100)
    lists = zip(made, [entries, entries[::-1]], strict=True)
    write_people_slowly(db)
    return made, [[Call(inviting.invite, (OPERATOR, contract_id, listed))] for contract_id, listed in lists]


def write_people_slowly(db: Database) -> None:
    """So that two who write at once are sure to meet. (SQLite has one writer at a time: they never do.)"""
    if db.engine.dialect.name == "postgresql":
        with db.bookkeeping() as session:
            body = "begin perform pg_sleep(0.003); return new; end"
            session.execute(text(f"create function wait() returns trigger language plpgsql as '{body}'"))
            session.execute(text("create trigger slow before insert on people for each row execute function wait()"))


def test_two_lists_in_opposite_order_to_two_contracts_do_not_stop_each_other(db, db_url):
    made, runners = the_same_list_up_and_down(db)

    told = race(db_url, runners)

    assert errors_in(told) == []
    assert count_of(db, Invitation) == count_of(db, Letter) == 2 * count_of(db, Person) == 200
    assert_sound(db, *made)


def test_without_an_order_two_lists_of_new_people_stop_each_other(db, db_url):
    """PostgreSQL ends the deadlock by an error; SQLite knows none, since one writes after the other."""
    _, runners = the_same_list_up_and_down(db)

    told = race(db_url, runners, without={Safety.ORDER})

    deadlocks = ["DeadlockDetected" in error for error in errors_in(told)]
    assert deadlocks == ([] if db.engine.dialect.name == "sqlite" else [True])


# --- the same thing twice (R-ADD-6) ----------------------------------------------------------------------------------


def eight_times_resent(db: Database, keys: Sequence[OperationKey]) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, 5)
    some_activities(db, contract_id, 1)
    some_learners(db, 3)
    invite_learners(db, contract_id, 3)
    unredeemed = {InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED, InvitationStatus.EXPIRED}
    wanted = Chosen(matching=Filter(statuses=frozenset(unredeemed)))
    return contract_id, [[Call(invitations.resend, (OPERATOR, contract_id, wanted), {"key": key})] for key in keys]


def test_one_operation_key_in_8_processes_does_one_thing_and_answers_all_alike(db, db_url):
    contract_id, runners = eight_times_resent(db, [OperationKey.new()] * 8)

    first, *others = one(race(db_url, runners, linger=LINGER))

    assert [done.result for done in first.answer] == [Result.SENT_AGAIN] * 3
    assert others == [first] * 7
    assert count_of(db, Letter) == 6
    assert_sound(db, contract_id)


def test_with_a_key_of_its_own_each_of_8_processes_does_the_thing(db, db_url):
    """So it is the key, and nothing else, that makes one of many clicks."""
    contract_id, runners = eight_times_resent(db, [OperationKey.new() for _ in range(8)])

    told = race(db_url, runners)

    assert errors_in(told) == []
    assert count_of(db, Letter) == 3 + 8 * 3
    assert_sound(db, contract_id)


# --- two administrators ----------------------------------------------------------------------------------------------


def two_new_codes(db: Database) -> tuple[int, str, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, 5, require_invitation_code=True)
    some_activities(db, contract_id, 1)
    old = codes.grouped(contract_now(db, contract_id).invitation_code)
    return contract_id, old, [[Call(codes.regenerate, (OPERATOR, contract_id), {"old_code": old})]] * 2


def test_two_who_regenerate_the_code_at_once_make_one_and_both_learn_it(db, db_url):  # R-CON-10
    contract_id, old, runners = two_new_codes(db)
    [learner] = some_learners(db, 1)

    told = race(db_url, runners, linger=LINGER)

    current = codes.grouped(contract_now(db, contract_id).invitation_code)
    entered = race(db_url, [[Call(redeeming.redeem, (Actor.person(learner), code)) for code in (old, current)]])
    assert current != old
    assert [reply.answer.code for reply in one(told)] == [current, current]
    assert count_of(db, PastCode) == 1
    assert entered == [[Told(reason=Reason.CODE_NOT_ACCEPTED), Told(contract_id)]]
    assert_sound(db, contract_id)


def test_without_the_lock_one_who_regenerates_the_code_meets_an_error(db, db_url):
    """The version of the contract still lets only one of two new codes stay; who made the other learns neither."""
    _, _, runners = two_new_codes(db)

    told = race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert ["StaleDataError" in error for error in errors_in(told)] == [True]
    assert count_of(db, PastCode) == 1


def test_a_code_that_is_replaced_while_somebody_enters_it_redeems_no_more(db, db_url):  # R-CON-10
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, 5, require_invitation_code=True)
    some_activities(db, contract_id, 1)
    [learner] = some_learners(db, 1)
    old = contract_now(db, contract_id).invitation_code
    enters = Call(redeeming.redeem, (Actor.person(learner), old))

    told = race(db_url, [[Call(codes.regenerate, (OPERATOR, contract_id))], [LATER, enters]], linger=LINGER)

    assert one(told)[1] == Told(reason=Reason.CODE_NOT_ACCEPTED)
    assert count_of(db, Invitation) == 0
    assert_sound(db, contract_id)


def two_edits(db: Database) -> tuple[int, list[list[Call]]]:
    contract_id = a_contract(db, ContractType.VOUCHER, 5)
    version = contract_now(db, contract_id).version
    drafts = [
        Draft("C-1", title, ContractType.VOUCHER, seats, date(2026, 1, 1)) for title, seats in [("One", 6), ("Two", 7)]
    ]
    return contract_id, [
        [Call(contracts.edit, (OPERATOR, contract_id, draft), {"version": version})] for draft in drafts
    ]


def test_of_two_who_edit_the_same_contract_at_once_the_second_is_told(db, db_url):
    contract_id, runners = two_edits(db)

    told = one(race(db_url, runners, linger=LINGER))

    contract = contract_now(db, contract_id)
    assert sorted(reply.reason or "edited" for reply in told) == [Reason.CHANGED_MEANWHILE, "edited"]
    assert (contract.title, contract.seats) == (("One", 6) if told[0].reason is None else ("Two", 7))
    assert_sound(db, contract_id)


def test_without_the_lock_the_second_who_edits_meets_an_error(db, db_url):
    """The version of the contract still keeps the first one's words, but the second is not told why."""
    _, runners = two_edits(db)

    told = race(db_url, runners, without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert ["StaleDataError" in error for error in errors_in(told)] == [True]


def two_renewals(db: Database) -> list[list[Call]]:
    contract_id = a_contract(db, ContractType.VOUCHER, 5)
    renewals = [Renewal(code, date(2027, 1, 1), None, 5) for code in ("N-1", "N-2")]
    return [[Call(renewing.renew, (OPERATOR, contract_id, renewal))] for renewal in renewals]


def test_two_who_renew_a_contract_at_once_make_one_successor(db, db_url):  # R-CON-17
    told = one(race(db_url, two_renewals(db), linger=LINGER))

    assert sorted(reply.reason or "renewed" for reply in told) == [Reason.ALREADY_RENEWED, "renewed"]
    assert count_of(db, Contract) == 2


def test_without_the_lock_the_second_who_renews_meets_an_error(db, db_url):
    """The unique key of successors still keeps it at one, but answers nobody."""
    told = race(db_url, two_renewals(db), without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert ["IntegrityError" in error for error in errors_in(told)] == [True]
    assert count_of(db, Contract) == 2


def two_workers(db: Database) -> list[list[Call]]:
    """A renewed contract that has begun, whose three people are prepared."""
    old = a_contract(db, ContractType.SUBSCRIPTION, 5)
    some_activities(db, old, 1)
    for learner in some_learners(db, 3):
        redeeming.redeem(db, Actor.person(learner), contract_now(db, old).invitation_code)
    renewing.renew(db, OPERATOR, old, Renewal("N", date(2026, 1, 1), None, 5, carry_invitations=True))
    return [[Call(renewing.send_prepared, (OPERATOR,))]] * 2


def test_two_workers_send_what_was_prepared_once(db, db_url):  # R-CON-17
    told = one(race(db_url, two_workers(db), linger=LINGER))

    assert sum(sent.invited for reply in told for sent in reply.answer) == 3
    assert count_of(db, Letter) == 3


def test_without_the_lock_the_second_worker_meets_an_error(db, db_url):
    """The unique key of live invitations still keeps it at one each."""
    told = race(db_url, two_workers(db), without={Safety.LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert ["IntegrityError" in error for error in errors_in(told)] == [True]
    assert count_of(db, Letter) == 3


def two_super_admins(db: Database) -> list[list[Call]]:
    """Each takes the other's role away."""
    emails = ["ann0@example.org", "ann1@example.org"]
    ids = some_learners(db, 2)
    for email in emails:
        roles.grant(db, OPERATOR, email, Role.SUPER_ADMIN)
    pairs = zip(ids, emails[::-1], strict=True)
    return [[Call(roles.revoke_role, (Actor.person(who), whom, Role.SUPER_ADMIN))] for who, whom in pairs]


def test_two_super_admins_who_take_each_others_role_leave_one(db, db_url):
    runners = two_super_admins(db)

    told = one(race(db_url, runners, linger=LINGER))

    assert sorted(reply.reason or "taken" for reply in told) == [Reason.NOT_FOUND, "taken"]
    assert count_of(db, RoleHeld, RoleHeld.role == Role.SUPER_ADMIN) == 1
    assert_sound(db)


def test_without_the_lock_two_super_admins_leave_nobody(db, db_url):
    """No constraint says that there must be one."""
    runners = two_super_admins(db)

    told = race(db_url, runners, without={Safety.ROLES_LOCK}, linger=UNTIL_ALL_HAVE_LOOKED)

    assert errors_in(told) == []
    assert count_of(db, RoleHeld, RoleHeld.role == Role.SUPER_ADMIN) == 0


def test_who_is_no_contract_admin_any_more_once_the_contract_is_free_invites_nobody(db, db_url):  # R-CON-13
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, 5)
    some_activities(db, contract_id, 1)
    admin = contracts.name_admin(db, OPERATOR, contract_id, "eve@example.org")
    removes = Call(contracts.remove_admin, (OPERATOR, contract_id, admin))
    invites = Call(inviting.invite, (Actor.person(admin), contract_id, ["ann@example.org"]))

    told = race(db_url, [[removes], [LATER, invites]], linger=LINGER)

    assert one(told) == [Told(), Told(reason=Reason.NOT_FOUND)]
    assert count_of(db, Invitation) == 0
    assert_sound(db, contract_id)
