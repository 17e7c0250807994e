"""Saved exports are made when they are due, as their owner may see them at that moment; their files are kept for days (R-EXP-6)."""

import os
import re
import time as wall
from dataclasses import replace
from datetime import time

import polars as pl
import pytest
from sqlalchemy import update

from lc_core import accounts, contracts, roles
from lc_core.exports import claims, runs, saved, schedules
from lc_core.exports.chosen import Chosen
from lc_core.exports.wanted import Format
from lc_core.insight.copy import Insight
from lc_core.mail.letters import Writer
from lc_core.reasons import Reason
from lc_core.records.export_models import ExportSchedule
from lc_core.report_rules import Often, RunState, Schedule
from lc_core.vocabulary import Event, LetterKind, LetterState, Role
from tests.mailing import BASE, SENDER, deliver, letters
from tests.reading_letters import said
from tests.saving import (
    CONTRACTS,
    DAILY,
    DAY,
    DUE,
    MADE,
    MINUTE,
    NOTHING,
    a_saved,
    a_scheduled,
    an_analyst,
    reports,
    rows,
    told,
)
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    invite,
    last_event,
    not_found,
    person_of,
    refused,
    unchanged,
)

__all__ = ["reports"]


PEOPLE = Chosen("invitations", columns=("person", "email"))


# --- made ------------------------------------------------------------------------------------------------------------


def test_what_is_due_is_made_told_and_remembered(db, clock, reports):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    early = reports().work()
    clock.set(DUE)
    worker = reports()

    assert (early, worker.work(), worker.work()) == (NOTHING, MADE, NOTHING)
    (run,) = rows(db)
    assert (run.state, run.due_at, run.day, run.rows, run.attempts) == (RunState.DONE, DUE, DUE.date(), 1, 1)
    assert told(db) == [run.id]
    assert last_event(db).event is Event.EXPORT_MADE
    assert last_event(db).subject == {"saved_export": saved_id, "run": run.id, "person": ana.person_id}
    (path,) = [path for path, _file in worker.kept.every()]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert pl.read_csv(path)["contract_title"].to_list() == ["Safety"]
    (seen,) = runs.history(db, ana, saved_id)
    assert (seen.state, seen.rows, seen.bytes, seen.by_letter) == (RunState.DONE, 1, path.stat().st_size, True)
    assert worker.kept.token(seen.file) == path.name
    assert path.name not in repr([vars(row) for row in rows(db)])  # the records know its hash only
    assert saved.mine(db, ana)[0].last == seen


def test_the_letter_has_a_link_and_no_data(db, clock, reports):
    an = an_analyst(db)
    a_scheduled(db, an)
    clock.set(DUE)
    worker = reports()
    worker.work()
    writer = Writer(BASE, SENDER, db.zone, tokens=worker.kept.token)
    with db.read() as session:
        (letter,) = [one for one in letters(db) if one.kind is LetterKind.REPORT]
        written = writer.write(session, [letter], clock.now)[letter.id]
    text = said(written)

    (token,) = re.findall(rf"{BASE}/exports/files/([0-9a-f]{{64}})\s", text)
    assert runs.sent_by(db, token).name == "Every-morning-2026-06-16.csv"
    assert "Your export: Every morning" in written.data.decode()
    assert "Jun 23, 2026" in text
    assert "Safety" not in text
    assert "ana-1" not in text


def test_it_tells_what_had_happened_by_then_however_old_the_copy_is(db, reports, tmp_path):
    ana = an_analyst(db)
    worker = reports()
    worker.insight = Insight(db, tmp_path / "large", large=0)  # such a copy is shown a while after it was made
    worker.insight.refresh()
    a_contract(db)
    runs.run_now(db, ana, a_saved(db, ana))
    made = worker.work()
    worker.insight.close()

    assert made == MADE
    assert [run.rows for run in rows(db)] == [2]


def test_it_is_made_now_for_whoever_asks_and_goes_nowhere(db, clock, reports):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    run_id = runs.run_now(db, ana, saved_id)
    asked = last_event(db)
    with refused(db, Reason.RUN_UNDER_WAY):
        runs.run_now(db, ana, saved_id)
    assert runs.why_not_run(saved.mine(db, ana)[0].last) is Reason.RUN_UNDER_WAY
    made = reports().work()

    assert (asked.event, asked.subject) == (Event.EXPORT_ASKED_FOR, {"saved_export": saved_id, "run": run_id})
    assert made == MADE
    assert told(db) == []
    (run,) = runs.history(db, ana, saved_id)
    assert (run.id, run.state, run.by_letter, run.folder, bool(run.file)) == (run_id, RunState.DONE, False, "", True)
    assert runs.why_not_run(run) is None
    clock.set(DUE)
    assert reports().work() == MADE
    assert told(db) == [run_id + 1]


def test_people_are_told_as_their_owner_may_see_them_at_that_moment(db, clock, reports):
    contract_id = a_contract(db)
    (_one,) = invite(db, contract_id, "zoe")
    ada = an_admin(db, "ada", contract_id)
    an_admin(db, "ben", contract_id)
    saved_id = a_saved(db, ada, chosen=PEOPLE)
    worker = reports()

    def emails() -> list[str | None]:
        clock.forward(MINUTE)
        runs.run_now(db, ada, saved_id)
        assert worker.work() == MADE
        path = worker.kept.of(runs.history(db, ada, saved_id)[0].file)
        return pl.read_csv(path, schema={"person": pl.String, "email": pl.String})["email"].to_list()

    before = emails()
    roles.grant(db, OPERATOR, "ada@example.org", Role.ANALYST)
    contracts.remove_admin(db, OPERATOR, contract_id, ada.person_id)

    assert before == ["zoe@example.org"]
    assert emails() == [None]


@pytest.mark.parametrize("wanted", Format)
def test_every_format_has_its_ending_wherever_it_goes(db, clock, reports, tmp_path, wanted):
    ana = an_analyst(db)
    saved_id = a_saved(db, ana, chosen=replace(CONTRACTS, format=wanted))
    into = f"file://{tmp_path}/there"
    schedules.schedule(db, ana, saved_id, replace(DAILY, folder=into), allowed=(into,))
    clock.set(DUE)
    worker = reports(into)

    assert worker.work() == MADE
    assert [path.name for path in (tmp_path / "there").iterdir()] == [f"Every-morning-2026-06-16{wanted.ending}"]
    (path,) = [path for path, _file in worker.kept.every()]
    assert runs.sent_by(db, path.name).name == f"Every-morning-2026-06-16{wanted.ending}"


# --- days later ------------------------------------------------------------------------------------------------------


def test_a_file_expires_and_is_removed_and_its_link_opens_nothing(db, clock, reports):
    ana = an_analyst(db)
    saved_id = a_saved(db, ana)
    runs.run_now(db, ana, saved_id)
    worker = reports()
    worker.work()
    ((path, _file),) = worker.kept.every()
    clock.forward(7 * DAY - MINUTE)
    worker.work()
    before = runs.sent_by(db, path.name)
    clock.forward(MINUTE)

    assert before.file == runs.hash_of(path.name)
    with not_found(db):
        runs.sent_by(db, path.name)
    assert [bool(run.file) for run in runs.history(db, ana, saved_id)] == [False]
    assert path.exists()
    worker.work()
    assert not path.exists()


def test_a_letter_whose_file_has_expired_is_not_sent(db, clock, reports, mail_url, mailbox):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    reports().work()
    clock.forward(7 * DAY)
    deliver(db, mail_url)

    (letter,) = [one for one in letters(db) if one.kind is LetterKind.REPORT]
    assert (letter.state, letter.cancelled_for) == (LetterState.CANCELLED, Reason.FILE_GONE)


def test_the_link_of_somebody_whose_account_is_closed_opens_nothing(db, reports):
    ana = an_analyst(db)
    runs.run_now(db, ana, a_saved(db, ana))
    worker = reports()
    worker.work()
    ((path, _file),) = worker.kept.every()
    accounts.deactivate(db, OPERATOR, person_of(db, "ana").id)

    with not_found(db):
        runs.sent_by(db, path.name)


def test_what_killed_writers_left_is_removed_and_what_others_write_now_is_not(db, clock, reports):
    worker = reports()
    unknown = worker.kept.new()
    unknown.write_text("of somebody who was erased")
    old, new = (worker.kept.folder / f".export-{name}" for name in ("old", "new"))
    for aside in (old, new):
        aside.mkdir()
        (aside / "export.csv").touch()
    os.utime(old, times=(wall.time() - 25 * 60 * 60,) * 2)
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    claims.begin_due(db)
    claims.take(db)  # somebody else is at work
    with unchanged(db):
        worker.work()
    there = unknown.exists()
    clock.forward(claims.LEASE)
    worker.work()

    assert (there, unknown.exists(), old.exists(), new.exists()) == (True, False, False, True)


def test_schedules_in_a_zone_that_is_known_no_more_keep_nobody_else_waiting(db, clock, reports):
    ana = an_analyst(db)
    a_scheduled(db, ana)
    lost = a_scheduled(db, ana, Schedule(Often.DAILY, time(7), "UTC"), name="Lost")
    with db.bookkeeping() as session:
        session.execute(
            update(ExportSchedule).where(ExportSchedule.saved_export_id == lost).values(zone="Atlantis/Capital")
        )
    clock.set(DUE + DAY)

    assert reports().work() == MADE
    assert [one.next_due is None for one in saved.mine(db, ana)] == [False, True]


def test_a_stopped_schedule_makes_nothing_more(db, clock, reports):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    a_learner(db, "somebody")
    clock.set(DUE - MINUTE)
    schedules.stop(db, ana, saved_id)
    clock.set(DUE + DAY)

    assert reports().work() == NOTHING
    schedules.schedule(db, ana, saved_id, DAILY)
    assert reports().work() == NOTHING  # what came due before was not its own
