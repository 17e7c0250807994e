"""Exports under a name: each its owner's alone, saved, renamed, changed, scheduled, stopped and taken away (R-EXP-4)."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from lc_core import accounts, contracts, privacy
from lc_core.exports import runs, saved, schedules
from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.wanted import Format
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.export_models import ExportRun, ExportSchedule, SavedExport
from lc_core.records.operations import OperationKey
from lc_core.report_rules import Often, Schedule
from lc_core.vocabulary import ContractType, Event, Role
from tests.saving import CONTRACTS, DAILY, a_saved, a_scheduled, an_analyst
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    count_of,
    last_event,
    not_found,
    refused,
    somebody,
    unchanged,
)

PEOPLE = Chosen(
    "invitations", Format.PARQUET, types=(ContractType.VOUCHER,), span=Span.LAST_7_DAYS, zone="Europe/Berlin"
)
WEEKLY = Schedule(Often.WEEKLY, time(7), "Europe/Berlin")


# --- saving ----------------------------------------------------------------------------------------------------------


def test_an_export_is_saved_under_a_name_and_remembered_without_it(db):
    ana = an_analyst(db)
    saved_id = saved.save(db, ana, "  Every \n Monday ", PEOPLE)

    (one,) = saved.mine(db, ana)
    assert (one.id, one.name, one.chosen, one.version) == (saved_id, "Every Monday", PEOPLE, 1)
    assert (one.schedule, one.stopped, one.next_due, one.last) == (None, False, None, None)
    assert saved.by_name(db, ana, " every MONDAY ") == one
    event = last_event(db)
    assert (event.event, event.subject) == (Event.EXPORT_SAVED, {"saved_export": saved_id})
    assert (event.before, event.after) == ({}, {"dataset": "invitations", "format": "parquet"})


def test_a_repeated_click_saves_one(db):
    ana, key = an_analyst(db), OperationKey.new()

    assert saved.save(db, ana, "One", PEOPLE, key=key) == saved.save(db, ana, "One", PEOPLE, key=key)
    assert count_of(db, SavedExport) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (" \n ", Reason.EXPORT_NAME_MISSING),
        ("x" * 201, Reason.TOO_LONG_TEXT),
        ("a\x00b", Reason.CONTROL_CHARS),
        ("STRASSE", Reason.EXPORT_NAME_TAKEN),
    ],
)
def test_a_name_is_needed_that_one_has_not_given_yet(db, name, reason):
    ana = an_analyst(db)
    a_saved(db, ana, "Straße")
    other = a_saved(db, ana, "Other")

    with refused(db, reason):
        saved.save(db, ana, name, CONTRACTS)
    with refused(db, reason):
        saved.rename(db, ana, other, name)


def test_two_people_may_use_one_name(db):
    ana, bea = an_analyst(db), somebody(db, "bea", Role.ANALYST)

    assert a_saved(db, ana) != a_saved(db, bea)


def test_there_is_an_end_to_how_many_somebody_saves(db, monkeypatch):
    monkeypatch.setattr(saved, "MOST_SAVED", 2)
    ana = an_analyst(db)
    for name in ("one", "two"):
        a_saved(db, ana, name)

    with refused(db, Reason.TOO_MANY_SAVED, most=2):
        a_saved(db, ana, "three")


def test_who_sees_no_contract_saves_nothing(db):
    a_contract(db)

    for who in (a_learner(db, "lea"), Actor.person(NOBODY), OPERATOR):
        with not_found(db):
            saved.save(db, who, "Mine", CONTRACTS)


# --- changing --------------------------------------------------------------------------------------------------------


def test_it_is_renamed_and_its_files_with_it(db):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana, replace(DAILY, folder="file:///srv"), allowed="file:///srv")
    saved.rename(db, ana, saved_id, "Of the day")

    assert [one.name for one in saved.mine(db, ana)] == ["Of the day"]
    assert last_event(db).event is Event.EXPORT_RENAMED
    with db.read() as session:
        assert session.get_one(ExportSchedule, saved_id).stem == "Of-the-day"
    with unchanged(db):
        saved.rename(db, ana, saved_id, " Of the  day ")


def test_it_chooses_something_else(db):
    ana = an_analyst(db)
    saved_id = a_saved(db, ana)
    saved.change(db, ana, saved_id, PEOPLE, version=1)

    assert [(one.chosen, one.version) for one in saved.mine(db, ana)] == [(PEOPLE, 2)]
    assert (last_event(db).event, last_event(db).subject) == (Event.EXPORT_CHANGED, {"saved_export": saved_id})
    with refused(db, Reason.CHANGED_MEANWHILE):
        saved.change(db, ana, saved_id, CONTRACTS, version=1)


def test_it_is_taken_away_with_its_schedule_and_its_history(db):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    runs.run_now(db, ana, saved_id)
    saved.delete(db, ana, saved_id)

    assert saved.mine(db, ana) == []
    assert [count_of(db, model) for model in (SavedExport, ExportSchedule, ExportRun)] == [0, 0, 0]
    assert (last_event(db).event, last_event(db).subject) == (Event.EXPORT_DELETED, {"saved_export": saved_id})


def test_what_is_not_ones_own_is_not_there(db):  # R-EXP-4, R-AUTH-2
    saved_id = a_scheduled(db, an_analyst(db))
    others = [somebody(db, "bea", Role.ANALYST), somebody(db, "sue", Role.SUPER_ADMIN), OPERATOR, Actor.person(NOBODY)]

    for who in others:
        for verb, said in (
            (saved.rename, ("New",)),
            (saved.delete, ()),
            (schedules.schedule, (DAILY,)),
            (schedules.stop, ()),
            (runs.run_now, ()),
            (runs.history, ()),
        ):
            with not_found(db):
                verb(db, who, saved_id, *said)
        with not_found(db):
            saved.change(db, who, saved_id, PEOPLE, version=1)
        with not_found(db):
            saved.by_name(db, who, "Every morning")
    assert [saved.mine(db, who) for who in others[:2]] == [[], []]


def test_who_has_no_contract_left_still_sees_and_stops_what_they_saved(db):
    contract_id = a_contract(db)
    ada = an_admin(db, "ada", contract_id)
    an_admin(db, "ben", contract_id)
    saved_id = a_scheduled(db, ada)
    contracts.remove_admin(db, OPERATOR, contract_id, ada.person_id)

    with not_found(db):
        runs.run_now(db, ada, saved_id)
    schedules.stop(db, ada, saved_id)
    assert [one.stopped for one in saved.mine(db, ada)] == [True]
    saved.delete(db, ada, saved_id)


# --- schedules -------------------------------------------------------------------------------------------------------


def test_a_schedule_is_set_instead_of_another_and_remembered(db, clock):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    clock.set(datetime(2026, 6, 16, 12, tzinfo=UTC))
    schedules.schedule(db, ana, saved_id, WEEKLY)

    (one,) = saved.mine(db, ana)
    assert (one.schedule, one.stopped, one.next_due) == (WEEKLY, False, datetime(2026, 6, 22, 5, tzinfo=UTC))
    event = last_event(db)
    assert (event.event, event.subject) == (Event.EXPORT_SCHEDULED, {"saved_export": saved_id})
    assert (event.before["often"], event.after["often"], event.after["at"]) == ("daily", "weekly", "07:00")


def test_a_schedule_is_stopped_and_set_again(db):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    schedules.stop(db, ana, saved_id)

    (one,) = saved.mine(db, ana)
    assert (one.schedule, one.stopped, one.next_due) == (DAILY, True, None)
    assert last_event(db).event is Event.EXPORT_SCHEDULE_STOPPED
    with refused(db, Reason.NOT_SCHEDULED):
        schedules.stop(db, ana, saved_id)
    schedules.schedule(db, ana, saved_id, DAILY)
    assert [one.stopped for one in saved.mine(db, ana)] == [False]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"zone": "Nowhere"}, Reason.TIME_ZONE_UNKNOWN),
        ({"day": 32}, Reason.SCHEDULE_DAY),
        ({"folder": "file:///etc"}, Reason.FOLDERS_NOT_OFFERED),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(db, said, reason):
    ana = an_analyst(db)
    saved_id = a_saved(db, ana)

    with refused(db, reason):
        schedules.schedule(db, ana, saved_id, replace(DAILY, **said))


def test_two_exports_do_not_put_files_of_one_name_into_one_folder(db):
    into = replace(DAILY, folder="file:///srv")
    ana, bea = an_analyst(db), somebody(db, "bea", Role.ANALYST)
    a_scheduled(db, ana, into, name="Übersicht", allowed="file:///srv")
    same, other = a_saved(db, bea, "übersicht"), a_saved(db, bea, "Other")
    schedules.schedule(db, bea, other, into, allowed=("file:///srv",))

    with refused(db, Reason.FOLDER_NAME_TAKEN):
        schedules.schedule(db, bea, same, into, allowed=("file:///srv",))
    with refused(db, Reason.FOLDER_NAME_TAKEN):
        saved.rename(db, bea, other, "ÜBERSICHT!!")
    schedules.schedule(db, bea, same, replace(into, folder="file:///srv/bea"), allowed=("file:///srv",))


def test_whoever_is_erased_leaves_nothing_saved(db):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana, name="Of Ana")
    runs.run_now(db, ana, saved_id)
    accounts.deactivate(db, OPERATOR, ana.person_id)
    privacy.erase(db, OPERATOR, ana.person_id)

    assert [count_of(db, model) for model in (SavedExport, ExportSchedule, ExportRun)] == [0, 0, 0]
