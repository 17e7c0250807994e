"""What is asked of a few invitations, beside their list: what one covers, and who is behind some."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from lc_core import access, people
from lc_core.contract_lists import Offered, offered
from lc_core.invitation_lists import Chosen, chosen_invitations
from lc_core.invited import activities_of
from lc_core.records import expressions
from lc_core.records.db import Actor, Database, portions
from lc_core.records.models import Invitation
from lc_core.rights import may
from lc_core.vocabulary import Action, ContractType


def covered(db: Database, actor: Actor, contract_id: int, invitation_id: int) -> list[Offered]:
    """The current activities of the contract that one invitation covers (R-INV-10)."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id)
        invitation = access.invitation_of(session, contract, invitation_id)
        theirs = activities_of(session, [invitation.id]).get(invitation.id, frozenset())
        every = contract.contract_type is not ContractType.VOUCHER
        return [one for one in offered(session, contract_id) if every or one.id in theirs]


def of_addresses(db: Database, actor: Actor, contract_id: int, addressed: Collection[str]) -> dict[str, int]:
    """The invitation of each e-mail key that has one: the live one, else the latest. For those who run the contract."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id, Action.RUN_CONTRACT)
        known = people.known_by_key(session, sorted(addressed))
        keys = {one.person_id: key for key, one in known.items()}
        found: dict[str, int] = {}
        for portion in portions(sorted(keys)):
            theirs = (Invitation.contract_id == contract.id, Invitation.person_id.in_(portion))
            rows = select(Invitation.person_id, Invitation.id).where(*theirs)
            for person_id, invitation_id in session.execute(rows.order_by(expressions.is_live(), Invitation.id)):
                found[keys[person_id]] = invitation_id  # the last of a person's stays
        return found


def names(db: Database, actor: Actor, contract_id: int, invitation_ids: Sequence[int]) -> dict[int, str]:
    """Who is behind these invitations of a contract, by id, as the asker may see them."""
    with db.read() as session:
        contract = access.contract_to_see(session, actor, contract_id)
        rights = access.rights_of(session, actor)
        named = may(rights, Action.VIEW_PEOPLE, own=contract_id in rights.own)
        chosen = chosen_invitations(session, contract, Chosen(frozenset(invitation_ids)), db.clock())
        return {one.id: people.shown(one.person, named=named).name for one in chosen}
