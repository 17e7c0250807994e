"""The README stays true: its commands run, its make targets, rooms and pictures exist."""

import re
from pathlib import Path

import pytest

from tests import commands
from tests.commands import BEGIN, COMMANDS, README, ROOT


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=COMMANDS)
def test_each_command_of_the_readme_runs(run_home: Path, number: int) -> None:
    said = commands.said(run_home, number)

    assert said.startswith("0\n"), said


def test_the_readme_shows_commands() -> None:
    assert len(COMMANDS) >= 7
    assert COMMANDS[: len(BEGIN)] == BEGIN


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
