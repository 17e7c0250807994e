"""Saved exports on their page: saved, made, scheduled, stopped, renamed and taken away by a click, and told in words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core.exports import runs, saved
from lc_core.exports.chosen import Chosen
from lc_core.exports.wanted import Format
from lc_core.reasons import Reason
from lc_core.records import beats
from lc_core.records.db import Actor, Database
from lc_core.report_rules import Often
from lc_core.vocabulary import Role
from tests import apps
from tests.saving import DAILY, a_run, a_saved, a_scheduled, an_analyst
from tests.worlds import somebody


@pytest.fixture
def here(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    with apps.installed(monkeypatch, db_url, tmp_path, EXPORT_FOLDERS="file:///srv/reports") as db:
        yield db


def opened(who: Actor, part: str = "saved") -> AppTest:
    app = apps.shell()
    app.session_state["person_id"] = who.person_id
    return apps.at(app, "exports", part=part)


def shown(app: AppTest) -> str:
    """All words of the page, without the signs that keep them from being Markdown."""
    return " ".join(one.value for one in (*app.markdown, *app.caption)).replace("\\", "").replace("\u2060", "")


def test_a_choice_is_saved_and_replaced_under_the_same_name(here):
    ana = an_analyst(here)
    app = opened(ana, "new")
    app.button(key="save-export").click().run()
    app.text_input(key="save-export-name").input("Every *morning*").run()
    app.button(key="save-export-yes").click().run()

    assert [told.value for told in app.success] == ["The export is saved. Under Saved exports it can be scheduled."]
    (one,) = saved.mine(here, ana)
    assert (one.name, one.chosen and one.chosen.dataset) == ("Every *morning*", "enrollments")
    saved.change(here, ana, one.id, Chosen("ledger"), version=1)
    app.button(key="save-export").click().run()
    app.text_input(key="save-export-name").input("every *MORNING*").run()
    app.button(key="change-export-yes").click().run()
    assert [(two.id, two.chosen, two.version) for two in saved.mine(here, ana)] == [(one.id, one.chosen, 3)]
    assert not app.exception


def test_each_is_told_in_words_and_those_of_others_are_not(here):
    ana = an_analyst(here)
    a_scheduled(here, ana, replace(DAILY, folder="file:///srv/reports"), allowed="file:///srv/reports", name="Of *ana*")
    failed = a_saved(here, ana, "Broken", Chosen("contracts", Format.XLSX, groups=("",)))
    a_run(here, failed, Reason.RUN_FOLDER_BROKE)
    a_saved(here, somebody(here, "bea", Role.ANALYST), "Of bea")
    app = opened(ana)

    words = shown(app)
    assert "Of *ana*" in words
    assert "Daily, 7:00\u202fAM (Europe/Berlin), into file:///srv/reports. Next: " in words
    assert "Contracts · XLSX · In no group" in words
    assert "The file could not be put into the folder." in words
    assert "Failed" in words
    assert "No schedule" in words
    assert "Of bea" not in words
    assert not app.exception


def test_it_is_made_at_a_click_once(here):
    ana = an_analyst(here)
    saved_id = a_saved(here, ana)
    app = opened(ana)
    app.button(key=f"run-{saved_id}").click().run()

    assert len(runs.history(here, ana, saved_id)) == 1
    assert app.button(key=f"run-{saved_id}").disabled
    assert "Waiting" in shown(app)


def test_a_schedule_is_set_in_the_dialog_and_a_folder_that_is_not_allowed_is_refused(here):
    ana = an_analyst(here)
    saved_id = a_saved(here, ana)
    app = opened(ana)
    app.button(key=f"schedule-{saved_id}").click().run()
    app.radio(key=f"where-{saved_id}").set_value("folder").run()
    app.text_input(key=f"folder-{saved_id}").input("file:///etc").run()

    assert app.button(key="schedule-yes").disabled
    assert "allowed" in app.warning[0].value
    app.text_input(key=f"folder-{saved_id}").input("file:///srv/reports/mine/").run()
    app.button(key="schedule-yes").click().run()
    (one,) = saved.mine(here, ana)
    assert one.schedule is not None
    assert (one.schedule.often, one.schedule.folder) == (Often.WEEKLY, "file:///srv/reports/mine")
    assert not app.exception


def test_more_can_be_done_from_the_menu(here):
    ana = an_analyst(here)
    saved_id = a_scheduled(here, ana)
    a_run(here, saved_id)
    app = opened(ana)
    menu = f"more-{saved_id}"

    app.menu_button(key=menu).click("stop").run()
    assert [one.stopped for one in saved.mine(here, ana)] == [True]
    assert "stop" not in app.menu_button(key=menu).options
    app.menu_button(key=menu).click("rename").run()
    app.text_input(key=f"name-{saved_id}").input("Another").run()
    app.button(key="rename-export-yes").click().run()
    assert [one.name for one in saved.mine(here, ana)] == ["Another"]
    app.menu_button(key=menu).click("history").run()
    assert shown(app).count("there until") == 2  # on the card and in the history
    app.menu_button(key=menu).click("open").run()
    assert app.session_state["export-data"] == "contracts"
    app.session_state["part"] = "saved"
    app.run()
    app.menu_button(key=menu).click("delete").run()
    app.button(key="delete-export-yes").click().run()
    assert saved.mine(here, ana) == []
    assert "You have saved no export yet." in app.info[0].value
    assert not app.exception


def test_what_waits_for_a_worker_that_is_not_there_is_told(here):
    ana = an_analyst(here)
    one = a_saved(here, ana, "Weekly")
    idle = opened(ana)
    runs.run_now(here, ana, one)
    alone = opened(ana)
    beats.note(here, "mail")
    attended = opened(ana)

    assert [len(app.warning) for app in (idle, alone, attended)] == [0, 1, 0]
    assert "start `lc worker`" in alone.warning[0].value
