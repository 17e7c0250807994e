"""Commands about people: who may do what. The first super administrator is made here."""

from typing import Annotated

import typer

from lc_core import contracts, roles
from lc_core import people as known
from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.language import _
from lc_core.vocabulary import Privilege, Role

commands = typer.Typer()
Email = Annotated[str, typer.Argument(metavar="EMAIL")]
RoleName = Annotated[Role, typer.Argument(metavar="ROLE", help=", ".join(role.value for role in Role))]
OfContract = Annotated[
    str, typer.Option("--contract", metavar="C", help="Contract admin of the contract with this code.")
]


@commands.command()
def grant(
    email: Email,
    role: RoleName,
    contract: OfContract = "",
    privilege: Annotated[list[Privilege] | None, typer.Option("--privilege", help="With this privilege.")] = None,
    actor: OnBehalfOf = "",
) -> None:
    """Give somebody a role: everywhere, or as contract admin of one contract."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        if role is Role.CONTRACT_ADMIN and contract:
            contracts.name_admin(db, who, tools.contract_id(db, who, contract), email)
        else:
            roles.grant(
                db,
                who,
                email,
                role,
                contract_id=tools.contract_id(db, who, contract) if contract else None,
                privileges=privilege or [],
            )
        print(_("{email}: {role}").format(email=email, role=role.label))


@commands.command(name="revoke-role")
def revoke_role(email: Email, role: RoleName, contract: OfContract = "", actor: OnBehalfOf = "") -> None:
    """Take a role away; it is gone at that person's next click."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        if role is Role.CONTRACT_ADMIN and contract:
            with db.read() as session:
                person_id = known.by_email(session, email).id
            contracts.remove_admin(db, who, tools.contract_id(db, who, contract), person_id)
        else:
            roles.revoke_role(db, who, email, role)
        print(_("{email} is {role} no more.").format(email=email, role=role.label))


@commands.command(name="people")
def people_(as_json: AsJson = False, actor: OnBehalfOf = "") -> None:
    """Everybody who has a role."""
    with tools.records() as db:
        found = roles.with_roles(db, tools.acting(db, actor))
    if as_json:
        tools.tell(found)
        return
    rows = [
        {
            "email": one.email,
            "name": one.name,
            "roles": ", ".join(role.value for role in one.roles),
            "privileges": ", ".join(privilege.value for privilege in one.privileges),
            "contracts": ", ".join(one.contracts),
        }
        for one in found
    ]
    tools.table(("email", "name", "roles", "privileges", "contracts"), rows)
