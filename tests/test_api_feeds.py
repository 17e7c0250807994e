"""What the LMS and the shop bring over HTTP: users, activities, enrollments, purchases."""

import pytest

from lc_core import contracts, contracts_told
from lc_core.vocabulary import ContractType, Event
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
