"""The page of the outbox, and what the page of invitations says of mail: who sees it, and what the clicks do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lc_core import outgoing, people
from lc_core.outgoing import LetterFilter
from lc_core.reasons import Reason
from lc_core.records import beats
from lc_core.records.db import Database
from lc_core.vocabulary import LetterState, Privilege, Role
from tests import apps
from tests.mail_servers import Mailbox
from tests.mailing import BUSY, UNKNOWN, deliver, letters, one_of_each_state, refuses
from tests.worlds import FIRST_DAY, OPERATOR, a_contract, a_learner, an_admin, email, invite, somebody

HOSTILE = "![x](http://127.0.0.1:9/p.png) :material/home: <b>*bold*</b> $x$"
ADMINISTRATORS = {"super", "administrator"}
EVERYONE = ["super", "administrator", "unprivileged", "manager", "analyst", "ada", "learner", None]


@dataclass
class World:
    """A contract with a letter of each state, and somebody of every role; Ada runs the contract."""

    db: Database
    contract: int
    ids: dict[LetterState, int]
    people: dict[str, int | None]

    def open(self, who: str | None = "super", page: str = "outbox", **query: int | str) -> AppTest:
        app = apps.shell()
        if who is not None:
            app.session_state["person_id"] = self.people[who]
        return apps.at(app, page, **query)

    def state_of(self, state: LetterState) -> LetterState:
        """Where the letter is that was in this state."""
        return next(letter.state for letter in letters(self.db) if letter.id == self.ids[state])


@pytest.fixture
def world(
    db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox, mail_url: str
) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        ids = one_of_each_state(db, mailbox, mail_url)
        contract = outgoing.listing(db, OPERATOR, LetterFilter()).rows[0].contract_id or 0
        beats.note(db, outgoing.MAIL)
        who = {
            "super": somebody(db, "super", Role.SUPER_ADMIN),
            "administrator": somebody(db, "administrator", Role.ADMINISTRATOR, Privilege.CONTRACTS),
            "unprivileged": somebody(db, "unprivileged", Role.ADMINISTRATOR),
            "manager": somebody(db, "manager", Role.MANAGER),
            "analyst": somebody(db, "analyst", Role.ANALYST, Privilege.PERSONAL_DATA),
            "ada": an_admin(db, "ada", contract),
            "learner": a_learner(db, "learner"),
        }
        yield World(db, contract, ids, {name: actor.person_id for name, actor in who.items()})


def words(app: AppTest) -> str:
    """All that the page says, as people read it."""
    kinds = (app.title, app.markdown, app.caption, app.text, app.error, app.info, app.success, app.warning)
    said = [str(element.value) for kind in kinds for element in kind]
    return "\n".join(said).replace("\u2060", "").replace("\\", "")


def shown(app: AppTest, column: str) -> list[str]:
    """A column of the page's table."""
    return [str(value) for value in app.dataframe[-1].value[column]] if app.dataframe else []


def select(app: AppTest, *positions: int) -> AppTest:
    """Select rows of the table as the browser does: by position, under the table's key."""
    told = app.dataframe[-1].proto.id
    app.session_state[told[told.index("letters-") :]] = {
        "selection": {"rows": list(positions), "columns": [], "cells": []}
    }
    return app.run()


def label(app: AppTest, key: str) -> str:
    return str(app.button(key=key).label)


# --- who sees it, and what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", EVERYONE)
def test_the_outbox_is_for_those_who_manage_contracts_and_shows_nobody_else_anything(world, person):
    app = world.open(person)

    assert not app.exception
    assert ("Every letter that was written here" in words(app)) == (person in ADMINISTRATORS)
    assert (email("failed") in shown(app, "E-mail")) == (person in ADMINISTRATORS)


def test_a_letter_is_shown_with_its_sign_its_word_and_what_was_said_to_it(world):  # R-INV-14
    app = world.open()

    states = {
        cell.strip("[]'"): said for cell, said in zip(shown(app, "State"), shown(app, "What was said"), strict=True)
    }
    assert states["× Failed"] == UNKNOWN
    assert states["↻ Will be tried again"] == BUSY
    assert states["– Cancelled"] == Reason.PERSON_DEACTIVATED.label
    assert {"○ Queued", "● Being sent", "✓ Sent"} < states.keys()


def test_letters_are_filtered_and_the_address_keeps_it(world):
    app = world.open()
    app.pills(key="mail-is").set_value(["failed", "sent"]).run()
    by_state = shown(app, "E-mail")
    app.text_input(key="to").set_value("FAILED").run()
    reopened = world.open(**{"mail-is": "failed", "about": "invitation", "to": "example"})
    app.selectbox(key="about").set_value("alert").run()

    assert by_state == [email("failed"), email("sent")]
    assert app.query_params["mail-is"] == ["failed", "sent"]
    assert app.query_params["about"] == "alert"
    assert "No letter matches." in words(app)
    assert shown(reopened, "E-mail") == [email("failed")]
    assert not app.exception


def test_the_counts_stand_beside_the_filters(world):
    app = world.open(**{"mail-is": "failed"})

    pills, (select_,) = app.pills(key="mail-is"), app.selectbox
    assert [option.content for option in pills.proto.options][:3] == ["Queued (2)", "Being sent (1)", "Sent (1)"]
    assert "Invitation (1)" in select_.options
    assert "Contract admin named (0)" in select_.options


def test_nonsense_in_the_address_shows_everything(world):
    for nonsense in ("x", "", "9" * 40, "failed'"):
        app = world.open(**{"mail-is": nonsense, "about": nonsense})

        assert not app.exception, nonsense
        assert len(shown(app, "E-mail")) == 7, nonsense


def test_what_people_and_servers_say_is_text(world, mailbox, mail_url):
    people.register(world.db, OPERATOR, email("eve"), HOSTILE)
    invite(world.db, a_contract(world.db, title=HOSTILE, valid_from=FIRST_DAY), "eve")
    refuses(mailbox, eve=f"550 {HOSTILE}", queued=BUSY, ada=BUSY)
    deliver(world.db, mail_url)
    beats.note(world.db, outgoing.MAIL, HOSTILE)
    app = select(world.open(), 0)

    assert not app.exception
    for element in (*app.markdown, *app.caption, *app.warning):
        assert "![x](" not in str(element.value)
        assert "<b>" not in str(element.value)
    assert f"550 {HOSTILE}" in [text.value for text in app.text]
    (link,) = [link.proto.label for link in app.get("page_link") if "Invitations of" in link.proto.label]
    assert "![x](" not in link
    assert "<b>" not in link
    assert f"“{HOSTILE}”" in words(app)


def test_an_empty_outbox_says_what_it_is(db_url, tmp_path, monkeypatch):
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        app = apps.shell()
        app.session_state["person_id"] = somebody(db, "super", Role.SUPER_ADMIN).person_id
        apps.at(app, "outbox")

    assert "No letter was written yet" in words(app)
    assert not app.dataframe


# --- how mail is doing -----------------------------------------------------------------------------------------------


def test_how_mail_is_doing_is_said_in_a_sentence(world):
    well = world.open()
    beats.note(world.db, outgoing.MAIL, "Connection refused")
    down = world.open()
    beats.note(world.db, outgoing.MAIL, outgoing.NO_SERVER)
    unset = world.open()

    assert "Mail goes out. 4 letters wait, the first since" in well.success[0].value
    assert "The mail server is down since" in words(down)
    assert "“Connection refused”. 4 letters wait" in words(down)
    assert "No mail server is set" in words(unset)


def test_that_nobody_delivers_is_said_with_what_to_do(world):
    clock = world.db.clock
    world.db.clock = lambda: clock() - timedelta(hours=1)
    for job in (outgoing.MAIL, "copy"):
        beats.note(world.db, job)
    app = world.open()

    assert "Nobody delivers letters at the moment: start `lc worker`. No worker was seen since" in app.warning[0].value


# --- what can be done ------------------------------------------------------------------------------------------------


def test_selected_letters_are_tried_again_and_what_cannot_be_says_why(world, mailbox, mail_url):
    app = select(world.open(**{"mail-is": "failed"}), 0)
    sent = select(world.open(**{"mail-is": "sent"}), 0)
    assert label(app, "retry-letters") == "Try again (1)"
    assert sent.button(key="retry-letters").disabled
    assert sent.button(key="cancel-letters").disabled
    assert "Only a letter that failed" in sent.button(key="retry-letters").help
    app.button(key="retry-letters").click().run()

    assert "Queued again: 1" in words(app)
    refuses(mailbox)
    deliver(world.db, mail_url)
    assert world.state_of(LetterState.FAILED) is LetterState.SENT
    assert not app.exception


def test_all_that_match_are_cancelled_after_a_look_and_told_by_result(world):
    app = world.open()
    app.toggle[0].set_value(True).run()
    assert (label(app, "retry-letters"), label(app, "cancel-letters")) == ("Try again (2)", "Cancel (4)")
    app.button(key="cancel-letters").click().run()
    before = world.state_of(LetterState.QUEUED)
    assert "4 letters will not be sent." in words(app)
    app.button(key="yes").click().run()

    assert before is LetterState.QUEUED
    assert "Letter cancelled: 4" in words(app)
    assert world.state_of(LetterState.QUEUED) is LetterState.CANCELLED
    assert world.state_of(LetterState.CLAIMED) is LetterState.CLAIMED
    assert not app.exception


def test_one_that_went_out_meanwhile_is_told_beside_the_others(world, mailbox, mail_url):
    app = select(world.open(**{"mail-is": "queued"}), 0, 1)
    refuses(mailbox)
    assert label(app, "cancel-letters") == "Cancel (2)"
    app.button(key="cancel-letters").click().run()
    outgoing.cancel(world.db, OPERATOR, outgoing.LettersChosen(frozenset({world.ids[LetterState.QUEUED]})))
    app.button(key="yes").click().run()

    assert "Letter cancelled: 1" in words(app)
    assert f"Refused. {Reason.LETTER_GONE.label.rstrip('.')}: 1" in words(app)


# --- the invitations page --------------------------------------------------------------------------------------------


def test_the_invitations_page_tells_the_state_of_mail_and_the_words_of_what_was_not_taken(world):  # R-INV-14
    app = world.open("ada", "invitations", contract=world.contract)

    told = dict(zip(shown(app, "E-mail"), shown(app, "Mail"), strict=True))
    assert told[email("failed")] == f"× Failed: {UNKNOWN}"
    assert told[email("deferred")] == f"↻ Will be tried again: {BUSY}"
    assert told[email("sent")] == "✓ Sent"
    assert told[email("cancelled")] == f"– Cancelled: {Reason.PERSON_DEACTIVATED.label}"
    masked = world.open("manager", "invitations", contract=world.contract)
    assert "× Failed" in shown(masked, "Mail")


def test_invitations_are_filtered_by_mail_and_the_address_keeps_it(world):
    app = world.open("ada", "invitations", contract=world.contract)
    app.selectbox(key="mail").set_value("failed").run()
    reopened = world.open("ada", "invitations", contract=world.contract, mail="deferred")
    none = world.open("ada", "invitations", contract=a_contract(world.db), mail="sent")

    assert shown(app, "E-mail") == [email("failed")]
    assert app.query_params["mail"] == "failed"
    assert shown(reopened, "E-mail") == [email("deferred")]
    assert not none.exception


def test_no_match_is_not_said_to_be_nobody(world):
    app = world.open("ada", "invitations", contract=world.contract, mail="sent", find="nobody at all")

    assert "No invitation matches." in words(app)
    assert "Nobody here yet" not in words(app)


def test_those_who_run_a_contract_are_told_while_its_letters_do_not_go_out(world):
    def banners(who: str, contract: int = world.contract) -> list[str]:
        app = world.open(who, "invitations", contract=contract)
        assert not app.exception
        return [one.value for one in app.warning]

    empty = a_contract(world.db)
    assert banners("ada") == []
    beats.note(world.db, outgoing.MAIL, "Connection refused")

    (told,) = banners("ada")
    assert told.startswith("Letters do not go out at the moment. 4 letters of this contract wait")
    assert len(banners("super")) == 1
    assert banners("manager") == banners("super", empty) == []
