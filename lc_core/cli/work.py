"""The command that does what nobody asks for: letters, reminders, alerts, digests, the analytic copy."""

import logging
import signal
from typing import Annotated

import typer

from lc_core.cli import tools
from lc_core.cli.tools import AsJson
from lc_core.language import _
from lc_core.settings import settings
from lc_core.worker import Worker

commands = typer.Typer()


@commands.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Deliver letters, write reminders, alerts and digests, refresh the figures; until it is stopped. Several may run."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    with tools.records() as db:
        try:
            ours = Worker(db, tools.insight(db), settings())
        except ValueError as wrong:
            tools.stop(str(wrong), 2)
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: ours.stop.set())
        if not once:
            ours.run()
            return
        done = ours.once()
    if as_json:
        tools.tell(done)
    else:
        for one in done:
            rest = ", ".join(f"{what} {n}" for what, n in one.items() if what != "job" and n)
            print(f"{one['job']}: {rest or _('nothing to do')}")
