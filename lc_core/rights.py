"""Who may do what: the roles table of RULES.md as one function. Values in, verdicts out."""

from dataclasses import dataclass

from lc_core.language import N_
from lc_core.vocabulary import Action, Privilege, Role
from lc_core.words import Word


@dataclass(frozen=True)
class Rights:
    """What somebody is, read from the records at every use.

    `own`: ids of the contracts they are named on. `operator`: the person at the machine's own command line.
    """

    roles: frozenset[Role] = frozenset()
    privileges: frozenset[Privilege] = frozenset()
    own: frozenset[int] = frozenset()
    operator: bool = False

    @property
    def manages_contracts(self) -> bool:
        return (
            self.operator
            or Role.SUPER_ADMIN in self.roles
            or (Role.ADMINISTRATOR in self.roles and Privilege.CONTRACTS in self.privileges)
        )

    @property
    def sees_all_contracts(self) -> bool:
        return self.manages_contracts or bool(self.roles & {Role.MANAGER, Role.ANALYST})

    def sees_people(self, *, own: bool) -> bool:
        """Whether names and addresses are shown, or pseudonyms only."""
        if self.manages_contracts or own:
            return True
        return Privilege.PERSONAL_DATA in self.privileges and bool(self.roles & {Role.MANAGER, Role.ANALYST})


class TokenScope(Word):
    """What a program may do with a token, as far as the person it acts for may do it at that moment."""

    READ = "read", N_("read contracts and invitations")
    INVITE = "invite", N_("invite, resend and revoke")
    FEEDS = "feeds", N_("bring users, activities, contracts and enrollments")
    PURCHASES = "purchases", N_("tell purchases")
    METRICS = "metrics", N_("read the metrics")

    @property
    def action(self) -> Action:
        """What somebody must be allowed to do for the scope to be of use."""
        return _NEEDED[self]


_NEEDED = {
    TokenScope.READ: Action.VIEW_CONTRACT,
    TokenScope.INVITE: Action.RUN_CONTRACT,
    TokenScope.FEEDS: Action.MANAGE_CONTRACTS,
    TokenScope.PURCHASES: Action.MANAGE_CONTRACTS,
    TokenScope.METRICS: Action.MANAGE_PLACE,
}


def may_somewhere(rights: Rights, action: Action) -> bool:
    """Whether there is, or could be, any contract on which they may."""
    return may(rights, action, own=bool(rights.own))


def may(rights: Rights, action: Action, *, own: bool = False) -> bool:
    """The roles table. `own`: whether the contract in question is one they are named on."""
    match action:
        case Action.MANAGE_PLACE:
            return rights.operator or Role.SUPER_ADMIN in rights.roles
        case Action.MANAGE_CONTRACTS:
            return rights.manages_contracts
        case Action.RUN_CONTRACT:
            return rights.manages_contracts or own
        case Action.VIEW_CONTRACT:
            return rights.sees_all_contracts or own
        case Action.VIEW_PEOPLE:
            return rights.sees_people(own=own)
