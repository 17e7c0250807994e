"""The commands of the README, each run once: the demo year that its first ones make is the one that the browser looks at."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests import databases

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line.partition("#")[0].strip() for line in README.splitlines() if line.startswith("lc ")]
BEGIN = ["lc init", "lc demo --if-empty"]


def demo_year(run_home: Path) -> Path:
    """The folder of an installation with the demo year; copy it. What the commands said is in it, see `said`."""
    return databases.once(run_home, "demo", _begin)


def said(run_home: Path, number: int) -> str:
    """How this command of the README ended, when all were run one after the other, and what it said."""
    folder = databases.once(run_home, "readme", _go_on)
    return (folder / f"{number}.txt").read_text(encoding="utf-8")


def settings(home: Path) -> dict[str, str]:
    return {"LC_DATABASE_URL": f"sqlite:///{home / 'lc.sqlite'}", "LC_DATA_DIR": str(home)}


def work_once(home: Path, **settings_: str) -> None:
    """What a worker does in one round on the installation in a folder, with settings of its own."""
    worker = [sys.executable, "-m", "lc_core.cli", "worker", "--once"]
    subprocess.run(worker, env=os.environ | settings(home) | settings_, check=True, capture_output=True)


def _begin(home: Path) -> None:
    home.mkdir()
    for number, command in enumerate(BEGIN):
        _run(number, command, home).check_returncode()


def _go_on(home: Path) -> None:
    shutil.copytree(demo_year(home.parents[1]), home)
    (home / "feeds").mkdir()
    (home / "feeds" / "activities.csv").write_text("code,title,kind\nX-1,Another one,online\n", encoding="utf-8")
    (home / "list.txt").write_text("somebody.new@example.org\n", encoding="utf-8")
    for number, command in enumerate(COMMANDS):
        if number >= len(BEGIN):
            _run(number, command, home)


def _run(number: int, command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """A command on this installation, with real things where the README says FOLDER, CONTRACT and FILE."""
    real = {"FOLDER": str(home / "feeds"), "CONTRACT": "NORTH-CARE", "FILE": str(home / "list.txt")}
    words = [real.get(word, word) for word in shlex.split(command)]
    done = subprocess.run(
        [sys.executable, "-m", "lc_core.cli", *words[1:]],
        cwd=home,
        env=os.environ | settings(home),
        capture_output=True,
        text=True,
        check=False,
    )
    (home / f"{number}.txt").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}", encoding="utf-8")
    return done
