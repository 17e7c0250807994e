"""The weekly digest: who may have it, how it is turned on, and how it is stopped, also by its link (R-ANA-7)."""

import pytest

from lc_core import accounts, contracts, digests, personal_data, place_rules, privacy
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.records.operations import OperationKey
from lc_core.rights import Rights
from lc_core.vocabulary import Event, Privilege, Role
from tests.digesting import a_reader, row_of, token_of
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    deactivate,
    events_of,
    last_event,
    not_found,
    refused,
    unchanged,
)

# --- turning it on and off -------------------------------------------------------------------------------------------


def test_it_is_off_until_somebody_turns_it_on(db):
    ada = an_admin(db, "ada", a_contract(db))
    before = digests.wanted(db, ada)
    digests.want(db, ada)

    assert (before, digests.wanted(db, ada)) == (False, True)
    assert last_event(db).event is Event.DIGEST_WANTED
    assert (last_event(db).subject, last_event(db).actor_id) == ({"person": ada.person_id}, ada.person_id)


@pytest.mark.parametrize(
    ("rights", "reason"),
    [
        (Rights(), Reason.DIGEST_NOT_FOR_YOU),
        (Rights(frozenset({Role.ANALYST})), Reason.DIGEST_NOT_FOR_YOU),
        (Rights(frozenset({Role.ADMINISTRATOR})), Reason.DIGEST_NOT_FOR_YOU),
        (Rights(frozenset({Role.ADMINISTRATOR}), frozenset({Privilege.CONTRACTS})), None),
        (Rights(frozenset({Role.MANAGER})), None),
        (Rights(frozenset({Role.SUPER_ADMIN})), None),
        (Rights(own=frozenset({1})), None),
    ],
)
def test_who_may_have_it(rights, reason):
    assert place_rules.why_not_want_digest(rights) is reason
    assert place_rules.why_not_write_digest(rights, wanted=True, running=True) is reason
    assert place_rules.why_not_write_digest(rights, wanted=False, running=True) is Reason.DIGEST_NOT_WANTED
    assert place_rules.why_not_write_digest(rights, wanted=True, running=False) is (reason or Reason.NOTHING_TO_TELL)


def test_somebody_without_contracts_is_refused_it_and_told_why(db):
    learner = a_learner(db, "ann")

    with refused(db, Reason.DIGEST_NOT_FOR_YOU):
        digests.want(db, learner)
    assert digests.why_not_want(db, learner) is Reason.DIGEST_NOT_FOR_YOU
    assert not digests.wanted(db, learner)


@pytest.mark.parametrize("verb", [digests.want, digests.stop])
def test_who_may_not_act_turns_nothing(db, verb):
    gone = a_reader(db)
    deactivate(db, gone)

    for who in (gone, OPERATOR, Actor.person(NOBODY)):
        with not_found(db):
            verb(db, who)


def test_it_is_stopped_and_remembered_also_by_who_lost_their_contracts(db):
    ada = an_admin(db, "ada", contract_id := a_contract(db))
    digests.want(db, ada)
    contracts.remove_admin(db, OPERATOR, contract_id, ada.person_id)
    digests.stop(db, ada)

    assert not digests.wanted(db, ada)
    assert last_event(db).event is Event.DIGEST_STOPPED
    assert (last_event(db).before, last_event(db).after) == ({"wanted": True}, {"wanted": False})


def test_what_is_on_is_not_turned_on_again_nor_off_what_is_off(db):
    ada = a_reader(db)
    with unchanged(db):
        digests.want(db, ada)
    digests.stop(db, ada)
    with unchanged(db):
        digests.stop(db, ada)
        digests.stop_by_link(db, token_of(db, ada))

    assert [one.event for one in events_of(db)][-2:] == [Event.DIGEST_WANTED, Event.DIGEST_STOPPED]


def test_a_click_that_is_repeated_is_answered_and_does_nothing(db):
    ada, key = an_admin(db, "ada", a_contract(db)), OperationKey.new()
    digests.want(db, ada, key=key)
    digests.stop(db, ada)
    digests.want(db, ada, key=key)

    assert not digests.wanted(db, ada)


# --- the link --------------------------------------------------------------------------------------------------------


def test_the_link_stops_it_and_the_log_says_that_it_was_the_link(db):
    ada = a_reader(db)
    ben = a_reader(db, "ben")
    digests.stop_by_link(db, token_of(db, ada))

    assert (digests.wanted(db, ada), digests.wanted(db, ben)) == (False, True)
    assert last_event(db).event is Event.DIGEST_STOPPED_BY_LINK
    assert (last_event(db).actor_id, last_event(db).actor_name) == (ada.person_id, "link in a letter")


def test_the_link_of_an_old_letter_works_after_it_was_turned_off_and_on_again(db):
    ada = a_reader(db)
    old = token_of(db, ada)
    digests.stop(db, ada)
    digests.want(db, ada)
    digests.stop_by_link(db, old)

    assert not digests.wanted(db, ada)


def test_the_link_works_for_an_account_that_was_closed(db):
    ada = a_reader(db)
    accounts.deactivate(db, OPERATOR, ada.person_id)
    digests.stop_by_link(db, token_of(db, ada))
    accounts.reactivate(db, OPERATOR, ada.person_id)

    assert not digests.wanted(db, ada)


@pytest.mark.parametrize("token", ["", "no such token", "%", "_" * 43, "x" * 10_000, "\x00", "\ud800", "é"])
def test_a_token_that_is_none_stops_nothing_and_tells_nothing(db, token):
    a_reader(db)

    with refused(db, Reason.STOP_LINK_UNKNOWN):
        digests.stop_by_link(db, token)


def test_tokens_cannot_be_guessed_nor_told_apart_by_whose_they_are(db):
    tokens = {token_of(db, a_reader(db, f"p{n}")) for n in range(20)}

    assert len({token[:8] for token in tokens}) == 20
    assert min(map(len, tokens)) >= 43


# --- personal data ---------------------------------------------------------------------------------------------------


def test_who_is_erased_leaves_no_row_and_no_link(db):
    ada = a_reader(db)
    token = token_of(db, ada)
    privacy.erase(db, OPERATOR, ada.person_id)

    assert row_of(db, ada) is None
    with refused(db, Reason.STOP_LINK_UNKNOWN):
        digests.stop_by_link(db, token)


def test_what_is_held_on_somebody_tells_it_without_the_key_to_their_link(db, clock):
    ada = a_reader(db)
    exported = personal_data.export_person(db, OPERATOR, ada.person_id)

    assert exported["weekly_digest"] == [{"wanted_since": "2026-06-15T09:00:00Z", "written_up_to": "2026-06-15"}]
    assert token_of(db, ada) not in str(exported)
