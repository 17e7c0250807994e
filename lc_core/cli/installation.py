"""Commands about the installation itself: make it, fill it, serve it, prove it."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.progress import Progress

from lc_core import demo as the_demo
from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.insight import check as invariants
from lc_core.intake import feeds
from lc_core.intake.feed_report import Report
from lc_core.language import _
from lc_core.records.db import utc_now
from lc_core.settings import Settings, settings

commands = typer.Typer()
ROOT = Path(__file__).parents[2]
SHOWN = 20
"""How many rejected rows are told one by one."""


@commands.command()
def init() -> None:
    """Create the database, or bring it up to date."""
    with tools.records() as db:
        db.migrate()
        print(_("The database is ready."))


@commands.command()
def demo(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing, quietly, where the database holds anything.")
    ] = False,
) -> None:
    """Fill an empty database with the demo year, through the verbs."""
    with tools.records() as db:
        if if_empty and not the_demo.may_play(db):
            return
        with Progress(console=tools.out, disable=not sys.stdout.isatty()) as shown:
            task = shown.add_task(_("Playing the year"), total=1.0)
            the_demo.play(
                settings().database_url,
                today=utc_now(),
                timezone=settings().timezone,
                progress=lambda share: shown.update(task, completed=share),
            )
        print(_("The demo year is played."))


@commands.command()
def run(port: Annotated[int, typer.Option(help="Where to serve.")] = 8501) -> None:
    """Serve the app; the demo answers only this machine."""
    ours = _to_serve()
    address = ["--server.address", "localhost"] if ours.auth == "demo" else []
    if ours.cookie_secret.get_secret_value():  # all processes of an installation sign the steps of a sign-in alike
        os.environ.setdefault("STREAMLIT_SERVER_COOKIE_SECRET", ours.cookie_secret.get_secret_value())
    serve = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port), *address]
    os.execv(sys.executable, serve)  # noqa: S606 (our own interpreter, our own script)


def _to_serve() -> Settings:
    """The settings, if the product can be served with them."""
    try:
        ours = settings()
    except ValidationError as wrong:
        first = wrong.errors()[0]
        tools.stop(_("A setting is wrong: {why}").format(why=f"LC_{str(first['loc'][0]).upper()}: {first['msg']}"), 2)
    if why_not := ours.why_not_serve():
        tools.stop(why_not, 2)
    return ours


@commands.command(name="import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", exists=True, file_okay=False)],
    rejects: Annotated[Path | None, typer.Option("--rejects", help="Write rejected rows there, as CSV.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if any row was rejected.")] = False,
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """Take the LMS's files of a folder: activities, users, contracts, purchases, enrollments. Again changes nothing."""
    with tools.records() as db, Progress(console=tools.out, disable=as_json or not sys.stdout.isatty()) as shown:
        task = shown.add_task(_("Importing"))

        def told(file: str, done: int, rows: int) -> None:
            shown.update(task, description=file, completed=done, total=rows)

        report = feeds.import_folder(db, tools.acting(db, actor), folder, progress=told)
    if rejects is not None:
        rejects.write_text(report.rejects_as_csv(), encoding="utf-8", newline="")
    if as_json:
        tools.tell(report.as_json())
    else:
        _told(report)
    if strict and report.rejects:
        raise typer.Exit(1)


def _told(report: Report) -> None:
    columns = ("file", "read", "new", "changed", "unchanged", "rejected")
    files = report.as_json()["files"]
    rejected = [", ".join(f"{reason} {count}" for reason, count in file["rejected"].items()) for file in files]
    tools.table(columns, [{**file, "rejected": words} for file, words in zip(files, rejected, strict=True)])
    for notice in report.notices:
        print(notice)
    for one in report.rejects[:SHOWN]:
        print(_("{file}, line {line}: {why}").format(file=one.file, line=one.line, why=one.sentence))
    if len(report.rejects) > SHOWN:
        print(_("… and {n} more; --rejects FILE writes all of them.").format(n=len(report.rejects) - SHOWN))
    if report.unregistered:
        print(_("People without an account were made for {n} unknown addresses.").format(n=len(report.unregistered)))


@commands.command()
def check(as_json: AsJson = False) -> None:
    """Prove the invariants on this installation, and say what was counted."""
    with tools.records() as db:
        report = invariants.run(db, tools.insight(db))
    if as_json:
        tools.tell(report)
    else:
        rows = [
            {"check": one.name, "counted": one.counted, "ok": _("yes") if one.ok else _("NO")} for one in report.checks
        ]
        tools.table(("check", "counted", "ok"), rows)
        for problem in report.problems:
            print(problem)
    raise typer.Exit(0 if report.ok else 1)


@commands.command(name="settings")
def settings_(as_json: AsJson = False) -> None:
    """The settings, and where each comes from. Secrets are never shown."""
    told = Settings().told()
    if as_json:
        tools.tell(told)
    else:
        tools.table(("name", "value", "from"), told)
