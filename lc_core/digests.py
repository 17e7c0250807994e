"""The weekly digest: who wants it, how they stop it, and when it is written (R-ANA-7). What it says: `mail/digest.py`."""

import secrets
from datetime import date

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from lc_core import access, alert_rules, place_rules
from lc_core.errors import Refused, refuse_if
from lc_core.mail import digest_guard, outbox
from lc_core.outgoing import WAITING
from lc_core.reasons import Reason
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database, rows_changed
from lc_core.records.house_models import Digest, Letter
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event, LetterKind, Result

AT_ONCE = 100
"""Digests that are written in one change, so that nobody waits long for it."""
WANTED = Digest.wanted_since.is_not(None)


def wanted(db: Database, actor: Actor) -> bool:
    """Whether the actor has turned the digest on."""
    with db.read() as session:
        return actor.person_id is not None and digest_guard.is_wanted(session, actor.person_id)


def why_not_want(db: Database, actor: Actor) -> Reason | None:
    """The reason against turning it on, for the page that offers it."""
    with db.read() as session:
        return place_rules.why_not_want_digest(access.rights_of(session, actor))


@repeatable
def want(db: Database, actor: Actor, *, key: OperationKey | None = None) -> None:
    """Turn the digest on for oneself; the first one comes next Monday."""
    with db.change(actor, Event.DIGEST_WANTED, key=key) as change:
        person = access.acting_learner(change)
        refuse_if(place_rules.why_not_want_digest(access.rights_of(change.session, actor)))
        monday = alert_rules.digest_monday(change.now, db.zone)
        new = {"person_id": person.id, "monday": monday, "stop_token": secrets.token_urlsafe(32)}
        change.session.execute(change.insert_new(Digest).values(**new))
        _turn(change, person.id, on=True, monday=monday)


@repeatable
def stop(db: Database, actor: Actor, *, key: OperationKey | None = None) -> None:
    """Turn it off for oneself; one that waits to be sent is not sent any more."""
    with db.change(actor, Event.DIGEST_STOPPED, key=key) as change:
        _turn(change, access.acting_learner(change).id, on=False)


def stop_by_link(db: Database, token: str) -> None:
    """Turn it off with the link of any digest ever sent, signed in or not. A link that is none tells nothing of anybody."""
    with db.read() as session:
        whose = select(Digest.person_id).where(Digest.stop_token == token)
        person_id = session.scalar(whose) if token.isascii() and token.isprintable() else None
    if person_id is None:
        raise Refused(Reason.STOP_LINK_UNKNOWN)
    with db.change(Actor(person_id, "link in a letter"), Event.DIGEST_STOPPED_BY_LINK) as change:
        _turn(change, person_id, on=False)


def _turn(change: Change, person_id: int, *, on: bool, monday: date | None = None) -> None:
    """Set the switch, if it does not stand so yet."""
    values = {"wanted_since": change.now, "monday": monday} if on else {"wanted_since": None}
    mine = update(Digest).where(Digest.person_id == person_id, ~WANTED if on else WANTED)
    if rows_changed(change.session.execute(mine.values(**values))):
        change.note(person=person_id, before={"wanted": not on}, after={"wanted": on})


def write_due(db: Database, actor: Actor) -> int:
    """Write the digests that are due, each Monday's once, whoever else does it too. Answers how many."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_PLACE)
        monday = alert_rules.digest_monday(db.clock(), db.zone)
        late = select(Digest.person_id).where(_is_due(monday) | _is_ahead(monday))
        if session.scalar(late.limit(1)) is None:
            return 0
    written = 0
    while (some := _write_some(db, actor)) is not None:
        written += some
    return written


def _write_some(db: Database, actor: Actor) -> int | None:
    """Write some of those that are due, and count them as written in the same change; None where no more are due."""
    with db.change(actor, Event.DIGESTS_WRITTEN) as change:
        access.require(change.session, actor, Action.MANAGE_PLACE)
        monday = alert_rules.digest_monday(change.now, db.zone)
        _set_back(change.session, monday)
        taken = _take(change.session, monday)
        new = sorted(set(taken) - _have_one(change.session, taken))
        readers = [one for one in new if digest_guard.why_not(change.session, one, change.now) is None]
        outbox.tell(change, LetterKind.DIGEST, readers)
        change.note_items([Item(Result.DIGEST_WRITTEN, reader) for reader in readers])
        return len(readers) if taken else None


def _take(session: Session, monday: date) -> list[int]:
    """Whose digest is due, marked as written; the condition stands in the UPDATE, so that of two workers one takes each."""
    some = select(Digest.person_id).where(_is_due(monday)).order_by(Digest.person_id).limit(AT_ONCE)
    mine = update(Digest).where(Digest.person_id.in_(some), _is_due(monday)).values(monday=monday)
    taken = session.scalars(mine.returning(Digest.person_id), execution_options={"synchronize_session": False})
    return list(taken)


def _have_one(session: Session, person_ids: list[int]) -> set[int]:
    """Whose last digest still waits to be sent: it will tell what is true then, so they need no second one."""
    waits = select(Letter.person_id).where(
        Letter.person_id.in_(person_ids), Letter.kind == LetterKind.DIGEST, Letter.state.in_(WAITING)
    )
    return set(session.scalars(waits))


def _is_due(monday: date) -> ColumnElement[bool]:
    return WANTED & (Digest.monday < monday)


def _is_ahead(monday: date) -> ColumnElement[bool]:
    """Whether a Monday was written that is more than a week away: the clock was wrong then."""
    return WANTED & (Digest.monday > monday + alert_rules.A_WEEK)


def _set_back(session: Session, monday: date) -> None:
    """Let those be due next Monday for whom a clock that was wrong had run ahead."""
    session.execute(
        update(Digest).where(_is_ahead(monday)).values(monday=monday), execution_options={"synchronize_session": False}
    )
