"""The installation as those who look after it see it: settings, versions, what the workers did last, mail, the copy."""

import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.insight import check
from lc_core.insight.copy import Insight
from lc_core.records import expressions
from lc_core.records.db import Actor
from lc_core.records.house_models import Beat, Letter
from lc_core.records.models import Contract
from lc_core.settings import settings
from lc_core.vocabulary import Action, ContractStatus, LetterState

LIBRARIES = ("learning-contracts", "streamlit", "sqlalchemy", "duckdb", "polars")
QUIET = timedelta(hours=1)
"""After how long without a beat a job's worker is taken for gone: the slowest job beats every quarter of an hour."""


@dataclass(frozen=True)
class Job:
    """One job of the workers. `silent`: it was not done for longer than it ever waits."""

    name: str
    at: datetime
    failing_since: datetime | None
    words: str
    silent: bool


@dataclass(frozen=True)
class System:
    """How the installation stands. `copy_as_of`: up to when the analytic copy reaches; None where there is none yet."""

    settings: list[dict[str, str]]
    versions: dict[str, str]
    jobs: list[Job]
    letters: dict[LetterState, int]
    copy_as_of: datetime | None
    copy_rows: int


def seen(insight: Insight, actor: Actor) -> System:
    """How the installation stands, for super administrators. Secrets are never shown."""
    now, copy = insight.db.clock(), insight.published()
    with insight.db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        jobs, letters = _jobs(session, now), _letters(session)
        dialect = session.get_bind().dialect
        numbers = ".".join(str(part) for part in getattr(dialect, "server_version_info", None) or ())
    return System(
        settings=settings().told(),
        versions={
            **{name: version(name) for name in LIBRARIES},
            "python": platform.python_version(),
            dialect.name: numbers,
        },
        jobs=jobs,
        letters=letters,
        copy_as_of=copy.as_of if copy else None,
        copy_rows=sum(copy.counts.values()) if copy else 0,
    )


@dataclass(frozen=True)
class Held:
    """The contracts of one status: how many there are, their seats, and how many of those are used."""

    contracts: int
    seats: int
    used: int


@dataclass(frozen=True)
class Figures:
    """What is watched from outside, as it stands at `now`."""

    now: datetime
    jobs: list[Job]
    letters: dict[LetterState, int]
    contracts: dict[ContractStatus, Held]
    copy_as_of: datetime | None
    copy_rows: int


def figures(insight: Insight, actor: Actor) -> Figures:
    """Counts and ages, for those who look after the place. They name nobody."""
    now, copy = insight.db.clock(), insight.published()
    status = expressions.contract_status(now)
    sums = (func.count(), func.coalesce(func.sum(Contract.seats), 0), func.coalesce(func.sum(Contract.seats_used), 0))
    with insight.db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        held = {word: Held(*numbers) for word, *numbers in session.execute(select(status, *sums).group_by(status))}
        return Figures(
            now=now,
            jobs=_jobs(session, now),
            letters=_letters(session),
            contracts={word: held.get(word.value, Held(0, 0, 0)) for word in ContractStatus},
            copy_as_of=copy.as_of if copy else None,
            copy_rows=sum(copy.counts.values()) if copy else 0,
        )


def _jobs(session: Session, now: datetime) -> list[Job]:
    beats = session.scalars(select(Beat).order_by(Beat.job))
    return [Job(beat.job, beat.at, beat.failing_since, beat.words, now - beat.at > QUIET) for beat in beats]


def _letters(session: Session) -> dict[LetterState, int]:
    counted = dict(session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all())
    return {state: counted.get(state, 0) for state in LetterState}


def prove(insight: Insight, actor: Actor) -> check.Report:
    """Every invariant of this installation, as `lc check` proves it, for super administrators."""
    with insight.db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
    return check.run(insight.db, insight)
