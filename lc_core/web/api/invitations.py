"""What the API does with invitations: invite, resend, revoke; an outcome for each person."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from lc_core import addresses, contract_lists, invitation_details, invitations, inviting
from lc_core.addresses import Address
from lc_core.contracts import code_key
from lc_core.errors import refuse_if
from lc_core.invitation_lists import Chosen
from lc_core.invitations import Done
from lc_core.reasons import Reason
from lc_core.rights import TokenScope
from lc_core.vocabulary import Result
from lc_core.web.api.answers import Outcome, Outcomes
from lc_core.web.api.bodies import Choosing, Inviting, Revoking
from lc_core.web.api.contracts import contract_id
from lc_core.web.api.registry import Call, writes

Kept = list[tuple[int | None, str, str | None]]
"""For each entry of the request: the invitation, the result, and the reason where it was refused."""


def _invite(call: Call) -> Kept:
    contract = contract_id(call)
    outcomes = inviting.invite(call.db, call.actor, contract, call.body.addresses, activities=_chosen(call, contract))
    return [(None, one.result.value, one.reason.value if one.reason else None) for one in outcomes]


def _chosen(call: Call, contract: int) -> list[int]:
    """The activities that are named by their codes, else all of the contract's: what others offer is nobody's business."""
    offered = {code_key(one.code): one.id for one in contract_lists.one(call.db, call.actor, contract).activities}
    wanted = {code_key(code) for code in call.body.activities} or offered.keys()
    refuse_if(None if wanted <= offered.keys() else Reason.ACTIVITY_UNKNOWN)
    return [offered[key] for key in wanted]


@writes("POST", "/contracts/{code}/invitations", TokenScope.INVITE, Inviting, _invite)
def invite(call: Call, kept: Kept) -> Outcomes:
    """Invite people; the letters go out by themselves. Who is invited already stays so."""
    return _outcomes(kept, [(None, address) for address in call.body.addresses])


def _resend(call: Call) -> Kept:
    return _act(call, lambda contract, chosen: invitations.resend(call.db, call.actor, contract, chosen))


@writes("POST", "/contracts/{code}/invitations/resend", TokenScope.INVITE, Choosing, _resend)
def resend(call: Call, kept: Kept) -> Outcomes:
    """Send invitations again that nobody has accepted; each one's clock starts anew."""
    return _outcomes(kept, _entries(call))


def _revoke(call: Call) -> Kept:
    tell = call.body.tell
    return _act(call, lambda contract, chosen: invitations.revoke(call.db, call.actor, contract, chosen, tell=tell))


@writes("POST", "/contracts/{code}/invitations/revoke", TokenScope.INVITE, Revoking, _revoke)
def revoke(call: Call, kept: Kept) -> Outcomes:
    """Revoke invitations without an enrollment."""
    return _outcomes(kept, _entries(call))


def _act(call: Call, verb: Callable[[int, Chosen], list[Done]]) -> Kept:
    """Do it with the chosen invitations, each once, and say for each entry what became of its invitation."""
    contract = contract_id(call)
    parsed = [addresses.parse(address) for address in call.body.addresses]
    keys = {one.key for one in parsed if isinstance(one, Address)}
    theirs = invitation_details.of_addresses(call.db, call.actor, contract, keys)
    wanted: list[int | Reason] = [
        *call.body.ids,
        *[theirs.get(one.key, Reason.NOT_FOUND) if isinstance(one, Address) else one for one in parsed],
    ]
    done = verb(contract, Chosen(frozenset(one for one in wanted if not isinstance(one, Reason))))
    by_id = {one.invitation_id: one for one in done}
    return [_kept(one, by_id) for one in wanted]


def _kept(wanted: int | Reason, done: dict[int, Done]) -> tuple[int | None, str, str | None]:
    if isinstance(wanted, Reason):
        return None, Result.REFUSED.value, wanted.value
    one = done.get(wanted)
    if one is None:
        return None, Result.REFUSED.value, Reason.NOT_FOUND.value
    return one.invitation_id, one.result.value, one.reason.value if one.reason else None


def _entries(call: Call) -> list[tuple[int | None, str | None]]:
    return [*[(one, None) for one in call.body.ids], *[(None, one) for one in call.body.addresses]]


def _outcomes(kept: Kept, entries: Sequence[tuple[int | None, str | None]]) -> Outcomes:
    told: list[Outcome] = []
    for (found, result, reason), (invitation_id, address) in zip(kept, entries, strict=True):
        told.append(_outcome(found or invitation_id, address, Result.of(result), reason))
    counted: Counter[Any] = Counter(one.result for one in told)
    return Outcomes(outcomes=told, totals={one.value: counted[one] for one in Result if counted[one]})


def _outcome(invitation_id: int | None, address: str | None, result: Result, said: str | None) -> Outcome:
    reason = Reason.of(said) if said else None
    detail = (reason or result).label
    return Outcome(id=invitation_id, address=address, result=result, reason=reason, detail=detail)
