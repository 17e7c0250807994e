"""Commands about API tokens: with one a program acts for somebody."""

import sys
from typing import Annotated

import typer

from lc_core import tokens
from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.language import _
from lc_core.place_rules import LONGEST_TOKEN_DAYS
from lc_core.records.db import Database
from lc_core.rights import TokenScope
from lc_core.words import visible

commands = typer.Typer()
token = typer.Typer(help="API tokens: with one a program acts for somebody.", no_args_is_help=True)
commands.add_typer(token, name="token")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="For whom it acts; that person's rights apply.")]
SCOPES = ", ".join(f"{scope.value} ({scope.label})" for scope in TokenScope)


@token.command()
def make(
    email: Email,
    scope: Annotated[
        list[TokenScope] | None,
        typer.Option("--scope", help=f"What it is for: {SCOPES}. None said: all that the role allows."),
    ] = None,
    days: Annotated[int, typer.Option(help=f"How long it lives, at most {LONGEST_TOKEN_DAYS}.")] = tokens.A_YEAR,
    name: Annotated[str, typer.Option(help="What you call it.")] = "",
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """Make a token. It is shown once: only its hash is kept."""
    with tools.records() as db:
        text, who = tokens.mint(), tools.acting(db, actor)
        made = tokens.make(db, who, _id_of(db, email), tokens.digest_of(text), scopes=scope or (), days=days, name=name)
        (seen,) = [one for one in tokens.listing(db, who, _id_of(db, email)) if one.id == made]
    if as_json:
        tools.tell({"id": made, "token": text, "scopes": seen.scopes, "expires_at": seen.expires_at})
        return
    print(text)
    said = _("Token {id} for {scopes}, until {day}. It is not shown again.")
    print(said.format(id=made, scopes=", ".join(seen.scopes), day=seen.expires_at.date().isoformat()), file=sys.stderr)


@token.command(name="list")
def list_(
    email: Annotated[str, typer.Argument(metavar="[EMAIL]", help="Only of this person.")] = "",
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """The tokens there are: whose, what for, until when, when last used."""
    with tools.records() as db:
        found = tokens.listing(db, tools.acting(db, actor), _id_of(db, email) if email else None)
    if as_json:
        tools.tell(found)
        return
    rows = [
        {
            "id": one.id,
            "email": one.email or one.person,
            "name": visible(one.name),
            "scopes": " ".join(one.scopes),
            "expires": one.expires_at.date().isoformat(),
            "last used": one.last_used_at.isoformat(sep=" ", timespec="minutes") if one.last_used_at else "",
            "state": one.why_not.label if one.why_not else _("works"),
        }
        for one in found
    ]
    tools.table(("id", "email", "name", "scopes", "expires", "last used", "state"), rows)


@token.command()
def revoke(token_id: Annotated[int, typer.Argument(metavar="ID")], actor: OnBehalfOf = "") -> None:
    """Let a token open nothing any more, from the next call on."""
    with tools.records() as db:
        tokens.revoke(db, tools.acting(db, actor), token_id)
    print(_("Token {id} is revoked.").format(id=token_id))


def _id_of(db: Database, email: str) -> int:
    """The id of the person with this address."""
    return tools.acting(db, email).person_id or 0
