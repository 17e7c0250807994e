"""The letters of a contract: its own words in them, when it reminds, and what an invited person gets (R-CON-2, R-INV-11)."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lc_core import access, rules
from lc_core.contracts import MOST
from lc_core.errors import refuse_if
from lc_core.mail import content, facts
from lc_core.mail.content import Invited, Site
from lc_core.mail.rendering import rendered
from lc_core.records.db import Actor, Database
from lc_core.records.models import Contract, Person
from lc_core.records.operations import OperationKey, repeatable
from lc_core.settings import settings
from lc_core.vocabulary import Action, Event


@dataclass(frozen=True)
class Letters:
    """What a contract says of its letters. `reminder_days`: after so many days without an answer (None: no reminders)."""

    greeting: str
    reminder_days: int | None
    reminders_most: int


@dataclass(frozen=True)
class Preview:
    """A letter as it arrives: its subject, and its two forms."""

    subject: str
    html: str
    text: str


def of_contract(db: Database, actor: Actor, contract_id: int) -> Letters:
    """What a contract says of its letters, for those who run it."""
    with db.read() as session:
        return _letters(access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT))


@repeatable
def edit_letters(
    db: Database,
    actor: Actor,
    contract_id: int,
    *,
    greeting: str,
    reminder_days: int | None,
    reminders_most: int,
    key: OperationKey | None = None,
) -> None:
    """Give a contract its own words in letters, and its reminders: what contract admins may change beside the title (R-CON-2)."""
    with db.change(actor, Event.CONTRACT_LETTERS_EDITED, key=key) as change:
        contract = access.contract_to_change(change, contract_id, Action.RUN_CONTRACT)
        wanted = Letters(greeting.strip(), reminder_days, reminders_most)
        refuse_if(rules.why_not_text(wanted.greeting, MOST["greeting"]), most=MOST["greeting"])
        refuse_if(rules.why_not_remind(reminder_days, reminders_most))
        before, after = asdict(_letters(contract)), asdict(wanted)
        changed = {name for name in after if before[name] != after[name]}
        if not changed:
            return
        for name in changed:
            setattr(contract, name, after[name])
        change.note(
            contract=contract.id,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


def preview(db: Database, actor: Actor, contract_id: int, *, greeting: str) -> Preview:
    """The letter that somebody with the asker's name would get if they were invited now, with this greeting."""
    now = db.clock()
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        site = Site(settings().base_url, db.zone)
        letter = content.invitation(site, _made_up(session, contract, greeting, now), 1)
        asker = session.get(Person, actor.person_id) if actor.person_id is not None else None
        form = rendered(letter.addressed(asker.name if asker else ""))
        return Preview(letter.subject, form.html, form.text)


def _letters(contract: Contract) -> Letters:
    return Letters(contract.greeting, contract.reminder_days, contract.reminders_most)


def _made_up(session: Session, contract: Contract, greeting: str, now: datetime) -> Invited:
    """An invitation that is sent now, to all activities."""
    return Invited(
        contract,
        greeting,
        contract.require_invitation_code,
        rules.expires_at(now, contract.invitation_ttl_days),
        list(facts.activities(session, [contract.id]).get(contract.id, {}).values()),
    )
