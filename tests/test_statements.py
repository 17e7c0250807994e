"""How many statements a bulk action sends: as many for a hundred people as for ten."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from lc_core import invitations, inviting
from lc_core.invitation_lists import Chosen, Filter
from lc_core.mail import claims
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType
from tests.worlds import OPERATOR, a_contract, email, offered

FEW, MANY = 10, 100


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """What is sent meanwhile; a statement that carries many rows is one."""
    sent: list[str] = []

    def before(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", before)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", before)


def sent_for(db: Database, how_many: int, verb) -> list[str]:
    """What one action on so many invited people sends; all of them let it be done."""
    contract_id = a_contract(db, ContractType.VOUCHER, seats=1000)
    people = [email(f"p{how_many}-{n}") for n in range(how_many)]
    inviting.invite(db, OPERATOR, contract_id, people, activities=offered(db, contract_id))
    with statements(db) as sent:
        done = verb(db, OPERATOR, contract_id, Chosen(matching=Filter()))
    assert len(done) == how_many
    assert all(one.reason is None for one in done)
    return sent


@pytest.mark.parametrize("verb", [invitations.revoke, invitations.resend], ids=lambda verb: verb.__name__)
def test_a_bulk_action_sends_as_many_statements_for_a_hundred_people_as_for_ten(db, verb):
    few, many = sent_for(db, FEW, verb), sent_for(db, MANY, verb)

    assert len(few) > 0
    assert len(many) == len(few), "\n".join(many)


def test_claiming_letters_sends_as_many_statements_for_many_as_for_few(db):
    contract_id = a_contract(db, ContractType.VOUCHER, seats=1000)

    def sent_for_claiming(how_many: int) -> list[str]:
        people = [email(f"p{how_many}-{n}") for n in range(how_many)]
        inviting.invite(db, OPERATOR, contract_id, people, activities=offered(db, contract_id))
        with statements(db) as sent:
            assert len(claims.take(db, how_many + 1).claims) == how_many
        return sent

    few, many = sent_for_claiming(FEW), sent_for_claiming(MANY)

    assert len(many) == len(few), "\n".join(many)
