"""Exports are their owner's alone: everybody else, administrators too, is told that there is none (R-EXP-4, R-EXP-8)."""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.errors import NotFound
from lc_core.records.db import Actor, Change
from lc_core.records.export_models import SavedExport
from lc_core.records.models import Contract


def to_see(session: Session, actor: Actor, saved_id: int) -> SavedExport:
    """The actor's saved export of this id."""
    owner = access.learner_of(session, actor)
    wanted = select(SavedExport).where(SavedExport.id == saved_id, SavedExport.person_id == owner.id)
    saved = session.scalar(wanted.execution_options(populate_existing=True))
    if saved is None:
        raise NotFound
    return saved


def to_change(change: Change, saved_id: int) -> SavedExport:
    """The same, locked until the commit."""
    owner = access.acting_learner(change)
    wanted = select(SavedExport).where(SavedExport.id == saved_id, SavedExport.person_id == owner.id).with_for_update()
    saved = change.session.scalar(wanted.execution_options(populate_existing=True))
    if saved is None:
        raise NotFound
    return saved


def require_contracts(session: Session, actor: Actor) -> None:
    """Only who may see contracts has anything to export."""
    seen = select(Contract.id).where(access.visible(session, actor)).limit(1)
    if not access.scope_of(session, actor).everything and session.scalar(seen) is None:
        raise NotFound


def rights_hash(session: Session, actor: Actor) -> str:
    """What somebody is now, as a hash: the same as long as nothing of it is given or taken."""
    rights = access.rights_of(session, actor)
    told = (sorted(map(str, rights.roles)), sorted(map(str, rights.privileges)), sorted(rights.own))
    return sha256(repr(told).encode()).hexdigest()
