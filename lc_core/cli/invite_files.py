"""Commands about lists of people to invite: what is understood of one, and inviting it."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress

from lc_core import activities, invite_list, inviting, language
from lc_core.bulk_inviting import invite_all
from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.errors import Refused
from lc_core.intake import invite_entries, invite_file
from lc_core.intake.invite_file import InviteFile
from lc_core.invite_list import Entry, Outcome
from lc_core.invite_plan import WRITES
from lc_core.language import _
from lc_core.records.db import Actor, Database
from lc_core.records.operations import OperationKey
from lc_core.settings import settings
from lc_core.words import visible

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
        found = _found_in(file)
    except Refused as refused:
        if not for_scripts:
            tools.stop(refused.sentence)
        tools.tell({"error": refused.reason, "message": refused.sentence})
        raise typer.Exit(1) from None
    if for_scripts:
        tools.tell(_report(found))
    else:
        _tell(found)


@commands.command()
def invite(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract's code.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A list as CSV or XLSX.")],
    activity_codes: Annotated[
        str, typer.Option("--activities", metavar="A;B", help="Voucher: which; default all.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each line.")] = False,
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """Invite from a file, and say what became of each line. Stopped half-way, it goes on when it is run again."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        contract_id = tools.contract_id(db, who, contract)
        chosen = _chosen(db, who, contract_id, activity_codes)
        listed = invite_entries.entries(_found_in(file))
        if dry_run:
            outcomes = inviting.preview(db, who, contract_id, listed, activities=chosen).outcomes
        else:
            outcomes = _invited(db, who, contract_id, listed, chosen, quiet=as_json)
    _tell_outcomes(outcomes, dry_run=dry_run, as_json=as_json)


def _found_in(file: Path) -> InviteFile:
    """The list, read; what was left out or assumed is said beside the report."""
    invite_file.refuse_too_large(file.stat().st_size)
    found = invite_file.read(file.read_bytes())
    for notice in found.notices:
        print(visible(notice), file=sys.stderr)
    return found


def _chosen(db: Database, actor: Actor, contract_id: int, wanted: str) -> list[int]:
    """The activities named by their codes, else all of the contract's."""
    if not wanted:
        return [activity.id for activity in tools.contract(db, actor, contract_id).activities]
    with db.read() as session:
        return list(activities.ids_by_code(session, [code for code in wanted.split(";") if code.strip()]).values())


def _invited(
    db: Database, actor: Actor, contract_id: int, listed: list[Entry], chosen: list[int], *, quiet: bool
) -> list[Outcome]:
    with Progress(console=tools.out, disable=quiet or not sys.stdout.isatty()) as shown:
        bar = shown.add_task(_("Inviting"), total=len(listed))

        def progress(done: int, whole: int) -> None:
            shown.update(bar, completed=done, total=whole)

        key = OperationKey.new()
        return invite_all(db, actor, contract_id, listed, activities=chosen, key=key, progress=progress)


def _tell_outcomes(outcomes: Sequence[Outcome], *, dry_run: bool, as_json: bool) -> None:
    """All lines for scripts; for people the totals, and the lines that nothing was done for."""
    rows = [
        {
            "line": one.line,
            "address": one.entry,
            "outcome": one.result.value,
            "reason": one.reason.value if one.reason else "",
        }
        for one in outcomes
    ]
    if as_json:
        tools.tell({"dry_run": dry_run, "totals": invite_list.totals(outcomes), "rows": rows})
        return
    left = [
        {"line": one.line, "address": one.entry, "why": (one.reason or one.result).label}
        for one in outcomes
        if one.result not in WRITES
    ]
    if left:
        tools.table(("line", "address", "why"), [_shown(row) for row in left])
    for result, count in invite_list.totals(outcomes).items():
        print(f"{result.label}: {language.number(count)}")


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
    return {name: escape(visible(value)) if isinstance(value, str) else value for name, value in row.items()}
