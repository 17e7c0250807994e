"""The activities of a contract: the list, adding from the catalogue or from another contract, removing (R-CON-14..16)."""

import streamlit as st

from lc_core import activities, activities_to_add, activity_lists, language
from lc_core.activities import Removal
from lc_core.activity_lists import ActivitySeen
from lc_core.contract_lists import ContractSeen
from lc_core.language import N_, _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.wording import adding_rule
from pages import _frame, _places

WAYS = {"catalogue": N_("Add learning activities"), "contract": N_("Import activities from an existing contract")}


def show(seen: ContractSeen) -> None:
    """The list, the ways to add, and the question before one is removed."""
    st.subheader(_("Activities"))
    st.caption(_("Invitations are limited to these activities."))
    _tell()
    chosen = st.menu_button(
        _("Add"), list(WAYS), key="add-activities", icon=":material/add:", format_func=lambda way: _(WAYS[way])
    )
    if chosen is not None:
        st.session_state["adding"] = chosen
    way = st.session_state.get("adding")
    if way in WAYS:
        _add(seen, way)
    listed = _frame.found(activity_lists.of_contract, seen.id)
    if not listed:
        st.info(_("There are none yet, so nobody can be invited."))
    for one in listed:
        _row(seen, one)
    if _frame.asked() == "remove-activity":
        _look_before(seen, *_frame.asked_about())


def _tell() -> None:
    last = _frame.told("add", "remove-activity")
    if last is None:
        return
    if last.what == "remove-activity":
        st.success(_("The activity is removed. {what}").format(what=" ".join(effects(last.answer))))
        return
    count = len(last.answer)
    st.success(ngettext("{n} activity added.", "{n} activities added.", count).format(n=language.number(count)))


def _row(seen: ContractSeen, one: ActivitySeen) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            _places.link("enrollments", f"**{_frame.safe(one.title)}**", contract=seen.id, activity=one.activity_id)
            words = _("{code} · {kind} · {invited} invited · {enrolled} enrolled").format(
                code=_frame.safe(one.code),
                kind=one.kind.label,
                invited=language.number(one.invited),
                enrolled=language.number(one.enrolled),
            )
            st.caption(words)
        if one.removed:
            st.badge(_("Removed from the contract"), color="gray")
        else:
            about = (one.activity_id, one.title)
            st.button(
                _("Remove"), key=f"remove-{one.activity_id}", on_click=_frame.ask, args=("remove-activity", about)
            )


# --- adding ----------------------------------------------------------------------------------------------------------


def _add(seen: ContractSeen, way: str) -> None:
    """One of the two ways; what it means for invitations that exist stands beside it."""
    with st.container(border=True):
        st.markdown(f"**{_(WAYS[way])}**")
        if way == "catalogue":
            _from_catalogue(seen)
        else:
            _from_contract(seen)
        st.caption(adding_rule(seen.contract_type))
        st.button(_("Close"), type="tertiary", key="close-adding", on_click=_close)


def _close() -> None:
    st.session_state.pop("adding", None)


def _narrowed(matching: int, shown: int, *, key: str) -> None:
    """Where not all can be offered: what to do about it."""
    if matching > shown or st.session_state.get(key):
        st.text_input(_("Search"), key=key, placeholder=_("Title or code"), persist_state="page")
        words = _("{shown} of {all} can be chosen. Search for the others.")
        st.caption(words.format(shown=language.number(shown), all=language.number(matching)))


def _from_catalogue(seen: ContractSeen) -> None:
    search = str(st.session_state.get("catalogue-search") or "")
    found = _frame.found(activities_to_add.from_catalogue, seen.id, search)
    _narrowed(found.matching, len(found.rows), key="catalogue-search")
    if not found.matching and not search:
        st.info(_("The contract has every activity of the catalogue already."))
        return
    names = {one.id: f"{one.title} ({one.code}, {one.kind.label})" for one in found.rows}
    chosen = st.multiselect(
        _("Activities of the catalogue"),
        list(names),
        key=f"to-add-{seen.id}-{len(seen.activities)}",
        format_func=lambda one: names[one],
        placeholder=_("Choose one or several, or type to search"),
    )
    label = ngettext("Add {n} activity", "Add {n} activities", len(chosen)).format(n=len(chosen))
    done = (seen.id, chosen, OperationKey.new())
    st.button(label, type="primary", key="add-chosen", disabled=not chosen, on_click=_add_chosen, args=done)


def _add_chosen(contract_id: int, chosen: list[int], key: OperationKey) -> None:
    _frame.act("add", activities.add_to_contract, contract_id, chosen, key=key)


def _from_contract(seen: ContractSeen) -> None:
    search = str(st.session_state.get("source-search") or "")
    found = _frame.found(activities_to_add.contracts_to_import_from, seen.id, search)
    _narrowed(found.matching, len(found.rows), key="source-search")
    if not found.rows:
        st.info(_("No other contract has activities."))
        return
    names = {one.id: f"{one.title} ({one.code})" for one in found.rows}
    chosen = st.selectbox(
        _("Existing contract"),
        list(names),
        index=None,
        key="import-from",
        format_func=lambda one: names[one],
        placeholder=_("Choose a contract, or type to search"),
    )
    if chosen is None:
        return
    would = _frame.found(activities_to_add.import_of, seen.id, chosen)
    st.dataframe(
        {
            _("Activity"): [one.title for one in [*would.new, *would.there]],
            _("Outcome"): [_("Will be added") for _one in would.new]
            + [_("Skipped: already here") for _one in would.there],
        },
        hide_index=True,
        height=min(38 + 35 * (len(would.new) + len(would.there)), 300),
        alt=_("What the import would do with each activity."),
    )
    label = ngettext("Import {n} activity", "Import {n} activities", len(would.new)).format(n=len(would.new))
    done = (seen.id, chosen, OperationKey.new())
    st.button(label, type="primary", key="import", disabled=not would.new, on_click=_import, args=done)


def _import(contract_id: int, source: int, key: OperationKey) -> None:
    _frame.act("add", activities.import_from, contract_id, source, key=key)


# --- removing --------------------------------------------------------------------------------------------------------


@st.dialog(_("Remove the activity?"), on_dismiss=_frame.answered)
def _look_before(seen: ContractSeen, activity_id: int, title: str) -> None:
    """Whom it touches, and how (R-CON-16)."""
    st.markdown(f"**{_frame.safe(title)}**")
    removal = _frame.found(activities.removal_of, seen.id, activity_id)
    for line in effects(removal):
        st.markdown(f"- {line}")
    _frame.confirm(_("Remove"), _remove, seen.id, activity_id, OperationKey.new(), key="remove-yes")


def effects(removal: Removal) -> list[str]:
    """What removing means for those who hold the activity, with the counts."""
    if not removal.unredeemed and not removal.enrolled:
        return [_("Nobody is invited to it or enrolled in it.")]
    told = [
        ngettext(
            "{n} person is enrolled: the enrollment stays, and still counts.",
            "{n} people are enrolled: their enrollments stay, and still count.",
            removal.enrolled,
        ).format(n=language.number(removal.enrolled)),
        ngettext(
            "{n} unredeemed invitation loses the activity.",
            "{n} unredeemed invitations lose the activity.",
            removal.unredeemed,
        ).format(n=language.number(removal.unredeemed)),
    ]
    if removal.left_with_none:
        words = ngettext(
            "{n} of them then covers nothing: add another activity to it, or revoke it.",
            "{n} of them then cover nothing: add another activity to them, or revoke them.",
            removal.left_with_none,
        )
        told.append(words.format(n=language.number(removal.left_with_none)))
    return told


def _remove(contract_id: int, activity_id: int, key: OperationKey) -> None:
    _frame.act("remove-activity", activities.remove_from_contract, contract_id, activity_id, key=key)
