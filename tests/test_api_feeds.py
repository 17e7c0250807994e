"""What the LMS and the shop bring over HTTP: users, activities, contracts, enrollments, purchases."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy import insert, text

from lc_core import contract_lists, contracts, contracts_told
from lc_core.records.models import Activity, Person
from lc_core.vocabulary import ActivityKind, ContractType, Event
from lc_core.web.api.bodies import MOST_CONTRACTS
from tests.calling import a_token, client_of, reason_of
from tests.feeding import enrolled
from tests.test_api_calls import codes_of, root
from tests.worlds import (
    OPERATOR,
    a_contract,
    a_learner,
    contract_now,
    draft,
    email,
    events_of,
    last_event,
    person_of,
    unchanged,
    used,
)

__all__ = ["root"]


# --- feeds -----------------------------------------------------------------------------------------------------------


def test_users_and_activities_are_brought_and_brought_again_change_nothing(db, root):
    users = {"rows": [{"email": email("Ann"), "name": "Ann", "external_id": "7"}, {"email": "odd"}]}
    kinds = {"rows": [{"code": "X-1", "title": "First", "kind": "online"}]}
    first, second = root.put("users", json=users).json(), root.put("activities", json=kinds).json()
    with unchanged(db):
        again = [root.put("users", json=users).json(), root.put("activities", json=kinds).json()]

    assert first["files"] == [
        {"file": "users", "read": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": {"invalid_email": 1}}
    ]
    (reject,) = first["rejects"]
    assert (reject["line"], reject["reason"], reject["row"]) == (2, "invalid_email", {"email": "odd"})
    assert second["files"][0]["new"] == 1
    assert [one["files"][0]["unchanged"] for one in again] == [1, 1]
    assert person_of(db, "ann").external_id == "7"


def test_enrollments_are_taken_as_the_feed_takes_them(db, root):
    contract_id = a_contract(db, ContractType.VOUCHER, seats=2)
    code, (one, two) = contract_now(db, contract_id).code, codes_of(db, contract_id)
    common = {"contract": code, "enrolled_at": "2026-02-01", "status": "In progress"}
    rows = [
        {**common, "activity": one, "email": " Ann@Example.org "},
        {**common, "activity": two, "email": email("bob"), "enrolled_at": "2026-03-01"},
        {**common, "activity": two, "email": email("late"), "enrolled_at": "2026-04-01"},
        {**common, "activity": "no such", "email": email("ann")},
        {**common, "activity": two, "email": "a\x00b"},
        {**common, "activity": two, "email": email("ann"), "enrolled_at": ""},
    ]
    told = root.put("enrollments", json={"rows": rows}).json()

    rejected = {(one["line"], one["reason"]) for one in told["rejects"]}
    assert rejected == {(3, "no_seat"), (4, "unknown_activity"), (5, "control_chars"), (6, "missing_date")}
    assert told["files"][0]["new"] == used(db, contract_id) == 2
    assert told["unregistered"] == ["Ann@Example.org", email("bob")]
    assert told["rejects"][0]["row"] == rows[2]
    assert all(one["detail"] and "{" not in one["detail"] for one in told["rejects"])
    assert last_event(db, contract_id).event is Event.ENROLLMENTS_FED


def test_what_a_row_does_not_name_stays_as_it_is(db, root):
    contract_id = a_contract(db)
    row = {"contract": contract_now(db, contract_id).code, "email": email("ann"), "enrolled_at": "2026-02-01"}
    row |= {"activity": codes_of(db, contract_id)[0], "status": "completed"}
    other = {**row, "email": email("bob")}
    root.put(
        "enrollments", json={"rows": [{**row, "completed_at": "2026-03-01"}, {**other, "completed_at": "2026-03-02"}]}
    )
    told = root.put("enrollments", json={"rows": [{**row, "status": "failed"}, {**other, "completed_at": None}]}).json()

    assert told["files"][0]["changed"] == 2
    assert enrolled(db, "ann", row["activity"]).completed_at is not None
    assert enrolled(db, "bob", row["activity"]).completed_at is None


def test_contracts_are_brought_as_a_file_brings_them_and_change_what_their_rows_name(db, root):
    activity = activity_code(db)
    full = {"code": "C", "title": "Safety", "type": "subscription", "seats": 10, "valid_from": "2026-01-01"}
    short = dict(full)
    full |= {"valid_to": "2026-12-31", "per_user_limit": 2, "require_invitation_code": True, "description": "At sea"}
    full |= {"admins": [email("Ann"), email("Bob")], "activities": [activity.lower()]}
    bad = [{**full, "code": "D", "type": "other"}, {**full, "code": "E", "activities": ["none"]}, {**full, "code": "c"}]
    made = root.put("contracts", json={"rows": [full, *bad]}).json()
    with unchanged(db):
        again = root.put("contracts", json={"rows": [full]}).json()
        less = root.put("contracts", json={"rows": [short]}).json()
    emptied = {"valid_to": None, "per_user_limit": None, "require_invitation_code": None, "description": ""}
    root.put("contracts", json={"rows": [{**short, "code": "c", "admins": [], **emptied}]})
    now, (told,) = contract_now(db, contract_id := last_contract(db)), codes_of(db, last_contract(db))

    assert [(one["line"], one["reason"]) for one in made["rejects"]] == [
        (2, "unknown_type"),
        (3, "unknown_activity"),
        (4, "duplicate_key"),
    ]
    assert made["rejects"][1]["row"] == bad[1]
    assert (made["files"][0]["new"], made["unregistered"]) == (1, [email("Ann"), email("Bob")])
    assert [one["files"][0]["unchanged"] for one in (again, less)] == [1, 1]
    first, changed = events_of(db, contract_id)
    assert (first.event, first.after["per_user_limit"], first.after["require_invitation_code"]) == (
        Event.CONTRACT_FED,
        2,
        True,
    )
    assert set(changed.after) == set(emptied)
    assert (now.code, now.valid_to, now.per_user_limit, told) == ("C", None, 0, activity)
    assert len(contract_lists.admins(db, OPERATOR, contract_id)) == 2


def last_contract(db):
    return contracts_told.page(db, OPERATOR, last=0, most=100)[-1].id


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"seats": "10"}, "seats"),
        ({"seats": -1}, "seats"),
        ({"seats": 2**31}, "seats"),
        ({"admins": "ann@example.org;bob@example.org"}, "admins"),
        ({"activities": ["A;B"]}, "activities.0"),
        ({"require_invitation_code": "yes"}, "require_invitation_code"),
        ({"seats_used": 3}, "seats_used"),
    ],
)
def test_a_row_of_a_contract_is_typed(db, root, wrong, place):
    row = {"code": "C", "title": "Safety", "type": "voucher", "seats": 1, "valid_from": "2026-01-01", **wrong}
    with unchanged(db):
        answered = root.put("contracts", json={"rows": [row]})

    assert (answered.status_code, reason_of(answered)) == (422, "wrong_request")
    assert [one["place"] for one in answered.json()["errors"]] == [f"rows.0.{place}"]


def test_a_call_brings_so_many_contracts_and_no_more(db, root):
    row = {"code": "C", "title": "Safety", "type": "voucher", "seats": 1, "valid_from": "2026-01-01"}
    with unchanged(db):
        answered = root.put("contracts", json={"rows": [row] * (MOST_CONTRACTS + 1)})

    assert (answered.status_code, [one["place"] for one in answered.json()["errors"]]) == (422, ["rows"])


# --- what others write in between ------------------------------------------------------------------------------------


def put_while(db, written, client, path, *rows):
    """Call while somebody else is writing this, and has not yet done."""
    waits = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as threads:
        with db.bookkeeping() as session:
            session.execute(written)
            asked = threads.submit(client.put, path, json={"rows": list(rows)})
            while db.engine.dialect.name == "postgresql" and not asked.done() and not counted(db, waits):
                sleep(0.005)
        return asked.result().json()["files"][0]


def counted(db, statement):
    with db.read() as session:
        return session.scalar(statement)


def a_person(name, **more):
    return insert(Person).values(email_key=email(name), email=email(name), name="", search_text="", **more)


def test_who_is_made_known_in_between_is_registered_and_not_lost(db, root):
    invited = put_while(db, a_person("ann"), root, "users", {"email": email("ann"), "name": "Ann", "external_id": "1"})
    moved = put_while(db, a_person("bob", external_id="2"), root, "users", {"email": email("bo"), "external_id": "2"})
    taken = put_while(db, a_person("cat"), root, "users", {"email": email("cat"), "external_id": "2"})

    assert [one["changed"] for one in (invited, moved, taken)] == [1, 1, 0]
    assert taken["rejected"] == {"address_of_another": 1}
    assert (person_of(db, "ann").registered_at, person_of(db, "ann").name) == (db.clock(), "Ann")
    assert person_of(db, "bo").external_id == "2"


def test_an_activity_that_is_made_in_between_is_changed(db, root):
    made = insert(Activity).values(code="A", code_key="a", title="Old", kind=ActivityKind.ONLINE)

    told = put_while(db, made, root, "activities", {"code": "a", "title": "New", "kind": "online"})
    assert (told["new"], told["changed"]) == (0, 1)


# --- purchases -------------------------------------------------------------------------------------------------------


def test_a_purchase_makes_a_contract_once(db, root):
    said = {
        "order_id": "O-7",
        "buyer_email": email("Buyer"),
        "buyer_name": "Bea Buyer",
        "activity": activity_code(db),
        "seats": 5,
        "purchased_at": "2026-06-01T23:30:00-02:00",
        "valid_days": 30,
        "source": "shop",
    }
    first = root.post("purchases", json=said)
    with unchanged(db):
        again = root.post("purchases", json=said)
    more = root.post("purchases", json={**said, "seats": 6})

    assert (first.status_code, again.status_code, more.status_code) == (201, 200, 200)
    assert first.json() == {"code": "O-7", "new": True, "changed": False}
    assert (again.json()["changed"], more.json()["changed"]) == (False, True)
    told = root.get("contracts/O-7").json()["contract"]
    assert (told["valid_from"], told["valid_to"], told["seats"]) == ("2026-06-02", "2026-07-01", 6)
    with client_of(db, a_token(db, a_learner(db, "buyer"))) as buyer:
        assert buyer.get("contracts/O-7").status_code == 200
    assert Event.PURCHASED in {one.event for one in all_events(db)}


def activity_code(db):
    contract_id = a_contract(db)
    return codes_of(db, contract_id)[0]


def all_events(db):
    ids = [0, *(one.id for one in contracts_told.page(db, OPERATOR, last=0, most=100))]
    return [event for chain in ids for event in events_of(db, chain)]


def test_a_purchase_that_comes_again_changes_what_it_names(db, root):
    first = {"order_id": "O-7", "buyer_email": email("b"), "activity": activity_code(db), "seats": 5}
    first |= {"purchased_at": "2026-06-01"}
    root.post("purchases", json={**first, "valid_days": 30, "type": "subscription", "title": "Ours"})
    with unchanged(db):
        again = root.post("purchases", json=first)
    more = root.post("purchases", json={**first, "seats": 6})
    kept = root.get("contracts/O-7").json()["contract"]
    endless = root.post("purchases", json={**first, "seats": 6, "valid_days": 0})

    assert [one.json()["changed"] for one in (again, more, endless)] == [False, True, True]
    assert (kept["seats"], kept["valid_to"], kept["type"], kept["title"]) == (6, "2026-06-30", "subscription", "Ours")
    assert root.get("contracts/O-7").json()["contract"]["valid_to"] is None


@pytest.mark.parametrize(
    ("wrong", "status", "reason"),
    [
        ({"activity": "no such"}, 422, "unknown_activity"),
        ({"buyer_email": "odd"}, 422, "invalid_email"),
        ({"purchased_at": "yesterday"}, 422, "invalid_date"),
        ({"purchased_at": "2026-06-01T10:00:00"}, 422, "invalid_date"),
        ({"purchased_at": ""}, 422, "missing_value"),
        ({"order_id": " "}, 422, "order_missing"),
        ({"seats": 0}, 422, "wrong_request"),
        ({"seats": 2**31}, 422, "wrong_request"),
        ({"seats": "5"}, 422, "wrong_request"),
        ({"type": "other"}, 422, "wrong_request"),
        ({"title": "a\x00b"}, 422, "wrong_request"),
        ({"code": "TAKEN"}, 409, "code_taken"),
    ],
)
def test_a_purchase_that_cannot_be_is_refused_with_its_reason(db, root, wrong, status, reason):
    contracts.create(db, OPERATOR, draft(code="taken"))
    said = {"order_id": "O-7", "buyer_email": email("b"), "activity": activity_code(db), "seats": 1}
    with unchanged(db):
        answered = root.post("purchases", json={**said, "purchased_at": "2026-06-01", **wrong})

    assert (answered.status_code, reason_of(answered)) == (status, reason)
