"""What an export costs beside the same rows taken whole and written by the library alone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import pyarrow.ipc
import xlsxwriter
from sqlalchemy import select

from lc_core.bench import places, world
from lc_core.bench.measuring import Bench, Measured, Sample, Work, beside, peak_mib, same, seconds_of
from lc_core.bench.world_contracts import LARGEST, NOW
from lc_core.exports import reading, workbook, writing
from lc_core.exports.datasets import LOCALLY
from lc_core.exports.wanted import Format, Wanted
from lc_core.insight.copy import Insight
from lc_core.insight.tables import INSTANT
from lc_core.language import N_, _
from lc_core.records.db import Actor, Database
from lc_core.records.models import Person

OPERATOR = Actor.operator("bench")
ZONE = "Europe/Vienna"
WHOLE = """
select
    enrollments.*,
    contracts.code as contract_code,
    contracts.title as contract_title,
    contracts.contract_type,
    contracts.group_name as contract_group,
    activities.code as activity_code,
    activities.title as activity_title
from enrollments
inner join contracts on contracts.contract_id = enrollments.contract_id
inner join activities on activities.activity_id = enrollments.activity_id
order by enrollments.contract_id, enrollments.enrolled_at, enrollments.enrollment_id
"""


def run(work: Work) -> Iterator[Measured]:
    """From a copy of SQLite records; beside another database it is the same."""
    with places.place("sqlite") as place, closing(Database.open(place.url, clock=lambda: NOW)) as db:
        work.told(_("{kind}: making {n} enrollments").format(kind=place.kind, n=work.size))
        world.build(db, work.size)
        with closing(Insight(db, place.folder / "copy")) as insight:
            insight.refresh()
            yield from measured(insight, place.url, place.folder, work)


def measured(insight: Insight, url: str, folder: Path, work: Work) -> Iterator[Measured]:
    """All enrollments in each format, and the memory that an export holds in a process of its own.

    The library needs minutes for a large workbook: there the largest contract's rows are compared.
    """
    for kind, plain in PLAIN.items():
        work.told(_("measuring {what}").format(what=kind.value))
        wanted, ours, theirs = Wanted("enrollments", kind, zone=ZONE), folder / "ours", folder / "theirs"
        held = _memory(url, insight.folder, wanted, ours)
        plain(whole(insight, wanted), theirs)
        what = f"{work.size} rows, {kind.value} ({held} MiB held)"
        same(what, _read(kind, ours), _read(kind, theirs))
        baselines = {"Polars alone, the rows whole": _plainly(insight, wanted, plain, theirs)}
        yield from beside(what, _export(insight, wanted, ours), baselines, work.runs)
    yield from _workbook(insight, url, folder, work)


def _export(insight: Insight, wanted: Wanted, path: Path) -> Sample:
    return seconds_of(lambda: writing.write(insight, OPERATOR, wanted, path))


def _plainly(insight: Insight, wanted: Wanted, plain: Callable[[pl.DataFrame, Path], None], path: Path) -> Sample:
    return seconds_of(lambda: plain(whole(insight, wanted), path))


def _memory(url: str, copy: Path, wanted: Wanted, path: Path) -> int:
    """How many MiB a process has held that wrote the file and did nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_written, url, copy, wanted, path).result()


def _written(url: str, copy: Path, wanted: Wanted, path: Path) -> int:
    with closing(Database.open(url, clock=lambda: NOW)) as db, closing(Insight(db, copy)) as insight:
        writing.write(insight, OPERATOR, wanted, path)
    return round(_most_mib())


def _most_mib() -> float:
    """The most memory that this process has held; what others tell of a process counts what its parent held too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return peak_mib()
    told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(told.split()[1]) / 1024


def whole(insight: Insight, wanted: Wanted) -> pl.DataFrame:
    """The rows as somebody gets them who has room for all of them, and all rights."""
    with insight.db.read() as session:
        named = session.connection().execute(select(Person.id, Person.name, Person.email)).all()
    people = pl.DataFrame(named, schema={"person_id": pl.Int64, "person": pl.String, "email": pl.String}, orient="row")
    found: tuple[pl.DataFrame, object] = insight.ask(lambda cursor: cursor.sql(WHOLE).pl())
    rows = found[0].join(people, on="person_id", how="left", maintain_order="left")
    times = pl.col(wanted.locals).dt.convert_time_zone(wanted.zone).dt.replace_time_zone(None).name.suffix(LOCALLY)
    return rows.with_columns(times).select(*wanted.schema)


def _csv(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path)


def _parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression="zstd")


def _arrow(frame: pl.DataFrame, path: Path) -> None:
    frame.write_ipc(path, compression="zstd")


PLAIN: dict[Format, Callable[[pl.DataFrame, Path], None]] = {
    Format.CSV: _csv,
    Format.PARQUET: _parquet,
    Format.ARROW: _arrow,
}


def _read(kind: Format, path: Path) -> list[str]:
    """What is in a file, column by column, as sums that do not depend on how it was written."""
    match kind:
        case Format.PARQUET:
            frame = pl.read_parquet(path)
        case Format.ARROW:
            with pyarrow.ipc.open_file(path) as file:
                frame = pl.DataFrame(file.read_all())
        case _:
            frame = pl.read_csv(path, infer_schema=False).select(pl.all().str.slice(0, 19))
    return [str(frame[name].hash().sum()) for name in frame.columns]


def _workbook(insight: Insight, url: str, folder: Path, work: Work) -> Iterator[Measured]:
    work.told(_("measuring {what}").format(what=Format.XLSX.value))
    wanted = Wanted("enrollments", Format.XLSX, only=frozenset({LARGEST}), zone=ZONE)
    frame = pl.concat(reading.frames(insight, OPERATOR, wanted))
    what = f"{frame.height} rows, xlsx ({_memory(url, insight.folder, wanted, folder / 'ours')} MiB held)"
    theirs = {"XlsxWriter alone, of rows in memory": seconds_of(lambda: _cells(frame, folder / "theirs"))}
    yield from beside(what, _export(insight, wanted, folder / "ours"), theirs, work.runs)


def _cells(frame: pl.DataFrame, path: Path) -> None:
    """The workbook as the library's own guide writes one with little memory."""
    utc = [name for name, dtype in frame.schema.items() if dtype == INSTANT]
    naive = frame.with_columns(pl.col(utc).dt.replace_time_zone(None))
    with xlsxwriter.Workbook(path, {**workbook.OPTIONS, "default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, frame.columns)
        for number, row in enumerate(naive.iter_rows(), start=1):
            sheet.write_row(number, 0, row)


BENCH = Bench(
    "export",
    N_("An export in each format, beside the same rows taken whole and written by the library alone."),
    1_000_000,
    N_("enrollments"),
    run,
)
