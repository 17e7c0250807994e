"""Exports asked for: the dictionary, what can be wanted, and the contracts and activities that are chosen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from lc_core import activities, contracts, groups
from lc_core.errors import NotFound
from lc_core.exports import choosing
from lc_core.exports.datasets import DATASETS, KINDS, QUERIES, Filter
from lc_core.exports.wanted import Format, Wanted
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.records.db import Database
from lc_core.records.models import Activity
from lc_core.vocabulary import ContractStatus, ContractType
from tests import worlds
from tests.asked import insight
from tests.worlds import OPERATOR

__all__ = ["insight"]


# --- the dictionary --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DATASETS)
def test_every_column_has_a_type_and_a_meaning(name: str):  # R-EXP-1
    dataset = DATASETS[name]

    assert dataset.name == name
    assert len(dataset.by_name) == len(dataset.columns)
    for column in dataset.columns:
        assert re.fullmatch("[a-z]+(_[a-z]+)*", column.name)
        assert column.kind in KINDS.values()
        assert column.meaning.endswith(".")
    for sentence in (dataset.about, dataset.order):
        assert sentence.endswith(".")


def test_the_names_of_columns_are_those_that_people_rely_on():  # R-EXP-1
    contract = ["contract_code", "contract_title", "contract_type", "contract_group"]
    named = {
        name: [one.name for one in dataset.columns if not one.name.endswith("_local")]
        for name, dataset in DATASETS.items()
    }

    assert named["enrollments"] == [
        *(*contract, "activity_code", "activity_title", "person", "email", "status"),
        *("enrolled_at", "progress_at", "completed_at", "withdrawn_at"),
    ]
    assert named["invitations"] == [
        *(*contract, "person", "email", "status", "source", "times_sent", "invited_at", "first_sent_at"),
        *("last_sent_at", "expires_at", "redeemed_at", "first_enrolled_at", "revoked_at", "deallocated_at"),
    ]
    assert named["ledger"] == [
        *(*contract, "activity_code", "activity_title", "person", "email", "move", "delta", "why", "used_after"),
        *("effective_at", "recorded_at"),
    ]
    assert named["contracts"] == [
        *(*contract, "status", "seats", "used", "reserved", "pending", "uncommitted", "over_invited"),
        *("expired_unused", "utilisation", "valid_from", "valid_to", "timezone", "starts_at", "ends_at"),
        *("per_user_limit", "require_invitation_code", "seat_release", "archived_at", "created_at"),
    ]
    assert named["activities"] == [
        *(*contract, "activity_code", "activity_title", "activity_kind", "offered", "enrollments", "waitlisted"),
        *("pending_approval", "enrolled", "in_progress", "completed", "failed", "no_show", "withdrawn"),
    ]


@pytest.mark.parametrize("path", sorted(QUERIES.glob("*.sql")), ids=lambda path: path.stem)
def test_the_sql_of_each_data_set_is_limited_portable_and_takes_what_it_says(path: Path):
    text, dataset = path.read_text(), DATASETS[path.stem]
    parsed = sqlglot.parse_one(text, dialect="duckdb")
    for engine in ("spark", "clickhouse"):
        parsed.sql(dialect=engine, unsupported_level=sqlglot.ErrorLevel.RAISE)

    read = {table.name for table in parsed.find_all(exp.Table)}
    assert not any(isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count) for node in parsed.walk())
    assert "scope" in read
    assert ("chosen" in read) == (dataset.statuses is not None) == (Filter.STATUS in dataset.filters)
    assert ("$activity" in text) == dataset.takes_activity == (Filter.ACTIVITY in dataset.filters)
    assert ("$from" in text) == bool(dataset.instant) == (Filter.PERIOD in dataset.filters)
    assert text.splitlines()[
        0
    ] == f"-- Which {dataset.name if path.stem != 'ledger' else 'moves of seats'} are exported?".replace(
        "activities are", "activities of contracts are"
    )


def test_every_data_set_has_its_sql():
    assert sorted(DATASETS) == sorted(path.stem for path in QUERIES.glob("*.sql"))


# --- what can be wanted ----------------------------------------------------------------------------------------------


def anything() -> st.SearchStrategy[Wanted]:
    def of(name: str) -> st.SearchStrategy[Wanted]:
        dataset = DATASETS[name]
        words = [word.value for word in dataset.statuses or ()]
        days = st.tuples(st.dates(), st.dates()).map(lambda two: Period(min(two), max(two)))
        return st.builds(
            Wanted,
            st.just(name),
            st.sampled_from(Format),
            columns=st.lists(st.sampled_from(list(dataset.by_name)), unique=True).map(tuple),
            only=st.none() | st.frozensets(st.integers()),
            statuses=st.lists(st.sampled_from(words), unique=True).map(tuple) if words else st.just(()),
            activity=st.none() | st.integers() if dataset.takes_activity else st.none(),
            period=st.none() | days if dataset.instant else st.none(),
            zone=st.sampled_from(["UTC", "Europe/Vienna", "Asia/Kathmandu"]),
            excel=st.booleans(),
        )

    return st.sampled_from(sorted(DATASETS)).flatmap(of)


@given(wanted=anything())
def test_what_is_wanted_is_kept_as_text(wanted: Wanted):
    assert Wanted.from_json(wanted.to_json()) == wanted
    assert list(wanted.schema) == list(wanted.columns or wanted.of.by_name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dataset": "people"},
        {"columns": ["secret"]},
        {"columns": ["email", "email"]},
        {"statuses": ["accepted"]},
        {"dataset": "contracts", "activity": 1},
        {"dataset": "contracts", "period": {"first": "2026-01-01", "last": "2026-01-02"}},
        {"dataset": "activities", "statuses": ["enrolled"]},
        {"period": {"first": "2026-01-02", "last": "2026-01-01"}},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"zone": ""},
        {"format": "pdf"},
        {"only": ["x"]},
    ],
    ids=json.dumps,
)
def test_what_cannot_be_asked_is_an_error(wrong: dict[str, Any]):
    usual = {"dataset": "enrollments", "format": "csv"}
    assert Wanted.from_json(json.dumps(usual)) == Wanted("enrollments")

    with pytest.raises(ValueError, match=r"."):
        Wanted.from_json(json.dumps(usual | wrong))


@pytest.mark.parametrize(
    ("name", "kind"), [("a.CSV", Format.CSV), ("a.b.parquet", Format.PARQUET), ("a.xlsx", Format.XLSX)]
)
def test_the_ending_of_a_file_says_its_format(name: str, kind: Format):
    assert Format.of_file(Path(name)) is kind
    assert name.lower().endswith(kind.ending)


# --- choosing --------------------------------------------------------------------------------------------------------


def code_of(db: Database, activity_id: int) -> str:
    with db.read() as session:
        return session.get_one(Activity, activity_id).code


def test_contracts_are_chosen_by_group_type_and_status(db: Database, insight: Insight):  # R-ANA-5
    groups.create(db, OPERATOR, "North")
    north = worlds.a_contract(db, group="North")
    deal = worlds.a_contract(db, ContractType.UNLIMITED)
    closed = worlds.a_contract(db)
    contracts.archive(db, OPERATOR, closed)
    admin = worlds.an_admin(db, "admin", north, closed)

    def chosen(**limits: Any) -> set[int]:
        return set(choosing.contracts(insight, admin, **limits) or ())

    assert choosing.contracts(insight, OPERATOR) is None
    assert choosing.contracts(insight, OPERATOR, types=[ContractType.UNLIMITED]) == {deal}
    assert chosen(groups=["North"]) == {north}
    assert chosen(groups=[""]) == {closed}
    assert chosen(types=[ContractType.UNLIMITED]) == set()
    assert chosen(statuses=[ContractStatus.ARCHIVED]) == {closed}
    assert chosen(ids=[north, deal, closed], types=[ContractType.VOUCHER], statuses=[ContractStatus.ACTIVE]) == {north}


def test_an_activity_is_chosen_by_its_code_where_it_is_ones_own(db: Database, insight: Insight):  # R-AUTH-2
    mine, other = worlds.a_contract(db), worlds.a_contract(db)
    admin = worlds.an_admin(db, "admin", mine)
    (first, *_more), (theirs, *_rest) = worlds.offered(db, mine), worlds.offered(db, other)
    activities.remove_from_contract(db, OPERATOR, mine, first)

    assert choosing.activity(insight, admin, f" {code_of(db, first).lower()} ") == first
    assert choosing.activity(insight, OPERATOR, code_of(db, theirs)) == theirs
    for unknown in (code_of(db, theirs), "nothing"):
        with pytest.raises(NotFound):
            choosing.activity(insight, admin, unknown)
