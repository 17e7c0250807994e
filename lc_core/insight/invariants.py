"""What must hold in the records at any moment, each as one question for the rows that break it."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, or_, select

from lc_core.insight import seat_invariants
from lc_core.insight.seat_invariants import Rows
from lc_core.language import N_
from lc_core.records import expressions
from lc_core.records.house_models import AuditHead, AuditItem, Letter
from lc_core.records.models import (
    Contract,
    ContractActivity,
    Enrollment,
    Invitation,
    InvitationActivity,
    Record,
    SeatHeld,
    SeatMove,
)
from lc_core.records.types import UtcDateTime
from lc_core.vocabulary import (
    LetterKind,
    LetterState,
    Result,
    Source,
)


@dataclass(frozen=True)
class Invariant:
    """`of`: whose rows are counted. `broken`: the rows that break it; their columns fill `problem`, a sentence for each."""

    name: str
    of: type[Record]
    broken: Rows
    problem: str


def _several_live() -> Rows:
    live = select(Invitation.contract_id, Invitation.person_id).where(expressions.is_live())
    return live.group_by(Invitation.contract_id, Invitation.person_id).having(func.count() > 1)


def _letters_and_sendings() -> Rows:
    """Invitations without exactly one letter for each sending, or sent by nobody though an admin made them."""
    letters = (
        select(Letter.invitation_id, func.count().label("n"), func.max(Letter.send_number).label("last"))
        .where(Letter.kind == LetterKind.INVITATION)
        .group_by(Letter.invitation_id)
        .subquery()
    )
    written, last = func.coalesce(letters.c.n, 0), func.coalesce(letters.c.last, 0)
    sent = and_(Invitation.first_sent_at.is_not(None), Invitation.last_sent_at.is_not(None))
    rows = select(Invitation.id.label("invitation"), Invitation.send_count.label("sent"), written.label("letters"))
    return rows.outerjoin(letters, letters.c.invitation_id == Invitation.id).where(
        or_(
            Invitation.send_count != written,
            Invitation.send_count != last,
            and_(Invitation.source == Source.ADMIN, sent != (Invitation.send_count > 0)),
        )
    )


def _stuck_letters() -> Rows:
    now = bindparam("now", type_=UtcDateTime())
    return select(Letter.id.label("letter")).where(Letter.state == LetterState.CLAIMED, Letter.lease_until < now)


def _stray_letters() -> Rows:
    rows = select(Letter.id.label("letter")).outerjoin(Invitation, Invitation.id == Letter.invitation_id)
    return rows.where(Letter.kind == LetterKind.INVITATION, Invitation.id.is_(None))


def _redeemed_twice() -> Rows:
    redeemed = select(AuditItem.invitation_id.label("invitation")).where(AuditItem.result == Result.REDEEMED)
    return redeemed.group_by(AuditItem.invitation_id).having(func.count() > 1)


def _stray_items() -> Rows:
    """What invitations cover, where contract and activity do not belong together."""
    here = and_(
        ContractActivity.contract_id == InvitationActivity.contract_id,
        ContractActivity.activity_id == InvitationActivity.activity_id,
    )
    rows = select(InvitationActivity.invitation_id.label("invitation"), InvitationActivity.activity_id.label("unit"))
    rows = rows.outerjoin(ContractActivity, here)
    rows = rows.outerjoin(Invitation, Invitation.id == InvitationActivity.invitation_id)
    same = func.coalesce(Invitation.contract_id, 0) == InvitationActivity.contract_id
    return rows.where(or_(ContractActivity.contract_id.is_(None), ~same))


def _stray_enrollments() -> Rows:
    here = and_(
        ContractActivity.contract_id == Enrollment.contract_id, ContractActivity.activity_id == Enrollment.activity_id
    )
    rows = select(Enrollment.id.label("enrollment")).outerjoin(ContractActivity, here)
    return rows.where(ContractActivity.contract_id.is_(None))


def _uninvited_enrollments() -> Rows:
    """Enrollments without a redeemed invitation of the same person to the same contract."""
    theirs = and_(
        Invitation.id == Enrollment.invitation_id,
        Invitation.contract_id == Enrollment.contract_id,
        Invitation.person_id == Enrollment.person_id,
        Invitation.redeemed_at.is_not(None),
        Invitation.first_enrolled_at.is_not(None),
    )
    rows = select(Enrollment.id.label("enrollment")).outerjoin(Invitation, theirs)
    return rows.where(Invitation.id.is_(None))


def _made_past_the_door() -> Rows:
    rows = select(Contract.code.label("contract")).outerjoin(AuditHead, AuditHead.chain == Contract.id)
    return rows.where(AuditHead.chain.is_(None))


INVARIANTS = (
    Invariant(
        "seats_used_within_seats",
        Contract,
        select(Contract.code.label("contract"), Contract.seats_used.label("used"), Contract.seats).where(
            or_(Contract.seats_used < 0, Contract.seats_used > Contract.seats)
        ),
        N_("contract {contract}: {used} of {seats} seats are used"),
    ),
    Invariant(
        "seats_used_is_the_ledgers_sum",
        Contract,
        seat_invariants.per_contract(func.sum(SeatMove.delta), SeatMove),
        N_("contract {contract}: {used} seats are counted as used, the ledger comes to {found}"),
    ),
    Invariant(
        "seats_used_are_seats_held",
        Contract,
        seat_invariants.per_contract(func.count(), SeatHeld),
        N_("contract {contract}: {used} seats are counted as used, {found} are held"),
    ),
    Invariant(
        "units_hold_what_the_ledger_says",
        SeatHeld,
        seat_invariants.balances(),
        N_(
            "contract {contract_id}: person {person_id}, activity {unit}: the ledger says otherwise than the seats held"
        ),
    ),
    Invariant(
        "held_seats_have_a_ground",
        SeatHeld,
        seat_invariants.held_without_ground(),
        N_("contract {contract_id}: person {person_id}, activity {unit}: a seat is held for nothing"),
    ),
    Invariant(
        "enrollments_hold_seats",
        Enrollment,
        seat_invariants.without_seat(),
        N_("contract {contract_id}: person {person_id}, activity {unit}: enrolled without a seat"),
    ),
    Invariant(
        "acceptances_hold_seats",
        Invitation,
        seat_invariants.accepted_without_seat(),
        N_("contract {contract_id}: person {person_id}: accepted without a seat"),
    ),
    Invariant(
        "one_live_invitation",
        Invitation,
        _several_live(),
        N_("contract {contract_id}: person {person_id}: more than one live invitation"),
    ),
    Invariant(
        "one_letter_per_sending",
        Invitation,
        _letters_and_sendings(),
        N_("invitation {invitation}: sent {sent} times, {letters} letters"),
    ),
    Invariant("letters_have_invitations", Letter, _stray_letters(), N_("letter {letter}: without an invitation")),
    Invariant("no_letter_is_stuck", Letter, _stuck_letters(), N_("letter {letter}: claimed, and its lease is over")),
    Invariant("redeemed_once", AuditItem, _redeemed_twice(), N_("invitation {invitation}: redeemed more than once")),
    Invariant(
        "items_belong_to_the_contract",
        InvitationActivity,
        _stray_items(),
        N_("invitation {invitation}: activity {unit} is not of its contract"),
    ),
    Invariant(
        "enrollments_belong_to_the_contract",
        Enrollment,
        _stray_enrollments(),
        N_("enrollment {enrollment}: its activity is not of its contract"),
    ),
    Invariant(
        "enrollments_are_invited",
        Enrollment,
        _uninvited_enrollments(),
        N_("enrollment {enrollment}: without a redeemed invitation of this person"),
    ),
    Invariant(
        "contracts_have_a_history",
        Contract,
        _made_past_the_door(),
        N_("contract {contract}: the audit log knows nothing of it"),
    ),
)
