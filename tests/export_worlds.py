"""The page on exports as somebody opens it, and what it shows, for its tests."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lc_core.exports import asked
from lc_core.exports.asked import Asked
from lc_core.exports.chosen import Chosen
from lc_core.exports.datasets import DATASETS
from lc_core.exports.kept import Kept
from lc_core.settings import settings
from lc_core.vocabulary import Role
from tests import apps
from tests.usage_worlds import World, played
from tests.worlds import somebody

ROLES = ["super", "ada", "manager", "privileged", "analyst"]
SEES_NAMES = {"super", "ada", "privileged"}


@pytest.fixture
def world(db_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with apps.installed(monkeypatch, db_url, tmp_path) as db:
        world = played(db, tmp_path)
        world.people["super"] = somebody(db, "super", Role.SUPER_ADMIN).person_id or 0
        yield world


def visit(world: World, who: str) -> AppTest:
    """The main script as that person runs it, not run yet."""
    app = apps.shell()
    app.session_state["person_id"] = world.people[who]
    return app


def opened(world: World, who: str = "analyst", **said: str | int | list[str]) -> AppTest:
    """The page at this address; a name may be said several times."""
    app = visit(world, who)
    app.run()
    for name, value in said.items():
        app.query_params[name] = value if isinstance(value, list) else str(value)
    app.switch_page(str(apps.PAGES / "exports.py")).run()
    assert not app.exception
    return app


def files_of(world: World, who: str = "analyst") -> list[Asked]:
    """The files that they asked for, the newest first."""
    return asked.mine(world.db, world.actor(who))


def read(one: Asked) -> pl.DataFrame:
    """What is in a file, a Parquet one, that is there for whoever asked for it."""
    path = Kept(settings().exports_dir).of(one.run.file)
    assert path is not None
    return pl.read_parquet(path)


def links(app: AppTest) -> list[str]:
    """Where the files lie that the page offers."""
    return [str(one.proto.url) for one in app.get("link_button") if one.proto.label == "Download"]


def rows_of(app: AppTest) -> str:
    return next(str(metric.value) for metric in app.metric if metric.label == "Rows")


def said_by(app: AppTest) -> dict[str, list[str]]:
    """The page's address, name by name."""
    found = {name: app.query_params[name] for name in app.query_params}
    return {name: value if isinstance(value, list) else [value] for name, value in found.items()}


def shown(app: AppTest, chosen: Chosen) -> pl.DataFrame:
    """The preview, typed as the file is."""
    of = DATASETS[chosen.dataset].by_name
    schema = {name: of[name].dtype for name in chosen.columns or of}
    if not app.dataframe:
        return pl.DataFrame(schema=schema)
    told = app.dataframe[0].value
    assert list(told.columns) == list(schema)
    return pl.DataFrame({name: pl.Series(pl.from_pandas(told[[name]])[name]).cast(schema[name]) for name in schema})
