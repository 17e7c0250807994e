"""What may be done to accounts, tokens, groups and the catalogue. Values in, the first reason against it out."""

from collections.abc import Collection
from dataclasses import dataclass

from lc_core.reasons import Reason
from lc_core.rights import Rights, TokenScope, may_somewhere
from lc_core.vocabulary import Action, Role

LONGEST_TOKEN_DAYS = 730


@dataclass(frozen=True)
class Standing:
    """How somebody's account stands. `own`: it is the asker's; `last_super_admin`: nobody else could do what they can."""

    erased: bool
    deactivated: bool
    own: bool = False
    last_super_admin: bool = False


def why_not_erase(standing: Standing) -> Reason | None:
    """The last super administrator stays, and nobody locks themselves out by mistake."""
    if standing.erased:
        return Reason.PERSON_ERASED
    if standing.own:
        return Reason.OWN_ACCOUNT
    return Reason.LAST_SUPER_ADMIN if standing.last_super_admin else None


def why_not_deactivate(standing: Standing) -> Reason | None:
    """As erasing, and only once."""
    return why_not_erase(standing) or (Reason.PERSON_DEACTIVATED if standing.deactivated else None)


def why_not_reactivate(standing: Standing) -> Reason | None:
    """What was erased does not come back."""
    if standing.erased:
        return Reason.PERSON_ERASED
    return None if standing.deactivated else Reason.ACCOUNT_ACTIVE


def why_not_write_to(*, erased: bool, deactivated: bool) -> Reason | None:
    """A letter needs an address, and somebody whom the product lets in when they follow it."""
    if erased:
        return Reason.PERSON_ERASED
    return Reason.PERSON_DEACTIVATED if deactivated else None


def why_not_want_digest(rights: Rights) -> Reason | None:
    """R-ANA-7: the digest is for those who manage contracts, watch over all of them, or look after some."""
    has_contracts = rights.manages_contracts or Role.MANAGER in rights.roles or bool(rights.own)
    return None if has_contracts else Reason.DIGEST_NOT_FOR_YOU


def why_not_write_digest(rights: Rights, *, wanted: bool, running: bool) -> Reason | None:
    """Asked when it is written, and again when it is sent. `running`: whether a contract that they see is under way."""
    if not wanted:
        return Reason.DIGEST_NOT_WANTED
    return why_not_want_digest(rights) or (None if running else Reason.NOTHING_TO_TELL)


def why_not_grant(*, held: bool, new_privileges: int) -> Reason | None:
    """A role that is held already is given only together with a privilege that is not."""
    return Reason.ROLE_ALREADY_HELD if held and not new_privileges else None


def why_not_make_token(rights: Rights, scopes: Collection[TokenScope], days: int) -> Reason | None:
    """A token is for what its person can do today, and not for ever."""
    if not scopes or not all(may_somewhere(rights, scope.action) for scope in scopes):
        return Reason.SCOPE_NOT_FOR_ROLE
    return None if 1 <= days <= LONGEST_TOKEN_DAYS else Reason.TOKEN_LIFE


def why_not_revoke_token(*, revoked: bool) -> Reason | None:
    return Reason.TOKEN_REVOKED if revoked else None


def why_not_enter(*, revoked: bool, expired: bool, may_act: bool) -> Reason | None:
    """Whether a token that is known opens anything."""
    if revoked:
        return Reason.TOKEN_REVOKED
    if expired:
        return Reason.TOKEN_EXPIRED
    return None if may_act else Reason.TOKEN_OF_NOBODY


def why_not_call(rights: Rights, scopes: Collection[TokenScope], scope: TokenScope, action: Action) -> Reason | None:
    """What neither the token nor the role could do on any contract. Which contracts are theirs is asked by the verb."""
    if scope not in scopes:
        return Reason.SCOPE_MISSING
    return None if may_somewhere(rights, action) else Reason.ROLE_CANNOT


def why_not_delete_group(contracts: int) -> Reason | None:
    """R-CON-3: a group is deleted when no contract is in it."""
    return Reason.GROUP_IN_USE if contracts else None


def why_not_deactivate_activity(*, active: bool) -> Reason | None:
    return None if active else Reason.ACTIVITY_INACTIVE


def why_not_reactivate_activity(*, active: bool) -> Reason | None:
    return Reason.ACTIVITY_ACTIVE if active else None
