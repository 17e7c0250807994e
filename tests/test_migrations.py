"""What a migration does to the rows that are there."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lc_core import contract_lists, managed_contracts
from lc_core.exports import asked
from lc_core.exports.chosen import Chosen
from lc_core.managed_contracts import Wanted
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.export_models import ExportRun
from lc_core.records.migrations import config
from lc_core.report_rules import RunState
from tests.saving import rows
from tests.worlds import OPERATOR

A_CONTRACT = """
    insert into contracts (code, code_key, title, contract_type, seats, valid_from, timezone, starts_at,
                           require_invitation_code, invitation_code, invitation_code_made_at, over_invitation,
                           seat_release, created_at)
    values ('C-Ä', 'c-ä', 'Éire', 'voucher', 5, '2026-01-01', 'UTC', '2026-01-01 00:00:00',
            false, 'A', '2026-01-01 00:00:00', 'warn', 'never', '2026-01-01 00:00:00')
"""


def up_to(db: Database, revision: str) -> None:
    with db._writing.connect() as connection:
        command.upgrade(config(connection), revision)


def emptied(db: Database) -> None:
    """As if nothing had been made in it."""
    if db.engine.dialect.name == "postgresql":
        with db._writing.begin() as connection:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))


def test_contracts_that_were_there_are_searched_too_and_lose_nothing(tmp_path, clock):
    db = Database.open(f"sqlite:///{tmp_path / 'lc.sqlite'}", clock=clock)
    up_to(db, "0007")
    with db.bookkeeping() as session:
        session.execute(text(A_CONTRACT))
        session.execute(text("insert into people (email_key, email) values ('ada@example.org', 'ada@example.org')"))
        session.execute(text("insert into contract_admins (contract_id, person_id) values (1, 1)"))

    db.migrate()

    for search in ("éIRE", "c-Ä"):
        assert [row.id for row in managed_contracts.listing(db, OPERATOR, Wanted(search=search)).rows] == [1]
    assert [one.email for one in contract_lists.admins(db, OPERATOR, 1)] == ["ada@example.org"]
    assert db.readiness() == {"database": True, "migrations": True}
    db.close()


A_RUN = """
    insert into export_runs (id, saved_export_id, due_at, day, chosen, folder, by_letter, stem, state, try_at, attempts,
                             failed_for, finished_at)
    values (:id, 3, :due, '2026-01-01', '{}', '', true, 'Every-morning', :state, :due, 1, :why, :over)
"""


def test_runs_that_were_there_are_their_owners_and_no_id_is_given_twice(db_url, tmp_path, clock):
    url = db_url if db_url.startswith("postgresql") else f"sqlite:///{tmp_path / 'old.sqlite'}"
    db = Database.open(url, clock=clock)
    emptied(db)
    up_to(db, "0013")
    with db.bookkeeping() as session:
        session.execute(text("insert into people (email_key, email) values ('x@example.org', 'x@example.org')"))
        session.execute(text("insert into people (email_key, email) values ('ada@example.org', 'ada@example.org')"))
        session.execute(
            text(
                "insert into saved_exports (id, person_id, name, name_key, chosen, version, saved_at)"
                " values (3, 2, 'Every morning', 'every morning', '{}', 1, '2026-01-01 00:00:00')"
            )
        )
        for number, (state, why) in enumerate([("waiting", None), ("failed", "run_broke"), ("waiting", None)], 1):
            due = f"2026-01-0{number} 00:00:00"
            over = due if why else None
            session.execute(text(A_RUN), {"id": number, "due": due, "state": state, "why": why, "over": over})
        if db.engine.dialect.name == "postgresql":
            session.execute(text("select setval('export_runs_id_seq', 3)"))
        session.execute(text("delete from export_runs where id = 3"))

    db.migrate()

    assert [(run.id, run.person_id, run.saved_export_id, run.state.value, run.failed_for) for run in rows(db)] == [
        (1, 2, 3, "waiting", None),
        (2, 2, 3, "failed", Reason.RUN_BROKE),
    ]
    with db.bookkeeping() as session:
        chosen, day = Chosen("contracts").to_json(), clock.now.date()
        said = {"due_at": clock.now, "try_at": clock.now, "day": day, "chosen": chosen, "state": RunState.WAITING}
        session.add(ExportRun(person_id=2, folder="", by_letter=False, stem="contracts", **said))
    assert [one.run.id for one in asked.mine(db, Actor.person(2))] == [4]
    with pytest.raises(IntegrityError), db.bookkeeping() as session:
        session.execute(text("update export_runs set state = 'done'"))
    assert db.readiness() == {"database": True, "migrations": True}
    db.close()
