"""The audit log is found by who, what, which contract and when; one entry is told whole; the chains are proved."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from lc_core import audit_lists, contracts, groups, invitations, people, privacy, roles
from lc_core.audit_lists import Field, Touched, Wanted
from lc_core.insight import log_exports
from lc_core.records.db import Actor
from lc_core.records.house_models import AuditEvent
from lc_core.vocabulary import Event, Privilege, Result, Role
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    email,
    invite,
    not_found,
    offered,
    only,
    somebody,
)


def found(db, **wanted):
    return [(one.event, one.who) for one in audit_lists.every(db, OPERATOR, Wanted(**wanted))]


def test_the_log_is_found_by_who_what_which_contract_and_when(db, clock):  # R-AUD-1, screens: audit log
    contract_id = a_contract(db, code="Safe-1", title="Safety")
    ada = an_admin(db, "ada", contract_id)
    clock.forward(timedelta(days=2))
    (bob,) = invite(db, contract_id, "bob")
    invitations.revoke(db, ada, contract_id, only(bob))
    newest = audit_lists.listing(db, OPERATOR, Wanted()).rows[0]

    assert (newest.event, newest.who, newest.contract, newest.items) == (
        Event.INVITATIONS_REVOKED,
        "Ada",
        "Safe-1 · Safety",
        1,
    )
    by_ada = [(Event.INVITATIONS_REVOKED, "Ada")]
    for who in ("ADA", "ada@example", people.pseudonym(ada.person_id)):
        assert found(db, who=who) == by_ada
    assert [event for event, _ in found(db, event=Event.PERSON_REGISTERED)] == [Event.PERSON_REGISTERED]
    assert found(db, contract=" safe-1 ", since=date(2026, 6, 17))[-1] == (Event.INVITATIONS_SENT, "operator tests")
    assert found(db, contract="safe-1", until=date(2026, 6, 16))[-1][0] is Event.CONTRACT_CREATED
    assert found(db, who="operator T", event=Event.CONTRACT_CREATED) == [(Event.CONTRACT_CREATED, "operator tests")]
    for nothing in ({"who": "%"}, {"who": "\x00"}, {"contract": "none"}, {"since": date(2027, 1, 1)}):
        assert found(db, **nothing) == [], nothing
    assert found(db, since=date.min, until=date.max) == found(db)


def test_a_long_log_comes_in_pages_newest_first(db, clock):
    for n in range(55):
        groups.create(db, OPERATOR, f"G{n}")
        clock.forward(timedelta(seconds=1))
    first, second, far = (audit_lists.listing(db, OPERATOR, Wanted(), page=page) for page in (1, 2, 10**12))

    assert (len(first.rows), len(second.rows), far.rows, first.matching) == (50, 5, [], 55)
    told = [audit_lists.one(db, OPERATOR, row.id).fields[0].after for row in (*first.rows, *second.rows)]
    assert told == [f"G{n}" for n in reversed(range(55))]


def test_an_entry_tells_before_and_after_side_by_side(db):  # screens: audit log
    contract_id = a_contract(db, title="Safety", offers=1)
    contracts.rename(db, OPERATOR, contract_id, "Safer")
    (renamed,) = audit_lists.every(db, OPERATOR, Wanted(event=Event.CONTRACT_RENAMED))

    assert audit_lists.one(db, OPERATOR, renamed.id).fields == [Field("title", "Safety", "Safer")]


def test_an_entry_names_people_and_activities_instead_of_their_numbers(db):
    contract_id = a_contract(db, offers=1)
    an_admin(db, "ada", contract_id)
    roles.grant(db, OPERATOR, email("ada"), Role.MANAGER, privileges=[Privilege.PERSONAL_DATA])

    def told(event):
        (entry,) = audit_lists.every(db, OPERATOR, Wanted(event=event))
        return audit_lists.one(db, OPERATOR, entry.id)

    assert told(Event.CONTRACT_ADMIN_NAMED).fields == [Field("admins", "", "Ada")]
    (added,) = told(Event.CONTRACT_ACTIVITIES_ADDED).fields
    assert added.after.startswith("A-")
    granted = told(Event.ROLE_GRANTED)
    assert granted.entry.about == "Ada"
    assert granted.fields == [Field("privileges", "", "personal_data"), Field("role", "", "manager")]


def test_a_bulk_change_tells_what_became_of_each(db):  # R-AUD-1
    contract_id = a_contract(db)
    invite(db, contract_id, "ann", "bob")
    (sent,) = audit_lists.every(db, OPERATOR, Wanted(event=Event.INVITATIONS_SENT))

    assert sent.items == 2
    assert audit_lists.one(db, OPERATOR, sent.id).touched == [
        Touched(email("ann"), Result.INVITED),
        Touched(email("bob"), Result.INVITED),
    ]


def test_who_was_erased_is_a_pseudonym_in_the_log(db):  # safety: Privacy
    contract_id = a_contract(db)
    ada = an_admin(db, "ada", contract_id)
    contracts.rename(db, ada, contract_id, "Safer")
    privacy.erase(db, OPERATOR, ada.person_id)

    masked = people.pseudonym(ada.person_id)
    assert found(db, event=Event.CONTRACT_RENAMED) == found(db, who=masked) == [(Event.CONTRACT_RENAMED, masked)]
    assert found(db, who="ada") == []
    (named,) = audit_lists.every(db, OPERATOR, Wanted(event=Event.CONTRACT_ADMIN_NAMED))
    assert audit_lists.one(db, OPERATOR, named.id).fields == [Field("admins", "", masked)]


def test_what_a_deleted_contract_was_is_still_told(db):
    contract_id = a_contract(db, title="Gone")
    contracts.delete_unused(db, OPERATOR, contract_id)
    (deleted,) = audit_lists.every(db, OPERATOR, Wanted(event=Event.CONTRACT_DELETED))

    assert (deleted.contract, deleted.chain) == ("", contract_id)
    assert Field("title", "Gone", "") in audit_lists.one(db, OPERATOR, deleted.id).fields


def test_the_chains_are_proved_up_to_the_last_change(db, clock):  # R-AUD-1, I7
    a_contract(db)
    clock.forward(timedelta(hours=1))
    groups.create(db, OPERATOR, "North")
    proof = audit_lists.prove(db, OPERATOR)

    assert (proof.up_to, proof.problems) == (clock.now, [])
    assert proof.events == audit_lists.listing(db, OPERATOR, Wanted()).matching


@pytest.mark.tampers
def test_what_was_tampered_with_is_told(db):  # I7
    groups.create(db, OPERATOR, "North")
    with db._writing.connect() as connection, connection.begin():
        for trigger in _triggers(connection):
            connection.exec_driver_sql(trigger)
        connection.execute(update(AuditEvent).values(why="because"))

    assert audit_lists.prove(db, OPERATOR).problems != []


def _triggers(connection):
    if connection.dialect.name == "sqlite":
        names = connection.exec_driver_sql("select name from sqlite_master where type = 'trigger'").scalars().all()
        return [f"drop trigger {name}" for name in names]
    return ["alter table audit_events disable trigger all"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.ANALYST])
def test_the_log_is_for_super_administrators(db, role):  # roles table
    contract_id = a_contract(db)
    asker = somebody(db, "max", role, Privilege.CONTRACTS, Privilege.PERSONAL_DATA)
    for who in (asker, an_admin(db, "ada", contract_id), a_learner(db, "ann"), Actor.person(NOBODY)):
        for ask in (
            lambda who: audit_lists.listing(db, who, Wanted()),
            lambda who: audit_lists.every(db, who, Wanted()),
            lambda who: audit_lists.one(db, who, 1),
            lambda who: audit_lists.prove(db, who),
            lambda who: log_exports.audit_log(db, who, Wanted()),
        ):
            with not_found(db):
                ask(who)
    with not_found(db):
        audit_lists.one(db, OPERATOR, NOBODY)


def test_the_log_is_taken_away_without_live_formulas(db):  # R-EXP-2
    a_contract(db, code="=1+1", title="Safety")
    assert offered(db, 1)
    lines = log_exports.audit_log(db, OPERATOR, Wanted(event=Event.CONTRACT_CREATED)).decode("utf-8-sig").splitlines()

    assert lines[0] == ",".join(f'"{name}"' for name in log_exports.LOG)
    assert '"contract_created","operator tests","\'=1+1 · Safety"' in lines[1]
