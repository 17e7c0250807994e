"""Inviting people: what will become of each, decided in one look and written in a fixed number of statements (R-ADD-5, R-INV-7)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lc_core import access, invite_imports, invite_list, people, seats, sending
from lc_core.errors import Refused
from lc_core.invite_list import Given, Good, Outcome
from lc_core.invite_plan import WRITES, Decided, Decision, decide
from lc_core.mail import outbox
from lc_core.mail.outbox import Sending
from lc_core.reasons import Reason
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database
from lc_core.records.models import Contract
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event, OverInvitation, Result

SENDS = frozenset({Result.INVITED, Result.INVITED_AGAIN, Result.SENT_AGAIN})


@dataclass(frozen=True)
class Plan:
    """What inviting a list does: an outcome for each entry, and what it asks of the seats (in seats).

    `writes`: how many entries it does something for; `fits`: how many entries from the first on ask for no more seats
    than are free; `blocks`: whether the contract refuses a list that asks for more (R-INV-11).
    """

    outcomes: list[Outcome]
    wanted: int
    free: int
    fits: int
    blocks: bool

    @property
    def over(self) -> int:
        """By how many seats this list asks for more than are free (R-INV-11)."""
        return max(self.wanted - self.free, 0)

    @property
    def writes(self) -> int:
        return sum(outcome.result in WRITES for outcome in self.outcomes)


def preview(db: Database, actor: Actor, contract_id: int, given: Given, *, activities: Collection[int] = ()) -> Plan:
    """What `invite` would do with the same list now. Nothing is written."""
    listed = invite_list.entries(given)
    told, good = invite_list.read(listed)
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        decision = decide(session, contract, good, frozenset(activities), db.clock())
        free = seats.not_asked_for(session, contract, db.clock())
        return Plan(
            outcomes=put_together(listed, told, good, decision.told),
            wanted=decision.wanted,
            free=free,
            fits=_fitting(len(listed), decision.decided, free),
            blocks=contract.over_invitation is OverInvitation.BLOCK,
        )


def invite(
    db: Database,
    actor: Actor,
    contract_id: int,
    given: Given,
    *,
    activities: Collection[int] = (),
    key: OperationKey | None = None,
) -> list[Outcome]:
    """Invite every good address of a list in one transaction; bad ones are told and stop nobody (R-ADD-6).

    `activities`: ids, for a voucher contract only, for entries that choose none themselves. Refused as a whole outside
    the contract's period, and where the contract blocks over-invitation and the list asks for more seats than are free.
    """
    listed = invite_list.entries(given)
    told, good = invite_list.read(listed)
    results = invite_good(db, actor, contract_id, good, activities=activities, key=key)
    return put_together(listed, told, good, results)


@repeatable
def invite_good(
    db: Database,
    actor: Actor,
    contract_id: int,
    good: Sequence[Good],
    *,
    activities: Collection[int] = (),
    of_import: int | None = None,
    key: OperationKey | None = None,
) -> list[str]:
    """Invite the good entries of a list, or of a part of one. `of_import`: the import that counts them as done.

    Answers for each what became of it, as `told` makes it: the answer is kept with the key and holds no addresses.
    """
    with db.change(actor, Event.INVITATIONS_SENT, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        told = invite_within(change, contract, good, frozenset(activities))
        if of_import is not None:
            invite_imports.count_done(change, of_import, len(good))
        return change.answer(told)


def invite_within(
    change: Change, contract: Contract, good: Sequence[Good], activities: frozenset[int] = frozenset()
) -> list[str]:
    """Invite the good entries of a list to a locked contract; what became of each, as `told` makes it."""
    decision = decide(change.session, contract, good, activities, change.now)
    if contract.over_invitation is OverInvitation.BLOCK:
        refuse_if_over(decision.wanted, seats.not_asked_for(change.session, contract, change.now))
    _write(change, contract, decision)
    return decision.told


def put_together(
    listed: Sequence[invite_list.Entry], told: Sequence[Outcome | None], good: Sequence[Good], results: Sequence[str]
) -> list[Outcome]:
    """An outcome for each entry: what its reading told, or what became of it."""
    outcomes = list(told)
    for one, result in zip(good, results, strict=True):
        entry = listed[one.place]
        word, _, reason = result.partition(":")
        outcomes[one.place] = Outcome(entry.line, entry.text, Result.of(word), Reason.of(reason) if reason else None)
    return [outcome for outcome in outcomes if outcome is not None]


def _fitting(entries: int, decided: Sequence[Decided], free: int) -> int:
    """How many entries from the first on ask for no more than is free."""
    for one in decided:
        free -= one.asks
        if free < 0:
            return one.good.place
    return entries


def refuse_if_over(wanted: int, free: int) -> None:
    """What a contract that blocks over-invitation says, with both numbers (R-INV-11)."""
    if wanted > free:
        raise Refused(Reason.TOO_MANY_INVITED, wanted=wanted, free=free, over=wanted - free)


@contextmanager
def within_free_seats(change: Change, contract: Contract) -> Iterator[None]:
    """Refuse what is done inside if the contract blocks over-invitation and demand grows beyond its free seats (R-INV-11)."""
    if contract.over_invitation is not OverInvitation.BLOCK:
        yield
        return
    before = sum(seats.demand(change.session, contract, change.now))
    yield
    change.session.flush()
    wanted = sum(seats.demand(change.session, contract, change.now)) - before
    refuse_if_over(wanted, max(contract.seats - contract.seats_used - before, 0))


def _write(change: Change, contract: Contract, decision: Decision) -> None:
    """Write what was decided: people, invitations, what they cover, letters, audit items."""
    decided = [one for one in decision.decided if one.result in WRITES]
    new = [one for one in decided if one.live is None]
    made = _insert(change, contract, new, decision.persons)
    sending.cover(change, contract, {made[one.key][0]: one.adds for one in new})
    sending.cover(change, contract, {one.live.id: one.adds for one in decided if one.live is not None})
    again = [one.live for one in decided if one.live is not None and one.result in SENDS]
    sending.send_again(change, contract, again)
    outbox.enqueue(change, [Sending(invitation_id, person_id, 1) for invitation_id, person_id in made.values()])
    change.note(contract=contract.id)
    change.items += [Item(one.result, *_ids(one, made)) for one in decided]
    change.happened = bool(decided)


def _ids(one: Decided, made: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    if one.live is not None:
        return one.live.person_id, one.live.id
    invitation_id, person_id = made[one.key]
    return person_id, invitation_id


def _insert(
    change: Change, contract: Contract, new: Sequence[Decided], persons: Mapping[str, people.Known]
) -> dict[str, tuple[int, int]]:
    """Make the new invitations. By e-mail key: the ids of invitation and person."""
    if not new:
        return {}
    known = people.make_known(change, [one.good.address for one in new], persons)
    by_person = sending.insert_sent(change, contract, [known[one.key].person_id for one in new])
    return {one.key: (by_person[known[one.key].person_id], known[one.key].person_id) for one in new}
