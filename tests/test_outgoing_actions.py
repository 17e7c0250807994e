"""Letters that did not arrive are tried again or cancelled, by those who may, and what is not to be is refused."""

from collections import Counter
from datetime import timedelta

import pytest

from lc_core import contracts, outgoing
from lc_core.mail.delivery import GIVES_UP_AFTER, Delivered
from lc_core.outgoing import LetterFilter, LettersChosen
from lc_core.reasons import Reason
from lc_core.records.audit import NO_CONTRACT
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Event, LetterKind, LetterState, Privilege, Result, Role
from lc_core.worker import WORKER
from tests.mailing import BUSY, UNKNOWN, deliver, letters, one_of_each_state, refuses, states, the_letter
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    email,
    events_of,
    invite,
    last_event,
    not_found,
    person_of,
    somebody,
    unchanged,
)

EVERYTHING = LetterFilter()
HOUR = timedelta(hours=1)


@pytest.fixture
def one_each(db, mailbox, mail_url) -> dict[LetterState, int]:
    return one_of_each_state(db, mailbox, mail_url)


def chosen(*ids: int) -> LettersChosen:
    return LettersChosen(frozenset(ids))


# --- trying again ----------------------------------------------------------------------------------------------------


def test_letters_that_failed_or_wait_for_another_try_go_again_at_once(db, clock, mailbox, mail_url, one_each):
    refuses(mailbox)
    mailbox.received.clear()
    done = outgoing.retry(db, OPERATOR, chosen(one_each[LetterState.FAILED], one_each[LetterState.DEFERRED]))

    assert Counter((one.result, one.reason) for one in done) == {(Result.TO_BE_TRIED, None): 2}
    deliver(db, mail_url)
    assert sorted(mailbox.recipients) == [email("deferred"), email("failed"), email("queued")]
    assert [letter.attempts for letter in letters(db)[:3]] == [1, 2, 2]
    assert states(db)[:3] == [LetterState.SENT] * 3


def test_trying_again_is_remembered_with_whose_letters(db, one_each):
    failed = one_each[LetterState.FAILED]
    eva = somebody(db, "eva", Role.ADMINISTRATOR, Privilege.CONTRACTS)
    outgoing.retry(db, eva, chosen(failed))

    event = last_event(db, NO_CONTRACT)
    invitation_id = next(letter.invitation_id for letter in letters(db) if letter.id == failed)
    assert (event.event, event.actor_id) == (Event.LETTERS_RETRIED, eva.person_id)
    assert event.items == [(Result.TO_BE_TRIED, person_of(db, "failed").id, invitation_id)]


@pytest.mark.parametrize("state", [one for one in LetterState if one not in {LetterState.FAILED, LetterState.DEFERRED}])
def test_what_is_under_way_gone_or_unwanted_is_not_tried_again(db, one_each, state):
    with unchanged(db):
        (done,) = outgoing.retry(db, OPERATOR, chosen(one_each[state]))

    assert (done.result, done.reason) == (Result.REFUSED, Reason.LETTER_NOT_FAILED)


def test_a_letter_that_was_refused_for_good_fails_again_after_one_more_try(
    db, clock, mailbox, mail_url
):  # safety: Mail
    refuses(mailbox, ann=UNKNOWN)
    invite(db, a_contract(db), "ann")
    deliver(db, mail_url)
    outgoing.retry(db, OPERATOR, chosen(the_letter(db).id))

    assert deliver(db, mail_url) == Delivered(failed=1)
    clock.forward(timedelta(days=30))
    assert deliver(db, mail_url) == Delivered()
    assert (the_letter(db).state, the_letter(db).attempts, the_letter(db).server_words) == ("failed", 2, UNKNOWN)


def test_a_letter_that_is_tried_again_is_given_up_after_as_many_days_as_any(
    db, clock, mailbox, mail_url
):  # safety: Mail
    refuses(mailbox, ann=BUSY)
    invite(db, a_contract(db), "ann")

    def days_until_it_fails() -> timedelta:
        begun = clock.now
        while the_letter(db).state is not LetterState.FAILED:
            clock.set(max(the_letter(db).due_at, clock.now))
            deliver(db, mail_url)
        return clock.now - begun

    first = days_until_it_fails()
    outgoing.retry(db, OPERATOR, chosen(the_letter(db).id))
    again = days_until_it_fails()

    assert GIVES_UP_AFTER <= first < GIVES_UP_AFTER + 4 * HOUR
    assert GIVES_UP_AFTER <= again < GIVES_UP_AFTER + 4 * HOUR
    assert the_letter(db).server_words == f"Given up after 5 days: {BUSY}"


def test_a_letter_that_is_not_wanted_any_more_is_not_sent_though_it_is_tried_again(db, mailbox, mail_url):
    refuses(mailbox, ann=UNKNOWN)
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    deliver(db, mail_url)
    contracts.archive(db, OPERATOR, contract_id)
    outgoing.retry(db, OPERATOR, chosen(the_letter(db).id))

    assert deliver(db, mail_url) == Delivered(cancelled=1)
    assert the_letter(db).cancelled_for is Reason.CONTRACT_ARCHIVED


def test_a_repeated_click_answers_the_same_and_tries_once(db, one_each):
    key, all_of_them = OperationKey.new(), LettersChosen(matching=EVERYTHING)
    first = outgoing.retry(db, OPERATOR, all_of_them, key=key)
    again = outgoing.retry(db, OPERATOR, all_of_them, key=key)

    assert first == again
    assert [event.event for event in events_of(db, NO_CONTRACT)].count(Event.LETTERS_RETRIED) == 1


# --- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [LetterState.QUEUED, LetterState.DEFERRED, LetterState.FAILED])
def test_a_letter_that_did_not_go_out_is_cancelled_and_stays_so(db, clock, mailbox, mail_url, one_each, state):
    mailbox.received.clear()
    refuses(mailbox)
    (done,) = outgoing.cancel(db, OPERATOR, chosen(one_each[state]))
    clock.forward(HOUR)
    deliver(db, mail_url)

    letter = next(letter for letter in letters(db) if letter.id == one_each[state])
    assert (done.result, done.reason) == (Result.LETTER_CANCELLED, None)
    assert (letter.state, letter.cancelled_for) == (LetterState.CANCELLED, Reason.CANCELLED_BY_HAND)
    assert email(state.value) not in mailbox.recipients
    event = last_event(db, NO_CONTRACT)
    assert event.event is Event.LETTERS_CANCELLED
    assert event.items == [(Result.LETTER_CANCELLED, letter.person_id, letter.invitation_id)]


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (LetterState.CLAIMED, Reason.LETTER_GOING),
        (LetterState.SENT, Reason.LETTER_GONE),
        (LetterState.CANCELLED, Reason.LETTER_GONE),
    ],
)
def test_what_is_being_sent_or_is_gone_cannot_be_cancelled(db, one_each, state, reason):
    with unchanged(db):
        (done,) = outgoing.cancel(db, OPERATOR, chosen(one_each[state]))

    assert (done.result, done.reason) == (Result.REFUSED, reason)


def test_one_letter_that_cannot_be_cancelled_does_not_stop_the_others(db, one_each):  # R-INV-13
    done = outgoing.cancel(db, OPERATOR, chosen(*one_each.values(), 10**6))

    assert Counter(one.reason for one in done) == {None: 3, Reason.LETTER_GOING: 1, Reason.LETTER_GONE: 2}
    assert len(last_event(db, NO_CONTRACT).items) == 3
    assert states(db).count(LetterState.CANCELLED) == 4


def test_all_that_match_are_those_of_the_filter_that_let_it_be_done(db, one_each):  # R-INV-13
    contracts.name_admin(db, OPERATOR, a_contract(db), email("queued"))
    matching = LetterFilter(kind=LetterKind.INVITATION, search="e")
    done = outgoing.cancel(db, OPERATOR, LettersChosen(matching=matching))

    assert Counter((one.result, one.reason) for one in done) == {(Result.LETTER_CANCELLED, None): 3}
    (left,) = outgoing.listing(db, OPERATOR, LetterFilter(states=frozenset({LetterState.QUEUED}))).rows
    assert (left.kind, left.email) == (LetterKind.ADMIN_NAMED, email("queued"))
    none = LettersChosen(matching=LetterFilter(states=frozenset({LetterState.SENT})))
    with unchanged(db):
        assert outgoing.cancel(db, OPERATOR, none) == outgoing.retry(db, OPERATOR, none) == []


# --- who may not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [outgoing.retry, outgoing.cancel], ids=lambda verb: verb.__name__)
def test_only_those_who_manage_contracts_do_anything_with_letters(db, one_each, verb):
    learner, manager = a_learner(db, "lena"), somebody(db, "mia", Role.MANAGER)
    everything = LettersChosen(matching=EVERYTHING)

    for actor in (learner, manager, an_admin(db, "ada", a_contract(db)), somebody(db, "adam", Role.ADMINISTRATOR)):
        with not_found(db):
            verb(db, actor, everything)
    assert len(verb(db, WORKER, everything)) > 0
