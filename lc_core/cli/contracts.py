"""Commands about contracts: how full they are, and inviting to one."""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from lc_core import activities, inviting
from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.contracts import code_key
from lc_core.errors import NotFound
from lc_core.insight import answers
from lc_core.intake.address_list import entries_of
from lc_core.language import _
from lc_core.records.db import Actor, Database
from lc_core.records.operations import OperationKey

commands = typer.Typer()
SEATS = (
    "code",
    "title",
    "type",
    "status",
    "seats",
    "used",
    "reserved",
    "pending",
    "uncommitted",
    "over_invited",
    "expired_unused",
)


@commands.command()
def seats(
    contract: Annotated[str, typer.Argument(metavar="[CONTRACT]", help="Only the contract with this code.")] = "",
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """How full is each contract?"""
    with tools.records() as db:
        answer = answers.how_full_is_each_contract(tools.insight(db), tools.acting(db, actor))
        full = answer.frame.rename({"contract_type": "type"})
        if contract:
            full = full.filter(pl.col("code").map_elements(code_key, pl.String) == code_key(contract))
            if full.is_empty():
                raise NotFound
    rows = full.select(SEATS).to_dicts()
    if as_json:
        tools.tell(rows)
    else:
        tools.table(SEATS, rows)


@commands.command()
def invite(
    contract: Annotated[str, typer.Argument(metavar="CONTRACT", help="The contract's code.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="One address a line.")],
    activity_codes: Annotated[
        str, typer.Option("--activities", metavar="A;B", help="Voucher: which; default all.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each line.")] = False,
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """Invite from a file, and say what became of each line."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        contract_id = tools.contract_id(db, who, contract)
        chosen = _chosen(db, who, contract_id, activity_codes)
        entries = entries_of(file.read_bytes())
        if dry_run:
            outcomes = inviting.preview(db, who, contract_id, entries, activities=chosen).outcomes
        else:
            outcomes = inviting.invite(db, who, contract_id, entries, activities=chosen, key=OperationKey.new())
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
        tools.tell({"dry_run": dry_run, "rows": rows})
    else:
        tools.table(("line", "address", "outcome", "reason"), rows)
        print(_("{n} lines.").format(n=len(rows)))


def _chosen(db: Database, actor: Actor, contract_id: int, wanted: str) -> list[int]:
    """The activities named by their codes, else all of the contract's."""
    if not wanted:
        return [activity.id for activity in tools.contract(db, actor, contract_id).activities]
    with db.read() as session:
        return list(activities.ids_by_code(session, [code for code in wanted.split(";") if code.strip()]).values())
