"""API tokens: made, listed, revoked, and asked at each call of the HTTP API whose they are and what they are for."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from lc_core import access, people, place_rules, rules
from lc_core.errors import NotFound, Refused, refuse_if
from lc_core.reasons import Reason
from lc_core.records.api_models import ApiToken, TokenUse
from lc_core.records.db import Actor, Database, insert_new, rows_changed
from lc_core.records.models import Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.rights import TokenScope, may, may_somewhere
from lc_core.vocabulary import Action, Event

PREFIX = "lc_"
"""So that a token that went astray is recognised as one."""
ACTS_WITH = "API token"
"""What the log says beside the name of whoever a program acted for."""
BYTES = 32
A_YEAR = 365
LONGEST_NAME = 100


def mint() -> str:
    """A new token, of 256 random bits. Only its digest is kept: who loses it makes another."""
    return PREFIX + secrets.token_urlsafe(BYTES)


def digest_of(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@repeatable
def make(
    db: Database,
    actor: Actor,
    person_id: int,
    digest: str,
    *,
    scopes: Collection[TokenScope] = (),
    days: int = A_YEAR,
    name: str = "",
    key: OperationKey | None = None,
) -> int:
    """Let a program act for somebody, who does this for themself, or a super administrator for them. Answers the token's id.

    `digest`: of a text that `mint` made. No `scopes`: all that the person's role has a use for.
    """
    with db.change(actor, Event.TOKEN_MADE, key=key) as change:
        _require_own(change.session, actor, person_id)
        rights = access.rights_of(change.session, Actor.person(person_id))
        wanted = frozenset(scopes) or {scope for scope in TokenScope if may_somewhere(rights, scope.action)}
        refuse_if(place_rules.why_not_make_token(rights, wanted, days), most=place_rules.LONGEST_TOKEN_DAYS)
        refuse_if(rules.why_not_text(name, LONGEST_NAME), most=LONGEST_NAME)
        said = " ".join(scope.value for scope in TokenScope if scope in wanted)
        ends = change.now + timedelta(days=days)
        token = ApiToken(
            person_id=person_id, digest=digest, scopes=said, name=name, made_at=change.now, expires_at=ends
        )
        change.session.add(token)
        change.session.flush()
        change.note(person=person_id, token=token.id, after={"scopes": said, "expires_at": ends.isoformat()})
        return change.answer(token.id)


@repeatable
def revoke(db: Database, actor: Actor, token_id: int, *, key: OperationKey | None = None) -> None:
    """Let a token open nothing from the next call on: one's own, or as a super administrator anybody's."""
    with db.change(actor, Event.TOKEN_REVOKED, key=key) as change:
        token = change.session.get(ApiToken, token_id, with_for_update=True)
        _require_own(change.session, actor, token.person_id if token else None)
        if token is None:
            raise NotFound
        refuse_if(place_rules.why_not_revoke_token(revoked=token.revoked_at is not None))
        token.revoked_at = change.now
        change.note(person=token.person_id, token=token.id)


@dataclass(frozen=True)
class TokenSeen:
    """One token. `last_used_at`: to the minute; `why_not`: why it opens nothing any more, or None."""

    id: int
    person_id: int
    person: str
    email: str
    name: str
    scopes: list[TokenScope]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    why_not: Reason | None


def listing(db: Database, actor: Actor, person_id: int | None = None) -> list[TokenSeen]:
    """The tokens of one person, newest first, or (None) all of them: one's own; a super administrator sees everybody's."""
    now = db.clock()
    with db.read() as session:
        _require_own(session, actor, person_id)
        rows = (
            select(ApiToken, Person, TokenUse.minute)
            .join(Person, Person.id == ApiToken.person_id)
            .outerjoin(TokenUse, TokenUse.token_id == ApiToken.id)
            .order_by(ApiToken.id.desc())
        )
        if person_id is not None:
            rows = rows.where(ApiToken.person_id == person_id)
        return [_seen(token, person, used, now) for token, person, used in session.execute(rows)]


def _require_own(session: Session, actor: Actor, person_id: int | None) -> None:
    """Let those on who look after the place, and others only for themselves."""
    rights = access.rights_of(session, actor)
    if not may(rights, Action.MANAGE_PLACE):
        learner = access.learner_of(session, actor)
        if person_id is None or learner.id != person_id:
            raise NotFound


def _seen(token: ApiToken, person: Person, used: datetime | None, now: datetime) -> TokenSeen:
    shown = people.shown(person, named=True)
    return TokenSeen(
        token.id,
        person.id,
        shown.name,
        shown.email,
        token.name,
        _scopes(token),
        token.made_at,
        token.expires_at,
        used,
        token.revoked_at,
        _why_not_enter(token, person, now),
    )


def _scopes(token: ApiToken) -> list[TokenScope]:
    return [TokenScope.of(word) for word in token.scopes.split()]


# --- at each call ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Caller:
    """The token of a call: for whom it acts, and what it is for."""

    token_id: int
    actor: Actor
    scopes: frozenset[TokenScope]


def enter(db: Database, text: str, *, per_minute: int) -> Caller:
    """Whose token this is, and one call more of it; refused where it opens nothing, or was used too often this minute.

    Found by its hash, so that the time it takes tells nothing. Who sends no token that is known here writes nothing.
    """
    now = db.clock()
    with db.read() as session:
        found = select(ApiToken, Person).join(Person, Person.id == ApiToken.person_id)
        row = session.execute(found.where(ApiToken.digest == digest_of(text))).first()
        if row is None:
            raise Refused(Reason.TOKEN_UNKNOWN)
        token, person = row
        refuse_if(_why_not_enter(token, person, now))
        caller = Caller(token.id, Actor(person.id, f"{ACTS_WITH} {token.id}"), frozenset(_scopes(token)))
    _count(db, caller.token_id, now, per_minute)
    return caller


def require(db: Database, caller: Caller, scope: TokenScope, action: Action) -> None:
    """Refuse what neither the token nor its person could do on any contract; rights are read anew at each call."""
    with db.read() as session:
        rights = access.rights_of(session, caller.actor)
    refuse_if(place_rules.why_not_call(rights, caller.scopes, scope, action), scope=scope.value)


def _why_not_enter(token: ApiToken, person: Person, now: datetime) -> Reason | None:
    may_act = person.deactivated_at is None and person.erased_at is None
    return place_rules.why_not_enter(
        revoked=token.revoked_at is not None, expired=now >= token.expires_at, may_act=may_act
    )


def _count(db: Database, token_id: int, now: datetime, most: int) -> None:
    """Count in the records, which all processes share; the condition stands in the UPDATE, so that no call slips past."""
    minute = now.replace(second=0, microsecond=0)
    with db.bookkeeping() as session:
        session.execute(insert_new(session, TokenUse).values(token_id=token_id, minute=minute, calls=0))
        again = TokenUse.minute == minute
        counted = update(TokenUse).where(TokenUse.token_id == token_id, or_(~again, TokenUse.calls < most))
        calls = case((again, TokenUse.calls + 1), else_=1)
        if not rows_changed(session.execute(counted.values(calls=calls, minute=minute))):
            raise Refused(Reason.TOO_MANY_CALLS, seconds=60 - now.second)
