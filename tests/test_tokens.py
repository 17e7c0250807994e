"""API tokens: made for somebody, shown once, listed, revoked; and what one opens, and for how long."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from lc_core import accounts, privacy, roles, tokens
from lc_core.errors import Refused
from lc_core.personal_data import export_person
from lc_core.place_rules import LONGEST_TOKEN_DAYS
from lc_core.reasons import Reason
from lc_core.records.api_models import ApiToken, TokenUse
from lc_core.records.db import Actor, Database
from lc_core.records.operations import OperationKey
from lc_core.rights import Rights, TokenScope, may_somewhere
from lc_core.vocabulary import Action, Event, Privilege, Role
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_admin,
    count_of,
    email,
    everything,
    last_event,
    not_found,
    person_of,
    refused,
    somebody,
    unchanged,
)

MANY = 10_000


def made(db: Database, whose: Actor, by: Actor = OPERATOR, **said) -> tuple[int, str]:
    text = tokens.mint()
    return tokens.make(db, by, whose.person_id, tokens.digest_of(text), **said), text


def enter(db: Database, text: str, *, per_minute: int = MANY) -> tokens.Caller:
    return tokens.enter(db, text, per_minute=per_minute)


def why_not_enter(db: Database, text: str, *, per_minute: int = MANY) -> Reason | None:
    try:
        enter(db, text, per_minute=per_minute)
    except Refused as no:
        return no.reason
    return None


# --- made ------------------------------------------------------------------------------------------------------------


def test_a_token_is_made_and_remembered_and_only_its_hash_is_kept(db):
    ann = somebody(db, "ann", Role.SUPER_ADMIN)
    token_id, text = made(db, ann, name="LMS", scopes=[TokenScope.INVITE, TokenScope.READ], days=30)

    (seen,) = tokens.listing(db, OPERATOR)
    assert (seen.id, seen.email, seen.name, seen.why_not) == (token_id, email("ann"), "LMS", None)
    assert seen.scopes == [TokenScope.READ, TokenScope.INVITE]
    assert seen.expires_at - seen.made_at == timedelta(days=30)
    assert seen.last_used_at is seen.revoked_at is None
    event = last_event(db)
    assert event.event is Event.TOKEN_MADE
    assert event.subject == {"person": ann.person_id, "token": token_id}
    assert text.startswith("lc_")
    assert len(text) >= 46
    assert text not in str(everything(db))


def test_two_tokens_are_never_alike():
    assert len({tokens.mint() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("role", "privileges", "scopes"),
    [
        (Role.SUPER_ADMIN, (), set(TokenScope)),
        (Role.ADMINISTRATOR, (Privilege.CONTRACTS,), set(TokenScope) - {TokenScope.METRICS}),
        (Role.MANAGER, (), {TokenScope.READ}),
        (Role.ANALYST, (), {TokenScope.READ}),
    ],
)
def test_without_scopes_it_is_for_all_that_the_role_can_do(db, role, privileges, scopes):
    ann = somebody(db, "ann", role, *privileges)
    _, text = made(db, ann)

    assert enter(db, text).scopes == scopes
    for scope in TokenScope:
        if scope not in scopes:
            with refused(db, Reason.SCOPE_NOT_FOR_ROLE):
                made(db, ann, scopes=[scope])


def test_a_contract_admin_has_a_use_for_reading_and_inviting(db):
    _, text = made(db, an_admin(db, "ada", a_contract(db)))

    assert enter(db, text).scopes == {TokenScope.READ, TokenScope.INVITE}


def test_a_learner_has_no_use_for_a_token(db):
    lea = a_learner(db, "lea")
    with refused(db, Reason.SCOPE_NOT_FOR_ROLE):
        made(db, lea)


@pytest.mark.parametrize("days", [-1, 0, LONGEST_TOKEN_DAYS + 1, 10**9])
def test_a_token_does_not_live_for_ever(db, days):
    ann = somebody(db, "ann", Role.SUPER_ADMIN)
    with refused(db, Reason.TOKEN_LIFE, most=LONGEST_TOKEN_DAYS):
        made(db, ann, days=days)


@pytest.mark.parametrize(("name", "reason"), [("x" * 101, Reason.TOO_LONG_TEXT), ("a\x00b", Reason.CONTROL_CHARS)])
def test_a_name_is_one_that_the_records_can_keep(db, name, reason):
    ann = somebody(db, "ann", Role.SUPER_ADMIN)
    with refused(db, reason):
        made(db, ann, name=name)


def test_each_makes_lists_and_revokes_their_own_and_a_super_administrator_all(db):  # R-AUTH-3
    ada, bea = (an_admin(db, name, a_contract(db)) for name in ("ada", "bea"))
    root = somebody(db, "root", Role.SUPER_ADMIN)
    own, text = made(db, ada, by=ada)
    for attempt in (
        lambda: made(db, ada, by=bea),
        lambda: tokens.listing(db, bea, ada.person_id),
        lambda: tokens.listing(db, bea),
        lambda: tokens.revoke(db, bea, own),
        lambda: tokens.revoke(db, bea, own + 1),
        lambda: tokens.revoke(db, root, own + 1),
    ):
        with not_found(db):
            attempt()
    theirs, _ = made(db, bea, by=root)

    assert [one.id for one in tokens.listing(db, ada, ada.person_id)] == [own]
    assert [one.id for one in tokens.listing(db, root)] == [theirs, own]
    tokens.revoke(db, root, own)
    assert last_event(db).event is Event.TOKEN_REVOKED
    assert why_not_enter(db, text) is Reason.TOKEN_REVOKED
    with refused(db, Reason.TOKEN_REVOKED):
        tokens.revoke(db, ada, own)


def test_a_repeated_key_makes_one_token(db):
    ann, key, digest = somebody(db, "ann", Role.SUPER_ADMIN), OperationKey.new(), tokens.digest_of(tokens.mint())
    first = tokens.make(db, ann, ann.person_id, digest, key=key)
    with unchanged(db):
        again = tokens.make(db, ann, ann.person_id, digest, key=key)

    assert first == again
    assert count_of(db, ApiToken) == 1


# --- what it opens ---------------------------------------------------------------------------------------------------


def test_whoever_has_it_acts_for_its_person(db):  # R-AUTH-3
    ann = somebody(db, "ann", Role.MANAGER)
    token_id, text = made(db, ann)

    caller = enter(db, text)

    assert (caller.token_id, caller.actor.person_id) == (token_id, ann.person_id)
    assert caller.actor.name == f"API token {token_id}"


@pytest.mark.parametrize("wrong", ["", "lc_", "lc_ab", "\x00", "\udc80", "x" * 100_000, "é"])
def test_what_is_no_token_opens_nothing(db, wrong):
    made(db, somebody(db, "ann", Role.MANAGER))

    assert why_not_enter(db, wrong) is Reason.TOKEN_UNKNOWN


def test_neither_its_hash_nor_another_case_opens_anything(db):
    _, text = made(db, somebody(db, "ann", Role.MANAGER))

    for wrong in (tokens.digest_of(text), text.swapcase(), f" {text}", text[:-1]):
        assert why_not_enter(db, wrong) is Reason.TOKEN_UNKNOWN


def test_it_opens_nothing_from_the_instant_on_at_which_it_ends(db, clock):
    _, text = made(db, somebody(db, "ann", Role.MANAGER), days=1)
    clock.forward(timedelta(days=1) - timedelta(microseconds=1))
    assert why_not_enter(db, text) is None
    clock.forward(timedelta(microseconds=1))

    assert why_not_enter(db, text) is Reason.TOKEN_EXPIRED
    assert tokens.listing(db, OPERATOR)[0].why_not is Reason.TOKEN_EXPIRED


def test_a_closed_account_closes_its_tokens_and_an_opened_one_opens_them(db):
    ann = somebody(db, "ann", Role.MANAGER)
    _, text = made(db, ann)
    accounts.deactivate(db, OPERATOR, ann.person_id)
    assert why_not_enter(db, text) is Reason.TOKEN_OF_NOBODY
    accounts.reactivate(db, OPERATOR, ann.person_id)

    assert why_not_enter(db, text) is None


def test_a_role_taken_away_bites_at_the_next_call(db):
    ann = somebody(db, "ann", Role.MANAGER)
    _, text = made(db, ann)
    caller = enter(db, text)
    tokens.require(db, caller, TokenScope.READ, Action.VIEW_CONTRACT)
    roles.revoke_role(db, OPERATOR, email("ann"), Role.MANAGER)

    with pytest.raises(Refused) as no:
        tokens.require(db, caller, TokenScope.READ, Action.VIEW_CONTRACT)
    assert no.value.reason is Reason.ROLE_CANNOT


def test_a_scope_narrows_what_the_role_could_do(db):
    _, text = made(db, somebody(db, "ann", Role.SUPER_ADMIN), scopes=[TokenScope.READ])

    with pytest.raises(Refused) as no:
        tokens.require(db, enter(db, text), TokenScope.INVITE, Action.RUN_CONTRACT)
    assert (no.value.reason, no.value.facts) == (Reason.SCOPE_MISSING, {"scope": "invite"})


def test_each_scope_needs_an_action_and_nobody_without_rights_has_any_use_for_one():
    for scope in TokenScope:
        assert may_somewhere(Rights(operator=True), scope.action)
        assert not may_somewhere(Rights(), scope.action)


# --- how often -------------------------------------------------------------------------------------------------------


def test_a_token_is_used_so_often_a_minute_and_the_next_minute_again(db, clock):
    _, text = made(db, somebody(db, "ann", Role.MANAGER))
    _, other = made(db, somebody(db, "bob", Role.MANAGER))
    clock.forward(timedelta(seconds=20))
    assert [why_not_enter(db, text, per_minute=3) for _ in range(4)] == [None] * 3 + [Reason.TOO_MANY_CALLS]

    with pytest.raises(Refused) as no:
        enter(db, text, per_minute=3)
    assert no.value.facts == {"seconds": 40}
    assert why_not_enter(db, other, per_minute=3) is None
    clock.forward(timedelta(seconds=40))
    assert why_not_enter(db, text, per_minute=3) is None
    clock.forward(timedelta(hours=-1))
    assert why_not_enter(db, text, per_minute=3) is None


def test_when_it_was_used_last_is_known_to_the_minute_and_no_history_is_written(db, clock):
    _, text = made(db, somebody(db, "ann", Role.MANAGER))
    clock.forward(timedelta(seconds=75))
    with unchanged(db):
        enter(db, text)
        clock.forward(timedelta(seconds=10))
        enter(db, text)

    (seen,) = tokens.listing(db, OPERATOR)
    assert seen.last_used_at == clock().replace(second=0, microsecond=0)
    assert count_of(db, TokenUse, TokenUse.calls == 2) == 1


def test_no_call_slips_past_the_limit_however_many_come_at_once(db):
    _, text = made(db, somebody(db, "ann", Role.MANAGER))
    told, ready = [], Barrier(8)

    def call() -> None:
        ready.wait()
        told.append(why_not_enter(db, text, per_minute=5))

    callers = [Thread(target=call) for _ in range(8)]
    for one in callers:
        one.start()
    for one in callers:
        one.join()

    assert sorted(map(str, told)) == ["None"] * 5 + ["too_many_calls"] * 3


# --- personal data ---------------------------------------------------------------------------------------------------


def test_tokens_are_told_with_what_is_held_on_somebody_and_go_with_them(db):
    ann, bob = somebody(db, "ann", Role.MANAGER), somebody(db, "bob", Role.MANAGER)
    _, text = made(db, ann, name="My script")
    made(db, bob, name="Another")
    enter(db, text)

    (told,) = export_person(db, OPERATOR, person_of(db, "ann").id)["api_tokens"]
    assert (told["name"], told["scopes"]) == ("My script", "read")
    assert told["last_used_at"]
    privacy.erase(db, OPERATOR, ann.person_id)
    assert why_not_enter(db, text) is Reason.TOKEN_UNKNOWN
    assert [one.name for one in tokens.listing(db, OPERATOR)] == ["Another"]
    assert count_of(db, TokenUse) == 0
