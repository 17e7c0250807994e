"""Operation keys are known for a while, and then forgotten, so that their table does not grow for ever."""

from datetime import timedelta

from sqlalchemy import insert, select

from lc_core import contracts
from lc_core.insight.copy import Insight
from lc_core.reasons import Reason
from lc_core.records.house_models import Operation
from lc_core.records.once import AT_ONCE, REMEMBERED, forget_keys
from lc_core.records.operations import OperationKey
from lc_core.settings import Settings
from lc_core.worker import Worker
from tests.worlds import OPERATOR, a_contract, contract_now, events_of, refused, unchanged

SECOND = timedelta(seconds=1)


def keys_of(db):
    with db.read() as session:
        return set(session.scalars(select(Operation.key)))


def test_a_key_is_known_for_ninety_days_and_then_new_again(db, clock, tmp_path):
    worker = Worker(db, Insight(db, tmp_path / "copy"), Settings(data_dir=tmp_path))
    contract_id, key = a_contract(db), OperationKey("k")
    contracts.rename(db, OPERATOR, contract_id, "First", key=key)
    clock.forward(REMEMBERED - SECOND)
    contracts.rename(db, OPERATOR, contract_id, "Between", key=OperationKey("younger"))
    assert worker.do("keys") == {"forgotten": 0}
    with refused(db, Reason.KEY_USED_OTHERWISE):
        contracts.rename(db, OPERATOR, contract_id, "Other", key=key)
    with unchanged(db):
        contracts.rename(db, OPERATOR, contract_id, "First", key=key)
    told = len(events_of(db, contract_id))
    clock.forward(SECOND)

    assert worker.do("keys") == {"forgotten": 1}
    assert keys_of(db) == {"younger"}
    assert len(events_of(db, contract_id)) == told
    contracts.rename(db, OPERATOR, contract_id, "Other", key=key)
    assert contract_now(db, contract_id).title == "Other"


def test_many_old_keys_are_forgotten_a_portion_at_a_time(db, clock):
    said = {"fingerprint": "f", "answer": "null"}
    old, many = clock.now - REMEMBERED, 2 * AT_ONCE + 1
    with db.bookkeeping() as session:
        rows = [{"key": f"{n}", "at": old + timedelta(minutes=n - many), **said} for n in range(many)]
        session.execute(insert(Operation), [*rows, {"key": "new", "at": clock.now, **said}])
    worked_off = iter([False, True])
    first = forget_keys(db, lambda: next(worked_off))
    left = keys_of(db)

    assert (first, len(left)) == (AT_ONCE, AT_ONCE + 2)
    assert f"{AT_ONCE}" in left
    assert f"{AT_ONCE - 1}" not in left
    assert forget_keys(db) == AT_ONCE + 1
    assert keys_of(db) == {"new"}
