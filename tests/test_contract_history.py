"""What was done with a contract is found again, by those who run it (R-AUD-1, R-INV-13)."""

from datetime import timedelta

import pytest

from lc_core import codes, contract_history, invitations
from lc_core.errors import NotFound
from lc_core.vocabulary import Event, Result
from tests.worlds import OPERATOR, a_contract, an_admin, an_enrolled, email, invite, offered, only


def test_the_outcome_of_an_action_is_found_again(db, clock):
    contract_id = a_contract(db)
    _ann, bob = invite(db, contract_id, "ann", "bob")
    clock.forward(timedelta(hours=1))
    ada = an_admin(db, "ada", contract_id)
    invitations.revoke(db, ada, contract_id, only(bob))

    last = contract_history.recent(db, ada, contract_id)[0]
    assert (last.event, last.who, last.at) == (Event.INVITATIONS_REVOKED, "Ada", clock.now)
    assert last.results == {Result.REVOKED: 1}
    became = contract_history.outcome(db, ada, contract_id, last.event_id)
    assert [(one.person, one.result) for one in became] == [(email("bob"), Result.REVOKED)]


def test_what_learners_do_themselves_is_left_to_the_list(db):
    contract_id = a_contract(db)
    an_enrolled(db, contract_id, "ann", offered(db, contract_id)[0])
    codes.regenerate(db, OPERATOR, contract_id)

    events = [one.event for one in contract_history.recent(db, OPERATOR, contract_id)]
    assert events[0] is Event.CODE_REGENERATED
    assert set(events).isdisjoint(contract_history.BY_LEARNERS)


def test_the_history_of_one_contract_tells_nothing_of_another(db):
    contract_id, other = a_contract(db), a_contract(db)
    invite(db, other, "bob")
    theirs = contract_history.recent(db, OPERATOR, other)[0]

    assert theirs.event_id not in {one.event_id for one in contract_history.recent(db, OPERATOR, contract_id)}
    with pytest.raises(NotFound):
        contract_history.outcome(db, OPERATOR, contract_id, theirs.event_id)
