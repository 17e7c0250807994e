"""The installation: its settings, its versions, what its workers did last, and the proof that it is sound."""

import streamlit as st

from lc_core import language
from lc_core.insight import system
from lc_core.insight.check import Report
from lc_core.insight.system import Job, System
from lc_core.language import _
from pages import _frame, _places


def figures(now: System) -> None:
    """Mail by state, and the age of the copy."""
    st.subheader(_("Mail"))
    with st.container(horizontal=True):
        for state, count in now.letters.items():
            st.metric(state.label, language.number(count), border=True)
    st.subheader(_("Analytic copy"))
    if now.copy_as_of is None:
        st.caption(_("There is none yet: the first question makes it."))
    else:
        told = _("Built {when}, {n} rows. It is built anew when something has changed.")
        st.caption(told.format(when=_frame.moment(now.copy_as_of), n=language.number(now.copy_rows)))


def workers(jobs: list[Job]) -> None:
    """What each job of the workers did last."""
    st.subheader(_("Workers"))
    if not jobs:
        st.warning(_("No worker has run yet: letters wait. Start one: lc worker."))
        return
    st.dataframe(
        {
            _("Job"): [job.name for job in jobs],
            _("State"): [state(job) for job in jobs],
            _("Last done"): [_frame.moment(job.at) for job in jobs],
            _("Failing since"): [_frame.moment(job.failing_since) for job in jobs],
            _("What is wrong"): [job.words for job in jobs],
        },
        hide_index=True,
        alt=_("What each job of the workers did last."),
    )


def state(job: Job) -> str:
    if job.silent:
        return _("silent")
    return _("fails") if job.failing_since else _("works")


def proof() -> None:
    """Every invariant, proved at a click."""
    st.subheader(_("Invariants"))
    if st.button(_("Check the installation"), key="check", icon=":material/fact_check:"):
        with st.spinner(_("Counting everything once.")):
            st.session_state["checked"] = system.prove(_frame.insight(), _frame.actor())
    report: Report | None = st.session_state.get("checked")
    if report is None:
        st.caption(
            _("Counts seats, ledgers, invitations, letters and the audit log against each other, as lc check does.")
        )
        return
    if report.ok:
        st.success(_("Every invariant holds."))
    else:
        st.error(_("Something does not add up. Keep a backup as it is now, then look at the problems below."))
        st.text("\n".join(report.problems))
    st.dataframe(
        {
            _("Invariant"): [one.name for one in report.checks],
            _("Looked at"): [language.number(one.counted) for one in report.checks],
            _("Holds"): [_("yes") if one.ok else _("NO") for one in report.checks],
        },
        hide_index=True,
        height=min(38 + 35 * len(report.checks), 400),
        alt=_("Every invariant, how much was looked at, and whether it holds."),
    )


def tables(now: System) -> None:
    """Settings and versions."""
    st.subheader(_("Settings"))
    st.caption(
        _("They are read from the environment when a process starts. Of a secret only is told whether there is one.")
    )
    sources = {"environment": _("environment"), "default": _("default")}
    st.dataframe(
        {
            _("Name"): [one["name"] for one in now.settings],
            _("Value"): [one["value"] for one in now.settings],
            _("From"): [sources.get(one["from"], one["from"]) for one in now.settings],
        },
        hide_index=True,
        height=38 + 35 * len(now.settings),
        alt=_("Settings, their values and where each comes from."),
    )
    st.subheader(_("Versions"))
    st.dataframe(
        {_("Part"): list(now.versions), _("Version"): list(now.versions.values())},
        hide_index=True,
        alt=_("Versions of the product and of what it is built on."),
    )


_frame.visitor(_places.manages_place)
installation = system.seen(_frame.insight(), _frame.actor())
_frame.head(_("System"), _("How this installation is set up, and how it does."))
workers(installation.jobs)
figures(installation)
proof()
tables(installation)
