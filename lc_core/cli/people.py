"""Commands about people: who may do what. The first super administrator is made here."""

import sys
from typing import Annotated

import typer

from lc_core import accounts, contracts, people_lists, personal_data, privacy, roles
from lc_core import people as known
from lc_core.cli import tools
from lc_core.cli.tools import AsJson, OnBehalfOf
from lc_core.language import _
from lc_core.vocabulary import Privilege, Role

commands = typer.Typer()
person = typer.Typer(
    help="What is held on one person: told, masked, their account closed or opened.", no_args_is_help=True
)
commands.add_typer(person, name="person")
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
def revoke_role(
    email: Email,
    role: RoleName,
    contract: OfContract = "",
    privilege: Annotated[
        Privilege | None, typer.Option("--privilege", help="Only this privilege; the role stays.")
    ] = None,
    actor: OnBehalfOf = "",
) -> None:
    """Take a role away; it is gone at that person's next click."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        if privilege is not None:
            roles.revoke_privilege(db, who, email, privilege)
            print(_("{email} has the privilege {privilege} no more.").format(email=email, privilege=privilege.label))
            return
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


@person.command()
def export(
    email: Email,
    as_json: AsJson = True,  # noqa: ARG001 (it is JSON anyway; scripts say so to everything that reports)
    actor: OnBehalfOf = "",
) -> None:
    """All that is held on somebody, as JSON, and nothing of others."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        tools.tell(personal_data.export_person(db, who, people_lists.id_of(db, who, email)))


@person.command()
def erase(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    actor: OnBehalfOf = "",
) -> None:
    """Mask somebody everywhere, for good; seats, reports and the log keep their numbers."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        person_id = people_lists.id_of(db, who, email)
        told = privacy.erasure_of(db, who, person_id)
        if not yes and sys.stdin.isatty():
            typer.confirm(_sentence(told), abort=True)
        privacy.erase(db, who, person_id)
        db.sweep()
    if as_json:
        tools.tell({"erased": known.pseudonym(person_id), **vars(told)})
    else:
        print(
            _("Erased. In lists and reports this person is {pseudonym}.").format(pseudonym=known.pseudonym(person_id))
        )


def _sentence(told: privacy.Erasure) -> str:
    return _(
        "Name, address, {sign_ins} sign-ins, {roles} roles and {contracts} contracts to look after go for good; "
        "{unsent} unsent letters are cancelled. {invitations} invitations, {enrollments} enrollments and their seats "
        "stay under a pseudonym. Erase?"
    ).format(
        sign_ins=told.sign_ins,
        roles=told.roles,
        contracts=told.contracts,
        unsent=told.unsent_letters,
        invitations=told.invitations,
        enrollments=told.enrollments,
    )


@person.command()
def deactivate(email: Email, actor: OnBehalfOf = "") -> None:
    """Close somebody's account: they are out at their next click; their seats stay counted."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        accounts.deactivate(db, who, people_lists.id_of(db, who, email))
        print(_("{email} is deactivated.").format(email=email))


@person.command()
def reactivate(email: Email, actor: OnBehalfOf = "") -> None:
    """Open a closed account again."""
    with tools.records() as db:
        who = tools.acting(db, actor)
        accounts.reactivate(db, who, people_lists.id_of(db, who, email))
        print(_("{email} is active again.").format(email=email))
