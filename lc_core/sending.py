"""How invitations are written: made, sent again, made to cover more; in statements that do not grow with their number."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, insert, select, update

from lc_core import rules
from lc_core.mail import outbox
from lc_core.mail.outbox import Sending
from lc_core.records.db import Change, portions
from lc_core.records.models import Contract, Invitation, InvitationActivity, table_of
from lc_core.vocabulary import Source


def insert_sent(change: Change, contract: Contract, person_ids: Sequence[int]) -> dict[int, int]:
    """Make one sent invitation for each person, who has no live one. Answers invitation ids by person id."""
    last = change.session.scalar(select(func.max(Invitation.id))) or 0
    common = {
        "contract_id": contract.id,
        "source": Source.ADMIN,
        "require_code": contract.require_invitation_code,
        "invited_at": change.now,
        "first_sent_at": change.now,
        "last_sent_at": change.now,
        "send_count": 1,
        "expires_at": rules.expires_at(change.now, contract.invitation_ttl_days),
    }
    change.session.execute(
        insert(table_of(Invitation)), [{**common, "person_id": person_id} for person_id in person_ids]
    )
    # the contract is locked, so that what it has beyond the last of all is ours
    ours = select(Invitation.person_id, Invitation.id).where(
        Invitation.contract_id == contract.id, Invitation.id > last
    )
    return {person_id: invitation_id for person_id, invitation_id in change.session.execute(ours)}


def cover(change: Change, contract: Contract, adds: Mapping[int, Collection[int]]) -> None:
    """Let voucher invitations cover more activities: ids of activities by id of invitation."""
    rows = [
        {"invitation_id": invitation_id, "activity_id": activity_id, "contract_id": contract.id}
        for invitation_id, activity_ids in adds.items()
        for activity_id in sorted(activity_ids)
    ]
    if rows:
        change.session.execute(insert(table_of(InvitationActivity)), rows)


def send_again(change: Change, contract: Contract, invitations: Sequence[Invitation]) -> None:
    """Send unredeemed invitations once more; their clock starts anew (R-INV-4)."""
    renewed = {
        "last_sent_at": change.now,
        "send_count": Invitation.send_count + 1,
        "expires_at": rules.expires_at(change.now, contract.invitation_ttl_days),
        "first_sent_at": func.coalesce(Invitation.first_sent_at, change.now),
    }
    for portion in portions([invitation.id for invitation in invitations]):
        sent = update(Invitation).where(Invitation.id.in_(portion)).values(renewed)
        change.session.execute(sent, execution_options={"synchronize_session": False})
    outbox.enqueue(change, [Sending(one.id, one.person_id, one.send_count + 1) for one in invitations])
