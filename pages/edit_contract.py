"""One contract for those who manage it: create it, change it, name its admins, choose its activities, end it."""

import streamlit as st

from lc_core import contract_lists, contracts, language, managed_contracts
from lc_core.contract_lists import ContractSeen
from lc_core.insight import center
from lc_core.language import N_, _
from lc_core.managed_contracts import Managed
from lc_core.records.operations import OperationKey
from lc_core.wording import seat_rule
from pages import (
    _code,
    _contract_activities,
    _contract_admins,
    _contract_end,
    _contract_form,
    _contract_invitations,
    _contract_state,
    _frame,
    _invitation_actions,
    _kept,
    _places,
    _renewal_links,
)
from pages._contract_state import NEW, Looked, Standing

TABS = {
    "details": N_("Details"),
    "admins": N_("Contract admins"),
    "activities": N_("Activities"),
    "invitations": N_("Invitations"),
}


def create() -> None:
    """The form of a new contract."""
    _frame.head(_("Create a learning contract"), _("Admins, activities and invitations follow once it is there."))
    _places.link("manage_contracts", _("Contracts"), icon=":material/arrow_back:")
    standing = _contract_state.standing(NEW, _contract_state.looked_at(NEW) or _contract_state.blank())
    _contract_form.draw(NEW, None)
    _frame.told("create")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Create"), type="primary", key="create", on_click=_create, args=(OperationKey.new(),))
        _unsaved(standing, NEW, _contract_state.blank())


def _create(key: OperationKey) -> None:
    _frame.act("create", contracts.create, _contract_state.typed(NEW), key=key)
    if not _frame.was_refused():
        _contract_state.forget(NEW)
        st.query_params["contract"] = str(st.session_state["told"].answer)


def edit(contract_id: int) -> None:
    """A contract that exists, on one of its tabs."""
    now = _frame.found(managed_contracts.one, contract_id)
    seen = _frame.found(contract_lists.one, contract_id)
    _head(seen)
    said = st.container()
    looked = Looked(now.draft, now.version)
    standing = _contract_state.standing(contract_id, looked)
    tab = _kept.tabs(
        _("Part of the contract"), list(TABS), name="tab", labels=lambda name: _(TABS[name]), on_change=_frame.answered
    )
    if tab != "details" and standing.unsaved:
        st.caption(_(":orange-badge[Unsaved changes] They wait on the tab Details."))
    if tab == "details":
        _details(seen, now, looked, standing)
    elif tab == "admins":
        _contract_admins.show(seen)
    elif tab == "activities":
        _contract_activities.show(seen)
    else:
        _contract_invitations.show(seen)
    _invitation_actions.dialog(seen)
    with said:
        _tell(seen)


def _head(seen: ContractSeen) -> None:
    """What it is and how it stands, and the ways on from here."""
    when = center.when(seen.starts_at, seen.ends_at, _frame.database().clock())
    words = [f"**{seen.contract_type.label}.** {seat_rule(seen.contract_type)}", seen.status.label, when]
    used = _("{used} of {seats} seats used").format(
        used=language.number(seen.seats_used), seats=language.number(seen.seats)
    )
    _frame.head(_frame.safe(seen.title), " · ".join([*words, used]))
    with st.container(horizontal=True):
        _places.link("manage_contracts", _("Contracts"), icon=":material/arrow_back:")
        _places.link("invitations", _("Invitations"), icon=":material/mail:", contract=seen.id)
    _renewal_links.show(seen, place="edit_contract")


def _details(seen: ContractSeen, now: Managed, looked: Looked, standing: Standing) -> None:
    """The code, the form, what others changed meanwhile, and the end of it all."""
    _code.alone(seen)
    _contract_form.draw(seen.id, now)
    if _frame.told("save") is not None:
        st.success(_("The contract is saved."))
    if standing.others_changed:
        _changed_meanwhile(seen.id, looked, standing)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(_("Save"), type="primary", key="save", on_click=_save, args=(seen.id, OperationKey.new()))
        _unsaved(standing, seen.id, looked)
    _contract_end.show(seen, now)


def _save(contract_id: int, key: OperationKey) -> None:
    """The form as it is at the click, against the version that it was filled from."""
    looked = _contract_state.looked_at(contract_id)
    version = looked.version if looked else 0
    said = _contract_state.typed(contract_id)
    _frame.act("save", contracts.edit, contract_id, said, version=version, key=key)


def _unsaved(standing: Standing, contract_id: int, looked: Looked) -> None:
    """Say that something is not saved, and let it be dropped."""
    if not standing.unsaved:
        return
    st.badge(_("Unsaved changes"), color="orange", icon=":material/edit_note:")
    st.button(
        _("Discard changes"), type="tertiary", key="discard", on_click=_contract_state.fill, args=(contract_id, looked)
    )


def _changed_meanwhile(contract_id: int, looked: Looked, standing: Standing) -> None:
    """Somebody else saved while this was typed: nothing of it is lost, and nothing of theirs is overwritten."""
    names = _contract_form.labels()
    fields = ", ".join(names.get(field, field) for field in standing.others_changed)
    st.warning(
        _("Somebody else changed this contract while you were typing: {fields}. What you typed is still here.").format(
            fields=fields
        ),
        icon=":material/sync_problem:",
    )
    with st.container(horizontal=True):
        kept = (contract_id, looked)
        st.button(
            _("Take over their changes, keep mine"), key="keep-mine", on_click=_contract_state.keep_mine, args=kept
        )
        st.button(_("Reload, drop what I typed"), key="reload", on_click=_contract_state.fill, args=kept)


def _tell(seen: ContractSeen) -> None:
    """What the last click did, where no part of the page has told it."""
    last = _frame.told()
    if last is None:
        return
    own = {
        "archive": _("The contract is archived."),
        "restore": _("The contract is back."),
        "renew": _("This is the new contract. Look at its activities and settings; the old one stays as it was."),
    }
    if last.what == "create":
        st.success(_("The contract is created, and has its invitation code. What is next:"))
        with st.container(horizontal=True):
            for tab in list(TABS)[1:]:
                st.button(_(TABS[tab]), key=f"next-{tab}", on_click=_open, args=(tab,))
    elif last.what in own:
        st.success(own[last.what])
    else:
        _invitation_actions.tell_of(seen, last)


def _open(tab: str) -> None:
    st.session_state["tab"] = tab


_frame.visitor(_places.manages_contracts)
if _contract_end.was_deleted():
    _places.go("manage_contracts")
if "contract" in st.query_params:
    edit(_frame.contract_asked_for())
else:
    create()
