"""The outbox: who finds which letter, and how mail is doing."""

from datetime import timedelta

import pytest

from lc_core import contracts, inviting, outgoing, people, privacy
from lc_core.outgoing import LetterFilter, Outbox
from lc_core.reasons import Reason
from lc_core.records import beats
from lc_core.records.db import Database
from lc_core.vocabulary import LetterKind, LetterState, Privilege, Role
from tests.mailing import SECOND, UNKNOWN, one_of_each_state
from tests.reading_letters import a_letter
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    email,
    invite,
    not_found,
    offered,
    somebody,
)

EVERYTHING = LetterFilter()
HOUR = timedelta(hours=1)


@pytest.fixture
def one_each(db, mailbox, mail_url) -> dict[LetterState, int]:
    return one_of_each_state(db, mailbox, mail_url)


def found(db: Database, **wanted) -> list[str]:
    """The names of those whose letters match, in the order of the list."""
    rows = outgoing.listing(db, OPERATOR, LetterFilter(**wanted)).rows
    return [row.email.split("@")[0] for row in rows]


# --- the list --------------------------------------------------------------------------------------------------------


def test_a_row_tells_all_there_is_to_know_of_a_letter(db, clock, one_each):  # R-INV-14, screens: outbox
    rows = {row.state: row for row in outgoing.listing(db, OPERATOR, EVERYTHING).rows}

    failed = rows[LetterState.FAILED]
    assert (failed.id, failed.kind, failed.contract) == (one_each[LetterState.FAILED], LetterKind.INVITATION, "Safety")
    assert (failed.person, failed.email) == (email("failed"), email("failed"))
    assert (failed.words, failed.attempts, failed.queued_at) == (UNKNOWN, 1, clock.now)
    assert (rows[LetterState.SENT].sent_at, rows[LetterState.SENT].words) == (clock.now, "250 2.0.0 taken")
    assert rows[LetterState.CANCELLED].why_cancelled is Reason.PERSON_DEACTIVATED
    assert {state for state, row in rows.items() if row.next_at} == set(outgoing.WAITING)
    assert clock.now < rows[LetterState.DEFERRED].next_at <= clock.now + timedelta(seconds=30)


def test_what_stands_against_an_action_is_told_beside_each_letter(db, one_each):  # R-INV-12
    rows = {row.state: row for row in outgoing.listing(db, OPERATOR, EVERYTHING).rows}

    assert {state for state, row in rows.items() if row.why_not_retry is None} == {
        LetterState.FAILED,
        LetterState.DEFERRED,
    }
    assert {state: row.why_not_cancel for state, row in rows.items() if row.why_not_cancel} == {
        LetterState.CLAIMED: Reason.LETTER_GOING,
        LetterState.SENT: Reason.LETTER_GONE,
        LetterState.CANCELLED: Reason.LETTER_GONE,
    }


def test_letters_are_filtered_and_searched_newest_first(db, one_each):
    contracts.name_admin(db, OPERATOR, a_contract(db), email("amy"))

    assert found(db) == ["amy", "queued", "claimed", "cancelled", "failed", "deferred", "sent"]
    assert found(db, states=frozenset({LetterState.SENT, LetterState.FAILED})) == ["failed", "sent"]
    assert found(db, kind=LetterKind.ADMIN_NAMED) == ["amy"]
    assert found(db, search=" SENT@ ") == ["sent"]
    assert found(db, search="Queued", states=frozenset({LetterState.SENT})) == []


def test_a_search_is_taken_literally(db):
    contract_id = a_contract(db)
    for address in ("a_b@example.org", "axb@example.org", "a%b@example.org"):
        inviting.invite(db, OPERATOR, contract_id, [address], activities=offered(db, contract_id))

    assert found(db, search="a_b") == ["a_b"]
    assert found(db, search="a%b") == ["a%b"]
    assert found(db, search="\\") == found(db, search="\x00") == []


def test_a_letter_on_no_contract_and_one_to_somebody_who_was_erased_are_listed(db):
    a_learner(db, "ann")
    bob = a_learner(db, "bob")
    a_letter(db, LetterKind.WELCOME, "ann", None)
    a_letter(db, LetterKind.WELCOME, "bob", None)
    privacy.erase(db, OPERATOR, bob.person_id)

    erased, welcome = outgoing.listing(db, OPERATOR, EVERYTHING).rows
    assert (welcome.person, welcome.kind, welcome.contract_id, welcome.contract) == (
        "Ann",
        LetterKind.WELCOME,
        None,
        "",
    )
    assert (erased.person, erased.email) == (people.pseudonym(bob.person_id), "")
    assert (erased.state, erased.why_cancelled) == (LetterState.CANCELLED, Reason.PERSON_ERASED)
    assert found(db, search="bob") == []


def test_each_filter_has_its_counts_beside_it_whatever_it_is_set_to_itself(db, one_each):
    contracts.name_admin(db, OPERATOR, a_contract(db), email("amy"))

    def seen(**wanted) -> Outbox:
        return outgoing.listing(db, OPERATOR, LetterFilter(**wanted))

    one_of_each = dict.fromkeys(LetterState, 1)
    everything, failed = seen(), seen(states=frozenset({LetterState.FAILED}))
    invitations, named = seen(kind=LetterKind.INVITATION), seen(kind=LetterKind.ADMIN_NAMED)
    assert (everything.matching, failed.matching, invitations.matching, named.matching) == (7, 1, 6, 1)
    assert everything.by_state == failed.by_state == {**one_of_each, LetterState.QUEUED: 2}
    assert invitations.by_state == one_of_each
    assert named.by_state == {**dict.fromkeys(LetterState, 0), LetterState.QUEUED: 1}
    none_of_each = dict.fromkeys(LetterKind, 0)
    assert everything.by_kind == {**none_of_each, LetterKind.INVITATION: 6, LetterKind.ADMIN_NAMED: 1}
    assert everything.by_kind == invitations.by_kind == named.by_kind
    assert failed.by_kind == {**none_of_each, LetterKind.INVITATION: 1}
    assert seen(search="sent").by_state == {**dict.fromkeys(LetterState, 0), LetterState.SENT: 1}


def test_what_all_that_match_let_be_done_is_counted(db, one_each):
    seen = outgoing.listing(db, OPERATOR, EVERYTHING)
    sent = outgoing.listing(db, OPERATOR, LetterFilter(states=frozenset({LetterState.SENT})))

    assert seen.why_not_retry == {None: 2, Reason.LETTER_NOT_FAILED: 4}
    assert seen.why_not_cancel == {None: 3, Reason.LETTER_GOING: 1, Reason.LETTER_GONE: 2}
    assert (sent.why_not_retry, sent.why_not_cancel) == ({Reason.LETTER_NOT_FAILED: 1}, {Reason.LETTER_GONE: 1})


def test_the_database_counts_out_pages_of_fifty(db):
    invite(db, a_contract(db, seats=200), *[f"p{n:03}" for n in range(120)])

    def page(number: int) -> list[str]:
        return [row.email for row in outgoing.listing(db, OPERATOR, EVERYTHING, page=number).rows]

    assert [len(page(number)) for number in (-1, 0, 1, 2, 3, 4, 10**30)] == [50, 50, 50, 50, 20, 0, 0]
    assert page(1) + page(2) + page(3) == sorted(page(1) + page(2) + page(3), reverse=True)
    assert outgoing.listing(db, OPERATOR, EVERYTHING, page=3).matching == 120


def test_only_those_who_manage_contracts_see_the_outbox(db, one_each):
    for actor in (a_learner(db, "lena"), somebody(db, "mia", Role.MANAGER), somebody(db, "adam", Role.ADMINISTRATOR)):
        with not_found(db):
            outgoing.listing(db, actor, EVERYTHING)
        with not_found(db):
            outgoing.mail_state(db, actor)
    assert outgoing.listing(db, somebody(db, "eva", Role.ADMINISTRATOR, Privilege.CONTRACTS), EVERYTHING).rows


# --- how mail is doing -----------------------------------------------------------------------------------------------


def test_all_is_well_where_a_worker_was_seen_and_nothing_waits(db, clock):
    beats.note(db, outgoing.MAIL)

    state = outgoing.mail_state(db, OPERATOR)
    assert state.goes_out
    assert (state.waiting, state.failed, state.oldest, state.words) == (0, 0, None, "")
    assert state.seen_at == clock.now


def test_letters_that_wait_or_failed_are_counted_with_the_oldest(db, clock, one_each):
    since = clock.now
    clock.forward(SECOND)
    invite(db, a_contract(db), "late")
    beats.note(db, outgoing.MAIL)

    state = outgoing.mail_state(db, OPERATOR)
    assert (state.waiting, state.failed, state.oldest) == (4, 1, since)


def test_a_server_that_is_down_is_told_with_its_words_since_the_first_time(db, clock):
    since = clock.now
    beats.note(db, outgoing.MAIL, "Connection refused")
    clock.forward(HOUR)
    beats.note(db, outgoing.MAIL, "421 too busy")

    state = outgoing.mail_state(db, OPERATOR)
    assert not state.goes_out
    assert (state.down_since, state.words, state.unset, state.asleep) == (since, "421 too busy", False, False)
    beats.note(db, outgoing.MAIL)
    assert outgoing.mail_state(db, OPERATOR).goes_out


def test_a_worker_without_a_mail_server_is_told_from_one_whose_server_is_down(db):
    beats.note(db, outgoing.MAIL, outgoing.NO_SERVER)

    state = outgoing.mail_state(db, OPERATOR)
    assert state.unset
    assert not state.goes_out


@pytest.mark.parametrize("jump", [outgoing.ASLEEP + SECOND, -outgoing.ASLEEP - SECOND])
def test_nobody_delivers_once_no_worker_was_seen_for_a_while(db, clock, jump):
    never = outgoing.mail_state(db, OPERATOR)
    seen_at = clock.now
    beats.note(db, outgoing.MAIL)
    clock.set(seen_at + outgoing.ASLEEP)
    just = outgoing.mail_state(db, OPERATOR)
    clock.set(seen_at + jump)
    asleep = outgoing.mail_state(db, OPERATOR)

    assert (never.asleep, never.seen_at) == (True, None)
    assert (just.asleep, asleep.asleep, asleep.seen_at) == (False, True, seen_at)
    assert just.goes_out
    assert not asleep.goes_out


def test_a_worker_in_the_middle_of_many_letters_is_not_asleep(db, clock):
    beats.note(db, outgoing.MAIL)
    clock.forward(HOUR)
    beats.note(db, "copy")

    assert outgoing.mail_state(db, OPERATOR).goes_out


def test_those_who_run_a_contract_are_told_of_its_own_letters_while_mail_does_not_go_out(db):
    own, other = a_contract(db), a_contract(db)
    ada = an_admin(db, "ada", own)  # who is written to
    invite(db, own, "ann", "bob")
    invite(db, other, "eve")

    beats.note(db, outgoing.MAIL)
    assert outgoing.mail_of(db, ada, own) is None
    beats.note(db, outgoing.MAIL, "Connection refused")
    assert outgoing.mail_of(db, ada, own).waiting == 3
    assert outgoing.mail_of(db, OPERATOR, other).waiting == 1
    with not_found(db):
        outgoing.mail_of(db, ada, other)
