"""The feed of contracts, by code; their admins and activities are added and never removed (R-INT-2)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from sys import maxsize
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access, activities, contracts, people
from lc_core.addresses import Address
from lc_core.contracts import MOST, Draft, code_key
from lc_core.errors import Refused, refuse_if
from lc_core.intake import feed_cells as cells
from lc_core.intake.feed_files import Row, Shape, Sheet
from lc_core.intake.feed_report import FileReport, Report
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Change, Database, portions
from lc_core.records.models import Activity, Contract, ContractActivity, ContractAdmin, Group, Person
from lc_core.vocabulary import Action, ContractType, Event

SHAPE = Shape(
    "contracts",
    ("code", "title", "type", "seats", "valid_from"),
    (
        "per_user_limit",
        "valid_to",
        "require_invitation_code",
        "description",
        "group",
        "external_id",
        "source",
        "admins",
        "activities",
    ),
)
_TEXTS = ("description", "group", "external_id", "source")


@dataclass(frozen=True)
class _Told:
    """One row, understood. `fields`: what it says of the contract's draft; what it has no cell for is not said."""

    row: Row
    code: str
    fields: dict[str, Any]
    admins: list[Address]
    activities: list[int]


@dataclass
class _Known:
    """The contracts of a file that are there already: as drafts, with who is named and what belongs to them."""

    ids: dict[str, int] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    admins: dict[int, set[str]] = field(default_factory=dict)
    activities: dict[int, set[int]] = field(default_factory=dict)


def take(db: Database, actor: Actor, sheet: Sheet, report: Report) -> None:
    """Make the contracts that are new and change those that differ, each in a change of its own.

    An empty cell of a column that may be empty says: none. What the file has no column for stays as it is.
    """
    file = report.begin(sheet)
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        told = _read(session, sheet, file)
        known = _look_up(session, list(told))
    # in one order for everybody: within one transaction all stay locked; those that are new come last, as in the file
    for key, one in sorted(told.items(), key=lambda item: known.ids.get(item[0], maxsize)):
        if _says_nothing_new(known, key, one):
            file.unchanged += 1
            continue
        with file.rejecting(one.row):
            report.unregistered += _take_one(db, actor, known.ids.get(key), one, file)


def _read(session: Session, sheet: Sheet, file: FileReport) -> dict[str, _Told]:
    """The good rows by their code's compared form; of several alike the first counts."""
    catalogue = _catalogue(session, {code_key(code) for row in sheet.rows for code in cells.listed(row, "activities")})
    told: dict[str, _Told] = {}
    for row in sheet.rows:
        with file.rejecting(row):
            one = _understood(row, catalogue)
            refuse_if(Reason.DUPLICATE_KEY if code_key(one.code) in told else None)
            told[code_key(one.code)] = one
    return told


def _catalogue(session: Session, keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for portion in portions(sorted(keys)):
        rows = select(Activity.code_key, Activity.id).where(Activity.code_key.in_(portion))
        found |= dict(session.execute(rows).all())
    return found


def _understood(row: Row, catalogue: dict[str, int]) -> _Told:
    code = cells.needed(row, "code", MOST["code"])
    return _Told(
        row,
        code,
        dict(_fields(row)),
        [cells.address(entry) for entry in cells.listed(row, "admins")],
        [_activity(catalogue, entry) for entry in cells.listed(row, "activities")],
    )


def _fields(row: Row) -> Iterator[tuple[str, object]]:
    yield "title", cells.needed(row, "title", MOST["title"])
    yield "contract_type", cells.word(row, "type", ContractType, Reason.UNKNOWN_TYPE)
    yield "seats", cells.number(row, "seats")
    yield "valid_from", cells.needed_day(row, "valid_from")
    if "valid_to" in row.cells:
        yield "valid_to", cells.day(row, "valid_to")
    if "per_user_limit" in row.cells:
        yield "per_user_limit", cells.number(row, "per_user_limit") if row.cells["per_user_limit"].strip() else 0
    if "require_invitation_code" in row.cells:
        said = row.cells["require_invitation_code"].strip()
        yield "require_invitation_code", bool(said) and cells.yes_no(row, "require_invitation_code")
    for name in _TEXTS:
        if name in row.cells:
            yield name, cells.text(row, name, MOST[name])


def _activity(catalogue: dict[str, int], code: str) -> int:
    found = catalogue.get(code_key(code))
    if found is None:
        raise Refused(Reason.ACTIVITY_UNKNOWN)
    return found


def _look_up(session: Session, keys: Sequence[str]) -> _Known:
    known = _Known()
    _groups = session.scalars(select(Group)).all()  # held, so that `as_draft` finds them without asking
    for codes in portions(keys):
        there = session.scalars(select(Contract).where(Contract.code_key.in_(codes))).all()
        known.ids |= {contract.code_key: contract.id for contract in there}
        known.drafts |= {contract.code_key: contracts.as_draft(session, contract) for contract in there}
    for portion in portions(list(known.ids.values())):
        named = select(ContractAdmin.contract_id, Person.email_key).join(Person, Person.id == ContractAdmin.person_id)
        for contract_id, key in session.execute(named.where(ContractAdmin.contract_id.in_(portion))):
            known.admins.setdefault(contract_id, set()).add(key or "")
        current = (ContractActivity.contract_id.in_(portion), ContractActivity.removed_at.is_(None))
        theirs = select(ContractActivity.contract_id, ContractActivity.activity_id).where(*current)
        for contract_id, activity_id in session.execute(theirs):
            known.activities.setdefault(contract_id, set()).add(activity_id)
    return known


def _says_nothing_new(known: _Known, key: str, told: _Told) -> bool:
    contract_id = known.ids.get(key)
    return (
        contract_id is not None
        and replace(known.drafts[key], **told.fields) == known.drafts[key]
        and {address.key for address in told.admins} <= known.admins.get(contract_id, set())
        and set(told.activities) <= known.activities.get(contract_id, set())
    )


def _take_one(db: Database, actor: Actor, contract_id: int | None, told: _Told, file: FileReport) -> list[str]:
    """Make or change one contract. Answers the addresses that nobody knew."""
    with db.change(actor, Event.CONTRACT_FED) as change:
        if contract_id is None:
            access.require(change.session, actor, Action.MANAGE_CONTRACTS)
            contract = contracts.create_within(change, Draft(code=told.code, **told.fields), db.zone)
        else:
            contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
            contracts.edit_within(
                change, contract, replace(contracts.as_draft(change.session, contract), **told.fields)
            )
        activities.add_within(change, contract, told.activities)
        unknown = _name_admins(change, contract, told.admins)
    if contract_id is None:
        file.new += 1
    elif change.happened:
        file.changed += 1
    else:
        file.unchanged += 1
    return unknown


def _name_admins(change: Change, contract: Contract, admins: Sequence[Address]) -> list[str]:
    known = people.known_by_key(change.session, [address.key for address in admins])
    persons = people.make_known(change, admins)
    contracts.name_admins(change, contract, [persons[address.key].person_id for address in admins])
    return sorted({address.display for address in admins if address.key not in known})
