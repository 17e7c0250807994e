"""What is held on one person is told whole, and nothing of others."""

import json

from lc_core import contracts, invitations, personal_data, privacy
from lc_core.records.house_models import Letter
from lc_core.records.models import Record
from tests.one_life import NAME, NUMBER, SUBJECT, WHO, lived
from tests.worlds import OPERATOR, a_contract, a_learner, count_of, email, invite, live_of, only, person_of, unchanged


def test_all_that_is_held_on_somebody_is_told(db, tmp_path):  # safety: Privacy
    who, *_contracts = lived(db, tmp_path)
    told = json.loads(json.dumps(personal_data.export_person(db, OPERATOR, who.person_id)))

    person = told["person"]
    assert (person["id"], person["name"], person["external_id"]) == (who.person_id, NAME, NUMBER)
    assert person["email"].lower() == email(WHO)
    assert (told["roles"], told["privileges"]) == (["manager"], ["personal_data"])
    assert [one["subject"] for one in told["sign_ins"]] == [SUBJECT]
    assert [one["title"] for one in told["contract_admin_of"]] == ["Bought", "Safety at work"]
    assert [(one["order_id"], one["contract"], one["seats"]) for one in told["purchases"]] == [("Bought", "Bought", 5)]
    assert [one["title"] for one in told["invited_when_it_begins"]] == ["Safety"]
    assert [(one["contract_title"], one["status"]) for one in told["invitations"]] == [
        ("Safety", "enrolled"),
        ("Safety at work", "revoked"),
        ("Safety at work", "outstanding"),
    ]
    assert len(told["invitations"][0]["activities"]) == 2
    assert [one["status"] for one in told["enrollments"]] == ["in_progress"]
    assert [one["delta"] for one in told["seats"]] == [1]
    assert {(one["kind"], one["state"]) for one in told["letters"]} >= {("invitation", "queued")}
    assert len(told["letters"]) == count_of(db, Letter, Letter.person_id == who.person_id)
    assert [one["wanted_since"] is not None for one in told["weekly_digest"]] == [True]
    assert [one["name"] for one in told["api_tokens"]] == [f"Script of {NAME}"]
    assert [one["network"] for one in told["codes_not_accepted"]] == ["203.0.113.7"]
    assert [(one["name"], one["often"], one["at"]) for one in told["saved_exports"]] == [
        (f"Of {NAME}", "daily", "07:00:00")
    ]
    assert [(one["name"], one["state"]) for one in told["exports_made"]] == [(f"Of {NAME}", "waiting")]
    assert {one["event"] for one in told["done_by_them"]} == {
        "digest_wanted",
        "token_made",
        "enrolled",
        "invitations_revoked",
        "export_saved",
        "export_scheduled",
        "export_asked_for",
    }
    assert {one["event"] for one in told["done_with_them"]} >= {
        "signed_in_first",
        "role_granted",
        "contract_admin_named",
        "purchased",
        "invitations_sent",
        "invitations_revoked",
    }


def test_every_table_that_holds_people_was_thought_of():  # a new one here: tell of it, and mask it

    holding = {
        table.name
        for table in Record.metadata.sorted_tables
        if any(key.column.table.name == "people" for key in table.foreign_keys)
    }

    assert holding == {
        "api_tokens",
        "audit_events",
        "audit_items",
        "code_attempts",
        "contract_admins",
        "digests",
        "enrollments",
        "export_runs",
        "identities",
        "invitations",
        "letters",
        "prepared_invitations",
        "privileges_held",
        "purchases",
        "roles_held",
        "saved_exports",
        "seat_ledger",
        "seats_held",
    }


def test_nothing_of_others_is_told(db, tmp_path):  # safety: Privacy
    who, _voucher, unlimited = lived(db, tmp_path)
    ada = a_learner(db, "ada-of-the-place")
    contracts.name_admin(db, OPERATOR, unlimited, email("ada-of-the-place"))
    invitations.resend(db, ada, unlimited, only(live_of(db, unlimited, WHO).id))
    told = json.dumps(personal_data.export_person(db, OPERATOR, who.person_id))

    for other in ("bob", "carl", "dora", "emil", "ada-of-the-place", "tests", '"admins"'):
        assert other not in told.lower(), other


def test_who_was_only_invited_is_told_of_the_invitation(db):
    invite(db, a_contract(db), "ann")
    told = personal_data.export_person(db, OPERATOR, person_of(db, "ann").id)

    assert told["person"]["registered_at"] is None
    assert [name for name, held in told.items() if held] == [
        "person",
        "invitations",
        "letters",
        "done_with_them",
    ]


def test_looking_changes_nothing(db, tmp_path):
    who, *_contracts = lived(db, tmp_path)

    with unchanged(db):
        personal_data.export_person(db, OPERATOR, who.person_id)
        privacy.erasure_of(db, OPERATOR, who.person_id)
