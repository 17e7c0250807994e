"""Alerts: what contract admins are told by themselves, each threshold once (R-ANA-6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access, alert_rules
from lc_core.mail import outbox
from lc_core.records import expressions
from lc_core.records.db import Actor, Change, Database
from lc_core.records.house_models import AlertRaised
from lc_core.records.models import Contract, ContractAdmin, Invitation, Person
from lc_core.vocabulary import Action, AlertKind, ContractStatus, Event, InvitationStatus, LetterKind

OLDEST_SILENCE = timedelta(days=max(alert_rules.SILENT)) + alert_rules.LATE
UNANSWERED = (InvitationStatus.OUTSTANDING, InvitationStatus.NOT_REGISTERED)


@dataclass(frozen=True)
class Alert:
    """A threshold that a contract reached. `basis`: what it was measured by; another one is worth another word."""

    kind: AlertKind
    threshold: int
    basis: str


def raise_due(db: Database, actor: Actor) -> int:
    """Log each threshold that was reached and was not told yet, and write to the contract's admins. Answers how many."""
    now = db.clock()
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        told = _told(session)
        new = {
            contract.id: [alert for alert in reached if (contract.id, alert) not in told]
            for contract, reached in _reached(session, now)
        }
    return sum(_raise(db, actor, contract_id, alerts) for contract_id, alerts in new.items() if alerts)


def _told(session: Session) -> set[tuple[int, Alert]]:
    """What was told of the contracts that run."""
    rows = session.execute(select(AlertRaised.contract_id, AlertRaised.kind, AlertRaised.threshold, AlertRaised.basis))
    return {(contract_id, Alert(kind, threshold, basis)) for contract_id, kind, threshold, basis in rows}


def _reached(session: Session, now: datetime) -> Iterator[tuple[Contract, list[Alert]]]:
    silences = _silences(session, now)
    for contract in session.scalars(select(Contract).where(Contract.archived_at.is_(None)).order_by(Contract.id)):
        if contract.status_at(now) is not ContractStatus.ACTIVE:
            continue
        used = alert_rules.seats_used(contract.seats_used, contract.seats)
        ends = alert_rules.ends_soon(now, contract.ends_at)
        yield (
            contract,
            [
                *[Alert(AlertKind.SEATS_USED, threshold, str(contract.seats)) for threshold in used],
                *[Alert(AlertKind.ENDS_SOON, threshold, str(contract.valid_to)) for threshold in ends],
                *sorted(silences.get(contract.id, set()), key=lambda alert: (alert.threshold, alert.basis)),
            ],
        )


def _silences(session: Session, now: datetime) -> dict[int, set[Alert]]:
    """Invitations that nobody answered, by contract and by the day on which they were sent."""
    sendings = (
        select(Invitation.contract_id, Invitation.last_sent_at)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.last_sent_at > now - OLDEST_SILENCE, expressions.invitation_status(now).in_(UNANSWERED))
        .group_by(Invitation.contract_id, Invitation.last_sent_at)
    )
    found: dict[int, set[Alert]] = {}
    for contract_id, sent_at in session.execute(sendings):
        for threshold in alert_rules.silent(now, sent_at) if sent_at else []:
            found.setdefault(contract_id, set()).add(Alert(AlertKind.SILENT, threshold, f"{sent_at:%Y-%m-%d}"))
    return found


def _raise(db: Database, actor: Actor, contract_id: int, alerts: list[Alert]) -> int:
    """Log them in one change, of which each kind is told by its nearest threshold."""
    with db.change(actor, Event.ALERTS_RAISED) as change:
        access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
        new = [alert for alert in alerts if _log(change, contract_id, alert)]
        if new:
            change.note(contract=contract_id, after={"alerts": [_name(alert) for alert in new]})
        admins = _admins(change.session, contract_id)
        for name in _nearest(new):
            outbox.tell(change, LetterKind.ALERT, admins, about=name)
        return len(new)


def _log(change: Change, contract_id: int, alert: Alert) -> bool:
    row = change.insert_new(AlertRaised).values(contract_id=contract_id, raised_at=change.now, **vars(alert))
    return change.session.scalar(row.returning(AlertRaised.id)) is not None


def _name(alert: Alert) -> str:
    return f"{alert.kind.value}:{alert.threshold}"


def _nearest(alerts: Iterable[Alert]) -> list[str]:
    """The last threshold of each kind: 100 % also says 75 %. Silence is of other people at each of its thresholds."""
    nearest: dict[tuple[AlertKind, int], Alert] = {}
    for alert in alerts:
        nearest[alert.kind, alert.threshold if alert.kind is AlertKind.SILENT else 0] = alert
    return [_name(alert) for alert in nearest.values()]


def _admins(session: Session, contract_id: int) -> list[int]:
    named = select(ContractAdmin.person_id).where(ContractAdmin.contract_id == contract_id)
    return list(session.scalars(named.order_by(ContractAdmin.person_id)))
