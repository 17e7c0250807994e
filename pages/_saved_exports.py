"""Exports that somebody keeps under a name: how each stands, what can be done with it, and the files it made."""

from collections.abc import Mapping

import streamlit as st

from lc_core.exports import runs, saved, schedules
from lc_core.exports.chosen import Chosen
from lc_core.exports.runs import Run
from lc_core.exports.saved import Saved
from lc_core.language import N_, _
from lc_core.people import Me
from lc_core.records.operations import OperationKey
from lc_core.report_rules import LONGEST_NAME
from pages import _export_choice, _export_runs, _export_schedule, _frame

SAVE, RENAME, DELETE, RUN, STOP = "save-export", "rename-export", "delete-export", "run-export", "stop-export"
DONE = {
    SAVE: N_("The export is saved. Under Saved exports it can be scheduled."),
    RENAME: N_("The saved export has its new name."),
    DELETE: N_("The saved export is deleted."),
    RUN: N_("The file is being made: it is here in a minute or so."),
    STOP: N_("The schedule is stopped."),
    _export_schedule.SET: N_("The export is scheduled."),
}
MORE = {
    "open": N_("Open the choice"),
    "history": N_("History"),
    "rename": N_("Rename"),
    "stop": N_("Stop the schedule"),
    "delete": N_("Delete"),
}


# --- saving ----------------------------------------------------------------------------------------------------------


def save_dialog(chosen: Chosen) -> None:
    """The button that keeps this choice under a name, and the dialog that asks for the name."""
    st.button(_("Save"), icon=":material/bookmark_add:", key=SAVE, on_click=_frame.ask, args=(SAVE, chosen))
    if _frame.asked() == SAVE:
        _save(_frame.asked_about())


@st.dialog(_("Save the export"), on_dismiss=_frame.answered)
def _save(chosen: Chosen) -> None:
    st.caption(_frame.safe(_what(chosen)))
    name = st.text_input(_("Name"), key="save-export-name", max_chars=LONGEST_NAME) or ""
    names = {one.name.casefold(): one for one in _frame.found(saved.mine)}
    same = names.get(" ".join(name.split()).casefold())
    if same is None:
        _frame.confirm(_("Save"), _do_save, name, chosen, OperationKey.new(), key="save-export-yes")
        return
    st.info(_("You have a saved export with this name. Saving lets it choose this from now on."))
    _frame.confirm(_("Replace"), _do_change, same, chosen, OperationKey.new(), key="change-export-yes")


def _do_save(name: str, chosen: Chosen, key: OperationKey) -> None:
    _frame.act(SAVE, saved.save, name, chosen, key=key)


def _do_change(one: Saved, chosen: Chosen, key: OperationKey) -> None:
    _frame.act(SAVE, saved.change, one.id, chosen, version=one.version, key=key)


# --- the list --------------------------------------------------------------------------------------------------------


def show(_me: Me | None = None) -> None:
    """One's saved exports, and the dialog that is open, if one is."""
    found = _frame.found(saved.mine)
    if any(_waits(one) for one in found) and not _frame.found(runs.is_attended):
        st.warning(_("Nobody makes saved exports at the moment: start `lc worker`."), icon=":material/warning:")
    if not found:
        st.info(_("You have saved no export yet. Choose one under New export, and save it there."))
    there = _export_runs.files()
    for one in found:
        _card(one, there)
    _export_runs.watch([one.last for one in found if one.last is not None], _last)
    about = _frame.asked_about()
    dialogs = {RENAME: _rename, DELETE: _delete, _export_schedule.SET: _export_schedule.dialog, "history": _history}
    if _frame.asked() in dialogs:
        dialogs[_frame.asked()](about)


def _waits(one: Saved) -> bool:
    """Whether a worker is to make it, now or at its time."""
    return one.next_due is not None or (one.last is not None and runs.why_not_run(one.last) is not None)


def tell() -> None:
    """What the last click here, or on `save_dialog`, did; for the head of the page."""
    last = _frame.told(*DONE)
    if last is not None:
        st.success(_(DONE[last.what]), icon=":material/check:")


def _card(one: Saved, there: Mapping[str, str]) -> None:
    with st.container(border=True, key=f"saved-{one.id}"):
        st.markdown(f"**{_frame.safe(one.name)}**  \n:small[{_frame.safe(_what(one.chosen))}]")
        _planned(one)
        if one.last is not None:
            _export_runs.show(one.last, there, f"last-{one.id}")
        with st.container(horizontal=True):
            _actions(one)


def _what(chosen: Chosen | None) -> str:
    """What a choice is of, in a line."""
    return _export_runs.what(chosen, _("What is chosen cannot be exported any more. Choose it anew and save it."))


def _planned(one: Saved) -> None:
    """When it is made by itself."""
    if one.schedule is None or one.stopped:
        st.markdown(f":gray[:material/event_busy: {_('No schedule')}]")
        return
    told = _export_schedule.words(one.schedule)
    due = _("Next: {when}").format(when=_frame.safe(_frame.moment(one.next_due)))
    st.markdown(f":material/event_repeat: {told} {due}")


def _actions(one: Saved) -> None:
    why_not = runs.why_not_run(one.last)
    st.button(
        _("Run now"),
        icon=":material/play_arrow:",
        key=f"run-{one.id}",
        disabled=why_not is not None,
        help=_frame.safe(why_not.label) if why_not else _("Make the file now. It can be downloaded here."),
        on_click=_frame.act,
        args=(RUN, runs.run_now, one.id),
        kwargs={"key": OperationKey.new()},
    )
    st.button(
        _("Schedule"),
        icon=":material/event_repeat:",
        key=f"schedule-{one.id}",
        on_click=_frame.ask,
        args=(_export_schedule.SET, one),
    )
    running = one.schedule is not None and not one.stopped
    offered = {
        "open": one.chosen is not None,
        "history": one.last is not None,
        "rename": True,
        "stop": running,
        "delete": True,
    }
    st.menu_button(
        _("More options"),
        [name for name, there in offered.items() if there],
        key=f"more-{one.id}",
        format_func=lambda name: _(MORE[name]),
        on_click=_more,
        args=(one, OperationKey.new()),
    )


def _more(one: Saved, key: OperationKey) -> None:
    """A choice of the menu."""
    chosen = st.session_state[f"more-{one.id}"]
    if chosen == "open" and one.chosen is not None:
        _export_choice.choose(one.chosen)
        st.session_state["part"] = "new"
    elif chosen == "stop":
        _frame.act(STOP, schedules.stop, one.id, key=key)
    else:
        _frame.ask({"rename": RENAME, "delete": DELETE}.get(chosen, chosen), one)


def _last() -> list[Run]:
    """How the newest run of each stands now."""
    return [one.last for one in _frame.found(saved.mine) if one.last is not None]


# --- dialogs ---------------------------------------------------------------------------------------------------------


@st.dialog(_("History"), width="large", on_dismiss=_frame.answered)
def _history(one: Saved) -> None:
    st.caption(_frame.safe(one.name))
    there = _export_runs.files()
    for run in _frame.found(runs.history, one.id):
        _export_runs.show(run, there, f"made-{run.id}")


@st.dialog(_("Rename the saved export"), on_dismiss=_frame.answered)
def _rename(one: Saved) -> None:
    name = st.text_input(_("Name"), value=one.name, key=f"name-{one.id}", max_chars=LONGEST_NAME) or ""
    _frame.confirm(_("Rename"), _do_rename, one.id, name, OperationKey.new(), key="rename-export-yes")


def _do_rename(saved_id: int, name: str, key: OperationKey) -> None:
    _frame.act(RENAME, saved.rename, saved_id, name, key=key)


@st.dialog(_("Delete the saved export?"), on_dismiss=_frame.answered)
def _delete(one: Saved) -> None:
    st.markdown(f"**{_frame.safe(one.name)}**")
    st.write(_("Its schedule, its history and its files go with it. Files in folders stay there."))
    _frame.confirm(_("Delete"), _do_delete, one.id, OperationKey.new(), key="delete-export-yes")


def _do_delete(saved_id: int, key: OperationKey) -> None:
    _frame.act(DELETE, saved.delete, saved_id, key=key)
