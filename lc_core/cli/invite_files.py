"""A command about lists of people to invite: what would be understood of one, without inviting anybody."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from lc_core.cli import tools
from lc_core.cli.tools import AsJson
from lc_core.errors import Refused
from lc_core.intake import invite_file
from lc_core.intake.invite_file import InviteFile
from lc_core.language import _
from lc_core.settings import settings

commands = typer.Typer()


@commands.command(name="invite-file")
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A list as CSV or XLSX.")],
    as_json: AsJson = False,
) -> None:
    """Only read a list: which rows are good, and why the others are not."""
    for_scripts = as_json or not _is_for_people()
    try:
        settings()  # say the reasons in the language that is set
    except ValueError as wrong:
        tools.stop(_("A setting is wrong: {why}").format(why=str(wrong).splitlines()[0]), 2)
    try:
        invite_file.refuse_too_large(file.stat().st_size)
        found = invite_file.read(file.read_bytes())
    except Refused as refused:
        if not for_scripts:
            tools.stop(refused.sentence)
        tools.tell({"error": refused.reason, "message": refused.sentence})
        raise typer.Exit(1) from None
    for notice in found.notices:
        print(_visible(notice), file=sys.stderr)
    if for_scripts:
        tools.tell(_report(found))
    else:
        _tell(found)


def _is_for_people() -> bool:
    return sys.stdout.isatty()


def _report(found: InviteFile) -> dict[str, Any]:
    """All rows, with the codes of activities only where a row chooses any."""
    accepted: list[dict[str, Any]] = [
        {"line": one.line, "address": one.address, "key": one.key}
        | ({"activities": one.activities} if one.activities else {})
        for one in found.accepted
    ]
    rejected = [{"line": one.line, "raw": one.raw, "reason": one.reason} for one in found.rejected]
    return {"accepted": accepted, "rejected": rejected}


def _tell(found: InviteFile) -> None:
    good = [
        {"line": one.line, "address": one.address, "activities": "; ".join(one.activities or ())}
        for one in found.accepted
    ]
    bad = [{"line": one.line, "raw": one.raw, "why": one.reason.label} for one in found.rejected]
    if good:
        tools.table(("line", "address", "activities"), [_shown(row) for row in good])
    if bad:
        tools.table(("line", "raw", "why"), [_shown(row) for row in bad])
    print(_("{good} good rows, {bad} bad ones.").format(good=len(good), bad=len(bad)))


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """The file's own words as words: no commands to the terminal, no colours."""
    return {name: escape(_visible(value)) if isinstance(value, str) else value for name, value in row.items()}


def _visible(text: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
