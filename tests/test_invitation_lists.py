"""The list of a contract's invitations: what a row tells, filters, order, pages; and the same rules said in SQL."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import joinedload

from lc_core import (
    activities,
    contracts,
    enrollments,
    invitation_details,
    invitation_lists,
    invitations,
    people,
    redeeming,
)
from lc_core.invitation_lists import ORDERS, Chosen, Filter, Listing
from lc_core.records import expressions
from lc_core.records.house_models import Letter
from lc_core.records.models import Invitation, Person
from lc_core.vocabulary import ActivityKind, ContractType, InvitationStatus, LetterState, Privilege, Role, Source
from tests.worlds import (
    NOBODY,
    OPERATOR,
    a_contract,
    a_learner,
    a_redeemed,
    an_admin,
    an_enrolled,
    code_of,
    covered_by,
    email,
    invitation_now,
    invite,
    not_found,
    offered,
    one_of_each_status,
    only,
    person_of,
    somebody,
)

VOUCHER, SUBSCRIPTION, UNLIMITED = ContractType


def listed(db, contract_id: int, order: str = "oldest", actor=OPERATOR, **wanted) -> list[str]:
    """The names of those that match, in the order of the list."""
    rows = invitation_lists.listing(db, actor, contract_id, Filter(**wanted), order=order).rows
    return [row.email.split("@")[0] for row in rows]


# --- what a row tells ------------------------------------------------------------------------------------------------


def test_a_row_tells_all_there_is_to_know(db, clock):  # R-INV-9, R-INV-14
    contract_id = a_contract(db, offers=3, invitation_ttl_days=28)
    first, second, _ = offered(db, contract_id)
    (invitation_id,) = invite(db, contract_id, "ann", chosen=[first, second])
    invited_at = clock.now
    clock.forward(timedelta(days=1))
    invitations.resend(db, OPERATOR, contract_id, only(invitation_id))
    sent_at = clock.now
    clock.forward(timedelta(days=1))
    learner = a_learner(db, "ann")
    redeeming.accept(db, learner, contract_id)
    enrollments.enroll(db, learner, contract_id, first)

    (row,) = invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows
    assert (row.id, row.person_id, row.person, row.email) == (invitation_id, learner.person_id, "Ann", email("ann"))
    assert (row.status, row.source) == ("enrolled", "admin")
    assert (row.invited_at, row.last_sent_at, row.send_count) == (invited_at, sent_at, 2)
    assert (row.expires_at, row.redeemed_at) == (sent_at + timedelta(days=28), clock.now)
    assert (row.activities, row.enrolled) == (2, 1)
    assert (row.mail, row.mail_words) == ("queued", "")


@pytest.mark.parametrize("contract_type", ContractType)
def test_a_removed_activity_is_not_covered_any_more(db, contract_type):  # R-INV-10, R-CON-16
    contract_id = a_contract(db, contract_type, offers=3)
    first, second, _ = offered(db, contract_id)
    a_redeemed(db, contract_id, "ann")
    invite(db, contract_id, "bob", chosen=[first])
    activities.remove_from_contract(db, OPERATOR, contract_id, first)

    rows = {row.email: row.activities for row in invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows}
    assert rows == {email("ann"): 2, email("bob"): 0 if contract_type == VOUCHER else 2}
    assert listed(db, contract_id, activity_id=first) == []  # also where everything is covered
    assert listed(db, contract_id, activity_id=second) == ["ann", *([] if contract_type == VOUCHER else ["bob"])]


def test_who_used_the_code_uninvited_is_in_the_list(db):  # R-INV-9
    contract_id = a_contract(db)
    redeeming.redeem(db, a_learner(db, "ann"), code_of(db, contract_id))

    (row,) = invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows
    assert (row.source, row.status, row.activities, row.send_count, row.mail) == ("code", "accepted", 2, 0, None)


def test_the_mail_of_a_row_is_that_of_its_last_sending(db):  # R-INV-14
    contract_id = a_contract(db)
    (invitation_id,) = invite(db, contract_id, "ann")
    with db.bookkeeping() as session:
        session.execute(update(Letter).values(state=LetterState.FAILED, server_words="550 ann@example.org unknown"))
    (failed,) = invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows
    invitations.resend(db, OPERATOR, contract_id, only(invitation_id))
    (queued,) = invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows

    assert (failed.mail, failed.mail_words) == ("failed", "550 ann@example.org unknown")
    assert (queued.mail, queued.mail_words) == ("queued", "")


@pytest.mark.parametrize("contract_type", ContractType)
def test_view_activities_shows_what_an_invitation_covers(db, contract_type):  # R-INV-10
    contract_id, other = a_contract(db, contract_type), a_contract(db)
    first, second = offered(db, contract_id)
    (invitation_id,) = invite(db, contract_id, "ann", chosen=[first])

    covered = [one.id for one in invitation_details.covered(db, OPERATOR, contract_id, invitation_id)]
    assert covered == ([first] if contract_type == VOUCHER else [first, second])
    for unknown in (NOBODY, invite(db, other, "bob")[0], 2**63):
        with not_found(db):
            invitation_details.covered(db, OPERATOR, contract_id, unknown)


# --- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract_type", ContractType)
def test_each_status_is_filtered_and_counted(db, clock, contract_type):  # R-INV-1, R-INV-13
    contract_id, found = one_of_each_status(db, clock, contract_type)

    everything = invitation_lists.listing(db, OPERATOR, contract_id, Filter())
    assert everything.matching == len(found)
    assert {row.id: row.status for row in everything.rows} == {one: status for status, one in found.items()}
    for status in InvitationStatus:
        one = invitation_lists.listing(db, OPERATOR, contract_id, Filter(statuses=frozenset({status})))
        assert [row.id for row in one.rows] == ([found[status]] if status in found else [])
        assert one.matching == (status in found)
        assert one.by_status == {status: int(status in found) for status in InvitationStatus}
    pair = Filter(statuses=frozenset({InvitationStatus.EXPIRED, InvitationStatus.ENROLLED}))
    assert invitation_lists.listing(db, OPERATOR, contract_id, pair).matching == 2


def test_filters_narrow_each_other(db):  # R-INV-13
    contract_id = a_contract(db)
    first, second = offered(db, contract_id)
    ann, _ = invite(db, contract_id, "ann", "bob", chosen=[first])
    invite(db, contract_id, "eve", chosen=[second])
    redeeming.redeem(db, a_learner(db, "zoe"), code_of(db, contract_id))
    with db.bookkeeping() as session:
        session.execute(update(Letter).where(Letter.invitation_id == ann).values(state=LetterState.DEFERRED))

    assert listed(db, contract_id) == ["ann", "bob", "eve", "zoe"]
    assert listed(db, contract_id, source=Source.CODE) == ["zoe"]
    assert listed(db, contract_id, activity_id=first) == ["ann", "bob", "zoe"]
    assert listed(db, contract_id, activity_id=second) == ["eve", "zoe"]
    assert listed(db, contract_id, mail=LetterState.QUEUED) == ["bob", "eve"]
    assert listed(db, contract_id, mail=LetterState.DEFERRED) == ["ann"]
    assert listed(db, contract_id, person_id=person_of(db, "bob").id) == ["bob"]
    assert listed(db, contract_id, activity_id=first, mail=LetterState.QUEUED) == ["bob"]
    assert listed(db, contract_id, activity_id=NOBODY) == []
    assert listed(db, contract_id, person_id=2**70) == []


@pytest.mark.parametrize("contract_type", ContractType)
def test_an_activity_of_another_contract_matches_nobody(db, contract_type):  # I8: "all that match" must not be all
    contract_id, other = a_contract(db, contract_type), a_contract(db, contract_type)
    invite(db, contract_id, "ann")
    strange = Filter(activity_id=offered(db, other)[0])

    assert invitation_lists.listing(db, OPERATOR, contract_id, strange).matching == 0
    assert invitations.revoke(db, OPERATOR, contract_id, Chosen(matching=strange)) == []


def test_search_is_literal_and_knows_no_case(db):  # safety: SQL
    contract_id = a_contract(db)
    invite(db, contract_id, "a_b", "axb", "50%off")
    people.register(db, OPERATOR, "jose@example.org", "José ÅNGSTRÖM")
    invite(db, contract_id, "jose")

    found = {
        search: listed(db, contract_id, search=search)
        for search in ("a_b", "A_B@", "%", "_", "\\", "ångström", " JOSÉ ", "jose@EXAMPLE", "' or 1=1 --", "", " ")
    }
    assert found == {
        "a_b": ["a_b"],
        "A_B@": ["a_b"],
        "%": ["50%off"],
        "_": ["a_b"],
        "\\": [],
        "ångström": ["jose"],
        " JOSÉ ": ["jose"],
        "jose@EXAMPLE": ["jose"],
        "' or 1=1 --": [],
        "": ["a_b", "axb", "50%off", "jose"],
        " ": ["a_b", "axb", "50%off", "jose"],
    }


def test_what_no_database_keeps_is_found_nowhere(db):  # safety: SQL
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")

    for search in ("\x00", "a\x00b", "\ud800", "a\udfffb", "x" * 5000):
        assert listed(db, contract_id, search=search) == []


# --- order and pages -------------------------------------------------------------------------------------------------


def test_each_order_sorts_the_whole_list(db, clock):  # safety: SQL: explicit null order, order columns from a list
    contract_id = a_contract(db)
    ids = {}
    for name, shown in [("bob", "Anton"), ("ann", "Zoe"), ("eve", "Mia")]:
        people.register(db, OPERATOR, email(name), shown)
        (ids[name],) = invite(db, contract_id, name)
        clock.forward(timedelta(minutes=1))
    invitations.resend(db, OPERATOR, contract_id, only(ids["ann"]))
    redeeming.redeem(db, a_learner(db, "zed"), code_of(db, contract_id))  # never sent

    assert {order: listed(db, contract_id, order) for order in ORDERS} == {
        "newest": ["zed", "eve", "ann", "bob"],
        "oldest": ["bob", "ann", "eve", "zed"],
        "name": ["bob", "eve", "zed", "ann"],
        "email": ["ann", "bob", "eve", "zed"],
        "last_sent": ["ann", "eve", "bob", "zed"],
    }
    assert listed(db, contract_id, "no such order; drop table people") == listed(db, contract_id, "newest")


def test_pages_hold_fifty_and_together_everything_once(db):  # R-INV-13
    contract_id = a_contract(db, SUBSCRIPTION)
    invite(db, contract_id, *(f"p{number}" for number in range(101)))

    def page(number: int) -> list[int]:
        listing = invitation_lists.listing(db, OPERATOR, contract_id, Filter(), order="email", page=number)
        assert listing.matching == 101
        return [row.id for row in listing.rows]

    pages = [page(number) for number in (1, 2, 3, 4)]
    assert [len(rows) for rows in pages] == [50, 50, 1, 0]
    assert len({one for rows in pages for one in rows}) == 101
    assert page(0) == page(-3) == pages[0]
    assert page(10**30) == []


# --- who sees whom ---------------------------------------------------------------------------------------------------


def test_people_are_shown_by_name_to_those_who_may_see_them(db):  # roles table: masked
    contract_id, other = a_contract(db), a_contract(db)
    ids = invite(db, contract_id, "ann")
    named = {
        "operator": OPERATOR,
        "own admin": an_admin(db, "ada", contract_id),
        "administrator": somebody(db, "ali", Role.ADMINISTRATOR, Privilege.CONTRACTS),
        "manager with privilege": somebody(db, "meg", Role.MANAGER, Privilege.PERSONAL_DATA),
        "manager who is admin here": somebody(db, "mia", Role.MANAGER),
    }
    contracts.name_admin(db, OPERATOR, contract_id, email("mia"))
    masked = {
        "manager": somebody(db, "max", Role.MANAGER),
        "analyst": somebody(db, "al", Role.ANALYST),
        "analyst who is admin elsewhere": somebody(db, "amy", Role.ANALYST),
    }
    contracts.name_admin(db, OPERATOR, other, email("amy"))

    stand_in = people.pseudonym(person_of(db, "ann").id)
    for actors, shown, address in [(named, email("ann"), email("ann")), (masked, stand_in, "")]:
        for actor in actors.values():
            (row,) = invitation_lists.listing(db, actor, contract_id, Filter()).rows
            assert (row.person, row.email) == (shown, address)
            assert invitation_details.names(db, actor, contract_id, ids) == {ids[0]: shown}


def test_a_masked_list_tells_no_name_by_what_it_finds_orders_or_says(db):  # roles table, safety: Authorisation
    contract_id = a_contract(db)
    invite(db, contract_id, "zoe", "ann")
    manager = somebody(db, "max", Role.MANAGER)
    with db.bookkeeping() as session:
        session.execute(update(Letter).values(state=LetterState.FAILED, server_words="550 <ann@example.org> unknown"))

    def seen(search: str = "", order: str = "newest") -> Listing:
        return invitation_lists.listing(db, manager, contract_id, Filter(search=search), order=order)

    ann, zoe = (row.person for row in seen().rows)
    assert (ann, zoe) == tuple(people.pseudonym(person_of(db, name).id) for name in ("ann", "zoe"))
    assert {row.mail_words for row in seen().rows} == {""}
    assert [seen(search=text).matching for text in ("ann", "example.org", "zoe@example.org")] == [0, 0, 0]
    assert sum(seen(search="ann").by_status.values()) == 0
    assert [row.person for row in seen(search=f" {zoe.lower()} ").rows] == [zoe]
    assert [row.person for row in seen(search=zoe.removeprefix("P-")).rows] == [zoe]
    for order in ORDERS:
        assert [row.person for row in seen(order=order).rows] == [ann, zoe]


def test_an_erased_person_is_shown_to_nobody(db, clock):  # R-SEAT-9
    contract_id = a_contract(db)
    invite(db, contract_id, "ann")
    person_id = person_of(db, "ann").id
    with db.bookkeeping() as session:
        gone = {"erased_at": clock.now, "email_key": None, "email": None, "name": "", "search_text": ""}
        session.execute(update(Person).where(Person.id == person_id).values(gone))

    (row,) = invitation_lists.listing(db, OPERATOR, contract_id, Filter(), order="name").rows
    assert (row.person, row.email) == (people.pseudonym(person_id), "")
    assert listed(db, contract_id, "email", search="ann") == []


# --- the rules, said in SQL ------------------------------------------------------------------------------------------


@pytest.mark.tampers
def test_the_status_in_sql_is_the_status_of_the_rules(db, clock):  # R-INV-1
    contract_id = a_contract(db)
    past, future = clock.now - timedelta(days=1), clock.now + timedelta(microseconds=1)
    combinations = [
        row
        for row in product(
            [None, past], [None, past], [None, past], [None, past], [None, past, clock.now, future], [0, 1]
        )
        if not (row[1] and row[2]) and not (row[2] and not row[3])  # the schema knows none of these
    ]
    with db.bookkeeping() as session:
        for number, (deallocated, revoked, enrolled, redeemed, expires, registered) in enumerate(combinations):
            person = Person(
                email_key=email(f"p{number}"),
                email=email(f"p{number}"),
                registered_at=past if registered else None,
            )
            session.add(person)
            session.flush()
            row = {
                "contract_id": contract_id,
                "person_id": person.id,
                "source": Source.ADMIN,
                "require_code": False,
                "invited_at": past,
                "deallocated_at": deallocated,
                "revoked_at": revoked,
                "first_enrolled_at": enrolled,
                "redeemed_at": redeemed,
                "expires_at": expires,
            }
            session.execute(insert(Invitation).values(row))

    with db.read() as session:
        rows = session.execute(
            select(Invitation, expressions.invitation_status(clock.now), expressions.is_live())
            .join(Person, Person.id == Invitation.person_id)
            .options(joinedload(Invitation.person))
        ).all()
    assert len(rows) == len(combinations) == 80
    assert [status for _, status, _ in rows] == [one.status_at(clock.now).value for one, _, _ in rows]
    assert {status for _, status, _ in rows} == set(InvitationStatus)
    assert all(live == (status not in {"revoked", "deallocated"}) for _, status, live in rows)
    counted = invitation_lists.listing(db, OPERATOR, contract_id, Filter()).by_status
    assert counted == {one: sum(status == one for _, status, _ in rows) for one in InvitationStatus}


@pytest.mark.parametrize("contract_type", ContractType)
def test_what_sql_says_is_covered_is_what_is_covered(db, clock, contract_type):  # R-CON-15, R-INV-10
    contract_id, _ = one_of_each_status(db, clock, contract_type)
    first, second = offered(db, contract_id)
    new = activities.create(db, OPERATOR, "later", "Later", ActivityKind.ONLINE)
    activities.add_to_contract(db, OPERATOR, contract_id, [new])
    activities.remove_from_contract(db, OPERATOR, contract_id, first)

    for row in invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows:
        covered = {one.id for one in invitation_details.covered(db, OPERATOR, contract_id, row.id)}
        told = covered_by(db, row.id)
        assert covered == ({second, new} if contract_type != VOUCHER else told - {first})
        assert row.activities == len(covered)
        for activity_id in (first, second, new):
            found = invitation_lists.listing(
                db, OPERATOR, contract_id, Filter(activity_id=activity_id, person_id=row.person_id)
            )
            assert found.matching == (activity_id in covered)
        assert row.enrolled == (row.status == "enrolled")


def test_an_enrollment_counts_once_for_whoever_is_asked_about(db):
    contract_id = a_contract(db, SUBSCRIPTION)
    first, second = offered(db, contract_id)
    learner, enrollment = an_enrolled(db, contract_id, "ann", first)
    enrollments.enroll(db, learner, contract_id, second)
    enrollments.withdraw(db, OPERATOR, contract_id, enrollment)
    invite(db, contract_id, "bob")

    rows = {row.email: row.enrolled for row in invitation_lists.listing(db, OPERATOR, contract_id, Filter()).rows}
    assert rows == {email("ann"): 2, email("bob"): 0}
    assert invitation_now(db, invite(db, contract_id, "bob")[0]).first_enrolled_at is None
