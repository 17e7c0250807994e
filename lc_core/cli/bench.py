"""The command that measures: `lc bench NAME`."""

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from lc_core.bench.measuring import Bench, CannotMeasure, Work, peak_mib
from lc_core.bench.registry import BENCHES
from lc_core.cli import tools
from lc_core.cli.tools import AsJson
from lc_core.language import _

commands = typer.Typer()
RUNS = 5
COLUMNS = ("what", "median_s", "baseline", "baseline_s", "ratio", "runs")


@commands.command()
def bench(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Which; `--list` tells them.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="Tell which benches there are.")] = False,
    size: Annotated[int | None, typer.Option(min=1, help="How large; each bench has its usual size.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each thing is measured.")] = RUNS,
    as_json: AsJson = False,
) -> None:
    """Measure what things cost beside the plainest way to do them, in a database of its own."""
    if listed:
        _list(as_json=as_json)
        return
    if name not in BENCHES:
        tools.stop(
            _("There is no bench called {name}. There are: {names}.").format(name=name, names=", ".join(BENCHES)), 2
        )
    chosen = BENCHES[name]
    report = _measured(chosen, size or chosen.size, runs)
    if as_json:
        tools.tell(report)
    else:
        tools.table(COLUMNS, [{key: _cell(value) for key, value in row.items()} for row in report["results"]])
        print(
            _("{bench}, {size} {unit}; at most {mib} MiB.").format(
                unit=_(chosen.unit), mib=round(report["peak_mib"]), **report
            )
        )


def _list(*, as_json: bool) -> None:
    rows = [
        {"bench": one.name, "about": _(one.about), "size": one.size, "unit": _(one.unit)} for one in BENCHES.values()
    ]
    if as_json:
        tools.tell(rows)
    else:
        tools.table(("bench", "about", "size", "unit"), rows)


def _measured(chosen: Bench, size: int, runs: int) -> dict[str, Any]:
    """The report, in the declared shape. What is under way is told on a terminal only."""
    with tools.out.status(_("Measuring")) as status:
        if not sys.stdout.isatty():
            status.stop()
        try:
            results = [asdict(one) for one in chosen.run(Work(size, runs, status.update))]
        except CannotMeasure as no:
            tools.stop(str(no))
    return {"bench": chosen.name, "size": size, "results": results, "peak_mib": round(peak_mib(), 1)}


def _cell(value: Any) -> Any:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else value
