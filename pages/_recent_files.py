"""The files that somebody had made of choices without a name: how each stands, and the file as long as it is there."""

from collections.abc import Mapping

import streamlit as st

from lc_core import language
from lc_core.exports import asked
from lc_core.exports.asked import MOST_KEPT, Asked
from lc_core.exports.chosen import Chosen
from lc_core.language import _, ngettext
from lc_core.people import Me
from lc_core.settings import settings
from pages import _export_choice, _export_file, _export_runs, _frame


def show(_me: Me | None = None) -> None:
    """One's own, the newest first; what waits while no worker makes any is made here."""
    days = settings().export_days
    told = ngettext(
        "Your newest {most} files are here, each for {n} day.",
        "Your newest {most} files are here, each for {n} days.",
        days,
    )
    st.caption(told.format(most=language.number(MOST_KEPT), n=language.number(days)))
    place = st.container()
    found = _frame.found(asked.mine)
    to_make = _export_runs.unattended([one.run for one in found])
    if to_make:
        with place:
            _export_runs.make_here(to_make)
        found = _frame.found(asked.mine)
    if not found:
        st.info(_("There is no file of yours at the moment. Choose what you want under New export, and make it there."))
    there = _export_runs.files()
    for one in found:
        _card(one, there)
    _export_runs.watch([one.run for one in found], _export_file.mine)


def _card(one: Asked, there: Mapping[str, str]) -> None:
    told = _export_runs.what(one.chosen, _("What was chosen cannot be exported any more."))
    with st.container(border=True, key=f"file-{one.run.id}", gap="small"):
        st.markdown(f"**{_frame.safe(told)}**")
        with _export_runs.show(one.run, there, f"run-{one.run.id}"):
            if one.chosen is not None:
                st.button(
                    _("Open the choice"),
                    key=f"open-{one.run.id}",
                    type="tertiary",
                    icon=":material/tune:",
                    on_click=_open,
                    args=(one.chosen,),
                )
        if one.why_not is not None:
            st.caption(_frame.safe(one.why_not.label))


def _open(chosen: Chosen) -> None:
    _export_choice.choose(chosen)
    st.session_state["part"] = "new"
