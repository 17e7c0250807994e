"""What inviting each entry of a list would do: decided by the rules, over what is read of everybody at once (R-ADD-5, R-INV-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from lc_core import invited, people, rules, seat_rules
from lc_core.contracts import code_key
from lc_core.errors import refuse_if
from lc_core.invite_list import Good
from lc_core.reasons import Reason
from lc_core.records.db import portions
from lc_core.records.models import Activity, Contract, ContractActivity, Enrollment, Invitation
from lc_core.vocabulary import ContractType, InvitationStatus, Result

WRITES = frozenset({Result.INVITED, Result.INVITED_AGAIN, Result.SENT_AGAIN, Result.ACTIVITIES_ADDED})


@dataclass(frozen=True)
class Decided:
    """What becomes of one good entry. `adds`: activities its invitation will cover more; `asks`: seats it may ask for more."""

    good: Good
    result: Result
    reason: Reason | None
    adds: frozenset[int]
    live: Invitation | None
    asks: int

    @property
    def key(self) -> str:
        return self.good.address.key

    @property
    def told(self) -> str:
        """The outcome as it is kept: the words of result and reason."""
        return f"{self.result.value}:{self.reason.value}" if self.reason else self.result.value


@dataclass(frozen=True)
class Decision:
    """What becomes of all good entries of a list, in their order, and which of their people are known already."""

    decided: list[Decided]
    persons: Mapping[str, people.Known]

    @property
    def wanted(self) -> int:
        """How many seats the list may ask for."""
        return sum(one.asks for one in self.decided)

    @property
    def told(self) -> list[str]:
        return [one.told for one in self.decided]


@dataclass
class _Known:
    """All that deciding needs, read at once: by e-mail key and by person."""

    persons: dict[str, people.Known]
    offered: frozenset[int]
    codes: dict[str, int]
    live: dict[int, Invitation] = field(default_factory=dict)
    covered: Mapping[int, frozenset[int]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    enrolled: dict[int, set[int]] = field(default_factory=dict)


def decide(
    session: Session, contract: Contract, good: Sequence[Good], chosen: frozenset[int], now: datetime
) -> Decision:
    """Decide for each good entry; refused as a whole where nobody can be invited, or the choice cannot be made."""
    codes = _codes(session, contract)
    offered = frozenset(codes.values())
    refuse_if(rules.why_not_invite(contract.status_at(now), len(offered)))
    if len(offered) == 1 and not chosen:
        chosen = offered  # with one activity there is nothing to choose (R-ADD-1)
    if any(one.activities is None for one in good) or not good:
        refuse_if(rules.why_not_choose(contract.contract_type, chosen, offered))
    known = _look_up(session, contract, [one.address.key for one in good])
    known.offered, known.codes = offered, codes
    return Decision([_decide_one(contract, known, now, chosen, one) for one in good], known.persons)


def _codes(session: Session, contract: Contract) -> dict[str, int]:
    """The contract's current activities by their code, in small letters."""
    current = (
        select(Activity.code_key, Activity.id)
        .join(ContractActivity, ContractActivity.activity_id == Activity.id)
        .where(ContractActivity.contract_id == contract.id, ContractActivity.removed_at.is_(None))
    )
    return {code: activity_id for code, activity_id in session.execute(current)}


def _look_up(session: Session, contract: Contract, keys: Sequence[str]) -> _Known:
    known = _Known(people.known_by_key(session, keys), frozenset(), {})
    for portion in portions([person.person_id for person in known.persons.values()]):
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


def _decide_one(contract: Contract, known: _Known, now: datetime, chosen: frozenset[int], good: Good) -> Decided:
    person = known.persons.get(good.address.key)
    live = known.live.get(person.person_id) if person else None
    adds, reason = _choice(contract, known, chosen, good)
    if live is not None:
        adds -= known.covered.get(live.id, frozenset())
    if reason is not None:
        return Decided(good, Result.REFUSED, reason, frozenset(), live, 0)
    result = rules.result_of_inviting(
        live.status_at(now) if live else None,
        invited_before=person is not None and person.person_id in known.ended,
        contract_type=contract.contract_type,
        adds=len(adds),
    )
    enrolled = known.enrolled.get(person.person_id, set()) if person else set()
    asks = _asks(contract, known, now, result, live=live, adds=adds, enrolled=enrolled) if result in WRITES else 0
    return Decided(good, result, None, adds, live, asks)


def _choice(
    contract: Contract, known: _Known, chosen: frozenset[int], good: Good
) -> tuple[frozenset[int], Reason | None]:
    """Which activities an entry is for: those it names itself, else those chosen for the list; only vouchers choose."""
    if contract.contract_type is not ContractType.VOUCHER:
        return frozenset(), None
    if good.activities is None:
        return chosen, None
    named = frozenset(known.codes.get(code_key(code), 0) for code in good.activities)
    return named, rules.why_not_choose(contract.contract_type, named, known.offered)


def _asks(
    contract: Contract,
    known: _Known,
    now: datetime,
    result: Result,
    *,
    live: Invitation | None,
    adds: frozenset[int],
    enrolled: set[int],
) -> int:
    """How many more seats may be asked for once this one is invited."""

    def asked(status: InvitationStatus, activities: frozenset[int]) -> int:
        return seat_rules.demand(
            contract.contract_type,
            status,
            not_yet_enrolled=len((activities & known.offered) - enrolled),
            enrolled=len(enrolled),
            per_user_limit=contract.per_user_limit,
        )

    if live is None:
        return asked(InvitationStatus.OUTSTANDING, adds)
    covered, status = known.covered.get(live.id, frozenset()), live.status_at(now)
    after = InvitationStatus.OUTSTANDING if result is Result.SENT_AGAIN else status
    return asked(after, covered | adds) - asked(status, covered)
