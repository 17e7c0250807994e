"""The roles and privileges of one person: given and taken away by a super administrator."""

import streamlit as st

from lc_core import place_rules, roles
from lc_core.language import _
from lc_core.people_lists import OnePerson
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import Privilege, Role
from pages import _frame

EVERYWHERE = [role for role in Role if role is not Role.CONTRACT_ADMIN]


def show(seen: OnePerson) -> None:
    """What they have, each with a button that takes it away; and what can be given."""
    st.subheader(_("Roles and privileges"))
    held = [role for role in EVERYWHERE if role in seen.roles]
    if not held and not seen.privileges:
        st.caption(_("None that holds everywhere. Contract admins are named on a contract's own page."))
    for role in held:
        why_not = seen.why_not_lose if role is Role.SUPER_ADMIN else None
        _held(role.label, f"revoke-{role.value}", _revoke, (seen.email, role), why_not.label if why_not else "")
    for privilege in seen.privileges:
        label = _("Privilege: {name}").format(name=privilege.label)
        _held(label, f"revoke-{privilege.value}", _revoke_privilege, (seen.email, privilege), "")
    _give(seen)


def _held(label: str, name: str, click: object, about: tuple[object, ...], why_not: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(label, width="stretch")
        st.button(
            _("Take away"),
            key=name,
            disabled=bool(why_not),
            help=_frame.safe(why_not) or None,
            on_click=click,  # type: ignore[arg-type]  # one of the two below
            args=(*about, OperationKey.new()),
        )


def _revoke(email: str, role: Role, key: OperationKey) -> None:
    _frame.act("revoke", roles.revoke_role, email, role, key=key)


def _revoke_privilege(email: str, privilege: Privilege, key: OperationKey) -> None:
    _frame.act("revoke", roles.revoke_privilege, email, privilege, key=key)


def _give(seen: OnePerson) -> None:
    """A role, with the privileges that mean something in it and are not held yet."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Give a role"),
            [role.value for role in EVERYWHERE],
            key="give-role",
            index=None,
            format_func=lambda value: Role.of(value).label,
            placeholder=_("Choose a role"),
        )
        role = Role.of(chosen) if chosen else None
        more = [one for one in Privilege if role in roles.USED_BY[one] and one not in seen.privileges]
        privileges = [one for one in more if st.checkbox(_("with: {name}").format(name=one.label), key=f"with-{one}")]
        why_not = place_rules.why_not_grant(held=role in seen.roles, new_privileges=len(privileges))
        st.button(
            _("Give"),
            key="give",
            disabled=role is None or why_not is not None,
            help=_frame.safe(why_not.label) if why_not is not None else None,
            on_click=_grant,
            args=(seen.email, role, privileges, OperationKey.new()),
        )


def _grant(email: str, role: Role, privileges: list[Privilege], key: OperationKey) -> None:
    _frame.act("grant", roles.grant, email, role, privileges=privileges, key=key)
