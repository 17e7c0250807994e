"""The drop folder: feeds that others lay down are taken once, and kept with what became of them for a while (R-INT-2).

Whoever lays a file down writes it under another name (`.part` at its end, or a dot before it) and renames it. A file
that did not come so is taken when it has not changed for some seconds.
"""

import fcntl
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from lc_core.errors import Refused
from lc_core.intake import feeds
from lc_core.intake.feed_files import ENDINGS
from lc_core.intake.feed_report import Report
from lc_core.language import _
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.words import visible

FEED_FOLDER = Actor(None, "feed folder")
QUIET = timedelta(seconds=10)
KEPT = timedelta(days=30)
"""How long what holds names and addresses is kept: the files, and the rows of them that were rejected."""
PROCESSING, DONE, FAILED = "processing", "done", "failed"
REPORT, REJECTS, WHY = "report.json", "rejects.csv", "why.txt"
FOR_OTHERS = 0o077
_STAMP = re.compile(r"(\d{8}T\d{6})Z(-\d+)?", re.ASCII)
_NAMES = [f"{feed.shape.name}{ending}" for feed in feeds.FEEDS for ending in ENDINGS]
"""The files that are feeds, in the order in which they are taken."""


@dataclass
class Round:
    """What a look at the folder came to: files taken and failed, rows rejected, folders whose time was over."""

    taken: int = 0
    rejected: int = 0
    failed: int = 0
    expired: int = 0
    wrong: str = ""


@dataclass
class _Found:
    """What lies in the folder: feeds and other files that have come whole, whether feeds still come, what is no file."""

    feeds: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    coming: bool = False
    odd: list[str] = field(default_factory=list)


def look(db: Database, actor: Actor, folder: Path) -> Round:
    """Take the feeds that lie there, in the feeds' order: all of them, or none while one is still being written.

    Only one process looks at a time. What a killed one had claimed is taken up first: feeds taken again change nothing.
    """
    if not folder.is_dir():
        return Round(wrong=_("There is no folder {folder}.").format(folder=folder))
    try:
        with _alone(folder):
            return _look(db, actor, folder)
    except BlockingIOError:
        return Round()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The lock of a killed process is free at once."""
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def _look(db: Database, actor: Actor, folder: Path) -> Round:
    now, anothers = db.clock(), list[str]()
    for name in (PROCESSING, DONE, FAILED):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        if (folder / name).is_symlink():
            return Round(wrong=_("{name} in the feed folder is a link. Nothing is taken.").format(name=name))
        if not _closed(folder / name):
            anothers.append(name)
    done = Round(expired=_expire(folder, now))
    _take(db, actor, folder, done)
    found = _found(folder, now)
    done.failed += _fail(folder, [folder / name for name in found.others], _not_a_feed(), now)
    for name in [] if found.coming else found.feeds:
        _move(folder / name, folder / PROCESSING / name)
    _take(db, actor, folder, done)
    wrong = []
    if found.odd:
        wrong.append(_("{names}: links, or no files. Left where they are.").format(names=_listed(found.odd)))
    if anothers:
        said = _("{names} in the feed folder: somebody else's folders, and open to others than the worker.")
        wrong.append(said.format(names=", ".join(anothers)))
    done.wrong = " ".join(wrong)
    return done


def _closed(place: Path) -> bool:
    """Whether a folder is for the worker alone; if somebody made it beforehand, from now on. Another's stays as it is."""
    opened = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        seen = os.fstat(opened)
        if not seen.st_mode & FOR_OTHERS:
            return True
        if seen.st_uid != os.geteuid():
            return False
        os.fchmod(opened, stat.S_IMODE(seen.st_mode) & ~FOR_OTHERS)
        return True
    finally:
        os.close(opened)


def _found(folder: Path, now: datetime) -> _Found:
    found = _Found()
    whole: set[str] = set()
    for name, seen in _lying(folder):
        if not stat.S_ISREG(seen.st_mode) or seen.st_nlink > 1:  # a second name may be of what its owner only may read
            found.odd.append(name)
        elif abs(now.timestamp() - seen.st_mtime) < QUIET.total_seconds():
            found.coming = found.coming or name in _NAMES
        else:
            whole.add(name)
    found.feeds, found.others = [name for name in _NAMES if name in whole], sorted(whole - set(_NAMES))
    return found


def _lying(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """What lies there under its final name, but for folders."""
    for path in sorted(folder.iterdir()):
        with suppress(FileNotFoundError):
            seen = path.lstat()
            if not path.name.startswith(".") and path.suffix != ".part" and not stat.S_ISDIR(seen.st_mode):
                yield path.name, seen


def _take(db: Database, actor: Actor, folder: Path, done: Round) -> None:
    """Import what is claimed, and put it away with its report."""
    claimed = folder / PROCESSING
    names = [name for name in _NAMES if os.path.lexists(claimed / name)]
    if not names:
        return
    try:
        with _copied(claimed, names) as copy:
            report = feeds.import_folder(db, actor, copy)
    except Refused as refused:
        done.failed += _fail(folder, [claimed / name for name in names], refused.sentence, db.clock())
        return
    place = _new_place(folder / DONE, db.clock())
    _write(place / REPORT, json.dumps(_told(report), ensure_ascii=False, indent=2))
    if report.rejects:
        _write(place / REJECTS, report.rejects_as_csv())
    for name in names:
        _move(claimed / name, place / name)
    done.taken += len(names)
    done.rejected += len(report.rejects)


@contextmanager
def _copied(claimed: Path, names: Sequence[str]) -> Iterator[Path]:
    """The files as they are now, where nobody else can touch them; links are not followed."""
    copy = claimed / ".reading"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(mode=0o700)
    try:
        for name in names:
            _copy(claimed / name, copy / name)
        yield copy
    finally:
        shutil.rmtree(copy)


def _copy(path: Path, to: Path) -> None:
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as broken:
        raise Refused(Reason.UNREADABLE_FILE, why=f"{path.name}: {broken.strerror}") from broken
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise Refused(Reason.UNREADABLE_FILE, why=path.name)
    with os.fdopen(opened, "rb") as source, to.open("xb") as target:
        shutil.copyfileobj(source, target)


def _told(report: Report) -> dict[str, object]:
    """The report without names and addresses, which is kept; the rejected rows themselves stand beside it."""
    told = report.as_json()
    rejects = [{name: one[name] for name in ("file", "line", "reason")} for one in told["rejects"]]
    return {**told, "rejects": rejects, "unregistered": len(report.unregistered)}


def _listed(names: Iterable[str]) -> str:
    """Whoever lays files down names them, and not always in UTF-8."""
    return ", ".join(map(visible, names))


def _not_a_feed() -> str:
    return Refused(Reason.NO_FEEDS, files=", ".join(name for name in _NAMES if name.endswith(".csv"))).sentence


def _fail(folder: Path, files: Sequence[Path], why: str, now: datetime) -> int:
    """Put files away that could not be taken, beside the sentence that says why. Answers how many."""
    if files:
        place = _new_place(folder / FAILED, now)
        _write(place / WHY, f"{_listed(file.name for file in files)}\n{why}\n")
        for file in files:
            # one that is called as the reason is gets a name that none here can have: such names are left alone
            _move(file, place / (f"{WHY}.part" if file.name == WHY else file.name))
    return len(files)


def _move(path: Path, to: Path) -> None:
    """Whoever is second finds nothing there any more."""
    with suppress(FileNotFoundError):
        path.rename(to)


def _write(path: Path, text: str) -> None:
    """Aside, then renamed: nobody reads half of it."""
    aside = path.with_name(f".{path.name}")
    aside.write_text(text, encoding="utf-8", newline="")
    aside.rename(path)


def _new_place(home: Path, now: datetime) -> Path:
    """A folder that is called as the time is; several of one second are numbered."""
    stamp, number = f"{now:%Y%m%dT%H%M%S}Z", 1
    while True:
        place = home / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            place.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return place


def _expire(folder: Path, now: datetime) -> int:
    """Remove what was kept long enough. The reports of what was taken stay, which name nobody."""
    past = [*_past(folder / DONE, now), *_past(folder / FAILED, now)]
    for place in past:
        if place.parent.name == DONE:
            _move(place / REPORT, place.with_suffix(".json"))
        shutil.rmtree(place)
    return len(past)


def _past(home: Path, now: datetime) -> list[Path]:
    """The folders of a time so long ago."""
    stamped = [(place, read) for place in home.iterdir() if (read := _STAMP.fullmatch(place.name))]
    past = [place for place, read in stamped if datetime.strptime(f"{read[1]}Z", "%Y%m%dT%H%M%S%z") + KEPT <= now]
    return [place for place in past if place.is_dir() and not place.is_symlink()]
