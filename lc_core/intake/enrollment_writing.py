"""What was decided about one contract's enrollments, written: in a number of statements that does not grow with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from lc_core import people, seats, sending
from lc_core.intake.enrollment_decisions import Decided
from lc_core.intake.enrollment_entries import Entry
from lc_core.invited import activities_of
from lc_core.records import expressions
from lc_core.records.audit import Item
from lc_core.records.db import Change, portions
from lc_core.records.models import Contract, Enrollment, Invitation
from lc_core.vocabulary import ContractType, Result, SeatReason, Source


def write(change: Change, contract: Contract, decided: Decided) -> list[str]:
    """Write people, invitations, seats and enrollments. Answers the addresses that nobody knew."""
    entries = [*decided.new, *decided.changed]
    if not entries:
        return []
    opening = [entry for entry in entries if entry.opens]
    unknown = {
        entry.told.address.key: entry.told.address for entry in opening if entry.told.address.key not in decided.persons
    }
    made = people.make_known(change, list(unknown.values()))
    persons = decided.persons | {key: known.person_id for key, known in made.items()}
    invitations = _invite(change, contract, opening, persons)
    seats.move_all(change, contract, _moves(contract, decided, persons))
    _write_enrollments(change, contract, decided, persons, invitations)
    change.note(contract=contract.id, after={"new": len(decided.new), "changed": len(decided.changed)})
    change.note_items([_item(entry, persons, invitations) for entry in entries])
    return sorted(address.display for address in unknown.values())


def _moves(contract: Contract, decided: Decided, persons: Mapping[str, int]) -> list[seats.Move]:
    taken = SeatReason.ACCEPTED if contract.contract_type is ContractType.UNLIMITED else SeatReason.ENROLLED
    moves = [
        seats.Move(
            seats.Unit(persons[key], activity_id),
            step.delta,
            taken if step.delta > 0 else SeatReason.WITHDRAWN,
            step.at,
        )
        for (key, activity_id), steps in decided.moves.items()
        for step in steps
    ]
    return sorted(moves, key=lambda move: move.effective_at)


def _write_enrollments(
    change: Change,
    contract: Contract,
    decided: Decided,
    persons: Mapping[str, int],
    invitations: Mapping[int, int],
) -> None:
    new: list[dict[str, Any]] = []
    for entry in decided.new:
        person_id = persons[entry.told.address.key]
        keys = {"contract_id": contract.id, "person_id": person_id, "activity_id": entry.told.activity_id}
        new.append({**keys, "invitation_id": invitations[person_id], **entry.fields})
    changed: list[dict[str, Any]] = []
    for entry in decided.changed:
        if entry.stored is not None:
            invitation_id = invitations[entry.stored.person_id] if entry.opens else entry.stored.invitation_id
            moved = entry.stored.status is not entry.told.status
            progress_at = change.now if moved else entry.stored.progress_at
            keys = {"id": entry.stored.id, "invitation_id": invitation_id}
            changed.append({**keys, "progress_at": progress_at, **entry.fields})
    if new:
        # a column left empty is a column still: else rows with other gaps would each be a statement of their own
        change.session.execute(insert(Enrollment), new, execution_options={"render_nulls": True})
    if changed:
        change.session.execute(update(Enrollment), changed)


def _item(entry: Entry, persons: Mapping[str, int], invitations: Mapping[int, int]) -> Item:
    person_id = persons[entry.told.address.key]
    if entry.opens:
        return Item(Result.ENROLLED, person_id, invitations[person_id])
    invitation_id = entry.stored.invitation_id if entry.stored else None
    return Item(Result.WITHDRAWN if entry.withdraws else Result.CHANGED, person_id, invitation_id)


# --- invitations -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Live:
    """A live invitation, as far as a feed touches it."""

    id: int
    redeemed_at: datetime | None
    first_enrolled_at: datetime | None


def _invite(change: Change, contract: Contract, opening: Sequence[Entry], persons: Mapping[str, int]) -> dict[int, int]:
    """Everybody's live invitation, redeemed and Enrolled: the one they have, or one made from what the LMS tells.

    Answers invitation ids by person id. Invitations that are revoked or de-allocated stay as they were (R-INV-6).
    """
    first: dict[int, datetime] = {}
    wanted: dict[int, set[int]] = {}
    for entry in opening:
        person_id = persons[entry.told.address.key]
        first[person_id] = min(first.get(person_id, entry.told.enrolled_at), entry.told.enrolled_at)
        wanted.setdefault(person_id, set()).add(entry.told.activity_id)
    live = _live(change, contract, list(first))
    _redeem(change, live, first)
    made = _import(change, contract, {person_id: at for person_id, at in first.items() if person_id not in live})
    ids = made | {person_id: one.id for person_id, one in live.items()}
    if contract.contract_type is ContractType.VOUCHER:
        covered = activities_of(change.session, [one.id for one in live.values()])
        adds = {ids[person_id]: these - covered.get(ids[person_id], frozenset()) for person_id, these in wanted.items()}
        sending.cover(change, contract, adds)
    return ids


def _live(change: Change, contract: Contract, person_ids: Sequence[int]) -> dict[int, _Live]:
    found: dict[int, _Live] = {}
    columns = (Invitation.person_id, Invitation.id, Invitation.redeemed_at, Invitation.first_enrolled_at)
    for portion in portions(person_ids):
        theirs = (Invitation.contract_id == contract.id, expressions.is_live(), Invitation.person_id.in_(portion))
        for person_id, one, redeemed_at, enrolled_at in change.session.execute(select(*columns).where(*theirs)):
            found[person_id] = _Live(one, redeemed_at, enrolled_at)
    return found


def _redeem(change: Change, live: Mapping[int, _Live], first: Mapping[int, datetime]) -> None:
    """Live invitations are redeemed when their person first enrolled, expired ones too: the LMS let them in."""
    rows = [
        {
            "id": one.id,
            "redeemed_at": one.redeemed_at or first[person_id],
            "first_enrolled_at": one.first_enrolled_at or first[person_id],
        }
        for person_id, one in live.items()
        if one.redeemed_at is None or one.first_enrolled_at is None
    ]
    if rows:
        change.session.execute(update(Invitation), rows)


def _import(change: Change, contract: Contract, first: Mapping[int, datetime]) -> dict[int, int]:
    """Make an invitation for each person, without a letter (R-ADD-7). Answers invitation ids by person id."""
    if not first:
        return {}
    last = change.session.scalar(select(func.max(Invitation.id)).where(Invitation.contract_id == contract.id)) or 0
    common = {"contract_id": contract.id, "source": Source.IMPORT, "require_code": contract.require_invitation_code}
    rows = [
        {**common, "person_id": person_id, "invited_at": at, "redeemed_at": at, "first_enrolled_at": at}
        for person_id, at in first.items()
    ]
    change.session.execute(insert(Invitation), rows)
    # the contract is locked, so that what came after its last invitation is ours
    ours = select(Invitation.person_id, Invitation.id).where(
        Invitation.contract_id == contract.id, Invitation.id > last
    )
    return dict(change.session.execute(ours).all())
