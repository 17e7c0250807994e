"""Saved exports that cannot be made are tried again where that may help, and told (R-EXP-6)."""

from dataclasses import replace

from sqlalchemy import update

from lc_core import accounts, contracts
from lc_core.exports import claims, runs, saved
from lc_core.exports.reporting import Reports
from lc_core.mail.letters import Writer
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.export_models import ExportRun
from lc_core.report_rules import RunState
from lc_core.vocabulary import Event, LetterKind
from tests.mailing import BASE, SENDER, deliver, letters
from tests.reading_letters import said
from tests.saving import DAILY, DUE, MADE, MINUTE, NOTHING, a_scheduled, an_analyst, reports, rows, told
from tests.worlds import (
    OPERATOR,
    a_contract,
    an_admin,
    last_event,
)

__all__ = ["reports"]


def test_what_fails_is_tried_again_twice_and_then_told(db, clock, reports, tmp_path):
    ana = an_analyst(db)
    into = f"file://{tmp_path}/there"
    (tmp_path / "there").write_text("no folder")
    saved_id = a_scheduled(db, ana, replace(DAILY, folder=into), allowed=into)
    clock.set(DUE)
    worker = reports(into)
    became = []
    for pause in (0, 4, 1, 29, 1, 60, 600):
        clock.forward(pause * MINUTE)
        became.append(next((what for what, n in worker.work().items() if n), ""))

    assert became == ["again", "", "again", "", "failed", "", ""]
    (run,) = runs.history(db, ana, saved_id)
    assert (run.state, run.attempts, run.failed_for) == (RunState.FAILED, 3, Reason.RUN_FOLDER_BROKE)
    assert told(db, LetterKind.REPORT_FAILED) == [run.id]
    assert last_event(db).event is Event.EXPORT_FAILED
    assert last_event(db).after == {"why": "run_folder_broke", "attempts": 3}
    assert list(worker.kept.every()) == []
    with db.read() as session:
        (letter,) = [one for one in letters(db) if one.kind is LetterKind.REPORT_FAILED]
        text = said(Writer(BASE, SENDER, db.zone).write(session, [letter], clock.now)[letter.id])
    assert "The file could not be put into the folder." in text
    assert f"{BASE}/exports\n" in text


def test_what_failed_once_and_then_works_is_made_and_told_once(db, clock, reports, tmp_path):
    into = f"file://{tmp_path}/there"
    (tmp_path / "there").write_text("no folder")
    a_scheduled(db, an_analyst(db), replace(DAILY, folder=into), allowed=into)
    clock.set(DUE)
    worker = reports(into)
    first = worker.work()
    (tmp_path / "there").unlink()
    clock.forward(5 * MINUTE)

    assert (first, worker.work()) == ({**NOTHING, "again": 1}, MADE)
    assert [(run.state, run.attempts, run.failed_for) for run in rows(db)] == [(RunState.DONE, 2, None)]
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["Every-morning-2026-06-16.csv"]
    assert told(db) == told(db, LetterKind.REPORT_FAILED) == []


def failed(db: Database, worker: Reports) -> Reason | None:
    """Why the run failed that is due, at once."""
    assert worker.work() == {**NOTHING, "failed": 1}
    (run,) = rows(db)
    assert (run.state, run.attempts) == (RunState.FAILED, 1)
    assert told(db, LetterKind.REPORT_FAILED) == [run.id]
    return run.failed_for


def test_who_lost_their_rights_gets_no_file_and_is_told_why(db, clock, reports):
    contract_id = a_contract(db)
    ada = an_admin(db, "ada", contract_id)
    an_admin(db, "ben", contract_id)
    a_scheduled(db, ada)
    contracts.remove_admin(db, OPERATOR, contract_id, ada.person_id)
    clock.set(DUE)

    assert failed(db, reports()) is Reason.RUN_NOT_YOURS


def test_whose_account_is_closed_gets_neither_file_nor_letter(db, clock, reports, mail_url, mailbox):
    ana = an_analyst(db)
    a_scheduled(db, ana)
    accounts.deactivate(db, OPERATOR, ana.person_id)
    clock.set(DUE)

    assert failed(db, reports()) is Reason.RUN_NOT_YOURS
    deliver(db, mail_url)
    assert "ana@example.org" not in mailbox.recipients


def test_a_folder_that_is_allowed_no_more_gets_nothing(db, clock, reports, tmp_path):
    into = f"file://{tmp_path}/there"
    a_scheduled(db, an_analyst(db), replace(DAILY, folder=into), allowed=into)
    clock.set(DUE)

    assert failed(db, reports(f"file://{tmp_path}/other")) is Reason.FOLDER_NOT_ALLOWED
    assert not (tmp_path / "there").exists()


def test_what_can_be_exported_no_more_is_told(db, clock, reports):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    claims.begin_due(db)
    with db.bookkeeping() as session:
        session.execute(update(ExportRun).values(chosen='{"dataset": "gone"}'))

    assert failed(db, reports()) is Reason.EXPORT_IMPOSSIBLE


def test_a_run_that_ends_its_worker_each_time_is_given_up_and_told(db, clock, reports):
    a_scheduled(db, an_analyst(db))
    clock.set(DUE)
    claims.begin_due(db)
    taken = []
    for _killed in range(6):
        taken.append(claims.take(db))
        clock.forward(claims.LEASE)

    assert [one.attempt for one in taken] == [1, 2, 3, 4, 5, 6]
    assert reports().work() == {**NOTHING, "failed": 1}
    assert [run.failed_for for run in rows(db)] == [Reason.RUN_INTERRUPTED]
    assert len(told(db, LetterKind.REPORT_FAILED)) == 1


def test_a_run_that_was_cut_off_waits_behind_those_that_were_not_begun(db, clock):
    ana = an_analyst(db)
    for name in ("First", "Second"):
        a_scheduled(db, ana, name=name)
    clock.set(DUE)
    claims.begin_due(db)
    first = claims.take(db)
    clock.forward(claims.LEASE)

    assert [claims.take(db).run_id, claims.take(db).run_id] == [first.run_id + 1, first.run_id]


def test_what_is_taken_away_while_it_is_made_leaves_nothing(db, clock, reports, monkeypatch):
    ana = an_analyst(db)
    saved_id = a_scheduled(db, ana)
    clock.set(DUE)
    worker = reports()
    monkeypatch.setattr(worker, "_put", lambda *_said: saved.delete(db, ana, saved_id))

    assert worker.work() == NOTHING
    assert list(worker.kept.every()) == []
    assert told(db) == []
