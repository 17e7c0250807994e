"""The drop folder: links and other traps in it, whose it is, and how long what lies there is kept (R-INT-2)."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lc_core.intake.drop_folder import FEED_FOLDER, KEPT, Round, look
from lc_core.records.db import Database
from lc_core.records.models import Person
from lc_core.vocabulary import Role
from tests import worlds
from tests.clock import Clock
from tests.dropping import CATALOGUE, STAMP, USERS, Lay, folder, kept, put
from tests.worlds import count_of, unchanged

__all__ = ["folder", "put"]
SECOND = timedelta(seconds=1)


# --- links and worse -------------------------------------------------------------------------------------------------


def test_links_and_what_is_no_file_are_left_alone_and_told(
    db: Database, folder: Path, put: Lay, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("email\nsecret@example.org\n")
    os.utime(secret, (0, 0))
    (folder / "users.csv").symlink_to(secret)
    (folder / "contracts.csv").hardlink_to(secret)
    os.mkfifo(folder / "enrollments.csv")
    (folder / "purchases.csv").mkdir()
    put("activities.csv", CATALOGUE)
    done = look(db, FEED_FOLDER, folder)

    assert (done.taken, done.failed) == (1, 0)
    assert done.wrong == "contracts.csv, enrollments.csv, users.csv: links, or no files. Left where they are."
    assert (folder / "users.csv").is_symlink()
    assert secret.exists()
    assert count_of(db, Person) == 0


@pytest.mark.parametrize(
    "make", [lambda at, to: at.symlink_to(to), lambda at, _to: os.mkfifo(at), lambda at, _to: at.mkdir()]
)
def test_what_was_claimed_and_is_no_file_after_all_is_not_read(
    db: Database, folder: Path, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("email\nsecret@example.org\n")
    (folder / "processing").mkdir()
    make(folder / "processing" / "users.csv", secret)

    with unchanged(db):
        assert look(db, FEED_FOLDER, folder) == Round(failed=1)
    assert "The file cannot be read: users.csv" in (folder / "failed" / STAMP / "why.txt").read_text()
    assert secret.read_text()


@pytest.mark.parametrize("name", ["processing", "done", "failed"])
def test_nothing_is_put_where_a_link_leads(db: Database, folder: Path, put: Lay, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / name).symlink_to(elsewhere)
    put("activities.csv", CATALOGUE)

    with unchanged(db):
        assert look(db, FEED_FOLDER, folder).wrong == f"{name} in the feed folder is a link. Nothing is taken."
    assert kept(elsewhere) == []


def test_names_that_are_no_text_hinder_no_feed(db: Database, folder: Path, put: Lay) -> None:
    put("activities.csv", [f"{CATALOGUE[0]},re\udcffmark", f"{CATALOGUE[1]},"], errors="surrogateescape")
    put("read\udcff\nme.txt", [])
    (folder / "li\udcffnk").symlink_to(folder)
    done = look(db, FEED_FOLDER, folder)

    assert (done.taken, done.failed) == (1, 1)
    assert done.wrong == "li\ufffdnk: links, or no files. Left where they are."
    assert (folder / "failed" / STAMP / "why.txt").read_text().startswith("read\ufffd\ufffdme.txt\n")
    assert "ignored: re\ufffdmark." in (folder / "done" / STAMP / "report.json").read_text()


def test_a_folder_that_is_not_there_is_told(db: Database, tmp_path: Path) -> None:
    assert look(db, FEED_FOLDER, tmp_path / "nowhere").wrong == f"There is no folder {tmp_path / 'nowhere'}."


def test_what_is_kept_is_for_the_worker_alone(db: Database, folder: Path, put: Lay) -> None:
    put("activities.csv", CATALOGUE)
    put("readme.txt", [])
    look(db, FEED_FOLDER, folder)

    kept_in = [folder / name for name in ("processing", "done", "failed")]
    assert [place.stat().st_mode & 0o777 for place in kept_in] == [0o700] * 3


def test_folders_that_somebody_made_before_are_closed_and_anothers_are_told(
    db: Database, folder: Path, put: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, mode in (("done", 0o755), ("failed", 0o2770)):
        (folder / name).mkdir()
        (folder / name).chmod(mode)
    (folder / "link").symlink_to(folder)
    put("activities.csv", CATALOGUE)
    with monkeypatch.context() as patched:
        patched.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
        told = look(db, FEED_FOLDER, folder)
    modes = [(folder / name).stat().st_mode & 0o7777 for name in ("done", "failed")]
    again = look(db, FEED_FOLDER, folder)

    assert told.taken == 1
    assert told.wrong == (
        "link: links, or no files. Left where they are."
        " done, failed in the feed folder: somebody else's folders, and open to others than the worker."
    )
    assert modes == [0o755, 0o2770]
    assert again.wrong == "link: links, or no files. Left where they are."
    assert [(folder / name).stat().st_mode & 0o7777 for name in ("done", "failed")] == [0o700, 0o2700]


def test_a_file_that_is_called_as_the_reason_does_not_take_its_place(db: Database, folder: Path, put: Lay) -> None:
    put("why.txt", ["because"])
    put("readme.txt", [])

    assert look(db, FEED_FOLDER, folder) == Round(failed=2)
    place = folder / "failed" / STAMP
    assert sorted(kept(place)) == ["readme.txt", "why.txt", "why.txt.part"]
    assert (place / "why.txt").read_text().startswith("readme.txt, why.txt\n")
    assert (place / "why.txt.part").read_text() == "because\n"


def test_whoever_may_not_bring_feeds_brings_none_this_way(db: Database, folder: Path, put: Lay) -> None:
    asker = worlds.somebody(db, "max", Role.MANAGER)
    put("activities.csv", CATALOGUE)

    with unchanged(db):
        assert look(db, asker, folder) == Round(failed=1)


# --- kept for a while ------------------------------------------------------------------------------------------------


def test_names_and_addresses_are_kept_thirty_days_and_reports_for_good(
    db: Database, folder: Path, put: Lay, clock: Clock
) -> None:
    put("users.csv", [*USERS, "zaphod@,Zaphod"])
    put("people.csv", USERS)
    look(db, FEED_FOLDER, folder)
    clock.forward(KEPT - SECOND)
    assert look(db, FEED_FOLDER, folder) == Round()
    before = kept(folder)
    clock.forward(SECOND)

    assert look(db, FEED_FOLDER, folder) == Round(expired=2)
    assert len(before) == 5
    assert kept(folder) == [f"done/{STAMP}.json"]
    assert look(db, FEED_FOLDER, folder) == Round()


def test_only_what_the_worker_put_there_is_removed(db: Database, folder: Path, clock: Clock, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("kept")
    (folder / "done" / "mine").mkdir(parents=True)
    (folder / "done" / "20200101T000000Z").symlink_to(precious)
    (folder / "done" / "20200102T000000Z").mkdir()
    ((folder / "done" / "20200102T000000Z") / "link").symlink_to(precious)

    assert look(db, FEED_FOLDER, folder) == Round(expired=1)
    assert (precious / "letter.txt").exists()
    assert (folder / "done" / "mine").is_dir()
    assert not (folder / "done" / "20200102T000000Z").exists()
