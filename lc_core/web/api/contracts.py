"""What the API tells of contracts and their invitations."""

from typing import Any
from urllib.parse import urlencode

from lc_core import contract_lists, contracts_told, invitation_lists, rules
from lc_core.contracts import MOST
from lc_core.contracts_told import ContractTold
from lc_core.errors import NotFound
from lc_core.invitation_lists import Filter
from lc_core.rights import TokenScope
from lc_core.web.api.answers import (
    Activity,
    Contract,
    ContractPage,
    Invitation,
    InvitationPage,
    OneContract,
    Seats,
)
from lc_core.web.api.bodies import InvitationsPaged, Paged
from lc_core.web.api.registry import Call, reads


@reads("/contracts", TokenScope.READ, Paged)
def list_contracts(call: Call) -> ContractPage:
    """The contracts that the token's person may see."""
    found = contracts_told.page(call.db, call.actor, last=call.query.last, most=call.query.limit + 1)
    some = found[: call.query.limit]
    more = some[-1].id if len(found) > len(some) else None
    return ContractPage(contracts=[_contract(one) for one in some], next=next_page(call, more))


@reads("/contracts/{code}", TokenScope.READ)
def one_contract(call: Call) -> OneContract:
    """One contract, what it offers, and how full it is."""
    whole = contracts_told.one(call.db, call.actor, contract_id(call))
    return OneContract(
        contract=_contract(whole.contract),
        activities=[Activity(code=one.code, title=one.title, kind=one.kind) for one in whole.activities],
        seats=Seats(**vars(whole.seats)),
    )


@reads("/contracts/{code}/invitations", TokenScope.READ, InvitationsPaged)
def list_invitations(call: Call) -> InvitationPage:
    """The invitations of a contract."""
    wanted, last, most = Filter(frozenset(call.query.status)), call.query.last, call.query.limit
    found = invitation_lists.following(call.db, call.actor, contract_id(call), wanted, last=last, most=most + 1)
    some = found[:most]
    more = some[-1].id if len(found) > len(some) else None
    names = Invitation.model_fields
    told = [Invitation(**{name: getattr(one, name) for name in names}) for one in some]
    return InvitationPage(invitations=told, next=next_page(call, more))


def contract_id(call: Call) -> int:
    """The contract that the address names, for those who may see it."""
    code = call.path["code"]
    if rules.why_not_text(code, MOST["code"]):
        raise NotFound
    return contract_lists.id_of(call.db, call.actor, code)


def next_page(call: Call, last: int | None) -> str | None:
    """The address at which the list goes on behind the last one told; None where it ends."""
    if last is None:
        return None
    asked: dict[str, Any] = call.query.model_dump(mode="json", exclude_unset=True) | {"after": str(last)}
    pairs = [(name, one) for name, said in asked.items() for one in (said if isinstance(said, list) else [said])]
    return f"{call.address}?{urlencode(pairs)}"


def _contract(told: ContractTold) -> Contract:
    fields = {name: getattr(told, name) for name in Contract.model_fields if name != "type"}
    return Contract(**fields, type=told.contract_type)
