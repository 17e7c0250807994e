"""Privacy: what is held on one person is told whole; who is erased is found in no store, and nothing is counted otherwise."""

from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import duckdb
import pytest
from sqlalchemy import select, update

from lc_core import (
    addresses,
    invitation_lists,
    invitations,
    inviting,
    people,
    personal_data,
    privacy,
    seats,
)
from lc_core.insight import answers, check
from lc_core.insight.copy import Insight
from lc_core.invitation_lists import Filter
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.records.house_models import CodeAttempt, IdentityHeld, Letter, Operation, PreparedInvitation
from lc_core.records.models import ContractAdmin, Person, Record
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import (
    Event,
    InvitationStatus,
    LetterState,
    Privilege,
    Result,
    Role,
)
from tests.feeding import contract_called
from tests.one_life import WHO, lived
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    count_of,
    email,
    invitation_now,
    invite,
    last_event,
    ledger_of,
    letters_of,
    live_of,
    not_found,
    offered,
    only,
    person_of,
    refused,
    somebody,
    unchanged,
    used,
)

TRACES = ("zaphod", "beeblebrox", "hr-4711-z")


def stores(db: Database, copy: Path) -> str:
    """All that is kept, decoded: every row of every table, the database's file, and every table and file of the copy."""
    with db.read() as session:
        rows = [repr(tuple(row)) for table in Record.metadata.sorted_tables for row in session.execute(select(table))]
    files = [file for file in copy.rglob("*") if file.is_file()]
    if db.engine.dialect.name == "sqlite":
        kept = Path(db.engine.url.database or "")
        files += [kept, *kept.parent.glob(f"{kept.name}-*")]
    raw = [file.read_bytes().decode("latin-1") for file in files]
    return "\n".join([*rows, *raw, *copied(copy)]).lower()


def copied(copy: Path) -> list[str]:
    told = []
    for file in copy.glob("*.duckdb"):
        beside = copyfile(file, copy.parent / file.name)  # the copy itself is open, and locked
        with duckdb.connect(str(beside), read_only=True) as connection:
            tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
            told += [repr(connection.table(name).pl().rows()) for name in tables]
    return told


def counted(db: Database, *contract_ids: int) -> list[Any]:
    """Seats by status, the ledger, and each invitation's status and letters, which nobody's leaving rewrites."""
    return [
        (
            seats.by_status(db, OPERATOR, contract_id),
            ledger_of(db, contract_id),
            letters_of(db, contract_id),
            used(db, contract_id),
            invitation_lists.listing(db, OPERATOR, contract_id, Filter()).by_status,
        )
        for contract_id in contract_ids
    ]


# --- erased ----------------------------------------------------------------------------------------------------------


def test_who_is_erased_is_found_in_no_store(db, tmp_path):  # safety: Privacy
    who, *_contracts = lived(db, tmp_path)
    insight = Insight(db, tmp_path / "copy")
    answers.how_full_is_each_contract(insight, OPERATOR)
    before = stores(db, tmp_path / "copy")
    privacy.erase(db, OPERATOR, who.person_id, key=OperationKey(f"erase {email(WHO)}"))
    db.sweep()
    insight.refresh()
    insight.close()

    after = stores(db, tmp_path / "copy")
    assert [trace for trace in TRACES if trace not in before] == []
    assert [trace for trace in TRACES if trace in after] == []
    assert "bob@example.org" in after


def test_what_was_counted_stays_counted(db, tmp_path):  # R-SEAT-9, safety: Privacy
    who, voucher, unlimited = lived(db, tmp_path)
    insight = Insight(db, tmp_path / "copy")
    before, full = counted(db, voucher, unlimited), answers.how_full_is_each_contract(insight, OPERATOR).frame
    checked = [one.name for one in check.run(db, insight).checks]
    privacy.erase(db, OPERATOR, who.person_id)

    assert counted(db, voucher, unlimited) == before
    assert answers.how_full_is_each_contract(insight, OPERATOR).frame.equals(full)
    report = check.run(db, insight)
    assert report.ok, report.problems
    assert [one.name for one in report.checks] == checked
    insight.close()


def test_erasing_is_remembered_without_a_name(db, clock, tmp_path):  # R-AUD-1
    who, _, unlimited = lived(db, tmp_path)
    clock.forward(timedelta(hours=1))
    sue = somebody(db, "sue", Role.SUPER_ADMIN)
    privacy.erase(db, sue, who.person_id)

    event = last_event(db)
    assert (event.event, event.actor_id, event.subject) == (
        Event.PERSON_ERASED,
        sue.person_id,
        {"person": who.person_id},
    )
    theirs = sorted([unlimited, contract_called(db, "Bought").id])
    assert event.before == {"roles": ["manager"], "privileges": ["personal_data"], "contracts": theirs}
    cancelled = (Letter.person_id == who.person_id, Letter.cancelled_for == Reason.PERSON_ERASED)
    assert event.after["letters_cancelled"] == count_of(db, Letter, *cancelled) > 1
    with db.read() as session:
        gone = session.get_one(Person, who.person_id)
        assert (gone.email_key, gone.email, gone.name, gone.search_text, gone.external_id) == (None, None, "", "", None)
        assert gone.erased_at == clock.now
    for model in (ContractAdmin, IdentityHeld, CodeAttempt, PreparedInvitation):
        assert count_of(db, model, model.person_id == who.person_id) == 0


def test_nothing_is_sent_to_who_is_erased(db):  # R-ADD-7
    contract_id = a_contract(db)
    waiting, _bob = invite(db, contract_id, "ann", "bob")
    ann = person_of(db, "ann").id
    with db.bookkeeping() as session:  # a worker is about to send it
        claimed = update(Letter).where(Letter.person_id == ann)
        session.execute(claimed.values(state=LetterState.CLAIMED, lease_until=db.clock() + timedelta(minutes=1)))
    privacy.erase(db, OPERATOR, ann)

    with db.read() as session:
        states = dict(session.execute(select(Letter.person_id, Letter.state)).all())
    assert states == {ann: LetterState.CANCELLED, person_of(db, "bob").id: LetterState.QUEUED}
    (done,) = invitations.resend(db, OPERATOR, contract_id, only(waiting))
    assert (done.result, done.reason) == (Result.REFUSED, Reason.PERSON_ERASED)
    (row,) = invitation_lists.every(db, OPERATOR, contract_id, Filter(person_id=ann))
    assert (row.person, row.email) == (people.pseudonym(ann), "")
    assert row.why_not_resend is row.why_not_reinvite is Reason.PERSON_ERASED


def test_the_same_address_is_another_person_later(db):
    contract_id = a_contract(db)
    (old,) = invite(db, contract_id, "ann")
    ann = person_of(db, "ann").id
    privacy.erase(db, OPERATOR, ann)
    inviting.invite(db, OPERATOR, contract_id, [email("ann")], activities=offered(db, contract_id))

    assert person_of(db, "ann").id != ann
    assert live_of(db, contract_id, "ann").id != old
    assert invitation_now(db, old).person_id == ann
    assert invitation_now(db, old).status_at(db.clock()) is InvitationStatus.NOT_REGISTERED


def test_erasing_is_refused_where_somebody_would_be_missed(db):
    sue, ann = somebody(db, "sue", Role.SUPER_ADMIN), a_learner(db, "ann")
    for actor, person, reason in [
        (OPERATOR, sue.person_id, Reason.LAST_SUPER_ADMIN),
        (sue, sue.person_id, Reason.OWN_ACCOUNT),
    ]:
        with refused(db, reason):
            privacy.erase(db, actor, person)
        assert privacy.erasure_of(db, actor, person).why_not is reason
    privacy.erase(db, sue, ann.person_id)
    with refused(db, Reason.PERSON_ERASED):
        privacy.erase(db, sue, ann.person_id)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SUPER_ADMIN, Role.CONTRACT_ADMIN}])
def test_only_a_super_administrator_erases_and_is_told_what_is_held(db, role):  # roles table
    asker, ann = somebody(db, "max", role, Privilege.CONTRACTS, Privilege.PERSONAL_DATA), a_learner(db, "ann")
    for person in (ann.person_id, asker.person_id, NOBODY, 2**70):
        with not_found(db):
            privacy.erase(db, asker, person)
        with not_found(db):
            privacy.erasure_of(db, asker, person)
        with not_found(db):
            personal_data.export_person(db, asker, person)


def test_a_repeated_key_erases_once(db):  # safety: the browser
    ann, key = a_learner(db, "ann"), OperationKey.new()
    privacy.erase(db, OPERATOR, ann.person_id, key=key)

    with unchanged(db):
        privacy.erase(db, OPERATOR, ann.person_id, key=key)


def test_what_erasing_means_is_told_before(db, tmp_path):
    who, *_contracts = lived(db, tmp_path)
    told = privacy.erasure_of(db, OPERATOR, who.person_id)

    waiting = count_of(db, Letter, Letter.person_id == who.person_id, Letter.state == LetterState.QUEUED)
    assert (told.roles, told.contracts, told.sign_ins, told.unsent_letters) == (1, 2, 1, waiting)
    assert (told.invitations, told.enrollments, told.seat_moves, told.why_not) == (3, 1, 1, None)
    assert told.events > 3


def test_a_key_that_may_be_an_address_is_kept_as_its_hash(db):  # safety: Privacy
    address = addresses.parse(email("ann"))
    assert isinstance(address, addresses.Address)
    people.register(db, OPERATOR, email("ann"), "Ann", key=OperationKey(f"register {address.key}"))

    with unchanged(db):
        people.register(db, OPERATOR, email("ann"), "Ann", key=OperationKey(f"register {address.key}"))
    with db.read() as session:
        assert "@" not in repr(session.execute(select(Operation.key, Operation.answer)).all())
