"""The rules as full tables: every status and every type, against what RULES.md says, written out here once more."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lc_core import learner_rules, rules, wording
from lc_core.errors import NotFound, Refused
from lc_core.learner_rules import Wish
from lc_core.reasons import PRECEDENCE, Reason
from lc_core.vocabulary import (
    LIVE,
    ContractStatus,
    ContractType,
    DealStatus,
    EnrollmentStatus,
    InvitationStatus,
    Result,
)

ACTIVE, EXPIRED, FUTURE, ARCHIVED = ContractStatus
VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType
CLOSED = {
    FUTURE: Reason.CONTRACT_NOT_STARTED,
    EXPIRED: Reason.CONTRACT_ENDED,
    ARCHIVED: Reason.CONTRACT_ARCHIVED,
}
"""What every act of inviting, redeeming and enrolling is told outside the valid period (R-CON-8, R-CON-12)."""

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
BERLIN = ZoneInfo("Europe/Berlin")
FAR_EAST = ZoneInfo("Pacific/Kiritimati")  # UTC+14
FAR_WEST = ZoneInfo("Pacific/Honolulu")  # UTC-10
ZONES = [
    BERLIN,
    FAR_EAST,
    FAR_WEST,
    ZoneInfo("UTC"),
    ZoneInfo("Australia/Lord_Howe"),  # clocks change by half an hour
    ZoneInfo("Africa/Cairo"),  # clocks go forward at midnight: the day has no 00:00
    ZoneInfo("America/Havana"),  # clocks go back to midnight: the day has two
    ZoneInfo("Asia/Kathmandu"),
]
days = st.dates(date(2015, 1, 1), date(2037, 12, 31))
seconds = st.integers(0, 500_000_000)  # 15 years of them


def every(*axes: Any, repeat: int = 1) -> list[tuple[Any, ...]]:
    """Every row of a full table."""
    return list(product(*axes, repeat=repeat))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- the valid period (R-CON-6, R-CON-7) -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "first", "last", "starts_at", "ends_at"),
    [
        (ZoneInfo("UTC"), "2026-01-01", "2026-12-31", "2026-01-01T00:00", "2027-01-01T00:00"),
        (ZoneInfo("UTC"), "2026-06-15", "2026-06-15", "2026-06-15T00:00", "2026-06-16T00:00"),
        (BERLIN, "2026-03-29", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),  # 23 hours
        (BERLIN, "2026-10-25", "2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),  # 25 hours
        (BERLIN, "2026-01-01", "2026-07-31", "2025-12-31T23:00", "2026-07-31T22:00"),
        (FAR_EAST, "2026-01-01", "2026-01-01", "2025-12-31T10:00", "2026-01-01T10:00"),
        (FAR_WEST, "2026-01-01", "2026-01-01", "2026-01-01T10:00", "2026-01-02T10:00"),
        (ZoneInfo("UTC"), "2028-02-29", "2028-02-29", "2028-02-29T00:00", "2028-03-01T00:00"),
        (BERLIN, "2027-02-28", "2028-02-29", "2027-02-27T23:00", "2028-02-29T23:00"),
        (ZoneInfo("Africa/Cairo"), "2026-04-24", "2026-04-24", "2026-04-23T22:00", "2026-04-24T21:00"),
        (ZoneInfo("Pacific/Apia"), "2011-12-29", "2011-12-29", "2011-12-29T10:00", "2011-12-30T10:00"),  # no 30th there
    ],
)
def test_a_period_runs_from_the_first_midnight_to_the_one_after_the_last_day(  # R-CON-6
    zone, first, last, starts_at, ends_at
):
    period = rules.period(date.fromisoformat(first), date.fromisoformat(last), zone)

    assert period == (utc(starts_at), utc(ends_at))


@given(days, st.integers(0, 800), st.sampled_from(ZONES))
@example(date(2026, 3, 28), 1, BERLIN)
@example(date(2026, 10, 25), 0, BERLIN)
@example(date(2028, 2, 29), 0, FAR_EAST)
@example(date(2028, 2, 28), 1, FAR_WEST)
@example(date(2026, 11, 1), 0, ZoneInfo("America/Havana"))
def test_a_contract_is_active_on_every_moment_of_its_days_and_on_no_other(first, length, zone):  # R-CON-6, R-CON-7
    last = first + timedelta(days=length)
    starts_at, ends_at = rules.period(first, last, zone)
    assert ends_at is not None

    moments = {moment: moment.astimezone(zone).date() for moment in (starts_at, ends_at - TICK)}
    assert set(moments.values()) == {first, last}
    assert (starts_at - TICK).astimezone(zone).date() < first
    assert ends_at.astimezone(zone).date() > last
    assert [
        rules.contract_status(moment, starts_at, ends_at, None)
        for moment in (starts_at - TICK, starts_at, ends_at - TICK, ends_at)
    ] == [FUTURE, ACTIVE, ACTIVE, EXPIRED]


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_period_may_reach_to_the_ends_of_the_calendar(zone):  # R-CON-6: a feed's year 1 and year 9999
    starts_at, ends_at = rules.period(date.min, date.max, zone)
    _, last = rules.period(date.min, date.max - timedelta(days=1), zone)

    assert (starts_at.year, ends_at) == (1, None)
    assert last is not None
    assert last.year == 9999


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize(
    ("starts_at", "ends_at", "status"),
    [
        (NOON + TICK, None, FUTURE),
        (NOON + TICK, NOON + timedelta(1), FUTURE),
        (NOON, None, ACTIVE),
        (NOON, NOON + TICK, ACTIVE),
        (NOON - timedelta(9), None, ACTIVE),
        (NOON - timedelta(9), NOON + TICK, ACTIVE),
        (NOON - timedelta(9), NOON, EXPIRED),
        (NOON - timedelta(9), NOON - timedelta(1), EXPIRED),
    ],
)
def test_the_status_of_a_contract_follows_from_the_clock(starts_at, ends_at, status, archived):  # R-CON-7, R-CON-12
    found = rules.contract_status(NOON, starts_at, ends_at, NOON if archived else None)

    assert found is (ARCHIVED if archived else status)


# --- contracts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (None, None),
        (date(2026, 6, 15), None),
        (date(2026, 6, 16), None),
        (date(2026, 6, 14), Reason.PERIOD_ENDS_BEFORE_START),
    ],
)
def test_the_last_day_does_not_lie_before_the_first(last, reason):  # R-CON-6
    assert rules.why_not_period(date(2026, 6, 15), last) is reason


@pytest.mark.parametrize(
    ("seats", "used", "reason"),
    [
        (0, 0, None),
        (5, 5, None),
        (6, 5, None),
        (4, 5, Reason.SEATS_BELOW_USED),
        (0, 1, Reason.SEATS_BELOW_USED),
        (-1, 0, Reason.SEATS_NEGATIVE),
        (2_000_000_000, 0, None),
        (2_000_000_001, 0, Reason.NUMBER_TOO_LARGE),
    ],
)
def test_seats_are_never_fewer_than_those_used(seats, used, reason):  # R-CON-11
    assert rules.why_not_seats(seats, used) is reason


@pytest.mark.parametrize(
    ("limit", "days", "reason"),
    [
        (0, None, None),
        (3, 1, None),
        (-1, None, Reason.LIMIT_NEGATIVE),
        (2_000_000_001, None, Reason.NUMBER_TOO_LARGE),
        (0, 0, Reason.LIFE_TOO_SHORT),
        (0, -28, Reason.LIFE_TOO_SHORT),
        (0, 36_500, None),
        (0, 36_501, Reason.NUMBER_TOO_LARGE),
    ],
)
def test_limits_are_whole_and_not_below_zero(limit, days, reason):  # R-CON-5, R-INV-3
    assert rules.why_not_limits(limit, days) is reason


@pytest.mark.parametrize(("now", "wanted"), every(ContractType, ContractType))
def test_the_type_is_fixed_at_creation(now, wanted):  # R-CON-4
    refused = rules.why_not_type(now, wanted)

    assert refused is (None if now == wanted else Reason.TYPE_IS_FIXED)


@pytest.mark.parametrize(
    ("redeemed", "enrolled", "reason"),
    [(0, 0, None), (1, 0, Reason.CONTRACT_IN_USE), (0, 1, Reason.CONTRACT_IN_USE), (2, 3, Reason.CONTRACT_IN_USE)],
)
def test_only_a_contract_that_nobody_used_can_be_deleted(redeemed, enrolled, reason):  # R-CON-12
    assert rules.why_not_delete(redeemed, enrolled) is reason


@pytest.mark.parametrize("status", ContractStatus)
def test_what_is_archived_can_be_restored_and_the_rest_archived(status):  # R-CON-12
    assert rules.why_not_archive(status) is (Reason.CONTRACT_ARCHIVED if status == ARCHIVED else None)
    assert rules.why_not_restore(status) is (None if status == ARCHIVED else Reason.NOT_ARCHIVED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", None),
        ("Łódź ⛵ \u202e", None),
        ("x" * 10, None),
        ("x" * 11, Reason.TOO_LONG_TEXT),
        ("a\x00b", Reason.CONTROL_CHARS),
        ("a\udcffb", Reason.CONTROL_CHARS),
    ],
)
def test_a_text_is_what_both_databases_can_keep(text, reason):
    assert rules.why_not_text(text, 10) is reason


# --- the status of an invitation (R-INV-1) ---------------------------------------------------------------------------

BEFORE = NOON - timedelta(days=1)
FACTS = ["deallocated_at", "revoked_at", "first_enrolled_at", "redeemed_at", "expired", "unregistered"]
STATUS_OF_THE_FIRST_FACT = {
    "deallocated_at": "deallocated",
    "revoked_at": "revoked",
    "first_enrolled_at": "enrolled",
    "redeemed_at": "accepted",
    "expired": "expired",
    "unregistered": "not_registered",
}


@pytest.mark.parametrize("facts", every([False, True], repeat=6))
def test_the_first_fact_that_holds_is_the_status_of_an_invitation(facts):  # R-INV-1
    holds = dict(zip(FACTS, facts, strict=True))
    status = rules.invitation_status(
        NOON,
        deallocated_at=BEFORE if holds["deallocated_at"] else None,
        revoked_at=BEFORE if holds["revoked_at"] else None,
        first_enrolled_at=BEFORE if holds["first_enrolled_at"] else None,
        redeemed_at=BEFORE if holds["redeemed_at"] else None,
        expires_at=NOON if holds["expired"] else None,
        registered_at=None if holds["unregistered"] else BEFORE,
    )

    first = next((fact for fact in FACTS if holds[fact]), None)
    assert status == (STATUS_OF_THE_FIRST_FACT[first] if first else "outstanding")


@given(seconds.map(lambda n: utc("2022-01-01") + timedelta(seconds=n)), st.integers(1, 400))
@example(utc("2026-03-15T12:00"), 28)  # summer time begins in between, and changes nothing
@example(utc("2026-10-11T12:00"), 28)
@example(utc("2028-02-15T12:00"), 28)
def test_an_invitation_expires_after_so_many_times_24_hours_to_the_tick(sent_at, ttl):  # R-INV-3
    def status_at(now: datetime) -> InvitationStatus:
        return rules.invitation_status(
            now,
            deallocated_at=None,
            revoked_at=None,
            first_enrolled_at=None,
            redeemed_at=None,
            expires_at=rules.expires_at(sent_at, ttl),
            registered_at=sent_at,
        )

    end = sent_at + ttl * timedelta(hours=24)
    assert [status_at(moment) for moment in (sent_at, end - TICK, end, end + timedelta(days=999))] == [
        InvitationStatus.OUTSTANDING,
        InvitationStatus.OUTSTANDING,
        InvitationStatus.EXPIRED,
        InvitationStatus.EXPIRED,
    ]


def test_unlimited_invitations_live_28_days_and_others_without_end():  # R-INV-3
    assert rules.DEFAULT_TTL_DAYS == {VOUCHER: None, SUBSCRIPTION: None, UNLIMITED: 28}
    assert rules.expires_at(NOON, None) is None
    assert rules.expires_at(NOON, 28) == NOON + timedelta(hours=28 * 24)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("outstanding", DealStatus.PENDING),
        ("not_registered", DealStatus.PENDING),
        ("accepted", DealStatus.ACCEPTED),
        ("enrolled", DealStatus.ACCEPTED),
        ("expired", DealStatus.EXPIRED),
        ("revoked", DealStatus.REVOKED),
        ("deallocated", DealStatus.DEALLOCATED),
    ],
)
@pytest.mark.parametrize("contract_type", ContractType)
def test_only_unlimited_contracts_speak_of_pending(contract_type, status, word):  # R-INV-2
    shown = wording.shown_as(contract_type, InvitationStatus.of(status))

    assert shown == (word if contract_type == UNLIMITED else InvitationStatus.of(status))


def test_live_is_what_is_neither_revoked_nor_deallocated():  # R-INV-7
    assert {"outstanding", "not_registered", "expired", "accepted", "enrolled"} == LIVE


# --- inviting and what is done to invitations ------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "count"), every(ContractStatus, [0, 1, 3]))
def test_people_are_invited_to_activities_of_an_active_contract(status, count):  # R-CON-8
    refused = rules.why_not_invite(status, count)

    assert refused is CLOSED.get(status, None if count else Reason.NO_ACTIVITIES)


@pytest.mark.parametrize(
    ("contract_type", "chosen", "reason"),
    [
        (VOUCHER, {1}, None),
        (VOUCHER, {1, 2}, None),
        (VOUCHER, set(), Reason.NO_ACTIVITY_CHOSEN),
        (VOUCHER, {3}, Reason.ACTIVITY_NOT_IN_CONTRACT),
        (VOUCHER, {1, 3}, Reason.ACTIVITY_NOT_IN_CONTRACT),
        (SUBSCRIPTION, set(), None),
        (SUBSCRIPTION, {3}, None),
        (UNLIMITED, set(), None),
        (UNLIMITED, {3}, None),
    ],
)
def test_activities_are_chosen_for_vouchers_from_those_of_the_contract(contract_type, chosen, reason):  # R-ADD-1
    assert rules.why_not_choose(contract_type, frozenset(chosen), frozenset({1, 2})) is reason


@pytest.mark.parametrize("invited_before", [False, True])
@pytest.mark.parametrize("contract_type", ContractType)
@pytest.mark.parametrize("adds", [0, 2])
@pytest.mark.parametrize("live", [None, *sorted(LIVE)])
def test_what_inviting_somebody_does(live, adds, contract_type, invited_before):  # R-INV-6, R-INV-7
    result = rules.result_of_inviting(
        live and InvitationStatus.of(live), invited_before=invited_before, contract_type=contract_type, adds=adds
    )

    if live is None:
        assert result == (Result.INVITED_AGAIN if invited_before else Result.INVITED)
    elif live == "expired":
        assert result == Result.SENT_AGAIN
    elif contract_type == VOUCHER and adds:
        assert result == Result.ACTIVITIES_ADDED
    else:
        assert result == Result.ALREADY_INVITED


RESEND = {
    "outstanding": None,
    "not_registered": None,
    "expired": None,
    "accepted": Reason.IS_REDEEMED,
    "enrolled": Reason.IS_ENROLLED,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize(("status", "contract"), every(InvitationStatus, ContractStatus))
def test_only_unredeemed_invitations_are_sent_again(status, contract):  # R-INV-4, R-CON-8
    refused = rules.why_not_resend(status, contract)

    assert refused is CLOSED.get(contract, RESEND[status])


REVOKE = {
    "outstanding": None,
    "not_registered": None,
    "expired": None,
    "accepted": None,
    "enrolled": Reason.IS_ENROLLED,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize(("status", "contract_type"), every(InvitationStatus, ContractType))
def test_what_has_no_enrollment_is_revoked_but_an_unlimited_seat_is_deallocated(status, contract_type):  # R-INV-5
    refused = rules.why_not_revoke(status, contract_type)

    instead = contract_type == UNLIMITED and status in {"accepted", "enrolled"}  # R-SEAT-8
    assert refused is (Reason.SEAT_MUST_BE_DEALLOCATED if instead else REVOKE[status])


@pytest.mark.parametrize(("status", "contract", "live"), every(InvitationStatus, ContractStatus, [False, True]))
def test_only_who_was_revoked_or_deallocated_is_invited_anew(status, contract, live):  # R-INV-6, R-INV-7
    refused = rules.why_not_reinvite(status, contract, live=live)

    ended = status in {"revoked", "deallocated"}
    expected = (Reason.ALREADY_INVITED if live else None) if ended else Reason.NOT_REVOKED
    assert refused is CLOSED.get(contract, expected)


@pytest.mark.parametrize(
    ("status", "contract", "contract_type", "adds"), every(InvitationStatus, ContractStatus, ContractType, [0, 1])
)
def test_activities_are_added_to_live_vouchers(status, contract, contract_type, adds):  # R-INV-10
    refused = rules.why_not_add_activities(status, contract, contract_type, adds=adds)

    ended = {"revoked": Reason.IS_REVOKED, "deallocated": Reason.IS_DEALLOCATED}.get(status)
    expected = ended or (None if adds else Reason.ACTIVITIES_ALREADY_COVERED)
    if contract_type != VOUCHER:
        expected = Reason.ACTIVITIES_COME_WITH_TYPE
    assert refused is CLOSED.get(contract, expected)


DEALLOCATE = {
    "outstanding": Reason.NOT_ACCEPTED,
    "not_registered": Reason.NOT_ACCEPTED,
    "expired": Reason.NOT_ACCEPTED,
    "accepted": None,
    "enrolled": None,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize(("status", "contract_type"), every(InvitationStatus, ContractType))
def test_only_accepted_seats_of_unlimited_contracts_are_deallocated(status, contract_type):  # R-SEAT-8
    refused = rules.why_not_deallocate(status, contract_type)

    assert refused is (DEALLOCATE[status] if contract_type == UNLIMITED else Reason.ONLY_UNLIMITED)


# --- learners --------------------------------------------------------------------------------------------------------

ACCEPT = {
    "expired": Reason.INVITATION_EXPIRED,
    "accepted": Reason.IS_REDEEMED,
    "enrolled": Reason.IS_ENROLLED,
    "revoked": Reason.IS_REVOKED,
    "deallocated": Reason.IS_DEALLOCATED,
}


@pytest.mark.parametrize(
    ("status", "contract", "require_code", "code_entered"),
    every([None, *InvitationStatus], ContractStatus, [False, True], [False, True]),
)
def test_who_may_redeem_an_invitation(status, contract, require_code, code_entered):  # R-LRN-2, R-INV-3, R-INV-9
    refused = learner_rules.why_not_accept(status, contract, require_code=require_code, code_entered=code_entered)

    if status is None:
        expected = None if code_entered else Reason.NOT_INVITED
    else:
        expected = ACCEPT.get(status, Reason.CODE_REQUIRED if require_code and not code_entered else None)
    assert refused is CLOSED.get(contract, expected)


MAY_ENROLL = Wish(
    contract=ACTIVE,
    contract_type=VOUCHER,
    invitation=InvitationStatus.ACCEPTED,
    require_code=False,
    covered=True,
    enrolled=None,
    activities_taken=0,
    per_user_limit=0,
)


def why_not_invited(invitation: InvitationStatus | None, contract_type: ContractType, *, code: bool) -> Reason | None:
    """What stands against enrolling through an invitation of this status, once more in words of the rules."""
    if invitation in {"accepted", "enrolled"}:
        return None
    if invitation in {"outstanding", "not_registered"}:  # *Redeem*: a first Enroll redeems too, but not everywhere
        if code:
            return Reason.CODE_REQUIRED
        return Reason.ACCEPT_FIRST if contract_type == UNLIMITED else None
    return Reason.INVITATION_EXPIRED if invitation == "expired" else Reason.NOT_INVITED


@pytest.mark.parametrize(
    ("contract", "contract_type", "invitation", "code"),
    every(ContractStatus, ContractType, [None, *InvitationStatus], [False, True]),
)
def test_who_may_enroll(contract, contract_type, invitation, code):  # R-LRN-4, R-LRN-2, R-CON-8
    wish = replace(MAY_ENROLL, contract=contract, contract_type=contract_type, invitation=invitation, require_code=code)

    assert learner_rules.why_not_enroll(wish) is CLOSED.get(
        contract, why_not_invited(invitation, contract_type, code=code)
    )


@pytest.mark.parametrize(
    ("covered", "enrolled", "taken", "limit"),
    every([True, False], [None, *EnrollmentStatus], [0, 1, 2], [0, 1, 2]),
)
@pytest.mark.parametrize("contract_type", ContractType)
def test_an_activity_is_taken_once_and_within_the_limit(  # R-LRN-4, R-CON-5
    contract_type, covered, enrolled, taken, limit
):
    wish = replace(
        MAY_ENROLL,
        contract_type=contract_type,
        covered=covered,
        enrolled=enrolled,
        activities_taken=taken,
        per_user_limit=limit,
    )

    if not covered:
        expected = Reason.ACTIVITY_NOT_COVERED
    elif enrolled == "withdrawn":  # enrolling again is no new activity
        expected = None
    elif enrolled:
        expected = Reason.ALREADY_ENROLLED
    else:
        expected = Reason.PER_USER_LIMIT if limit and taken >= limit else None
    assert learner_rules.why_not_enroll(wish) is expected
    assert learner_rules.why_not_take(wish) is expected


@pytest.mark.parametrize("status", EnrollmentStatus)
def test_an_enrollment_is_withdrawn_once(status):  # R-ENR-1
    assert learner_rules.why_not_withdraw(status) is (Reason.ALREADY_WITHDRAWN if status == "withdrawn" else None)


@pytest.mark.parametrize(("status", "wanted"), every(EnrollmentStatus, EnrollmentStatus))
def test_any_status_follows_any_other_but_a_withdrawal_is_its_own_verb(status, wanted):  # R-ENR-1
    refused = learner_rules.why_not_change_status(status, wanted)

    if wanted == "withdrawn":
        assert refused is Reason.WITHDRAW_INSTEAD
    elif status == "withdrawn":
        assert refused is Reason.ALREADY_WITHDRAWN
    else:
        assert refused is (Reason.STATUS_UNCHANGED if status == wanted else None)


# --- what people are told --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence_of_its_own(reason):  # R-INV-12, R-LRN-4
    fields = {name for _, name, _, _ in Formatter().parse(reason.label) if name}
    sentence = Refused(reason, **dict.fromkeys(fields, 2)).sentence

    assert sentence.endswith(".")
    assert "{" not in sentence
    assert [other for other in Reason if other.label == reason.label] == [reason]


OF_ONE_INVITATION = {
    *(reason for table in (RESEND, REVOKE, DEALLOCATE, CLOSED) for reason in table.values() if reason),
    Reason.SEAT_MUST_BE_DEALLOCATED,
    Reason.NOT_REVOKED,
    Reason.ALREADY_INVITED,
    Reason.ACTIVITIES_COME_WITH_TYPE,
    Reason.ACTIVITIES_ALREADY_COVERED,
    Reason.ONLY_UNLIMITED,
}


@pytest.mark.parametrize("reason", sorted(OF_ONE_INVITATION))
def test_the_reason_beside_a_disabled_action_needs_no_facts(reason):  # R-INV-12: lists show the label as it is
    assert "{" not in reason.label


def test_what_is_not_yours_says_nothing():  # R-AUTH-2
    assert (NotFound().reason, NotFound().facts) == (Reason.NOT_FOUND, {})


def test_where_several_reasons_fit_a_row_the_order_is_this():  # safety: Uploads
    assert PRECEDENCE == (
        "encoding",
        "control_chars",
        "row_shape",
        "missing_email",
        "multiple_addresses",
        "formula",
        "too_long",
        "invalid_email",
        "duplicate_in_file",
    )
