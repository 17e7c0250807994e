"""Contracts: made, edited, renamed, archived, restored and deleted; their admins and what is shown of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lc_core import (
    activities,
    codes,
    contract_lists,
    contracts,
    enrollments,
    invitation_lists,
    invitations,
    inviting,
    my_learning,
    redeeming,
)
from lc_core.invitation_lists import Filter
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import Letter
from lc_core.records.models import Group
from lc_core.vocabulary import (
    ContractStatus,
    ContractType,
    EnrollmentStatus,
    Event,
    OverInvitation,
    Privilege,
    Role,
    SeatRelease,
)
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_activity,
    an_admin,
    an_enrolled,
    code_of,
    contract_now,
    count_of,
    draft,
    email,
    enrollment_now,
    everything,
    invitations_of,
    invite,
    last_event,
    not_found,
    offered,
    only,
    person_of,
    refused,
    somebody,
    unchanged,
)

FULL = {
    "code": "  Alpha-1 ",
    "title": " Safety at work ",
    "contract_type": ContractType.SUBSCRIPTION,
    "seats": 25,
    "valid_from": date(2026, 3, 29),
    "valid_to": date(2026, 10, 25),
    "description": "For everybody",
    "group": " Partners ",
    "external_id": "E-9",
    "source": "shop",
    "per_user_limit": 3,
    "require_invitation_code": True,
    "over_invitation": OverInvitation.BLOCK,
    "seat_release": SeatRelease.ALWAYS,
    "invitation_ttl_days": 14,
    "timezone": "Europe/Berlin",
}


# --- created ---------------------------------------------------------------------------------------------------------


def test_a_contract_is_made_as_drafted_and_remembered(db, clock):  # R-CON-1..6, R-AUD-1
    contract_id = contracts.create(db, OPERATOR, draft(**FULL))

    made = contract_now(db, contract_id)
    event = last_event(db, contract_id)
    assert {name: getattr(made, name) for name in FULL if name != "group"} == {
        **{name: value for name, value in FULL.items() if name != "group"},
        "code": "Alpha-1",
        "title": "Safety at work",
    }
    assert (made.starts_at, made.ends_at) == (
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    )
    assert (made.seats_used, made.version, made.created_at, made.archived_at) == (0, 1, clock.now, None)
    assert contract_lists.one(db, OPERATOR, contract_id).group == "Partners"
    assert (event.event, event.actor_id, event.actor_name) == (Event.CONTRACT_CREATED, None, "operator tests")
    assert (event.at, event.subject, event.before, event.items) == (clock.now, {"contract": contract_id}, {}, [])
    assert event.after["valid_to"] == "2026-10-25"


@pytest.mark.parametrize(
    ("contract_type", "life"),
    [(ContractType.VOUCHER, None), (ContractType.SUBSCRIPTION, None), (ContractType.UNLIMITED, 28)],
)
def test_what_a_draft_leaves_open_takes_its_default(db_url, clock, contract_type, life):  # R-CON-6, R-INV-3, R-SEAT-7
    db = Database.open(db_url, clock=clock, timezone="Pacific/Kiritimati")
    made = contract_now(db, contracts.create(db, OPERATOR, draft(contract_type=contract_type, valid_to=None)))
    db.close()

    assert (made.timezone, made.starts_at, made.ends_at) == (
        "Pacific/Kiritimati",
        datetime(2025, 12, 31, 10, tzinfo=UTC),
        None,
    )
    assert (made.invitation_ttl_days, made.per_user_limit, made.require_invitation_code) == (life, 0, False)
    assert (made.over_invitation, made.seat_release) == (OverInvitation.WARN, SeatRelease.NEVER)


def test_each_contract_has_a_code_of_its_own_from_the_start(db):  # R-CON-10
    made = {code_of(db, a_contract(db)) for _ in range(3)}

    assert len(made) == 3
    assert all(len(code) == 25 for code in made)


def test_codes_are_unique_without_case_and_edges(db):  # R-CON-1
    contracts.create(db, OPERATOR, draft(code="Alpha"))

    for code in ("Alpha", " alpha ", "ALPHA", "aLpHa\t"):
        with refused(db, Reason.CODE_TAKEN):
            contracts.create(db, OPERATOR, draft(code=code))


WRONG: list[tuple[dict[str, Any], Reason, dict[str, int]]] = [
    ({"code": " "}, Reason.CODE_MISSING, {}),
    ({"code": "x" * 201}, Reason.TOO_LONG_TEXT, {"most": 200}),
    ({"code": "ß" * 101}, Reason.TOO_LONG_TEXT, {"most": 200}),  # compared as ss
    ({"code": "a\x00"}, Reason.CONTROL_CHARS, {}),
    ({"title": "\t"}, Reason.TITLE_MISSING, {}),
    ({"title": "x" * 401}, Reason.TOO_LONG_TEXT, {"most": 400}),
    ({"title": "a\x00b"}, Reason.CONTROL_CHARS, {}),
    ({"title": "a\ud800b"}, Reason.CONTROL_CHARS, {}),
    ({"description": "x" * 10_001}, Reason.TOO_LONG_TEXT, {"most": 10_000}),
    ({"group": "x" * 201}, Reason.TOO_LONG_TEXT, {"most": 200}),
    ({"external_id": "x" * 201}, Reason.TOO_LONG_TEXT, {"most": 200}),
    ({"source": "x" * 201}, Reason.TOO_LONG_TEXT, {"most": 200}),
    ({"seats": -1}, Reason.SEATS_NEGATIVE, {}),
    ({"seats": 2**31}, Reason.NUMBER_TOO_LARGE, {}),
    ({"per_user_limit": -1}, Reason.LIMIT_NEGATIVE, {}),
    ({"per_user_limit": 2**31}, Reason.NUMBER_TOO_LARGE, {}),
    ({"invitation_ttl_days": -1}, Reason.LIFE_TOO_SHORT, {}),
    ({"invitation_ttl_days": 2**31}, Reason.NUMBER_TOO_LARGE, {}),
    ({"valid_to": date(2025, 12, 31)}, Reason.PERIOD_ENDS_BEFORE_START, {}),
]


def test_a_draft_with_something_wrong_is_refused_for_it(db):  # R-CON-1, R-CON-5, R-CON-6, R-CON-11
    contract_id = a_contract(db)

    for said, reason, facts in WRONG:
        with refused(db, reason, **facts):
            contracts.create(db, OPERATOR, draft(**said))
        with refused(db, reason, **facts):
            contracts.edit(db, OPERATOR, contract_id, draft(**said), version=1)


def test_the_longest_texts_and_largest_numbers_are_kept(db):
    longest = {
        "code": "x" * 200,
        "title": "Ł" * 400,
        "description": "é" * 10_000,
        "group": "g" * 200,
        "external_id": "e" * 200,
        "source": "s" * 200,
        "seats": 2_000_000_000,
        "per_user_limit": 2_000_000_000,
        "invitation_ttl_days": 36_500,
    }

    made = contract_now(db, contracts.create(db, OPERATOR, draft(**longest)))
    assert {name: getattr(made, name) for name in longest if name != "group"} == {
        name: value for name, value in longest.items() if name != "group"
    }


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Honolulu"])
def test_a_period_to_the_ends_of_the_calendar_is_kept(db, zone):  # R-CON-6: the year 9999 of a feed is no end
    contract_id = contracts.create(db, OPERATOR, draft(valid_from=date.min, valid_to=date.max, timezone=zone))

    made = contract_now(db, contract_id)
    assert (made.valid_to, made.ends_at, made.status_at(db.clock())) == (None, None, ContractStatus.ACTIVE)


def test_a_group_is_made_once_and_shared(db):  # R-CON-3
    for _ in range(2):
        a_contract(db, group="Partners")

    assert count_of(db, Group) == 1


# --- the clock -------------------------------------------------------------------------------------------------------


def test_the_status_follows_the_clock_in_the_contracts_zone(db, clock):  # R-CON-6, R-CON-7
    contract_id = a_contract(db, valid_from=date(2026, 3, 29), valid_to=date(2026, 10, 25), timezone="Europe/Berlin")

    seen = {}
    for moment in ("2026-03-28T22:59:59", "2026-03-28T23:00:00", "2026-10-25T22:59:59", "2026-10-25T23:00:00"):
        clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        seen[moment] = contract_lists.one(db, OPERATOR, contract_id).status
    assert list(seen.values()) == ["future", "active", "active", "expired"]


CLOSED = {
    "future": Reason.CONTRACT_NOT_STARTED,
    "expired": Reason.CONTRACT_ENDED,
    "archived": Reason.CONTRACT_ARCHIVED,
}


def close(db, clock, contract_id: int, closed: str) -> None:
    if closed == "archived":
        contracts.archive(db, OPERATOR, contract_id)
    else:
        clock.set(datetime(2025 if closed == "future" else 2027, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(("closed", "contract_type"), list(zip(CLOSED, ContractType, strict=True)))
def test_outside_its_period_nobody_invites_redeems_or_enrolls(db, clock, closed, contract_type):  # R-CON-8, R-CON-12
    contract_id = a_contract(db, contract_type)  # the rules as full tables: test_rules.py
    first, second = offered(db, contract_id)
    learner, _ = an_enrolled(db, contract_id, "ann", first)
    waiting, gone = invite(db, contract_id, "bob", "gone")
    invitations.revoke(db, OPERATOR, contract_id, only(gone))
    bob, code = a_learner(db, "bob"), code_of(db, contract_id)
    close(db, clock, contract_id, closed)

    with refused(db, CLOSED[closed]):
        inviting.invite(db, OPERATOR, contract_id, [email("eve")], activities=[first])
    with refused(db, CLOSED[closed]):
        invitations.reinvite(db, OPERATOR, contract_id, only(gone))
    with refused(db, CLOSED[closed]):
        redeeming.accept(db, bob, contract_id)
    with refused(db, CLOSED[closed]):
        enrollments.enroll(db, learner, contract_id, second)
    with refused(db, Reason.CODE_NOT_ACCEPTED):  # R-LRN-3: a closed contract's code is like a wrong one
        redeeming.redeem(db, bob, code)
    with unchanged(db):
        (done,) = invitations.resend(db, OPERATOR, contract_id, only(waiting))
    assert done.reason is CLOSED[closed]


@pytest.mark.parametrize("closed", CLOSED)
def test_outside_its_period_a_contract_is_looked_at_revoked_and_renamed(db, clock, closed):  # R-CON-8, R-CON-12
    contract_id = a_contract(db)
    _, enrollment = an_enrolled(db, contract_id, "ann")
    (waiting,) = invite(db, contract_id, "bob")
    close(db, clock, contract_id, closed)

    assert contract_lists.one(db, OPERATOR, contract_id).status == closed
    assert invitation_lists.listing(db, OPERATOR, contract_id, Filter()).matching == 2
    contracts.rename(db, OPERATOR, contract_id, "Another title")
    codes.regenerate(db, OPERATOR, contract_id)
    (revoked,) = invitations.revoke(db, OPERATOR, contract_id, only(waiting))
    assert revoked.reason is None
    enrollments.change_status(db, OPERATOR, contract_id, enrollment, EnrollmentStatus.COMPLETED)
    assert enrollment_now(db, enrollment).status == "completed"  # enrollments that exist go on


# --- edited ----------------------------------------------------------------------------------------------------------


def test_an_edit_changes_what_it_says_and_remembers_only_that(db, clock):  # R-AUD-1
    first = draft(group="Partners", seats=5)
    contract_id = contracts.create(db, OPERATOR, first)

    contracts.edit(
        db, OPERATOR, contract_id, draft(code=first.code, seats=8, group="", valid_to=date(2026, 6, 30)), version=1
    )

    now, event = contract_now(db, contract_id), last_event(db, contract_id)
    assert (now.seats, now.group_id, now.ends_at, now.version) == (8, None, datetime(2026, 7, 1, tzinfo=UTC), 2)
    assert event.event == Event.CONTRACT_EDITED
    assert event.before == {"seats": 5, "group": "Partners", "valid_to": "2026-12-31"}
    assert event.after == {"seats": 8, "group": "", "valid_to": "2026-06-30"}


def test_an_edit_that_changes_nothing_is_no_event(db):  # R-AUD-1
    same = draft(group="Partners", invitation_ttl_days=7)
    contract_id = contracts.create(db, OPERATOR, same)

    with unchanged(db):
        contracts.edit(db, OPERATOR, contract_id, same, version=1)


@pytest.mark.parametrize("kind", ContractType)
def test_the_type_cannot_be_edited_even_without_invitations(db, kind):  # R-CON-4
    contract_id = a_contract(db, kind, offers=0)

    for wanted in set(ContractType) - {kind}:
        with refused(db, Reason.TYPE_IS_FIXED):
            contracts.edit(db, OPERATOR, contract_id, draft(contract_type=wanted), version=1)


def test_seats_cannot_be_set_below_those_used(db):  # R-CON-11
    contract_id = a_contract(db, seats=5)
    an_enrolled(db, contract_id, "ann")
    an_enrolled(db, contract_id, "bob")

    with refused(db, Reason.SEATS_BELOW_USED, used=2, seats=1):
        contracts.edit(db, OPERATOR, contract_id, draft(seats=1), version=1)
    contracts.edit(db, OPERATOR, contract_id, draft(seats=2), version=1)
    assert contract_now(db, contract_id).seats == 2


def test_the_second_of_two_who_edit_is_told(db):  # safety: Concurrency
    contract_id = a_contract(db)
    contracts.edit(db, OPERATOR, contract_id, draft(title="Mine"), version=1)

    with refused(db, Reason.CHANGED_MEANWHILE):
        contracts.edit(db, OPERATOR, contract_id, draft(title="Yours"), version=1)
    assert contract_now(db, contract_id).title == "Mine"


def test_taking_a_seat_does_not_disturb_an_edit(db):  # R-SEAT-6: seats used are read-only everywhere
    contract_id = a_contract(db)
    an_enrolled(db, contract_id, "ann")

    contracts.edit(db, OPERATOR, contract_id, draft(title="Mine"), version=1)
    assert contract_now(db, contract_id).seats_used == 1


def test_a_code_cannot_be_edited_into_another_contracts(db):  # R-CON-1
    contracts.create(db, OPERATOR, draft(code="Alpha"))
    contract_id = contracts.create(db, OPERATOR, draft(code="Beta"))

    with refused(db, Reason.CODE_TAKEN):
        contracts.edit(db, OPERATOR, contract_id, draft(code=" ALPHA"), version=1)
    contracts.edit(db, OPERATOR, contract_id, draft(code="BETA"), version=1)
    assert contract_now(db, contract_id).code == "BETA"


def test_requiring_a_code_leaves_the_invitations_that_exist(db):  # R-CON-9
    said = draft(contract_type=ContractType.SUBSCRIPTION)
    contract_id = contracts.create(db, OPERATOR, said)
    activities.add_to_contract(db, OPERATOR, contract_id, [an_activity(db)])
    invite(db, contract_id, "ann")
    contracts.edit(db, OPERATOR, contract_id, replace(said, require_invitation_code=True), version=1)
    invite(db, contract_id, "bob")

    assert [one.require_code for one in invitations_of(db, contract_id)] == [False, True]


# --- renamed ---------------------------------------------------------------------------------------------------------


def test_a_new_title_is_remembered_and_shows_at_once(db):  # R-CON-2
    contract_id = a_contract(db, ContractType.SUBSCRIPTION)
    learner, _ = a_redeemed(db, contract_id, "ann")
    admin = an_admin(db, "ada", contract_id)

    contracts.rename(db, admin, contract_id, "  Fire safety ")

    event = last_event(db, contract_id)
    assert contract_lists.one(db, OPERATOR, contract_id).title == "Fire safety"
    assert [one.title for one in my_learning.invitations(db, learner)] == ["Fire safety"]
    assert (event.event, event.actor_id) == (Event.CONTRACT_RENAMED, admin.person_id)
    assert (event.before, event.after) == ({"title": "Safety at work"}, {"title": "Fire safety"})


def test_a_rename_is_refused_for_what_is_wrong_with_the_title(db):  # R-CON-2
    contract_id = a_contract(db)

    for title, reason in [
        (" ", Reason.TITLE_MISSING),
        ("x" * 401, Reason.TOO_LONG_TEXT),
        ("a\x00", Reason.CONTROL_CHARS),
    ]:
        with refused(db, reason):
            contracts.rename(db, OPERATOR, contract_id, title)
    with unchanged(db):
        contracts.rename(db, OPERATOR, contract_id, " Safety at work")


def test_a_contract_admin_renames_and_changes_nothing_else(db):  # R-CON-2
    contract_id = a_contract(db)
    admin = an_admin(db, "ada", contract_id)
    activity_id = offered(db, contract_id)[0]

    contracts.rename(db, admin, contract_id, "Mine")
    with not_found(db):
        contracts.edit(db, admin, contract_id, draft(), version=contract_now(db, contract_id).version)
    with not_found(db):
        contracts.archive(db, admin, contract_id)
    with not_found(db):
        contracts.delete_unused(db, admin, contract_id)
    with not_found(db):
        contracts.name_admin(db, admin, contract_id, email("eve"))
    with not_found(db):
        activities.remove_from_contract(db, admin, contract_id, activity_id)
    assert contract_now(db, contract_id).title == "Mine"


# --- archived, restored, deleted -------------------------------------------------------------------------------------


def test_a_contract_is_archived_and_restored(db, clock):  # R-CON-12
    contract_id = a_contract(db)

    with refused(db, Reason.NOT_ARCHIVED):
        contracts.restore(db, OPERATOR, contract_id)
    contracts.archive(db, OPERATOR, contract_id)
    assert (contract_now(db, contract_id).archived_at, last_event(db, contract_id).event) == (
        clock.now,
        Event.CONTRACT_ARCHIVED,
    )
    with refused(db, Reason.CONTRACT_ARCHIVED):
        contracts.archive(db, OPERATOR, contract_id)
    contracts.restore(db, OPERATOR, contract_id)
    assert (contract_now(db, contract_id).archived_at, last_event(db, contract_id).event) == (
        None,
        Event.CONTRACT_RESTORED,
    )


@pytest.mark.parametrize("contract_type", ContractType)
def test_only_a_contract_that_nobody_used_is_deleted(db, contract_type):  # R-CON-12
    accepted, enrolled = a_contract(db, contract_type), a_contract(db, contract_type)
    a_redeemed(db, accepted, "ann")
    an_enrolled(db, enrolled, "ann")

    with refused(db, Reason.CONTRACT_IN_USE):
        contracts.delete_unused(db, OPERATOR, accepted)
    with refused(db, Reason.CONTRACT_IN_USE):
        contracts.delete_unused(db, OPERATOR, enrolled)


def test_seats_that_came_back_are_use_too(db):  # R-CON-12, R-SEAT-6: the ledger keeps its contract
    contract_id = a_contract(db, ContractType.UNLIMITED)
    _, invitation_id = a_redeemed(db, contract_id, "ann")
    invitations.deallocate(db, OPERATOR, contract_id, only(invitation_id))

    with refused(db, Reason.CONTRACT_IN_USE):
        contracts.delete_unused(db, OPERATOR, contract_id)


def test_what_goes_with_a_deleted_contract_is_all_of_it_and_nothing_else(db):  # R-CON-12
    other = a_contract(db)
    invite(db, other, "ann")
    contract_id = a_contract(db)
    an_admin(db, "ada", contract_id)
    codes.regenerate(db, OPERATOR, contract_id)
    _, revoked = invite(db, contract_id, "ann", "bob")
    invitations.revoke(db, OPERATOR, contract_id, only(revoked))
    before = everything(db)

    contracts.delete_unused(db, OPERATOR, contract_id)

    after = everything(db)
    gone = {name: sum(row not in after[name] for row in rows) for name, rows in before.items()}
    assert {name: count for name, count in gone.items() if count} == {
        "contracts": 1,
        "contract_admins": 1,
        "contract_activities": 2,
        "past_codes": 1,
        "invitations": 2,
        "invitation_activities": 4,
        "letters": 3,
        "audit_heads": 1,  # moved on
    }
    assert last_event(db, contract_id).event == Event.CONTRACT_DELETED
    assert last_event(db, contract_id).before["title"] == "Safety at work"
    assert count_of(db, Letter) == 1


def test_the_id_of_a_deleted_contract_never_means_another(db):  # R-AUTH-1, R-AUD-1: its history stays its own
    contract_id = a_contract(db)
    (invitation_id,) = invite(db, contract_id, "ann")
    contracts.delete_unused(db, OPERATOR, contract_id)

    another = a_contract(db)
    assert another > contract_id
    assert invite(db, another, "ann")[0] > invitation_id


# --- admins ----------------------------------------------------------------------------------------------------------


def test_being_named_gives_the_role_at_once_and_being_removed_takes_it(db):  # R-CON-13
    mine, other = a_contract(db), a_contract(db)
    ada = a_learner(db, "ada")

    with not_found(db):
        contract_lists.one(db, ada, mine)
    assert contracts.name_admin(db, OPERATOR, mine, " ADA@example.org") == ada.person_id
    named = last_event(db, mine)
    assert contract_lists.one(db, ada, mine).may_run
    with not_found(db):
        contract_lists.one(db, ada, other)
    contracts.remove_admin(db, OPERATOR, mine, ada.person_id or 0)
    removed = last_event(db, mine)
    with not_found(db):
        contract_lists.one(db, ada, mine)
    assert (named.event, named.after) == (Event.CONTRACT_ADMIN_NAMED, {"admins": [ada.person_id]})
    assert (removed.event, removed.before) == (Event.CONTRACT_ADMIN_REMOVED, {"admins": [ada.person_id]})


def test_somebody_unknown_can_be_named_and_is_known_then(db):  # *Person*
    contract_id = a_contract(db)

    person_id = contracts.name_admin(db, OPERATOR, contract_id, email("new"))
    assert (person_of(db, "new").id, person_of(db, "new").registered_at) == (person_id, None)
    assert [one.email for one in contract_lists.admins(db, OPERATOR, contract_id)] == [email("new")]


def test_naming_and_removing_are_refused_for_what_is_wrong(db):  # R-CON-13
    contract_id = a_contract(db)
    admin = an_admin(db, "ada", contract_id)

    with refused(db, Reason.ADMIN_ALREADY_NAMED):
        contracts.name_admin(db, OPERATOR, contract_id, email("ada"))
    with refused(db, Reason.INVALID_EMAIL):
        contracts.name_admin(db, OPERATOR, contract_id, "ada")
    with refused(db, Reason.ADMIN_NOT_NAMED):
        contracts.remove_admin(db, OPERATOR, contract_id, NOBODY)
    contracts.remove_admin(db, OPERATOR, contract_id, admin.person_id or 0)  # a contract may have none
    with refused(db, Reason.ADMIN_NOT_NAMED):
        contracts.remove_admin(db, OPERATOR, contract_id, admin.person_id or 0)


# --- shown -----------------------------------------------------------------------------------------------------------


def test_the_head_of_a_contract_says_what_the_asker_may_do(db):  # roles table
    contract_id = a_contract(db)
    askers = {
        "admin": an_admin(db, "ada", contract_id),
        "manager": somebody(db, "max", Role.MANAGER),
        "named": somebody(db, "meg", Role.MANAGER, Privilege.PERSONAL_DATA),
        "administrator": somebody(db, "ali", Role.ADMINISTRATOR, Privilege.CONTRACTS),
    }

    heads = {name: contract_lists.one(db, actor, contract_id) for name, actor in askers.items()}
    assert {
        name: (head.code_to_share != "", head.may_run, head.may_manage, head.sees_people)
        for name, head in heads.items()
    } == {
        "admin": (True, True, False, True),
        "manager": (False, False, False, False),
        "named": (False, False, False, True),
        "administrator": (True, True, True, True),
    }


def test_the_code_is_shown_in_groups(db):  # safety: Codes
    contract_id = a_contract(db)

    shown = contract_lists.one(db, OPERATOR, contract_id).code_to_share
    assert shown.replace("-", "") == code_of(db, contract_id)
    assert [len(part) for part in shown.split("-")] == [5] * 5
