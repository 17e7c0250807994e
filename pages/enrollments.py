"""One activity of a contract: everybody invited to it or enrolled in it, and how they stand."""

import pyarrow as pa
import streamlit as st

from lc_core import activity_lists, contract_lists
from lc_core.activity_lists import PeopleOfActivity
from lc_core.insight import view_exports
from lc_core.invitation_lists import PAGE_SIZE
from lc_core.language import _
from lc_core.vocabulary import EnrollmentStatus
from pages import _enrollment_status, _frame, _kept, _places

WORDS: dict[str, EnrollmentStatus | None] = {_enrollment_status.NOT_ENROLLED: None} | {
    status.value: status for status in EnrollmentStatus
}
STATUS = "as"
"""How the page's address calls the statuses that are shown."""


def from_the_start() -> None:
    st.session_state["page"] = 1


def chosen() -> list[EnrollmentStatus | None]:
    """The statuses to show, which the page's address keeps; none chosen = all."""
    return [WORDS[word] for word in _kept.several_chosen(list(WORDS), name=STATUS)]


def statuses(everybody: PeopleOfActivity) -> None:
    """The statuses to choose, with how many there are of each beside it."""
    _kept.several(
        _("Status"),
        list(WORDS),
        name=STATUS,
        labels=lambda word: f"{_enrollment_status.shown(WORDS[word])} ({everybody.by_status[WORDS[word]]})",
        on_change=from_the_start,
    )


def table(people: PeopleOfActivity) -> None:
    """One page of people."""
    rows = [
        {
            _("Name"): one.person,
            _("E-mail"): one.email,
            _("Status"): [_enrollment_status.shown(one.status)],
            _("Enrolled"): _frame.moment(one.enrolled_at),
            _("Progress"): _frame.moment(one.progress_at),
            _("Completed"): _frame.moment(one.completed_at),
            _("Withdrawn"): _frame.moment(one.withdrawn_at),
        }
        for one in people.rows
    ]
    height = min(38 + 35 * len(rows), 620)
    st.dataframe(
        pa.Table.from_pylist(rows),
        hide_index=True,
        height=height,
        column_config={_("Status"): _enrollment_status.column()},
        alt=_("People of this activity, one a row."),
    )
    pages = -(-people.matching // PAGE_SIZE)
    if pages > 1:
        st.pagination(pages, key="page", bind="query-params")


_frame.visitor(_places.sees_contracts)
contract = _frame.found(contract_lists.one, _frame.contract_asked_for())
activity_id = _frame.number_asked_for("activity")
search, asked = st.session_state.get("who", st.query_params.get("who", "")) or "", chosen()
page = st.session_state.get("page", 1)
shown = _frame.found(activity_lists.people_of, contract.id, activity_id, statuses=asked, search=search, page=page)
_frame.head(
    _frame.safe(shown.title),
    _("Everybody invited to this activity of {title} or enrolled in it.").format(title=_frame.safe(contract.title)),
)
_places.link("activities", _("Learning activities"), icon=":material/arrow_back:", contract=contract.id)
st.text_input(_("Search"), key="who", bind="query-params", placeholder=_("Name or address"), on_change=from_the_start)
statuses(shown)
if shown.rows:
    table(shown)
    _frame.download(
        _("Download {n} as CSV").format(n=shown.matching),
        f"enrollments-{contract.code}-{shown.code}.csv",
        view_exports.people_of_activity,
        contract.id,
        activity_id,
        statuses=asked,
        search=search,
        key="export",
    )
    _places.link(
        "exports",
        _("Choose columns and a format"),
        icon=":material/file_export:",
        contract=contract.id,
        activity=activity_id,
        status=asked[0] if len(asked) == 1 else None,
    )
else:
    st.info(_("Nobody matches."))
