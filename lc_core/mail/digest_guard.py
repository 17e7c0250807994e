"""Whether somebody's digest is still to be written or sent: what `place_rules` wants to know of them, read at each use."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access, place_rules
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor
from lc_core.records.house_models import Digest
from lc_core.records.models import Contract
from lc_core.vocabulary import ContractStatus


def why_not(session: Session, person_id: int, now: datetime) -> Reason | None:
    """The reason against a digest to this person now (R-ANA-7)."""
    reader = Actor.person(person_id)
    running = select(Contract.id).where(
        access.visible(session, reader), expressions.contract_status(now) == ContractStatus.ACTIVE.value
    )
    return place_rules.why_not_write_digest(
        access.rights_of(session, reader),
        wanted=is_wanted(session, person_id),
        running=session.scalar(running.limit(1)) is not None,
    )


def is_wanted(session: Session, person_id: int) -> bool:
    """Whether somebody has turned the digest on, and not off again."""
    wanted = select(Digest.person_id).where(Digest.person_id == person_id, Digest.wanted_since.is_not(None))
    return session.scalar(wanted) is not None
