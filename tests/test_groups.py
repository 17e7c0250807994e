"""Groups, and the catalogue of activities: kept by those who manage contracts."""

import pytest

from lc_core import activities, catalogue_lists, contract_lists, contracts, groups
from lc_core.catalogue_lists import ActivityRow, Wanted
from lc_core.reasons import Reason
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ActivityKind, Event, Privilege, Role
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    an_activity,
    an_enrolled,
    draft,
    last_event,
    not_found,
    offered,
    refused,
    somebody,
    unchanged,
)

# --- groups ----------------------------------------------------------------------------------------------------------


def names(db):
    return [(group.name, group.contracts) for group in groups.listing(db, OPERATOR)]


def test_a_group_is_made_renamed_and_deleted_and_it_is_remembered(db):  # R-CON-3, R-AUD-1
    group = groups.create(db, OPERATOR, " North ")
    made = last_event(db)
    groups.rename(db, OPERATOR, group, "South")
    renamed = last_event(db)
    groups.delete_unused(db, OPERATOR, group)
    deleted = last_event(db)

    assert [event.event for event in (made, renamed, deleted)] == [
        Event.GROUP_CREATED,
        Event.GROUP_RENAMED,
        Event.GROUP_DELETED,
    ]
    assert all(event.subject == {"group": group} for event in (made, renamed, deleted))
    assert (made.after, renamed.before, renamed.after, deleted.before) == (
        {"name": "North"},
        {"name": "North"},
        {"name": "South"},
        {"name": "South"},
    )
    assert names(db) == []


def test_a_group_in_use_stays_and_another_name_shows_at_once(db):  # R-CON-3
    contract_id = contracts.create(db, OPERATOR, draft(group="North"))
    (group,) = groups.listing(db, OPERATOR)
    groups.rename(db, OPERATOR, group.id, "South")

    assert contract_lists.one(db, OPERATOR, contract_id).group == "South"
    assert (group.contracts, group.why_not_delete) == (1, Reason.GROUP_IN_USE)
    with refused(db, Reason.GROUP_IN_USE, n=1):
        groups.delete_unused(db, OPERATOR, group.id)


def test_groups_are_refused_for_what_is_wrong_with_their_names(db):
    north, south = groups.create(db, OPERATOR, "North"), groups.create(db, OPERATOR, "south")
    assert [name for name, _ in names(db)] == ["North", "south"]
    for name, reason in [
        ("North", Reason.GROUP_NAME_TAKEN),
        ("  ", Reason.GROUP_NAME_MISSING),
        ("x" * 201, Reason.TOO_LONG_TEXT),
        ("a\x00b", Reason.CONTROL_CHARS),
    ]:
        with refused(db, reason):
            groups.create(db, OPERATOR, name)
        with refused(db, reason):
            groups.rename(db, OPERATOR, south, name)
    with unchanged(db):
        groups.rename(db, OPERATOR, north, " North ")


def test_groups_are_for_those_who_manage_contracts(db):  # roles table
    group = groups.create(db, OPERATOR, "North")
    for asker in (somebody(db, "adam", Role.ADMINISTRATOR), somebody(db, "max", Role.MANAGER)):
        with not_found(db):
            groups.create(db, asker, "East")
        with not_found(db):
            groups.rename(db, asker, group, "East")
        with not_found(db):
            groups.delete_unused(db, asker, group)
        with not_found(db):
            groups.listing(db, asker)
    allowed = somebody(db, "carl", Role.ADMINISTRATOR, Privilege.CONTRACTS)
    assert groups.create(db, allowed, "East") != group
    with not_found(db):
        groups.rename(db, allowed, NOBODY, "West")


def test_a_repeated_key_makes_one_group(db):  # safety: the browser
    key = OperationKey.new()
    group = groups.create(db, OPERATOR, "North", key=key)

    with unchanged(db):
        assert groups.create(db, OPERATOR, "North", key=key) == group


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_a_deactivated_activity_stays_where_it_is_and_is_offered_to_no_other_contract(db, clock):
    contract_id, other = a_contract(db, offers=1), a_contract(db, offers=0)
    (activity,) = offered(db, contract_id)
    activities.deactivate(db, OPERATOR, activity)
    closed = last_event(db)

    an_enrolled(db, contract_id, "ann", activity)
    with refused(db, Reason.ACTIVITY_INACTIVE):
        activities.add_to_contract(db, OPERATOR, other, [activity])
    with unchanged(db):
        assert activities.add_to_contract(db, OPERATOR, contract_id, [activity]) == []
    activities.reactivate(db, OPERATOR, activity)
    opened = last_event(db)
    assert activities.add_to_contract(db, OPERATOR, other, [activity]) == [activity]
    assert (closed.event, closed.subject, closed.after) == (
        Event.ACTIVITY_DEACTIVATED,
        {"activity": activity},
        {"deactivated_at": clock.now.isoformat()},
    )
    assert (opened.event, opened.before) == (Event.ACTIVITY_REACTIVATED, {"deactivated": True})


def test_what_is_so_already_is_refused(db):
    activity = an_activity(db)
    with refused(db, Reason.ACTIVITY_ACTIVE):
        activities.reactivate(db, OPERATOR, activity)
    activities.deactivate(db, OPERATOR, activity)
    with refused(db, Reason.ACTIVITY_INACTIVE):
        activities.deactivate(db, OPERATOR, activity)


@pytest.mark.parametrize("verb", [activities.deactivate, activities.reactivate])
def test_the_catalogue_is_for_those_who_manage_contracts(db, verb):  # roles table
    activity, adam = an_activity(db), somebody(db, "adam", Role.ADMINISTRATOR)
    for asker, wanted in ((adam, activity), (OPERATOR, NOBODY)):
        with not_found(db):
            verb(db, asker, wanted)
    with not_found(db):
        catalogue_lists.listing(db, adam, Wanted())


def test_the_catalogue_is_listed_by_title_with_where_it_is_used(db):
    contract_id = a_contract(db, offers=0)
    used = activities.create(db, OPERATOR, "PY", "python", ActivityKind.ONLINE)
    activities.create(db, OPERATOR, "ÄR", "Ärztekurs", ActivityKind.CLASSROOM)
    activities.add_to_contract(db, OPERATOR, contract_id, [used])
    an_enrolled(db, contract_id, "ann", used)
    found = catalogue_lists.listing(db, OPERATOR, Wanted())

    assert [row.code for row in found.rows] == ["PY", "ÄR"]
    assert found.rows[0] == ActivityRow(used, "PY", "python", ActivityKind.ONLINE, True, 1, 1)


def test_activities_are_found_by_what_is_typed_and_filtered(db):  # safety: SQL
    online = activities.create(db, OPERATOR, "PY", "Python", ActivityKind.ONLINE)
    activities.create(db, OPERATOR, "ÄR", "Ärztekurs 100%", ActivityKind.CLASSROOM)
    activities.deactivate(db, OPERATOR, online)

    def codes(**wanted):
        return [row.code for row in catalogue_lists.listing(db, OPERATOR, Wanted(**wanted)).rows]

    assert codes(search=" är ") == codes(search="0%") == codes(kind=ActivityKind.CLASSROOM) == ["ÄR"]
    assert codes(active=False) == codes(search="py") == ["PY"]
    assert codes(active=True) == ["ÄR"]
    assert codes(search="\x00") == codes(search="_") == []


def test_a_long_catalogue_comes_in_pages(db):
    for n in range(51):
        activities.create(db, OPERATOR, f"A{n:02}", f"Course {n:02}", ActivityKind.ONLINE)
    first, second = (catalogue_lists.listing(db, OPERATOR, Wanted(), page=page) for page in (1, 2))

    assert (len(first.rows), [row.code for row in second.rows], second.matching) == (50, ["A50"], 51)
