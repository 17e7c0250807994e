"""Inviting people: what will become of each, decided in one look and written in a fixed number of statements (R-ADD-5, R-INV-7)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from lc_core import access, addresses, invited, people, rules, seat_rules, seats, sending
from lc_core.addresses import Address
from lc_core.errors import Refused, refuse_if
from lc_core.mail import outbox
from lc_core.mail.outbox import Sending
from lc_core.reasons import Reason
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Contract, Enrollment, Invitation
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import (
    Action,
    ContractType,
    Event,
    InvitationStatus,
    OverInvitation,
    Result,
)

WRITES = frozenset({Result.INVITED, Result.INVITED_AGAIN, Result.SENT_AGAIN, Result.ACTIVITIES_ADDED})
SENDS = frozenset({Result.INVITED, Result.INVITED_AGAIN, Result.SENT_AGAIN})


@dataclass(frozen=True)
class Outcome:
    """What became of one entry of a list. `line`: its place there, from 1; `reason`: why not, where it was refused."""

    line: int
    entry: str
    result: Result
    reason: Reason | None = None


@dataclass(frozen=True)
class Plan:
    """What inviting a list does: an outcome for each entry, and what it asks of the seats (in seats)."""

    outcomes: list[Outcome]
    wanted: int
    free: int

    @property
    def over(self) -> int:
        """By how many seats this list asks for more than are free (R-INV-11)."""
        return max(self.wanted - self.free, 0)


@dataclass
class _Known:
    """All that deciding needs, read at once: by e-mail key and by person."""

    persons: dict[str, people.Known] = field(default_factory=dict)
    live: dict[int, Invitation] = field(default_factory=dict)
    covered: Mapping[int, frozenset[int]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    enrolled: dict[int, set[int]] = field(default_factory=dict)
    offered: frozenset[int] = frozenset()


@dataclass(frozen=True)
class _Decided:
    line: int
    entry: str
    address: Address
    result: Result
    adds: frozenset[int]
    live: Invitation | None


def preview(
    db: Database, actor: Actor, contract_id: int, entries: Sequence[str], *, activities: Collection[int] = ()
) -> Plan:
    """What `invite` would do with the same list now. Nothing is written."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        _, plan = _decide(session, contract, entries, frozenset(activities), db.clock())
        return plan


def invite(
    db: Database,
    actor: Actor,
    contract_id: int,
    entries: Sequence[str],
    *,
    activities: Collection[int] = (),
    key: OperationKey | None = None,
) -> list[Outcome]:
    """Invite every good address of a list; bad ones are told and stop nobody (R-ADD-6).

    `activities`: ids, for a voucher contract only. Refused as a whole outside the contract's period, and where the
    contract blocks over-invitation and the list asks for more seats than are free.
    """
    told = _invite(db, actor, contract_id, entries, activities=activities, key=key)
    return [replace(outcome, entry=entries[outcome.line - 1]) for outcome in told]


@repeatable
def _invite(
    db: Database,
    actor: Actor,
    contract_id: int,
    entries: Sequence[str],
    *,
    activities: Collection[int],
    key: OperationKey | None,
) -> list[Outcome]:
    """`invite`, whose answer is kept with the key and therefore holds no addresses."""
    with db.change(actor, Event.INVITATIONS_SENT, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        decided, plan = _decide(change.session, contract, entries, frozenset(activities), change.now)
        if plan.over and contract.over_invitation is OverInvitation.BLOCK:
            raise Refused(Reason.TOO_MANY_INVITED, wanted=plan.wanted, free=plan.free, over=plan.over)
        _write(change, contract, [one for one in decided if one.result in WRITES])
        return change.answer([replace(outcome, entry="") for outcome in plan.outcomes])


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
    free = max(contract.seats - contract.seats_used - before, 0)
    if wanted > free:
        raise Refused(Reason.TOO_MANY_INVITED, wanted=wanted, free=free, over=wanted - free)


def _decide(
    session: Session, contract: Contract, entries: Sequence[str], chosen: frozenset[int], now: datetime
) -> tuple[list[_Decided], Plan]:
    offered = invited.current_activities(session, contract.id)
    refuse_if(rules.why_not_invite(contract.status_at(now), len(offered)))
    if len(offered) == 1 and not chosen:
        chosen = offered  # with one activity there is nothing to choose (R-ADD-1)
    refuse_if(rules.why_not_choose(contract.contract_type, chosen, offered))
    outcomes, good = _read(entries)
    known = _look_up(session, contract, [address.key for _, _, address in good])
    known.offered = offered
    decided = [_decide_one(contract, known, now, chosen, row) for row in good]
    outcomes += [Outcome(one.line, one.entry, one.result) for one in decided]
    reserved, pending = seats.demand(session, contract, now)
    free = max(contract.seats - contract.seats_used - reserved - pending, 0)
    wanted = sum(_new_demand(contract, known, one, now) for one in decided)
    return decided, Plan(sorted(outcomes, key=lambda outcome: outcome.line), wanted, free)


def _read(entries: Sequence[str]) -> tuple[list[Outcome], list[tuple[int, str, Address]]]:
    """The entries that are refused for themselves, and the good ones; of several alike the first counts."""
    refused: list[Outcome] = []
    good: list[tuple[int, str, Address]] = []
    seen: set[str] = set()
    for line, entry in enumerate(entries, start=1):
        address = addresses.parse(entry)
        if isinstance(address, Reason):
            refused.append(Outcome(line, entry, Result.INVALID, address))
        elif address.key in seen:
            refused.append(Outcome(line, entry, Result.DUPLICATE, Reason.DUPLICATE_IN_FILE))
        else:
            seen.add(address.key)
            good.append((line, entry, address))
    return refused, good


def _look_up(session: Session, contract: Contract, keys: Sequence[str]) -> _Known:
    known = _Known(people.known_by_key(session, keys))
    person_ids = [person.person_id for person in known.persons.values()]
    for portion in portions(person_ids):
        theirs = (
            select(Invitation)
            .join(Invitation.person)
            .where(Invitation.contract_id == contract.id, Invitation.person_id.in_(portion))
            .options(contains_eager(Invitation.person))
        )
        for invitation in session.scalars(theirs):
            if invitation.revoked_at is None and invitation.deallocated_at is None:
                known.live[invitation.person_id] = invitation
            else:
                known.ended.add(invitation.person_id)
        taken = select(Enrollment.person_id, Enrollment.activity_id).where(
            Enrollment.contract_id == contract.id, Enrollment.person_id.in_(portion)
        )
        for person_id, activity_id in session.execute(taken):
            known.enrolled.setdefault(person_id, set()).add(activity_id)
    known.covered = invited.activities_of(session, [invitation.id for invitation in known.live.values()])
    return known


def _decide_one(
    contract: Contract, known: _Known, now: datetime, chosen: frozenset[int], row: tuple[int, str, Address]
) -> _Decided:
    line, entry, address = row
    person = known.persons.get(address.key)
    live = known.live.get(person.person_id) if person else None
    adds = chosen if contract.contract_type is ContractType.VOUCHER else frozenset()
    if live is not None:
        adds -= known.covered.get(live.id, frozenset())
    result = rules.result_of_inviting(
        live.status_at(now) if live else None,
        invited_before=person is not None and person.person_id in known.ended,
        contract_type=contract.contract_type,
        adds=len(adds),
    )
    return _Decided(line, entry, address, result, adds, live)


def _new_demand(contract: Contract, known: _Known, one: _Decided, now: datetime) -> int:
    """How many more seats may be asked for once this one is invited."""
    if one.result not in WRITES:
        return 0
    person = known.persons.get(one.address.key)
    enrolled = known.enrolled.get(person.person_id, set()) if person else set()

    def asked(status: InvitationStatus, activities: frozenset[int]) -> int:
        return seat_rules.demand(
            contract.contract_type,
            status,
            not_yet_enrolled=len((activities & known.offered) - enrolled),
            enrolled=len(enrolled),
            per_user_limit=contract.per_user_limit,
        )

    if one.live is None:
        return asked(InvitationStatus.OUTSTANDING, one.adds)
    covered = known.covered.get(one.live.id, frozenset())
    before = asked(one.live.status_at(now), covered)
    after = InvitationStatus.OUTSTANDING if one.result is Result.SENT_AGAIN else one.live.status_at(now)
    return asked(after, covered | one.adds) - before


def _write(change: Change, contract: Contract, decided: Sequence[_Decided]) -> None:
    """Write what was decided: people, invitations, what they cover, letters, audit items."""
    new = [one for one in decided if one.live is None]
    made = _insert(change, contract, new)
    sending.cover(change, contract, {made[one.address.key][0]: one.adds for one in new})
    sending.cover(change, contract, {one.live.id: one.adds for one in decided if one.live is not None})
    again = [one.live for one in decided if one.live is not None and one.result in SENDS]
    sending.send_again(change, contract, again)
    outbox.enqueue(change, [Sending(invitation_id, person_id, 1) for invitation_id, person_id in made.values()])
    change.note(contract=contract.id)
    change.items += [Item(one.result, *_ids(one, made)) for one in decided]
    change.happened = bool(decided)


def _ids(one: _Decided, made: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    if one.live is not None:
        return one.live.person_id, one.live.id
    invitation_id, person_id = made[one.address.key]
    return person_id, invitation_id


def _insert(change: Change, contract: Contract, new: Sequence[_Decided]) -> dict[str, tuple[int, int]]:
    """Make the new invitations. By e-mail key: the ids of invitation and person."""
    if not new:
        return {}
    known = people.make_known(change, [one.address for one in new])
    rows = [known[one.address.key].person_id for one in new]
    by_person = sending.insert_sent(change, contract, rows)
    return {one.address.key: (by_person[person_id], person_id) for one, person_id in zip(new, rows, strict=True)}
