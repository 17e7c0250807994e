"""The addresses of the API: each contract has its own, whatever it is called; a list is one look, and goes on at an address."""

from contextlib import closing
from datetime import timedelta
from itertools import count
from urllib.parse import quote

from lc_core import contracts_told
from lc_core.records.db import Database
from lc_core.vocabulary import ContractStatus
from tests.test_api_calls import outcomes, root
from tests.worlds import FIRST_DAY, OPERATOR, a_contract, contract_now, email, invitations_of, invite, live_of

__all__ = ["root"]


def test_a_code_may_end_as_an_address_does(db, root):
    codes = ("A", "A/invitations", "A/invitations/resend", "%2F", "A%2Finvitations", "/", "a?b#c é")
    ids = [a_contract(db, code=code, offers=1) for code in codes]
    for contract_id, code in zip(ids, codes, strict=True):
        quoted = quote(code, safe="")
        (invited,) = outcomes(root.post(f"contracts/{quoted}/invitations", json={"addresses": [email("a")]}))
        page = root.get(f"contracts/{quoted}/invitations").json()["invitations"]

        assert invited == (email("a"), "invited", None)
        assert root.get(f"contracts/{quoted}").json()["contract"]["code"] == code
        assert [one["id"] for one in page] == [one.id for one in invitations_of(db, contract_id, "a")]
    assert root.get("contracts/A/invitations").json()["invitations"][0]["id"] == live_of(db, ids[0], "a").id
    assert root.get("contr%61cts/%41/invit%61tions").status_code == 200


def test_a_list_tells_where_it_goes_on_as_an_address_whatever_the_contract_is_called(db, root):
    first, _ = invite(db, a_contract(db, code="50% A/B?"), "a", "b")
    page = root.get("contracts/50%25%20A%2FB%3F/invitations?limit=1").json()

    assert page["next"] == f"/api/v1/contracts/50%25%20A%2FB%3F/invitations?limit=1&after={first}"


def test_a_list_is_one_look_at_one_instant(db_url, db):
    end = a_contract(db, valid_to=FIRST_DAY), a_contract(db, valid_to=FIRST_DAY)
    over = contract_now(db, end[0]).ends_at - timedelta(milliseconds=1)
    moving = (over + timedelta(seconds=n) for n in count())
    with closing(Database.open(db_url, clock=lambda: next(moving))) as other:
        told = contracts_told.page(other, OPERATOR, last=0, most=10)

    assert [one.status for one in told] == [ContractStatus.ACTIVE] * 2
