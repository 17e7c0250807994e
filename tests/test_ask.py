"""Every question by its name: what the registry says of it, who is answered what, `lc ask`, and the people behind a number."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lc_core import enrollments, people
from lc_core.insight import answers, asking, people_behind
from lc_core.insight.asking import Answer, Period
from lc_core.insight.copy import Insight
from lc_core.insight.questions import QUESTIONS, Question
from lc_core.insight.states import Idle, Step
from lc_core.records.db import Actor, Database
from lc_core.vocabulary import ContractType, EnrollmentStatus, Privilege, Role
from tests import make, worlds
from tests.asked import insight
from tests.clock import Clock
from tests.test_cli import Lc, answered, done, lc
from tests.worlds import OPERATOR

__all__ = ["insight", "lc"]
ASKED = [
    (question, of, period)
    for question in QUESTIONS.values()
    for of in (question.of[1] if question.of else [None])
    for period in (None, Period(worlds.FIRST_DAY, worlds.LAST_DAY))
]


# --- the registry ----------------------------------------------------------------------------------------------------


def test_every_file_with_a_question_is_in_the_registry():
    assert sorted(QUESTIONS) == sorted(path.stem for path in asking.QUERIES.glob("*.sql"))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_asked_in_the_words_of_its_file_and_tells_what_each_column_is(question: Question):
    text = (asking.QUERIES / f"{question.name}.sql").read_text()

    assert text.splitlines()[0] == f"-- {question.words}"
    assert question.definition.endswith(".")
    assert list(question.meaning) == list(question.columns)
    assert all(meaning.endswith(".") for meaning in question.meaning.values())
    assert question.of_period == ("$from" in text)
    assert (question.of is not None) == (f"${question.of[0] if question.of else 'step'}" in text)


# --- who is answered what --------------------------------------------------------------------------------------------


def busy(db: Database, clock: Clock, *names: str) -> int:
    """A contract, over-invited and ending soon, in which something of every kind happens to these people, then waits."""
    contract_id = worlds.a_contract(db, ContractType.UNLIMITED, seats=5, valid_to=date(2026, 8, 31))
    worlds.invite(db, contract_id, *names, f"{names[0]}.x", f"{names[0]}.y", f"{names[0]}.z")
    first, second = worlds.offered(db, contract_id)
    learners = [worlds.a_redeemed(db, contract_id, f"{names[0]}.{n}")[0] for n in range(4)]
    for learner, activity_id in zip(learners[:3], (first, first, second), strict=True):
        enrollment = enrollments.enroll(db, learner, contract_id, activity_id)
        if learner in learners[:2]:
            status = EnrollmentStatus.COMPLETED if learner is learners[0] else EnrollmentStatus.IN_PROGRESS
            enrollments.change_status(db, OPERATOR, contract_id, enrollment, status)
    return contract_id


@pytest.fixture
def two(db: Database, clock: Clock) -> tuple[int, int]:
    made = busy(db, clock, "ann"), busy(db, clock, "bob")
    clock.forward(timedelta(days=20))
    return made


def test_an_admin_is_told_of_their_own_contracts_and_of_no_others(
    db: Database, insight: Insight, two: tuple[int, int]
) -> None:
    own, other = two
    ada, nobody = worlds.an_admin(db, "ada", own), make.nobody(db)
    for question, of, period in ASKED:

        def told(actor: Actor, only: list[int] | None, question=question, of=of, period=period) -> pl.DataFrame:
            return question.put(insight, actor, only, period, of).frame

        mine, nothing, where = told(ada, None), told(OPERATOR, []), (question.name, of, period)
        assert mine.equals(told(OPERATOR, [own])), where
        assert not mine.equals(told(OPERATOR, None)), where
        assert not mine.equals(nothing), where
        assert told(ada, [other]).equals(nothing), where
        assert told(nobody, None).equals(nothing), where
        assert set(mine.get_column("contract_id", default=pl.Series([own]))) == {own}, where


def test_another_period_and_another_step_are_other_answers(insight: Insight, two: tuple[int, int]) -> None:
    june, may = (Period(date(2026, month, 1), date(2026, month, 30)) for month in (6, 5))
    told = [
        answers.who_stopped_there(insight, OPERATOR, None, period, step=step).frame.height
        for period in (june, may, None)
        for step in (Step.ENROLLED, Step.COMPLETED, Step.STARTED)
    ]

    assert told == [2, 2, 2, 0, 0, 0, 2, 2, 2]


# --- the people behind a number --------------------------------------------------------------------------------------


def names(behind: list[people_behind.PersonBehind]) -> list[tuple[str, str | None]]:
    return [(one.person, one.email) for one in behind]


def enrolled_in(insight: Insight, actor: Actor, *only: int) -> Answer:
    return answers.who_stopped_there(insight, actor, list(only), step=Step.ENROLLED)


def test_names_are_for_those_who_may_see_people(db: Database, insight: Insight, two: tuple[int, int]) -> None:
    ada = worlds.an_admin(db, "ada", two[0])
    mona = worlds.somebody(db, "mona", Role.MANAGER)
    max_ = worlds.somebody(db, "max", Role.MANAGER, Privilege.PERSONAL_DATA)
    person = worlds.person_of(db, "ann.2")
    answer = enrolled_in(insight, OPERATOR, two[0])
    seen = {who: names(people_behind.behind(insight, who, answer)) for who in (ada, max_, OPERATOR, mona)}

    named = [("Ann.2", worlds.email("ann.2"))]
    assert seen == {ada: named, max_: named, OPERATOR: named, mona: [(people.pseudonym(person.id), None)]}


def test_an_admin_who_is_manager_too_sees_the_people_of_their_own_contract_only(
    db: Database, insight: Insight, two: tuple[int, int]
) -> None:
    ada = worlds.an_admin(db, "ada", two[0])
    worlds.somebody(db, "ada", Role.MANAGER)

    seen = {one.contract_id: one.email for one in people_behind.behind(insight, ada, enrolled_in(insight, ada, *two))}

    assert seen == {two[0]: worlds.email("ann.2"), two[1]: None}


def test_nobody_is_shown_of_contracts_that_one_may_not_see(
    db: Database, insight: Insight, two: tuple[int, int]
) -> None:
    ada = worlds.an_admin(db, "ada", two[0])
    everybodys = enrolled_in(insight, OPERATOR, *two)

    assert [one.contract_id for one in people_behind.behind(insight, ada, everybodys)] == [two[0]]
    assert people_behind.behind(insight, make.nobody(db), everybodys) == []
    assert people_behind.named(insight, make.nobody(db), everybodys).is_empty()


def test_people_come_page_by_page_in_the_order_of_the_answer(insight: Insight, two: tuple[int, int]) -> None:
    answer = answers.whose_seats_are_idle(insight, OPERATOR, kind=Idle.SILENT)
    pages = [people_behind.behind(insight, OPERATOR, answer, most=3, offset=start) for start in (0, 3, 6, 9)]

    told = [(one.contract_id, one.person_id, one.since, one.seats) for page in pages for one in page]
    assert [len(page) for page in pages] == [3, 3, 2, 0]
    assert told == answer.frame.select("contract_id", "person_id", "since", "seats").rows()


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def ours(lc: Lc, db_url: str, tmp_path: Path) -> Iterator[Database]:
    """A contract `=A` with one accepted and one invited, and `B`, by the real clock."""
    database = Database.open(db_url)
    for code in ("=A", "B"):
        contract_id = worlds.a_contract(database, ContractType.UNLIMITED, code=code, title="=1+1", valid_to=None)
        worlds.a_redeemed(database, contract_id, f"acc.{code[-1].lower()}")
        worlds.invite(database, contract_id, f"inv.{code[-1].lower()}")
    yield database
    database.close()


def test_every_question_can_be_asked(lc: Lc, ours: Database) -> None:
    for name, question in QUESTIONS.items():
        rows = answered(lc("ask", name, "--json"))

        columns = people_behind.NAMED if "person_id" in question.columns else {}
        told = {*columns, *question.columns} - ({"person_id"} if columns else set())
        assert all(set(row) == told for row in rows), name


def test_a_contract_a_period_and_a_step_can_be_said(lc: Lc, ours: Database) -> None:
    today = ours.clock().date()

    def people_told(*words: Any) -> list[str]:
        return [row["email"] for row in answered(lc("ask", "who_stopped_there", "--json", *words))]

    assert people_told() == [worlds.email(f"inv.{of}") for of in "ab"]
    assert people_told("--of", "accepted", "--contract", "b") == [worlds.email("acc.b")]
    assert people_told("--contract", "b", "--contract", "=a", "--from", today) == people_told()
    assert people_told("--to", today - timedelta(days=1)) == []


def test_a_csv_holds_no_formula(lc: Lc, ours: Database) -> None:
    text = done(lc("ask", "whose_seats_are_idle", "--csv"))
    told = done(lc("ask", "which_contracts_are_over_invited", "--csv"))
    assert "=1+1" in done(lc("ask", "how_full_is_each_contract"))
    full = list(csv.DictReader(io.StringIO(done(lc("ask", "how_full_is_each_contract", "--csv")).lstrip("\ufeff"))))

    assert text.lstrip("\ufeff").strip() == '"contract_id","code","contract","person","email","since","seats"'
    assert told.startswith('\ufeff"contract_id"')
    assert {(row["code"], row["title"], row["used"]) for row in full} == {("'=A", "'=1+1", "1"), ("B", "'=1+1", "1")}


def test_the_rights_of_the_actor_apply(lc: Lc, ours: Database) -> None:
    worlds.an_admin(ours, "ada", 1)
    worlds.somebody(ours, "mona", Role.MANAGER)
    as_ada = "--actor", worlds.email("ada")
    masked = answered(lc("ask", "who_stopped_there", "--json", "--actor", worlds.email("mona")))

    assert [row["code"] for row in answered(lc("ask", "how_full_is_each_contract", "--json", *as_ada))] == ["=A"]
    assert lc("ask", "how_full_is_each_contract", "--contract", "B", *as_ada).exit_code == 1
    assert {row["email"] for row in masked} == {None}
    assert all(row["person"].startswith("P-") for row in masked)


def test_the_list_tells_every_question_and_its_columns(lc: Lc, ours: Database) -> None:
    listed = {one["name"]: one for one in json.loads(done(lc("ask", "--list", "--json")))}

    assert list(listed) == list(QUESTIONS)
    assert all(list(one["columns"]) == list(QUESTIONS[name].columns) for name, one in listed.items())
    assert listed["whose_seats_are_idle"]["of"] == [kind.value for kind in Idle]
    assert all(name in done(lc("ask", "--list")) for name in QUESTIONS)


@pytest.mark.parametrize(
    "words",
    [
        ["what_is_this"],
        [],
        ["who_stopped_there", "--of", "silent"],
        ["what_changed", "--of", "invited"],
        ["which_seats_are_idle", "--from", "2026-01-01"],
        ["what_changed", "--from", "2026-02-01", "--to", "2026-01-31"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_asked_is_wrong_use(lc: Lc, ours: Database, words: list[str]) -> None:
    result = lc("ask", *words)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
