"""The pages as Streamlit's own harness runs them: from the shell, on a database of the test."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from lc_core.records.db import Database
from lc_core.settings import settings
from tests import databases

PAGES = Path(__file__).parents[1] / "pages"


def shell() -> AppTest:
    """The main script, not run yet."""
    app = AppTest.from_file(str(PAGES / "_shell.py"), default_timeout=30)
    app._bidi_component_manager = _components()
    return app


@cache
def _components() -> BidiComponentManager:
    """What installed packages bring along for pages. Each harness would look for it, longer than a page takes to run."""
    found = BidiComponentManager()
    found.discover_and_register_components(start_file_watching=False)
    return found


def at(app: AppTest, page: str, **query: int | str) -> AppTest:
    """The page at this address, for whoever the shell lets in; else what the shell shows them."""
    app.run()
    for name, value in query.items():
        app.query_params[name] = str(value)
    try:
        return app.switch_page(str(PAGES / f"{page}.py")).run()
    except ValueError:  # the navigation does not offer it
        return app


@contextmanager
def installed(monkeypatch: pytest.MonkeyPatch, db_url: str, folder: Path, **more: str) -> Iterator[Database]:
    """An installation with these settings, for the pages that are run meanwhile; its records."""
    for name, value in {"DATABASE_URL": db_url, "DATA_DIR": str(folder), **more}.items():
        monkeypatch.setenv(f"LC_{name}", value)
    # Streamlit leaves its script behind as the main module, which processes started later would run
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    # and gives whoever asks for the browser's address an object that is none
    monkeypatch.setattr(type(st.context), "ip_address", None)
    _forget()
    with databases.kept_engine(db_url) as engine:
        monkeypatch.setattr("lc_core.records.db._engine", {db_url: engine}.__getitem__)
        yield Database.open(db_url)
        _forget()


def _forget() -> None:
    st.cache_resource.clear()
    settings.cache_clear()
