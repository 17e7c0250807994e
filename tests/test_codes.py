"""Invitation codes: made hard to guess, compared kindly, replaced at once; past ones are hashes."""

import math
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from lc_core import codes, contract_lists, contracts, invitation_lists, invitations, redeeming
from lc_core.invitation_lists import Filter
from lc_core.reasons import Reason
from lc_core.records.house_models import Letter, Operation
from lc_core.records.models import PastCode
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ContractType, Event, LetterState
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_admin,
    code_of,
    everything,
    invite,
    last_event,
    not_found,
    only,
    refused,
    unchanged,
)

# --- made and compared -----------------------------------------------------------------------------------------------


def test_a_code_has_enough_bits_in_symbols_that_are_not_misread():  # safety: Codes
    made = {codes.generate() for _ in range(200)}

    assert len(codes.ALPHABET) == len(set(codes.ALPHABET)) == 31
    assert not set("ILO01") & set(codes.ALPHABET)
    assert codes.LENGTH * math.log2(len(codes.ALPHABET)) >= 120
    assert len(made) == 200
    assert set("".join(made)) == set(codes.ALPHABET)


@given(st.text(codes.ALPHABET, min_size=25, max_size=25), st.data())
def test_a_code_is_compared_without_case_spaces_and_dashes(code, data):  # safety: Codes
    between = st.text(" -\t\n\u2013\u00a0.", max_size=2)
    entered = "".join(data.draw(between) + data.draw(st.sampled_from([symbol, symbol.lower()])) for symbol in code)

    assert codes.normalised(entered) == code
    assert codes.normalised(codes.grouped(code)) == code


@given(st.text())
def test_whatever_is_entered_is_short_then(text):  # safety: Codes
    assert len(codes.normalised(text)) <= codes.LENGTH + 1


def test_a_longer_code_is_another_code():
    code = codes.generate()

    assert codes.normalised(code + "A") != code


# --- replaced --------------------------------------------------------------------------------------------------------


def test_a_new_code_replaces_the_old_one_at_once_and_is_remembered(db, clock):  # R-CON-10
    contract_id = a_contract(db)
    old, made_at = code_of(db, contract_id), clock.now
    admin, learner = an_admin(db, "ada", contract_id), a_learner(db, "ann")
    clock.forward(timedelta(days=1))

    new = codes.regenerate(db, admin, contract_id)

    event = last_event(db, contract_id)
    assert new == codes.Regenerated(codes.grouped(code_of(db, contract_id)), 0)
    assert contract_lists.one(db, admin, contract_id).code_to_share == new.code
    assert (event.event, event.actor_id) == (Event.CODE_REGENERATED, admin.person_id)
    with refused(db, Reason.CODE_NOT_ACCEPTED):
        redeeming.redeem(db, learner, old)
    redeeming.redeem(db, learner, new.code)
    assert codes.history(db, admin, contract_id) == [codes.PastCodeSeen(made_at, clock.now)]
    with db.read() as session:
        assert session.scalars(select(PastCode.code_hash)).all() == [sha256(old.encode()).hexdigest()]


def test_past_codes_are_kept_as_hashes_only(db):  # safety: Codes
    contract_id = a_contract(db)
    past = [code_of(db, contract_id)]
    for _ in range(3):
        codes.regenerate(db, OPERATOR, contract_id, key=OperationKey.new())
        past.append(code_of(db, contract_id))
    current = past.pop()

    stored = repr(everything(db))
    assert current in stored
    for code in past:
        assert code not in stored
        assert codes.grouped(code) not in stored
    assert len(codes.history(db, OPERATOR, contract_id)) == 3


def test_of_two_who_replace_the_code_they_saw_the_second_gets_the_new_one(db):  # R-CON-10
    contract_id = a_contract(db)
    seen = codes.grouped(code_of(db, contract_id))
    first = codes.regenerate(db, OPERATOR, contract_id, old_code=seen)

    with unchanged(db):
        assert codes.regenerate(db, OPERATOR, contract_id, old_code=seen) == first
    second = codes.regenerate(db, OPERATOR, contract_id, old_code=first.code.lower())
    assert second.code != first.code


def test_a_repeated_key_replaces_once_and_tells_the_current_code(db):  # safety: the browser
    contract_id, other, key = a_contract(db), a_contract(db), OperationKey.new()
    first = codes.regenerate(db, OPERATOR, contract_id, key=key)
    with unchanged(db):
        assert codes.regenerate(db, OPERATOR, contract_id, key=key) == first
    second = codes.regenerate(db, OPERATOR, contract_id)

    with unchanged(db):
        assert codes.regenerate(db, OPERATOR, contract_id, key=key) == second
    with refused(db, Reason.KEY_USED_OTHERWISE):
        codes.regenerate(db, OPERATOR, other, key=key)
    with db.read() as session:
        answers = [answer or "" for answer in session.scalars(select(Operation.answer))]
    assert all(code.code not in answer for code in (first, second) for answer in answers)


def test_who_is_no_admin_any_more_is_told_no_code_by_a_repeated_key(db):  # safety: Authorisation
    contract_id, key = a_contract(db), OperationKey.new()
    admin = an_admin(db, "ada", contract_id)
    codes.regenerate(db, admin, contract_id, key=key)
    contracts.remove_admin(db, OPERATOR, contract_id, admin.person_id or 0)

    with not_found(db):
        codes.regenerate(db, admin, contract_id, key=key)


# --- letters that hold the old one -----------------------------------------------------------------------------------


@pytest.mark.parametrize("require_code", [True, False])
def test_the_letters_that_hold_the_old_code_are_counted(db, clock, require_code):  # R-CON-10
    contract_id = a_contract(db, ContractType.UNLIMITED, require_invitation_code=require_code)
    told, queued, revoked = invite(db, contract_id, "told", "queued", "revoked")
    _, accepted = a_redeemed(db, contract_id, "accepted")
    with db.bookkeeping() as session:
        left = update(Letter).where(Letter.invitation_id.in_([told, revoked, accepted]))
        session.execute(left.values(state=LetterState.SENT, sent_at=clock.now))
    invitations.revoke(db, OPERATOR, contract_id, only(revoked))
    clock.forward(timedelta(hours=1))

    holding = int(require_code)
    assert contract_lists.one(db, OPERATOR, contract_id).letters_with_old_code == 0
    assert codes.regenerate(db, OPERATOR, contract_id).letters_with_old_code == holding
    assert len(invitation_lists.every(db, OPERATOR, contract_id, Filter(old_code=True))) == holding
    assert contract_lists.one(db, OPERATOR, contract_id).letters_with_old_code == holding
    invitations.resend(db, OPERATOR, contract_id, only(told, queued))  # these hold the new one once they are sent
    assert contract_lists.one(db, OPERATOR, contract_id).letters_with_old_code == 0
