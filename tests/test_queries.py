"""The questions: each agrees with the rules it restates, shows nobody what is not theirs, and stays portable."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload
from sqlglot import exp

from lc_core import activities, contracts, invitations, language, roles, rules, seat_rules, seats
from lc_core.errors import NotFound
from lc_core.insight import answers, asking, charts, columns
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor, Database
from lc_core.records.models import (
    Contract,
    ContractActivity,
    Enrollment,
    Invitation,
    InvitationActivity,
    SeatMove,
)
from lc_core.seat_rules import SeatsByStatus
from lc_core.vocabulary import REDEEMED, ContractStatus, ContractType, Role, SeatStatus
from tests import make, worlds
from tests.asked import insight
from tests.clock import Clock
from tests.make import Life
from tests.worlds import OPERATOR

__all__ = ["insight"]
QUESTIONS = sorted(answers.QUERIES.glob("*.sql"))
SOME = settings(
    max_examples=max(settings.default.max_examples // 12, 5) if settings.default else 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def told(insight: Insight, actor: Actor = OPERATOR) -> dict[int, dict[str, Any]]:
    """The answer's rows by contract."""
    frame = answers.how_full_is_each_contract(insight, actor).frame
    return {row["contract_id"]: row for row in frame.to_dicts()}


def counted(row: dict[str, Any]) -> SeatsByStatus:
    return SeatsByStatus(**{name: row[name] for name in SeatsByStatus.__dataclass_fields__})


# --- how full is each contract? --------------------------------------------------------------------------------------


def by_the_rules(session: Session, contract: Contract, now: Any) -> SeatsByStatus:
    """R-SEAT-10 read from the rules alone, one invitation after the other."""
    of_it = {"contract_id": contract.id}
    offered = set(session.scalars(select(ContractActivity.activity_id).filter_by(**of_it, removed_at=None)))
    asked = {True: 0, False: 0}
    for invitation in session.scalars(select(Invitation).filter_by(**of_it).options(joinedload(Invitation.person))):
        items = select(InvitationActivity.activity_id).filter_by(invitation_id=invitation.id)
        enrolled = set(
            session.scalars(select(Enrollment.activity_id).filter_by(**of_it, person_id=invitation.person_id))
        )
        status = invitation.status_at(now)
        asked[status in REDEEMED] += seat_rules.demand(
            contract.contract_type,
            status,
            not_yet_enrolled=len(set(session.scalars(items)) & offered - enrolled),
            enrolled=len(enrolled),
            per_user_limit=contract.per_user_limit,
        )
    used = session.scalar(select(func.coalesce(func.sum(SeatMove.delta), 0)).filter_by(**of_it)) or 0
    stands = rules.contract_status(now, contract.starts_at, contract.ends_at, contract.archived_at)
    return seat_rules.seats_by_status(
        seats=contract.seats,
        used=int(used),
        reserved=asked[True],
        pending=asked[False],
        closed=seat_rules.is_closed(stands),
    )


@SOME
@given(life=make.lives())
def test_the_answer_is_what_the_rules_say_of_any_contract(db: Database, clock: Clock, insight: Insight, life: Life):
    contract_id = make.live(db, clock, life)  # R-SEAT-10, R-INV-1, R-CON-7

    row = told(insight)[contract_id]

    with db.read() as session:
        contract = session.get_one(Contract, contract_id)
        assert counted(row) == by_the_rules(session, contract, clock.now)
        assert row["status"] == contract.status_at(clock.now)
    assert counted(row) == seats.by_status(db, OPERATOR, contract_id)
    assert sum(row[status.value] for status in SeatStatus) == row["seats"]


def a_voucher_in_every_state(db: Database, **said: Any) -> int:
    """Two activities; one person enrolled in one, one accepted, one invited, one without account, one revoked."""
    contract_id = worlds.a_contract(db, seats=20, offers=3, **said)
    worlds.an_enrolled(db, contract_id, "enrolled")
    worlds.a_redeemed(db, contract_id, "accepted")
    worlds.a_learner(db, "outstanding")
    worlds.invite(db, contract_id, "outstanding", "unregistered")
    return contract_id


@pytest.mark.parametrize(
    ("limit", "reserved", "pending"), [(0, 2 + 3, 3 + 3), (1, 0 + 1, 1 + 1), (2, 1 + 2, 2 + 2), (9, 2 + 3, 3 + 3)]
)
def test_a_voucher_asks_for_what_it_covers_up_to_the_limit_of_a_person(
    db: Database, insight: Insight, limit: int, reserved: int, pending: int
):
    contract_id = a_voucher_in_every_state(db, per_user_limit=limit)  # R-SEAT-10

    row = told(insight)[contract_id]

    uncommitted = 20 - 1 - reserved - pending
    assert counted(row) == SeatsByStatus(20, 1, reserved, pending, uncommitted, 0, 0)


@pytest.mark.parametrize(
    ("contract_type", "expected"),
    [
        (ContractType.SUBSCRIPTION, SeatsByStatus(20, 1, 1, 2, 16, 0, 0)),
        (ContractType.UNLIMITED, SeatsByStatus(20, 2, 0, 2, 16, 0, 0)),
    ],
)
def test_a_person_asks_for_one_seat_where_seats_are_for_persons(
    db: Database, insight: Insight, contract_type: ContractType, expected: SeatsByStatus
):
    contract_id = a_voucher_in_every_state(db, contract_type=contract_type)

    assert counted(told(insight)[contract_id]) == expected


def test_what_is_asked_for_beyond_the_free_seats_stands_apart(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, seats=4, offers=2)
    worlds.a_redeemed(db, contract_id, "ann")
    worlds.invite(db, contract_id, "bob", "cy")

    assert counted(told(insight)[contract_id]) == SeatsByStatus(4, 0, 2, 2, 0, 2, 0)


def test_seats_that_nobody_can_use_any_more_are_expired(db: Database, clock: Clock, insight: Insight):
    contract_id = a_voucher_in_every_state(db)
    before = told(insight)[contract_id]["status"]
    with db.read() as session:
        ends_at = session.get_one(Contract, contract_id).ends_at
    assert ends_at is not None
    clock.set(ends_at)

    row = told(insight)[contract_id]

    assert (before, row["status"]) == (ContractStatus.ACTIVE, ContractStatus.EXPIRED)
    assert counted(row) == SeatsByStatus(20, 1, 0, 0, 0, 0, 19)


def test_an_archived_contract_says_so_and_has_no_demand(db: Database, insight: Insight):
    contract_id = a_voucher_in_every_state(db)
    contracts.archive(db, OPERATOR, contract_id)

    row = told(insight)[contract_id]

    assert row["status"] == ContractStatus.ARCHIVED
    assert counted(row) == SeatsByStatus(20, 1, 0, 0, 0, 0, 19)


def test_a_contract_that_has_not_begun_has_demand(db: Database, clock: Clock, insight: Insight):
    contract_id = a_voucher_in_every_state(db)
    with db.read() as session:
        clock.set(session.get_one(Contract, contract_id).starts_at - timedelta(microseconds=1))

    row = told(insight)[contract_id]

    assert row["status"] == ContractStatus.FUTURE
    assert counted(row) == SeatsByStatus(20, 1, 5, 6, 8, 0, 0)


@pytest.mark.parametrize("contract_type", ContractType)
@pytest.mark.parametrize("left", [timedelta(microseconds=1), timedelta()])
def test_an_invitation_asks_for_nothing_from_the_instant_at_which_it_expires(
    db: Database, clock: Clock, insight: Insight, contract_type: ContractType, left: timedelta
):
    contract_id = worlds.a_contract(db, contract_type, offers=1, invitation_ttl_days=14)
    worlds.invite(db, contract_id, "ann", "bob")
    clock.forward(timedelta(days=14) - left)  # R-INV-3

    assert told(insight)[contract_id]["pending"] == (2 if left else 0)


@pytest.mark.parametrize("contract_type", [ContractType.VOUCHER, ContractType.SUBSCRIPTION])
def test_what_was_accepted_in_time_stays_reserved(
    db: Database, clock: Clock, insight: Insight, contract_type: ContractType
):
    contract_id = worlds.a_contract(db, contract_type, offers=1, invitation_ttl_days=14)
    worlds.a_redeemed(db, contract_id, "ann")
    clock.forward(timedelta(days=15))

    assert told(insight)[contract_id]["reserved"] == 1


def test_what_is_revoked_or_deallocated_asks_for_nothing(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, ContractType.UNLIMITED)
    (revoked,) = worlds.invite(db, contract_id, "ann")
    invitations.revoke(db, OPERATOR, contract_id, worlds.only(revoked))
    _, deallocated = worlds.a_redeemed(db, contract_id, "bob")
    invitations.deallocate(db, OPERATOR, contract_id, worlds.only(deallocated))
    voucher = worlds.a_contract(db)
    _, accepted = worlds.a_redeemed(db, voucher, "cy")
    invitations.revoke(db, OPERATOR, voucher, worlds.only(accepted))

    assert counted(told(insight)[contract_id]) == SeatsByStatus(10, 0, 0, 0, 10, 0, 0)
    assert counted(told(insight)[voucher]) == SeatsByStatus(10, 0, 0, 0, 10, 0, 0)


def test_an_activity_that_is_offered_no_more_is_asked_for_by_nobody(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db, offers=2)
    worlds.a_redeemed(db, contract_id, "ann")
    worlds.invite(db, contract_id, "bob")
    before = told(insight)[contract_id]
    activities.remove_from_contract(db, OPERATOR, contract_id, worlds.offered(db, contract_id)[0])

    assert counted(before) == SeatsByStatus(10, 0, 2, 2, 6, 0, 0)
    assert counted(told(insight)[contract_id]) == SeatsByStatus(10, 0, 1, 1, 8, 0, 0)


def test_contracts_come_by_code_without_regard_to_case(db: Database, insight: Insight):
    for code in ("b", "A", "C", "a2"):
        worlds.a_contract(db, code=code)

    frame = answers.how_full_is_each_contract(insight, OPERATOR).frame

    assert frame["code"].to_list() == ["A", "a2", "b", "C"]


def test_a_place_without_contracts_is_answered_with_no_rows(insight: Insight):
    frame = answers.how_full_is_each_contract(insight, OPERATOR).frame

    assert (frame.height, dict(frame.schema)) == (0, dict(columns.HOW_FULL))


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_an_admin_sees_their_contracts_and_a_manager_all(db: Database, insight: Insight):
    first, second = worlds.a_contract(db), worlds.a_contract(db)

    assert set(told(insight, worlds.an_admin(db, "ada", first))) == {first}
    assert set(told(insight, worlds.an_admin(db, "both", first, second))) == {first, second}
    for role in (Role.MANAGER, Role.ANALYST, Role.SUPER_ADMIN):
        assert set(told(insight, worlds.somebody(db, role.value, role))) == {first, second}


def test_nobody_else_sees_any(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db)
    learner, _ = worlds.an_enrolled(db, contract_id, "learner")
    admin = worlds.an_admin(db, "ada", contract_id)
    worlds.deactivate(db, admin)
    nobody = [make.nobody(db), learner, admin, worlds.somebody(db, "adrian", Role.ADMINISTRATOR), Actor.person(10**6)]

    assert [told(insight, one) for one in nobody] == [{}] * 5


def test_a_right_that_was_taken_away_is_gone_at_the_next_question(db: Database, insight: Insight):
    contract_id = worlds.a_contract(db)
    manager = worlds.somebody(db, "max", Role.MANAGER)
    before = set(told(insight, manager))
    roles.revoke_role(db, OPERATOR, worlds.email("max"), Role.MANAGER)

    assert (before, set(told(insight, manager))) == ({contract_id}, set())


def test_totals_of_every_scope_are_those_of_its_contracts(db: Database, insight: Insight):
    first, second = a_voucher_in_every_state(db), worlds.a_contract(db, ContractType.UNLIMITED)
    worlds.a_redeemed(db, second, "cy")
    admin = worlds.an_admin(db, "ada", second)

    assert sum(row["used"] for row in told(insight).values()) == worlds.used(db, first) + worlds.used(db, second)
    assert sum(row["used"] for row in told(insight, admin).values()) == worlds.used(db, second)


def test_a_contract_that_is_not_theirs_is_not_even_counted_one_by_one(db: Database):
    contract_id = worlds.a_contract(db)

    with pytest.raises(NotFound):
        seats.by_status(db, make.nobody(db), contract_id)


# --- every question --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_every_question_is_limited_to_what_its_asker_may_see(path: Path):
    """Each table that belongs to contracts is joined, directly or through others, with `scope`."""
    parsed = sqlglot.parse_one(path.read_text(), dialect="duckdb")
    named = {table.name for table in parsed.find_all(exp.Table)}
    steps = {one.alias for one in parsed.find_all(exp.CTE)}
    unlimited = [
        one.alias
        for one in parsed.find_all(exp.CTE)
        if (read := {table.name for table in one.this.find_all(exp.Table)}) and not read & (steps | {"scope"})
    ]

    assert "scope" in named
    assert unlimited == []


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_every_question_can_be_carried_to_other_engines(path: Path):
    text = path.read_text()
    parsed = sqlglot.parse_one(text, dialect="duckdb")
    for engine in ("spark", "clickhouse"):
        parsed.sql(dialect=engine, unsupported_level=sqlglot.ErrorLevel.RAISE)

    assert not any(isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count) for node in parsed.walk())
    assert not any(True for _ in parsed.find_all(exp.Qualify, exp.Unnest, exp.Lambda))
    assert len(re.findall(r"\bnulls last\b", text)) == len(
        [one for one in parsed.find_all(exp.Ordered) if of_rows(one)]
    )


def of_rows(ordered: exp.Ordered) -> bool:
    """Whether this orders rows, which engines do differently where values are missing, and not a window."""
    return not isinstance(ordered.find_ancestor(exp.Window, exp.Select), exp.Window)


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_every_question_is_written_in_lower_case(path: Path):
    code = re.sub(r"--.*|'[^']*'", "", path.read_text())

    assert code == code.lower()


def test_an_answer_of_another_shape_is_refused():
    with pytest.raises(asking.UnexpectedShape):
        asking.of_shape(pl.DataFrame({"contract_id": [1]}), {"contract_id": pl.Int32})


# --- the picture -----------------------------------------------------------------------------------------------------

ROW = {
    "seats": 1000,
    "used": 600,
    "reserved": 100,
    "pending": 3,
    "uncommitted": 297,
    "over_invited": 0,
    "expired_unused": 0,
}
BACKGROUNDS = ("#ffffff", "#12181f")


@pytest.fixture
def another_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = tmp_path / "de" / "LC_MESSAGES" / "lc.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Used"\nmsgstr "Belegt"\n'
    )
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    language.use("de")
    yield
    language.use("en")


def test_the_bar_has_a_segment_for_each_status_that_has_seats():
    segments = charts.seat_segments(ROW)

    assert segments["status"].to_list() == ["Used", "Reserved", "Pending", "Uncommitted"]
    assert segments["seats"].to_list() == [600, 100, 3, 297]
    assert segments["start"].to_list() == [0, 600, 700, 703]
    assert segments["end"].to_list() == [600, 700, 703, 1000]
    assert segments["label"].to_list() == ["600", "100", "", "297"]


def test_a_contract_without_seats_has_an_empty_bar():
    row = dict.fromkeys(ROW, 0)

    assert charts.seat_segments(row).schema == charts.SEGMENTS
    assert charts.seat_segments(row).is_empty()
    assert charts.describe(row) == "0 of 0 seats used."


def test_the_chart_uses_only_fields_of_its_frame_and_none_that_tooltips_treat_specially():
    specification = charts.how_full_is_each_contract()
    fields = set(re.findall(r'"field": "(\w+)"', json.dumps(specification)))

    assert fields
    assert fields <= set(charts.seat_segments(ROW).columns) - {"image", "title"}
    assert not {"data", "datasets", "config", "$schema"} & set(specification)


def test_the_chart_is_built_once_for_each_language(another_language: None):
    german = charts.how_full_is_each_contract()
    language.use("en")
    english = charts.how_full_is_each_contract()

    assert "Belegt" in json.dumps(german)
    assert "Belegt" not in json.dumps(english)
    assert charts.how_full_is_each_contract() is english


@pytest.mark.parametrize("colour", charts.COLOURS.values())
def test_every_segment_and_its_number_can_be_told_from_what_is_around_it(colour: str):
    assert all(contrast(colour, background) >= 3 for background in BACKGROUNDS)
    assert contrast(colour, charts.LABEL) >= 4.5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "600 of 1,000 seats used; Reserved: 100; Pending: 3; Uncommitted: 297."),
        (
            {"over_invited": 1},
            "600 of 1,000 seats used; Reserved: 100; Pending: 3; Uncommitted: 297. Over-invited by 1 seat.",
        ),
        (
            {"reserved": 0, "pending": 0, "uncommitted": 0, "expired_unused": 400, "over_invited": 2000},
            "600 of 1,000 seats used; Expired unused: 400. Over-invited by 2,000 seats.",
        ),
    ],
)
def test_the_bar_is_said_in_words_too(changed: dict[str, int], said: str):
    assert charts.describe({**ROW, **changed}) == said


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
