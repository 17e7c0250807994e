"""The outbox as those who run the place see it: which letters wait, failed or went, and what can be done about them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, func, select, true, update
from sqlalchemy.orm import Session, joinedload

from lc_core import access, people, rules
from lc_core.invitation_lists import LAST_PAGE, PAGE_SIZE
from lc_core.language import N_
from lc_core.reasons import Reason
from lc_core.records import expressions
from lc_core.records.audit import Item
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.house_models import Beat, Letter
from lc_core.records.models import Contract, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event, LetterKind, LetterState, Result

Ts = TypeVarTuple("Ts")
MAIL = "letters"
"""The worker's job that sends them."""
WAITING = (LetterState.QUEUED, LetterState.DEFERRED, LetterState.CLAIMED)
ASLEEP = timedelta(minutes=5)
"""A worker that was not seen for so long is not there."""
NO_SERVER = N_("No mail server is set (LC_SMTP_URL).")
"""What a worker says that has nowhere to bring them."""
Guard = Callable[[LetterState], Reason | None]
Against = dict[Reason | None, int]
"""Of how many letters each reason stands against an action; None: how many it would touch."""


@dataclass(frozen=True)
class LetterFilter:
    """What the outbox shows. Empty = everything."""

    states: frozenset[LetterState] = frozenset()
    kind: LetterKind | None = None
    search: str = ""


@dataclass(frozen=True)
class LetterSeen:
    """One letter. `next_at`: when its turn comes, while it waits; `why_cancelled`: why it is not wanted any more.

    `why_not_*`: the reason against an action, or None.
    """

    id: int
    kind: LetterKind
    person: str
    email: str
    contract_id: int | None
    contract: str
    state: LetterState
    words: str
    why_cancelled: Reason | None
    attempts: int
    queued_at: datetime
    next_at: datetime | None
    sent_at: datetime | None
    why_not_retry: Reason | None
    why_not_cancel: Reason | None


@dataclass(frozen=True)
class Outbox:
    """One page of the letters that match, how many match in all, and what stands against trying or cancelling all those.

    `by_state`, `by_kind`: how many there are of each, for what matches but for the filter of that name.
    """

    rows: list[LetterSeen]
    matching: int
    by_state: dict[LetterState, int]
    by_kind: dict[LetterKind, int]
    why_not_retry: Against
    why_not_cancel: Against


@dataclass(frozen=True)
class MailState:
    """How mail is doing: how many letters wait (the oldest since when) or failed, and what keeps them.

    `asleep`: nobody delivers, as far as is known, and `seen_at` is when somebody last did. `unset`: there is no server to
    bring them to. `down_since`, `words`: the server's trouble.
    """

    seen_at: datetime | None
    asleep: bool
    unset: bool
    down_since: datetime | None
    words: str
    waiting: int = 0
    failed: int = 0
    oldest: datetime | None = None

    @property
    def goes_out(self) -> bool:
        """Whether nothing keeps letters from going out."""
        return not self.asleep and self.down_since is None


def listing(db: Database, actor: Actor, wanted: LetterFilter, *, page: int = 1) -> Outbox:
    """One page (of 50, from page 1) of the letters that match, newest first."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        found = (
            _matching(select(Letter, Contract.title), wanted)
            .outerjoin(Contract, Contract.id == Letter.contract_id)
            .options(joinedload(Letter.person, innerjoin=True))
            .order_by(Letter.id.desc())
            .limit(PAGE_SIZE)
            .offset((min(max(page, 1), LAST_PAGE) - 1) * PAGE_SIZE)
        )
        rows = [_seen(letter, title or "") for letter, title in session.execute(found)]
        return _counted(session, wanted, rows)


def _counted(session: Session, wanted: LetterFilter, rows: list[LetterSeen]) -> Outbox:
    searched = LetterFilter(search=wanted.search)
    counts = _matching(select(Letter.state, Letter.kind, func.count()), searched).group_by(Letter.state, Letter.kind)
    by_state, by_kind = dict.fromkeys(LetterState, 0), dict.fromkeys(LetterKind, 0)
    matching: Counter[LetterState] = Counter()
    for state, kind, n in session.execute(counts):
        asked_state, asked_kind = not wanted.states or state in wanted.states, wanted.kind in {None, kind}
        by_state[state] += n * asked_kind
        by_kind[kind] += n * asked_state
        matching[state] += n * asked_state * asked_kind
    return Outbox(
        rows,
        matching.total(),
        by_state,
        by_kind,
        _against(rules.why_not_retry, matching),
        _against(rules.why_not_cancel, matching),
    )


def _against(why_not: Guard, states: Counter[LetterState]) -> Against:
    against: Counter[Reason | None] = Counter()
    for state, n in states.items():
        against[why_not(state)] += n
    return dict(+against)


def _matching(selected: Select[*Ts], wanted: LetterFilter) -> Select[*Ts]:
    selected = selected.select_from(Letter)
    if wanted.states:
        selected = selected.where(Letter.state.in_(sorted(wanted.states)))
    if wanted.kind is not None:
        selected = selected.where(Letter.kind == wanted.kind)
    if wanted.search.strip():
        found = expressions.contains(Person.search_text, people.search_text(wanted.search.strip()))
        selected = selected.join(Letter.person).where(found)
    return selected


def _seen(letter: Letter, title: str) -> LetterSeen:
    shown = people.shown(letter.person, named=True)
    return LetterSeen(
        id=letter.id,
        kind=letter.kind,
        person=shown.name,
        email=shown.email,
        contract_id=letter.contract_id,
        contract=title,
        state=letter.state,
        words=letter.server_words,
        why_cancelled=letter.cancelled_for,
        attempts=letter.attempts,
        queued_at=letter.queued_at,
        next_at=letter.due_at if letter.state in WAITING else None,
        sent_at=letter.sent_at,
        why_not_retry=rules.why_not_retry(letter.state),
        why_not_cancel=rules.why_not_cancel(letter.state),
    )


def mail_state(db: Database, actor: Actor) -> MailState:
    """How mail is doing in the whole place."""
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        return _with_letters(session, _uncounted(session, db.clock()), true())


def mail_of(db: Database, actor: Actor, contract_id: int) -> MailState | None:
    """How the letters of one contract are doing while mail does not go out, for those who run it; None while it does."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        mail = _uncounted(session, db.clock())
        return None if mail.goes_out else _with_letters(session, mail, Letter.contract_id == contract.id)


def _uncounted(session: Session, now: datetime) -> MailState:
    """A worker in the middle of many letters says nothing of them for long, but it does its other jobs."""
    done = {beat.job: beat for beat in session.scalars(select(Beat))}
    seen_at = max((beat.at for beat in done.values()), default=None)
    mail = done.get(MAIL)
    words = mail.words if mail else ""
    return MailState(
        seen_at=seen_at,
        asleep=seen_at is None or abs(now - seen_at) > ASLEEP,  # or noted before the clock was set back
        unset=words == NO_SERVER,
        down_since=mail.failing_since if mail else None,
        words=words,
    )


def _with_letters(session: Session, mail: MailState, which: ColumnElement[bool]) -> MailState:
    counted = select(Letter.state, func.count(), func.min(Letter.queued_at)).where(
        Letter.state.in_([*WAITING, LetterState.FAILED]), which
    )
    found = {state: (n, oldest) for state, n, oldest in session.execute(counted.group_by(Letter.state))}
    waiting = [found[state] for state in WAITING if state in found]
    return replace(
        mail,
        waiting=sum(n for n, _oldest in waiting),
        failed=found.get(LetterState.FAILED, (0, None))[0],
        oldest=min((oldest for _n, oldest in waiting), default=None),
    )


@dataclass(frozen=True)
class LettersChosen:
    """Which letters an action is for: these ids, or all that match a filter and let it be done."""

    ids: frozenset[int] = frozenset()
    matching: LetterFilter | None = None


@dataclass(frozen=True)
class LetterDone:
    """What became of one letter; `reason`: why not, where it was refused."""

    letter_id: int
    person_id: int
    result: Result
    reason: Reason | None = None


@repeatable
def retry(db: Database, actor: Actor, chosen: LettersChosen, *, key: OperationKey | None = None) -> list[LetterDone]:
    """Try letters again, at once, that failed or wait for their next try. Their days of being tried begin anew."""
    with db.change(actor, Event.LETTERS_RETRIED, key=key) as change:
        again = {"state": LetterState.QUEUED, "due_at": change.now, "queued_at": change.now}
        return change.answer(_do(change, chosen, rules.why_not_retry, Result.TO_BE_TRIED, again))


@repeatable
def cancel(db: Database, actor: Actor, chosen: LettersChosen, *, key: OperationKey | None = None) -> list[LetterDone]:
    """Send letters not at all. What they tell stays as it is: the invitation can be sent again."""
    with db.change(actor, Event.LETTERS_CANCELLED, key=key) as change:
        off = {"state": LetterState.CANCELLED, "cancelled_for": Reason.CANCELLED_BY_HAND}
        return change.answer(_do(change, chosen, rules.why_not_cancel, Result.LETTER_CANCELLED, off))


def _do(
    change: Change,
    chosen: LettersChosen,
    why_not: Guard,
    result: Result,
    values: dict[str, Any],
) -> list[LetterDone]:
    access.require(change.session, change.actor, Action.MANAGE_CONTRACTS)
    good: list[int] = []
    done: list[LetterDone] = []
    items: list[Item] = []
    for letter in _chosen(change.session, chosen, why_not):
        reason = why_not(letter.state)
        done.append(LetterDone(letter.id, letter.person_id, Result.REFUSED if reason else result, reason))
        if reason is None:
            good.append(letter.id)
            items.append(Item(result, letter.person_id, letter.invitation_id))
    for portion in portions(good):
        change.session.execute(
            update(Letter).where(Letter.id.in_(portion)).values(values),
            execution_options={"synchronize_session": False},
        )
    change.note_items(items)
    return done


def _chosen(session: Session, chosen: LettersChosen, why_not: Guard) -> list[Letter]:
    """The letters, locked, so that no worker claims them meanwhile. What went out long ago is not asked of all that match."""
    ids = sorted(chosen.ids)
    if chosen.matching is not None:
        able = [state for state in chosen.matching.states or LetterState if why_not(state) is None]
        ids = sorted(session.scalars(_matching(select(Letter.id), chosen.matching).where(Letter.state.in_(able))))
    found: list[Letter] = []
    for portion in portions(ids):
        locked = select(Letter).where(Letter.id.in_(portion)).order_by(Letter.id).with_for_update()
        found += session.scalars(locked)
    return found
