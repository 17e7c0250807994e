"""Deals: unlimited contracts in FutureLearn's words, and invitations that expire (R-SEAT-3, R-SEAT-8, R-INV-2, R-INV-3)."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lc_core import contracts, invitation_lists, invitations, redeeming, seat_rules, wording
from lc_core.insight import seats_told, view_exports
from lc_core.invitation_lists import Chosen, Filter
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.seat_rules import DealSeats, SeatsByStatus
from lc_core.vocabulary import UNREDEEMED, ContractType, InvitationStatus
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    contract_now,
    email,
    invitation_now,
    invite,
    one_of_each_status,
    only,
    refused,
)

BERLIN = ZoneInfo("Europe/Berlin")
ONE_WAITS = "1 invitation is pending: its seat counts as available until it is accepted."
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType


def word_of(db: Database, contract_id: int, name: str) -> str:
    """What the list calls the status of somebody's newest invitation."""
    (row, *_) = invitation_lists.listing(db, OPERATOR, contract_id, Filter(search=email(name))).rows
    return wording.shown_as(UNLIMITED, row.status).label


# --- counting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counted", "deal", "told"),
    [
        (
            SeatsByStatus(3, 0, 0, 0, 3, 0, 0),
            DealSeats(3, 0, 3, 0, 0),
            "0 of 3 seats allocated, 3 available.",
        ),
        (
            SeatsByStatus(3, 1, 0, 1, 1, 0, 0),
            DealSeats(3, 1, 2, 1, 0),
            "1 of 3 seats allocated, 2 available. " + ONE_WAITS,
        ),
        (
            SeatsByStatus(3, 1, 0, 2, 0, 2, 0),
            DealSeats(3, 1, 2, 4, 0),
            "1 of 3 seats allocated, 2 available. 4 invitations are pending: whoever accepts first gets the 2.",
        ),
        (
            SeatsByStatus(3, 3, 0, 0, 0, 2, 0),
            DealSeats(3, 3, 0, 2, 0),
            "3 of 3 seats allocated, 0 available. 2 invitations are pending, and no seat is available for them.",
        ),
        (
            SeatsByStatus(3, 1, 0, 0, 0, 0, 2),
            DealSeats(3, 1, 0, 0, 2),
            "1 of 3 seats allocated; expired unused: 2.",
        ),
    ],
)
def test_pending_invitations_count_as_available_and_are_told_beside_it(counted, deal, told):  # R-SEAT-3
    assert seat_rules.deal_seats(counted) == deal
    assert deal.allocated + deal.available + deal.lost == deal.seats
    assert seats_told.described(vars(counted), UNLIMITED) == told


@pytest.mark.parametrize(("lost", "words"), [(0, ["Allocated", "Available"]), (2, ["Allocated", "Expired unused"])])
def test_the_bar_of_a_deal_speaks_its_words(lost, words):
    drawn = seats_told.drawn(vars(SeatsByStatus(5, 3, 0, 0 if lost else 1, 0 if lost else 1, 0, lost)), UNLIMITED)
    usual = seats_told.drawn(vars(SeatsByStatus(5, 3, 0, 1, 1, 0, 0)), SUBSCRIPTION)

    assert drawn["layer"][0]["encoding"]["color"]["scale"]["domain"] == words
    assert "Uncommitted" in usual["layer"][0]["encoding"]["color"]["scale"]["domain"]


# --- expiring --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "expires"),
    [
        (datetime(2026, 3, 10, 10, tzinfo=BERLIN), datetime(2026, 4, 7, 11, tzinfo=BERLIN)),
        (datetime(2026, 10, 5, 10, tzinfo=BERLIN), datetime(2026, 11, 2, 9, tzinfo=BERLIN)),
        (datetime(2026, 3, 1, 2, 30, tzinfo=BERLIN), datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)),
        (datetime(2026, 9, 27, 3, tzinfo=BERLIN), datetime(2026, 10, 25, 2, tzinfo=BERLIN, fold=1)),
    ],
)
def test_four_weeks_are_28_times_24_hours_also_when_the_clocks_are_changed(db, clock, sent, expires):  # R-INV-3
    clock.set(sent)
    contract_id = a_contract(db, UNLIMITED, timezone="Europe/Berlin")
    (invitation_id,) = invite(db, contract_id, "ann")
    learner = a_learner(db, "ann")

    assert invitation_now(db, invitation_id).expires_at == expires.astimezone(UTC)
    clock.set(expires - TICK)
    assert word_of(db, contract_id, "ann") == "Pending"
    clock.set(expires)
    assert word_of(db, contract_id, "ann") == "Expired"
    with refused(db, Reason.INVITATION_EXPIRED):
        redeeming.accept(db, learner, contract_id)


@pytest.mark.parametrize("contract_type", ContractType)
@pytest.mark.parametrize("days", [7, 60, None])
def test_another_life_of_invitations_holds_for_those_sent_from_now_on(db, clock, contract_type, days):  # R-INV-3
    contract_id = a_contract(db, contract_type, invitation_ttl_days=28)
    stays, again = invite(db, contract_id, "stays", "again")
    dated = clock.now + 28 * DAY
    clock.forward(DAY)
    with db.read() as session:
        draft = replace(contracts.as_draft(session, contract_now(db, contract_id)), invitation_ttl_days=days)
    contracts.edit(db, OPERATOR, contract_id, draft, version=contract_now(db, contract_id).version)
    kept = [invitation_now(db, one).expires_at for one in (stays, again)]
    invitations.resend(db, OPERATOR, contract_id, only(again))
    (new,) = invite(db, contract_id, "new")

    later = None if days is None else clock.now + days * DAY
    assert kept == [dated, dated]
    assert [invitation_now(db, one).expires_at for one in (stays, again, new)] == [dated, later, later]


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (28 * DAY, "expires in 28 days"),
        (27 * DAY + TICK, "expires in 28 days"),
        (2 * DAY, "expires in 2 days"),
        (DAY + TICK, "expires in 2 days"),
        (DAY, "expires in 24 hours"),
        (timedelta(hours=1), "expires in 1 hour"),
        (TICK, "expires in 1 hour"),
        (timedelta(), "just expired"),
        (timedelta(hours=-1), "expired 1 hour ago"),
        (-DAY + TICK, "expired 23 hours ago"),
        (-DAY, "expired 1 day ago"),
        (-2.9 * DAY, "expired 2 days ago"),
    ],
)
def test_the_end_of_an_invitation_is_told_before_and_after(clock, ahead, told):
    status = InvitationStatus.OUTSTANDING if ahead > timedelta() else InvitationStatus.EXPIRED

    assert wording.expiry(status, clock.now + ahead, clock.now) == told


@pytest.mark.parametrize("status", [one for one in InvitationStatus if one not in UNREDEEMED])
def test_what_was_answered_or_taken_back_has_no_end(clock, status):
    assert wording.expiry(status, clock.now, clock.now) == ""
    assert wording.expiry(InvitationStatus.OUTSTANDING, None, clock.now) == ""


@pytest.mark.parametrize(
    ("left", "found"), [(7 * DAY + TICK, False), (7 * DAY, True), (TICK, True), (timedelta(), False)]
)
def test_those_that_expire_soon_are_found(db, clock, left, found):  # R-INV-3, R-INV-13
    contract_id, each = one_of_each_status(db, clock, UNLIMITED)
    clock.forward(28 * DAY - left)
    rows = invitation_lists.listing(db, OPERATOR, contract_id, Filter(expires_soon=True)).rows
    data = view_exports.invitations(db, OPERATOR, contract_id, Filter(expires_soon=True)).decode("utf-8-sig")

    wanted = {each[status] for status in ("outstanding", "not_registered")} if found else set()
    assert {row.id for row in rows} == wanted
    assert len(data.splitlines()) == 1 + len(wanted)
    done = invitations.resend(db, OPERATOR, contract_id, Chosen(matching=Filter(expires_soon=True)))
    assert {one.invitation_id for one in done if one.reason is None} == wanted


def test_the_file_tells_when_each_expires(db, clock):  # R-ANA-5
    contract_id = a_contract(db, UNLIMITED)
    invite(db, contract_id, "ann")
    data = view_exports.invitations(db, OPERATOR, contract_id, Filter()).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(data))

    assert datetime.fromisoformat(row["expires_at"]) == clock.now + 28 * DAY
