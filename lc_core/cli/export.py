"""`lc export` and `lc report`: a data set, or what was saved of one, as a file, with the rights of whoever it is for."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from lc_core.cli import tools
from lc_core.cli.ask import DAY, Codes, Day, Groups, Statuses, Types
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.errors import Refused
from lc_core.exports import choosing, saved, writing
from lc_core.exports.datasets import DATASETS, Dataset
from lc_core.exports.wanted import Format, Wanted
from lc_core.exports.writing import Written
from lc_core.insight.asking import Period
from lc_core.insight.copy import Insight
from lc_core.language import _
from lc_core.reasons import Reason
from lc_core.records.db import Actor
from lc_core.report_rules import stem_of

commands = typer.Typer()
ENDINGS = ", ".join(one.ending for one in Format)


@commands.command()
def export(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help=", ".join(DATASETS))],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help=f"Where; its ending says the format: {ENDINGS}.")
    ] = None,
    contract: Codes = None,
    group: Groups = None,
    contract_type: Types = None,
    contract_status: Statuses = None,
    activity: Annotated[str, typer.Option("--activity", metavar="CODE", help="Only this activity.")] = "",
    status: Annotated[
        list[str] | None, typer.Option("--status", metavar="WORD", help="Only rows that stand so; of the ledger: why.")
    ] = None,
    first: Day = None,
    last: Annotated[
        datetime | None, typer.Option("--until", metavar="DAY", formats=[DAY], help="Up to and with this day.")
    ] = None,
    columns: Annotated[str, typer.Option("--columns", metavar="A,B", help="Only these, in this order.")] = "",
    excel: Annotated[bool, typer.Option("--excel", help="A CSV as Excel wants it in your language.")] = False,
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="Of the days, and of the columns in local time.")
    ] = "UTC",
    describe: Annotated[bool, typer.Option("--describe", help="Tell what each column is; write nothing.")] = False,
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """A data set as a file: CSV, Parquet, XLSX or Arrow."""
    if dataset not in DATASETS:
        tools.stop(_("There is no data set called {name}. There are: {names}.").format(name=dataset, names=_names()), 2)
    if describe:
        _describe(DATASETS[dataset], as_json=as_json)
        return
    if to is None:
        tools.stop(_("Say where to with --to FILE."), 2)
    said: dict[str, Any] = {
        "dataset": dataset,
        "format": _format(to),
        "columns": tuple(one.strip() for one in columns.split(",") if one.strip()),
        "statuses": tuple(status or ()),
        "period": _period(first, last),
        "zone": zone,
        "excel": excel,
    }
    _wanted(said)
    with tools.records() as db:
        who, insight = tools.acting(db, actor), tools.insight(db)
        ids = [tools.contract_id(db, who, code) for code in contract or ()]
        said["only"] = choosing.contracts(
            insight, who, ids=ids, groups=group or (), types=contract_type or (), statuses=contract_status or ()
        )
        said["activity"] = choosing.activity(insight, who, activity) if activity else None
        written = _written(insight, who, _wanted(said), to)
        insight.close()
    _tell(written, as_json=as_json)


@commands.command()
def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a saved export of yours.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Where; else here, named after the export and the day.")
    ] = None,
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """A saved export, made now."""
    if not actor:
        tools.stop(_("Say whose saved export it is with --actor EMAIL."), 2)
    with tools.records() as db:
        who, insight = tools.acting(db, actor), tools.insight(db)
        found = saved.by_name(db, who, name)
        if found.chosen is None:
            raise Refused(Reason.EXPORT_IMPOSSIBLE)
        now = db.clock()
        wanted = found.chosen.wanted(insight, who, now)
        path = to or Path(f"{stem_of(found.name)}-{now.astimezone(ZoneInfo(wanted.zone)).date()}{wanted.format.ending}")
        written = _written(insight, who, replace(wanted, format=_format(path)), path)
        insight.close()
    _tell(written, as_json=as_json)


def _names() -> str:
    return ", ".join(DATASETS)


def _format(to: Path) -> Format:
    try:
        return Format.of_file(to)
    except ValueError:
        tools.stop(_("The file's ending says the format. It can be: {endings}.").format(endings=ENDINGS), 2)


def _period(first: datetime | None, last: datetime | None) -> Period | None:
    """The days that were said, both included; None where no limit was."""
    if first is None and last is None:
        return None
    return Period(first.date() if first else date.min, last.date() if last else date.max)


def _wanted(said: dict[str, Any]) -> Wanted:
    """What was said, if it can be asked."""
    try:
        return Wanted(**said)
    except ValueError as wrong:
        tools.stop(str(wrong), 2)


def _written(insight: Insight, actor: Actor, wanted: Wanted, to: Path) -> Written:
    """The file. How far it is, is told on a terminal only."""
    with Progress(console=tools.out, transient=True, disable=not tools.out.is_terminal) as progress:
        task = progress.add_task(_("Writing"))
        try:
            return writing.write(
                insight, actor, wanted, to, lambda done, of: progress.update(task, completed=done, total=of)
            )
        except OSError as failed:
            tools.stop(_("{file} cannot be written: {why}.").format(file=to, why=failed.strerror or failed))


def _describe(dataset: Dataset, *, as_json: bool) -> None:
    """The dictionary: each column's name, type and meaning."""
    rows = [{"column": column.name, "type": column.kind, "meaning": _(column.meaning)} for column in dataset.columns]
    if as_json:
        filters = sorted(one.value for one in dataset.filters)
        about = {"dataset": dataset.name, "about": _(dataset.about), "order": _(dataset.order), "filters": filters}
        tools.tell({**about, "period_of": dataset.instant or None, "columns": rows})
        return
    print(_(dataset.about))
    print(_(dataset.order))
    tools.table(("column", "type", "meaning"), rows)


def _tell(written: Written, *, as_json: bool) -> None:
    if as_json:
        tools.tell(written)
        return
    told = _("{rows} rows, {bytes} bytes: {file}. Data as of {when:%Y-%m-%d %H:%M:%S} UTC.")
    print(told.format(rows=written.rows, bytes=written.bytes, file=written.path, when=written.as_of))
