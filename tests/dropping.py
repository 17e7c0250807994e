"""The drop folder for tests: files laid down there, and workers of their own that look (DATABASE FOLDER [without the lock])."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lc_core.intake import drop_folder
from lc_core.intake.drop_folder import FEED_FOLDER, QUIET
from lc_core.records.db import Database
from tests.clock import Clock

CATALOGUE = ["code,title,kind", "FA,First aid,online"]
USERS = ["email,name", "ada@example.org,Ada"]
STAMP = "20260615T090000Z"
"""How the place of a round at the test's hour is called."""
PATIENCE = 60.0
STOP = ".stop"

Lay = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "feeds"
    made.mkdir()
    return made


@pytest.fixture
def put(folder: Path, clock: Clock) -> Lay:
    """Lay a feed down, quiet for so long."""

    def laid(name: str, lines: list[str], *, age: timedelta = QUIET, errors: str = "strict") -> Path:
        return lay(folder, name, lines, now=clock(), age=age, errors=errors)

    return laid


def lay(
    folder: Path, name: str, lines: Sequence[str], *, now: datetime, age: timedelta = QUIET, errors: str = "strict"
) -> Path:
    """Lay a file down as the rules say: aside, then renamed; last written so long ago."""
    aside = folder / f"{name}.part"
    aside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors=errors)
    written = now.timestamp() - age.total_seconds()
    os.utime(aside, (written, written))
    return aside.rename(folder / name)


def kept(folder: Path) -> list[str]:
    """What lies in a folder and below, as paths; without the lock."""
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file() and one.name != ".lock")


def files_lying(folder: Path) -> bool:
    """Whether anything waits to be taken, or is being taken."""
    return any(one.is_file() for place in (folder, folder / drop_folder.PROCESSING) for one in place.glob("[a-z]*"))


def work(url: str, folder: Path) -> None:
    """Say that it begins, look until told to stop (by a file), and say how many files that took."""
    db = Database.open(url)
    end, taken = time.monotonic() + PATIENCE, 0
    _say("ready")
    while not (folder / STOP).exists() and time.monotonic() < end:
        taken += drop_folder.look(db, FEED_FOLDER, folder).taken
        time.sleep(0.005)
    db.close()
    _say(str(taken))


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if "without" in sys.argv:
        vars(drop_folder)["_alone"] = lambda _folder: nullcontext()
    work(sys.argv[1], Path(sys.argv[2]))
