"""The feed of enrollments: history as the LMS tells it, contract by contract (R-ENR-3, R-INT-2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.contracts import MOST, code_key
from lc_core.errors import Refused, refuse_if
from lc_core.intake import enrollment_decisions, enrollment_writing
from lc_core.intake import feed_cells as cells
from lc_core.intake.enrollment_entries import Told
from lc_core.intake.feed_files import Row, Shape, Sheet
from lc_core.intake.feed_report import FileReport, Report
from lc_core.language import _
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database, portions
from lc_core.records.models import Activity, Contract
from lc_core.vocabulary import Action, EnrollmentStatus, Event

SHAPE = Shape(
    "enrollments", ("contract", "activity", "email", "enrolled_at", "status"), ("completed_at", "withdrawn_at")
)


@dataclass(frozen=True)
class _Codes:
    """The contracts and activities that the file names, by the compared form of their codes."""

    contracts: dict[str, int]
    activities: dict[str, int]


def take(db: Database, actor: Actor, sheet: Sheet, report: Report) -> None:
    """Take the enrollments of each contract in one change, in the order of their enrolled_at, then of the file.

    Keys are contract, activity and address. Who was never invited gets an invitation; who finds no seat is rejected.
    """
    file = report.begin(sheet)
    with db.read() as session:
        access.require(session, actor, Action.MANAGE_CONTRACTS)
        codes = _look_up(session, sheet)
    told_by_contract = _read(sheet, file, codes, db.zone)
    for contract_id in sorted(told_by_contract):  # in one order for everybody: within one transaction all stay locked
        told = told_by_contract[contract_id]
        with db.change(actor, Event.ENROLLMENTS_FED) as change:
            contract = access.contract_to_change(change, contract_id, Action.MANAGE_CONTRACTS)
            decided = enrollment_decisions.decide(change, contract, told)
            unknown = enrollment_writing.write(change, contract, decided)
            limit = contract.per_user_limit
        report.unregistered += unknown
        file.new += len(decided.new)
        file.changed += len(decided.changed)
        file.unchanged += decided.unchanged
        for one, reason in decided.rejected:
            file.reject(one.row, reason, limit=limit)
    _notice_dates_without_withdrawal(sheet, report)


def _look_up(session: Session, sheet: Sheet) -> _Codes:
    contracts = {code_key(row.cells["contract"]) for row in sheet.rows}
    activities = {code_key(row.cells["activity"]) for row in sheet.rows}
    return _Codes(_ids(session, Contract, contracts), _ids(session, Activity, activities))


def _ids(session: Session, model: type[Contract | Activity], keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for portion in portions(sorted(keys)):
        rows = select(model.code_key, model.id).where(model.code_key.in_(portion))
        found |= dict(session.execute(rows).all())
    return found


def _read(sheet: Sheet, file: FileReport, codes: _Codes, zone: ZoneInfo) -> dict[int, list[Told]]:
    """The good rows by contract, in the order of the file; of several with one key the first counts."""
    told: dict[int, list[Told]] = {}
    keys: set[tuple[int, int, str]] = set()
    for row in sheet.rows:
        with file.rejecting(row):
            contract_id, one = _understood(row, codes, zone)
            key = (contract_id, one.activity_id, one.address.key)
            refuse_if(Reason.DUPLICATE_KEY if key in keys else None)
            keys.add(key)
            told.setdefault(contract_id, []).append(one)
    return told


def _understood(row: Row, codes: _Codes, zone: ZoneInfo) -> tuple[int, Told]:
    address = cells.address(row.cells["email"])
    contract_id = _known(row, "contract", codes.contracts, Reason.UNKNOWN_CONTRACT)
    activity_id = _known(row, "activity", codes.activities, Reason.ACTIVITY_UNKNOWN)
    status = cells.word(row, "status", EnrollmentStatus, Reason.UNKNOWN_STATUS)
    return contract_id, Told(
        row=row,
        address=address,
        activity_id=activity_id,
        status=status,
        lms_status=row.cells["status"].strip(),
        enrolled_at=_enrolled_at(row, zone),
        completed_at=cells.instant(row, "completed_at", zone),
        withdrawn_at=_withdrawn_at(row, status, zone),
    )


def _known(row: Row, column: str, ids: dict[str, int], unknown: Reason) -> int:
    found = ids.get(code_key(cells.needed(row, column, MOST["code"])))
    if found is None:
        raise Refused(unknown)
    return found


def _enrolled_at(row: Row, zone: ZoneInfo) -> datetime:
    found = cells.instant(row, "enrolled_at", zone)
    if found is None:
        raise Refused(Reason.MISSING_DATE)
    return found


def _withdrawn_at(row: Row, status: EnrollmentStatus, zone: ZoneInfo) -> datetime | None:
    found = cells.instant(row, "withdrawn_at", zone)
    return found if status is EnrollmentStatus.WITHDRAWN else None


def _notice_dates_without_withdrawal(sheet: Sheet, report: Report) -> None:
    """Only what is withdrawn has a date of it."""
    withdrawn = EnrollmentStatus.WITHDRAWN.value
    odd = [
        row
        for row in sheet.rows
        if row.cells.get("withdrawn_at", "").strip() and row.cells["status"].strip().lower() != withdrawn
    ]
    if odd:
        said = _(
            "{file}: {n} rows have a withdrawn_at and are not withdrawn; the date was ignored (first: line {line})."
        )
        report.notices.append(said.format(file=sheet.file, n=len(odd), line=odd[0].line))
