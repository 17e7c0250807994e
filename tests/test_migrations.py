"""What a migration does to the rows that are there."""

from alembic import command
from sqlalchemy import text

from lc_core import contract_lists, managed_contracts
from lc_core.managed_contracts import Wanted
from lc_core.records.db import Database
from lc_core.records.migrations import config
from tests.worlds import OPERATOR

A_CONTRACT = """
    insert into contracts (code, code_key, title, contract_type, seats, valid_from, timezone, starts_at,
                           require_invitation_code, invitation_code, invitation_code_made_at, over_invitation,
                           seat_release, created_at)
    values ('C-Ä', 'c-ä', 'Éire', 'voucher', 5, '2026-01-01', 'UTC', '2026-01-01 00:00:00',
            false, 'A', '2026-01-01 00:00:00', 'warn', 'never', '2026-01-01 00:00:00')
"""


def test_contracts_that_were_there_are_searched_too_and_lose_nothing(tmp_path, clock):
    db = Database.open(f"sqlite:///{tmp_path / 'lc.sqlite'}", clock=clock)
    with db._writing.connect() as connection:
        command.upgrade(config(connection), "0007")
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
