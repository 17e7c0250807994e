"""Role x verb x whose contract: every public function of the trade, found by looking for it, and who is let through.

What is forbidden answers exactly as what does not exist; what is allowed does not. A function that is not in the table
fails: whoever adds one says here who may call it.
"""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import lc_core
from lc_core import (
    activities,
    audit_lists,
    catalogue_lists,
    contract_history,
    contracts,
    exports,
    groups,
    invitations,
    managed_contracts,
    people_lists,
    purchases,
    renewing,
    tokens,
)
from lc_core.addresses import Address
from lc_core.errors import NotFound, Refused
from lc_core.exports import chosen
from lc_core.invitation_lists import Chosen, Filter
from lc_core.invite_list import Good
from lc_core.outgoing import LetterFilter, LettersChosen
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.operations import OperationKey
from lc_core.report_rules import Often, Schedule
from lc_core.vocabulary import ActivityKind, ContractType, Doing, EnrollmentStatus, Privilege, Role
from tests import databases
from tests.clock import Clock
from tests.conftest import check_invariants
from tests.saving import a_scheduled
from tests.worlds import (
    FIRST_DAY,
    LAST_DAY,
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    an_activity,
    an_admin,
    an_enrolled,
    code_of,
    contract_now,
    deactivate,
    draft,
    email,
    everything,
    invite,
    offered,
    only,
    person_of,
    somebody,
)

EVERYBODY = Chosen(matching=Filter())
EVERY_LETTER = LettersChosen(matching=LetterFilter())
GOOD = Good(0, Address(email("x"), email("x")), None)

# --- who may (written out from the roles table of RULES.md, not asked of rights.py) ----------------------------------

SUPER = {"super admin", "operator"}
ADMINISTRATORS = SUPER | {"administrator with contracts"}
READERS = {"manager", "analyst"}
PERSONS = {
    "learner",
    "contract admin of own",
    "contract admin of another",
    *READERS,
    "administrator",
    "administrator with contracts",
    "super admin",
}
"""Those who may act for themselves: neither unknown nor deactivated, nor somebody at the machine."""
ACTORS = {*PERSONS, "nobody", "deactivated super admin", "operator"}


@dataclass(frozen=True)
class Right:
    """Who is let through: on their own contract, and on the other one. `bound`: whether a contract is named at all."""

    own: set[str]
    other: set[str]
    bound: bool = True


MANAGE = Right(ADMINISTRATORS, ADMINISTRATORS)
RUN = Right(ADMINISTRATORS | {"contract admin of own"}, ADMINISTRATORS | {"contract admin of another"})
VIEW = Right(RUN.own | READERS, RUN.other | READERS)
LEARN = Right({"learner"}, set())
MANAGE_ANYWHERE = Right(ADMINISTRATORS, ADMINISTRATORS, bound=False)
PLACE = Right(SUPER, SUPER, bound=False)
OWN_ACCOUNT = Right(SUPER | {"contract admin of own"}, SUPER, bound=False)
ANY_PERSON = Right(PERSONS, PERSONS, bound=False)
OWN_SAVED = Right({"contract admin of own"}, set(), bound=False)
EXPORTER = Right(*[PERSONS - {"learner", "administrator"}] * 2, bound=False)
READER = Right(*[PERSONS - {"learner", "analyst", "administrator"}] * 2, bound=False)
ANYBODY = Right(ACTORS, ACTORS, bound=False)


@dataclass(frozen=True)
class At:
    """What a call is about: a contract, what is in it, and what is in the catalogue."""

    contract_id: int
    contract_code: str
    invitation_code: str
    activity_id: int
    new_activity_id: int
    waiting: int
    revoked: int
    enrollment_id: int
    admin_id: int
    source: int
    event_id: int
    group_id: int
    token_id: int
    saved_id: int
    saved_name: str
    version: int = 1


@dataclass(frozen=True)
class Said:
    """What a function is told beside the database and who asks."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def said(*args: Any, **kwargs: Any) -> Said:
    return Said(args, kwargs)


@dataclass(frozen=True)
class Verb:
    """A row of the table. `answers`: a refusal that says that the asker was let through."""

    right: Right
    about: Callable[[At], Said]
    answers: Reason | None = None


NEW = draft(code="new")
ORDER = purchases.Order("new", email("buyer"), "Buyer", "BOUGHT", 1, datetime(2026, 5, 1, tzinfo=UTC))
EXPORT = chosen.Chosen("contracts")
MORNINGS = Schedule(Often.DAILY, time(7), "UTC")
RENEWAL = renewing.Renewal("new", FIRST_DAY, LAST_DAY, 5, carry_invitations=True)
TABLE = {
    # contracts
    "contracts.create": Verb(MANAGE_ANYWHERE, lambda _: said(NEW)),
    "purchases.make": Verb(MANAGE_ANYWHERE, lambda _: said(ORDER)),
    "contracts.edit": Verb(MANAGE, lambda at: said(at.contract_id, NEW, version=at.version)),
    "contracts.rename": Verb(RUN, lambda at: said(at.contract_id, "New")),
    "contracts.archive": Verb(MANAGE, lambda at: said(at.contract_id)),
    "contracts.restore": Verb(MANAGE, lambda at: said(at.contract_id), Reason.NOT_ARCHIVED),
    "contracts.delete_unused": Verb(MANAGE, lambda at: said(at.contract_id), Reason.CONTRACT_IN_USE),
    "contracts.name_admin": Verb(MANAGE, lambda at: said(at.contract_id, email("new"))),
    "contracts.remove_admin": Verb(MANAGE, lambda at: said(at.contract_id, at.admin_id)),
    "contract_lists.one": Verb(VIEW, lambda at: said(at.contract_id)),
    "contracts_told.page": Verb(ANYBODY, lambda _: said(last=0, most=1)),
    "contracts_told.one": Verb(VIEW, lambda at: said(at.contract_id)),
    "contract_lists.unbegun": Verb(ANYBODY, lambda _: said()),
    "contract_lists.id_of": Verb(VIEW, lambda at: said(at.contract_code)),
    "contract_letters.of_contract": Verb(RUN, lambda at: said(at.contract_id)),
    "contract_letters.edit_letters": Verb(
        RUN, lambda at: said(at.contract_id, greeting="Hi", reminder_days=3, reminders_most=2)
    ),
    "contract_letters.preview": Verb(RUN, lambda at: said(at.contract_id, greeting="Hi")),
    "contract_history.recent": Verb(RUN, lambda at: said(at.contract_id)),
    "contract_history.outcome": Verb(RUN, lambda at: said(at.contract_id, at.event_id)),
    "contract_lists.run_by": Verb(VIEW, lambda at: said(at.contract_id)),
    "contract_lists.admins": Verb(MANAGE, lambda at: said(at.contract_id)),
    "managed_contracts.listing": Verb(MANAGE_ANYWHERE, lambda _: said(managed_contracts.Wanted())),
    "managed_contracts.one": Verb(MANAGE, lambda at: said(at.contract_id)),
    "managed_contracts.goes_with": Verb(MANAGE, lambda at: said(at.contract_id)),
    "renewing.preview": Verb(MANAGE, lambda at: said(at.contract_id)),
    "renewing.renew": Verb(MANAGE, lambda at: said(at.contract_id, RENEWAL)),
    "renewing.links": Verb(VIEW, lambda at: said(at.contract_id)),
    "renewing.send_prepared": Verb(MANAGE_ANYWHERE, lambda _: said()),
    "renewing.send_prepared_of": Verb(MANAGE, lambda at: said(at.contract_id)),
    # activities
    "activities.create": Verb(MANAGE_ANYWHERE, lambda _: said("NEW", "New", ActivityKind.ONLINE)),
    "activities.edit": Verb(MANAGE_ANYWHERE, lambda at: said(at.activity_id, "New", ActivityKind.ONLINE)),
    "activities.add_to_contract": Verb(MANAGE, lambda at: said(at.contract_id, [at.new_activity_id])),
    "activities.import_from": Verb(MANAGE, lambda at: said(at.contract_id, at.source)),
    "activities_to_add.from_catalogue": Verb(MANAGE, lambda at: said(at.contract_id)),
    "activities_to_add.contracts_to_import_from": Verb(MANAGE, lambda at: said(at.contract_id)),
    "activities_to_add.import_of": Verb(MANAGE, lambda at: said(at.contract_id, at.source)),
    "activities.removal_of": Verb(MANAGE, lambda at: said(at.contract_id, at.activity_id)),
    "activities.remove_from_contract": Verb(MANAGE, lambda at: said(at.contract_id, at.activity_id)),
    "activity_lists.of_contract": Verb(VIEW, lambda at: said(at.contract_id)),
    "activity_lists.everyone_of": Verb(VIEW, lambda at: said(at.contract_id, at.activity_id)),
    "activity_lists.people_of": Verb(VIEW, lambda at: said(at.contract_id, at.activity_id)),
    # inviting and invitations
    "inviting.preview": Verb(RUN, lambda at: said(at.contract_id, [email("x")], activities=[at.activity_id])),
    "inviting.invite": Verb(RUN, lambda at: said(at.contract_id, [email("x")], activities=[at.activity_id])),
    "inviting.invite_good": Verb(RUN, lambda at: said(at.contract_id, [GOOD], activities=[at.activity_id])),
    "bulk_inviting.invite_all": Verb(RUN, lambda at: said(at.contract_id, [email("x")], activities=[at.activity_id])),
    "people_to_pick.one_page": Verb(RUN, lambda at: said(at.contract_id)),
    "people_to_pick.every": Verb(RUN, lambda at: said(at.contract_id)),
    "invite_imports.lately": Verb(RUN, lambda at: said(at.contract_id)),
    "invitation_guards.look_before": Verb(RUN, lambda at: said(at.contract_id, EVERYBODY, Doing.REVOKE)),
    "invitations.resend": Verb(RUN, lambda at: said(at.contract_id, EVERYBODY)),
    "invitations.revoke": Verb(RUN, lambda at: said(at.contract_id, only(at.waiting))),
    "invitations.reinvite": Verb(RUN, lambda at: said(at.contract_id, only(at.revoked))),
    "invitations.add_activities": Verb(RUN, lambda at: said(at.contract_id, EVERYBODY, [at.activity_id])),
    "invitations.deallocate": Verb(RUN, lambda at: said(at.contract_id, EVERYBODY)),
    "invitation_lists.listing": Verb(VIEW, lambda at: said(at.contract_id, Filter())),
    "invitation_lists.following": Verb(VIEW, lambda at: said(at.contract_id, Filter(), last=0, most=1)),
    "invitation_details.of_addresses": Verb(RUN, lambda at: said(at.contract_id, [email("x")])),
    "invitation_lists.every": Verb(VIEW, lambda at: said(at.contract_id, Filter())),
    "invitation_details.covered": Verb(VIEW, lambda at: said(at.contract_id, at.waiting)),
    "invitation_details.names": Verb(VIEW, lambda at: said(at.contract_id, [at.waiting])),
    # codes
    "codes.regenerate": Verb(RUN, lambda at: said(at.contract_id)),
    "codes.history": Verb(RUN, lambda at: said(at.contract_id)),
    # learners: a code speaks for itself, everything else needs an invitation of one's own
    "redeeming.redeem": Verb(ANY_PERSON, lambda at: said(at.invitation_code)),
    "code_limits.count": Verb(ANY_PERSON, lambda _: said("")),
    "redeeming.accept": Verb(LEARN, lambda at: said(at.contract_id)),
    "my_learning.invitations": Verb(ANYBODY, lambda _: said()),
    "my_learning.enrollments": Verb(ANYBODY, lambda _: said()),
    "enrollments.enroll": Verb(LEARN, lambda at: said(at.contract_id, at.activity_id)),
    "enrollments.change_status": Verb(
        MANAGE, lambda at: said(at.contract_id, at.enrollment_id, EnrollmentStatus.COMPLETED)
    ),
    "enrollments.withdraw": Verb(MANAGE, lambda at: said(at.contract_id, at.enrollment_id)),
    "seats.by_status": Verb(VIEW, lambda at: said(at.contract_id)),
    # letters, and what is written without anybody asking
    "outgoing.listing": Verb(MANAGE_ANYWHERE, lambda _: said(LetterFilter())),
    "outgoing.mail_state": Verb(MANAGE_ANYWHERE, lambda _: said()),
    "outgoing.mail_of": Verb(RUN, lambda at: said(at.contract_id)),
    "outgoing.retry": Verb(MANAGE_ANYWHERE, lambda _: said(EVERY_LETTER)),
    "outgoing.cancel": Verb(MANAGE_ANYWHERE, lambda _: said(EVERY_LETTER)),
    "alerts.raise_due": Verb(PLACE, lambda _: said()),
    "reminding.remind": Verb(PLACE, lambda _: said()),
    # the weekly digest, each for themselves
    "digests.want": Verb(READER, lambda _: said()),
    "digests.stop": Verb(ANY_PERSON, lambda _: said()),
    "digests.wanted": Verb(ANYBODY, lambda _: said()),
    "digests.why_not_want": Verb(ANYBODY, lambda _: said()),
    "digests.write_due": Verb(PLACE, lambda _: said()),
    # people and roles
    "people.me": Verb(ANYBODY, lambda _: said()),
    "people.find": Verb(MANAGE_ANYWHERE, lambda _: said("ann")),
    "people.register": Verb(PLACE, lambda _: said(email("new"), "New")),
    "roles.grant": Verb(PLACE, lambda _: said(email("new"), Role.MANAGER)),
    "roles.revoke_role": Verb(PLACE, lambda _: said(email("analyst"), Role.ANALYST)),
    "roles.revoke_privilege": Verb(PLACE, lambda _: said(email("analyst"), Privilege.PERSONAL_DATA)),
    "roles.with_roles": Verb(PLACE, lambda _: said()),
    "people_lists.listing": Verb(PLACE, lambda _: said(people_lists.Wanted())),
    "people_lists.one": Verb(PLACE, lambda at: said(at.admin_id)),
    "people_lists.id_of": Verb(PLACE, lambda _: said(email("analyst"))),
    "accounts.deactivate": Verb(PLACE, lambda at: said(at.admin_id)),
    "accounts.reactivate": Verb(PLACE, lambda at: said(at.admin_id), Reason.ACCOUNT_ACTIVE),
    "privacy.erase": Verb(PLACE, lambda at: said(at.admin_id)),
    "privacy.erasure_of": Verb(PLACE, lambda at: said(at.admin_id)),
    "personal_data.export_person": Verb(PLACE, lambda at: said(at.admin_id)),
    "sign_ins.unlink": Verb(PLACE, lambda at: said(at.admin_id, "issuer", "subject"), Reason.IDENTITY_NOT_LINKED),
    "sign_ins.sign_out_everywhere": Verb(PLACE, lambda at: said(at.admin_id)),
    # API tokens, each for themselves
    "tokens.make": Verb(OWN_ACCOUNT, lambda at: said(at.admin_id, "digest")),
    "tokens.listing": Verb(OWN_ACCOUNT, lambda at: said(at.admin_id)),
    "tokens.revoke": Verb(OWN_ACCOUNT, lambda at: said(at.token_id)),
    # saved exports, each their own
    "exports.saved.mine": Verb(ANY_PERSON, lambda _: said()),
    "exports.saved.by_name": Verb(OWN_SAVED, lambda at: said(at.saved_name)),
    "exports.saved.save": Verb(EXPORTER, lambda _: said("New", EXPORT)),
    "exports.saved.rename": Verb(OWN_SAVED, lambda at: said(at.saved_id, "New")),
    "exports.saved.change": Verb(OWN_SAVED, lambda at: said(at.saved_id, EXPORT, version=1)),
    "exports.saved.delete": Verb(OWN_SAVED, lambda at: said(at.saved_id)),
    "exports.schedules.schedule": Verb(OWN_SAVED, lambda at: said(at.saved_id, MORNINGS)),
    "exports.schedules.stop": Verb(OWN_SAVED, lambda at: said(at.saved_id)),
    "exports.runs.run_now": Verb(OWN_SAVED, lambda at: said(at.saved_id)),
    "exports.runs.is_attended": Verb(ANY_PERSON, lambda _: said()),
    "exports.runs.history": Verb(OWN_SAVED, lambda at: said(at.saved_id)),
    # files without a name, each their own
    "exports.asked.ask_for": Verb(EXPORTER, lambda _: said(EXPORT)),
    "exports.asked.mine": Verb(ANY_PERSON, lambda _: said()),
    "exports.reading.standing": Verb(ANYBODY, lambda _: said()),
    # the catalogue and groups
    "activities.deactivate": Verb(MANAGE_ANYWHERE, lambda at: said(at.activity_id)),
    "activities.reactivate": Verb(MANAGE_ANYWHERE, lambda at: said(at.activity_id), Reason.ACTIVITY_ACTIVE),
    "catalogue_lists.listing": Verb(MANAGE_ANYWHERE, lambda _: said(catalogue_lists.Wanted())),
    "groups.listing": Verb(MANAGE_ANYWHERE, lambda _: said()),
    "groups.create": Verb(MANAGE_ANYWHERE, lambda _: said("New")),
    "groups.rename": Verb(MANAGE_ANYWHERE, lambda at: said(at.group_id, "New")),
    "groups.delete_unused": Verb(MANAGE_ANYWHERE, lambda at: said(at.group_id)),
    # the audit log and the seat ledger
    "audit_lists.listing": Verb(PLACE, lambda _: said(audit_lists.Wanted())),
    "audit_lists.every": Verb(PLACE, lambda _: said(audit_lists.Wanted())),
    "audit_lists.one": Verb(PLACE, lambda at: said(at.event_id)),
    "audit_lists.prove": Verb(PLACE, lambda _: said()),
    "ledger_lists.moves": Verb(VIEW, lambda at: said(at.contract_id)),
    "ledger_lists.holdings": Verb(VIEW, lambda at: said(at.contract_id)),
    "ledger_lists.every": Verb(VIEW, lambda at: said(at.contract_id)),
}


def found() -> Iterator[Callable[..., object]]:
    """Every public function of lc_core that is called with (db, actor, ...)."""
    verbs = pkgutil.iter_modules(lc_core.__path__, "lc_core.")
    for module in (*verbs, *pkgutil.iter_modules(exports.__path__, "lc_core.exports.")):
        if module.ispkg:
            continue  # other rooms above the verbs: they call these
        for name, function in vars(import_module(module.name)).items():
            public = inspect.isfunction(function) and function.__module__ == module.name and not name.startswith("_")
            if public and list(inspect.signature(function).parameters)[:2] == ["db", "actor"]:
                yield function


def name_of(function: Callable[..., object]) -> str:
    return f"{function.__module__.removeprefix('lc_core.')}.{function.__name__}"


FOUND = {name_of(function): function for function in found()}


# --- the world -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """Two contracts with the same in them, one that was deleted, and one actor of every role."""

    db: Database
    actors: dict[str, Actor]
    places: dict[str, At]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, run_home: Path) -> Iterator[World]:
    fresh = databases.sqlite_copy(run_home) if request.param == "sqlite" else databases.postgres_copy(run_home)
    with fresh as url:
        db = Database.open(url, clock=Clock())
        made = build(db)
        before = everything(db)
        yield made
        assert everything(db) == before, "the stage is only a stage"
        check_invariants(db)
        db.close()


def build(db: Database) -> World:
    own, other, deleted = (a_contract(db, ContractType.VOUCHER, title="Of Ann") for _ in range(3))
    actors = {
        "nobody": Actor.person(NOBODY),
        "learner": a_learner(db, "learner"),
        "contract admin of own": an_admin(db, "own", own),
        "contract admin of another": an_admin(db, "another", other),
        "manager": somebody(db, "manager", Role.MANAGER),
        "analyst": somebody(db, "analyst", Role.ANALYST, Privilege.PERSONAL_DATA),
        "administrator": somebody(db, "administrator", Role.ADMINISTRATOR),
        "administrator with contracts": somebody(db, "allowed", Role.ADMINISTRATOR, Privilege.CONTRACTS),
        "super admin": somebody(db, "super", Role.SUPER_ADMIN),
        "deactivated super admin": somebody(db, "gone", Role.SUPER_ADMIN),
        "operator": OPERATOR,
    }
    deactivate(db, actors["deactivated super admin"])
    source = a_contract(db)
    activities.create(db, OPERATOR, ORDER.activity, "Bought", ActivityKind.ONLINE)
    places = {"own": fill(db, own, "own", source), "other": fill(db, other, "another", source)}
    invite(db, own, "learner")
    invite(db, own, "gone")
    gone = replace(
        places["own"],
        contract_id=deleted,
        contract_code=contract_now(db, deleted).code,
        invitation_code=code_of(db, deleted),
    )
    contracts.delete_unused(db, OPERATOR, deleted)
    places["deleted"] = gone
    unknown = replace(places["own"], contract_code="no such", invitation_code="A" * 25)
    places |= {f"unknown {number}": replace(unknown, contract_id=number) for number in (NOBODY, 2**63)}
    return World(db, actors, places)


def fill(db: Database, contract_id: int, admin: str, source: int) -> At:
    """Somebody of every kind, and a second admin, so that removing one is allowed."""
    first, _ = offered(db, contract_id)
    _, enrollment_id = an_enrolled(db, contract_id, f"enrolled-{contract_id}", first)
    waiting, revoked = invite(db, contract_id, f"waiting-{contract_id}", f"revoked-{contract_id}")
    invitations.revoke(db, OPERATOR, contract_id, only(revoked))
    contract = contract_now(db, contract_id)
    return At(
        contract_id=contract_id,
        contract_code=contract.code,
        invitation_code=contract.invitation_code,
        activity_id=first,
        new_activity_id=an_activity(db),
        waiting=waiting,
        revoked=revoked,
        enrollment_id=enrollment_id,
        admin_id=person_of(db, admin).id,
        source=source,
        event_id=contract_history.recent(db, OPERATOR, contract_id)[0].event_id,
        group_id=groups.create(db, OPERATOR, f"Group {contract_id}"),
        saved_id=a_scheduled(db, Actor.person(person_of(db, admin).id), MORNINGS, name=f"Of {admin}"),
        saved_name=f"Of {admin}",
        token_id=tokens.make(db, OPERATOR, person_of(db, admin).id, f"digest of {admin}"),
        version=contract.version,
    )


@dataclass(frozen=True)
class Answer:
    """What somebody was told: nothing (they were let through), or a refusal, word for word."""

    kind: type[Exception] | None = None
    text: str = ""
    sentence: str = ""
    reason: Reason | None = None


NO_SUCH_THING = Answer(NotFound, "not_found", "There is no such thing here, or you may not see it.", Reason.NOT_FOUND)


def call(name: str, db: Database, who: Actor, at: At, **key: OperationKey) -> object:
    about = TABLE[name].about(at)
    return FOUND[name](db, who, *about.args, **about.kwargs, **key)


def told(db: Database, name: str, who: Actor, at: At) -> Answer:
    with db.rehearsal() as stage:
        try:
            call(name, stage, who, at)
        except Refused as refused:
            return Answer(type(refused), str(refused), refused.sentence, refused.reason)
    return Answer()


# --- the matrix ------------------------------------------------------------------------------------------------------


def test_every_public_function_has_a_row():  # safety: Authorisation
    assert set(TABLE) == set(FOUND)


def let_through(right: Right, place: str) -> set[str]:
    if not right.bound:
        return right.own
    return {"own": right.own, "other": right.other}.get(place, set())


@pytest.mark.parametrize("name", sorted(TABLE.keys() - {"redeeming.redeem", "digests.want"}))
def test_who_is_let_through(world, name):  # R-AUTH-1, R-AUTH-2, roles table
    row = TABLE[name]
    for place in world.places if row.right.bound else ["own"]:
        allowed = let_through(row.right, place)
        for actor, who in world.actors.items():
            answer = told(world.db, name, who, world.places[place])

            expected = answer.reason is row.answers if actor in allowed else answer == NO_SUCH_THING
            assert expected, (actor, place, answer)


def test_a_code_lets_anybody_through_who_may_act(world):  # R-INV-9, R-LRN-3
    for place, at in world.places.items():
        for actor, who in world.actors.items():
            answer = told(world.db, "redeeming.redeem", who, at)

            if actor not in PERSONS:
                assert answer == NO_SUCH_THING
            else:
                assert answer.reason is (None if place in {"own", "other"} else Reason.CODE_NOT_ACCEPTED)


def test_a_digest_is_for_who_has_contracts_to_look_after(world):  # R-ANA-7
    row, at = TABLE["digests.want"], world.places["own"]
    for actor, who in world.actors.items():
        answer = told(world.db, "digests.want", who, at)

        if actor not in PERSONS:
            assert answer == NO_SUCH_THING
        else:
            assert answer.reason is (None if actor in row.right.own else Reason.DIGEST_NOT_FOR_YOU)


# --- operation keys --------------------------------------------------------------------------------------------------

KEYED = [name for name, function in FOUND.items() if "key" in inspect.signature(function).parameters]


def test_every_verb_takes_a_key():  # house: one click = one verb with an idempotency key
    nouns = {name for name in FOUND if name not in KEYED}

    assert nouns == {
        "activities_to_add.contracts_to_import_from",
        "activities_to_add.from_catalogue",
        "activities_to_add.import_of",
        "managed_contracts.goes_with",
        "managed_contracts.listing",
        "managed_contracts.one",
        "renewing.links",
        "renewing.preview",
        "renewing.send_prepared",  # calls its verb for one contract after the other
        "activities.removal_of",
        "activity_lists.of_contract",
        "activity_lists.everyone_of",
        "activity_lists.people_of",
        "code_limits.count",
        "codes.history",
        "invitation_guards.look_before",
        "contract_history.outcome",
        "contract_history.recent",
        "contract_letters.of_contract",
        "contract_letters.preview",
        "contract_lists.run_by",
        "contract_lists.admins",
        "contract_lists.id_of",
        "contract_lists.one",
        "contract_lists.unbegun",
        "contracts_told.one",
        "contracts_told.page",
        "invitation_details.covered",
        "invitation_details.names",
        "invitation_details.of_addresses",
        "invitation_lists.every",
        "invitation_lists.following",
        "invitation_lists.listing",
        "invite_imports.lately",
        "inviting.preview",
        "alerts.raise_due",  # calls its verb for one contract after the other
        "outgoing.listing",
        "outgoing.mail_of",
        "outgoing.mail_state",
        "reminding.remind",  # calls its verb for one contract after the other
        "digests.wanted",
        "digests.why_not_want",
        "digests.write_due",  # what is due is written once, however often it is called
        "people.find",
        "people_to_pick.every",
        "people_to_pick.one_page",
        "people.me",
        "my_learning.enrollments",
        "my_learning.invitations",
        "roles.with_roles",
        "people_lists.id_of",
        "people_lists.listing",
        "people_lists.one",
        "personal_data.export_person",
        "privacy.erasure_of",
        "catalogue_lists.listing",
        "groups.listing",
        "audit_lists.every",
        "audit_lists.listing",
        "audit_lists.one",
        "audit_lists.prove",
        "ledger_lists.every",
        "ledger_lists.holdings",
        "ledger_lists.moves",
        "seats.by_status",
        "tokens.listing",
        "exports.saved.by_name",
        "exports.saved.mine",
        "exports.runs.history",
        "exports.runs.is_attended",
        "exports.asked.mine",
        "exports.reading.standing",
    }


@pytest.mark.parametrize("name", [name for name in KEYED if not TABLE[name].answers])
def test_a_repeated_key_answers_the_same_and_does_nothing(world, name):  # safety: the browser can stop a handler
    right = TABLE[name].right
    one, other = "super admin", "operator"
    if right in (LEARN, ANY_PERSON):
        one, other = "learner", "contract admin of own"
    elif right is OWN_SAVED:
        one, other = "contract admin of own", "contract admin of another"
    who, another = world.actors[one], world.actors[other]
    at, key = world.places["own"], OperationKey.new()

    with world.db.rehearsal() as stage:
        first = call(name, stage, who, at, key=key)
        after = everything(stage)
        assert call(name, stage, who, at, key=key) == first
        with pytest.raises(Refused) as refused:
            call(name, stage, another, at, key=key)
        assert refused.value.reason is Reason.KEY_USED_OTHERWISE
        assert everything(stage) == after


@pytest.mark.parametrize("name", KEYED)
def test_a_key_opens_no_door(world, name):  # R-AUTH-2: who may not is told nothing, whatever key they send
    gone = world.actors["deactivated super admin"]

    with world.db.rehearsal() as stage, pytest.raises(NotFound):
        call(name, stage, gone, world.places["own"], key=OperationKey.new())
