"""The file itself: asked for at a click, however large, with how far it is; and the choice to be shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lc_core import language, report_rules
from lc_core.exports import address, asked, runs
from lc_core.exports.asked import Asked
from lc_core.exports.chosen import Chosen
from lc_core.exports.reading import Look
from lc_core.exports.runs import Run
from lc_core.language import _, ngettext
from lc_core.records.operations import OperationKey
from lc_core.settings import settings
from pages import _export_preview, _export_runs, _frame, _saved_exports

ASK = "ask-for-file"


@dataclass(frozen=True)
class Drawn:
    """What `show` leaves to `finish`: where, the visitor's files, and the one that was asked for by the last click."""

    place: DeltaGenerator
    files: Sequence[Asked]
    asked_for: int | None


def show(chosen: Chosen, found: Look) -> Drawn:
    """How large it would be, and the button that has it made."""
    asked_for = _asked_for(chosen)
    files = _frame.found(asked.mine)
    why_not = asked.why_not_ask_for(files)
    with st.container(horizontal=True, vertical_alignment="bottom", key="export-numbers"):
        _export_preview.numbers(found)
        st.space("stretch")
        _share(chosen)
        _saved_exports.save_dialog(chosen)
        st.button(
            _("Make the file"),
            type="primary",
            key="export-make",
            icon=":material/download:",
            disabled=why_not is not None,
            help=_frame.safe(why_not.label) if why_not else None,
            on_click=_clicked,
            args=(OperationKey.new(),),
        )
    if found.rows >= report_rules.MANY_ROWS:
        _about_many()
    return Drawn(st.container(key="export-run"), files, asked_for)


def finish(drawn: Drawn, chosen: Chosen, rows: int) -> None:
    """When all else is drawn: make the file here, unless a worker is to, and show how the newest of this choice stands."""
    to_make = _export_runs.unattended([one.run for one in drawn.files])
    files = drawn.files
    if drawn.asked_for is not None and not to_make:
        left = report_rules.is_for_a_worker(rows, attended=True)
        to_make = [] if left else [drawn.asked_for]
    with drawn.place:
        if to_make:
            _export_runs.make_here(to_make)
            files = _frame.found(asked.mine)
        this = next((one for one in files if one.chosen == chosen), None)
        if this is not None:
            _stands(this)


def _clicked(key: OperationKey) -> None:
    """What is chosen is known when the page has run: a click takes along what was changed just before it."""
    st.session_state[ASK] = key


def _asked_for(chosen: Chosen) -> int | None:
    """Ask for the file, if the last click wants it; answers its run."""
    key: OperationKey | None = st.session_state.pop(ASK, None)
    if key is not None:
        _frame.act(ASK, asked.ask_for, chosen, key=key)
    last = _frame.told(ASK)
    return None if last is None else int(last.answer)


def _about_many() -> None:
    if _frame.found(runs.is_attended):
        st.caption(_("So many rows take a while. It goes on by itself: you find the file under Recent files."))
    else:
        st.caption(_("So many rows take a while. Stay here until the file is there."))


def _share(chosen: Chosen) -> None:
    """The address that opens this choice, to be copied."""
    with st.popover(_("Share"), icon=":material/share:"):
        st.markdown(_("Whoever opens this address finds the same choice, and of its rows those that they may see."))
        query = urlencode(address.parameters(chosen), doseq=True)
        st.code(f"{settings().base_url.rstrip('/')}/exports?{query}", language=None, wrap_lines=True)


def _stands(one: Asked) -> None:
    """How the newest file of this choice stands."""
    if one.why_not is not None:
        st.markdown(f":small[{_frame.safe(one.why_not.label)}]")
    elif one.run.file:
        _offer(one.run)
    elif runs.is_under_way(one.run):
        _export_runs.follow(one.run, mine)
    else:
        _export_runs.show(one.run, {}, "export-stands")


def _offer(run: Run) -> None:
    words = ngettext("The file is ready: {n} row, {size}.", "The file is ready: {n} rows, {size}.", run.rows or 0)
    words = words.format(n=language.number(run.rows or 0), size=_export_runs.size(run.bytes or 0))
    as_of = _("Data as of {when}.").format(when=_frame.moment(run.as_of))
    until = _("It stays under Recent files until {when}.").format(when=_frame.day(run.expires_at))
    with st.container(horizontal=True, vertical_alignment="center", key="export-ready"):
        st.markdown(words, width="content")
        _export_runs.download(run, _export_runs.files(), "export-download")
    st.caption(f"{as_of} {until}")


def mine() -> list[Run]:
    """How the visitor's files stand now."""
    return [one.run for one in _frame.found(asked.mine)]
