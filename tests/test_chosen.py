"""What saved exports keep: limits by what they mean, so that a later file holds what came later (R-EXP-4)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lc_core import contracts
from lc_core.errors import NotFound
from lc_core.exports.chosen import Chosen, Span
from lc_core.exports.wanted import Format
from lc_core.vocabulary import ContractStatus, ContractType, Role
from tests.asked import insight
from tests.saving import CONTRACTS
from tests.worlds import (
    OPERATOR,
    a_contract,
    an_admin,
    somebody,
)

__all__ = ["insight"]

AT = datetime(2026, 6, 15, 9, tzinfo=UTC)
PEOPLE = Chosen(
    "invitations", Format.PARQUET, types=(ContractType.VOUCHER,), span=Span.LAST_7_DAYS, zone="Europe/Berlin"
)


def test_what_is_chosen_is_kept_as_text_and_read_again():
    chosen = replace(PEOPLE, groups=("North", ""), statuses=("revoked",), contracts=(3, 1), excel=True)

    assert Chosen.from_json(chosen.to_json()) == chosen
    assert Chosen.from_json('{"dataset": "contracts"}') == CONTRACTS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "This is not something that can be exported."),
        ("[]", "This is not something that can be exported."),
        ('{"dataset": "contracts", "types": ["x"]}', "This is not something that can be exported."),
        ('{"dataset": "x"}', "There is no data set called x."),
        (
            '{"dataset": "contracts", "span": "7_days"}',
            "This data set tells of this moment: it is not limited to a period.",
        ),
        ('{"dataset": "ledger", "first": "2026-01-01"}', "Days can be said with own dates only."),
    ],
)
def test_what_cannot_be_exported_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match="^" + sentence.replace(".", r"\.") + "$"):
        Chosen.from_json(text)


def test_a_choice_by_type_holds_contracts_that_come_later(db, insight):
    analyst = somebody(db, "ana", Role.ANALYST)
    first, other = a_contract(db), a_contract(db, ContractType.UNLIMITED)
    before = PEOPLE.wanted(insight, analyst, AT)
    later = a_contract(db)
    after = PEOPLE.wanted(insight, analyst, AT)

    assert (before.only, after.only) == (frozenset({first}), frozenset({first, later}))
    assert other not in (after.only or ())
    assert (after.period and after.period.first, after.zone) == (date(2026, 6, 8), "Europe/Berlin")


def test_contracts_that_are_named_and_seen_no_more_are_not_found(db, insight):
    mine, other = a_contract(db), a_contract(db)
    ada = an_admin(db, "ada", mine)
    named = Chosen("contracts", contracts=(mine, other))
    seen = named.wanted(insight, ada, AT).only
    none = replace(named, contract_statuses=(ContractStatus.ARCHIVED,)).wanted(insight, ada, AT).only
    an_admin(db, "ben", mine)
    contracts.remove_admin(db, OPERATOR, mine, ada.person_id)

    assert (seen, none) == (frozenset({mine}), frozenset())
    with pytest.raises(NotFound):
        named.wanted(insight, ada, AT)
