"""Invitation codes: made, shown, compared and regenerated (R-CON-10; safety: at least 120 random bits)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lc_core import access
from lc_core.records import expressions
from lc_core.records.db import Actor, Change, Database
from lc_core.records.models import Contract, Invitation, PastCode
from lc_core.records.operations import OperationKey, repeatable
from lc_core.vocabulary import Action, Event
from lc_core.wording import grouped

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1, which are misread."""
LENGTH = 25


def generate() -> str:
    """A new code in its stored form: 25 of 31 symbols, 123 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalised(entered: str) -> str:
    """What is compared: without case, spaces and dashes."""
    return "".join(symbol for symbol in entered.upper() if symbol.isalnum())[: LENGTH + 1]


@dataclass(frozen=True)
class Regenerated:
    """The new code as shown, and how many outstanding letters hold the old one."""

    code: str
    letters_with_old_code: int


def regenerate(
    db: Database, actor: Actor, contract_id: int, *, old_code: str | None = None, key: OperationKey | None = None
) -> Regenerated:
    """Replace the invitation code; the old one stops working at once and is kept as a hash.

    `old_code`: the code as the asker saw it, in any form; where it is no longer the current one, nothing is replaced and
    the current one is answered, so that two admins who press at once do not kill each other's new code. A repeated key
    is answered with the current code too: an answer is kept, and past codes are kept as hashes only.
    """
    letters = _regenerate(db, actor, contract_id, old_code=old_code, key=key)
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        return Regenerated(grouped(contract.invitation_code), letters)


@repeatable
def _regenerate(db: Database, actor: Actor, contract_id: int, *, old_code: str | None, key: OperationKey | None) -> int:
    with db.change(actor, Event.CODE_REGENERATED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        if old_code is None or normalised(old_code) == contract.invitation_code:
            _replace(change, contract)
        return change.answer(letters_with_old_code(change.session, contract))


@dataclass(frozen=True)
class PastCodeSeen:
    """A code that no longer works: when it was made and when it was retired (instants)."""

    made_at: datetime
    retired_at: datetime


def history(db: Database, actor: Actor, contract_id: int) -> list[PastCodeSeen]:
    """Past codes of a contract, newest first."""
    with db.read() as session:
        access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        past = select(PastCode).where(PastCode.contract_id == contract_id).order_by(PastCode.id.desc())
        return [PastCodeSeen(code.made_at, code.retired_at) for code in session.scalars(past)]


def letters_with_old_code(session: Session, contract: Contract) -> int:
    """How many unredeemed live invitations were told a code, in a letter that left, before the current one was made."""
    holding = select(func.count()).select_from(Invitation).where(Invitation.contract_id == contract.id)
    return session.scalar(holding.where(expressions.holds_old_code(contract))) or 0


def _replace(change: Change, contract: Contract) -> None:
    change.session.add(
        PastCode(
            contract_id=contract.id,
            code_hash=sha256(contract.invitation_code.encode()).hexdigest(),
            made_at=contract.invitation_code_made_at,
            retired_at=change.now,
        )
    )
    contract.invitation_code = generate()
    contract.invitation_code_made_at = change.now
    change.session.flush()
    change.note(contract=contract.id)
