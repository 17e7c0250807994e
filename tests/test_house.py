"""The laws of the house, kept by machine."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "pages").glob("*.py"))
OUTER_ROOMS = [*PAGES, *sorted((ROOT / "lc_core/web").rglob("*.py")), *sorted((ROOT / "lc_core/cli").glob("*.py"))]
SOURCES = [*sorted((ROOT / "lc_core").rglob("*.py")), *PAGES]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
QUESTIONS = sorted((ROOT / "queries").glob("*.sql"))
POSTPONED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports_of(path: Path) -> set[str]:
    """Every module and every name that a file imports, dotted."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_arrows_between_the_rooms_point_one_way():
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_pages_web_and_cli_know_no_tables_and_no_engines():
    behind_the_door = re.compile(r"sqlalchemy|duckdb|psycopg|sqlite3|lc_core\.records\.(\w*models|types)")
    known = {(name_of(path), name) for path in OUTER_ROOMS for name in imports_of(path) if behind_the_door.match(name)}

    assert known == set()


def test_no_file_is_past_300_lines():
    lines = {name_of(path): len(path.read_text().splitlines()) for path in SOURCES}

    assert [name for name, count in lines.items() if count > 300] == []


def test_nothing_is_left_for_later():
    assert [name_of(path) for path in [*SOURCES, *TESTS] if POSTPONED.search(path.read_text())] == []


def test_the_trade_imports_no_streamlit():
    streamlit = {
        name_of(path)
        for path in (ROOT / "lc_core").rglob("*.py")
        if any(name.split(".")[0] == "streamlit" for name in imports_of(path))
    }

    assert streamlit == set()


def test_no_folder_called_pages_lies_beside_the_main_script():
    """Streamlit would run what lies there for whoever asks first, before anybody is asked who they are."""
    assert not ((ROOT / "pages/_shell.py").parent / "pages").exists()


def test_the_front_door_is_one_assignment():
    body = ast.parse((ROOT / "app.py").read_text()).body
    rest = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    if isinstance(rest[0], ast.Expr) and isinstance(rest[0].value, ast.Constant):
        rest = rest[1:]

    assert len(rest) == 1
    assert ast.unparse(rest[0]).startswith("app = st.App(")


def test_pages_show_no_html_of_their_own():
    assert [name_of(path) for path in PAGES if "unsafe_allow_html" in path.read_text()] == []


@pytest.mark.parametrize("path", QUESTIONS, ids=name_of)
def test_one_question_has_one_name_in_three_rooms(path):
    """The file's first line asks it, `answers` loads it, `charts` draws it."""
    answers, charts = import_module("lc_core.insight.answers"), import_module("lc_core.insight.charts")
    first_line = path.read_text().splitlines()[0]

    assert first_line.startswith("-- ")
    assert first_line.endswith("?")
    assert callable(getattr(answers, path.stem, None)), f"answers.{path.stem} is missing"
    assert callable(getattr(charts, path.stem, None)), f"charts.{path.stem} is missing"


def test_the_lock_names_no_host():
    lock = (ROOT / "constraints.txt").read_text()

    assert re.findall(r"\S*://\S*|--\w*(?:index-url|find-links|trusted-host)\S*", lock) == []


def test_the_lock_pins_every_dependency_with_its_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(one for extra in project["project"]["optional-dependencies"].values() for one in extra),
    ]
    lock = (ROOT / "constraints.txt").read_text()
    pins = re.findall(r"^([\w.-]+)(?:\[.*?\])?==.*\\\n    --hash=", lock, re.MULTILINE)

    assert {canonicalize_name(Requirement(one).name) for one in named} <= {canonicalize_name(pin) for pin in pins}
