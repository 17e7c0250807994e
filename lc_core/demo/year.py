"""How the year is played: contracts are made, people are invited, enroll, are reminded, revoked, withdrawn, as time goes by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from lc_core import activities, codes, contracts, invitations, inviting, people, redeeming, roles
from lc_core.contracts import Draft
from lc_core.demo import cast, script
from lc_core.demo.cast import Cast
from lc_core.demo.script import Part, Sale
from lc_core.demo.stage import DAY, Clock, Play, Progress
from lc_core.errors import Refused
from lc_core.invitation_lists import Chosen, Filter, listing
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import AuditEvent
from lc_core.records.models import Contract
from lc_core.vocabulary import ContractType, InvitationStatus, Privilege, Role
from lc_core.wording import grouped

PEOPLE = 3000
UNREGISTERED = 0.12
"""The share of the people who never made an account."""
FEW = 60
"""Fewer people than this are invited in one go."""


def play(url: str, *, today: datetime, timezone: str = "UTC", progress: Progress = lambda _share: None) -> None:
    """Play the year that ends today into an empty database; refused with database_not_empty into any other."""
    clock = Clock(today - 366 * DAY)
    db = Database.open(url, clock=clock, timezone=timezone)
    try:
        if not may_play(db):
            raise Refused(Reason.DATABASE_NOT_EMPTY)
        random = Random(20_260_615)
        year = Play(db, clock, today.astimezone(UTC), random, cast.learners(random, PEOPLE))
        _begin(year)
        year.run(progress)
    finally:
        db.close()


def may_play(db: Database) -> bool:
    """Whether the database is empty, so that the demo may be played into it."""
    with db.read() as session:
        return session.scalar(select(AuditEvent.id).limit(1)) is None


def _begin(year: Play) -> None:
    """The staff, the catalogue, and what is to come."""
    for person in cast.STAFF:
        people.register(year.db, year.actor, person.email, person.name)
    roles.grant(year.db, year.actor, cast.SUPER_ADMIN.email, Role.SUPER_ADMIN)
    roles.grant(year.db, year.actor, cast.ADMINISTRATOR.email, Role.ADMINISTRATOR, privileges=[Privilege.CONTRACTS])
    roles.grant(year.db, year.actor, cast.MANAGER.email, Role.MANAGER)
    roles.grant(year.db, year.actor, cast.ANALYST.email, Role.ANALYST)
    catalogue = {
        code: activities.create(year.db, year.actor, code, title, kind)
        for code, (title, kind) in script.ACTIVITIES.items()
    }
    for part in script.PARTS:
        made = max(year.today + (part.start - 15) * DAY, year.clock.now + DAY)
        year.at(min(made, year.today - 2 * DAY), partial(_make, year, part, catalogue))
    _sales_to_come(replace(year, random=Random(20_260_616)), catalogue)
    registered = year.learners[int(PEOPLE * UNREGISTERED) :]
    for tranche in range(4):
        theirs = partial(year.school.registers, year.db, year.actor, registered[tranche::4])
        year.at(year.clock.now + (5 + 85 * tranche) * DAY, theirs)
    for month in range(1, 13):
        year.at(year.clock.now + month * 30 * DAY, lambda: year.school.deliver(year.db, year.actor))
    year.at(year.today - 30 * DAY, lambda: _archive(year, "VALE-2025"))
    year.at(year.today, lambda: year.school.deliver(year.db, year.actor))


def _archive(year: Play, code: str) -> None:
    contracts.archive(year.db, year.actor, _contract_called(year, code))


def _contract_called(year: Play, code: str) -> int:
    with year.db.read() as session:
        return session.scalars(select(Contract.id).where(Contract.code == code)).one()


def _sales_to_come(year: Play, catalogue: dict[str, int]) -> None:
    """What is bought, and bought more of. The dice are the shop's own: what it sells changes nobody else's fate."""
    for sale in script.SALES:
        year.at(year.today + sale.part.start * DAY, partial(_sell, year, sale, catalogue))
        if sale.again:
            year.at(year.today + sale.again * DAY, partial(year.shop.sells_more, year.db, year.actor, sale))


def _sell(year: Play, sale: Sale, catalogue: dict[str, int]) -> None:
    """Somebody buys, signs in later, and invites."""
    year.shop.sells(year.db, year.actor, sale)
    buyer = cast.BUYERS[sale.part.admin]
    year.at(year.clock.now + DAY / 8, lambda: year.school.registers(year.db, year.actor, [buyer]))
    chosen = {code: catalogue[code] for code in sale.part.topics}
    invited = year.random.sample(year.learners, sale.part.invited)
    contract_id = _contract_called(year, sale.part.code)
    _plan(year, _Told(sale.part, contract_id, _person(year, buyer.email), chosen, invited))


def _make(year: Play, part: Part, catalogue: dict[str, int]) -> None:
    first = (year.today + part.start * DAY).date()
    draft = Draft(
        part.code,
        part.title,
        part.kind,
        part.seats,
        first,
        first + (part.days - 1) * DAY if part.days else None,
        group=part.group,
        per_user_limit=part.limit,
        require_invitation_code=part.code_required,
        over_invitation=part.over_invitation,
        seat_release=part.release,
    )
    contract_id = contracts.create(year.db, year.actor, draft)
    chosen = {code: catalogue[code] for code in catalogue if code.startswith(part.topics)}
    activities.add_to_contract(year.db, year.actor, contract_id, list(chosen.values()))
    contracts.name_admin(year.db, year.actor, contract_id, cast.CONTRACT_ADMINS[part.admin].email)
    admin = _person(year, cast.CONTRACT_ADMINS[part.admin].email)
    _plan(year, _Told(part, contract_id, admin, chosen, year.random.sample(year.learners, part.invited)))


@dataclass(frozen=True)
class _Told:
    """One contract under way."""

    part: Part
    contract_id: int
    admin: Actor
    activities: dict[str, int]
    invited: list[Cast]

    def begins(self, today: datetime) -> datetime:
        return today + self.part.start * DAY

    def ends(self, today: datetime) -> datetime:
        return today + (self.part.start + self.part.days) * DAY if self.part.days else today + 3650 * DAY


def _plan(year: Play, told: _Told) -> None:
    """Invitations in up to three waves, and what admins and learners do about them later."""
    begins, lasts = told.begins(year.today), told.ends(year.today)
    last_day = min(lasts, year.today)
    waves = 1 if len(told.invited) < FEW else 3
    for wave in range(waves):
        when = max(begins, year.clock.now) + wave * 24 * DAY + timedelta(hours=9 + wave, minutes=7 * told.part.admin)
        if when < last_day - DAY:
            year.at(when, partial(_invite, year, told, told.invited[wave::waves]))
    span = max(last_day - begins, DAY)
    year.at(begins + span * 0.35, lambda: _remind(year, told))
    year.at(begins + span * 0.6, lambda: _tidy_up(year, told))
    if told.part.code_required or told.part.kind is ContractType.UNLIMITED:
        year.at(begins + span * 0.5, lambda: _by_code(year, told))


def _invite(year: Play, told: _Told, whom: Sequence[Cast]) -> None:
    try:
        offered = list(told.activities.values())
        inviting.invite(year.db, told.admin, told.contract_id, [one.email for one in whom], activities=offered)
    except Refused:  # a contract that blocks over-invitation: its admin invites as many as there is room for
        room = max(told.part.seats - len(told.activities), 0) // max(len(told.activities), 1)
        if 0 < room < len(whom):
            _invite(year, told, whom[:room])
        return
    for one in whom:
        dice = year.random.random()
        if dice < told.part.keen:
            _enroll_later(year, told, one)
        elif dice < told.part.keen + 0.1 and not told.part.code_required:
            year.at(year.clock.now + year.random.uniform(1, 20) * DAY, partial(_accept, year, told, one))


def _enroll_later(year: Play, told: _Told, one: Cast) -> None:
    """What the LMS will tell of this person: when they enrolled in what, and how far they came."""
    when = year.clock.now + (0.2 + year.random.expovariate(1 / 12)) * DAY
    if one in _never_registered(year):
        return
    for code in year.random.sample(
        sorted(told.activities), min(len(told.activities), year.random.choice((1, 1, 2, 3)))
    ):
        if when < min(told.ends(year.today), year.today):
            year.school.enrolls(year.random, told.part.code, code, one, when)
        when += year.random.uniform(0, 40) * DAY


def _never_registered(year: Play) -> set[Cast]:
    return set(year.learners[: int(len(year.learners) * UNREGISTERED)])


def _accept(year: Play, told: _Told, one: Cast) -> None:
    """A learner accepts, and has not enrolled yet. Some find their invitation gone, or the seats."""
    if one in _never_registered(year):
        return
    try:
        people.register(year.db, year.actor, one.email, one.name)
        redeeming.accept(year.db, _person(year, one.email), told.contract_id)
    except Refused:
        return


def _by_code(year: Play, told: _Told) -> None:
    """A few people were told the code by a colleague."""
    with year.db.read() as session:
        code = session.get_one(Contract, told.contract_id).invitation_code
    for one in year.random.sample(year.learners[-300:], 3):
        try:
            people.register(year.db, year.actor, one.email, one.name)
            redeeming.redeem(year.db, _person(year, one.email), grouped(code))
        except Refused:
            continue


def _remind(year: Play, told: _Told) -> None:
    """The admin sends the open invitations again."""
    waiting = Filter(statuses=frozenset({InvitationStatus.OUTSTANDING, InvitationStatus.EXPIRED}))
    _unless_refused(lambda: invitations.resend(year.db, told.admin, told.contract_id, Chosen(matching=waiting)))


def _tidy_up(year: Play, told: _Told) -> None:
    """Some people left: their invitations are revoked, one of them came back; a shared code is replaced."""
    if not told.invited:
        return
    left = {one.email for one in year.random.sample(told.invited, max(len(told.invited) // 25, 1))}
    with year.db.read() as session:
        ids = [person.person_id for person in people.known_by_key(session, sorted(left)).values()]
    chosen = [_of_person(year, told, person_id) for person_id in ids]
    gone = invitations.revoke(year.db, told.admin, told.contract_id, Chosen(ids=frozenset().union(*chosen)))
    revoked = [one.invitation_id for one in gone if one.reason is None]
    again = Chosen(ids=frozenset(revoked[:1]))
    _unless_refused(lambda: invitations.reinvite(year.db, told.admin, told.contract_id, again))
    if told.part.kind is ContractType.UNLIMITED:
        held = Chosen(ids=frozenset(one.invitation_id for one in gone if one.reason is not None))
        _unless_refused(lambda: invitations.deallocate(year.db, told.admin, told.contract_id, held))
    if told.part.code_required:
        codes.regenerate(year.db, told.admin, told.contract_id)


def _of_person(year: Play, told: _Told, person_id: int) -> frozenset[int]:
    """The ids of a person's invitations to the contract."""
    return frozenset(row.id for row in listing(year.db, told.admin, told.contract_id, Filter(person_id=person_id)).rows)


def _unless_refused(done: Callable[[], object]) -> None:
    try:
        done()
    except Refused:
        return


def _person(year: Play, email: str) -> Actor:
    with year.db.read() as session:
        return Actor.person(people.by_email(session, email).id)
