"""Commands about contracts: how full they are."""

from typing import Annotated

import polars as pl
import typer

from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.contracts import code_key
from lc_core.errors import NotFound
from lc_core.insight import answers

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
