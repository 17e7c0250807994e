"""Activities: the catalogue, which of it belong to a contract, and who is in them."""

from datetime import timedelta

import pytest

from lc_core import activities, activity_lists, contract_lists, contracts, enrollments, invitations
from lc_core.activities import Removal
from lc_core.reasons import Reason
from lc_core.vocabulary import ActivityKind, ContractType, EnrollmentStatus, Event, InvitationStatus, Role
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_activity,
    an_enrolled,
    covered_by,
    events_of,
    invite,
    last_event,
    not_found,
    offered,
    one_of_each_status,
    only,
    refused,
    somebody,
    unchanged,
    used,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_an_activity_is_made_and_edited_and_remembered(db):  # R-AUD-1
    activity_id = activities.create(db, OPERATOR, " FA-1 ", " First aid ", ActivityKind.CLASSROOM)
    made = last_event(db)
    activities.edit(db, OPERATOR, activity_id, "First aid at work", ActivityKind.ONLINE)
    edited = last_event(db)

    assert (made.event, made.subject) == (Event.ACTIVITY_CREATED, {"activity": activity_id})
    assert made.after == {"code": "FA-1", "title": "First aid", "kind": "classroom"}
    assert (edited.event, edited.subject) == (Event.ACTIVITY_EDITED, {"activity": activity_id})
    assert (edited.before, edited.after) == (
        {"title": "First aid", "kind": "classroom"},
        {"title": "First aid at work", "kind": "online"},
    )
    with unchanged(db):
        activities.edit(db, OPERATOR, activity_id, " First aid at work ", ActivityKind.ONLINE)


def test_an_activity_is_refused_for_what_is_wrong_with_it(db):
    activities.create(db, OPERATOR, "FA-1", "First aid", ActivityKind.ONLINE)

    for code, title, reason in [
        (" ", "First aid", Reason.CODE_MISSING),
        ("FA-2", " ", Reason.TITLE_MISSING),
        ("x" * 201, "First aid", Reason.TOO_LONG_TEXT),
        ("ß" * 101, "First aid", Reason.TOO_LONG_TEXT),
        ("FA-2", "x" * 401, Reason.TOO_LONG_TEXT),
        ("FA\x00", "First aid", Reason.CONTROL_CHARS),
        ("FA-2", "First\x00aid", Reason.CONTROL_CHARS),
        (" fa-1", "First aid", Reason.ACTIVITY_CODE_TAKEN),
    ]:
        with refused(db, reason):
            activities.create(db, OPERATOR, code, title, ActivityKind.ONLINE)


def test_an_edit_is_refused_for_what_is_wrong_with_the_title(db):
    activity_id = an_activity(db)

    for title, reason in [
        (" ", Reason.TITLE_MISSING),
        ("x" * 401, Reason.TOO_LONG_TEXT),
        ("\x00", Reason.CONTROL_CHARS),
    ]:
        with refused(db, reason):
            activities.edit(db, OPERATOR, activity_id, title, ActivityKind.ONLINE)
    with not_found(db):
        activities.edit(db, OPERATOR, NOBODY, "First aid", ActivityKind.ONLINE)


# --- added -----------------------------------------------------------------------------------------------------------


def test_activities_are_added_and_those_already_there_skipped(db):  # R-CON-14
    contract_id = a_contract(db, offers=1)
    (there,) = offered(db, contract_id)
    new = an_activity(db)

    assert activities.add_to_contract(db, OPERATOR, contract_id, [there, new, new]) == [new]
    event = last_event(db, contract_id)
    assert (event.event, event.after) == (Event.CONTRACT_ACTIVITIES_ADDED, {"activities": [new]})
    with unchanged(db):
        assert activities.add_to_contract(db, OPERATOR, contract_id, [there, new]) == []


def test_unknown_activities_are_not_added(db):  # R-CON-14
    contract_id, new = a_contract(db), an_activity(db)

    for unknown in (NOBODY, -1, 2**31, 2**63):
        with refused(db, Reason.ACTIVITY_UNKNOWN):
            activities.add_to_contract(db, OPERATOR, contract_id, [new, unknown])


def test_the_activities_of_another_contract_are_imported(db):  # R-CON-14
    mine, other = a_contract(db, offers=1), a_contract(db, offers=3)
    removed, kept, shared = offered(db, other)
    activities.remove_from_contract(db, OPERATOR, other, removed)
    activities.add_to_contract(db, OPERATOR, mine, [shared])

    assert activities.import_from(db, OPERATOR, mine, other) == [kept]
    assert last_event(db, mine).after == {"activities": [kept]}
    with unchanged(db):
        assert activities.import_from(db, OPERATOR, mine, other) == []
    with not_found(db):
        activities.import_from(db, OPERATOR, mine, NOBODY)


@pytest.mark.parametrize("contract_type", ContractType)
def test_who_gains_an_activity_that_is_added(db, contract_type):  # R-CON-15
    contract_id = a_contract(db, contract_type, offers=1)
    learner, invitation_id = a_redeemed(db, contract_id, "ann")
    new = an_activity(db)
    activities.add_to_contract(db, OPERATOR, contract_id, [new])

    if contract_type == VOUCHER:
        with refused(db, Reason.ACTIVITY_NOT_COVERED):
            enrollments.enroll(db, learner, contract_id, new)
        invitations.add_activities(db, OPERATOR, contract_id, only(invitation_id), [new])
    assert enrollments.enroll(db, learner, contract_id, new)


# --- removed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
def test_what_removing_an_activity_means_is_said_before_and_done(db, clock, contract_type):  # R-CON-16
    contract_id, found = one_of_each_status(db, clock, contract_type)
    first, second = offered(db, contract_id)  # `enrolled` is in the first
    (lone,) = invite(db, contract_id, "lone", chosen=[first])
    invite(db, contract_id, "other", chosen=[second])

    foreseen = activities.removal_of(db, OPERATOR, contract_id, first)
    removal = activities.remove_from_contract(db, OPERATOR, contract_id, first)

    # expired, outstanding, unregistered and lone, whose only activity it was; the other types' cover everything
    voucher = contract_type == VOUCHER
    expected = Removal(unredeemed=4, left_with_none=1, enrolled=1) if voucher else Removal(5, 0, 1)
    assert foreseen == removal == expected
    event = last_event(db, contract_id)
    assert (event.event, event.before) == (Event.CONTRACT_ACTIVITY_REMOVED, {"activities": [first]})
    assert offered(db, contract_id) == [second]
    assert covered_by(db, found[InvitationStatus.OUTSTANDING]) == ({second} if voucher else set())
    assert covered_by(db, lone) == set()
    assert covered_by(db, found[InvitationStatus.REVOKED]) == ({first, second} if voucher else set())  # R-INV-6


@pytest.mark.parametrize("contract_type", ContractType)
def test_enrollments_in_a_removed_activity_stay_and_count(db, contract_type):  # R-CON-16
    contract_id = a_contract(db, contract_type)
    first, _ = offered(db, contract_id)
    _, enrollment = an_enrolled(db, contract_id, "ann", first)
    bob, _ = a_redeemed(db, contract_id, "bob")
    before = used(db, contract_id)
    activities.remove_from_contract(db, OPERATOR, contract_id, first)

    assert used(db, contract_id) == before
    enrollments.change_status(db, OPERATOR, contract_id, enrollment, EnrollmentStatus.COMPLETED)
    with refused(db, Reason.ACTIVITY_NOT_COVERED):  # nobody else gets in
        enrollments.enroll(db, bob, contract_id, first)
    shown = activity_lists.of_contract(db, OPERATOR, contract_id)[-1]
    assert (shown.activity_id, shown.removed, shown.enrolled) == (first, True, 1)


def test_only_what_belongs_to_the_contract_is_removed(db):  # R-CON-16
    contract_id, other = a_contract(db), a_contract(db)
    first, _ = offered(db, contract_id)
    activities.remove_from_contract(db, OPERATOR, contract_id, first)

    for activity_id in (first, offered(db, other)[0], NOBODY, 2**63):
        with refused(db, Reason.ACTIVITY_NOT_IN_CONTRACT):
            activities.remove_from_contract(db, OPERATOR, contract_id, activity_id)
        assert activities.removal_of(db, OPERATOR, contract_id, activity_id) == Removal(0, 0, 0)


def test_a_removed_activity_comes_back(db, clock):  # R-CON-14, R-CON-16
    contract_id = a_contract(db)
    first, second = offered(db, contract_id)
    _, redeemed = a_redeemed(db, contract_id, "ann")
    (waiting,) = invite(db, contract_id, "bob")
    activities.remove_from_contract(db, OPERATOR, contract_id, first)
    clock.forward(timedelta(days=1))

    assert activities.add_to_contract(db, OPERATOR, contract_id, [first, second]) == [first]
    assert offered(db, contract_id) == [first, second]
    assert covered_by(db, redeemed) == {first, second}
    assert covered_by(db, waiting) == {second}  # what it lost somebody adds again (R-CON-15)
    assert [event.event for event in events_of(db, contract_id)][-2:] == [
        Event.CONTRACT_ACTIVITY_REMOVED,
        Event.CONTRACT_ACTIVITIES_ADDED,
    ]


# --- who is in them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
def test_the_page_of_an_activity_has_everybody_invited_to_it_and_everybody_enrolled(  # R-ENR-2
    db, clock, contract_type
):
    contract_id, _ = one_of_each_status(db, clock, contract_type)
    first, _ = offered(db, contract_id)

    seen = activity_lists.people_of(db, OPERATOR, contract_id, first)
    statuses = {row.email.split("@")[0]: row.status for row in seen.rows}
    assert statuses == {
        "expired": None,
        "outstanding": None,
        "unregistered": None,
        "accepted": None,
        "enrolled": "enrolled",
    }
    assert seen.matching == 5


def test_the_page_of_an_activity_leaves_out_vouchers_for_others(db):  # R-ENR-2
    contract_id = a_contract(db)
    first, second = offered(db, contract_id)
    invite(db, contract_id, "ann", chosen=[first])
    invite(db, contract_id, "bob", chosen=[second])

    rows = activity_lists.people_of(db, OPERATOR, contract_id, first).rows
    assert [row.email for row in rows] == ["ann@example.org"]


def test_who_may_not_see_people_sees_and_finds_pseudonyms(db):  # roles table: masked
    contract_id = a_contract(db)
    first, _ = offered(db, contract_id)
    invite(db, contract_id, "ann", "bob")
    analyst = somebody(db, "al", Role.ANALYST)

    rows = activity_lists.people_of(db, analyst, contract_id, first).rows
    assert {row.email for row in rows} == {""}
    assert all(row.person.startswith("P-") for row in rows)
    found = activity_lists.people_of(db, analyst, contract_id, first, search=rows[0].person).rows
    assert [row.person_id for row in found] == [rows[0].person_id]
    assert activity_lists.people_of(db, analyst, contract_id, first, search="ann").rows == []


def test_an_activity_of_another_contract_is_not_found(db):  # R-AUTH-1
    contract_id, other = a_contract(db), a_contract(db)

    for activity_id in (offered(db, other)[0], NOBODY, 2**63):
        with not_found(db):
            activity_lists.people_of(db, OPERATOR, contract_id, activity_id)


def test_counts_of_a_contracts_activities(db):  # R-ENR-2, R-INV-10
    contract_id = a_contract(db)
    first, second = offered(db, contract_id)
    _, enrollment = an_enrolled(db, contract_id, "ann", first)
    an_enrolled(db, contract_id, "bob", first)
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    invite(db, contract_id, "eve", chosen=[second])
    a_learner(db, "nobody")

    seen = {one.activity_id: one for one in activity_lists.of_contract(db, OPERATOR, contract_id)}
    assert {one: (row.invited, row.enrolled) for one, row in seen.items()} == {first: (2, 1), second: (3, 0)}
    assert seen[first].by_status == {"enrolled": 1, "withdrawn": 1}
    assert [one.id for one in contract_lists.one(db, OPERATOR, contract_id).activities] == [first, second]


def test_an_archived_contract_keeps_its_activities(db):  # R-CON-12
    contract_id = a_contract(db)
    contracts.archive(db, OPERATOR, contract_id)

    assert len(activity_lists.of_contract(db, OPERATOR, contract_id)) == 2
