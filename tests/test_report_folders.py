"""Files of saved exports in folders, on this machine and in an object store: one for each due time, however often it is tried."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import fsspec
import polars as pl
import pytest
from moto.server import ThreadedMotoServer

from lc_core.exports import claims, folders
from lc_core.reasons import Reason
from lc_core.report_rules import RunState
from tests.saving import DAILY, DAY, DUE, MADE, NOTHING, a_scheduled, an_analyst, reports, rows, told
from tests.worlds import last_event

__all__ = ["reports"]

AGAIN = {**NOTHING, "again": 1}


@pytest.fixture(scope="module")
def object_store() -> Iterator[str]:
    """The URL of an object store of this module alone."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["file", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty folder of each kind."""
    if request.param == "file":
        return f"file://{tmp_path}/reports"
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("object_store"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bucket = f"reports-{uuid4().hex}"
    fsspec.filesystem("s3").mkdir(bucket)
    return f"s3://{bucket}/reports"


def there(folder: str) -> dict[str, bytes]:
    """What the folder holds, hidden files too."""
    store, path = fsspec.core.url_to_fs(folder)
    store.invalidate_cache()
    return {Path(file).name: store.cat_file(file) for file in store.find(path)} if store.exists(path) else {}


def test_a_file_is_put_there_in_place_of_one_of_its_name(folder, tmp_path):
    file = tmp_path / "made"
    put = []
    for attempt, text in ((1, b"first"), (2, b"second")):
        file.write_bytes(text)
        folders.put(file, folder, "Report.csv", attempt)
        put.append(there(folder))

    assert put == [{"Report.csv": b"first"}, {"Report.csv": b"second"}]


def test_a_large_file_is_put_there_whole_and_its_portions_are_told(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "CHUNK", 6 * 1024 * 1024)
    file, portions = tmp_path / "made", []
    file.write_bytes(bytes(range(256)) * (64 * 1024))
    folders.put(file, folder, "Report.csv", 1, lambda: portions.append(there(folder)))

    assert len(portions) == 3
    assert not any("Report.csv" in names for names in portions)
    assert there(folder) == {"Report.csv": file.read_bytes()}


def test_half_a_file_is_never_found_and_the_next_attempt_removes_it(folder, tmp_path):
    file = tmp_path / "made"
    file.write_bytes(b"whole")

    def dies() -> None:
        raise KeyboardInterrupt

    def fails() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        folders.put(file, folder, "Report.csv", 1, fails)
    failed = there(folder)
    with pytest.raises(KeyboardInterrupt):
        folders.put(file, folder, "Report.csv", 2, dies)
    killed = there(folder)
    folders.put(file, folder, "Report.csv", 3)

    assert failed == {}
    assert set(killed) <= {".Report.csv.2.part"}
    assert there(folder) == {"Report.csv": b"whole"}


def test_each_due_time_has_one_file_named_after_its_day_and_no_letter(db, clock, reports, folder):
    a_scheduled(db, an_analyst(db), replace(DAILY, folder=folder), allowed=folder)
    worker = reports(folder)
    for day in range(3):
        clock.set(DUE + day * DAY)
        assert worker.work() == MADE

    found = there(folder)
    assert sorted(found) == [f"Every-morning-2026-06-{day}.csv" for day in (16, 17, 18)]
    assert all(pl.read_csv(file)["contract_title"].to_list() == ["Safety"] for file in found.values())
    assert told(db) == []
    assert len(list(worker.kept.every())) == 3


def test_a_repeat_after_a_kill_makes_no_second_file(db, clock, reports, folder, monkeypatch):
    a_scheduled(db, an_analyst(db), replace(DAILY, folder=folder), allowed=folder)
    clock.set(DUE)
    killed = reports(folder)

    def dies(*_said: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(killed, "_made", dies)
    with pytest.raises(KeyboardInterrupt):
        killed.work()
    before = sorted(there(folder))
    clock.set(DUE + DAY / 2)

    assert claims.LEASE < DAY / 2
    assert reports(folder).work() == MADE
    assert before == sorted(there(folder)) == ["Every-morning-2026-06-16.csv"]
    assert [(run.state, run.attempts) for run in rows(db)] == [(RunState.DONE, 2)]
    assert last_event(db).after["rows"] == 1


@pytest.mark.parametrize("folder", ["s3"], indirect=True)
def test_a_bucket_that_is_not_there_is_not_made_but_tried_again(db, clock, reports, folder):
    nowhere = folder.replace("reports-", "nowhere-")
    a_scheduled(db, an_analyst(db), replace(DAILY, folder=nowhere), allowed=nowhere)
    clock.set(DUE)

    assert reports(nowhere).work() == AGAIN
    assert [(run.state, run.failed_for) for run in rows(db)] == [(RunState.AGAIN, Reason.RUN_FOLDER_BROKE)]
    assert there(nowhere) == {}
