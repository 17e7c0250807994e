"""What the API tells of contracts and invitations, and what it does with invitations (feeds: `test_api_feeds.py`)."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from lc_core import activities as catalogue
from lc_core import audit_lists, contracts, contracts_told, groups
from lc_core.rights import TokenScope
from lc_core.vocabulary import ActivityKind, ContractType, Event, InvitationStatus, OverInvitation, Privilege, Role
from tests.calling import a_token, client_of, reason_of
from tests.worlds import (
    FIRST_DAY,
    OPERATOR,
    a_contract,
    a_redeemed,
    an_admin,
    an_enrolled,
    contract_now,
    covered_by,
    draft,
    email,
    invitations_of,
    invite,
    last_event,
    letters_of,
    live_of,
    offered,
    one_of_each_status,
    somebody,
    status_of,
    unchanged,
)

INVITATIONS = "contracts/{}/invitations"


@pytest.fixture
def place(db):
    """A contract with two activities, its admin, and a client that calls with a token of theirs."""
    contract_id = a_contract(db, ContractType.VOUCHER, title="Safety – at work")
    ada = an_admin(db, "ada", contract_id)
    code = contract_now(db, contract_id).code
    with client_of(db, a_token(db, ada)) as client:
        yield SimpleNamespace(id=contract_id, code=code, ada=ada, client=client, invitations=INVITATIONS.format(code))


@pytest.fixture
def root(db):
    """A client with the token of a super administrator."""
    with client_of(db, a_token(db, somebody(db, "root", Role.SUPER_ADMIN))) as client:
        yield client


def codes_of(db, contract_id):
    return [one.code for one in contracts_told.one(db, OPERATOR, contract_id).activities]


def outcomes(answered):
    assert answered.status_code == 207, answered.text
    return [(one["address"] or one["id"], one["result"], one["reason"]) for one in answered.json()["outcomes"]]


# --- contracts -------------------------------------------------------------------------------------------------------


def test_a_contract_is_told_with_its_seats_and_activities(db, place):
    an_enrolled(db, place.id, "enrolled")
    a_redeemed(db, place.id, "accepted")
    invite(db, place.id, "waiting")

    told = place.client.get(f"contracts/{place.code.lower()}").json()

    assert told["contract"]["title"] == "Safety – at work"
    assert (told["contract"]["type"], told["contract"]["status"]) == ("voucher", "active")
    assert (told["contract"]["valid_from"], told["contract"]["timezone"]) == (FIRST_DAY.isoformat(), "UTC")
    assert [one["code"] for one in told["activities"]] == codes_of(db, place.id)
    assert told["seats"] == {
        "seats": 10,
        "used": 1,
        "reserved": 3,
        "pending": 2,
        "uncommitted": 4,
        "over_invited": 0,
        "expired_unused": 0,
    }
    assert contract_now(db, place.id).invitation_code not in str(told)


def test_all_that_was_said_of_a_contract_is_told(db, root):
    groups.create(db, OPERATOR, "North")
    said = {"code": "A/B c", "description": "d", "group": "North", "external_id": "e", "source": "shop"}
    contracts.create(db, OPERATOR, draft(**said))

    told = root.get("contracts/A%2FB%20c").json()["contract"]

    assert said.items() <= told.items()


def test_the_list_goes_on_where_it_stopped_and_tells_each_contract_once(db, root):
    ids = [a_contract(db, offers=0) for _ in range(5)]
    seen, pages, address = [], 0, "contracts?limit=2"
    while address:
        page = root.get(address).json()
        seen += [one["code"] for one in page["contracts"]]
        pages += 1
        address = (page["next"] or "").removeprefix("/api/v1/")

    assert (seen, pages) == ([contract_now(db, one).code for one in ids], 3)


def test_a_list_tells_what_the_person_may_see(db, place, root):
    a_contract(db)

    assert [one["code"] for one in place.client.get("contracts").json()["contracts"]] == [place.code]
    assert len(root.get("contracts").json()["contracts"]) == 2


# --- invitations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ContractType)
def test_invitations_are_listed_by_status(db, clock, root, kind):
    contract_id, ids = one_of_each_status(db, clock, kind)
    address = INVITATIONS.format(contract_now(db, contract_id).code)

    for status in InvitationStatus:
        told = root.get(address, params={"status": status.value}).json()["invitations"]
        assert [one["id"] for one in told] == ([ids[status]] if status in ids else [])
        assert {one["status"] for one in told} <= {status.value}
    both = root.get(f"{address}?status=revoked&status=expired").json()["invitations"]
    assert {one["id"] for one in both} == {ids[InvitationStatus.REVOKED], ids[InvitationStatus.EXPIRED]}
    assert len(root.get(f"{address}?status=&after=").json()["invitations"]) == len(ids)


def test_invitations_are_read_page_by_page_while_others_are_added(db, place):
    first = invite(db, place.id, *(f"p{n}" for n in range(5)))
    page = place.client.get(f"{place.invitations}?limit=3&status=not_registered").json()
    added = invite(db, place.id, "late")
    rest = place.client.get(page["next"].removeprefix("/api/v1/")).json()

    assert [one["id"] for one in page["invitations"] + rest["invitations"]] == [*first, *added]
    assert (page["next"].count("status=not_registered"), rest["next"]) == (1, None)


def test_who_may_not_see_people_reads_pseudonyms(db, place):
    invite(db, place.id, "secret")
    with client_of(db, a_token(db, somebody(db, "max", Role.MANAGER))) as manager:
        told = manager.get(place.invitations)
    with client_of(db, a_token(db, somebody(db, "mia", Role.MANAGER, Privilege.PERSONAL_DATA))) as named:
        open_ = named.get(place.invitations)

    (one,) = told.json()["invitations"]
    assert re.fullmatch(r"P-\w{4}", one["person"])
    assert one["email"] == ""
    assert "secret" not in told.text
    assert open_.json()["invitations"][0]["email"] == email("secret")


def test_people_are_invited_each_with_an_outcome(db, place):
    invite(db, place.id, "already")
    said = [email("new"), "no address", email("ALREADY"), email("new"), " ", email("Second")]
    answered = place.client.post(place.invitations, json={"addresses": said})

    assert outcomes(answered) == [
        (email("new"), "invited", None),
        ("no address", "invalid", "invalid_email"),
        (email("ALREADY"), "already_invited", None),
        (email("new"), "duplicate_in_file", "duplicate_in_file"),
        (" ", "invalid", "missing_email"),
        (email("Second"), "invited", None),
    ]
    assert answered.json()["totals"] == {"invited": 2, "already_invited": 1, "duplicate_in_file": 1, "invalid": 2}
    assert covered_by(db, live_of(db, place.id, "new").id) == set(offered(db, place.id))
    assert len(letters_of(db, place.id)) == 3
    event = last_event(db, place.id)
    assert (event.event, event.actor_id) == (Event.INVITATIONS_SENT, place.ada.person_id)
    (logged,) = audit_lists.every(db, OPERATOR, audit_lists.Wanted(who="ada", event=Event.INVITATIONS_SENT))
    assert logged.who == f"Ada ({event.actor_name})" == "Ada (API token 1)"


def test_activities_are_chosen_by_their_codes(db, place):
    one, _ = codes_of(db, place.id)
    said = {"addresses": [email("new")], "activities": [one.lower()]}

    assert place.client.post(place.invitations, json=said).status_code == 207
    assert len(covered_by(db, live_of(db, place.id, "new").id)) == 1


@pytest.mark.parametrize("activities", [["no such"], [""], ["of another"]])
def test_an_activity_that_the_contract_lacks_invites_nobody_and_is_not_told_from_none(db, place, activities):
    catalogue.create(db, OPERATOR, "of another", "Other", ActivityKind.ONLINE)
    with unchanged(db):
        answered = place.client.post(place.invitations, json={"addresses": [email("a")], "activities": activities})

    assert (answered.status_code, reason_of(answered)) == (422, "unknown_activity")


def test_a_list_that_asks_for_more_than_is_free_is_refused_with_both_numbers(db, root):
    contract_id = a_contract(db, ContractType.SUBSCRIPTION, seats=2, over_invitation=OverInvitation.BLOCK)
    said = {"addresses": [email(f"p{n}") for n in range(3)]}
    with unchanged(db):
        answered = root.post(INVITATIONS.format(contract_now(db, contract_id).code), json=said)

    assert (answered.status_code, reason_of(answered)) == (409, "too_many_invited")
    assert "3 seats and 2 are free" in answered.json()["detail"]


def test_a_contract_that_ended_invites_nobody(db, clock, place):
    clock.forward(timedelta(days=250))
    with unchanged(db):
        answered = place.client.post(place.invitations, json={"addresses": [email("a")]})

    assert (answered.status_code, reason_of(answered)) == (409, "contract_ended")


def test_invitations_are_sent_again_by_id_and_by_address(db, place):
    first, second, gone = invite(db, place.id, "first", "second", "gone")
    place.client.post(f"{place.invitations}/revoke", json={"ids": [gone]})
    said = {
        "ids": [first, 10**9],
        "addresses": [email("SECOND"), email("gone"), email("nobody"), "odd", email("first")],
    }
    answered = place.client.post(f"{place.invitations}/resend", json=said)

    assert [(one["id"], one["result"], one["reason"]) for one in answered.json()["outcomes"]] == [
        (first, "sent_again", None),
        (10**9, "refused", "not_found"),
        (second, "sent_again", None),
        (gone, "refused", "is_revoked"),
        (None, "refused", "not_found"),
        (None, "refused", "invalid_email"),
        (first, "sent_again", None),
    ]
    assert [number for one, number in letters_of(db, place.id) if one == first] == [1, 2]
    assert last_event(db, place.id).event is Event.INVITATIONS_RESENT


def test_invitations_of_another_contract_are_not_touched(db, place):
    (theirs,) = invite(db, a_contract(db), "theirs")
    with unchanged(db):
        answered = place.client.post(
            f"{place.invitations}/revoke", json={"ids": [theirs], "addresses": [email("theirs")]}
        )

    assert [one["reason"] for one in answered.json()["outcomes"]] == ["not_found", "not_found"]


def test_the_live_invitation_of_an_address_is_meant(db, place):
    (old,) = invite(db, place.id, "twice")
    place.client.post(f"{place.invitations}/revoke", json={"addresses": [email("twice")]})
    (new,) = invite(db, place.id, "twice")
    answered = place.client.post(f"{place.invitations}/revoke", json={"addresses": [email("twice")], "tell": True})

    assert outcomes(answered) == [(email("twice"), "revoked", None)]
    assert answered.json()["outcomes"][0]["id"] == new != old
    assert [status_of(db, one.id) for one in invitations_of(db, place.id, "twice")] == [InvitationStatus.REVOKED] * 2
    assert len(letters_of(db, place.id)) == 3


def test_what_is_chosen_by_nothing_does_nothing(db, place):
    with unchanged(db):
        assert outcomes(place.client.post(f"{place.invitations}/revoke", json={})) == []


def test_a_token_for_one_thing_is_for_that_thing_only(db, place):
    with client_of(db, a_token(db, place.ada, TokenScope.READ)) as reader:
        assert reader.get(place.invitations).status_code == 200
        with unchanged(db):
            answered = reader.post(place.invitations, json={"addresses": [email("a")]})

    assert (answered.status_code, reason_of(answered)) == (403, "scope_missing")
