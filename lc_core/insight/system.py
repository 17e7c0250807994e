"""The installation as those who look after it see it: settings, versions, what the workers did last, mail, the copy."""

import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import func, select

from lc_core import access
from lc_core.insight import check
from lc_core.insight.copy import Insight
from lc_core.records.db import Actor
from lc_core.records.house_models import Beat, Letter
from lc_core.settings import settings
from lc_core.vocabulary import Action, LetterState

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
        beats = session.scalars(select(Beat).order_by(Beat.job)).all()
        counted = dict(session.execute(select(Letter.state, func.count()).group_by(Letter.state)).all())
        dialect = session.get_bind().dialect
        numbers = ".".join(str(part) for part in getattr(dialect, "server_version_info", None) or ())
    return System(
        settings=settings().told(),
        versions={
            **{name: version(name) for name in LIBRARIES},
            "python": platform.python_version(),
            dialect.name: numbers,
        },
        jobs=[Job(beat.job, beat.at, beat.failing_since, beat.words, now - beat.at > QUIET) for beat in beats],
        letters={state: counted.get(state, 0) for state in LetterState},
        copy_as_of=copy.as_of if copy else None,
        copy_rows=sum(copy.counts.values()) if copy else 0,
    )


def prove(insight: Insight, actor: Actor) -> check.Report:
    """Every invariant of this installation, as `lc check` proves it, for super administrators."""
    with insight.db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
    return check.run(insight.db, insight)
