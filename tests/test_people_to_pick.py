"""Who can be picked for an invitation, and by whom (R-ADD-1)."""

from lc_core import invitations, people_to_pick
from lc_core.invitation_lists import PAGE_SIZE
from tests.worlds import OPERATOR, a_contract, a_learner, an_admin, deactivate, email, invite, only


def picked(db, who, contract_id, search=""):
    names = [one.email for one in people_to_pick.every(db, who, contract_id, search)]
    page = people_to_pick.one_page(db, who, contract_id, search)

    assert (names[:PAGE_SIZE], len(names)) == ([one.email for one in page.rows], page.matching)
    return names


def test_a_contract_admin_picks_from_the_people_of_their_own_contracts(db):
    mine, also_mine, other = a_contract(db), a_contract(db), a_contract(db)
    ada = an_admin(db, "ada", mine, also_mine)
    for name in ("ann", "bob", "eve"):
        a_learner(db, name)
    invite(db, also_mine, "ann", "unknown")
    invite(db, other, "bob")

    assert picked(db, ada, mine) == [email("ann")]
    assert picked(db, OPERATOR, mine) == [email(name) for name in ("ada", "ann", "bob", "eve")]


def test_whoever_is_invited_is_not_offered_again_before_that_ended(db):
    contract_id = a_contract(db)
    a_learner(db, "ann")
    (invitation,) = invite(db, contract_id, "ann")
    assert picked(db, OPERATOR, contract_id) == []

    invitations.revoke(db, OPERATOR, contract_id, only(invitation))
    assert picked(db, OPERATOR, contract_id) == [email("ann")]


def test_people_are_found_by_name_and_address_and_those_who_may_not_act_are_not(db):
    contract_id = a_contract(db)
    for name in ("ann", "bob"):
        a_learner(db, name)
    deactivate(db, a_learner(db, "anna"))

    assert picked(db, OPERATOR, contract_id, " ANN") == [email("ann")]
    assert picked(db, OPERATOR, contract_id, "bob@") == [email("bob")]
    assert picked(db, OPERATOR, contract_id, "%") == []


def test_there_are_fifty_on_a_page(db):
    contract_id = a_contract(db)
    for number in range(PAGE_SIZE + 2):
        a_learner(db, f"person-{number:02}")

    assert len(picked(db, OPERATOR, contract_id)) == PAGE_SIZE + 2
    second = people_to_pick.one_page(db, OPERATOR, contract_id, page=2)
    assert [one.email for one in second.rows] == [email("person-50"), email("person-51")]
