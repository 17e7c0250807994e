"""The catalogue: the activities that contracts can offer, and the groups that contracts are sorted by."""

import streamlit as st

from lc_core import activities, catalogue_lists, language
from lc_core.catalogue_lists import ActivityRow, Catalogue, Wanted
from lc_core.contracts import MOST
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.language import N_, _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.vocabulary import ActivityKind
from pages import _frame, _groups, _kept, _places

ANY = "any"
TABS = {"activities": N_("Activities"), "groups": N_("Groups")}
STATES: dict[str, bool | None] = {ANY: None, "active": True, "inactive": False}
STATE_WORDS = {ANY: N_("Active or not"), "active": N_("Active"), "inactive": N_("Deactivated")}
KINDS = [kind.value for kind in ActivityKind]
DONE = {
    "create": N_("The activity is in the catalogue."),
    "edit": N_("The activity is changed; it shows everywhere at once."),
    "deactivate": N_("Deactivated: contracts that have it keep it, no other gets it."),
    "reactivate": N_("The activity is offered again."),
}


def from_the_start() -> None:
    st.session_state["page"] = 1


def wanted() -> Wanted:
    """The filters, which the page's address keeps."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Search"), key="what", bind="query-params", placeholder=_("Title or code"), on_change=from_the_start
        )
        kind = _kept.select(
            _("Kind"),
            [ANY, *KINDS],
            name="kind",
            labels=lambda value: _("All kinds") if value == ANY else ActivityKind.of(value).label,
            on_change=from_the_start,
        )
        state = _kept.select(
            _("State"),
            list(STATES),
            name="state",
            labels=lambda value: _(STATE_WORDS[value]),
            on_change=from_the_start,
        )
    return Wanted(search or "", None if kind == ANY else ActivityKind.of(kind), STATES[state])


def create() -> None:
    """A new activity."""
    with (
        st.expander(_("Create an activity"), icon=":material/add:"),
        st.form("create-activity-form", border=False),
    ):
        st.text_input(_("Code"), key="new-code", max_chars=MOST["code"])
        st.text_input(_("Title"), key="new-title", max_chars=MOST["title"])
        st.selectbox(_("Kind"), KINDS, key="new-kind", format_func=lambda value: ActivityKind.of(value).label)
        st.form_submit_button(_("Create"), key="create-activity", on_click=do_create, args=(OperationKey.new(),))


def do_create(key: OperationKey) -> None:
    said = st.session_state
    kind = ActivityKind.of(said["new-kind"])
    _frame.act("create", activities.create, said["new-code"], said["new-title"], kind, key=key)
    if not _frame.was_refused():
        said["new-code"] = said["new-title"] = ""


def row(activity: ActivityRow) -> None:
    """One activity: where it is used, and what can be done with it."""
    numbers = [
        activity.code,
        activity.kind.label,
        ngettext("in {n} contract", "in {n} contracts", activity.contracts).format(
            n=language.number(activity.contracts)
        ),
        ngettext("{n} enrollment", "{n} enrollments", activity.enrollments).format(
            n=language.number(activity.enrollments)
        ),
    ]
    inactive = "" if activity.active else f" :gray-badge[{_('Deactivated')}]"
    with st.container(border=True, key=f"activity-{activity.id}"):
        title, buttons = st.columns([3, 1], vertical_alignment="center")
        with title:
            st.markdown(f"**{_frame.safe(activity.title)}**{inactive}")
            st.caption(" · ".join(_frame.safe(word) for word in numbers))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            st.button(_("Edit"), key=f"edit-{activity.id}", on_click=_frame.ask, args=("edit-activity", activity))
            switch(activity)


def switch(activity: ActivityRow) -> None:
    """Offer it no more, or again."""
    label, what, verb = (
        (_("Deactivate"), "deactivate", activities.deactivate)
        if activity.active
        else (_("Reactivate"), "reactivate", activities.reactivate)
    )
    done = (what, verb, activity.id, OperationKey.new())
    st.button(label, key=f"{what}-{activity.id}", on_click=do_switch, args=done)


def do_switch(what: str, verb: object, activity_id: int, key: OperationKey) -> None:
    _frame.act(what, verb, activity_id, key=key)  # type: ignore[arg-type]  # one of the two above


@st.dialog(_("Edit the activity"), on_dismiss=_frame.answered)
def edit(activity: ActivityRow) -> None:
    """Its title and its kind; its code is what the LMS knows it by."""
    st.text(activity.code)
    title = st.text_input(_("Title"), value=activity.title, key=f"title-{activity.id}", max_chars=MOST["title"])
    kind = st.selectbox(
        _("Kind"),
        KINDS,
        index=KINDS.index(activity.kind.value),
        key=f"kind-{activity.id}",
        format_func=lambda value: ActivityKind.of(value).label,
    )
    st.caption(_("The code stays: files from the LMS name the activity by it."))
    _frame.confirm(_("Save"), do_edit, activity.id, title or "", kind, OperationKey.new(), key="edit-yes")


def do_edit(activity_id: int, title: str, kind: str, key: OperationKey) -> None:
    _frame.act("edit", activities.edit, activity_id, title, ActivityKind.of(kind), key=key)


def show(found: Catalogue, asked: Wanted) -> None:
    for activity in found.rows:
        row(activity)
    if not found.rows:
        st.info(_("The catalogue is empty.") if asked == Wanted() else _("No activity matches."))
    if found.matching > PAGE_SIZE:
        st.pagination(-(-found.matching // PAGE_SIZE), key="page", bind="query-params")


_frame.visitor(_places.manages_contracts)
_frame.head(_("Catalogue"), _("The activities that contracts can offer, and the groups that contracts are sorted by."))
last = _frame.told(*DONE)
if last is not None:
    st.success(_(DONE[last.what]))
tab = _kept.tabs(_("Part"), list(TABS), name="part", labels=lambda name: _(TABS[name]), on_change=from_the_start)
if tab == "groups":
    _groups.show()
else:
    create()
    narrowed = wanted()
    show(_frame.found(catalogue_lists.listing, narrowed, page=st.session_state.get("page", 1)), narrowed)
    if _frame.asked() == "edit-activity":
        edit(_frame.asked_about())
