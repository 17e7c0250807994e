"""The contracts of a bench's world, with their activities and the first event of each one's history."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from lc_core.records import audit
from lc_core.records.models import Activity, Contract, ContractActivity
from lc_core.vocabulary import ActivityKind, ContractType, Event, OverInvitation, SeatRelease

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)
"""The instant at which the world stands still."""
LARGEST = 1
"""The contract that has a fifth of all invitations."""
ACTIVITIES = 200
TAKEN = 4
"""In how many activities somebody is who enrolled. Invitations to vouchers cover one more, contracts offer two more."""


def activity_of(contract: Any, place: Any) -> Any:
    """The activity at this place of a contract: of numbers, or of columns."""
    return 1 + (contract * 7 + place * 31) % ACTIVITIES


def fill(session: Session, count: int, each: int) -> None:
    """One a third each voucher, subscription and unlimited; every tenth is over, every tenth has no end."""
    activities = [
        {"id": n, "code": f"a-{n}", "code_key": f"a-{n}", "title": f"Activity {n}", "kind": ActivityKind.ONLINE}
        for n in range(1, ACTIVITIES + 1)
    ]
    session.execute(insert(Activity), activities)
    contracts = range(LARGEST, LARGEST + count)
    session.execute(insert(Contract), [_contract(n, each) for n in contracts])
    offers = [
        {"contract_id": n, "activity_id": activity_of(n, place), "added_at": NOW - timedelta(days=330)}
        for n in contracts
        for place in range(each + 2)
    ]
    session.execute(insert(ContractActivity), offers)
    for n in contracts:
        note(session, n, Event.CONTRACT_CREATED, at=NOW - timedelta(days=330))


def note(session: Session, chain: int, event: Event, *, at: datetime = NOW) -> None:
    """Let the audit log tell that this happened."""
    audit.append(
        session,
        chain=chain,
        event=event,
        actor_id=None,
        actor_name="bench",
        at=at,
        subject={"contract": chain},
        before={},
        after={},
        why="",
        items=[],
    )


def _contract(n: int, each: int) -> dict[str, Any]:
    starts, ends = date(2025, 7, 1), date(2026, 5, 31) if n % 10 == 9 else date(2026, 6, 30) + timedelta(days=n % 200)
    never = n % 10 == 8
    midnight_after = datetime.combine(ends + timedelta(days=1), time(), UTC)
    return {
        "id": n,
        "code": f"c-{n}",
        "code_key": f"c-{n}",
        "title": f"Contract {n}",
        "contract_type": list(ContractType)[n % 3],
        "seats": 0,
        "per_user_limit": each if n % 4 == 0 else 0,
        "valid_from": starts,
        "valid_to": None if never else ends,
        "timezone": "UTC",
        "starts_at": datetime.combine(starts, time(), UTC),
        "ends_at": None if never else midnight_after,
        "require_invitation_code": False,
        "invitation_code": f"{n:012d}",
        "invitation_code_made_at": NOW - timedelta(days=330),
        "over_invitation": OverInvitation.WARN,
        "seat_release": SeatRelease.NEVER,
        "archived_at": NOW - timedelta(days=5) if n % 50 == 33 else None,
        "created_at": NOW - timedelta(days=330),
    }
