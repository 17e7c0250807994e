"""What is taken away is what is shown: the same filter, the same order, the same masks; and no cell runs (R-ANA-5, R-EXP-2)."""

import csv
import io
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lc_core import activity_lists, invitation_lists, invitations, people
from lc_core.errors import NotFound
from lc_core.insight import cells, view_exports
from lc_core.invitation_lists import Filter
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract
from lc_core.vocabulary import EnrollmentStatus, InvitationStatus, Role
from tests import make
from tests.clock import Clock
from tests.make import Life
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    an_enrolled,
    email,
    invite,
    offered,
    only,
    somebody,
)

SOME = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
TEXTS = st.text(alphabet=st.sampled_from(list("=+-@\t\r\n＝＋－＠';,\"aé1 ")), max_size=8)  # noqa: RUF001


def read(data: bytes) -> pl.DataFrame:
    """The file as another program reads it: all texts."""
    assert data.startswith(b"\xef\xbb\xbf")  # or Excel takes UTF-8 for something else
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return pl.DataFrame(rows, schema=dict.fromkeys(head, pl.String), orient="row")


# --- cells -----------------------------------------------------------------------------------------------------------


@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_no_cell_runs_and_every_text_comes_back(texts: list[str]) -> None:  # R-EXP-2
    told = read(cells.csv(pl.DataFrame({"text": texts})))["text"].to_list()

    assert [cells.unmarked(text) for text in told] == texts
    assert [text for text in told if text[:1] in set("=+-@\t\r\n＝＋－＠")] == []  # noqa: RUF001


def test_no_separator_of_another_locale_splits_a_cell() -> None:  # R-EXP-2
    assert cells.csv(pl.DataFrame({"text": ["a;=1+1"]})).decode("utf-8-sig") == '"text"\r\n"a;=1+1"\r\n'


# --- invitations -----------------------------------------------------------------------------------------------------


def everybody_shown(
    db: Database, who: Actor, contract_id: int, wanted: Filter, order: str
) -> Iterator[tuple[str, ...]]:
    """The list as it is shown, page by page."""
    first = invitation_lists.listing(db, who, contract_id, wanted, order=order)
    for page in range(1, -(-first.matching // invitation_lists.PAGE_SIZE) + 1):
        for row in invitation_lists.listing(db, who, contract_id, wanted, order=order, page=page).rows:
            yield row.person, row.email, row.status.value, str(row.send_count), row.source.value


def exported(db: Database, who: Actor, contract_id: int, wanted: Filter, order: str) -> list[tuple[str, ...]]:
    frame = read(view_exports.invitations(db, who, contract_id, wanted, order=order))
    told = frame.select("person", "email", "status", "times_sent", "source").rows()
    return [tuple(cells.unmarked(text) for text in row) for row in told]


@pytest.mark.parametrize("order", invitation_lists.ORDERS)
def test_what_is_taken_away_is_what_is_shown(db: Database, order: str) -> None:  # R-ANA-5
    contract_id = a_contract(db)
    invite(db, contract_id, *[f"person-{n:03}" for n in range(120)])
    invitations.revoke(db, OPERATOR, contract_id, only(invite(db, contract_id, "gone")[0]))
    people.register(db, OPERATOR, email("gone"), "=gone")

    for wanted in (Filter(), Filter(search="person-01"), Filter(statuses=frozenset({InvitationStatus.REVOKED}))):
        shown = list(everybody_shown(db, OPERATOR, contract_id, wanted, order))
        assert exported(db, OPERATOR, contract_id, wanted, order) == shown
    assert shown == [("=gone", email("gone"), "revoked", "1", "admin")]


def test_who_may_not_see_people_takes_pseudonyms_away(db: Database) -> None:  # roles table
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    analyst = somebody(db, "analyst", Role.ANALYST)

    data = view_exports.invitations(db, analyst, contract_id, Filter())

    assert b"ann" not in data
    assert read(data)["person"].to_list() == [people.pseudonym(person_id_of(db, "ann"))]
    assert read(view_exports.invitations(db, analyst, contract_id, Filter(search="ann"))).is_empty()


def person_id_of(db: Database, name: str) -> int:
    with db.read() as session:
        return people.by_email(session, email(name)).id


def test_what_is_not_yours_is_not_taken_away(db: Database) -> None:  # R-AUTH-1
    contract_id = a_contract(db)
    activity_id = offered(db, contract_id)[0]
    learner = a_learner(db, "ann")

    for take in (
        lambda: view_exports.invitations(db, learner, contract_id, Filter()),
        lambda: view_exports.people_of_activity(db, learner, contract_id, activity_id),
        lambda: view_exports.enrollments(db, learner, contract_id),
    ):
        with pytest.raises(NotFound):
            take()


# --- enrollments -----------------------------------------------------------------------------------------------------


@SOME
@given(life=make.lives())
def test_each_activity_is_taken_away_as_it_is_counted(db: Database, clock: Clock, life: Life) -> None:  # R-ENR-2
    make.live(db, clock, life)
    with db.read() as session:
        contracts = list(session.scalars(select(Contract.id)))
    for contract_id in contracts:
        whole = read(view_exports.enrollments(db, OPERATOR, contract_id))
        for activity in activity_lists.of_contract(db, OPERATOR, contract_id):
            counts = activity_lists.people_of(db, OPERATOR, contract_id, activity.activity_id).by_status
            theirs = whole.filter(pl.col("activity") == activity.code)

            assert (activity.not_enrolled, activity.by_status) == (
                counts[None],
                {status: n for status, n in counts.items() if status and n},
            )
            assert theirs["status"].value_counts().sort("status").rows() == sorted(
                (status.value if status else view_exports.NOT_ENROLLED, n) for status, n in counts.items() if n
            )


def test_a_part_of_an_activity_is_taken_away(db: Database) -> None:  # R-ANA-5
    contract_id = a_contract(db)
    first, _ = offered(db, contract_id)
    an_enrolled(db, contract_id, "ann", first)
    an_enrolled(db, contract_id, "bob", first)
    invite(db, contract_id, "eve")

    def names(statuses: list[EnrollmentStatus | None], search: str = "") -> list[str]:
        data = view_exports.people_of_activity(db, OPERATOR, contract_id, first, statuses=statuses, search=search)
        return read(data)["email"].to_list()

    assert names([]) == [email("ann"), email("bob"), email("eve")]
    assert names([None]) == [email("eve")]
    assert names([EnrollmentStatus.ENROLLED], "bob") == [email("bob")]
