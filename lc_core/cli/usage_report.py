"""`lc usage-report`: the usage report of one contract as a page or as a PDF, with the rights of whoever it is for."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.exports.usage_report import FORMATS, Report, usage_report
from lc_core.language import _

commands = typer.Typer()
ENDINGS = ", ".join(FORMATS)


@commands.command("usage-report")
def make(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract's code.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=f"Where; its ending says the format: {ENDINGS}.")],
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """The usage report of a contract, to be sent on: HTML or PDF."""
    if to.suffix.lower() not in FORMATS:
        tools.stop(_("The file's ending says the format. It can be: {endings}.").format(endings=ENDINGS), 2)
    with tools.records() as db:
        who, insight = tools.acting(db, actor), tools.insight(db)
        report = usage_report(insight, who, tools.contract_id(db, who, contract))
        insight.close()
        size = _write(report, to)
    if as_json:
        tools.tell({"contract": report.code, "path": to, "bytes": size, "as_of": report.as_of})
        return
    told = _("{bytes} bytes: {file}. Data as of {when:%Y-%m-%d %H:%M:%S} UTC.")
    print(told.format(bytes=size, file=to, when=report.as_of))


def _write(report: Report, to: Path) -> int:
    """The file, put in its place when it is whole; its size in bytes."""
    made = FORMATS[to.suffix.lower()](report)
    try:
        with TemporaryDirectory(prefix=".report-", dir=to.parent) as aside:
            whole = Path(aside) / "report"
            whole.write_bytes(made)
            whole.replace(to)
    except OSError as failed:
        tools.stop(_("{file} cannot be written: {why}.").format(file=to, why=failed.strerror or failed))
    return len(made)
