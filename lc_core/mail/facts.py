"""What letters tell of, read when they are sent: as many statements for a hundred letters as for one (R-CON-2, R-LRN-2)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from lc_core.records import expressions
from lc_core.records.export_models import ExportRun, SavedExport
from lc_core.records.house_models import Digest, Letter
from lc_core.records.models import Activity, Contract, ContractActivity, Invitation, InvitationActivity, Person
from lc_core.vocabulary import AlertKind, ContractType, InvitationStatus, LetterKind

M = TypeVar("M", Person, Contract, Invitation)
INVITING = frozenset({LetterKind.INVITATION, LetterKind.REMINDER})
OF_RUNS = frozenset({LetterKind.REPORT, LetterKind.REPORT_FAILED})
WITH_ACTIVITIES = INVITING | {LetterKind.PURCHASE}


@dataclass(frozen=True)
class About:
    """What an alert is about: which threshold of which kind."""

    kind: AlertKind
    threshold: int

    @classmethod
    def of(cls, letter: Letter) -> "About":
        kind, _colon, threshold = letter.about.partition(":")
        return cls(AlertKind.of(kind), int(threshold))


@dataclass
class Facts:
    """All that a batch needs, by id; whatever is no longer there is missing.

    `activities`: titles by activity, in reading order, by contract. `covered`: ids of a voucher invitation's activities.
    `open`: titles of the contracts that somebody may still answer an invitation of. `unanswered`: how many invitations
    of a contract nobody answered for so many days. `stop_tokens`: of the links that end somebody's digest. `runs`: of
    saved exports with their names, by their owner and what the letter is about.
    """

    now: datetime
    people: dict[int, Person] = field(default_factory=dict)
    contracts: dict[int, Contract] = field(default_factory=dict)
    invitations: dict[int, Invitation] = field(default_factory=dict)
    activities: dict[int, dict[int, str]] = field(default_factory=dict)
    covered: dict[int, frozenset[int]] = field(default_factory=dict)
    open: dict[int, list[str]] = field(default_factory=dict)
    unanswered: dict[tuple[int, int], int] = field(default_factory=dict)
    stop_tokens: dict[int, str] = field(default_factory=dict)
    runs: dict[tuple[int, str], tuple[ExportRun, str]] = field(default_factory=dict)

    def covered_by(self, contract: Contract, invitation: Invitation) -> list[str]:
        """The current activities that an invitation covers, by title (R-CON-15, R-INV-10)."""
        titles = self.activities.get(contract.id, {})
        if contract.contract_type is not ContractType.VOUCHER:
            return list(titles.values())
        chosen = self.covered.get(invitation.id, frozenset())
        return [title for activity_id, title in titles.items() if activity_id in chosen]


def read(session: Session, letters: Sequence[Letter], now: datetime) -> Facts:
    """What these letters tell of, as it stands now."""
    facts = Facts(now)
    facts.people = _by_id(session, Person, {letter.person_id for letter in letters})
    facts.contracts = _by_id(session, Contract, {letter.contract_id for letter in letters})
    facts.invitations = _by_id(session, Invitation, {letter.invitation_id for letter in letters})
    facts.activities = activities(session, {one.contract_id for one in letters if one.kind in WITH_ACTIVITIES})
    facts.covered = _covered(session, facts)
    facts.open = _open(session, {one.person_id for one in letters if one.kind is LetterKind.WELCOME}, now)
    facts.unanswered = _unanswered(session, [one for one in letters if one.kind is LetterKind.ALERT], now)
    facts.stop_tokens = _stop_tokens(session, {one.person_id for one in letters if one.kind is LetterKind.DIGEST})
    facts.runs = _runs(session, {run_of(one) for one in letters if one.kind in OF_RUNS})
    return facts


def run_of(letter: Letter) -> int:
    """The run of a saved export that a letter tells of; nothing has the id 0."""
    return int(letter.about or 0)


def _runs(session: Session, run_ids: Collection[int]) -> dict[tuple[int, str], tuple[ExportRun, str]]:
    if not run_ids:
        return {}
    rows = select(ExportRun, SavedExport.name, SavedExport.person_id).join(
        SavedExport, SavedExport.id == ExportRun.saved_export_id
    )
    found = session.execute(rows.where(ExportRun.id.in_(run_ids)))
    return {(owner_id, str(run.id)): (run, name) for run, name, owner_id in found}


def _stop_tokens(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    if not person_ids:
        return {}
    rows = session.execute(select(Digest.person_id, Digest.stop_token).where(Digest.person_id.in_(person_ids)))
    return {person_id: token for person_id, token in rows}


def _by_id(session: Session, model: type[M], ids: Iterable[int | None]) -> dict[int, M]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted)))}


def activities(session: Session, contract_ids: Collection[int | None]) -> dict[int, dict[int, str]]:
    """The titles of current activities by their ids, by title in the same order on every database, by contract."""
    if not contract_ids:
        return {}
    rows = (
        select(ContractActivity.contract_id, Activity.title, Activity.id)
        .join(Activity, Activity.id == ContractActivity.activity_id)
        .where(ContractActivity.contract_id.in_(contract_ids), ContractActivity.removed_at.is_(None))
    )
    found: dict[int, dict[int, str]] = {}
    for contract_id, title, activity_id in sorted(
        session.execute(rows), key=lambda row: (row.title.casefold(), row.id)
    ):
        found.setdefault(contract_id, {})[activity_id] = title
    return found


def _covered(session: Session, facts: Facts) -> dict[int, frozenset[int]]:
    """The chosen activities of voucher invitations (the other types choose none)."""
    vouchers = {one.id for one in facts.contracts.values() if one.contract_type is ContractType.VOUCHER}
    ids = [one.id for one in facts.invitations.values() if one.contract_id in vouchers]
    if not ids:
        return {}
    rows = select(InvitationActivity.invitation_id, InvitationActivity.activity_id)
    chosen: dict[int, set[int]] = {}
    for invitation_id, activity_id in session.execute(rows.where(InvitationActivity.invitation_id.in_(ids))):
        chosen.setdefault(invitation_id, set()).add(activity_id)
    return {invitation_id: frozenset(activity_ids) for invitation_id, activity_ids in chosen.items()}


def _open(session: Session, person_ids: Collection[int], now: datetime) -> dict[int, list[str]]:
    """Titles of contracts under way whose invitations can be answered, by person (R-CON-8, R-INV-3)."""
    if not person_ids:
        return {}
    rows = (
        select(Invitation.person_id, Contract.title)
        .join(Invitation.person)
        .join(Contract, Contract.id == Invitation.contract_id)
        .where(
            Invitation.person_id.in_(person_ids),
            _waits(now),
            Contract.archived_at.is_(None),
            Contract.starts_at <= now,
            or_(Contract.ends_at.is_(None), Contract.ends_at > now),
        )
    )
    found: dict[int, list[str]] = {}
    for person_id, title in sorted(session.execute(rows), key=lambda row: row.title.casefold()):
        found.setdefault(person_id, []).append(title)
    return found


def _waits(now: datetime) -> ColumnElement[bool]:
    """Whether an invitation can be answered still; `people` are joined."""
    return expressions.invitation_status(now).in_([InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED])


def _unanswered(session: Session, alerts: Sequence[Letter], now: datetime) -> dict[tuple[int, int], int]:
    """How many invitations wait for an answer since so many days, by contract and days (R-ANA-6)."""
    silent = [(letter.contract_id, About.of(letter)) for letter in alerts]
    asked = [(contract_id, about.threshold) for contract_id, about in silent if about.kind is AlertKind.SILENT]
    if not asked:
        return {}
    days = sorted({threshold for _contract, threshold in asked})
    counts = [func.sum(case((Invitation.last_sent_at <= now - timedelta(days=n), 1), else_=0)) for n in days]
    rows = (
        select(Invitation.contract_id, *counts)
        .join(Invitation.person)
        .where(Invitation.contract_id.in_({contract_id for contract_id, _threshold in asked}), _waits(now))
        .group_by(Invitation.contract_id)
    )
    return {(row[0], n): count for row in session.execute(rows) for n, count in zip(days, row[1:], strict=True)}
