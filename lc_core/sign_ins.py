"""Signing in: which person an identity of the sign-in service is, and how long a session of theirs lasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lc_core import addresses, people, rules
from lc_core.accounts import account_to_change
from lc_core.errors import Refused, refuse_if
from lc_core.mail import outbox
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.db import Actor, Change, Database
from lc_core.records.house_models import IdentityHeld
from lc_core.records.models import Invitation, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Event, LetterKind

SIGN_IN = Actor(None, "sign-in")
LONGEST_ISSUER = 500
LONGEST_SUBJECT = 255
"""What OpenID Connect allows (Core 1.0, 2)."""


@dataclass(frozen=True)
class SignIn:
    """What the sign-in service says of somebody. `began`: when they signed in, by its clock."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    began: datetime


def read(claims: Mapping[str, object]) -> SignIn:
    """The claims of an ID token, its signature checked; refused where they do not say who and when."""
    issuer, subject, issued = claims.get("iss"), claims.get("sub"), claims.get("iat")
    if not _fits(issuer, LONGEST_ISSUER) or not _fits(subject, LONGEST_SUBJECT):
        raise Refused(Reason.SIGN_IN_INCOMPLETE)
    try:
        began = datetime.fromtimestamp(float(str(issued)), UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused(Reason.SIGN_IN_INCOMPLETE) from None
    return SignIn(
        issuer=str(issuer),
        subject=str(subject),
        email=str(claims.get("email") or ""),
        email_verified=claims.get("email_verified") is True,
        name=str(claims.get("name") or "").strip(),
        began=began,
    )


def _fits(value: object, most: int) -> bool:
    return isinstance(value, str) and bool(value) and rules.why_not_text(value, most) is None


def enter(db: Database, sign_in: SignIn) -> int:
    """Who this is: the person of a known identity, else whoever has the verified address, registered from now on (R-LRN-5)."""
    with db.read() as session:
        person = _person_of(session, sign_in)
        if person is not None:
            refuse_if(_why_closed(person))
            return person.id
    return _enter_first(db, sign_in)


def _enter_first(db: Database, sign_in: SignIn) -> int:
    address = addresses.parse(sign_in.email)
    if isinstance(address, Reason):
        raise Refused(Reason.SIGN_IN_WITHOUT_EMAIL)
    refuse_if(None if sign_in.email_verified else Reason.EMAIL_NOT_VERIFIED)
    with db.change(SIGN_IN, Event.SIGNED_IN_FIRST) as change:
        is_new = _link(change, sign_in, people.make_known(change, [address])[address.key].person_id)
        person = _person_of(change.session, sign_in)
        if person is None:
            raise Refused(Reason.KNOWN_BY_ANOTHER_ACCOUNT)
        refuse_if(_why_closed(person))
        if is_new:
            changed = _introduce(change, person, sign_in.name)
            change.note(person=person.id, after={"changed": ["identity", *changed]})
            if "registered_at" in changed and _is_invited(change.session, person):
                outbox.tell(change, LetterKind.WELCOME, [person.id])
        return person.id


def _link(change: Change, sign_in: SignIn, person_id: int) -> bool:
    """Whether the identity is linked now that was not before. Two who come at once wait for each other here."""
    row = {"issuer": sign_in.issuer, "subject": sign_in.subject, "person_id": person_id, "since": change.now}
    linked = change.insert_new(IdentityHeld).values(**row).returning(IdentityHeld.person_id)
    return change.session.scalar(linked) is not None


def _introduce(change: Change, person: Person, name: str) -> list[str]:
    """Register somebody who was not, and take their name if there is none; answers what changed."""
    changed = []
    if person.registered_at is None:
        person.registered_at = change.now
        changed.append("registered_at")
    if name and not person.name and rules.why_not_text(name, people.LONGEST_NAME) is None:
        person.name, person.search_text = name, people.search_text(name, person.email_key, person.email)
        changed.append("name")
    return changed


def _is_invited(session: Session, person: Person) -> bool:
    """Whether an invitation waits for them."""
    waiting = select(Invitation.id).where(
        Invitation.person_id == person.id, expressions.is_live(), Invitation.redeemed_at.is_(None)
    )
    return session.execute(waiting.limit(1)).first() is not None


def is_over(db: Database, sign_in: SignIn, *, longest: timedelta) -> bool:
    """Whether a session has ended: it is older than it may be, or somebody signed it out, here or in another window."""
    if db.clock() - sign_in.began >= longest:
        return True
    with db.read() as session:
        identity = session.get(IdentityHeld, (sign_in.issuer, sign_in.subject))
        ended = None if identity is None else identity.sessions_valid_after
        return ended is not None and sign_in.began <= ended


def leave(db: Database, sign_in: SignIn) -> None:
    """End this session and all of the same identity that began before it, in whatever windows they are open."""
    ended = IdentityHeld.sessions_valid_after
    mine = (IdentityHeld.issuer == sign_in.issuer, IdentityHeld.subject == sign_in.subject)
    with db.bookkeeping() as session:
        earlier = or_(ended.is_(None), ended < sign_in.began)
        session.execute(update(IdentityHeld).where(*mine, earlier).values(sessions_valid_after=sign_in.began))


def is_theirs(db: Database, sign_in: SignIn, person_id: int) -> bool:
    """Whether the identity still is this person: it may have been unlinked while their page was open."""
    with db.read() as session:
        identity = session.get(IdentityHeld, (sign_in.issuer, sign_in.subject))
        return identity is not None and identity.person_id == person_id


@repeatable
def unlink(
    db: Database, actor: Actor, person_id: int, issuer: str, subject: str, *, key: OperationKey | None = None
) -> None:
    """Let somebody come with this identity no more, from the next click on. Signing in again links who has the address."""
    with db.change(actor, Event.IDENTITY_UNLINKED, key=key) as change:
        person = account_to_change(change, person_id)
        identity = change.session.get(IdentityHeld, (issuer, subject))
        if identity is None or identity.person_id != person.id:
            raise Refused(Reason.IDENTITY_NOT_LINKED)
        change.session.delete(identity)
        change.note(person=person.id, after={"changed": ["identity"]})


@repeatable
def sign_out_everywhere(db: Database, actor: Actor, person_id: int, *, key: OperationKey | None = None) -> None:
    """End all sessions of somebody, in whatever windows and browsers they are open; they may sign in again."""
    with db.change(actor, Event.SESSIONS_ENDED, key=key) as change:
        person = account_to_change(change, person_id)
        theirs = update(IdentityHeld).where(IdentityHeld.person_id == person.id)
        change.session.execute(theirs.values(sessions_valid_after=change.now))
        change.note(person=person.id)


def _person_of(session: Session, sign_in: SignIn) -> Person | None:
    mine = (IdentityHeld.issuer == sign_in.issuer, IdentityHeld.subject == sign_in.subject)
    return session.scalar(select(Person).join(IdentityHeld, IdentityHeld.person_id == Person.id).where(*mine))


def _why_closed(person: Person) -> Reason | None:
    closed = person.deactivated_at is not None or person.erased_at is not None
    return Reason.ACCOUNT_CLOSED if closed else None
