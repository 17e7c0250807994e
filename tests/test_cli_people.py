"""`lc person`: what is held on one person, told and masked; accounts closed and opened."""

import json

from lc_core import roles
from lc_core.records.db import Database
from lc_core.vocabulary import Privilege, Role
from tests.one_life import WHO, lived
from tests.test_cli import Lc, db, done, lc
from tests.worlds import OPERATOR, a_learner, email, somebody

__all__ = ["db", "lc"]


def test_all_that_is_held_is_printed_as_json(lc: Lc, db: Database, tmp_path) -> None:
    lived(db, tmp_path)

    printed = done(lc("person", "export", email(WHO).upper()))
    told = json.loads(printed)
    assert done(lc("person", "export", email(WHO), "--json")) == printed
    assert told["person"]["email"].lower() == email(WHO)
    assert len(told["invitations"]) == 3


def test_who_is_erased_is_known_no_more(lc: Lc, db: Database, tmp_path) -> None:
    lived(db, tmp_path)
    told = json.loads(done(lc("person", "erase", email(WHO), "--json")))

    assert told["erased"].startswith("P-")
    assert told["invitations"] == 3
    assert told["unsent_letters"] > 1
    again = lc("person", "export", email(WHO))
    assert (again.exit_code, again.stderr.strip()) == (1, "Nobody with this address is known here.")
    assert json.loads(done(lc("check", "--json")))["ok"]


def test_an_account_is_closed_and_opened(lc: Lc, db: Database) -> None:
    a_learner(db, "ann")
    done(lc("person", "deactivate", email("ann")))
    twice = lc("person", "deactivate", email("ann"))

    assert (twice.exit_code, twice.stderr.strip()) == (1, "This person's account is deactivated.")
    done(lc("person", "reactivate", email("ann")))
    done(lc("person", "deactivate", email("ann")))


def test_only_a_super_administrator_does_so(lc: Lc, db: Database) -> None:
    somebody(db, "max", Role.ADMINISTRATOR, Privilege.CONTRACTS)
    a_learner(db, "ann")

    for verb in ("export", "erase", "deactivate", "reactivate"):
        refused = lc("person", verb, email("ann"), "--actor", email("max"))
        assert (refused.exit_code, refused.stdout) == (1, ""), verb


def test_one_privilege_is_taken_away(lc: Lc, db: Database) -> None:
    somebody(db, "max", Role.MANAGER, Privilege.PERSONAL_DATA)
    done(lc("revoke-role", email("max"), "manager", "--privilege", "personal_data"))

    (seen,) = roles.with_roles(db, OPERATOR)
    assert (seen.roles, seen.privileges) == ([Role.MANAGER], [])
