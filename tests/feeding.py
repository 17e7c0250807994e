"""Feeds for tests: files written on the spot and imported, and contracts for them to tell about."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lc_core import activities, contracts
from lc_core.intake import feeds
from lc_core.intake.feed_report import FileReport, Report
from lc_core.reasons import Reason
from lc_core.records.db import Actor, Database
from lc_core.records.models import Activity, Contract, Enrollment, Person
from lc_core.vocabulary import ActivityKind, ContractType
from tests import worlds
from tests.worlds import OPERATOR

ENROLLMENTS = "contract,activity,email,enrolled_at,status,completed_at,withdrawn_at"
CONTRACTS = "code,title,type,seats,valid_from,valid_to"
ACTIVITIES = "code,title,kind"
PURCHASES = "order_id,buyer_email,buyer_name,activity,seats,purchased_at,valid_days"
USERS = "external_id,email,name"
_folders = count(1)


def folder_with(home: Path, **files: Sequence[str]) -> Path:
    """A new folder with these feeds, each given as its lines."""
    folder = home / f"feeds{next(_folders)}"
    folder.mkdir()
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def bring(db: Database, home: Path, actor: Actor = OPERATOR, **files: Sequence[str]) -> Report:
    """Import a new folder with these feeds."""
    return feeds.import_folder(db, actor, folder_with(home, **files))


def tell(db: Database, home: Path, *rows: str) -> FileReport:
    """Import enrollments; the outcome of their file."""
    return bring(db, home, enrollments=[ENROLLMENTS, *rows]).files[0]


def row(
    name: str, activity: str, enrolled_at: str, status: str = "enrolled", *, completed: str = "", withdrawn: str = ""
) -> str:
    """One enrollment in the contract `C`."""
    return f"C,{activity},{worlds.email(name)},{enrolled_at},{status},{completed},{withdrawn}"


def a_contract(
    db: Database, contract_type: ContractType = ContractType.VOUCHER, *, offers: Sequence[str] = "AB", **said: Any
) -> int:
    """The contract `C`, valid in 2026, with new activities of these codes."""
    contract_id = contracts.create(db, OPERATOR, worlds.draft(contract_type=contract_type, **{"code": "C", **said}))
    ids = [activities.create(db, OPERATOR, code, f"About {code}", ActivityKind.ONLINE) for code in offers]
    activities.add_to_contract(db, OPERATOR, contract_id, ids)
    return contract_id


def counts(file: FileReport) -> tuple[int, int, int, dict[Reason, int]]:
    """New, changed, unchanged, rejected; together all that was read."""
    assert file.new + file.changed + file.unchanged + sum(file.rejected.values()) == file.read
    assert len(file.rejects) == sum(file.rejected.values())
    return file.new, file.changed, file.unchanged, dict(file.rejected)


def enrolled(db: Database, name: str, activity: str) -> Enrollment:
    """The enrollment of one person in one activity."""
    wanted = (
        select(Enrollment)
        .join(Person, Person.id == Enrollment.person_id)
        .join(Activity, Activity.id == Enrollment.activity_id)
        .where(Person.email_key == worlds.email(name), Activity.code == activity)
    )
    with db.read() as session:
        return session.scalars(wanted).one()


def contract_called(db: Database, code: str) -> Contract:
    with db.read() as session:
        return session.scalars(select(Contract).where(Contract.code == code)).one()
