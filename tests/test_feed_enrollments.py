"""The feed of enrollments: history as the LMS tells it, each row at its own time (R-ENR-3, R-SEAT-5..7, R-INT-2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lc_core import activities, contracts, invitations
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.models import Invitation, Person
from lc_core.vocabulary import (
    ContractType,
    EnrollmentStatus,
    Event,
    InvitationStatus,
    Result,
    SeatReason,
    SeatRelease,
    Source,
)
from tests import feeding, worlds
from tests.clock import Clock
from tests.feeding import ENROLLMENTS, a_contract, bring, counts, enrolled, row, tell
from tests.worlds import OPERATOR, invitations_of, ledger_of, used

NEW: tuple[int, int, int, dict[Reason, int]] = (1, 0, 0, {})
FREE_AGAIN: dict[str, Any] = {"seat_release": SeatRelease.ALWAYS}


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moves(db: Database, contract_id: int) -> list[tuple[int, datetime]]:
    return [(move.delta, move.effective_at) for move in ledger_of(db, contract_id)]


# --- what one row becomes --------------------------------------------------------------------------------------------


def test_somebody_never_invited_gets_an_imported_invitation_redeemed_at_that_time(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, require_invitation_code=True)
    report = bring(db, tmp_path, enrollments=[ENROLLMENTS, row("ann", "A", "2026-02-01T10:00:00+02:00", "Completed")])
    at = datetime(2026, 2, 1, 8, tzinfo=UTC)
    (invitation,) = invitations_of(db, contract_id, "ann")

    assert counts(report.files[0]) == NEW
    assert report.unregistered == ["ann@example.org"]
    assert (invitation.source, invitation.send_count, invitation.first_sent_at) == (Source.IMPORT, 0, None)
    assert (invitation.invited_at, invitation.redeemed_at, invitation.first_enrolled_at) == (at, at, at)
    assert (invitation.require_code, invitation.expires_at) == (True, None)
    assert worlds.covered_by(db, invitation.id) == {enrolled(db, "ann", "A").activity_id}
    assert worlds.letters_of(db, contract_id) == []


def test_an_enrollment_keeps_what_the_lms_says_of_it(db: Database, tmp_path: Path) -> None:
    a_contract(db)
    rows = [
        row("ann", "A", "2026-02-01", "In progress"),
        row("ann", "B", "2026-02-01", "completed", completed="2030-01-01"),
        row("bob", "A", "2026-02-01", "NO-SHOW"),
        row("bob", "B", "2026-02-01", "withdrawn", withdrawn="2030-01-01"),
    ]
    assert counts(tell(db, tmp_path, *rows)) == (4, 0, 0, {})
    ann, bob = (
        (enrolled(db, "ann", "A"), enrolled(db, "ann", "B")),
        (enrolled(db, "bob", "A"), enrolled(db, "bob", "B")),
    )

    assert [one.status for one in ann] == [EnrollmentStatus.IN_PROGRESS, EnrollmentStatus.COMPLETED]
    assert [one.lms_status for one in (*ann, *bob)] == ["In progress", "completed", "NO-SHOW", "withdrawn"]
    assert [one.started for one in (*ann, *bob)] == [True, True, False, False]
    assert (ann[1].completed_at, bob[1].withdrawn_at) == (day("2030-01-01"), day("2030-01-01"))
    assert {one.enrolled_at for one in (*ann, *bob)} == {day("2026-02-01")}


def test_a_seat_is_taken_when_it_was_taken_and_recorded_now(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db)
    tell(db, tmp_path, row("ann", "A", "2026-02-01"))
    (move,) = ledger_of(db, contract_id)

    assert (move.delta, move.why, move.activity_id) == (1, SeatReason.ENROLLED, enrolled(db, "ann", "A").activity_id)
    assert (move.effective_at, move.recorded_at, move.actor_id) == (day("2026-02-01"), clock.now, None)


def test_days_begin_where_the_organisation_is(db_url: str, clock: Clock, tmp_path: Path) -> None:
    db = Database.open(db_url, clock=clock, timezone="Europe/Berlin")
    a_contract(db)
    file = tell(
        db, tmp_path, row("ann", "A", "2026-01-01"), row("bob", "A", "2026-07-01"), row("cat", "A", "2025-12-31")
    )
    first, second = enrolled(db, "ann", "A"), enrolled(db, "bob", "A")
    db.close()

    assert counts(file) == (2, 0, 0, {Reason.OUTSIDE_PERIOD: 1})
    assert first.enrolled_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert second.enrolled_at == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_every_enrollment_written_is_an_item_of_one_event(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db)
    tell(db, tmp_path, row("ann", "A", "2026-02-01"), row("bob", "A", "2026-02-01"))
    tell(db, tmp_path, row("ann", "A", "2026-02-01", "withdrawn"), row("bob", "A", "2026-02-01", "failed"))
    told = worlds.events_of(db, contract_id)[-2:]
    (ann,), (bob,) = invitations_of(db, contract_id, "ann"), invitations_of(db, contract_id, "bob")

    assert [one.event for one in told] == [Event.ENROLLMENTS_FED] * 2
    assert [one.after for one in told] == [{"new": 2, "changed": 0}, {"new": 0, "changed": 2}]
    assert told[0].items == [(Result.ENROLLED, one.person_id, one.id) for one in (ann, bob)]
    assert told[1].items == [(Result.WITHDRAWN, ann.person_id, ann.id), (Result.CHANGED, bob.person_id, bob.id)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Z,A,ann@example.org,2026-02-01,enrolled,,", Reason.UNKNOWN_CONTRACT),
        (",A,ann@example.org,2026-02-01,enrolled,,", Reason.MISSING_VALUE),
        ("C,Z,ann@example.org,2026-02-01,enrolled,,", Reason.ACTIVITY_UNKNOWN),
        ("C,,ann@example.org,2026-02-01,enrolled,,", Reason.MISSING_VALUE),
        ("C,ELSEWHERE,ann@example.org,2026-02-01,enrolled,,", Reason.ACTIVITY_NOT_IN_CONTRACT),
        ("C,A,ann,2026-02-01,enrolled,,", Reason.INVALID_EMAIL),
        ("C,A,,2026-02-01,enrolled,,", Reason.MISSING_EMAIL),
        ("C,A,ann@example.org,,enrolled,,", Reason.MISSING_DATE),
        ("C,A,ann@example.org,1 February,enrolled,,", Reason.INVALID_DATE),
        ("C,A,ann@example.org,2026-02-01T10:00:00,enrolled,,", Reason.INVALID_DATE),
        ("C,A,ann@example.org,0001-01-01T00:00:00+14:00,enrolled,,", Reason.INVALID_DATE),
        ("C,A,ann@example.org,2026-02-01,enrolled,soon,", Reason.INVALID_DATE),
        ("C,A,ann@example.org,2026-02-01,withdrawn,,soon", Reason.INVALID_DATE),
        ("C,A,ann@example.org,2026-02-01,lost,,", Reason.UNKNOWN_STATUS),
        ("C,A,ann@example.org,2026-02-01,,,", Reason.MISSING_VALUE),
        ("C,A,ann@example.org,2025-12-31,enrolled,,", Reason.OUTSIDE_PERIOD),
        ("C,A,ann@example.org,2027-01-01,enrolled,,", Reason.OUTSIDE_PERIOD),
        ("c,a, BOB@example.org ,2026-03-01,completed,,", Reason.DUPLICATE_KEY),
    ],
)
def test_a_row_that_cannot_be_taken_is_rejected_and_makes_nobody(
    db: Database, tmp_path: Path, line: str, reason: Reason
) -> None:
    contract_id = a_contract(db)
    worlds.a_contract(db)
    feeding.a_contract(db, code="OTHER", offers=["ELSEWHERE"])
    file = tell(db, tmp_path, row("bob", "A", "2026-02-01"), line)

    assert counts(file) == (1, 0, 0, {reason: 1})
    assert file.rejects[0].line == 3
    assert "{" not in file.rejects[0].sentence
    assert worlds.count_of(db, Person) == 1
    assert len(invitations_of(db, contract_id)) == 1


def test_the_period_is_compared_with_the_enrollment_and_not_with_today(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    contract_id = a_contract(db)
    clock.set(day("2031-01-01"))

    assert counts(tell(db, tmp_path, row("ann", "A", "2026-12-31"))) == NEW
    assert used(db, contract_id) == 1


def test_a_date_of_withdrawal_without_a_withdrawal_is_ignored_and_said(db: Database, tmp_path: Path) -> None:
    a_contract(db)
    rows = [row("ann", "A", "2026-02-01", withdrawn="2026-03-01"), row("bob", "A", "2026-02-01", "withdrawn")]
    report = bring(db, tmp_path, enrollments=[ENROLLMENTS, *rows])

    assert enrolled(db, "ann", "A").withdrawn_at is None
    assert report.notices == [
        "enrollments.csv: 1 rows have a withdrawn_at and are not withdrawn; the date was ignored (first: line 2)."
    ]


# --- invitations that are there --------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=worlds.LIFE)])
def test_a_live_invitation_is_redeemed_at_that_time_even_an_expired_one(
    db: Database, clock: Clock, tmp_path: Path, contract_type: ContractType, late: timedelta
) -> None:
    contract_id = a_contract(db, contract_type, invitation_ttl_days=worlds.LIFE)
    first, second = worlds.offered(db, contract_id)
    (invitation_id,) = worlds.invite(db, contract_id, "ann", chosen=[first])
    clock.forward(late)
    assert counts(tell(db, tmp_path, row("ann", "B", "2026-02-01"), row("ann", "A", "2026-02-03"))) == (2, 0, 0, {})
    (invitation,) = invitations_of(db, contract_id, "ann")

    assert (invitation.id, invitation.source) == (invitation_id, Source.ADMIN)
    assert (invitation.redeemed_at, invitation.first_enrolled_at) == (day("2026-02-01"), day("2026-02-01"))
    assert enrolled(db, "ann", "A").invitation_id == invitation_id
    assert worlds.covered_by(db, invitation_id) == ({first, second} if contract_type is ContractType.VOUCHER else set())


def test_an_accepted_invitation_keeps_the_time_of_its_acceptance(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.UNLIMITED)
    worlds.a_redeemed(db, contract_id, "ann")
    accepted = clock.now
    clock.forward(timedelta(days=1))
    tell(db, tmp_path, row("ann", "A", "2026-06-15"))
    (invitation,) = invitations_of(db, contract_id, "ann")

    assert (invitation.redeemed_at, invitation.first_enrolled_at) == (accepted, day("2026-06-15"))
    assert moves(db, contract_id) == [(1, accepted)]


def test_whoever_has_only_revoked_invitations_gets_a_new_one(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db)
    (revoked,) = worlds.invite(db, contract_id, "ann")
    invitations.revoke(db, OPERATOR, contract_id, worlds.only(revoked))
    tell(db, tmp_path, row("ann", "A", "2026-02-01"))
    old, new = invitations_of(db, contract_id, "ann")

    assert worlds.status_of(db, old.id) is InvitationStatus.REVOKED
    assert (new.source, enrolled(db, "ann", "A").invitation_id) == (Source.IMPORT, new.id)


def test_whoever_was_deallocated_and_learns_on_holds_a_seat_again(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.UNLIMITED, seats=1)
    tell(db, tmp_path, row("ann", "A", "2026-02-01", "in_progress"))
    (first,) = invitations_of(db, contract_id, "ann")
    invitations.deallocate(db, OPERATOR, contract_id, worlds.only(first.id))
    taken_back = clock.now
    clock.forward(timedelta(days=1))
    file = tell(db, tmp_path, row("ann", "A", "2026-02-01", "in_progress"))
    old, new = invitations_of(db, contract_id, "ann")

    assert counts(file) == (0, 1, 0, {})
    assert worlds.status_of(db, old.id) is InvitationStatus.DEALLOCATED
    assert (enrolled(db, "ann", "A").invitation_id, enrolled(db, "ann", "A").withdrawn_at) == (new.id, None)
    assert moves(db, contract_id) == [(1, day("2026-02-01")), (-1, taken_back), (1, clock.now)]


def test_an_unlimited_contract_takes_the_seat_by_acceptance(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.UNLIMITED, seats=1)
    file = tell(
        db, tmp_path, row("ann", "A", "2026-02-02"), row("ann", "B", "2026-02-01"), row("bob", "A", "2026-02-03")
    )

    assert counts(file) == (2, 0, 0, {Reason.NO_SEAT: 1})
    assert [(move.delta, move.why, move.effective_at) for move in ledger_of(db, contract_id)] == [
        (1, SeatReason.ACCEPTED, day("2026-02-01"))
    ]


# --- seats -----------------------------------------------------------------------------------------------------------


def test_seats_go_in_the_order_of_enrollment_and_not_of_the_file(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=2)
    file = tell(
        db,
        tmp_path,
        row("late", "A", "2026-02-03"),
        row("first", "A", "2026-02-01"),
        row("second", "A", "2026-02-02"),
    )

    assert counts(file) == (2, 0, 0, {Reason.NO_SEAT: 1})
    assert file.rejects[0].row["email"] == "late@example.org"
    assert invitations_of(db, contract_id, "late") == []


def test_at_the_same_time_the_order_of_the_file_decides(db: Database, tmp_path: Path) -> None:
    a_contract(db, seats=1)
    file = tell(db, tmp_path, row("zoe", "A", "2026-02-01"), row("ann", "A", "2026-02-01"))

    assert [one.row["email"] for one in file.rejects] == ["ann@example.org"]


@pytest.mark.parametrize(
    ("contract_type", "taken"), [(ContractType.VOUCHER, 3), (ContractType.SUBSCRIPTION, 2), (ContractType.UNLIMITED, 2)]
)
def test_each_type_counts_its_units(db: Database, tmp_path: Path, contract_type: ContractType, taken: int) -> None:
    contract_id = a_contract(db, contract_type, seats=taken)
    rows = [row("ann", "A", "2026-02-01"), row("ann", "B", "2026-02-02"), row("bob", "A", "2026-02-03")]

    assert counts(tell(db, tmp_path, *rows)) == (3, 0, 0, {})
    assert used(db, contract_id) == taken


@pytest.mark.parametrize("release", SeatRelease)
@pytest.mark.parametrize("contract_type", ContractType)
@pytest.mark.parametrize("status", ["withdrawn", "failed"])
def test_a_withdrawal_returns_its_seat_as_the_contract_says(
    db: Database, tmp_path: Path, release: SeatRelease, contract_type: ContractType, status: str
) -> None:
    contract_id = a_contract(db, contract_type, seats=1, seat_release=release)
    file = tell(
        db, tmp_path, row("ann", "A", "2026-02-01", status, withdrawn="2026-02-10"), row("bob", "A", "2026-02-10")
    )
    returned = (
        status == "withdrawn" and release is not SeatRelease.NEVER and contract_type is not ContractType.UNLIMITED
    )

    assert counts(file) == ((2, 0, 0, {}) if returned else (1, 0, 0, {Reason.NO_SEAT: 1}))
    taken = [(1, day("2026-02-01"))]
    assert moves(db, contract_id) == [*taken, *([(-1, day("2026-02-10")), (1, day("2026-02-10"))] if returned else [])]


def test_a_seat_that_comes_back_later_helps_nobody_earlier(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    rows = [
        row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-02-10"),
        row("bob", "A", "2026-02-09"),
        row("cat", "A", "2026-02-11"),
    ]

    for expected in ((2, 0, 0, {Reason.NO_SEAT: 1}), (0, 0, 2, {Reason.NO_SEAT: 1})):
        assert counts(tell(db, tmp_path, *rows)) == expected
    assert used(db, contract_id) == 1


def test_a_seat_returned_at_an_unknown_time_comes_back_when_it_is_recorded(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    rows = [row("ann", "A", "2026-02-01", "withdrawn"), row("bob", "A", "2026-03-01")]

    assert counts(tell(db, tmp_path, *rows)) == (1, 0, 0, {Reason.NO_SEAT: 1})
    assert moves(db, contract_id) == [(1, day("2026-02-01")), (-1, clock.now)]
    assert enrolled(db, "ann", "A").withdrawn_at is None
    with worlds.unchanged(db):
        tell(db, tmp_path, *rows)


def test_times_to_come_count_from_now_on(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    rows = [
        row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-11-01"),
        row("bob", "A", "2026-10-01"),
        row("cat", "A", "2026-05-01"),
    ]

    assert counts(tell(db, tmp_path, *rows)) == (2, 0, 0, {Reason.NO_SEAT: 1})
    assert moves(db, contract_id) == [(1, day("2026-02-01")), (-1, clock.now), (1, clock.now)]
    assert enrolled(db, "bob", "A").enrolled_at == day("2026-10-01")


def test_who_withdraws_before_the_beginning_needed_a_seat_for_a_moment(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    rows = [row("ann", "A", "2026-02-05", "withdrawn", withdrawn="2026-01-05"), row("bob", "A", "2026-02-05")]

    assert counts(tell(db, tmp_path, *rows)) == (2, 0, 0, {})
    assert moves(db, contract_id) == [(1, day("2026-02-05")), (-1, day("2026-02-05")), (1, day("2026-02-05"))]


def test_a_subscription_returns_its_seat_with_the_last_enrollment(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=1, **FREE_AGAIN)
    rows = [
        row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-02-10"),
        row("ann", "B", "2026-02-05", "withdrawn", withdrawn="2026-02-20"),
        row("bob", "A", "2026-02-15"),
        row("bob", "B", "2026-02-25"),
    ]

    assert counts(tell(db, tmp_path, *rows)) == (4, 0, 0, {})
    # bob's first row comes too early for a seat, but he holds one later, and it serves for every activity
    assert moves(db, contract_id) == [(1, day("2026-02-01")), (-1, day("2026-02-20")), (1, day("2026-02-25"))]


def test_a_gap_in_a_subscription_is_a_seat_returned_and_taken_again(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=1, **FREE_AGAIN)
    rows = [row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-02-10"), row("ann", "B", "2026-03-01")]
    assert counts(tell(db, tmp_path, *rows)) == (2, 0, 0, {})

    assert moves(db, contract_id) == [(1, day("2026-02-01")), (-1, day("2026-02-10")), (1, day("2026-03-01"))]


def test_whoever_holds_a_seat_needs_no_other_for_what_came_before(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=1, **FREE_AGAIN)
    tell(db, tmp_path, row("bob", "A", "2026-02-01", "withdrawn", withdrawn="2026-06-01"))
    worlds.an_enrolled(db, contract_id, "ann")

    assert counts(tell(db, tmp_path, row("ann", "B", "2026-04-01"))) == NEW
    assert used(db, contract_id) == 1


def test_an_enrollment_told_late_takes_up_the_seat_where_the_ledger_let_it_go(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=1, **FREE_AGAIN)
    known = row("ann", "A", "2026-03-01", "withdrawn", withdrawn="2026-04-01")
    tell(db, tmp_path, known)

    assert counts(tell(db, tmp_path, known, row("ann", "B", "2026-02-01"))) == (1, 0, 1, {})
    assert moves(db, contract_id) == [(1, day("2026-03-01")), (-1, day("2026-04-01")), (1, day("2026-04-01"))]


def test_a_seat_used_later_is_not_lent_to_history(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    worlds.an_enrolled(db, contract_id, "ann")

    assert counts(tell(db, tmp_path, row("bob", "B", "2026-02-01"))) == (0, 0, 0, {Reason.NO_SEAT: 1})
    gone = row("bob", "B", "2026-02-01", "withdrawn", withdrawn="2026-03-01")
    assert counts(tell(db, tmp_path, gone)) == NEW
    assert used(db, contract_id) == 1


def test_the_per_user_limit_counts_each_activity_ever_taken(db: Database, tmp_path: Path) -> None:
    a_contract(db, ContractType.SUBSCRIPTION, offers="ABD", per_user_limit=2, **FREE_AGAIN)
    rows = [
        row("ann", "D", "2026-02-03"),
        row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-02-02"),
        row("ann", "B", "2026-02-02"),
    ]
    file = tell(db, tmp_path, *rows)

    assert counts(file) == (2, 0, 0, {Reason.PER_USER_LIMIT: 1})
    assert file.rejects[0].row["activity"] == "D"
    assert file.rejects[0].sentence == "You have taken all 2 activities that one person may take here."
    assert counts(tell(db, tmp_path, *rows)) == (0, 0, 2, {Reason.PER_USER_LIMIT: 1})


# --- what changes ----------------------------------------------------------------------------------------------------


def test_a_changed_row_updates_the_enrollment(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db)
    tell(db, tmp_path, row("ann", "A", "2026-02-01"))
    before = enrolled(db, "ann", "A")
    clock.forward(timedelta(days=1))
    file = tell(db, tmp_path, row("ann", "A", "2026-02-02", "Completed", completed="2026-05-01"))
    after = enrolled(db, "ann", "A")

    assert counts(file) == (0, 1, 0, {})
    assert (after.id, after.invitation_id) == (before.id, before.invitation_id)
    assert (after.status, after.lms_status, after.started) == (EnrollmentStatus.COMPLETED, "Completed", True)
    assert (after.enrolled_at, after.completed_at) == (day("2026-02-02"), day("2026-05-01"))
    assert (before.progress_at, after.progress_at) == (None, clock.now)
    assert len(ledger_of(db, contract_id)) == 1


def test_what_was_once_begun_stays_begun(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, seat_release=SeatRelease.IF_NOT_STARTED)
    tell(db, tmp_path, row("ann", "A", "2026-02-01", "in_progress"), row("bob", "A", "2026-02-01"))
    left = {"status": "withdrawn", "withdrawn": "2026-03-01"}
    tell(db, tmp_path, row("ann", "A", "2026-02-01", **left), row("bob", "A", "2026-02-01", **left))

    assert enrolled(db, "ann", "A").started
    assert used(db, contract_id) == 1


def test_what_one_enrollment_began_keeps_the_seat_when_another_ends(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seat_release=SeatRelease.IF_NOT_STARTED)
    begun = row("ann", "A", "2026-02-01", "in_progress")
    left = row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-03-01")
    for told in (begun, left, row("ann", "B", "2026-04-01", "withdrawn", withdrawn="2026-05-01")):
        tell(db, tmp_path, told)

    assert moves(db, contract_id) == [(1, day("2026-02-01"))]


@pytest.mark.parametrize("withdrawn", ["2026-03-01", ""])
def test_a_new_withdrawal_returns_the_seat_for_those_who_come_after(
    db: Database, clock: Clock, tmp_path: Path, withdrawn: str
) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    tell(db, tmp_path, row("ann", "A", "2026-02-01"))
    rows = [row("ann", "A", "2026-02-01", "withdrawn", withdrawn=withdrawn), row("bob", "A", "2026-04-01")]
    file = tell(db, tmp_path, *rows)
    known = withdrawn != ""

    assert counts(file) == ((1, 1, 0, {}) if known else (0, 1, 0, {Reason.NO_SEAT: 1}))
    assert moves(db, contract_id)[1] == (-1, day(withdrawn) if known else clock.now)


def test_a_withdrawn_enrollment_opens_again_with_a_seat_of_its_own(db: Database, clock: Clock, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    tell(db, tmp_path, row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-03-01"))
    first = enrolled(db, "ann", "A")
    file = tell(db, tmp_path, row("ann", "A", "2026-04-01", "in_progress"))
    again = enrolled(db, "ann", "A")

    assert counts(file) == (0, 1, 0, {})
    assert (again.id, again.invitation_id, again.withdrawn_at) == (first.id, first.invitation_id, None)
    assert moves(db, contract_id)[-1] == (1, day("2026-04-01"))
    assert worlds.last_event(db, contract_id).items[0][0] is Result.ENROLLED


def test_what_opens_again_without_a_new_date_holds_its_seat_from_now_on(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    contract_id = a_contract(db, seats=1, **FREE_AGAIN)
    tell(db, tmp_path, row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-03-01"))
    tell(db, tmp_path, row("bob", "A", "2026-04-01", "withdrawn", withdrawn="2026-05-01"))
    file = tell(db, tmp_path, row("ann", "A", "2026-02-01"))

    assert counts(file) == (0, 1, 0, {})
    assert moves(db, contract_id)[-1] == (1, clock.now)


def test_what_opens_again_on_a_full_contract_stays_withdrawn(db: Database, tmp_path: Path) -> None:
    a_contract(db, seats=1, **FREE_AGAIN)
    tell(
        db, tmp_path, row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-03-01"), row("bob", "A", "2026-04-01")
    )

    with worlds.unchanged(db):
        file = tell(db, tmp_path, row("ann", "A", "2026-02-01"))
    assert counts(file) == (0, 0, 0, {Reason.NO_SEAT: 1})


def test_what_never_returned_its_seat_opens_again_on_a_full_contract(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1, per_user_limit=1)
    tell(db, tmp_path, row("ann", "A", "2026-02-01", "withdrawn", withdrawn="2026-03-01"))

    assert counts(tell(db, tmp_path, row("ann", "A", "2026-02-01"))) == (0, 1, 0, {})
    assert len(ledger_of(db, contract_id)) == 1


def test_columns_the_file_lacks_leave_their_dates_alone(db: Database, tmp_path: Path) -> None:
    a_contract(db)
    both = [
        row("ann", "A", "2026-02-01", "completed", completed="2026-03-01"),
        row("bob", "A", "2026-02-01", "withdrawn", withdrawn="2026-03-01"),
    ]
    tell(db, tmp_path, *both)
    short = ["contract,activity,email,enrolled_at,status"]
    short += ["C,A,ann@example.org,2026-02-01,completed", "C,A,bob@example.org,2026-02-01,withdrawn"]

    assert counts(bring(db, tmp_path, enrollments=short).files[0]) == (0, 0, 2, {})
    assert counts(tell(db, tmp_path, row("ann", "A", "2026-02-01", "completed"))) == (0, 1, 0, {})
    assert enrolled(db, "ann", "A").completed_at is None


def test_enrollments_in_a_removed_activity_go_on_and_no_new_ones_are_made(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db)
    tell(db, tmp_path, row("ann", "A", "2026-02-01"))
    activities.remove_from_contract(db, OPERATOR, contract_id, enrolled(db, "ann", "A").activity_id)
    file = tell(db, tmp_path, row("ann", "A", "2026-02-01", "completed"), row("bob", "A", "2026-02-01"))

    assert counts(file) == (0, 1, 0, {Reason.ACTIVITY_NOT_IN_CONTRACT: 1})


def test_more_seats_let_in_who_found_none(db: Database, tmp_path: Path) -> None:
    contract_id = a_contract(db, seats=1)
    rows = [row("ann", "A", "2026-02-01"), row("bob", "A", "2026-02-02")]
    tell(db, tmp_path, *rows)
    with db.read() as session:
        said = contracts.as_draft(session, worlds.contract_now(db, contract_id))
    contracts.edit(db, OPERATOR, contract_id, replace(said, seats=2), version=1)

    assert counts(tell(db, tmp_path, *rows)) == (1, 0, 1, {})


def test_two_contracts_in_one_file_are_two_changes(db: Database, tmp_path: Path) -> None:
    a_contract(db)
    other = feeding.a_contract(db, code="D", offers="E")
    file = tell(db, tmp_path, row("ann", "A", "2026-02-01"), "D,E,ann@example.org,2026-02-01,enrolled,,")

    assert counts(file) == (2, 0, 0, {})
    assert worlds.last_event(db, other).event is Event.ENROLLMENTS_FED
    assert worlds.count_of(db, Invitation) == 2


def test_a_learner_who_enrolled_here_is_told_of_as_unchanged_in_all_but_the_lms_words(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    contract_id = a_contract(db)
    worlds.an_enrolled(db, contract_id, "ann")
    at = clock.now.isoformat()

    assert counts(tell(db, tmp_path, row("ann", "A", at))) == (0, 1, 0, {})
    assert counts(tell(db, tmp_path, row("ann", "A", at))) == (0, 0, 1, {})
    assert len(ledger_of(db, contract_id)) == 1
