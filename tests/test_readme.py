"""The README stays true: its commands run, its make targets, rooms and pictures exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.partition("#")[0].strip() for line in README.splitlines() if line.startswith("lc ")]


def run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """A command of the README on an installation of its own, with real things where it says FOLDER, CONTRACT and FILE."""
    real = {"FOLDER": str(home / "feeds"), "CONTRACT": "NORTH-CARE", "FILE": str(home / "list.txt")}
    words = [real.get(word, word) for word in shlex.split(command)]
    settings = {"LC_DATABASE_URL": f"sqlite:///{home / 'lc.sqlite'}", "LC_DATA_DIR": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "lc_core.cli", *words[1:]],
        cwd=home,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )


def _fill(home: Path) -> None:
    """All the README's commands, one after the other; what each said and how it ended."""
    (home / "feeds").mkdir(parents=True)
    (home / "feeds" / "activities.csv").write_text("code,title,kind\nX-1,Another one,online\n", encoding="utf-8")
    (home / "list.txt").write_text("somebody.new@example.org\n", encoding="utf-8")
    for number, command in enumerate(COMMANDS):
        done = run(command, home)
        (home / f"{number}.txt").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=COMMANDS)
def test_each_command_of_the_readme_runs(run_home: Path, number: int) -> None:
    said = (databases.once(run_home, "readme", _fill) / f"{number}.txt").read_text(encoding="utf-8")

    assert said.startswith("0\n"), said


def test_the_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 7


def test_each_make_target_of_the_readme_exists() -> None:
    named = set(re.findall(r"`make (\w+)`|^make (\w+)", README, flags=re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    missing = [one for pair in named for one in pair if one and f"\n{one}:" not in makefile]
    assert named
    assert not missing


def test_each_room_and_picture_of_the_readme_exists() -> None:
    pictures = re.findall(r"!\[[^]]*]\(([^)]+)\)", README)
    rooms = re.findall(r"`((?:lc_core|pages|queries|tests|app)[\w./]*)`", README)

    missing = [path for path in [*pictures, *rooms] if not (ROOT / path).exists()]
    assert pictures
    assert rooms
    assert not missing
