"""Somebody of whom everything is held that can be held on a person: for the tests of privacy."""

from pathlib import Path

import pytest
from sqlalchemy import update

from lc_core import bulk_inviting, contracts, digests, enrollments, invitations, redeeming, roles, sign_ins, tokens
from lc_core.errors import Refused
from lc_core.exports import runs
from lc_core.records.db import Actor, Database
from lc_core.records.house_models import Letter, PreparedInvitation
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ContractType, EnrollmentStatus, Privilege, Role
from tests import feeding
from tests.saving import a_scheduled
from tests.worlds import OPERATOR, a_contract, email, invite, offered, only

WHO, NAME, NUMBER, SUBJECT = "zaphod.beeblebrox", "Zaphod Beeblebrox", "HR-4711-Z", "subject-of-zaphod"


def lived(db: Database, folder: Path) -> tuple[Actor, int, int]:
    """Somebody of whom every kind of thing is held, among others; a voucher and an unlimited contract of theirs."""
    voucher, unlimited = a_contract(db, title="Safety"), a_contract(db, ContractType.UNLIMITED)
    invite(db, voucher, WHO, "bob")
    feeding.bring(db, folder, users=["email,name,external_id", f"{email(WHO).upper()},{NAME},{NUMBER}"])
    claims = {"iss": "https://id.example.org", "sub": SUBJECT, "iat": db.clock().timestamp()}
    sign_in = sign_ins.read({**claims, "email": email(WHO), "email_verified": True, "name": NAME})
    who = Actor.person(sign_ins.enter(db, sign_in))
    _learned(db, who, voucher)
    roles.grant(db, OPERATOR, email(WHO), Role.MANAGER, privileges=[Privilege.PERSONAL_DATA])
    contracts.name_admin(db, OPERATOR, unlimited, email(WHO), key=OperationKey(f"name {email(WHO)}"))
    invitations.revoke(db, who, unlimited, only(*invite(db, unlimited, "carl", WHO)))
    bulk_inviting.invite_all(db, OPERATOR, unlimited, [email(WHO), email("dora"), email("emil")], at_once=1)
    feeding.bring(
        db,
        folder,
        activities=[feeding.ACTIVITIES, "BOUGHT,Bought,online"],
        purchases=[feeding.PURCHASES, f"Bought,{email(WHO)},{NAME},BOUGHT,5,2026-05-01,0"],
    )
    digests.want(db, who)
    tokens.make(db, who, who.person_id or 0, "digest", name=f"Script of {NAME}")
    runs.run_now(db, who, a_scheduled(db, who, name=f"Of {NAME}"))
    with db.bookkeeping() as session:
        session.add(PreparedInvitation(contract_id=voucher, person_id=who.person_id))
        theirs = update(Letter).where(Letter.person_id == who.person_id)
        session.execute(theirs.values(server_words=f"550 <{email(WHO)}>: no such user"))
    return who, voucher, unlimited


def _learned(db: Database, who: Actor, voucher: int) -> None:
    with pytest.raises(Refused):
        redeeming.redeem(db, who, "A" * 25, network="203.0.113.7")
    enrollment = enrollments.enroll(db, who, voucher, offered(db, voucher)[0])
    words = f"in_progress ({NAME})"
    enrollments.change_status(
        db, OPERATOR, voucher, enrollment, EnrollmentStatus.IN_PROGRESS, lms_status=words, key=OperationKey.new()
    )
