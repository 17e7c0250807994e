"""Files of exports: what is written is read back, in each format; a CSV holds no cell that runs (R-EXP-1, R-EXP-2)."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lc_core import language
from lc_core.errors import NotFound, Refused
from lc_core.exports import reading, writing
from lc_core.exports.datasets import DATASETS
from lc_core.exports.reading import Reading
from lc_core.exports.wanted import Format, Wanted
from lc_core.insight import cells
from lc_core.insight.copy import Insight
from lc_core.reasons import Reason
from lc_core.records.db import Database
from lc_core.vocabulary import ContractType
from tests import make, worlds
from tests.asked import insight
from tests.clock import Clock
from tests.worlds import OPERATOR

__all__ = ["insight"]
SOME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
LIVE = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001
AS_OF = datetime(2026, 6, 15, 9, tzinfo=UTC)
TEXTS = st.one_of(
    st.text(st.sampled_from([*LIVE, *"';,\"\0\x0b_x0041<r>é😀1 "]), max_size=8),
    st.text(st.characters(exclude_categories=("Cs",))),
    st.sampled_from(["", "=1+1", "x" * 40_000, "=" * 40_000, '"\n"', "\N{ZERO WIDTH NO-BREAK SPACE}=1"]),
)
INSTANTS = st.one_of(
    st.none(),
    st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)


def a_reading(frame: pl.DataFrame, portion: int = 2) -> Reading:
    """The frame as an export would come."""
    return Reading(frame.height, AS_OF, (frame.slice(first, portion) for first in range(0, frame.height, portion)))


def rows(texts: Sequence[str | None], instants: Sequence[datetime | None] = (), zone: str = "UTC") -> pl.DataFrame:
    """Enrollments whose texts are these, and their instants."""
    wanted = Wanted("enrollments", zone=zone)
    times = [*instants, *[AS_OF] * len(texts)][: len(texts)]
    found: dict[str, Any] = {}
    for name, dtype in wanted.schema.items():
        here = [time and time.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for time in times]
        values = texts if dtype == pl.String else (here if name.endswith("_local") else times)
        found[name] = pl.Series(name, values, dtype=dtype)
    return pl.DataFrame(found)


def written(tmp_path: Path, wanted: Wanted, frame: pl.DataFrame) -> Path:
    path = tmp_path / f"made{wanted.format.ending}"
    writing.WRITERS[wanted.format](path, wanted, a_reading(frame))
    return path


def cells_of(path: Path, separator: str = ",") -> list[list[str]]:
    """The file as another program reads it."""
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


# --- round trips -----------------------------------------------------------------------------------------------------


@SOME
@given(texts=st.lists(st.one_of(st.none(), TEXTS), max_size=5), instants=st.lists(INSTANTS, max_size=5))
@pytest.mark.parametrize("kind", [Format.PARQUET, Format.ARROW])
def test_typed_files_give_back_exactly_what_was_exported(
    tmp_path: Path, kind: Format, texts: list[str | None], instants: list[datetime | None]
):  # R-EXP-2
    wanted, frame = Wanted("enrollments", kind), rows(texts, instants)

    path = written(tmp_path, wanted, frame)

    back = pl.read_parquet(path) if kind is Format.PARQUET else pl.read_ipc(path)
    assert back.schema == frame.schema
    assert back.equals(frame)


@SOME
@given(
    texts=st.lists(st.one_of(st.none(), TEXTS), max_size=5),
    instants=st.lists(INSTANTS, max_size=5),
    way=st.sampled_from(["plain", "excel"]),
)
def test_a_csv_gives_back_what_was_exported_once_the_marks_are_off(
    tmp_path: Path, texts: list[str | None], instants: list[datetime | None], way: str
):
    frame, excel = rows(texts, instants), way == "excel"

    head, *told = cells_of(written(tmp_path, Wanted("enrollments", excel=excel), frame))

    assert head == frame.columns
    assert [cell for line in told for cell in line if cell[:1] in set(LIVE)] == []
    back = [[cells.unmarked(cell) for cell in line] for line in told]
    clock = "%Y-%m-%d %H:%M:%S" if excel else "%Y-%m-%dT%H:%M:%S.%f"
    for line, row in zip(back, frame.rows(), strict=True):
        for cell, value in zip(line, row, strict=True):
            if isinstance(value, datetime) and not excel:
                assert datetime.fromisoformat(cell) == value
            else:
                assert cell == (value.strftime(clock) if isinstance(value, datetime) else value or "")


def test_a_csv_tells_nothing_from_an_empty_text(tmp_path: Path):
    path = written(
        tmp_path, Wanted("enrollments", columns=("person", "email")), rows(["", None]).select("person", "email")
    )

    assert path.read_text() == '"person","email"\n"",""\n,\n'


@pytest.mark.parametrize(
    ("locale", "separator", "number"), [("en", ",", "0.25"), ("de", ";", "0,25"), ("fr", ";", "0,25")]
)
def test_a_csv_for_excel_speaks_as_excel_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, separator: str, number: str
):
    monkeypatch.setattr(language._spoken, "locale", language.Locale(locale))
    columns = ("contract_title", "utilisation", "starts_at", "starts_at_local")
    wanted = Wanted("contracts", columns=columns, excel=True)
    noon = AS_OF.replace(tzinfo=None)
    frame = pl.DataFrame([("a;b,c", 0.25, AS_OF, noon)], schema=dict(wanted.schema), orient="row")

    path = written(tmp_path, wanted, frame)

    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in path.read_bytes()
    assert cells_of(path, separator)[1] == ["a;b,c", number, "2026-06-15 09:00:00", "2026-06-15 09:00:00"]


def test_a_plain_csv_has_no_mark_and_commas_in_any_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # R-EXP-1
    monkeypatch.setattr(language._spoken, "locale", language.Locale("de"))
    wanted = Wanted("contracts", columns=("contract_title", "utilisation"))

    path = written(tmp_path, wanted, pl.DataFrame([("ä", 0.25)], schema=dict(wanted.schema), orient="row"))

    assert path.read_bytes() == '"contract_title","utilisation"\n"ä",0.25\n'.encode()


def test_typed_files_are_written_portion_by_portion(tmp_path: Path):  # R-EXP-1
    frame = rows([str(n) for n in range(7)])

    groups = pq.ParquetFile(written(tmp_path, Wanted("enrollments", Format.PARQUET), frame))
    with pyarrow.ipc.open_file(written(tmp_path, Wanted("enrollments", Format.ARROW), frame)) as file:
        batches = [file.get_batch(n).num_rows for n in range(file.num_record_batches)]

    assert [groups.metadata.row_group(n).num_rows for n in range(groups.num_row_groups)] == [2, 2, 2, 1]
    assert groups.metadata.row_group(0).column(0).compression == "ZSTD"
    assert batches == [2, 2, 2, 1]


# --- whole exports ---------------------------------------------------------------------------------------------------


@pytest.fixture
def contract_id(db: Database) -> int:
    """Three people in it, one of whom is called a formula."""
    made = worlds.a_contract(db, ContractType.VOUCHER, title="=1+1")
    for name in ("ann", "bob", "eve"):
        worlds.an_enrolled(db, made, name)
    return made


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the copy is the same, wherever the records are
@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("kind", Format)
def test_each_data_set_is_written_in_each_format(
    db: Database, clock: Clock, insight: Insight, tmp_path: Path, contract_id: int, dataset: str, kind: Format
):
    wanted, path, steps = Wanted(dataset, kind), tmp_path / f"there{kind.ending}", []
    path.write_text("what was there before")

    made = writing.write(insight, OPERATOR, wanted, path, lambda done, of: steps.append((done, of)))

    rows = reading.count(insight, OPERATOR, wanted)
    assert (made.path, made.rows, made.bytes, made.as_of) == (path, rows, path.stat().st_size, clock.now)
    assert steps == [(0, rows), (rows, rows)]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy", path.name]
    if kind is Format.PARQUET:
        whole = pl.concat(reading.frames(insight, OPERATOR, wanted))
        assert pl.read_parquet(path).equals(whole)
        assert whole.height == rows


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the copy is the same, wherever the records are
@pytest.mark.parametrize("kind", Format)
def test_an_export_of_nothing_has_its_columns(
    db: Database, insight: Insight, tmp_path: Path, contract_id: int, kind: Format
):
    wanted = Wanted("enrollments", kind, statuses=("failed",))

    made = writing.write(insight, OPERATOR, wanted, tmp_path / "nothing")

    assert made.rows == 0
    assert made.bytes > 0
    if kind is Format.CSV:
        assert cells_of(made.path) == [list(wanted.schema)]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # the copy is the same, wherever the records are
@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize("before", ["", "what was there"])
def test_an_export_that_fails_leaves_what_was_there(
    db: Database, insight: Insight, tmp_path: Path, contract_id: int, kind: Format, before: str
):  # R-EXP-1
    def fail(done: int, _of: int) -> None:
        if done:
            raise OSError(28, "No space left on device")

    path = tmp_path / f"there{kind.ending}"
    if before:
        path.write_text(before)

    with pytest.raises(OSError, match="No space left"):
        writing.write(insight, OPERATOR, Wanted("enrollments", kind), path, fail)

    assert sorted(one.name for one in tmp_path.iterdir()) == ["copy", *([path.name] if before else [])]
    assert not before or path.read_text() == before


def test_an_export_that_is_refused_leaves_nothing(db: Database, insight: Insight, tmp_path: Path, contract_id: int):
    with pytest.raises(NotFound):
        writing.write(insight, make.nobody(db), Wanted("enrollments"), tmp_path / "refused.csv")

    assert [one.name for one in tmp_path.iterdir() if one.name != "copy"] == []


def test_a_copy_that_turns_out_damaged_is_no_fault_of_a_full_disk(
    db: Database, insight: Insight, tmp_path: Path, contract_id: int
):
    insight.refresh()
    published = insight.published()

    def fill_the_disk() -> None:
        with reading.opened(insight, OPERATOR, Wanted("ledger")) as found:
            next(found.frames)
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fill_the_disk()

    assert insight.published() == published
    assert reading.count(insight, OPERATOR, Wanted("ledger")) == 3


def test_a_copy_that_is_damaged_is_refused_and_made_anew_for_whoever_asks_next(
    db: Database, insight: Insight, contract_id: int
):
    before = insight.refresh()

    def read() -> None:
        with reading.opened(insight, OPERATOR, Wanted("ledger")):
            raise duckdb.IOException("could not read enough bytes")

    with pytest.raises(Refused) as refused:
        read()

    assert refused.value.reason is Reason.COPY_UNAVAILABLE
    assert reading.count(insight, OPERATOR, Wanted("ledger")) == 3
    assert insight.copy().file != before.file


def test_the_rows_are_those_of_one_version_however_long_it_takes(
    db: Database, clock: Clock, insight: Insight, contract_id: int
):
    with reading.opened(insight, OPERATOR, Wanted("enrollments"), 1) as found:
        for name in ("late", "later"):
            clock.forward(timedelta(minutes=1))
            worlds.an_enrolled(db, contract_id, name)
            insight.refresh()
        told = pl.concat(found.frames)

    assert told["person"].to_list() == ["Ann", "Bob", "Eve"]
    assert found.as_of < clock.now
    assert reading.count(insight, OPERATOR, Wanted("enrollments")) == 5
