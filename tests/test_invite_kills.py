"""A long list is being invited, and the process is killed: what was written is whole, and running it again completes it."""

import random
import signal
import subprocess
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lc_core.bulk_inviting import AT_ONCE, invite_all
from lc_core.records import expressions
from lc_core.records.db import Database
from lc_core.records.house_models import InvitationImport, Letter
from lc_core.records.models import Contract, Invitation, Person
from lc_core.vocabulary import ContractType
from tests import processes
from tests.conftest import check_invariants
from tests.processes import PATIENCE, until
from tests.races.together import PROCESSES
from tests.real_time import db
from tests.worlds import FIRST_DAY, OPERATOR, a_contract, email

__all__ = ["db"]
KILLS, LONG = 20, 20_000
FEW_KILLS, SHORT, PART = 2, 400, 20
MOMENTS = random.Random(6)


def an_open_contract(db: Database) -> int:
    return a_contract(db, ContractType.SUBSCRIPTION, seats=LONG, valid_from=FIRST_DAY.replace(year=2020), valid_to=None)


def whole_parts(db: Database, contract_id: int, part: int) -> int:
    """How many are invited, once it is sure that every part was written whole or not at all, and counted."""
    with db.read() as session:  # one look: a server may still be finishing what the killed process asked for last
        invited = session.scalar(select(func.count()).where(Invitation.contract_id == contract_id)) or 0
        letters = session.scalar(
            select(func.count(Letter.id))
            .join(Invitation, Invitation.id == Letter.invitation_id)
            .where(Invitation.contract_id == contract_id)
        )
        done = session.scalar(select(InvitationImport.done).where(InvitationImport.contract_id == contract_id)) or 0
    assert invited == letters == done
    assert invited % part == 0
    return invited


def everybody_once(db: Database, contract_id: int, entries: Sequence[str]) -> None:
    """Each of the list has one live invitation, and that has one letter; nothing else was written."""
    letters = select(func.count(Letter.id)).where(Letter.invitation_id == Invitation.id).scalar_subquery()
    each = (
        select(Person.email_key, expressions.is_live(), letters)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.contract_id == contract_id)
    )
    with db.read() as session:
        found = sorted((key, bool(live), count) for key, live, count in session.execute(each))
        imports = session.execute(
            select(InvitationImport.done, InvitationImport.finished_at.is_not(None)).where(
                InvitationImport.contract_id == contract_id
            )
        ).all()
    assert found == [(key, True, 1) for key in sorted(entries)]
    assert {(done, finished) for done, finished in imports} == {(len(entries), True)}


# --- the verb --------------------------------------------------------------------------------------------------------


def invite_and_tell(url: str, contract_id: int, entries: Sequence[str], line: Connection) -> None:
    """Runs in a process of its own: invite in small parts, and tell each."""
    db = Database.open(url)
    invite_all(db, OPERATOR, contract_id, entries, at_once=PART, progress=lambda done, _all: line.send(done))


def killed_after(url: str, contract_id: int, entries: Sequence[str], parts: int, seconds: float) -> None:
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=invite_and_tell, args=(url, contract_id, entries, there), daemon=True)
    process.start()
    there.close()
    for _part in range(parts):
        assert here.poll(PATIENCE)
        here.recv()
    time.sleep(seconds)
    process.kill()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL


def test_a_list_whose_process_is_killed_is_completed_by_inviting_it_again(db, db_url):
    contract_id = an_open_contract(db)
    entries = [email(f"guest-{n:05}") for n in range(SHORT)]
    for number in range(FEW_KILLS):
        killed_after(db_url, contract_id, entries, MOMENTS.randint(1, 3), MOMENTS.uniform(0, 0.02))
        check_invariants(db)
        assert 0 < whole_parts(db, contract_id, PART) < SHORT, f"kill {number}"

    invite_all(db, OPERATOR, contract_id, entries, at_once=PART)
    everybody_once(db, contract_id, entries)


# --- the command -----------------------------------------------------------------------------------------------------


def begin_to_invite(url: str, folder: Path, code: str, file: Path) -> subprocess.Popen[str]:
    settings = {"LC_DATABASE_URL": url, "LC_DATA_DIR": str(folder / "data")}
    return processes.start("lc_core.cli", "invite", code, str(file), settings=settings, stdout=subprocess.DEVNULL)


def wait_until_done(db: Database, contract_id: int, rows: int) -> None:
    done = select(InvitationImport.done).where(InvitationImport.contract_id == contract_id)

    def enough() -> bool:
        with db.read() as session:
            return (session.scalar(done) or 0) >= rows

    until(enough, f"{rows} done")


@pytest.mark.soak
@pytest.mark.parametrize("number", range(KILLS))
def test_a_command_killed_at_any_moment_is_completed_by_running_it_again(db, db_url, tmp_path, number):
    contract_id = an_open_contract(db)
    with db.read() as session:
        code = session.scalars(select(Contract.code).where(Contract.id == contract_id)).one()
    entries = [email(f"guest-{n}") for n in range(LONG)]
    file = tmp_path / "guests.csv"
    file.write_text("\n".join(["email", *entries]))
    moments = random.Random(number)
    done = moments.randrange(LONG // AT_ONCE) * AT_ONCE

    process = begin_to_invite(db_url, tmp_path, code, file)
    if done:  # else it is killed while it starts, reads, or writes the first part
        wait_until_done(db, contract_id, done)
    time.sleep(moments.uniform(0, 1) if done else moments.uniform(0, 4))
    process.kill()
    process.wait(PATIENCE)
    check_invariants(db)
    assert whole_parts(db, contract_id, AT_ONCE) >= done

    assert begin_to_invite(db_url, tmp_path, code, file).wait(PATIENCE) == 0
    everybody_once(db, contract_id, entries)
