"""What is exported is what the lists show, for everybody and every filter: statuses, people, order, scope (R-ANA-5, R-EXP-1)."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lc_core import activities, activity_lists, invitation_lists, ledger_lists, people, privacy, roles, seats
from lc_core.errors import NotFound
from lc_core.exports import reading
from lc_core.exports.datasets import DATASETS
from lc_core.exports.wanted import Wanted
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.invitation_lists import Filter
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, ContractActivity
from lc_core.vocabulary import (
    EnrollmentStatus,
    InvitationStatus,
    Privilege,
    Role,
    SeatReason,
)
from tests import make, worlds
from tests.asked import SOME, insight, lived, periods, records, within
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR, contract_now

__all__ = ["insight"]
TICK = timedelta.resolution
FOUR = ("person", "email", "status", "source")


def exported(insight: Insight, who: Actor, wanted: Wanted, portion: int = 3) -> pl.DataFrame:
    """All rows, taken in small portions."""
    with reading.opened(insight, who, wanted, portion) as found:
        told = pl.concat([pl.DataFrame(schema=wanted.schema), *found.frames])
        assert told.height == found.rows
    return told


def everybody(db: Database, contract_id: int) -> list[Actor]:
    """Who may see the contract, with and without its people."""
    number = next(make._lives)
    return [
        OPERATOR,
        worlds.somebody(db, f"analyst{number}", Role.ANALYST),
        worlds.somebody(db, f"manager{number}", Role.MANAGER, Privilege.PERSONAL_DATA),
        worlds.an_admin(db, f"admin{number}", contract_id),
    ]


# --- the same as the lists -------------------------------------------------------------------------------------------


@SOME
@given(life=make.lives(), statuses=st.sets(st.sampled_from(InvitationStatus)), place=st.sampled_from([None, 0, 1]))
def test_invitations_are_exported_as_they_are_listed(
    db: Database, clock: Clock, insight: Insight, life: Life, statuses: set[InvitationStatus], place: int | None
):
    (contract_id,) = lived(db, clock, life)
    with db.read() as session:
        ever = select(ContractActivity.activity_id).where(ContractActivity.contract_id == contract_id)
        activity = None if place is None else sorted(session.scalars(ever))[place]
    only, said = frozenset({contract_id}), tuple(sorted(statuses))
    for who in everybody(db, contract_id):
        listed = Filter(statuses=frozenset(statuses), activity_id=activity)
        shown = invitation_lists.every(db, who, contract_id, listed)

        told = exported(insight, who, Wanted("invitations", only=only, statuses=said, activity=activity))

        assert told.select(*FOUR, "times_sent", "invited_at", "last_sent_at", "expires_at", "redeemed_at").rows() == [
            (
                *(one.person, one.email or None, one.status, one.source, one.send_count),
                *(one.invited_at, one.last_sent_at, one.expires_at, one.redeemed_at),
            )
            for one in reversed(shown)
        ]


@SOME
@given(life=make.lives(), statuses=st.sets(st.sampled_from(EnrollmentStatus)))
def test_enrollments_are_exported_as_they_are_listed(
    db: Database, clock: Clock, insight: Insight, life: Life, statuses: set[EnrollmentStatus]
):
    (contract_id,) = lived(db, clock, life)
    only, said = frozenset({contract_id}), tuple(sorted(statuses))
    with db.read() as session:
        titles = {one.id: one.title for one in session.scalars(select(Activity))}
    listed = [one.activity_id for one in activity_lists.of_contract(db, OPERATOR, contract_id)]
    for who in everybody(db, contract_id):
        whole = exported(insight, who, Wanted("enrollments", only=only, statuses=said))
        told = []
        for activity_id in listed:
            shown = [
                (one.person, one.email or None, one.status, one.enrolled_at, one.progress_at, one.completed_at)
                for one in activity_lists.everyone_of(
                    db, who, contract_id, activity_id, statuses=sorted(statuses or EnrollmentStatus)
                )
            ]
            wanted = Wanted("enrollments", only=only, statuses=said, activity=activity_id)
            found = exported(insight, who, wanted)
            told.append(found)

            names = ("person", "email", "status", "enrolled_at", "progress_at", "completed_at")
            assert sorted(found.select(*names).rows(), key=str) == sorted(shown, key=str)
            assert set(found["activity_title"]) <= {titles[activity_id]}
        assert sum(found.height for found in told) == whole.height


@SOME
@given(life=make.lives(), reasons=st.sets(st.sampled_from(SeatReason)))
def test_the_ledger_is_exported_as_it_is_listed(
    db: Database, clock: Clock, insight: Insight, life: Life, reasons: set[SeatReason]
):
    (contract_id,) = lived(db, clock, life)
    for who in everybody(db, contract_id):
        shown = [one for one in ledger_lists.every(db, who, contract_id) if not reasons or one.why in reasons]

        told = exported(insight, who, Wanted("ledger", only=frozenset({contract_id}), statuses=tuple(sorted(reasons))))

        names = ("move", "person", "email", "activity_title", "delta", "why", "used_after", "effective_at")
        assert told.select(*names, "recorded_at").rows() == [
            (
                *(one.id, one.person, one.email or None, one.activity or None, one.delta, one.why, one.total),
                *(one.effective_at, one.recorded_at),
            )
            for one in reversed(shown)
        ]


@SOME
@given(life=make.lives())
def test_contracts_and_their_activities_are_exported_as_they_are_counted(
    db: Database, clock: Clock, insight: Insight, life: Life
):
    (contract_id,) = lived(db, clock, life)
    only = frozenset({contract_id})
    counted, contract = seats.by_status(db, OPERATOR, contract_id), contract_now(db, contract_id)

    (row,) = exported(insight, OPERATOR, Wanted("contracts", only=only)).to_dicts()
    told = exported(insight, OPERATOR, Wanted("activities", only=only))

    assert {name: row[name] for name in counted.__dataclass_fields__} == vars(counted)
    assert row["status"] == contract.status_at(clock.now)
    assert row["utilisation"] == (counted.used / counted.seats if counted.seats else None)
    assert (row["starts_at"], row["ends_at"], row["archived_at"]) == (
        contract.starts_at,
        contract.ends_at,
        contract.archived_at,
    )
    listed = {one.activity_id: one for one in activity_lists.of_contract(db, OPERATOR, contract_id)}
    statuses = [status.value for status in EnrollmentStatus]
    assert told.select("activity_code", "offered", "enrollments", *statuses).rows() == [
        (
            *(one.code, not one.removed, sum(one.by_status.values())),
            *(one.by_status.get(status, 0) for status in EnrollmentStatus),
        )
        for _number, one in sorted(listed.items())
    ]


@SOME
@given(one=make.lives(), other=make.lives(), period=periods(), dataset=st.sampled_from(sorted(DATASETS)))
def test_a_period_and_some_contracts_limit_what_is_exported(
    db: Database, clock: Clock, insight: Insight, one: Life, other: Life, period: Period | None, dataset: str
):
    contracts = lived(db, clock, one, other)
    found = records(db)
    days = {
        "enrollments": [(row.contract_id, row.enrolled_at.date()) for row in found.enrollments],
        "invitations": [(row.contract_id, row.invited_at.date()) for row in found.invitations],
        "ledger": [(row.contract_id, row.effective_at.date()) for row in found.moves],
    }
    for only in (frozenset(contracts), frozenset(contracts[1:])):
        wanted = Wanted(dataset, only=only, period=period if DATASETS[dataset].instant else None)
        told = exported(insight, OPERATOR, wanted)

        codes = [contract_now(db, contract_id).code for contract_id in sorted(only)]
        assert list(dict.fromkeys(told["contract_code"])) == [
            code for code in codes if code in set(told["contract_code"])
        ]
        if dataset in days:
            assert told.height == sum(within(period, day) for contract_id, day in days[dataset] if contract_id in only)
        elif dataset == "activities":
            counted = [within(period, day) for contract_id, day in days["enrollments"] if contract_id in only]
            assert told["enrollments"].sum() == sum(counted)
        else:
            assert told["contract_code"].to_list() == codes


def test_a_period_ends_with_the_last_moment_of_its_last_day(db: Database, clock: Clock, insight: Insight):
    contract_id = worlds.a_contract(db)
    moments = [datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 6, 16, tzinfo=UTC)]
    for name, moment in zip("abcd", [one - step for one in moments for step in (TICK, timedelta())], strict=True):
        clock.set(moment)
        worlds.an_enrolled(db, contract_id, name)

    for dataset in ("enrollments", "invitations", "ledger"):
        told = exported(insight, OPERATOR, Wanted(dataset, period=Period(date(2026, 6, 15), date(2026, 6, 15))))
        assert told["person"].to_list() == ["B", "C"]
    assert told["used_after"].to_list() == [2, 3]


def test_an_activity_that_is_offered_no_more_is_covered_by_no_invitation(db: Database, insight: Insight):  # R-CON-16
    contract_id = worlds.a_contract(db)
    worlds.an_enrolled(db, contract_id, "ann")
    activity = worlds.offered(db, contract_id)[0]
    activities.remove_from_contract(db, OPERATOR, contract_id, activity)

    counts = [
        reading.count(insight, OPERATOR, Wanted(name, activity=activity)) for name in ("invitations", "enrollments")
    ]
    assert counts == [0, 1]


# --- who -------------------------------------------------------------------------------------------------------------


def two_contracts(db: Database) -> tuple[int, int]:
    """Each with an enrollment; ann is in both."""
    mine, other = worlds.a_contract(db), worlds.a_contract(db)
    worlds.an_enrolled(db, mine, "ann")
    worlds.an_enrolled(db, other, "ann")
    worlds.an_enrolled(db, other, "bob")
    return mine, other


@pytest.mark.parametrize("dataset", DATASETS)
def test_an_admin_exports_nothing_of_another_contract(
    db: Database, insight: Insight, dataset: str
):  # R-AUTH-1, R-AUTH-2
    mine, other = two_contracts(db)
    last, _other = two_contracts(db)
    admin = worlds.an_admin(db, "admin", mine, last)

    told = exported(insight, admin, Wanted(dataset), portion=100)

    assert set(told["contract_code"]) == {contract_now(db, one).code for one in (mine, last)}
    assert reading.count(insight, admin, Wanted(dataset)) == told.height
    assert reading.preview(insight, admin, Wanted(dataset), 1).equals(told.head(1))
    for unknown in (other, worlds.NOBODY, 2**70, -1):
        for ask in (reading.count, reading.preview):
            with pytest.raises(NotFound):
                ask(insight, admin, Wanted(dataset, only=frozenset({mine, unknown})))


@pytest.mark.parametrize("dataset", DATASETS)
def test_who_may_see_no_contract_exports_nothing(db: Database, insight: Insight, dataset: str):  # R-AUTH-2
    two_contracts(db)
    gone = worlds.somebody(db, "gone", Role.SUPER_ADMIN)
    worlds.deactivate(db, gone)

    for who in (make.nobody(db), gone, Actor.person(worlds.NOBODY)):
        with pytest.raises(NotFound):
            reading.preview(insight, who, Wanted(dataset))


def test_an_activity_of_others_is_none(db: Database, insight: Insight):
    mine, other = two_contracts(db)
    admin = worlds.an_admin(db, "admin", mine)
    theirs, unknown = worlds.offered(db, other)[0], 2**70

    assert reading.count(insight, OPERATOR, Wanted("enrollments", activity=theirs)) == 2
    for activity in (theirs, unknown):
        with pytest.raises(NotFound):
            reading.count(insight, admin, Wanted("enrollments", activity=activity))


def test_people_are_masked_but_for_whoever_may_see_them(db: Database, insight: Insight):  # roles table
    mine, _other = two_contracts(db)
    analyst = worlds.somebody(db, "analyst", Role.ANALYST)
    both = worlds.an_admin(db, "both", mine)
    roles.grant(db, OPERATOR, worlds.email("both"), Role.MANAGER)
    ann, bob = (worlds.person_of(db, name).id for name in ("ann", "bob"))
    masked = [(people.pseudonym(ann), None), (people.pseudonym(bob), None)]

    for dataset in ("enrollments", "invitations", "ledger"):
        by_who = [exported(insight, who, Wanted(dataset)).select("person", "email").rows() for who in (analyst, both)]

        assert by_who[0] == [masked[0], *masked]
        assert by_who[1] == [("Ann", worlds.email("ann")), *masked]


def test_who_was_erased_is_a_pseudonym_even_before_the_copy_is_made_anew(db: Database, insight: Insight):  # R-SEAT-9
    mine, _other = two_contracts(db)
    insight.refresh()
    ann = worlds.person_of(db, "ann").id
    with reading.opened(insight, OPERATOR, Wanted("ledger", only=frozenset({mine}))) as found:
        privacy.erase(db, OPERATOR, ann)

        (row,) = next(found.frames).select("person", "email").rows()

    assert row == (people.pseudonym(ann), None)
